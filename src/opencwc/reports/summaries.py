"""An event as all its reports together tell it: who says what, where they differ, how many origins stand behind it.

Each independent origin has one voice, whatever the number of outlets that copied it. Nothing is scored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import combinations
from types import MappingProxyType
from typing import Any, TypeVar

from msgspec import Struct, structs

from opencwc.finding import Message, Value
from opencwc.reports.corrected import EventDecision
from opencwc.reports.event_wording import agent_said, day_said, headline_of, range_said, set_apart, sources_said
from opencwc.reports.item import days_of
from opencwc.reports.model import Date, Place, ReportKey
from opencwc.reports.watched import Line, Watched
from opencwc.wording.states import state_named

T = TypeVar("T")
STAGES = ("alleged", "denied", "planned", "reported", "confirmed", "concluded")
"""The stages, the least certain first: where origins are divided evenly, the less certain stands."""
STATES = ("new", "changed", "earlier")
"""How an event stands to who looked before, in the order in which they are shown."""
FOR, AGAINST = ("asserts", "confirms"), ("denies", "doubts")


class Difference(Struct, frozen=True):
    """A fact on which reports of one event disagree: its name, and what they say of it."""

    field: str
    values: tuple[Message | str, ...]

    @property
    def says(self) -> Message:
        """The difference in words."""
        return Message("watch_differs", {"field": Message(f"watch_field_{self.field}"), "values": self.values})


def stage_of(origin: Sequence[Line]) -> str:
    """Return what the latest report of an origin says; where that tells it as fact, a confirmation before it holds."""
    stages = [line.told.nature.stage for line in origin]
    if stages[-1] != "reported":
        return stages[-1]
    return next((stage for stage in reversed(stages) if stage in ("confirmed", "concluded")), "reported")


class EventSummary(Struct, frozen=True, dict=True):
    """An event with its reports, the first published first, and its origins, each with the reports that rest on it.

    ``decided`` is what a person last said of its stage, with just these reports.
    """

    id: str
    lines: tuple[Line, ...]
    origins: tuple[tuple[Line, ...], ...]
    decided: EventDecision | None = None

    @cached_property
    def keys(self) -> tuple[ReportKey, ...]:
        """What its reports are known by in every run."""
        return tuple(line.told.report.key for line in self.lines)

    @cached_property
    def report_ids(self) -> frozenset[str]:
        """The ids of its reports."""
        return frozenset(line.told.report.id for line in self.lines)

    @cached_property
    def voices(self) -> tuple[Line, ...]:
        """The latest report of each origin."""
        return tuple(origin[-1] for origin in self.origins)

    @cached_property
    def kind(self) -> str:
        """The kind that most origins tell."""
        return _most(self._told(lambda line: line.told.nature.kind))

    @cached_property
    def stages(self) -> Mapping[str, int]:
        """How many origins tell each stage, the least certain first."""
        counts: Counter[str] = Counter(map(stage_of, self.origins))
        return {stage: counts[stage] for stage in STAGES if counts[stage]}

    @property
    def stage(self) -> str:
        """The stage that a person decided, else the one by the reports."""
        return self.decided.stage if self.decided is not None else self.told_stage

    @cached_property
    def told_stage(self) -> str:
        """The stage that most origins tell; where they are divided evenly, the less certain one.

        Announcements count only where nobody tells what came of them.
        """
        told = self.stages.keys() - {"planned"} or self.stages.keys()
        return max(told, key=lambda stage: (self.stages[stage], -STAGES.index(stage)), default="")

    @cached_property
    def date(self) -> Date:
        """The day that most origins give, as precise as they give it."""
        text = _most(self._told(lambda line: line.told.date.text))
        return next((line.told.date for line in self.lines if line.told.date.text == text), Date())

    @cached_property
    def place(self) -> Place:
        """The place that most origins name, in the country that most name; with its point where one has it."""
        country = _most(self._told(lambda line: line.told.place.country))
        within = [line for line in self.lines if line.told.place.country == country]
        name = _most([line.told.place.name for line in within if line.told.place.name])
        named = [line.told.place for line in within if line.told.place.name == name]
        return next((place for place in named if place.point), named[0] if named else Place())

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """Every chemical that a report names for it, in the order in which they came up."""
        return tuple(dict.fromkeys(name for line in self.lines for name in line.told.agents.names))

    @cached_property
    def killed(self) -> tuple[int, ...]:
        """The numbers of dead that origins last gave, each once."""
        return self._figures(lambda line: line.told.casualties.killed.number)

    @cached_property
    def affected(self) -> tuple[int, ...]:
        """The numbers of injured, ill or exposed that origins last gave, each once."""
        return self._figures(lambda line: line.told.casualties.affected.number)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The outlets, in the order of their first report."""
        return tuple(dict.fromkeys(line.told.report.source for line in self.lines if line.told.report.source))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it is told in."""
        return tuple(dict.fromkeys(line.told.lang for line in self.lines))

    @property
    def first(self) -> datetime:
        """When it was first told."""
        return self.lines[0].told.report.published

    @property
    def last(self) -> datetime:
        """When it was last told."""
        return self.lines[-1].told.report.published

    @cached_property
    def corroborated(self) -> bool:
        """Whether two independent origins or more tell it, those that deny or doubt it left out."""
        return sum(line.told.nature.stance not in AGAINST for line in self.voices) > 1

    @property
    def backing(self) -> str:
        """The text that says how many origins tell it: ``several``, ``one``, or ``against`` where others deny it."""
        return backing_of(len(self.origins), corroborated=self.corroborated)

    @cached_property
    def denied_by(self) -> tuple[str, ...]:
        """The outlets whose main speaker denies or doubts it."""
        return self._sources_with(AGAINST)

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """The facts on which reports disagree; a less precise day or place is no difference."""
        found = []
        facts: tuple[tuple[str, Sequence[Any], Callable[[Any, Any], bool]], ...] = (
            ("kind", self._told(lambda line: line.told.nature.kind), _differ),
            ("date", self._told(lambda line: line.told.date.text), days_apart),
            ("country", self._told(lambda line: line.told.place.country), _differ),
            ("agents", self._told(lambda line: line.told.agents.names), sets_apart),
        )
        for field, values, apart in facts:
            if any(apart(one, other) for one, other in combinations(dict.fromkeys(values), 2)):
                found.append(Difference(field, tuple(_said(field, value) for value in dict.fromkeys(values))))
        found += [
            Difference(name, (range_said(numbers),))
            for name, numbers in (("killed", self.killed), ("affected", self.affected))
            if len(numbers) > 1
        ]
        if self.denied_by and self._sources_with(FOR):
            found.append(
                Difference(
                    "happened", (Message("watch_denied_by", {"sources": tuple(map(set_apart, self.denied_by))}),)
                )
            )
        return tuple(found)

    @cached_property
    def headline(self) -> Message:
        """What happened, with what, where and when, in words."""
        return headline_of(self.kind, self.agents, self.place, self.date)

    @cached_property
    def told_by(self) -> Message:
        """How many reports from how many origins tell it, and by whom."""
        sources = sources_said(self.sources)
        values: dict[str, Value] = {
            "reports": Message("watch_reports_count", {"count": len(self.lines)}),
            "origins": Message("watch_origins_count", {"count": len(self.origins)}),
            "sources": sources,
            "count": len(sources),
        }
        return Message("watch_told_by" if self.sources else "watch_told", values)

    def _told(self, of: Callable[[Line], T]) -> list[T]:
        """Return what the origins say of a fact; those that do not say it are left out."""
        return [value for line in self.voices if (value := of(line))]

    def _figures(self, of: Callable[[Line], int | None]) -> tuple[int, ...]:
        """Return the last figure of each origin that gives one, each figure once, in ascending order."""
        last = []
        for origin in self.origins:
            given = [number for line in origin if (number := of(line)) is not None]
            last += given[-1:]
        return tuple(sorted(set(last)))

    def _sources_with(self, stances: Sequence[str]) -> tuple[str, ...]:
        told = (line.told for line in self.lines if line.told.nature.stance in stances)
        return tuple(dict.fromkeys(one.report.source or one.report.id for one in told))


def backing_of(origins: int, *, corroborated: bool) -> str:
    """Return the text that says how many origins tell an event."""
    if corroborated:
        return "page_watch_origins_several"
    return "page_watch_origins_against" if origins > 1 else "page_watch_origins_one"


def summaries_of(watched: Watched) -> list[EventSummary]:
    """Return the events of all reports, in the order of their first report."""
    return [summary_of(event.id, [watched.lines[number] for number in event.items]) for event in watched.events]


def summary_of(identity: str, lines: Sequence[Line]) -> EventSummary:
    """Return an event by its reports, the first published first."""
    origins: dict[str, list[Line]] = {}
    for line in lines:
        origins.setdefault(line.origin, []).append(line)
    return EventSummary(identity, tuple(lines), tuple(tuple(origin) for origin in origins.values()))


def with_decided(summaries: Iterable[EventSummary], decisions: Iterable[EventDecision]) -> list[EventSummary]:
    """Return events, each with the last decision that says at which stage it is with just its reports."""
    said = {frozenset(one.reports): one for one in decisions if one.verb == "confirm" and one.stage}
    return [structs.replace(summary, decided=said.get(summary.report_ids)) for summary in summaries]


class Shown(Struct, frozen=True):
    """An event of today's list: whether it is ``new``, ``changed`` or ``earlier``, and why it stands where it does."""

    summary: EventSummary
    state: str
    why: tuple[Message, ...]


