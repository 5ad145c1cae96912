"""The facts of events in columns: what lists filter, sort and show, without a report being read.

A fact that many events share (a kind, a place, a day) stands once in a list of values, and each event has its number
there.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple, TypeAlias

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.files.sections import Sections, SectionWriter
from opencwc.finding import Message
from opencwc.records import known
from opencwc.reports.event_wording import headline_of
from opencwc.reports.model import Date, Place, Precision
from opencwc.reports.summaries import EventSummary, backing_of

Texts: TypeAlias = tuple[str, ...]
Numbers: TypeAlias = tuple[int, ...]


class KnownPlace(NamedTuple):
    """A place as lists show it: the country by its alpha-3 code, the place, its latitude and longitude in degrees."""

    country: str
    name: str
    point: tuple[float, float] | None


class EventRow(Struct, frozen=True):
    """An event as a line of a list."""

    id: str = ""
    kind: str = ""
    stage: str = ""
    place: Place = Place()
    date: Date = Date()
    agents: Texts = ()
    killed: Numbers = ()
    affected: Numbers = ()
    languages: Texts = ()
    outlet: str | None = ""
    origins: int = 0
    reports: int = 0
    corroborated: bool = False
    last: datetime = datetime.min

    @property
    def backing(self) -> str:
        """The text that says how many origins tell it: ``several``, ``one``, or ``against`` where others deny it."""
        return backing_of(self.origins, corroborated=self.corroborated)

    @property
    def headline(self) -> Message:
        """What happened, with what, where and when, in words."""
        return headline_of(self.kind, self.agents, self.place, self.date)


class Shared(NamedTuple):
    """A fact of events: the number of its value for each event, and the values."""

    numbers: NDArray[np.int32]
    values: tuple[Any, ...]


FACTS: Mapping[str, tuple[Any, Callable[[EventSummary], Any]]] = {
    "kind": (str, lambda one: one.kind),
    "stage": (str, lambda one: one.stage),
    "place": (KnownPlace, lambda one: KnownPlace(*one.place[:3])),
    "date": (str, lambda one: one.date.text),
    "agents": (Texts, lambda one: one.agents),
    "killed": (Numbers, lambda one: one.killed),
    "affected": (Numbers, lambda one: one.affected),
    "languages": (Texts, lambda one: one.languages),
    "outlet": (str | None, lambda one: one.sources[0] if len(one.sources) == 1 else None if one.sources else ""),
}
"""What events share: the type of a value, and how an event has it.

``outlet`` is the only one that tells of it, empty where none is named, ``None`` where several do.
"""
_COUNTS: Mapping[str, str] = {
    "first": "f8", "last": "f8", "offset": "i4", "origins": "i4", "reports": "i4", "corroborated": "?",
}  # fmt: skip


class EventColumns(Struct, frozen=True):
    """The events in columns, all of one length.

    ``first`` and ``last`` are when they were first and last told, in seconds since 1970; ``offset`` is that of the
    latter from UTC in seconds.
    """

    ids: NDArray[np.bytes_]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    offset: NDArray[np.int32]
    origins: NDArray[np.int32]
    reports: NDArray[np.int32]
    corroborated: NDArray[np.bool_]
    facts: Mapping[str, Shared]

    def __len__(self) -> int:
        return len(self.ids)

    def id(self, place: int) -> str:
        """Return the id of an event."""
        return bytes(self.ids[place]).decode()

    def fact(self, name: str, place: int) -> Any:
        """Return what an event shares with others."""
        shared = self.facts[name]
        return shared.values[shared.numbers[place]]

    def row(self, place: int) -> EventRow:
        """Return an event as a line of a list."""
        facts = {name: _shown(name, self.fact(name, place)) for name in FACTS}
        zone = timezone(timedelta(seconds=int(self.offset[place])))
        return EventRow(
            self.id(place),
            **facts,
            origins=int(self.origins[place]),
            reports=int(self.reports[place]),
            corroborated=bool(self.corroborated[place]),
            last=datetime.fromtimestamp(float(self.last[place]), zone),
        )

    def of(self, name: str, of_value: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Tell of each event whether its value of a fact is one of those wanted."""
        numbers, values = self.facts[name]
        wanted: NDArray[np.bool_] = np.fromiter(map(of_value, values), np.bool_, len(values))
        return wanted[numbers]


def row_with(name: str, value: Any) -> EventRow:
    """Return a line of a list that has one fact, as the columns hold it."""
    return EventRow(**{name: _shown(name, value)})


def date_of(text: str) -> Date:
    """Return a day, month or year by its text."""
    precision: Mapping[int, Precision] = {4: "year", 7: "month", 10: "day"}
    return Date(text, precision.get(len(text), ""))


