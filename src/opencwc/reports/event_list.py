"""The events of a run as lists read them: facts in columns, and each event with its reports where it is looked at.

Events held in memory, those kept in a file, and those that people decided on answer alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol, overload

import numpy as np
from numpy.typing import NDArray

from opencwc.reports.corrected import EventDecision, corrected
from opencwc.reports.covered_months import Coverage, coverage_of
from opencwc.reports.event_columns import EventColumns, chosen_columns, columns_of, joined_columns
from opencwc.reports.events import event_id
from opencwc.reports.report_columns import ReportColumns, columns_of_reports
from opencwc.reports.summaries import EventSummary, summaries_of, with_decided
from opencwc.reports.topics.independent_texts import texts_of
from opencwc.reports.watch_question import holds_words
from opencwc.reports.watched import Watched


class EventList(Protocol):
    """Events by their places, in the order of their first report."""

    @property
    def columns(self) -> EventColumns:
        """The facts of all events."""
        ...

    @property
    def reports(self) -> ReportColumns:
        """The facts of all reports."""
        ...

    @property
    def event_of(self) -> NDArray[np.int32]:
        """The place of the event of each report, -1 of one that is on none."""
        ...

    @property
    def watched(self) -> Watched:
        """All reports and events."""
        ...

    @property
    def on_none(self) -> int:
        """How many reports are on no event."""
        ...

    @property
    def newest(self) -> datetime:
        """When the newest report was published."""
        ...

    @property
    def coverage(self) -> Coverage:
        """Which days and languages the reports cover."""
        ...

    @property
    def latest_first(self) -> NDArray[np.int64]:
        """The places of the events, those told last first."""
        ...

    def summary(self, place: int) -> EventSummary:
        """Return an event with its reports."""
        ...

    def holding(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Tell of each event whether all words, in small letters, stand in it."""
        ...

    def of_reports(self, names: Iterable[str]) -> list[int]:
        """Return the places of the events that any of the reports are on, in their order."""
        ...

    def named(self, identity: str) -> int | None:
        """Return the place of the event of an id, else of one that had it once; ``None`` where there is none."""
        ...


class Summaries(Sequence[EventSummary]):
    """The events of a list one by one, each made ready where it is looked at."""

    def __init__(self, events: EventList, places: Sequence[int] | None = None) -> None:
        self._events = events
        self._places = range(len(events.columns)) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> EventSummary: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[EventSummary]: ...
    def __getitem__(self, place: int | slice) -> EventSummary | Sequence[EventSummary]:
        if isinstance(place, slice):
            return Summaries(self._events, self._places[place])
        return self._events.summary(self._places[place])

    def __iter__(self) -> Iterator[EventSummary]:
        return map(self._events.summary, self._places)