def latest_first(events: Iterable[EventSummary]) -> list[EventSummary]:
    """Return events in the order of their days, the last day first; those without a day last."""
    return sorted(events, key=lambda event: event.date.text, reverse=True)


def today(
    summaries: Iterable[EventSummary], since: datetime, decided: Mapping[str, Message] = MappingProxyType({})
) -> list[Shown]:  # fmt: skip
    """Return events as a reader wants them who last looked at a moment: new ones, changed ones, then the others.

    ``decided`` are the ids of events that people made different since then, each with who did what.
    """
    shown = [shown_since(summary, since, decided.get(summary.id)) for summary in summaries]
    return sorted(shown, key=lambda one: (STATES.index(one.state), -one.summary.last.timestamp(), one.summary.id))


def shown_since(summary: EventSummary, since: datetime, decided: Message | None = None) -> Shown:
    """Return an event as it stands to who last looked at a moment; ``decided`` is what people made of it since."""
    fresh = [line for line in summary.lines if line.told.report.published >= since]
    before = summary.lines[: len(summary.lines) - len(fresh)]
    why = [decided] if decided else []
    if fresh and not before:
        first = summary.first.date().isoformat()
        return Shown(summary, "new", (Message("watch_why_new", {"day": first}), *why))
    if not fresh:
        last = summary.last.date().isoformat()
        earlier = (*why, Message("watch_why_earlier", {"day": last}))
        return Shown(summary, "changed" if decided else "earlier", earlier)
    return Shown(summary, "changed", (*_changes(before, fresh), *why))


