"""The events of a run in columns, so that a page of many is filtered and ordered without going through each of them.

An index is made once for reports and decisions, and asked by every page after that. What it answers is what going
through the events one by one would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from opencwc.convention.regions import region_of
from opencwc.reports.summaries import STATES, EventSummary, Shown, shown_since, summaries_of
from opencwc.reports.watch_question import searched_text
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
    """All reports of a run with their events, in columns."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.summaries = summaries_of(watched)
        self._remembered: dict[object, Any] = {}

    @cached_property
    def newest(self) -> datetime:
        """When the newest report was published."""
        return max((line.told.report.published for line in self.watched.lines), default=datetime.now(UTC))

    @cached_property
    def on_none(self) -> int:
        """How many reports are on no event."""
        return sum(not line.event for line in self.watched.lines)

    @cached_property
    def by_id(self) -> Mapping[str, EventSummary]:
        """The events by their ids."""
        return {summary.id: summary for summary in self.summaries}

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
        fits = np.ones(len(self.summaries), dtype=np.bool_)
        for name, value in zip(asked._fields, asked, strict=True):
            if value and name != "text":
                fits &= self._columns[name] == value
        places = self._latest_first[fits[self._latest_first]]
        words = asked.text.casefold().split()
        if not words:
            return places
        texts = self._texts
        return np.array([place for place in places.tolist() if all(word in texts[place] for word in words)], np.int64)

    def since(self, places: Places, moment: datetime, decided: Iterable[str] = ()) -> ShownEvents:
        """Return events as they stand to a reader who last looked at a moment: new ones, changed ones, the others.

        Events with reports among ``decided`` were made different by people since then.
        """
        start = moment.timestamp()
        corrected = np.zeros(len(self.summaries), dtype=np.bool_)
        corrected[[place for name in decided for place in self._places_of_report.get(name, ())]] = True
        fresh = self._last[places] >= start
        new = self._first[places] >= start
        states = np.where(new, 0, np.where(fresh | corrected[places], 1, 2))
        order = np.argsort(states, kind="stable")
        return ShownEvents(self, places[order], states[order], moment, corrected)

    def nearest(self, summary: EventSummary, most: int) -> list[EventSummary]:
        """Return other events, those first that are of the same country and were told at about the same time."""
        elsewhere = self._columns["country"] != summary.place.country
        apart = np.abs(self._first - summary.first.timestamp())
        order = np.lexsort((apart, elsewhere))[: most + 1]
        return [self.summaries[place] for place in order if self.summaries[place].id != summary.id][:most]

    def of_reports(self, names: Iterable[str]) -> list[EventSummary]:
        """Return the events that any of the reports are on, in their order."""
        places = {place for name in names for place in self._places_of_report.get(name, ())}
        return [self.summaries[place] for place in sorted(places)]

    @cached_property
    def _columns(self) -> Mapping[str, NDArray[np.str_]]:
        some = self.summaries
        countries = [one.place.country for one in some]
        columns = {
            "kind": [one.kind for one in some],
            "stage": [one.stage for one in some],
            "country": countries,
            "region": [region_of(country) for country in countries],
            "origins": ["several" if one.corroborated else "one" for one in some],
        }
        return {name: np.array(values, dtype=np.str_) for name, values in columns.items()}

    def values(self, name: str) -> list[str]:
        """Return the values of a column, each once; the empty one is left out."""
        return [str(value) for value in np.unique(self._columns[name]) if value]

    @cached_property
    def _first(self) -> NDArray[np.float64]:
        return np.array([one.first.timestamp() for one in self.summaries], dtype=np.float64)

    @cached_property
    def _last(self) -> NDArray[np.float64]:
        return np.array([one.last.timestamp() for one in self.summaries], dtype=np.float64)

    @cached_property
    def _latest_first(self) -> Places:
        ids = np.array([one.id for one in self.summaries], dtype=np.str_)
        return np.lexsort((ids, -self._last)).astype(np.int64)

    @cached_property
    def _texts(self) -> list[str]:
        return list(map(searched_text, self.summaries))

    @cached_property
    def _places_of_report(self) -> Mapping[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, summary in enumerate(self.summaries):
            for line in summary.lines:
                places.setdefault(line.told.report.id, []).append(place)
        return places


class ShownEvents:
    """Events in the order in which they are shown, each made ready only where it is looked at."""

    def __init__(
        self, index: EventIndex, places: Places, states: Places, since: datetime, corrected: NDArray[np.bool_]
    ) -> None:
        self.index, self.places = index, places
        self._states, self._since, self._corrected = states, since, corrected

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Shown]:
        return iter(self.part(0, len(self)))

    def part(self, start: int, end: int) -> list[Shown]:
        """Return the events from one place of the list to before another, each with why it stands where it does."""
        return [
            shown_since(self.index.summaries[place], self._since, corrected=bool(self._corrected[place]))
            for place in self.places[start:end]
        ]

    @property
    def summaries(self) -> list[EventSummary]:
        """The events alone."""
        return [self.index.summaries[place] for place in self.places]

    @property
    def counts(self) -> dict[str, int]:
        """How many events are in each state."""
        return {state: int(np.count_nonzero(self._states == number)) for number, state in enumerate(STATES)}

    def in_state(self, state: str) -> ShownEvents:
        """Return those in a state; all where it is empty."""
        return self._only(self._states == STATES.index(state)) if state else self

    def with_first(self, ids: Iterable[str]) -> ShownEvents:
        """Return the same events, those of some ids before the others."""
        wanted = set(ids)
        if not wanted:
            return self
        first = np.array([self.index.summaries[place].id in wanted for place in self.places.tolist()], dtype=np.bool_)
        return self._only(np.argsort(~first, kind="stable"))

    def _only(self, chosen: NDArray[Any]) -> ShownEvents:
        return ShownEvents(self.index, self.places[chosen], self._states[chosen], self._since, self._corrected)
