"""What the pages of claims read: a run with its claims as people decided on them, filtered and grouped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Query, Request

from opencwc.claims.claim_histories import History, Mention
from opencwc.claims.comparison_file import KeptClaims, unpack
from opencwc.claims.findings import headline, masked_sentence
from opencwc.claims.history_formats import said_of
from opencwc.claims.model import PARTS, Claim, Statement
from opencwc.claims.patterns.model import Evidence, Pattern
from opencwc.claims.speakers import speaker_of, speaker_said
from opencwc.claims.verb import VERB
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.jobs.claim_decisions import SHELF, Standing, standings
from opencwc.jobs.kept_runs import ShownRun, shown_run
from opencwc.reports.actors import Actor, speakers_in
from opencwc.reports.model import Report, Span
from opencwc.reports.private_people import masked
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import Line
from opencwc.web.server.page_parameters import AddressFilter, Brief
from opencwc.web.server.service import book_of, person_of

RELATIONS = tuple(str(verdict) for verdict in VERB.verdicts)

NO_EVENT = "-"
"""What the filter says of claims that are on no event."""


@dataclass(frozen=True)
class ClaimFilter(AddressFilter):
    """Which claims to list: how they stand to the record, in what they differ, on which event, who says them.

    ``speaker`` is one of `speaker_of`, ``statement`` the id of a statement of the record.
    """

    relation: Brief = ""
    aspect: Brief = ""
    event: Brief = ""
    speaker: Annotated[str, Query(max_length=200)] = ""
    statement: Annotated[str, Query(max_length=200)] = ""


ClaimsAsked = Annotated[ClaimFilter, Depends()]


@dataclass(frozen=True)
class ShownClaim:
    """A claim as pages show it: as it stands now, with its report, its statement of the record and its event."""

    standing: Standing
    line: Line
    statement: Statement | None
    event: EventSummary | None

    @property
    def claim(self) -> Claim:
        """The claim as it is right."""
        return self.standing.claim

    @property
    def report(self) -> Report:
        """The report it stands in."""
        return self.line.told.report

    @cached_property
    def sentence(self) -> str:
        """The sentence, the names of private people as dots."""
        return masked_sentence(self.claim, self.line)

    @cached_property
    def actors(self) -> tuple[Actor, ...]:
        """Who is heard in it."""
        return tuple(speakers_in(self.sentence, self.claim.lang))

    @cached_property
    def speaker(self) -> str:
        """By what who says it is known."""
        return speaker_of(self.sentence, self.claim.lang, self.report)

    @property
    def headline(self) -> Message:
        """How it stands to the record."""
        return headline(self.claim)

    @property
    def day(self) -> datetime:
        """When its report was published."""
        return self.report.published

    def speaker_said(self, lang: str) -> str:
        """Return who says it, in a language."""
        return speaker_said(self.speaker, lang)


@dataclass(frozen=True)
class HistoryRow:
    """A mention of a claim in its history: what it is there, and the claim of the run where it is one.

    ``text`` is its sentence, of a claim of the run with names masked.
    """

    mention: Mention
    said: Message
    text: str
    shown: ShownClaim | None


@dataclass(frozen=True)
class EvidenceRow:
    """What a pattern rests on; ``shown`` is the claim of the run where it is one."""

    evidence: Evidence
    text: str
    shown: ShownClaim | None


@dataclass(frozen=True)
class Group:
    """Claims that belong together: by event, by speaker, or by statement; ``key`` is what the filter takes."""

    key: str
    claims: Sequence[ShownClaim]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many stand how to the record."""
        return Counter(str(one.claim.relation) for one in self.claims)

    @property
    def outlets(self) -> int:
        """How many outlets give them."""
        return len({one.report.source or one.report.id for one in self.claims})


