"""Who reports: a user's list of sources with their grades (the Admiralty code), and how they are doing.

The grades are the user's own. Nothing here is added up to a score: the reliability of a source and the credibility of
what it says stand side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError, RuleError
from opencwc.files.column_mapping import map_columns
from opencwc.files.csv_cells import csv_of
from opencwc.files.frames import ROW, open_frame
from opencwc.finding import Message
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.model import Report

RELIABILITY = "ABCDEF"
"""From completely reliable (A) to unreliable (E); F cannot be judged."""
CREDIBILITY = "123456"
"""From confirmed by other sources (1) to improbable (5); 6 cannot be judged."""
FIELDS = ("name", "url", "reliability", "credibility", "ownership", "region", "language", "note")
LONGEST = 500
"""Characters of a field, of a note ten times as many."""
MOST_SOURCES = 5_000
"""Sources of one list."""
_HEADINGS = Path(__file__).parent / "intake" / "data" / "source_columns.yaml"
LATE, SILENT = 3, 10
"""How many times its usual gap a source has said nothing when it is late, and when it is silent."""
LEAST_TOLD = 3
"""Reports from which on a source has a usual gap."""
_LEAST_GAP = timedelta(hours=6)
_NEWEST, _LEAST_BEFORE, _MOSTLY = 10, 10, 0.8


class Source(Struct, frozen=True):
    """A source as the user lists it; ``reliability`` is A to F, ``credibility`` 1 to 6, each empty where not graded."""

    name: str
    url: str = ""
    reliability: str = ""
    credibility: str = ""
    ownership: str = ""
    region: str = ""
    language: str = ""
    note: str = ""

    @property
    def grade(self) -> str:
        """Its grade, such as B2; F or 6 for what is not graded, empty where neither is."""
        graded = self.reliability or self.credibility
        return f"{self.reliability or 'F'}{self.credibility or '6'}" if graded else ""


class SourceIndex:
    """A list of sources, to look up the one of a report: by its name, or else by the host of its address."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = tuple(sources)
        self._by_name = {plain_name(source.name): source for source in self.sources}
        self._by_host = {host: source for source in self.sources if (host := host_of(source.url))}

    def named(self, name: str) -> Source | None:
        """Return the source of a name."""
        return self._by_name.get(plain_name(name))

    def of(self, report: Report) -> Source | None:
        """Return the source of a report."""
        return self.of_outlet(report.source, host_of(report.url))

    def of_outlet(self, name: str, host: str) -> Source | None:
        """Return the source of a name, else of a host."""
        return self.named(name) or self._by_host.get(host)

    def grade(self, report: Report) -> str:
        """Return the grade of a report's source, empty where there is none."""
        source = self.of(report)
        return source.grade if source is not None else ""


def read_sources(file: Path) -> tuple[Source, ...]:
    """Return the sources of a table, or of a YAML file (a list under ``sources``).

    Raises:
        InputError: the file is none, a source has no name or stands in it twice, or a grade is none.

    """
    rows = _of_yaml(file) if file.suffix.lower() in (".yaml", ".yml") else _of_table(file)
    sources: dict[str, Source] = {}
    for where, texts in rows:
        source = checked(Source(**{"name": "", **texts}), where)
        if sources.setdefault(plain_name(source.name), source) is not source:
            raise InputError("watch_source_twice", where=where, name=source.name)
        if len(sources) > MOST_SOURCES:
            raise InputError("watch_sources_too_many", where=where, most=MOST_SOURCES)
    return tuple(sources.values())


