"""What the pages of a run of reports need: every report with what it tells, and the events, in one file.

The file is kept in the casebook as the source of a run of its own, in the case of the findings: so it has their mark,
is seen by who may read the case, leaves with its bundle, and is erased with it. It is an archive of sections
(`opencwc.files.sections`): the run, the reports in packed blocks of lines of JSON, the facts of events in columns, and
the words that they hold. A page reads the part that it shows. Files of the first form, one packed stretch of lines,
are taken in whole.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
from msgspec import Struct

from opencwc.errors import InputError
from opencwc.files.sections import Sections, SectionWriter, Stretch
from opencwc.records import from_json, to_json
from opencwc.reports.corrected import EventDecision
from opencwc.reports.corrections import Correction
from opencwc.reports.event_index import EventIndex
from opencwc.reports.event_list import DecidedOn, newest_of
from opencwc.reports.events import Archive, Event
from opencwc.reports.intake.arrivals import FailedCapture
from opencwc.reports.model import Report
from opencwc.reports.ready_file import FORM, KeptReady, OwnReady, Where, write_joined, write_ready
from opencwc.reports.summaries import EventSummary
from opencwc.reports.topics.topic_picture import TopicPicture, picture_of
from opencwc.reports.watched import Line, Watched
from opencwc.reports.watched_file import KeptEvents, write_events

NAME = "reports-watched.zip"
MOST_FAILED = 10_000
"""Pages that could not be had of which a run keeps that."""
MOST_BYTES, LEAST_COUNTED = 100_000_000, 1_000
"""Bytes of title and text of all reports of a run that is kept, and as how many each report counts at least.

They bound the memory that joining takes, some 20 to 40 times as much; more goes through the command.
"""
MEDIA_TYPE = "application/zip"
VERSION = 3
MOST_PARTS = 100_000
"""Earlier runs whose files one names."""
_MOST_INDEXES = 3
_PACKED_LINES = b"\x1f\x8b"
"""How a file of the first form begins."""


class RunSummary(Struct, frozen=True):
    """What is said of the run itself; ``encoder`` made the vectors, ``version`` is that of the file's form.

    ``failed`` are the pages that could not be had, ``newest`` is when the newest report was published, ``on_none`` how
    many are on no event.

    ``taken`` is how many of the reports, the first ones, came in earlier runs, whose files ``parts`` names by their
    SHA-256. ``ready`` is the form in which the reports stand ready to be joined to, 0 where they do not. By
    ``corrections`` the reports were joined.
    """

    file: str
    as_of: str
    encoder: str
    reports: int
    events: int
    version: int = 1
    failed: tuple[FailedCapture, ...] = ()
    newest: str = ""
    on_none: int = 0
    taken: int = 0
    parts: tuple[str, ...] = ()
    ready: int = 0
    corrections: tuple[Correction, ...] = ()


class KeptWatch(Struct, frozen=True, dict=True):
    """Watched reports as they are kept."""

    summary: RunSummary
    events: KeptEvents

    @property
    def watched(self) -> Watched:
        """All reports, and the events as they were found; each is read where it is looked at."""
        return self.events.watched

    @cached_property
    def _indexes(self) -> dict[tuple[EventDecision, ...], EventIndex]:
        return {}

    def index(self, decisions: Sequence[EventDecision] = ()) -> EventIndex:
        """Return the events as they stand by decisions; the latest few that were asked for are held ready."""
        key = tuple(decisions)
        held = self._indexes.pop(key, None) or EventIndex(DecidedOn(self.events, decisions) if key else self.events)
        self._indexes[key] = held
        for old in list(self._indexes)[:-_MOST_INDEXES]:
            self._indexes.pop(old, None)
        return held

    @property
    def brought(self) -> Sequence[Line]:
        """The reports that the run brought, those that an earlier run of the case had brought too among them."""
        return [self.events.lines[number] for number in self.events.brought(self.summary.taken).tolist()]

    def ready(self, opened: Callable[[str], KeptWatch]) -> KeptReady | None:
        """Return the reports ready to be joined to, nothing where they do not stand so in the file.

        ``opened`` gives the file of an earlier run by its SHA-256.
        """
        if self.summary.ready != FORM:
            return None
        parts = self.summary.parts
        return KeptReady(self.events.file, self.events, len(parts), lambda number: opened(parts[number]).own_ready)

    def check(self) -> None:
        """Raise `ValueError` where what is said of the run does not hold with its reports."""
        summary = self.summary
        if not 0 <= summary.taken <= summary.reports or len(summary.parts) > MOST_PARTS:
            raise ValueError("more reports of earlier runs than there are")
        again = self.events.brought_again
        if again != sorted({number for number in again if number < summary.taken}):
            raise ValueError("a report that was not there")
        if summary.ready == FORM:
            KeptReady(self.events.file, self.events, len(summary.parts), _no_other).check()

    @property
    def own_ready(self) -> OwnReady:
        """The ready reports that are the file's own."""
        return OwnReady(self.events.file)

    def topics(self, decisions: Sequence[EventDecision] = ()) -> TopicPicture:
        """Return the watch on topics by the origins as people decided on them; terms are new as they were found."""
        index = self.index(decisions)
        return index.remembered(
            "topics", lambda: picture_of(self.events.lines, index.events.reports, self.events.terms)
        )

    @cached_property
    def summaries(self) -> Sequence[EventSummary]:
        """The events as they were found, without what people decided afterwards."""
        return self.index().summaries


