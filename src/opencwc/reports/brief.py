"""A brief: what a person judges of decided events, each pinned to the version of the event that it was written on.

It keeps no text of a report: the reports of a run never change, so their ids, with the origin of each as it stood,
bring the event back as it was. Where the event is another one now, `changes_since` says what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from msgspec import Struct, structs

from opencwc.errors import InputError
from opencwc.finding import Message, Value
from opencwc.records import to_json
from opencwc.reports.estimates import confidences, mixed_sentence
from opencwc.reports.event_wording import agent_said, day_said, place_said, range_said, set_apart
from opencwc.reports.sources import CREDIBILITY, RELIABILITY
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import Line
from opencwc.wording import LANGUAGES
from opencwc.wording.likelihood import LIKELIHOODS

MOST_EVENTS = 40
"""Events that one brief is on."""
LONGEST = 4_000
"""Characters of what a person writes of an event."""
MOST_NAMED = 10
"""Reports that a change names; of the others their number."""
UNRATED = "F6"
"""The Admiralty grade of what nobody has rated."""


class PinnedReport(Struct, frozen=True):
    """A report of an event and its origin, as they stood."""

    id: str
    origin: str


class Judgement(Struct, frozen=True):
    """What a person judges of an event: in their own words, how likely it is, how sure they are and on what that rests.

    ``likelihood`` and ``confidence`` are words of `opencwc.reports.estimates`.
    """

    event: str
    says: str
    likelihood: str
    confidence: str
    rests_on: str = ""


class BriefItem(Struct, frozen=True):
    """A judgement, and the event that it was written on: its version, its reports in their order."""

    judgement: Judgement
    version: str
    reports: tuple[PinnedReport, ...]


class Brief(Struct, frozen=True):
    """A brief as somebody wrote it; ``grades`` are Admiralty grades such as B2 by the id of a report."""

    title: str
    lang: str
    items: tuple[BriefItem, ...]
    grades: Mapping[str, str] = {}

    def grade(self, report: str) -> str:
        """Return the grade of a report."""
        return self.grades.get(report, UNRATED)


class BriefDraft(Struct, frozen=True):
    """What somebody writes to make a brief; what it leaves out stands as in `Brief`."""

    title: str
    lang: str
    judgements: tuple[Judgement, ...]
    grades: Mapping[str, str] = {}


def brief_of(draft: BriefDraft, decided: Iterable[EventSummary]) -> Brief:
    """Return a draft with each of its events pinned as it stands; ``decided`` are those that a person has decided on.

    Raises:
        InputError: no event is chosen, or one is not there or not decided on; a judgement lacks its words, its
            likelihood or its confidence, or says both in one sentence; a grade is none.

    """
    by_id = {summary.id: summary for summary in decided}
    _require_sound(draft)
    items = []
    for judgement in draft.judgements:
        if judgement.event not in by_id:
            raise InputError("brief_event_not_decided", where="event", event=judgement.event[:64])
        _require_judged(judgement, draft.lang)
        items.append(_pinned(judgement, by_id[judgement.event]))
    reports = {report.id for item in items for report in item.reports}
    grades = {name: grade.upper() for name, grade in draft.grades.items() if name in reports and grade}
    return Brief(draft.title.strip(), draft.lang, tuple(items), grades)


def _require_sound(draft: BriefDraft) -> None:
    if draft.lang not in LANGUAGES:
        raise InputError("brief_language_unknown", where="language", lang=draft.lang[:20], known=LANGUAGES)
    if not draft.title.strip():
        raise InputError("brief_title_missing", where="title")
    if not draft.judgements:
        raise InputError("brief_empty", where="event")
    if len(draft.judgements) > MOST_EVENTS or len({one.event for one in draft.judgements}) < len(draft.judgements):
        raise InputError("brief_events_too_many", where="event", most=MOST_EVENTS)
    for grade in draft.grades.values():
        if grade and not _is_grade(grade.upper()):
            raise InputError("brief_grade_unknown", where="grade", grade=grade[:20])


def _is_grade(grade: str) -> bool:
    return len(grade) == 2 and grade[0] in RELIABILITY and grade[1] in CREDIBILITY


def _require_judged(judgement: Judgement, lang: str) -> None:
    if not judgement.says.strip():
        raise InputError("brief_sentence_missing", where="says", event=judgement.event)
    if len(judgement.says) > LONGEST or len(judgement.rests_on) > LONGEST:
        raise InputError("brief_sentence_too_long", where="says", event=judgement.event, most=LONGEST)
    if judgement.likelihood not in LIKELIHOODS:
        raise InputError(
            "brief_likelihood_missing", where="likelihood", event=judgement.event, known=tuple(LIKELIHOODS)
        )
    if judgement.confidence not in confidences():
        raise InputError("brief_confidence_missing", where="confidence", event=judgement.event, known=confidences())
    for text in (judgement.says, judgement.rests_on):
        if mixed := mixed_sentence(text, lang):
            raise InputError("brief_estimates_mixed", where="says", sentence=mixed[:200])


def _pinned(judgement: Judgement, summary: EventSummary) -> BriefItem:
    written = structs.replace(judgement, says=judgement.says.strip(), rests_on=judgement.rests_on.strip())
    reports = tuple(PinnedReport(line.told.report.id, line.origin) for line in summary.lines)
    return BriefItem(written, event_version(summary), reports)


def event_version(summary: EventSummary) -> str:
    """Return the version of an event: a digest of its reports, of what each tells, and of their origins."""
    facts = [(summary.id, *map(_facts_of, summary.lines))]
    return sha256(to_json(facts)).hexdigest()[:12]


def _facts_of(line: Line) -> tuple[Any, ...]:
    told = line.told
    return (
        told.report.id, line.origin, told.nature.kind, told.nature.stage, told.nature.stance, told.date.text,
        told.place.country, told.place.name, told.agents.names, told.casualties.killed.number,
        told.casualties.affected.number, sha256(told.report.whole.encode("utf-8", "surrogatepass")).hexdigest(),
    )  # fmt: skip


def pinned_event(item: BriefItem, lines: Mapping[str, Line]) -> EventSummary:
    """Return an event as it stood when a brief was written on it; ``lines`` are those of its run, by their reports."""
    event = item.judgement.event
    some = [structs.replace(lines[one.id], event=event, origin=one.origin) for one in item.reports if one.id in lines]
    origins: dict[str, list[Line]] = {}
    for line in some:
        origins.setdefault(line.origin, []).append(line)
    return EventSummary(event, tuple(some), tuple(map(tuple, origins.values())))


def event_now(item: BriefItem, summaries: Iterable[EventSummary]) -> EventSummary | None:
    """Return the event that the first report of a pinned one is on now, ``None`` where it is on none."""
    first = item.reports[0].id
    return next((one for one in summaries if any(line.told.report.id == first for line in one.lines)), None)


def changes_since(item: BriefItem, then: EventSummary, now: EventSummary | None) -> tuple[Message, ...]:
    """Say what is different of an event since a brief was written on it; nothing where it is the same version."""
    if now is None:
        return (Message("brief_change_gone"),)
    if event_version(now) == item.version:
        return ()
    return tuple(_changes(then, now)) or (Message("brief_change_other"),)


def changes_in_run(then: EventSummary, later: Sequence[EventSummary], run: int) -> tuple[Message, ...]:
    """Say what is different of an event in a later run that read the same reports again, with others.

    Nothing is said where that run has none of its reports. Where it has not all of them, only what was added is said:
    a figure that it lacks is not one that changed.
    """
    own = {(line.told.report.id, line.told.report.whole) for line in then.lines}
    read = {summary.id: own & _reports_of(summary) for summary in later}
    now = max(later, key=lambda summary: len(read[summary.id]), default=None)
    if now is None or not read[now.id]:
        return ()
    changes = _changes(then, now) if set().union(*read.values()) == own else _added(then, now)
    return tuple(Message("brief_change_in_run", {"run": str(run), "change": change}) for change in changes)


def _reports_of(summary: EventSummary) -> set[tuple[str, str]]:
    return {(line.told.report.id, line.told.report.whole) for line in summary.lines}


def _added(then: EventSummary, now: EventSummary) -> Iterator[Message]:
    before = {line.told.report.id for line in then.lines}
    if added := [line for line in now.lines if line.told.report.id not in before]:
        yield Message("brief_change_added", {"reports": _reports_said(added)})


def _reports_said(lines: Sequence[Line]) -> tuple[str | Message, ...]:
    """Name some reports, and count the others."""
    more = (f"+{len(lines) - MOST_NAMED}",) if len(lines) > MOST_NAMED else ()
    return (*map(report_said, lines[:MOST_NAMED]), *more)


def _changes(then: EventSummary, now: EventSummary) -> Iterator[Message]:
    yield from _added(then, now)
    after = {line.told.report.id for line in now.lines}
    if removed := [line for line in then.lines if line.told.report.id not in after]:
        yield Message("brief_change_removed", {"reports": _reports_said(removed)})
    for field, said in _FIELDS.items():
        old, new = said(then), said(now)
        if old != new:
            blank = Message("brief_not_told")
            values: dict[str, Value] = {"before": old or blank, "after": new or blank}
            yield Message("brief_change_field", {"field": Message(f"watch_field_{field}"), **values})


def report_said(line: Line) -> Message:
    """Name a report by its outlet and its day."""
    return Message("brief_report", {"source": outlet_of(line), "day": line.told.report.published.date().isoformat()})


def outlet_of(line: Line) -> str:
    """Return the outlet of a report, else its id."""
    return set_apart(line.told.report.source or line.told.report.id)


_FIELDS: Mapping[str, Any] = {
    "kind": lambda one: Message(f"watch_kind_{one.kind}") if one.kind else "",
    "stage": lambda one: Message(f"verdict_{one.told_stage}") if one.told_stage else "",
    "date": lambda one: day_said(one.date.text),
    "place": lambda one: place_said(one.place) if one.place.country or one.place.name else "",
    "agents": lambda one: tuple(map(agent_said, one.agents)),
    "killed": lambda one: range_said(one.killed) if one.killed else "",
    "affected": lambda one: range_said(one.affected) if one.affected else "",
    "origins": lambda one: str(len(one.origins)),
}
"""The facts of an event that are compared, each with how it is said."""
