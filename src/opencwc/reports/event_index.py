"""The events of a run in columns, so that a page of many is filtered and ordered without going through each of them.

An index is made once for reports and decisions, and asked by every page after that. What it answers is what going
through the events one by one would give.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from opencwc.convention.regions import region_of
from opencwc.reports.corrected import EventDecision
from opencwc.reports.event_columns import EventColumns, EventRow, KnownPlace
from opencwc.reports.event_list import EventList, Summaries
from opencwc.reports.summaries import STATES, EventSummary, Shown, shown_since
from opencwc.reports.watch_question import WatchQuestion
from opencwc.reports.watched import Watched

T = TypeVar("T")
Places: TypeAlias = "NDArray[np.int64]"
_MOST_REMEMBERED = 12


class EventsAsked(NamedTuple):
    """Which events are wanted: of each fact that is filled an event has it, and all words of ``text`` stand in it."""

    kind: str = ""
    stage: str = ""
    country: str = ""
    region: str = ""
    origins: str = ""
    text: str = ""


class EventIndex:
    """The events of a run in columns; the reports of one are read where it is looked at."""

    def __init__(self, events: EventList) -> None:
        self.events = events
        self.columns: EventColumns = events.columns
        self._remembered: dict[object, Any] = {}

    @property
    def watched(self) -> Watched:
        """All reports, and the events."""
        return self.events.watched

    @property
    def summaries(self) -> Sequence[EventSummary]:
        """The events, those told first first."""
        return Summaries(self.events)

    @property
    def on_none(self) -> int:
        """How many reports are on no event."""
        return self.events.on_none

    def named(self, identity: str) -> EventSummary | None:
        """Return the event of an id, or the one that a report is on now by which an event had this id before."""
        place = self.events.named(identity)
        return None if place is None else self.events.summary(place)

    def remembered(self, key: object, make: Callable[[], T]) -> T:
        """Return what was made for a key before, else make it; the latest few are remembered."""
        if key not in self._remembered:
            made = make()
            for old in list(self._remembered)[: 1 - _MOST_REMEMBERED]:
                self._remembered.pop(old, None)
            self._remembered[key] = made
        found: T = self._remembered[key]
        return found

    def fitting(self, asked: EventsAsked) -> Places:
        """Return the places of the events that are wanted, those told last first."""
        fits = np.ones(len(self.columns), dtype=np.bool_)
        for name, value in zip(asked._fields, asked, strict=True):
            if value and name != "text":
                fits &= self._having(name, value)
        if words := asked.text.casefold().split():
            fits &= self.events.holding(words)
        return self.events.latest_first[fits[self.events.latest_first]]

    def wanted(self, question: WatchQuestion) -> list[int]:
        """Return the places of the events that a watch may want, in their order; each event itself says whether."""
        if question.event:
            place = self.events.named(question.event)
            return [] if place is None else [place]
        fits = np.ones(len(self.columns), dtype=np.bool_)
        asked = (
            ("place", question.countries), ("kind", question.kinds), ("agents", question.agents),
            ("languages", question.languages),
        )  # fmt: skip
        for name, some in asked:
            if some:
                fits &= self.columns.of(name, partial(_has_any, {word.casefold() for word in some}))
        if words := question.words.casefold().split():
            fits &= self.events.holding(words)
        places: list[int] = np.nonzero(fits)[0].tolist()
        return places

    def _having(self, name: str, value: str) -> NDArray[np.bool_]:
        """Tell of each event whether a fact of it has a value."""
        if name == "origins":
            several = self.columns.corroborated
            return several if value == "several" else ~several
        if name in ("kind", "stage"):
            return self.columns.of(name, lambda known: bool(known == value))
        area_of: Callable[[KnownPlace], str] = _country_of if name == "country" else _region_of
        return self.columns.of("place", lambda place: area_of(place) == value)

    def since(self, places: Places, moment: datetime, decided: Sequence[EventDecision] = ()) -> ShownEvents:
        """Return events as they stand to a reader who last looked at a moment: new ones, changed ones, the others.

        ``decided`` are the decisions that made events different since then, the earliest first.
        """
        start = moment.timestamp()
        last = {place: one for one in decided for place in self.events.of_reports(one.named)}
        corrected = np.zeros(len(self.columns), dtype=np.bool_)
        corrected[list(last)] = True
        fresh = self.columns.last[places] >= start
        new = self.columns.first[places] >= start
        states = np.where(new, 0, np.where(fresh | corrected[places], 1, 2)).astype(np.uint8)  # which sort quickest
        order = np.argsort(states, kind="stable")
        return ShownEvents(self, places[order], states[order], moment, last)

    def nearest(self, summary: EventSummary, most: int) -> list[EventRow]:
        """Return other events, those first that are of the same country and were told at about the same time."""
        elsewhere = ~self._having("country", summary.place.country)
        apart = np.abs(self.columns.first - summary.first.timestamp())
        order = np.lexsort((apart, elsewhere))[: most + 1]
        rows = (self.columns.row(place) for place in order.tolist())
        return [row for row in rows if row.id != summary.id][:most]

    def of_reports(self, names: Iterable[str]) -> list[EventSummary]:
        """Return the events that any of the reports are on, in their order."""
        return [self.events.summary(place) for place in self.events.of_reports(names)]

    def values(self, name: str) -> list[str]:
        """Return the kinds, stages or countries that there are, each once; the empty one is left out."""
        there = self._there("place" if name == "country" else name)
        texts = {_country_of(value) if name == "country" else value for value in there}
        return sorted(texts - {""})

    @property
    def agents(self) -> set[str]:
        """The chemicals that are named of any event."""
        return {agent for names in self._there("agents") for agent in names}

    def _there(self, name: str) -> Iterator[Any]:
        """Yield the values of a fact that there are, each once."""
        numbers, values = self.columns.facts[name]
        there = np.nonzero(np.bincount(numbers, minlength=len(values)))[0] if len(numbers) else ()
        return (values[number] for number in there)


def _has_any(wanted: Collection[str], value: KnownPlace | str | tuple[str, ...]) -> bool:
    """Tell whether a fact of events is one of those wanted, of several any; of a place its country."""
    if isinstance(value, KnownPlace):
        return value.country.casefold() in wanted
    return any(word.casefold() in wanted for word in ((value,) if isinstance(value, str) else value))


def _country_of(place: KnownPlace) -> str:
    return place.country


def _region_of(place: KnownPlace) -> str:
    return region_of(place.country)


class ShownEvents:
    """Events in the order in which they are shown, each made ready only where it is looked at."""

    def __init__(
        self,
        index: EventIndex,
        places: Places,
        states: NDArray[np.uint8],
        since: datetime,
        decided: Mapping[int, EventDecision],
    ) -> None:
        self.index, self.places = index, places
        self._states, self._since, self._decided = states, since, decided

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Shown]:
        return iter(self.part(0, len(self)))

    def part(self, start: int, end: int) -> list[Shown]:
        """Return the events from one place of the list to before another, each with why it stands where it does."""
        return list(map(self._shown, self.places[start:end].tolist()))

    def _shown(self, place: int) -> Shown:
        summary, decision = self.index.events.summary(place), self._decided.get(place)
        said = None if decision is None else decision.said_of(summary.report_ids)
        return shown_since(summary, self._since, said)

    @property
    def summaries(self) -> Sequence[EventSummary]:
        """The events alone."""
        return Summaries(self.index.events, self.places.tolist())

    @property
    def counts(self) -> dict[str, int]:
        """How many events are in each state."""
        return {state: int(np.count_nonzero(self._states == number)) for number, state in enumerate(STATES)}

    def in_state(self, state: str) -> ShownEvents:
        """Return those in a state; all where it is empty."""
        return self._only(self._states == STATES.index(state)) if state else self

    def with_first(self, ids: Iterable[str]) -> ShownEvents:
        """Return the same events, those of some ids before the others of their state."""
        wanted = set(ids)
        if not wanted:
            return self
        first = np.isin(self.index.columns.ids[self.places], [one.encode() for one in wanted])
        return self._only(np.lexsort((~first, self._states)))

    @property
    def latest_first(self) -> Places:
        """Their places, those told last first, whatever their state."""
        latest = self.index.events.latest_first
        return latest[np.isin(latest, self.places)]

    def _only(self, chosen: NDArray[Any]) -> ShownEvents:
        return ShownEvents(self.index, self.places[chosen], self._states[chosen], self._since, self._decided)
