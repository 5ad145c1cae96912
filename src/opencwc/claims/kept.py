"""What the pages of a run of claims need: the record, the reports with their events, and the claims, in one file.

It is lines of JSON: one for the run, one a statement of the record, one a report, one an event, one a claim.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice

from msgspec import Struct

from opencwc.claims.model import Claim, Statement
from opencwc.claims.pair_signs import Record
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.encoders import Encoder
from opencwc.records import from_json, to_json
from opencwc.reports.events import Event
from opencwc.reports.summaries import EventSummary, summaries_of
from opencwc.reports.watched import Line, Watched

NAME = "claims-held.jsonl.gz"
MEDIA_TYPE = "application/gzip"


class RunSummary(Struct, frozen=True):
    """What is said of the run itself; ``version`` is that of the file's form. ``notes`` say what was not read."""

    file: str
    record: str
    as_of: str
    encoder: str
    statements: int
    reports: int
    events: int
    claims: int
    notes: tuple[Message, ...] = ()
    version: int = 1


class KeptClaims(Struct, frozen=True, dict=True):
    """Claims with the reports they stand in and the record they were held against."""

    summary: RunSummary
    statements: tuple[Statement, ...]
    watched: Watched
    claims: tuple[Claim, ...]

    @cached_property
    def statement_by_id(self) -> Mapping[str, Statement]:
        """The statements of the record by their ids."""
        return {statement.id: statement for statement in self.statements}

    @cached_property
    def _records(self) -> dict[str, Record]:
        return {}

    def record(self, encoder: Encoder) -> Record:
        """Return the record ready to be compared; it is made at the first asking."""
        if encoder.id not in self._records:
            self._records[encoder.id] = Record(self.statements, encoder)
        return self._records[encoder.id]

    @cached_property
    def line_by_row(self) -> Mapping[int, Line]:
        """The reports by their rows."""
        return {line.told.report.row: line for line in self.watched.lines}

    @cached_property
    def event_by_id(self) -> Mapping[str, EventSummary]:
        """The events by their ids."""
        return {event.id: event for event in summaries_of(self.watched)}


def pack(
    names: tuple[str, str],
    as_of: str,
    encoder: str,
    statements: Sequence[Statement],
    watched: Watched,
    claims: Sequence[Claim],
    notes: Sequence[Message] = (),
) -> bytes:
    """Return the file of a run's pages; ``names`` are those of the files of reports and of the record."""
    counts = len(statements), len(watched.lines), len(watched.events), len(claims)
    summary = RunSummary(*names, as_of, encoder, *counts, tuple(notes))
    parts = (summary, *statements, *watched.lines, *watched.events, *claims)
    return gzip.compress(b"\n".join(map(to_json, parts)), 6, mtime=0)


def unpack(content: bytes) -> KeptClaims:
    """Return what was packed, having looked at its shape; raise `InputError` where it is no such file."""
    try:
        lines = iter(gzip.decompress(content).split(b"\n"))
        summary = from_json(RunSummary, next(lines))
        statements = tuple(from_json(Statement, line) for line in islice(lines, summary.statements))
        reports = tuple(from_json(Line, line) for line in islice(lines, summary.reports))
        events = tuple(from_json(Event, line) for line in islice(lines, summary.events))
        claims = tuple(from_json(Claim, line) for line in lines)
    except (OSError, EOFError, ValueError, StopIteration):
        raise InputError("kept_claims_unreadable") from None
    kept = KeptClaims(summary, statements, Watched(reports, events), claims)
    counts = len(statements), len(reports), len(events), len(claims)
    whole = counts == (summary.statements, summary.reports, summary.events, summary.claims)
    places = {number for event in events for number in event.items}
    if not whole or not places <= set(range(len(reports))) or not {one.row for one in claims} <= set(kept.line_by_row):
        raise InputError("kept_claims_unreadable")
    return kept
