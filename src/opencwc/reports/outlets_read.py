"""Which outlets were read: how much came from each, how often its text was its own, and which events it tells of.

The first report of an origin has a text of its own; the others rewrote it. Where an outlet repeats its own first
report, that text is still its own. All of it is counted from columns; a report is read where it is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.reports.event_list import EventList
from opencwc.reports.lazy_sequence import LazySequence
from opencwc.reports.model import Report, Told
from opencwc.reports.report_columns import name_hash, named_outlet
from opencwc.reports.sources import NO_HABIT, FeedState, Habit, Health, Source, SourceIndex, health_of, plain_name
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import Line


class ReadRun(NamedTuple):
    """A run of watched reports: all its lines, and its events as people decided on them."""

    number: int
    lines: Sequence[Line]
    events: EventList


class ReadReport(NamedTuple):
    """A report of an outlet: the run and the event it stands in, and whose text it is.

    ``event`` is None where it is on none. ``first`` is the first report of its origin.
    """

    told: Told
    run: int
    event: EventSummary | None
    first: Report | None

    @property
    def report(self) -> Report:
        """The report as it came."""
        return self.told.report

    @property
    def is_own(self) -> bool:
        """Whether the text is the outlet's own."""
        return self.first is not None and outlet_of(self.first) == outlet_of(self.report)


