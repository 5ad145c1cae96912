"""A run of reports joined to the earlier runs of its case: one archive that grows, and is found as if read at once.

New reports are compared with what was kept ready of earlier ones, and only the events that they touch are found anew.
What is decided by people is laid over the events afterwards, as over those of a single run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from msgspec import structs

from opencwc.files.sections import SectionWriter
from opencwc.finding import Maker, Message
from opencwc.records import from_plain, to_json, to_plain
from opencwc.reports import kept
from opencwc.reports.events import Archive
from opencwc.reports.findings import FINDINGS_AT_ONCE, findings_of
from opencwc.reports.item import Item
from opencwc.reports.kept import KeptWatch, RunSummary
from opencwc.reports.model import Report
from opencwc.reports.ready_file import FORM, KeptReady, Where, write_joined, write_ready
from opencwc.reports.watched import Line, lines_of
from opencwc.reports.watched_file import Grown, write_grown
from opencwc.verbs import Ended, Found, PagesFile, Step

MOST_REPORTS = 500_000
"""Reports up to which an archive grows; a run beyond that stands by itself."""


Opened = Callable[[str], KeptWatch]
"""Gives the file of an earlier run by its SHA-256."""


class Growth(NamedTuple):
    """The file of a run that grew, the lines of its own new reports, and how many of its reports were there before."""

    content: bytes
    lines: Sequence[Line]
    known: int


def grown_steps(end: Ended, maker: Mapping[str, Any], earlier: Sequence[str], opened: Opened) -> Iterator[Step]:
    """Give the findings and the end of a run once it is joined to the earlier runs of its case.

    ``end`` is that of the run by itself, ``maker`` made its findings; see `grown` for the others.
    """
    if end.pages is None:
        raise ValueError("a run of reports without the file of its pages")
    own = kept.unpack(end.pages.content)
    growth = grown(own, earlier, opened)
    lines = own.events.lines if growth is None else growth.lines
    findings = list(findings_of(lines, from_plain(Maker, maker)))
    for at in range(0, len(findings), FINDINGS_AT_ONCE):
        yield Found(findings[at : at + FINDINGS_AT_ONCE])
    if growth is None:
        yield end
        return
    known = [to_plain(Message("watch_note_known", {"count": growth.known}))] if growth.known else []
    yield Ended(
        end.rows,
        Counter(finding.verdict for finding in findings),
        {**end.tally, "notes": [*end.tally.get("notes", ()), *known]},
        PagesFile(kept.NAME, kept.MEDIA_TYPE, growth.content),
    )


def grown(own: KeptWatch, earlier: Sequence[str], opened: Opened, *, whole: bool = False) -> Growth | None:
    """Return the file of a run with all that the earlier runs of its case hold; nothing where it can join to none.

    ``earlier`` are their files by SHA-256, in their order; a run that a later one holds is taken with that. A ``whole``
    file holds the ready reports of the earlier one too, which then is the only one.
    """
    rest = list(earlier)
    while rest:
        sha256 = rest.pop()
        base = opened(sha256)
        if not can_grow(own, base):
            continue
        held = {sha256, *base.summary.parts}
        beside = [(other, opened(other)) for other in rest if other not in held]
        return _Joining(own, (sha256, base), [one for one in beside if can_grow(own, one[1])], opened).growth(
            whole=whole
        )
    return None


def can_grow(own: KeptWatch, earlier: KeptWatch) -> bool:
    """Tell whether a run can join to an earlier one: both made ready in this form, by one encoder, and not too many."""
    summaries = own.summary, earlier.summary
    return (
        all(summary.ready == FORM for summary in summaries)
        and own.summary.encoder == earlier.summary.encoder
        and own.summary.reports + earlier.summary.reports <= MOST_REPORTS
    )


class _Coming(NamedTuple):
    """A report that is not there yet: ready, and in which file and at which place it stands so."""

    item: Item
    file: int
    place: int


class _Joining:
    def __init__(
        self, own: KeptWatch, base: tuple[str, KeptWatch], beside: Sequence[tuple[str, KeptWatch]], opened: Opened
    ) -> None:
        self._own, self._opened = own, opened
        sha256, self._base = base
        self._beside = [one for _, one in beside]
        self._parts = (*self._base.summary.parts, sha256, *(other for other, _ in beside))
        self._count = len(self._base.events.lines)
        self._coming: list[_Coming] = []
        self._new_by_id: dict[str, list[int]] = {}

    def growth(self, *, whole: bool) -> Growth:
        """Join all reports, and write the file."""
        before = _ready(self._base, self._opened)
        for at, one in enumerate(self._beside, len(self._base.summary.parts) + 1):
            self._take(_own_items(one, self._opened), at)
        taken = len(self._coming)
        mine = [(item, self._known(item.told.report)) for item in _own_items(self._own, self._opened)]
        again = sorted({number for _, known in mine for number in known})
        fresh = [item for item, known in mine if not known]
        self._coming += [_Coming(item, len(self._parts), place) for place, item in enumerate(fresh)]
        archive = Archive(before=before)
        archive.add([coming.item for coming in self._coming])
        changed = self._changed(archive)
        content = self._written(archive, before, changed, taken, again, whole=whole)
        lines = [changed.lines[number] for number in range(self._count + taken, len(archive.items))]
        return Growth(content, lines, len(mine) - len(fresh))

    def _take(self, items: Iterator[Item], file: int) -> None:
        """Take the reports of an earlier run that are not there."""
        for place, item in enumerate(items):
            report = item.told.report
            if not self._known(report):
                self._new_by_id.setdefault(report.id, []).append(self._count + len(self._coming))
                self._coming.append(_Coming(item, file, place))

    def _known(self, report: Report) -> list[int]:
        """Return the numbers of the reports of earlier runs that are the same."""
        beside = (
            number
            for number in self._new_by_id.get(report.id, ())
            if self._coming[number - self._count].item.told.report.is_same(report)
        )
        return [*self._base.events.same_as(report), *beside]

    def _changed(self, archive: Archive) -> Grown:
        joined = archive.joined()
        numbers = {number for event in joined.made for number in event.items}
        on_none = (
            number for number in range(self._count, len(archive.items)) if not archive.items[number].told.nature.kind
        )
        numbers.update(on_none)
        return Grown(dict(lines_of(archive, joined.made, sorted(numbers))), joined.gone, joined.made)

    def _written(
        self, archive: Archive, before: KeptReady, changed: Grown, taken: int, again: Sequence[int], *, whole: bool
    ) -> bytes:
        summary = self._summary(changed, taken)
        file = SectionWriter()
        file.add_packed("run", to_json(structs.replace(summary, parts=()) if whole else summary))
        write_grown(file, self._base.events, changed)
        file.add_array("brought", np.array(again, np.uint32))
        count = len(archive.items)
        if whole:
            write_ready(file, [coming.item for coming in self._coming], before.own)
            where = Where(np.zeros(count, np.uint32), np.arange(count, dtype=np.uint32))
        else:
            write_ready(file, [coming.item for coming in self._coming[taken:]])
            where = Where(
                np.concatenate([before.files, np.array([one.file for one in self._coming], np.uint32)]),
                np.concatenate([before.places, np.array([one.place for one in self._coming], np.uint32)]),
            )
        write_joined(file, archive, where, before)
        return file.content()

    def _summary(self, changed: Grown, taken: int) -> RunSummary:
        base, own = self._base.summary, self._own.summary
        new = [changed.lines[self._count + at] for at in range(len(self._coming))]
        return structs.replace(
            own,
            reports=self._count + len(new),
            events=base.events - len(changed.gone) + len(changed.made),
            newest=max(base.newest, own.newest, *(one.summary.newest for one in self._beside), key=_moment),
            on_none=base.on_none + sum(not line.event for line in new),
            taken=self._count + taken,
            parts=self._parts,
        )


def _moment(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp() if iso else float("-inf")


def _ready(one: KeptWatch, opened: Opened) -> KeptReady:
    ready = one.ready(opened)
    if ready is None:
        raise ValueError("a file without ready reports")
    return ready


def _own_items(one: KeptWatch, opened: Opened) -> Iterator[Item]:
    """Yield the ready reports that are a file's own, in the order in which they stand there."""
    ready = _ready(one, opened)
    mine = np.nonzero(ready.files == len(one.summary.parts))[0]
    for number in mine[np.argsort(ready.places[mine])].tolist():
        yield ready.items[number]