def _shown(name: str, value: Any) -> Any:
    if name == "place":
        return Place(*value)
    return date_of(value) if name == "date" else value


class ColumnsWriter:
    """Takes events one after another."""

    def __init__(self) -> None:
        self._ids: list[bytes] = []
        self._counts = {name: array("d") for name in _COUNTS}
        self._numbers = {name: array("i") for name in FACTS}
        self._known: dict[str, dict[Any, int]] = {name: {} for name in FACTS}

    def take(self, summary: EventSummary) -> None:
        """Take the next event."""
        self._ids.append(summary.id.encode())
        offset = summary.last.utcoffset() or timedelta()
        counts = (
            summary.first.timestamp(), summary.last.timestamp(), offset.total_seconds(), len(summary.origins),
            len(summary.lines), summary.corroborated,
        )  # fmt: skip
        for name, number in zip(_COUNTS, counts, strict=True):
            self._counts[name].append(number)
        for name, (_, of) in FACTS.items():
            known = self._known[name]
            self._numbers[name].append(known.setdefault(of(summary), len(known)))

    def columns(self) -> EventColumns:
        """Return the events that were taken."""
        ids = np.array(self._ids, dtype=np.bytes_) if self._ids else np.zeros(0, "S1")
        counts = {name: np.array(self._counts[name], kind) for name, kind in _COUNTS.items()}
        facts = {name: Shared(np.array(self._numbers[name], np.int32), tuple(self._known[name])) for name in FACTS}
        return _columns(ids, counts, facts)


def _columns(ids: NDArray[np.bytes_], counts: Mapping[str, NDArray[Any]], facts: Mapping[str, Shared]) -> EventColumns:
    return EventColumns(
        ids, counts["first"], counts["last"], counts["offset"], counts["origins"], counts["reports"],
        counts["corroborated"], facts,
    )  # fmt: skip


def columns_of(summaries: Iterable[EventSummary]) -> EventColumns:
    """Return events in columns."""
    writer = ColumnsWriter()
    for summary in summaries:
        writer.take(summary)
    return writer.columns()


def joined_columns(one: EventColumns, other: EventColumns) -> EventColumns:
    """Return the events of both, those of the first before the others."""
    ids = np.concatenate([one.ids, other.ids])
    counts = {name: np.concatenate([getattr(some, name) for some in (one, other)]) for name in _COUNTS}
    return _columns(ids, counts, {name: joined_values(one.facts[name], other.facts[name]) for name in FACTS})


def chosen_columns(columns: EventColumns, places: NDArray[Any]) -> EventColumns:
    """Return some of the events, in the order of their places."""
    facts = {name: Shared(numbers[places], values) for name, (numbers, values) in columns.facts.items()}
    return _columns(columns.ids[places], {name: getattr(columns, name)[places] for name in _COUNTS}, facts)


def joined_values(one: Shared, other: Shared) -> Shared:
    """Return the values of both, each once."""
    known = {value: number for number, value in enumerate(one.values)}
    numbers = np.array([known.setdefault(value, len(known)) for value in other.values], np.int32)
    return Shared(np.concatenate([one.numbers, numbers[other.numbers]]), tuple(known))


def write_columns(file: SectionWriter, columns: EventColumns) -> None:
    """Write the columns into a file."""
    file.add_array("event_ids", columns.ids)
    for name in _COUNTS:
        file.add_array(f"event_{name}", getattr(columns, name))
    for name, (numbers, values) in columns.facts.items():
        file.add_array(f"event_{name}", numbers)
        file.add_packed(f"event_{name}_values", msgspec.json.encode(values))


def read_columns(file: Sections, count: int) -> EventColumns:
    """Return the columns of so many events; raise `ValueError` where they do not hold together."""
    width = file.size("event_ids") // count if count else 1
    ids = file.array("event_ids", f"S{max(width, 1)}")
    counts = {name: file.array(f"event_{name}", kind) for name, kind in _COUNTS.items()}
    facts = {name: _shared(file, name, of_type) for name, (of_type, _) in FACTS.items()}
    if any(len(column) != count for column in (ids, *counts.values(), *(shared.numbers for shared in facts.values()))):
        raise ValueError("columns of different lengths")
    return _columns(ids, counts, facts)


def _shared(file: Sections, name: str, of_type: Any) -> Shared:
    numbers = file.array(f"event_{name}", "i4")
    values = msgspec.json.decode(file.packed(f"event_{name}_values"), type=known(tuple[of_type, ...]))
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(values):
        raise ValueError(f"no such {name}")
    return Shared(numbers, values)
