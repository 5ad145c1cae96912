"""Who reports: a user's list of sources with their grades (the Admiralty code), and how they are doing.

The grades are the user's own. Nothing here is added up to a score: the reliability of a source and the credibility of
what it says stand side by side.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import Struct

from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError, RuleError
from opencwc.files.column_mapping import map_columns
from opencwc.files.frames import ROW, open_frame
from opencwc.finding import Message
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.model import Report

RELIABILITY = "ABCDEF"
"""From completely reliable (A) to unreliable (E); F cannot be judged."""
CREDIBILITY = "123456"
"""From confirmed by other sources (1) to improbable (5); 6 cannot be judged."""
FIELDS = ("name", "url", "reliability", "credibility", "ownership", "region")
_HEADINGS = Path(__file__).parent / "intake" / "data" / "source_columns.yaml"
LATE, SILENT = 3, 10
"""How many times its usual gap a source has said nothing when it is late, and when it is silent."""
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


def read_sources(file: Path) -> tuple[Source, ...]:
    """Return the sources of a table, or of a YAML file (a list under ``sources``).

    Raises:
        InputError: the file is none, a source has no name or stands in it twice, or a grade is none.

    """
    rows = _of_yaml(file) if file.suffix.lower() in (".yaml", ".yml") else _of_table(file)
    sources: dict[str, Source] = {}
    for where, texts in rows:
        grades = {"reliability": RELIABILITY, "credibility": CREDIBILITY}
        source = Source(**{**texts, "reliability": texts.get("reliability", "").upper()})
        if not source.name:
            raise InputError("watch_source_without_name", where=where)
        for field, known in grades.items():
            if (given := getattr(source, field)) and given not in tuple(known):
                raise InputError("watch_source_grade", where=where, field=field, given=given, known=tuple(known))
        if sources.setdefault(_plain(source.name), source) is not source:
            raise InputError("watch_source_twice", where=where, name=source.name)
    return tuple(sources.values())


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


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def grades_of(sources: Iterable[Source], reports: Iterable[Report]) -> dict[str, str]:
    """Return the grade of each report whose source is listed with one, such as B2; what is not graded is F or 6.

    A source is known by its name, or by the host of its address.
    """
    graded = [source for source in sources if source.reliability or source.credibility]
    by_name = {_plain(source.name): source for source in graded}
    by_host = {host_of(source.url): source for source in graded if host_of(source.url)}
    grades = {}
    for report in reports:
        source = by_name.get(_plain(report.source)) or by_host.get(host_of(report.url))
        if source is not None:
            grades[report.id] = f"{source.reliability or 'F'}{source.credibility or '6'}"
    return grades


# ------------------------------------------------------------------------------------------------------- health


def health(sources: Iterable[Source], reports: Iterable[Report], now: datetime) -> tuple[Message, ...]:
    """Say which sources are late or silent by their own habit, which never came, and which changed language or host.

    A source is known by its name, or by the host of its address. Reports dated after ``now`` do not count.
    """
    sources = tuple(sources)
    by_name = {_plain(source.name): source for source in sources}
    by_host = {host_of(source.url): source for source in sources if host_of(source.url)}
    came: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        source = by_name.get(_plain(report.source)) or by_host.get(host_of(report.url))
        if source is not None and report.published <= now:
            came[source.name].append(report)
    return tuple(
        message for source in sources for message in _health(source, sorted(came[source.name], key=_published), now)
    )


def _published(report: Report) -> datetime:
    return report.published


def _health(source: Source, reports: Sequence[Report], now: datetime) -> Iterator[Message]:
    if not reports:
        yield Message("watch_source_never", {"name": source.name})
        return
    quiet, last = now - reports[-1].published, reports[-1].published.date().isoformat()
    gaps = [later.published - earlier.published for earlier, later in pairwise(reports)]
    usual = max(_LEAST_GAP, timedelta(seconds=median(gap.total_seconds() for gap in gaps))) if gaps else None
    if usual is not None and quiet > SILENT * usual:
        yield Message("watch_source_silent", {"name": source.name, "date": last})
    elif usual is not None and quiet > LATE * usual:
        yield Message("watch_source_late", {"name": source.name, "date": last})
    newest, before = reports[-_NEWEST:], reports[:-_NEWEST]
    if len(before) < _LEAST_BEFORE:
        return
    for what, value_of in (("language", _language), ("host", _host)):
        was, is_ = _usual(before, value_of), _usual(newest, value_of)
        if was and is_ and was != is_:
            yield Message(f"watch_source_changed_{what}", {"name": source.name, "before": was, "after": is_})


def _language(report: Report) -> str:
    return report.lang


def _host(report: Report) -> str:
    return host_of(report.url)


def _usual(reports: Sequence[Report], value_of: Any) -> str:
    """Return the value that nearly all of these reports share, empty where they share none."""
    counted = Counter(value for report in reports if (value := value_of(report)))
    value, number = next(iter(counted.most_common(1)), ("", 0))
    return value if number >= _MOSTLY * len(reports) else ""