class _Part(NamedTuple):
    """The reports of an outlet that count in one run, by their numbers there, the last published first.

    ``own`` tells which have a text of the outlet's own, ``on_event`` which are on an event.
    """

    run: ReadRun
    numbers: NDArray[np.int64]
    own: NDArray[np.bool_]
    on_event: NDArray[np.bool_]

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of the reports for these."""
        column: NDArray[Any] = getattr(self.run.events.reports, name)[self.numbers]
        return column

    def texts(self, name: str) -> tuple[NDArray[np.int32], Sequence[str]]:
        """Return what these reports share, as numbers of values."""
        numbers, values = self.run.events.reports.shared[name]
        return numbers[self.numbers], values


class Outlet:
    """What was read of an outlet, the newest report first; ``runs`` are all those in which something of it is."""

    def __init__(self, parts: Sequence[_Part], runs: frozenset[int]) -> None:
        self._parts, self.runs = parts, runs

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """Which reports of which part come one after another, in two columns."""
        sizes = [len(part.numbers) for part in self._parts]
        places = np.column_stack([np.repeat(np.arange(len(sizes)), sizes), np.concatenate(list(map(np.arange, sizes)))])
        if len(sizes) > 1:
            published = np.concatenate([part.column("published") for part in self._parts])
            places = places[np.argsort(-published, kind="stable")]
        return places

    @cached_property
    def reports(self) -> Sequence[ReadReport]:
        """Its reports, each read where it is looked at."""
        return _Reports(self._parts, self._order)

    @property
    def count(self) -> int:
        """How many reports came from it."""
        return sum(len(part.numbers) for part in self._parts)

    @cached_property
    def name(self) -> str:
        """Its name as it is written most often, else its host."""
        return self._values("outlet")[0]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of its reports, the most frequent first."""
        return tuple(filter(None, self._values("lang")))

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that its reports stand at, the most frequent first."""
        return tuple(filter(None, self._values("host")))

    def _values(self, name: str) -> list[str]:
        """Return what its reports have of a fact, the most frequent first, of those alike the newest."""
        counts: Counter[str] = Counter()
        for part in self._parts:
            numbers, values = part.texts(name)
            known, first, number = np.unique(numbers, return_index=True, return_counts=True)
            for at in np.argsort(first).tolist():
                counts[values[known[at]]] += int(number[at])
        return [value for value, _ in counts.most_common()]

    @cached_property
    def own(self) -> int:
        """How many of its reports on an event have a text of its own."""
        return sum(int(np.count_nonzero(part.own)) for part in self._parts)

    @cached_property
    def rewritten(self) -> int:
        """How many of its reports on an event rest on the text of another outlet."""
        return sum(int(np.count_nonzero(part.on_event & ~part.own)) for part in self._parts)

    @cached_property
    def origins(self) -> int:
        """How many independent origins it is."""
        firsts = [part.run.events.reports.ids[part.column("first")[part.own]] for part in self._parts]
        return len(np.unique(np.concatenate(firsts)))

    @cached_property
    def rewrote(self) -> tuple[tuple[str, int], ...]:
        """The outlets whose text it rewrote, each with how often, the most frequent first."""
        counts: Counter[str] = Counter()
        for part in self._parts:
            numbers, values = part.run.events.reports.shared["outlet"]
            firsts = part.column("first")[part.on_event & ~part.own]
            counts.update(values[number] for number in numbers[firsts].tolist())
        return tuple(counts.most_common())

    @cached_property
    def event_count(self) -> int:
        """How many events it tells of."""
        events = (np.unique(part.run.events.event_of[part.numbers]) for part in self._parts)
        return sum(int(np.count_nonzero(some >= 0)) for some in events)

    @cached_property
    def events(self) -> Sequence[tuple[int, EventSummary]]:
        """The events that it tells of, each with its run, those told last first."""
        found = []
        for part in self._parts:
            events, first = np.unique(part.run.events.event_of[part.numbers], return_index=True)
            last = part.column("published")[first]
            found += [
                (-moment, at, part.run, place)
                for place, moment, at in zip(events.tolist(), last.tolist(), first.tolist(), strict=True)
                if place >= 0
            ]
        return _Events([(run, place) for *_, run, place in sorted(found, key=itemgetter(0, 1))])

    @property
    def files(self) -> frozenset[int]:
        """The hashes of the files, or the addresses, that its reports came from."""
        return frozenset(one for part in self._parts for one in np.unique(part.column("files")).tolist())

    @cached_property
    def habit(self) -> Habit:
        """When its reports were published, with their languages and hosts."""
        published = np.concatenate([part.column("published") for part in self._parts])
        order = np.argsort(published, kind="stable")
        (language, languages), (host, hosts) = (self._joined(name) for name in ("given_lang", "host"))
        return Habit(published[order], language[order], host[order], languages, hosts)

    def _joined(self, name: str) -> tuple[NDArray[np.int32], list[str]]:
        numbers, values = [], list[str]()
        for part in self._parts:
            some, known = part.texts(name)
            numbers.append(some + len(values))
            values += known
        if len(self._parts) == 1:
            return numbers[0], values
        place_of = {value: place for place, value in enumerate(dict.fromkeys(values))}
        same = np.array([place_of[value] for value in values], np.int32)
        return same[np.concatenate(numbers)], list(place_of)

    @property
    def first(self) -> datetime:
        """When its first report was published, in UTC."""
        return datetime.fromtimestamp(min(float(part.column("published")[-1]) for part in self._parts), UTC)

    @property
    def last(self) -> datetime:
        """When its last report was published, in UTC."""
        return datetime.fromtimestamp(max(float(part.column("published")[0]) for part in self._parts), UTC)


class _Reports(LazySequence[ReadReport]):
    """Reports of an outlet in an order."""

    def __init__(self, parts: Sequence[_Part], order: NDArray[np.int64]) -> None:
        self._parts, self._order = parts, order

    def __len__(self) -> int:
        return len(self._order)

    def made(self, number: int) -> ReadReport:
        """Return a report with what it stands in."""
        at, place = self._order[number].tolist()
        run, numbers, _, on_event = self._parts[at]
        line = int(numbers[place])
        told = run.lines[line].told
        if not on_event[place]:
            return ReadReport(told, run.number, None, None)
        first = run.lines[int(run.events.reports.first[line])].told.report
        return ReadReport(told, run.number, run.events.summary(int(run.events.event_of[line])), first)


class _Events(LazySequence[tuple[int, EventSummary]]):
    """Events of runs by their places there."""

    def __init__(self, places: Sequence[tuple[ReadRun, int]]) -> None:
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def made(self, number: int) -> tuple[int, EventSummary]:
        """Return an event with its run."""
        run, place = self._places[number]
        return run.number, run.events.summary(place)


def outlet_of(report: Report) -> str:
    """Return what tells the outlet of a report from others: its plain name, else its host, empty where it has none."""
    return plain_name(named_outlet(report))


def outlets_read(runs: Iterable[ReadRun]) -> dict[str, Outlet]:
    """Return the outlets of runs, the latest run first, by their plain names; a report of several runs counts once."""
    parts: dict[str, list[_Part]] = {}
    numbers: dict[str, set[int]] = {}
    before: list[NDArray[np.uint64]] = []
    for run in runs:
        counts, keys = ~run.events.reports.again, run.events.reports.keys
        for other in before:
            counts &= ~np.isin(keys, other)
        before.append(keys)
        for name, some in _by_outlet(run):
            numbers.setdefault(name, set()).add(run.number)
            own = some.numbers[counts[some.numbers]]
            if len(own):
                chosen = counts[some.numbers]
                parts.setdefault(name, []).append(_Part(run, own, some.own[chosen], some.on_event[chosen]))
    return {name: Outlet(some, frozenset(numbers[name])) for name, some in parts.items()}


def _by_outlet(run: ReadRun) -> Iterator[tuple[str, _Part]]:
    """Yield the outlets of a run with all their reports, the last published first."""
    columns = run.events.reports
    shared = columns.shared["outlet"]
    known: dict[str, int] = {}
    of_value = np.array([known.setdefault(plain_name(value), len(known)) for value in shared.values], np.int32)
    if not len(of_value):
        return
    outlet = of_value[shared.numbers]
    on_event = run.events.event_of >= 0
    own = on_event & (outlet == outlet[columns.first])
    latest = columns.latest.astype(np.int64)
    sorted_by = outlet[latest].astype(np.min_scalar_type(len(known)))  # small numbers sort much quicker
    ordered = latest[np.argsort(sorted_by, kind="stable")]
    ends = np.cumsum(np.bincount(outlet, minlength=len(known)))
    for name, number in known.items():
        some = ordered[ends[number - 1] if number else 0 : ends[number]]
        if name and len(some):
            yield name, _Part(run, some, own[some], on_event[some])


class SourceRow(Struct, frozen=True, dict=True):
    """An outlet in the list of sources: what was read of it, what the user's list says of it, how it is doing.

    ``outlet`` is None where nothing came of a source of the list, ``source`` where the list does not name it.
    """

    name: str
    outlet: Outlet | None
    source: Source | None
    health: Health

    @property
    def grade(self) -> str:
        """Its grade, empty where nobody graded it."""
        return self.source.grade if self.source is not None else ""

    @property
    def events(self) -> Sequence[tuple[int, EventSummary]]:
        """The events that it tells of."""
        return self.outlet.events if self.outlet is not None else ()


def source_rows(
    outlets: Mapping[str, Outlet], listed: SourceIndex, now: datetime, feeds: Mapping[str, FeedState] | None = None
) -> list[SourceRow]:
    """Return all outlets that were read, and those of a list of which nothing came, by their names.

    ``feeds`` are those that are fetched, by their addresses.
    """
    fetched = {name_hash(url): state for url, state in sorted((feeds or {}).items())}
    rows, met = [], set()
    for outlet in outlets.values():
        source = listed.of_outlet(outlet.name, next(iter(outlet.hosts), ""))
        if source is not None:
            met.add(plain_name(source.name))
        states = [state for file, state in fetched.items() if file in outlet.files] if fetched else []
        rows.append(SourceRow(outlet.name, outlet, source, health_of(outlet.name, outlet.habit, now, states)))
    never = [source for source in listed.sources if plain_name(source.name) not in met]
    rows += [SourceRow(source.name, None, source, health_of(source.name, NO_HABIT, now)) for source in never]
    return sorted(rows, key=lambda row: plain_name(row.name))