def within_bounds(reports: Iterable[Report]) -> Iterator[Report]:
    """Yield reports as long as a run of them can be kept; raise `InputError` from there on."""
    counted = 0
    for report in reports:
        counted += max(LEAST_COUNTED, len(report.whole.encode("utf-8", "replace")))
        if counted > MOST_BYTES:
            raise InputError("too_many_reports", most=MOST_BYTES, least=LEAST_COUNTED, where=report.file)
        yield report


def pack(
    watched: Watched,
    file: str,
    as_of: str,
    encoder: str,
    failed: Iterable[FailedCapture] = (),
    archive: Archive | None = None,
    corrections: tuple[Correction, ...] = (),
) -> bytes:
    """Return the file of a run's pages; the same reports give the same bytes.

    With the ``archive`` in which they were joined, later runs can join to them.
    """
    on_none = sum(not line.event for line in watched.lines)
    newest = newest_of(watched).isoformat() if len(watched.lines) else ""
    summary = RunSummary(
        file, as_of, encoder, len(watched.lines), len(watched.events), VERSION, tuple(failed)[:MOST_FAILED], newest,
        on_none, ready=0 if archive is None else FORM, corrections=corrections,
    )  # fmt: skip
    sections = SectionWriter()
    sections.add_packed("run", to_json(summary))
    write_events(sections, watched)
    if archive is not None:
        count = len(watched.lines)
        write_ready(sections, archive.items)
        write_joined(sections, archive, Where(np.zeros(count, np.uint32), np.arange(count, dtype=np.uint32)))
    return sections.content()


def unpack(content: bytes) -> KeptWatch:
    """Return what was packed, having looked at all of it; raise `InputError` where it is no such file."""
    kept = opened(lambda start, end: content[start:end], len(content))
    try:
        kept.events.check()
        kept.check()
    except (ValueError, IndexError):
        raise InputError("kept_watch_unreadable") from None
    return kept


def _no_other(number: int) -> OwnReady:
    raise ValueError("the ready reports of another file")


def opened(stretch: Stretch, size: int) -> KeptWatch:
    """Return what was packed by what reads a stretch of it: little is read until it is asked for.

    Raises `InputError` where it is no such file.
    """
    if stretch(0, min(size, len(_PACKED_LINES))) == _PACKED_LINES:
        return _taken_over(stretch(0, size))
    try:
        file = Sections(stretch, size)
        summary = from_json(RunSummary, file.packed("run"))
        newest = datetime.fromisoformat(summary.newest) if summary.newest else datetime.now(UTC)
        return KeptWatch(summary, KeptEvents(file, (summary.reports, summary.events), newest, summary.on_none))
    except (OSError, EOFError, ValueError):
        raise InputError("kept_watch_unreadable") from None


def _taken_over(content: bytes) -> KeptWatch:
    """Return a file of the first form as one of this form."""
    try:
        first, *rest = gzip.decompress(content).split(b"\n")
        summary = from_json(RunSummary, first)
        lines = tuple(from_json(Line, line) for line in rest[: summary.reports])
        events = tuple(from_json(Event, line) for line in rest[summary.reports :])
    except (OSError, EOFError, ValueError):
        raise InputError("kept_watch_unreadable") from None
    places = {number for event in events for number in event.items}
    if (len(lines), len(events)) != (summary.reports, summary.events) or not places <= set(range(len(lines))):
        raise InputError("kept_watch_unreadable")
    packed = pack(Watched(lines, events), summary.file, summary.as_of, summary.encoder, summary.failed)
    return unpack(packed)