def _changes(before: Sequence[Line], fresh: Sequence[Line]) -> list[Message]:
    """Say what later reports bring that the earlier ones did not have."""
    stages = _new(before, fresh, lambda line: line.told.nature.stage)
    changes = [Message("watch_why_stage", {"stage": Message(f"verdict_{stage}")}) for stage in stages]
    for field, of in _FIGURES.items():
        if now := _new(before, fresh, of):
            label = Message(f"watch_field_{field}")
            changes.append(Message("watch_why_figure", {"field": label, "now": range_said(tuple(now))}))
    if agents := _new_names(before, fresh):
        changes.append(Message("watch_why_agents", {"agents": tuple(map(agent_said, agents))}))
    if origins := len(_new(before, fresh, lambda line: line.origin)):
        changes.append(Message("watch_why_origins", {"count": origins}))
    return [*changes, Message("watch_why_reports", {"count": len(fresh)})]


def _new(before: Sequence[Line], fresh: Sequence[Line], of: Callable[[Line], Any]) -> list[Any]:
    known = {of(line) for line in before}
    return [value for value in dict.fromkeys(map(of, fresh)) if value not in known and value not in ("", None)]


def _new_names(before: Sequence[Line], fresh: Sequence[Line]) -> tuple[str, ...]:
    known = {name for line in before for name in line.told.agents.names}
    return tuple(dict.fromkeys(name for line in fresh for name in line.told.agents.names if name not in known))


_FIGURES: Mapping[str, Callable[[Line], int | None]] = {
    "killed": lambda line: line.told.casualties.killed.number,
    "affected": lambda line: line.told.casualties.affected.number,
}


def _most(values: Sequence[str]) -> str:
    """Return what is said most often, the first said where several are."""
    counts = Counter(values)
    return max(counts, key=lambda value: counts[value], default="")


def _differ(one: Any, other: Any) -> bool:
    return bool(one != other)


def sets_apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two sets of chemicals differ, neither within the other."""
    return not (set(one) <= set(other) or set(other) <= set(one))


def days_apart(one: str, other: str) -> bool:
    """Tell whether two days, months or years cannot be one; a less precise one that holds the other can."""
    first, second = days_of(Date(one)), days_of(Date(other))
    return first is None or second is None or max(first[0], second[0]) > min(first[1], second[1])


def _said(field: str, value: Any) -> Message | str:
    """Say one value of a fact."""
    if field == "kind":
        return Message(f"watch_kind_{value}")
    if field == "date":
        return day_said(value)
    return state_named(value) if field == "country" else _together(value)


def _together(agents: Sequence[str]) -> Message:
    """Say the chemicals that one report names: with a plus between, as commas part what several reports name."""
    *before, last = map(agent_said, agents)
    for agent in reversed(before):
        last = Message("watch_agents_together", {"agent": agent, "others": last})
    return last