def checked(source: Source, where: str = "") -> Source:
    """Return a source as it is kept; raise `InputError` where it has no name, a field is too long or a grade is none.

    ``where`` is the place in a file; without one the error names the field.
    """
    texts = {field: getattr(source, field).strip() for field in FIELDS}
    sound = Source(**{**texts, "name": " ".join(texts["name"].split()), "reliability": texts["reliability"].upper()})
    if not sound.name:
        raise InputError("watch_source_without_name", where=where or "name")
    for field, text in texts.items():
        most = LONGEST * (10 if field == "note" else 1)
        if len(text) > most:
            raise InputError("watch_source_too_long", where=where or field, field=field, most=most)
    for field, known in (("reliability", RELIABILITY), ("credibility", CREDIBILITY)):
        if (given := getattr(sound, field)) and given not in tuple(known):
            raise InputError("watch_source_grade", where=where or field, field=field, given=given, known=tuple(known))
    return sound


def sources_as_csv(sources: Iterable[Source]) -> bytes:
    """Return a list of sources as `read_sources` takes it, in which no cell is a formula."""
    return csv_of([FIELDS, *([getattr(source, field) for field in FIELDS] for source in sources)])


def _of_yaml(file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        listed: Any = read_yaml(file).get("sources")
    except RuleError as error:
        raise InputError("watch_sources_unreadable", where=file.name) from error
    if not isinstance(listed, list):
        raise InputError("watch_sources_unreadable", where=file.name)
    for number, entry in enumerate(listed, 1):
        where = f"{file.name}:{number}"
        if not isinstance(entry, dict) or not entry.keys() <= set(FIELDS):
            raise InputError("watch_sources_unreadable", where=where)
        if not all(value is None or isinstance(value, str | int) for value in entry.values()):
            raise InputError("watch_sources_unreadable", where=where)
        yield where, {field: str(entry[field]).strip() for field in FIELDS if entry.get(field) is not None}


def _of_table(file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    with open_frame(file) as frame:
        columns = map_columns(frame.header, _headings(), where=frame.name)
        if "name" not in columns:
            raise InputError("watch_sources_unreadable", where=frame.name)
        for batch in frame.batches():
            for line in batch.iter_rows(named=True):
                texts = {field: (line[column] or "").strip() for field, column in columns.items()}
                if any(texts.values()):
                    yield f"{frame.name}:{line[ROW]}", texts


@cache
def _headings() -> Mapping[str, tuple[str, ...]]:
    plain = read_yaml(_HEADINGS)
    return {field: tuple(str(name) for name in plain[field]) for field in FIELDS}


def plain_name(name: str) -> str:
    """Return a name as names of sources are compared.

    >>> plain_name("  Harbour   WIRE ")
    'harbour wire'
    """
    return " ".join(name.split()).casefold()


def grades_of(sources: Iterable[Source], reports: Iterable[Report]) -> dict[str, str]:
    """Return the grade of each report whose source is listed with one, such as B2; what is not graded is F or 6."""
    index = SourceIndex(source for source in sources if source.grade)
    return {report.id: grade for report in reports if (grade := index.grade(report))}


# ------------------------------------------------------------------------------------------------------- health


def health(sources: Iterable[Source], reports: Iterable[Report], now: datetime) -> tuple[Message, ...]:
    """Say which sources are late or silent by their own habit, which never came, and which changed language or host."""
    index = SourceIndex(sources)
    came: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        source = index.of(report)
        if source is not None:
            came[source.name].append(report)
    habits = {source.name: _habit_of(came[source.name]) for source in index.sources}
    return tuple(message for name, habit in habits.items() for message in health_of(name, habit, now).says)


State = Literal["never", "failing", "silent", "late", "few", "usual"]


class Health(NamedTuple):
    """How a source is doing: its state, and what is said of it: the state where it is not as usual, what changed.

    ``gap`` is the usual time between two of its reports in seconds, ``None`` where there are too few to tell.
    """

    state: State
    says: tuple[Message, ...] = ()
    gap: float | None = None


class FeedState(NamedTuple):
    """What is known of a feed that is fetched: when its server last answered, and why it does not now, if so."""

    heard: datetime
    failing: Message | None = None


class Habit(NamedTuple):
    """When the reports of a source were published, in seconds since 1970 and in order, with their languages and hosts.

    A language or a host is a number in the list of ``languages`` or ``hosts``.
    """

    published: NDArray[np.float64]
    language: NDArray[np.int32]
    host: NDArray[np.int32]
    languages: Sequence[str] = ()
    hosts: Sequence[str] = ()


NO_HABIT = Habit(np.zeros(0), np.zeros(0, np.int32), np.zeros(0, np.int32))


def _habit_of(reports: Iterable[Report]) -> Habit:
    some = sorted(reports, key=_published)
    languages, language = np.unique([report.lang for report in some], return_inverse=True)
    hosts, host = np.unique([host_of(report.url) for report in some], return_inverse=True)
    published = np.array([report.published.timestamp() for report in some], np.float64)
    return Habit(published, language.astype(np.int32), host.astype(np.int32), languages.tolist(), hosts.tolist())


def health_of(name: str, habit: Habit, now: datetime, feeds: Sequence[FeedState] = ()) -> Health:
    """Return how a source is doing by its own habit; reports dated after ``now`` do not count.

    Of one whose ``feeds`` are fetched it counts when they last answered, and whether one of them fails.
    """
    now = max([now, *(feed.heard for feed in feeds)])
    messages = (*_failing(name, feeds), *_health(name, habit, now))
    state = next((state for state in _NOT_USUAL if any(one.id == f"watch_source_{state}" for one in messages)), None)
    gap = _usual_gap(_told_until(habit, now))
    return Health(state or ("usual" if gap is not None else "few"), messages, gap)


_NOT_USUAL: tuple[State, ...] = ("never", "failing", "silent", "late")


def _failing(name: str, feeds: Iterable[FeedState]) -> Iterator[Message]:
    for feed in feeds:
        if feed.failing is not None:
            day = feed.heard.date().isoformat()
            yield Message("watch_source_failing", {"name": name, "date": day, "reason": feed.failing})


def _published(report: Report) -> datetime:
    return report.published


def _health(name: str, habit: Habit, now: datetime) -> Iterator[Message]:
    told = _told_until(habit, now)
    if not len(told):
        yield Message("watch_source_never", {"name": name})
        return
    last = datetime.fromtimestamp(float(told[-1]), UTC)
    quiet = (now - last).total_seconds()
    usual = _usual_gap(told)
    day = last.date().isoformat()
    if usual is not None and quiet > SILENT * usual:
        yield Message("watch_source_silent", {"name": name, "date": day})
    elif usual is not None and quiet > LATE * usual:
        yield Message("watch_source_late", {"name": name, "date": day})
    before = len(told) - _NEWEST
    if before < _LEAST_BEFORE:
        return
    for what, numbers, values in (("language", habit.language, habit.languages), ("host", habit.host, habit.hosts)):
        was, is_ = _usual(numbers[:before], values), _usual(numbers[before : len(told)], values)
        if was and is_ and was != is_:
            yield Message(f"watch_source_changed_{what}", {"name": name, "before": was, "after": is_})


def _told_until(habit: Habit, now: datetime) -> NDArray[np.float64]:
    return habit.published[: np.searchsorted(habit.published, now.timestamp(), side="right")]


def _usual_gap(told: NDArray[np.float64]) -> float | None:
    """Return the usual time between two reports in seconds, nothing where there are too few to tell."""
    return max(_LEAST_GAP.total_seconds(), float(np.median(np.diff(told)))) if len(told) >= LEAST_TOLD else None


def _usual(numbers: NDArray[np.int32], values: Sequence[str]) -> str:
    """Return the value that nearly all of these reports share, empty where they share none."""
    known, counts = np.unique(numbers, return_counts=True)
    named = [(int(count), values[number]) for number, count in zip(known.tolist(), counts, strict=True)]
    count, value = max((one for one in named if one[1]), default=(0, ""))
    return value if count >= _MOSTLY * len(numbers) else ""
