"""The list of sources of a casebook: who said what of an outlet and when, and what holds now.

What is said of outlets is a small file added to a run in which they were read (`opencwc.casebook.run_records`), the one
of the lowest mark: so whoever may see that an outlet was read may see its grade. None is changed; what was said last
holds, and all of it is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from opencwc.casebook.database import Casebook
from opencwc.casebook.feeds import CaseFeed, list_feeds
from opencwc.casebook.model import CaseStatus, Mark, Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.permissions import may, require
from opencwc.casebook.run_records import RunRecords, add_to_run, added_to_all
from opencwc.errors import ConflictError
from opencwc.jobs.watch_news import LoadedRun, WatchNews
from opencwc.records import from_plain, to_plain
from opencwc.reports.outlets_read import Outlet, ReadRun, SourceRow, outlets_read, source_rows
from opencwc.reports.sources import FeedState, Source, SourceIndex, checked, plain_name

SOURCES = RunRecords("sources_listed", "sources.json")
FAILING = 2
"""How many times in a row a feed could not be fetched when its source is said to fail."""


class _Listed(Struct, frozen=True):
    """What a file holds."""

    sources: tuple[Source, ...]


class Said(NamedTuple):
    """What somebody said of a source, by name, and when (ISO 8601, UTC)."""

    source: Source
    person: str
    at: str


@dataclass(frozen=True)
class SourceList:
    """What was said of sources, the earliest first."""

    said: Sequence[Said] = ()

    @cached_property
    def now(self) -> SourceIndex:
        """What holds now: of each source what was said last."""
        return SourceIndex({plain_name(one.source.name): one.source for one in self.said}.values())

    def history(self, name: str) -> list[Said]:
        """Return what was said of a source, the latest first."""
        wanted = plain_name(name)
        return [one for one in reversed(self.said) if plain_name(one.source.name) == wanted]


def source_list(book: Casebook, person: Person) -> SourceList:
    """Return what was said of sources, as far as the person may see it."""
    added = [one.added for one in added_to_all(book, person, SOURCES)]
    names = names_by_id(book, dict.fromkeys(one.person for one in added))
    return SourceList([
        Said(source, names.get(one.person, one.person), one.at)
        for one in added
        for source in from_plain(_Listed, one.content).sources
    ])  # fmt: skip


@dataclass(frozen=True)
class ReadSources:
    """The outlets that were read in the runs that a person may see, with the list of sources."""

    runs: Mapping[int, LoadedRun]
    listed: SourceList
    feeds: Mapping[str, FeedState] = field(default_factory=dict)

    @cached_property
    def outlets(self) -> dict[str, Outlet]:
        """The outlets by their plain names; they are held ready with the events of the latest run."""
        if not self.runs:
            return {}
        latest = next(iter(self.runs.values()))
        key = ("outlets", *((number, *run.decisions) for number, run in self.runs.items()))
        return latest.index().remembered(key, self._outlets)

    def _outlets(self) -> dict[str, Outlet]:
        return outlets_read(
            ReadRun(number, run.shown.kept.events.lines, run.index().events) for number, run in self.runs.items()
        )

    @cached_property
    def rows(self) -> list[SourceRow]:
        """All outlets and listed sources; how they are doing is told as of the newest report of all."""
        newest = self.newest
        return [] if newest is None else source_rows(self.outlets, self.listed.now, newest, self.feeds)

    @property
    def newest(self) -> datetime | None:
        """When the newest report of all was published."""
        return max((outlet.last for outlet in self.outlets.values()), default=None)

    def row(self, name: str) -> SourceRow | None:
        """Return the row of an outlet."""
        wanted = plain_name(name)
        return next((row for row in self.rows if plain_name(row.name) == wanted), None)


def read_sources_of(book: Casebook, person: Person) -> ReadSources:
    """Return the outlets that were read, with what people said of them."""
    return ReadSources(WatchNews(book, person).runs, source_list(book, person), _feed_states(list_feeds(book, person)))


def _feed_states(feeds: Iterable[CaseFeed]) -> dict[str, FeedState]:
    """Return the state of each address that answered ever; one is failing after it failed several times in a row."""
    return {
        one.feed.url: FeedState(datetime.fromisoformat(last.heard_at), last.why if last.failures >= FAILING else None)
        for one in feeds
        if (last := one.last).heard_at
    }


def keep_sources(book: Casebook, person: Person, sources: Iterable[Source], seen: int | None = None) -> int:
    """Keep what a person says of sources, and return how many of them that changed.

    What is said already is not kept again. ``seen`` is how often something was said of a single source, as the person
    saw it: where somebody said something since, nothing is kept.

    Raises:
        ConflictError: somebody said something meanwhile, or there is no run in an open case to keep it with.
        InputError: a source has no name, or a grade is none.

    """
    require(person, "keep")
    read = read_sources_of(book, person)
    changed = [source for one in sources if read.listed.now.named((source := checked(one)).name) != source]
    if seen is not None and any(len(read.listed.history(source.name)) != seen for source in changed):
        raise ConflictError("source_changed_meanwhile")
    by_run: dict[int, list[Source]] = defaultdict(list)
    for source in changed:
        by_run[_run_for(read, person, source)].append(source)
    for run, some in by_run.items():
        add_to_run(book, person, run, SOURCES, to_plain(_Listed(tuple(some))))
    return len(changed)


def _run_for(read: ReadSources, person: Person, source: Source) -> int:
    """Return the run of the lowest mark in which a source was read, the latest of them; of one never read any run."""
    outlet = read.outlets.get(plain_name(source.name))
    runs = outlet.runs if outlet is not None else frozenset(read.runs)
    able = [
        number
        for number in runs
        if read.runs[number].shown.case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED)
        and may(person, "keep", Mark[read.runs[number].mark.upper()])
    ]
    if not able:
        raise ConflictError("source_needs_open_run")
    return min(able, key=lambda number: (Mark[read.runs[number].mark.upper()], -number))
