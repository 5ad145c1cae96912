"""What the pages of a run of claims need: the record, the reports with their events, and the claims, in one file.

It is lines of JSON: one for the run, then one a statement, a report, an event, a claim, a history and a pattern.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from opencwc.claims.claim_histories import History
from opencwc.claims.model import Claim, Statement
from opencwc.claims.pair_signs import Record
from opencwc.claims.patterns.model import Pattern
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.encoders import Encoder
from opencwc.records import from_json, to_json
from opencwc.reports.events import Event
from opencwc.reports.model import Span
from opencwc.reports.summaries import EventSummary, summaries_of
from opencwc.reports.watched import Line, Watched

NAME = "claims-held.jsonl.gz"
MEDIA_TYPE = "application/gzip"


class RunSummary(Struct, frozen=True):
    """What is said of the run itself; ``version`` is that of the file's form.

    ``file`` and ``record`` are the names of what was compared, ``notes`` say what was not read. ``counts`` are those of
    statements, reports, events, claims, histories and patterns.
    """

    file: str
    record: str
    as_of: str
    encoder: str
    counts: tuple[int, int, int, int, int, int] = (0, 0, 0, 0, 0, 0)
    notes: tuple[Message, ...] = ()
    version: int = 1


class KeptClaims(Struct, frozen=True, dict=True):
    """Claims with the reports they stand in and the record they were held against."""

    summary: RunSummary
    statements: tuple[Statement, ...]
    watched: Watched
    claims: tuple[Claim, ...]
    histories: tuple[History, ...] = ()
    patterns: tuple[Pattern, ...] = ()

    @cached_property
    def history_of(self) -> Mapping[tuple[str, Span], History]:
        """The history of each claim, by its report and its place there."""
        return {
            (mention.saying.report, mention.saying.span): history
            for history in self.histories
            for mention in history.mentions
        }

    @cached_property
    def claim_at(self) -> Mapping[tuple[str, Span], Claim]:
        """The claims by their report and their place there."""
        return {(claim.report, claim.span): claim for claim in self.claims}

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
    summary: RunSummary,
    statements: Sequence[Statement],
    watched: Watched,
    claims: Sequence[Claim],
    histories: Sequence[History],
    patterns: Sequence[Pattern],
) -> bytes:
    """Return the file of a run's pages; the counts of its summary are set."""
    parts = (statements, watched.lines, watched.events, claims, histories, patterns)
    first = replace(summary, counts=tuple(map(len, parts)))
    return gzip.compress(b"\n".join(map(to_json, chain((first,), *parts))), 6, mtime=0)


def unpack(content: bytes) -> KeptClaims:
    """Return what was packed, having looked at its shape; raise `InputError` where it is no such file."""
    try:
        lines = iter(gzip.decompress(content).split(b"\n"))
        summary = from_json(RunSummary, next(lines))
        parts = [_read(shape, lines, count) for shape, count in zip(_SHAPES, summary.counts, strict=True)]
    except (OSError, EOFError, ValueError, StopIteration):
        raise InputError("kept_claims_unreadable") from None
    statements, reports, events, claims, histories, patterns = parts
    kept = KeptClaims(summary, statements, Watched(reports, events), claims, histories, patterns)
    whole = tuple(map(len, parts)) == summary.counts and next(lines, None) is None
    places = {number for event in events for number in event.items}
    if not whole or not places <= set(range(len(reports))) or not {one.row for one in claims} <= set(kept.line_by_row):
        raise InputError("kept_claims_unreadable")
    return kept


_SHAPES: tuple[type[Any], ...] = (Statement, Line, Event, Claim, History, Pattern)


def _read(shape: type[Any], lines: Iterator[bytes], count: int) -> tuple[Any, ...]:
    return tuple(from_json(shape, line) for line in islice(lines, count))
