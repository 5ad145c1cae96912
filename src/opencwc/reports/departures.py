"""Which facts of a report depart from what most independent origins of its event say.

Each origin has one voice: what its latest report that tells a fact says of it. Where two values have equally many
origins behind them, neither is the usual one. A less precise day or place departs from nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from opencwc.reports.model import Told
from opencwc.reports.summaries import AGAINST, FOR, EventSummary, days_apart, sets_apart


class Fact(NamedTuple):
    """A fact of a report: its value, ``None`` or empty where the report does not tell it, and what parts two values."""

    of: Callable[[Told], Hashable]
    apart: Callable[[Any, Any], bool]


class Departures:
    """What most origins of an event say of each fact, and which reports depart from it."""

    def __init__(self, summary: EventSummary) -> None:
        self._summary = summary

    def differs(self, name: str, told: Told) -> bool:
        """Tell whether a report departs in a fact of `FACTS`."""
        fact = FACTS[name]
        value = fact.of(told)
        return _is_told(value) and any(fact.apart(value, usual) for usual in self._usual[name])

    @cached_property
    def _usual(self) -> Mapping[str, tuple[Hashable, ...]]:
        return {name: self._most_said(fact) for name, fact in FACTS.items()}

    def _most_said(self, fact: Fact) -> tuple[Hashable, ...]:
        """Return the value that most origins give; several where equally many give them."""
        counts: Counter[Hashable] = Counter()
        for origin in self._summary.origins:
            said = [value for line in origin if _is_told(value := fact.of(line.told))]
            counts.update(said[-1:])
        most = max(counts.values(), default=0)
        return tuple(value for value, count in counts.items() if count == most)


def _is_told(value: Hashable) -> bool:
    return value is not None and value != "" and value != ()


def _side(told: Told) -> str:
    """Return whether the main speaker is for it or against it; nothing where neither is said."""
    stance = told.nature.stance
    return "for" if stance in FOR else "against" if stance in AGAINST else ""


def _where(told: Told) -> tuple[str, ...]:
    place = told.place
    return (place.country, place.name) if place.country or place.name else ()


def _elsewhere(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return any(mine != theirs and mine and theirs for mine, theirs in zip(one, other, strict=True))


def _differ(one: Hashable, other: Hashable) -> bool:
    return one != other


FACTS: Mapping[str, Fact] = {
    "stage": Fact(lambda told: told.nature.stage, _differ),
    "stance": Fact(_side, _differ),
    "date": Fact(lambda told: told.date.text, days_apart),
    "place": Fact(_where, _elsewhere),
    "agents": Fact(lambda told: tuple(sorted(told.agents.names)), sets_apart),
    "killed": Fact(lambda told: told.casualties.killed.number, _differ),
    "affected": Fact(lambda told: told.casualties.affected.number, _differ),
}
