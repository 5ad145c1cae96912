"""Which outlets were read: how much came from each, how often its text was its own, and which events it tells of.

The first report of an origin has a text of its own; the others rewrote it. Where an outlet repeats its own first
report, that text is still its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from opencwc.reports.intake.hosts import host_of
from opencwc.reports.model import Report, ReportKey, Told
from opencwc.reports.sources import FeedState, Health, Source, SourceIndex, health_of, plain_name
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import Line


class ReadRun(NamedTuple):
    """A run of watched reports: all its lines, and its events as people decided on them."""

    number: int
    lines: Sequence[Line]
    events: Sequence[EventSummary]


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


class Outlet(Struct, frozen=True, dict=True):
    """What was read of an outlet, the newest report first; ``runs`` are all those in which something of it is."""

    reports: tuple[ReadReport, ...]
    runs: frozenset[int]

    @cached_property
    def name(self) -> str:
        """Its name as it is written most often, else its host."""
        return _most(named_outlet(one.report) for one in self.reports)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that its reports stand at."""
        return tuple(dict.fromkeys(host for one in self.reports if (host := host_of(one.report.url))))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of its reports, the most frequent first."""
        return tuple(lang for lang, _ in Counter(one.told.lang for one in self.reports if one.told.lang).most_common())

    @cached_property
    def own(self) -> int:
        """How many of its reports on an event have a text of its own."""
        return sum(one.is_own for one in self.reports)

    @cached_property
    def rewritten(self) -> int:
        """How many of its reports on an event rest on the text of another outlet."""
        return sum(one.first is not None and not one.is_own for one in self.reports)

    @cached_property
    def origins(self) -> int:
        """How many independent origins it is."""
        return len({one.first.key for one in self.reports if one.first is not None and one.is_own})

    @cached_property
    def rewrote(self) -> tuple[tuple[str, int], ...]:
        """The outlets whose text it rewrote, each with how often, the most frequent first."""
        names = (named_outlet(one.first) for one in self.reports if one.first is not None and not one.is_own)
        return tuple(Counter(names).most_common())

    @cached_property
    def events(self) -> tuple[tuple[int, EventSummary], ...]:
        """The events that it tells of, each with its run, those told last first."""
        found = {(one.run, one.event.id): one.event for one in self.reports if one.event is not None}
        return tuple((run, event) for (run, _), event in found.items())

    @property
    def first(self) -> datetime:
        """When its first report was published."""
        return self.reports[-1].report.published

    @property
    def last(self) -> datetime:
        """When its last report was published."""
        return self.reports[0].report.published


def outlet_of(report: Report) -> str:
    """Return what tells the outlet of a report from others: its plain name, else its host, empty where it has none."""
    return plain_name(named_outlet(report))


def named_outlet(report: Report) -> str:
    """Return the outlet of a report by its name, else by its host."""
    return " ".join(report.source.split()) or host_of(report.url)


def outlets_read(runs: Iterable[ReadRun]) -> dict[str, Outlet]:
    """Return the outlets of runs, the latest run first, by their plain names; a report of several runs counts once."""
    found: dict[str, list[ReadReport]] = {}
    numbers: dict[str, set[int]] = {}
    known: set[ReportKey] = set()
    for run in runs:
        placed = _placed(run.events)
        for line in run.lines:
            report = line.told.report
            outlet = outlet_of(report)
            if not outlet:
                continue
            numbers.setdefault(outlet, set()).add(run.number)
            if report.key in known:
                continue
            known.add(report.key)
            event, first = placed.get(report.id, (None, None))
            found.setdefault(outlet, []).append(ReadReport(line.told, run.number, event, first))
    return {
        outlet: Outlet(tuple(sorted(some, key=_newest)), frozenset(numbers[outlet])) for outlet, some in found.items()
    }


def _placed(events: Sequence[EventSummary]) -> Mapping[str, tuple[EventSummary, Report]]:
    """Return the event of each report by its id, and the first report of its origin."""
    return {
        line.told.report.id: (event, origin[0].told.report)
        for event in events
        for origin in event.origins
        for line in origin
    }


def _newest(one: ReadReport) -> tuple[float, str]:
    return -one.report.published.timestamp(), one.report.id


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
    def events(self) -> tuple[tuple[int, EventSummary], ...]:
        """The events that it tells of."""
        return self.outlet.events if self.outlet is not None else ()


def source_rows(
    outlets: Mapping[str, Outlet], listed: SourceIndex, now: datetime, feeds: Mapping[str, FeedState] | None = None
) -> list[SourceRow]:
    """Return all outlets that were read, and those of a list of which nothing came, by their names.

    ``feeds`` are those that are fetched, by their addresses.
    """
    fetched = feeds or {}
    rows, met = [], set()
    for outlet in outlets.values():
        newest = outlet.reports[0].report
        source = listed.of(newest)
        if source is not None:
            met.add(plain_name(source.name))
        files = sorted({one.report.file for one in outlet.reports} & fetched.keys())
        reports = (one.report for one in outlet.reports)
        health = health_of(outlet.name, reports, now, [fetched[file] for file in files])
        rows.append(SourceRow(outlet.name, outlet, source, health))
    never = [source for source in listed.sources if plain_name(source.name) not in met]
    rows += [SourceRow(source.name, None, source, health_of(source.name, (), now)) for source in never]
    return sorted(rows, key=lambda row: plain_name(row.name))


def _most(names: Iterable[str]) -> str:
    return Counter(names).most_common(1)[0][0]