@dataclass(frozen=True)
class ClaimRun:
    """A run of claims that somebody may see, as people decided on it."""

    shown: ShownRun[KeptClaims]
    standings: Mapping[str, Standing]

    @property
    def number(self) -> int:
        """The number of the run."""
        return self.shown.number

    @cached_property
    def claims(self) -> Sequence[ShownClaim]:
        """All claims, in the order of the reports."""
        kept = self.shown.kept
        return [
            ShownClaim(
                standing, line := kept.line_by_row[standing.claim.row],
                kept.statement_by_id.get(standing.claim.matched), kept.event_by_id.get(line.event),
            )
            for standing in self.standings.values()
        ]  # fmt: skip

    @property
    def last_day(self) -> date:
        """The day on which the last of its reports was published."""
        return max(line.told.report.published for line in self.shown.kept.watched.lines).date()

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many claims stand how to the record, those that differ first."""
        counts = Counter(str(one.claim.relation) for one in self.claims)
        return {relation: counts[relation] for relation in RELATIONS}

    def claim(self, identity: str) -> ShownClaim:
        """Return a claim by its id; raise `NotFoundError` where there is none."""
        try:
            return self.by_id[identity]
        except KeyError:
            raise NotFoundError("no_such_claim", claim=identity[:50], run=self.number) from None

    def statement(self, identity: str) -> Statement:
        """Return a statement of the record by its id; raise `NotFoundError` where there is none."""
        try:
            return self.shown.kept.statement_by_id[identity]
        except KeyError:
            raise NotFoundError("no_such_kept_statement", statement=identity[:50], run=self.number) from None

    def fitting(self, wanted: ClaimFilter) -> list[ShownClaim]:
        """Return the claims that a filter wants: those that differ first, then those that are not in the record."""
        fitting = [one for one in self.claims if _fits(one, wanted)]
        return sorted(fitting, key=lambda one: RELATIONS.index(one.claim.relation))

    def by_event(self) -> list[Group]:
        """Return the claims of each event, the event with the most that differ first."""
        return _groups(self.claims, lambda one: one.line.event)

    def by_speaker(self) -> list[Group]:
        """Return what each speaker claims, the one with the most that differ first."""
        return _groups(self.claims, lambda one: one.speaker)

    def by_statement(self) -> list[Group]:
        """Return the claims on each statement of the record, all statements in their order."""
        groups = {group.key: group for group in _groups(self.claims, lambda one: one.claim.matched)}
        return [groups.get(one.id) or Group(one.id, ()) for one in self.shown.kept.statements]

    @cached_property
    def by_id(self) -> Mapping[str, ShownClaim]:
        """The claims by their ids."""
        return {one.claim.id: one for one in self.claims}

    def history(self, one: ShownClaim) -> History | None:
        """Return the history of a claim."""
        return self.shown.kept.history_of.get((one.claim.report, one.claim.span))

    def history_rows(self, history: History) -> list[HistoryRow]:
        """Return the mentions of a history as pages show them, the first first."""
        rows = []
        for mention in history.mentions:
            shown = self._claim_at(mention.saying.report, mention.saying.span)
            text = shown.sentence if shown else mention.saying.sentence
            rows.append(HistoryRow(mention, said_of(history, mention), text, shown))
        return rows

    def evidence_rows(self, pattern: Pattern) -> list[EvidenceRow]:
        """Return what a pattern rests on as pages show it, names of private people as dots."""
        return [self._evidence(evidence) for evidence in pattern.evidence]

    def _evidence(self, evidence: Evidence) -> EvidenceRow:
        lines = self._lines_by_report.get(evidence.report, ())
        for line in lines:
            start = line.told.report.whole.find(evidence.sentence)
            if start >= 0:
                text = masked(line.told)[start : start + len(evidence.sentence)]
                shown = next((one for one in self.claims if one.line is line and one.claim.span.start == start), None)
                return EvidenceRow(evidence, text, shown)
        return EvidenceRow(evidence, evidence.sentence, None)

    @cached_property
    def _lines_by_report(self) -> Mapping[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        for line in self.shown.kept.watched.lines:
            found.setdefault(line.told.report.id, []).append(line)
        return found

    def _claim_at(self, report: str, span: Span) -> ShownClaim | None:
        claim = self.shown.kept.claim_at.get((report, span))
        return self.by_id[claim.id] if claim is not None else None


def _fits(one: ShownClaim, wanted: ClaimFilter) -> bool:
    return (
        wanted.relation in ("", one.claim.relation)
        and (not wanted.aspect or wanted.aspect in one.claim.parts)
        and wanted.event in ("", one.line.event or NO_EVENT)
        and wanted.speaker in ("", one.speaker)
        and wanted.statement in ("", one.claim.matched)
    )


def _groups(claims: Sequence[ShownClaim], key_of: Callable[[ShownClaim], str]) -> list[Group]:
    by_key: dict[str, list[ShownClaim]] = {}
    for one in claims:
        by_key.setdefault(key_of(one), []).append(one)
    groups = [Group(key, some) for key, some in by_key.items()]
    return sorted(groups, key=lambda group: (-group.counts.get("differs", 0), -len(group.claims), group.key))


def claim_run(request: Request, number: int) -> ClaimRun:
    """Return a run of claims; raise `NotFoundError` where there is none that the person may see."""
    book, person = book_of(request), person_of(request)
    shown = shown_run(book, person, number, SHELF, unpack)
    return ClaimRun(shown, standings(book, person, shown))


def choices(run: ClaimRun) -> Iterator[str]:
    """Yield the aspects in which claims of a run differ, in the usual order."""
    found = {aspect for one in run.claims for aspect in one.claim.parts}
    yield from (aspect for aspect in PARTS if aspect in found)
