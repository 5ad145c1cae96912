"""What the pages of a run of reports need: every report with what it tells, and the events, in one file.

The file is kept in the casebook as the source of a run of its own, in the case of the findings: so it has their mark,
is seen by who may read the case, leaves with its bundle, and is erased with it. It is lines of JSON: one for the run,
one a report, one an event.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct

from opencwc.errors import InputError
from opencwc.records import from_json, to_json
from opencwc.reports.corrected import EventDecision, corrected
from opencwc.reports.event_index import EventIndex
from opencwc.reports.events import Event
from opencwc.reports.intake.arrivals import FailedCapture
from opencwc.reports.summaries import EventSummary
from opencwc.reports.topics.topic_picture import TopicPicture, topic_picture
from opencwc.reports.watched import Line, Watched

NAME = "reports-watched.jsonl.gz"
MOST_FAILED = 10_000
"""Pages that could not be had of which a run keeps that."""
MEDIA_TYPE = "application/gzip"
_MOST_INDEXES = 3


class RunSummary(Struct, frozen=True):
    """What is said of the run itself; ``encoder`` made the vectors, ``version`` is that of the file's form.

    ``failed`` are the pages that could not be had.
    """

    file: str
    as_of: str
    encoder: str
    reports: int
    events: int
    version: int = 1
    failed: tuple[FailedCapture, ...] = ()


class KeptWatch(Struct, frozen=True, dict=True):
    """Watched reports as they are kept."""

    summary: RunSummary
    watched: Watched

    @cached_property
    def _indexes(self) -> dict[tuple[EventDecision, ...], EventIndex]:
        return {}

    def index(self, decisions: Sequence[EventDecision] = ()) -> EventIndex:
        """Return the events as they stand by decisions; the latest few that were asked for are held ready."""
        key = tuple(decisions)
        held = self._indexes.pop(key, None) or EventIndex(corrected(self.watched, decisions))
        self._indexes[key] = held
        for old in list(self._indexes)[:-_MOST_INDEXES]:
            self._indexes.pop(old, None)
        return held

    @cached_property
    def topics(self) -> TopicPicture:
        """The watch on topics, by the origins as they were found."""
        return topic_picture(self.watched)

    @cached_property
    def summaries(self) -> list[EventSummary]:
        """The events as they were found, without what people decided afterwards."""
        return self.index().summaries


def pack(watched: Watched, file: str, as_of: str, encoder: str, failed: Iterable[FailedCapture] = ()) -> bytes:
    """Return the file of a run's pages; the same reports give the same bytes."""
    counts = len(watched.lines), len(watched.events)
    summary = RunSummary(file, as_of, encoder, *counts, failed=tuple(failed)[:MOST_FAILED])
    parts = (summary, *watched.lines, *watched.events)
    return gzip.compress(b"\n".join(map(to_json, parts)), 6, mtime=0)


def unpack(content: bytes) -> KeptWatch:
    """Return what was packed, having looked at its shape; raise `InputError` where it is no such file."""
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
    return KeptWatch(summary, Watched(lines, events))