class HeldEvents:
    """Events in memory, each at the stage that people decided."""

    def __init__(self, watched: Watched, decisions: Sequence[EventDecision] = ()) -> None:
        self.watched = watched
        self.summaries = with_decided(summaries_of(watched), decisions)

    @cached_property
    def columns(self) -> EventColumns:
        """The facts of all events."""
        return columns_of(self.summaries)

    @cached_property
    def reports(self) -> ReportColumns:
        """The facts of all reports."""
        return columns_of_reports(self.watched.lines, texts_of(self.watched.lines).first)

    @cached_property
    def event_of(self) -> NDArray[np.int32]:
        """The place of the event of each report, -1 of one that is on none."""
        places = np.full(len(self.watched.lines), -1, np.int32)
        for place, event in enumerate(self.watched.events):
            places[list(event.items)] = place
        return places

    @cached_property
    def on_none(self) -> int:
        """How many reports are on no event."""
        return sum(not line.event for line in self.watched.lines)

    @cached_property
    def newest(self) -> datetime:
        """When the newest report was published."""
        return newest_of(self.watched)

    @cached_property
    def coverage(self) -> Coverage:
        """Which days and languages the reports cover."""
        return coverage_of(line.told for line in self.watched.lines)

    @cached_property
    def latest_first(self) -> NDArray[np.int64]:
        """The places of the events, those told last first."""
        return latest_first(self.columns)

    def summary(self, place: int) -> EventSummary:
        """Return an event with its reports."""
        return self.summaries[place]

    def holding(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Tell of each event whether all words stand in it."""
        some = " ".join(words)
        return np.fromiter((holds_words(one, some) for one in self.summaries), np.bool_, len(self.summaries))

    def of_reports(self, names: Iterable[str]) -> list[int]:
        """Return the places of the events that any of the reports are on."""
        wanted = set(names)
        return [place for place, one in enumerate(self.summaries) if not wanted.isdisjoint(report_ids(one))]

    def named(self, identity: str) -> int | None:
        """Return the place of the event of an id, else of one that had it once."""
        exact = (place for place, one in enumerate(self.summaries) if one.id == identity)
        once = (
            place
            for place, one in enumerate(self.summaries)
            if any(event_id(line.told.report) == identity for line in one.lines)
        )
        return next(exact, next(once, None))


class DecidedOn:
    """The events of a list as people decided on them: those that no decision touches stand as they were found."""

    def __init__(self, found: FoundEvents, decisions: Sequence[EventDecision]) -> None:
        self._found, self._decisions = found, decisions
        named = frozenset().union(*(decision.named for decision in decisions))
        around = found.around(named)
        self._around = np.array(found.numbers_around(named), np.int64)
        self._made = HeldEvents(corrected(around, decisions), decisions)
        touched = found.of_reports(named)
        untouched = np.delete(np.arange(len(found.columns)), touched)
        self._places = np.concatenate([untouched, len(found.columns) + np.arange(len(self._made.summaries))])
        both = chosen_columns(joined_columns(found.columns, self._made.columns), self._places)
        order = np.argsort(both.first, kind="stable")
        self._places = self._places[order]
        self.columns = chosen_columns(both, order)
        self.newest, self.coverage = found.newest, found.coverage
        self.on_none = found.on_none - sum(not line.event for line in around.lines) + self._made.on_none

    @cached_property
    def reports(self) -> ReportColumns:
        """The facts of all reports; those on a changed event count as the first of their origin there."""
        first, around = self._found.reports.first.copy(), self._around
        on_event = self._made.event_of >= 0
        first[around[on_event]] = around[self._made.reports.first[on_event]]
        return self._found.reports.with_first(first)

    @cached_property
    def event_of(self) -> NDArray[np.int32]:
        """The place of the event of each report, -1 of one that is on none."""
        here = np.append(self._place_of, -1)  # so that -1 stays itself
        event_of = here[self._found.event_of].astype(np.int32)
        made = self._made.event_of
        event_of[self._around] = np.where(made >= 0, here[len(self._found.columns) + made], -1)
        return event_of

    @cached_property
    def watched(self) -> Watched:
        """All reports and events."""
        return corrected(self._found.watched, self._decisions)

    @cached_property
    def latest_first(self) -> NDArray[np.int64]:
        """The places of the events, those told last first."""
        stand = self._place_of[self._found.latest_first]
        order = stand[stand >= 0]
        ids, last = self.columns.ids, -self.columns.last
        for place in self._place_of[len(self._found.columns) :].tolist():
            start, end = (int(np.searchsorted(last[order], last[place], side)) for side in ("left", "right"))
            order = np.insert(order, start + int(np.searchsorted(ids[order[start:end]], ids[place])), place)
        return order

    @cached_property
    def _place_of(self) -> NDArray[np.int64]:
        """The place in this list of each event that was found, and after them of those that people made; -1 of none."""
        places = np.full(len(self._found.columns) + len(self._made.summaries), -1)
        places[self._places] = np.arange(len(self._places))
        return places

    def summary(self, place: int) -> EventSummary:
        """Return an event with its reports."""
        before, count = int(self._places[place]), len(self._found.columns)
        return self._found.summary(before) if before < count else self._made.summary(before - count)

    def holding(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Tell of each event whether all words stand in it."""
        both = np.concatenate([self._found.holding(words), self._made.holding(words)])
        here: NDArray[np.bool_] = both[self._places]
        return here

    def of_reports(self, names: Iterable[str]) -> list[int]:
        """Return the places of the events that any of the reports are on."""
        wanted = list(names)
        count = len(self._found.columns)
        places = [*self._found.of_reports(wanted), *(count + place for place in self._made.of_reports(wanted))]
        return sorted(here for place in places if (here := int(self._place_of[place])) >= 0)

    def named(self, identity: str) -> int | None:
        """Return the place of the event of an id, else of one that had it once."""
        found, made = self._found.named(identity), self._made.named(identity)
        places = [] if made is None else [len(self._found.columns) + made]
        places += [] if found is None else [found]
        here = [at for place in places if (at := int(self._place_of[place])) >= 0]
        return next((place for place in here if self.columns.id(place) == identity), next(iter(here), None))


class FoundEvents(EventList, Protocol):
    """The events as they were found."""

    def around(self, names: Collection[str]) -> Watched:
        """Return the reports of some ids with all that are on one event with any of them."""
        ...

    def numbers_around(self, names: Collection[str]) -> list[int]:
        """Return the places of these reports among the lines, in their order."""
        ...


def latest_first(columns: EventColumns) -> NDArray[np.int64]:
    """Return the places of events, those told last first."""
    return np.lexsort((columns.ids, -columns.last)).astype(np.int64)


def newest_of(watched: Watched) -> datetime:
    """Return when the newest report was published, now where there is none."""
    return max((line.told.report.published for line in watched.lines), default=datetime.now(UTC))


def report_ids(summary: EventSummary) -> Iterator[str]:
    """Yield the ids of the reports of an event."""
    return (line.told.report.id for line in summary.lines)
