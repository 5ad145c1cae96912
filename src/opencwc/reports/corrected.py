"""What people decided on events, and the events as they stand by it: split, joined, moved or confirmed as they are.

No report is ever lost. Decisions are applied in the order in which they were made, so what was said last holds. They
name reports and not events, so they hold however the events come out the next time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Literal

from msgspec import Struct, structs

from opencwc.finding import Message, Value
from opencwc.reports.corrections import Correction
from opencwc.reports.events import Event, event_id
from opencwc.reports.item import item_of
from opencwc.reports.linkage import connected
from opencwc.reports.origins import find_origins, origin_name
from opencwc.reports.traits import traits_of
from opencwc.reports.watched import Line, Watched

Verb = Literal["split", "join", "move", "confirm"]
VERBS: tuple[Verb, ...] = ("split", "join", "move", "confirm")


class EventDecision(Struct, frozen=True):
    """What a person decided: ``reports`` are one event, together with ``beside``, and not with ``apart``.

    All three are ids of reports; they mean what they do in a `Correction`. To confirm says that ``reports`` are one
    event as it stands, and may say of which ``kind`` and at which ``stage``.
    """

    verb: Verb
    reports: tuple[str, ...]
    beside: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    reason: str = ""
    person: str = ""
    at: str = ""
    kind: str = ""
    stage: str = ""

    def said_of(self, ids: Collection[str]) -> Message:
        """Say who decided what, and when, as it reads on the event with the reports of some ids."""
        counted = "watch_reports_count" if self.verb == "confirm" else "watch_reports_decided"
        reports = Message(counted, {"count": len(self.reports)})
        values: dict[str, Value] = {"person": self.person, "day": self.at[:10], "reports": reports}
        facts = (("kind", "watch_kind", self.kind), ("stage", "verdict", self.stage))
        as_what = tuple(
            Message(f"watch_decided_{field}", {"value": Message(f"{text}_{word}")})
            for field, text, word in facts
            if word
        )
        if as_what:
            return Message("watch_decided_confirm_as", {**values, "as_what": as_what})
        return Message(f"watch_decided_{self._seen_from(ids)}", values)

    def _seen_from(self, ids: Collection[str]) -> str:
        """Return what the decision did to the event with these reports, or its verb where later ones undid that."""
        here, beside, apart = (not set(ids).isdisjoint(some) for some in (self.reports, self.beside, self.apart))
        if self.verb == "split" and here != apart and self.apart:
            return "made" if here else "parted"
        if self.verb == "move" and apart and not here:
            return "moved_away"
        return "added" if self.verb in ("join", "move") and here and beside else self.verb

    @property
    def named(self) -> frozenset[str]:
        """All reports that it speaks of."""
        return frozenset((*self.reports, *self.beside, *self.apart))


def as_corrections(decisions: Iterable[EventDecision]) -> Iterator[Correction]:
    """Yield decisions as the clustering takes them, so that they hold when all reports are read again."""
    for decision in decisions:
        yield Correction(decision.verb, decision.reports, decision.beside, decision.apart)


def contradictions(decisions: Sequence[EventDecision]) -> list[tuple[int, int]]:
    """Return the places of decisions that say the contrary of an earlier one, as (earlier, later)."""
    return [
        (before, after)
        for (before, one), (after, other) in combinations(enumerate(decisions), 2)
        if _joins_what_is_parted(one, other) or _joins_what_is_parted(other, one)
    ]


def _joins_what_is_parted(one: EventDecision, other: EventDecision) -> bool:
    """Tell whether a decision puts two reports together that another one says are apart."""
    together = {*one.reports, *one.beside}
    return not together.isdisjoint(other.reports) and not together.isdisjoint(other.apart)


def corrected(watched: Watched, decisions: Sequence[EventDecision]) -> Watched:
    """Return the events as people decided on them; every report of one is in exactly one of them afterwards."""
    if not decisions:
        return watched
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(watched.lines):
        numbers[line.told.report.id].append(number)
    groups = [set(event.items) for event in watched.events]
    by_person: dict[int, EventDecision] = {}
    for decision in decisions:
        for step in _steps(decision):
            groups = _applied(groups, step, numbers)
        by_person |= dict.fromkeys(_numbers_of(decision.reports, numbers), decision)
    return _rebuilt(watched, [group for group in groups if group], by_person)


def _steps(decision: EventDecision) -> Iterator[EventDecision]:
    """Yield a decision; a split that names nothing apart is one of each report from those named behind it."""
    if decision.verb != "split" or decision.apart:
        yield decision
        return
    for at, name in enumerate(decision.reports):
        yield structs.replace(decision, reports=(name,), apart=decision.reports[at + 1 :])


def _numbers_of(names: Iterable[str], numbers: Mapping[str, Sequence[int]]) -> set[int]:
    return {number for name in names for number in numbers.get(name, ())}


def _applied(
    groups: Sequence[set[int]], decision: EventDecision, numbers: Mapping[str, Sequence[int]]
) -> list[set[int]]:
    """Return the groups after one decision."""
    reports, beside, apart = (
        _numbers_of(names, numbers) for names in (decision.reports, decision.beside, decision.apart)
    )
    moves = decision.verb == "move" and bool(beside)
    parted = [group - reports if group & apart or (moves and not group & beside) else group for group in groups]
    if not reports:
        return parted
    touched = [group for group in parted if group & (reports | beside)]
    others = [group for group in parted if not group & (reports | beside)]
    one = (reports | beside).union(*touched)
    return [*others, one - apart, one & apart]  # those that are told apart stay together


def _rebuilt(watched: Watched, groups: Sequence[set[int]], by_person: Mapping[int, EventDecision]) -> Watched:
    lines = list(watched.lines)
    before = {frozenset(event.items): event for event in watched.events}
    events = []
    for group in groups:
        if (unchanged := before.get(frozenset(group))) is not None:
            events.append(unchanged)
            continue
        ordered = tuple(sorted(group, key=partial(_order, watched.lines)))
        event = Event(event_id(watched.lines[ordered[0]].told.report), ordered)
        events.append(event)
        for number, origin in _origins(watched.lines, ordered).items():
            lines[number] = structs.replace(watched.lines[number], event=event.id, origin=origin)
    together = {number: _ids_of(watched.lines, group) for group in groups for number in group}
    for number, decision in by_person.items():
        said = decision.said_of(together.get(number, ()))
        lines[number] = structs.replace(lines[number], why=(said, *lines[number].why))
    return Watched(tuple(lines), tuple(sorted(events, key=lambda event: _order(watched.lines, event.items[0]))))


def _ids_of(lines: Sequence[Line], numbers: Iterable[int]) -> frozenset[str]:
    return frozenset(lines[number].told.report.id for number in numbers)


def _order(lines: Sequence[Line], number: int) -> tuple[float, str]:
    report = lines[number].told.report
    return report.published.timestamp(), report.id


def _origins(lines: Sequence[Line], numbers: Sequence[int]) -> dict[int, str]:
    """Return the origin of each report of a group that people made: as found before, and joined by words.

    Between events that were found apart only words and facts compare, as no vectors are kept.
    """
    told = [lines[number].told for number in numbers]
    items = list(map(item_of, told, traits_of(told, None)))
    places = range(len(numbers))
    pairs = [
        (one, other)
        for one, other in combinations(places, 2)
        if lines[numbers[one]].origin and lines[numbers[one]].origin == lines[numbers[other]].origin
    ]
    if len({lines[number].event for number in numbers}) > 1:
        pairs += [(origin[0], other) for origin in find_origins(items, Event("", tuple(places))) for other in origin]
    names: dict[int, str] = {}
    for origin in connected(places, pairs):
        first = sorted(origin, key=lambda place: items[place].order)
        names |= dict.fromkeys((numbers[place] for place in origin), origin_name(items, first))
    return names
