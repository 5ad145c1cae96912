"""An archive of reports in one file that a user names: each call joins new reports to it, and keeps all.

It has the form in which the service keeps a run (`opencwc.reports.kept`), with all its reports ready to be joined to,
and with the corrections that were given. It is written whole or not at all, by one program at a time.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from opencwc.errors import InputError
from opencwc.files import open_for_writing
from opencwc.models.state_files import lock_file
from opencwc.reports import kept
from opencwc.reports.corrections import Correction
from opencwc.reports.events import Archive
from opencwc.reports.growth import can_grow, grown
from opencwc.reports.intake.arrivals import FailedCapture
from opencwc.reports.item import Item
from opencwc.reports.kept import KeptWatch
from opencwc.reports.model import Report
from opencwc.reports.watched import Watched, joining


class Coming(NamedTuple):
    """Reports that come to an archive: joined by themselves, of which files, by which encoder, and what failed."""

    archive: Archive
    watched: Watched
    file: str
    encoder: str
    failed: Sequence[FailedCapture] = ()


class Shown(NamedTuple):
    """An archive after reports came: those with all that is on one event with any of them, and how many it holds."""

    watched: Watched
    known: int
    reports: int
    events: int


Ready = Callable[[Iterable[Report]], Iterable[Sequence[Item]]]
"""Makes reports ready to be compared, batch after batch."""


def read_archive(path: Path) -> Watched:
    """Return all that an archive holds; raise `InputError` where the file is none."""
    with _reading(path), path.open("rb") as file:
        watched = _opened(file).watched
        return Watched(tuple(watched.lines), tuple(watched.events))


def grow_archive(path: Path, coming: Coming, corrections: Sequence[Correction], ready: Ready) -> Shown:
    """Join reports to an archive, and keep it with them; one that is not there is made.

    Corrections that were given before hold too. Where there are any, and where the archive was made by another version
    or encoder, all is joined anew; else only what the new reports touch.

    Raises `InputError` where the file is no archive.
    """
    with lock_file(path.with_name(f".{path.name}.lock")), _reading(path):
        content, known = _grown(path, coming, corrections, ready)
        with open_for_writing(path, binary=True) as file:
            file.write(content)
        now = _opened(io.BytesIO(content))
        around = now.events.around([line.told.report.id for line in coming.watched.lines])
        return Shown(around, known, now.summary.reports, now.summary.events)


def _grown(
    path: Path, coming: Coming, corrections: Sequence[Correction], ready: Ready
) -> tuple[bytes, int]:  # fmt: skip
    """Return the archive as it is with new reports, and how many of these it had before."""
    if not path.exists():
        if not corrections:
            return _packed(coming, coming.archive, coming.watched), 0
        return _anew(coming, (), corrections), 0
    with path.open("rb") as file:
        before = _opened(file)
        said = tuple(dict.fromkeys((*before.summary.corrections, *corrections)))
        own = _opened(io.BytesIO(_packed(coming, coming.archive, coming.watched)))
        if not said and can_grow(own, before):
            growth = grown(own, [""], lambda _: before, whole=True)
            if growth is not None:
                return growth.content, growth.known
        return _anew(coming, _items(before, coming.encoder, ready), said), _count_known(before, coming)


def _anew(coming: Coming, before: Iterable[Item], corrections: Sequence[Correction]) -> bytes:
    """Join all reports anew."""
    there = list(before)
    by_id: dict[str, list[Report]] = {}
    for item in there:
        by_id.setdefault(item.told.report.id, []).append(item.told.report)
    fresh = [
        item
        for item in coming.archive.items
        if not any(item.told.report.is_same(report) for report in by_id.get(item.told.report.id, ()))
    ]
    archive, watched = joining([[*there, *fresh]], corrections)
    return _packed(coming, archive, watched, corrections)


def _count_known(before: KeptWatch, coming: Coming) -> int:
    reports = (line.told.report for line in coming.watched.lines)
    return sum(bool(before.events.same_as(report)) for report in reports)


def _items(before: KeptWatch, encoder: str, ready: Ready) -> Iterator[Item]:
    """Yield all reports of an archive ready to be compared; those of another version or encoder are read again."""
    made = before.ready(_none) if before.summary.encoder == encoder else None
    if made is not None:
        yield from made.items
    else:
        yield from chain.from_iterable(ready(line.told.report for line in before.events.lines))


def _none(name: str) -> KeptWatch:
    raise ValueError("an archive that is in several files")


def _packed(
    coming: Coming, archive: Archive, watched: Watched, corrections: Sequence[Correction] = ()
) -> bytes:  # fmt: skip
    return kept.pack(
        watched, coming.file, date.today().isoformat(), coming.encoder, coming.failed, archive, tuple(corrections)
    )


def _opened(file: io.BufferedIOBase) -> KeptWatch:
    """Open a file that is read where it is looked at, as long as it is open."""
    size = file.seek(0, os.SEEK_END)

    def stretch(start: int, end: int) -> bytes:
        file.seek(start)
        return file.read(end - start)

    return kept.opened(stretch, size)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, IndexError, EOFError) as error:
        raise InputError("watch_archive_unreadable", archive=path.name) from error
    except InputError as error:
        if error.code != "kept_watch_unreadable":
            raise
        raise InputError("watch_archive_unreadable", archive=path.name) from error
