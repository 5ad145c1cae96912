"""Blind second looks at events: a share of the confirmed ones is decided again by a reviewer who did not see how.

Such an event is drawn as a decision on a finding is (`opencwc.casebook.decisions`). Until the reviewer has confirmed
how its reports belong together, the events of all of them stand for that reviewer as they were found, without any
decision on them. Only then are the two held against each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct

from opencwc.casebook.agreement import Agreement, kappa
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import draw_reviewer
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.permissions import may
from opencwc.casebook.run_records import Added, RunRecords, add_to_run, added_to_all, added_to_run, takes_more
from opencwc.finding import Message
from opencwc.records import from_plain, to_json, to_plain
from opencwc.reports.corrected import EventDecision
from opencwc.reports.watched import Watched

LOOKS = RunRecords("event_second_look", "second-look.json")
Groups = tuple[tuple[str, ...], ...]
"""Ids of reports, those of one event together; in order, so that the same groups are equal."""


class _Drawn(Struct, frozen=True, tag="drawn"):
    """That an event was drawn; ``found`` are the groups as reports were joined, ``first`` as people left them.

    ``kind`` and ``stage`` are what the first person said of it, empty where that was nothing.
    """

    look: str
    run: int
    reviewer: str
    deciders: tuple[str, ...]
    found: Groups
    first: Groups
    kind: str = ""
    stage: str = ""


class _Said(Struct, frozen=True, tag="said"):
    """What the reviewer decided; ``groups`` stands with the last, which confirms."""

    look: str
    decision: EventDecision
    groups: Groups = ()


class SecondLook(Struct, frozen=True):
    """A second look at an event: what was drawn, and what the reviewer decided, with who and when of each."""

    drawn: _Drawn
    said: tuple[tuple[EventDecision, str, str], ...] = ()
    second: Groups = ()

    @property
    def id(self) -> str:
        """What it is known by."""
        return self.drawn.look

    @property
    def run(self) -> int:
        """The run that it was drawn in."""
        return self.drawn.run

    @property
    def reports(self) -> frozenset[str]:
        """The reports that are looked at."""
        return frozenset(name for group in self.drawn.found for name in group)

    @property
    def is_open(self) -> bool:
        """Whether the reviewer has not confirmed yet."""
        return not self.second

    @property
    def agrees(self) -> bool:
        """Whether both grouped the reports alike."""
        return self.second == self.drawn.first

    @property
    def kinds(self) -> tuple[str, str]:
        """What the two said of the kind, empty for who said nothing."""
        return self.drawn.kind, self.said[-1][0].kind if self.second else ""

    @property
    def stages(self) -> tuple[str, str]:
        """What the two said of the stage, empty for who said nothing."""
        return self.drawn.stage, self.said[-1][0].stage if self.second else ""

    @property
    def differences(self) -> tuple[Message, ...]:
        """On what the two differ beside the grouping: who said which kind, which stage."""
        return tuple(
            Message(
                f"watch_second_look_{name}", {"first": Message(f"{text}_{one}"), "second": Message(f"{text}_{other}")}
            )
            for name, text, (one, other) in (("kind", "watch_kind", self.kinds), ("stage", "verdict", self.stages))
            if one and other and one != other
        )

    @property
    def people(self) -> frozenset[str]:
        """The ids of who decided in it."""
        return frozenset(person for _, person, _ in self.said)

    @property
    def at(self) -> str:
        """When it was confirmed, empty before."""
        return self.said[-1][2] if self.second else ""

    def waits_for(self, person: Person) -> bool:
        """Tell whether this person has to look: the reviewer, where none was found any who has not decided on it."""
        if not self.is_open or person.role is not Role.REVIEWER or not may(person, "keep"):
            return False
        if self.drawn.reviewer:
            return person.id == self.drawn.reviewer
        return person.id not in self.drawn.deciders and self.people <= {person.id}

    @property
    def labels(self) -> tuple[str, str]:
        """What the two held, as names that are equal where they agree."""
        return _label(self.drawn.first, self.drawn.found), _label(self.second, self.drawn.found)

    def outcome(self, name: str) -> Message:
        """Say how it came out; ``name`` is that of the reviewer."""
        result = "agrees" if self.agrees else "differs"
        return Message(f"watch_second_look_{result}", {"person": name, "day": self.at[:10]})


def _label(groups: Groups, found: Groups) -> str:
    return "found" if groups == found else sha256(to_json(groups)).hexdigest()


def groups_in(watched: Watched, reports: Collection[str]) -> Groups:
    """Return how some reports stand together in the events of watched ones; one on no event stands alone."""
    names = [line.told.report.id for line in watched.lines]
    groups = [sorted({names[number] for number in event.items} & set(reports)) for event in watched.events]
    placed = {name for group in groups for name in group}
    alone = [[name] for name in reports if name not in placed]
    return tuple(sorted(tuple(group) for group in (*groups, *alone) if group))


def reports_beside(watched: Watched, reports: Collection[str]) -> frozenset[str]:
    """Return all reports of the events, as they were found, in which any of some reports stands."""
    names = [line.told.report.id for line in watched.lines]
    events = [{names[number] for number in event.items} for event in watched.events]
    return frozenset(reports).union(*(event for event in events if not event.isdisjoint(reports)))


def looks_of(book: Casebook, person: Person, run: int) -> list[SecondLook]:
    """Return the second looks that were drawn in the case of a run, the earliest first."""
    return _looks(added_to_run(book, person, run, LOOKS, others="all"))


def _looks(added: Iterable[Added]) -> list[SecondLook]:
    drawn: dict[str, _Drawn] = {}
    said: dict[str, list[tuple[EventDecision, str, str]]] = {}
    second: dict[str, Groups] = {}
    for one in added:
        record = from_plain(_Drawn | _Said, one.content)  # type: ignore[arg-type]
        if isinstance(record, _Drawn):
            drawn[record.look] = record
        elif record.look in drawn and record.look not in second:
            said.setdefault(record.look, []).append((record.decision, one.person, one.at))
            if record.groups:
                second[record.look] = record.groups
    return [SecondLook(one, tuple(said.get(look, ())), second.get(look, ())) for look, one in drawn.items()]


def looks_waiting(book: Casebook, person: Person) -> list[SecondLook]:
    """Return the second looks that a person has to make in open cases."""
    if person.role is not Role.REVIEWER or not may(person, "keep"):
        return []
    looks = _looks(one.added for one in added_to_all(book, person, LOOKS))
    return [look for look in looks if look.waits_for(person) and takes_more(book, person, look.run)]


class Confirmed(NamedTuple):
    """A confirmed event: its run with its mark, the number of the decision there, the decision, and who decided on it.

    ``now`` are the events as people decided on them, ``found`` as they were found.
    """

    run: int
    mark: Mark
    number: int
    decision: EventDecision
    deciders: Collection[str]
    now: Watched
    found: Watched


def draw_second_look(book: Casebook, person: Person, confirmed: Confirmed) -> None:
    """Draw a confirmed event for a second look, or do not."""
    run, mark, number, decision, deciders, now, found = confirmed
    reviewer = draw_reviewer(book, f"event:{run}:{number}", mark, deciders)
    if reviewer is None:
        return
    reports = reports_beside(found, decision.reports)
    groups = groups_in(found, reports), groups_in(now, reports)
    look = secrets.token_hex(8)
    drawn = _Drawn(look, run, reviewer, tuple(sorted(deciders)), *groups, decision.kind, decision.stage)
    add_to_run(book, person, run, LOOKS, to_plain(drawn))


def keep_second_look(book: Casebook, person: Person, look: SecondLook, decision: EventDecision, now: Watched) -> None:
    """Keep what a reviewer decided blindly, which ends the look where it confirms.

    ``now`` are the events as the reviewer left them.
    """
    groups = groups_in(now, look.reports) if decision.verb == "confirm" else ()
    add_to_run(book, person, look.run, LOOKS, to_plain(_Said(look.id, decision, groups)))


class EventAgreement(NamedTuple):
    """How far first and second looks at events agree: on the grouping, and where both said them, on kind and stage."""

    grouping: Agreement
    kinds: Agreement
    stages: Agreement


def agreement_on_events(book: Casebook, person: Person) -> EventAgreement:
    """Return how far first and second looks at events agree, as far as the person may see them."""
    looks = [look for look in _looks(one.added for one in added_to_all(book, person, LOOKS)) if not look.is_open]
    return EventAgreement(
        kappa(look.labels for look in looks),
        kappa(look.kinds for look in looks if all(look.kinds)),
        kappa(look.stages for look in looks if all(look.stages)),
    )
