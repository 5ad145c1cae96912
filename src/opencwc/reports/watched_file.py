"""The reports and events of a run as they stand in its file: what is looked at is read, and the rest is left there."""

from __future__ import annotations

import zlib
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from opencwc.files.sections import Sections, SectionWriter, unpacked
from opencwc.records import from_json, to_json
from opencwc.reports.covered_months import Coverage, coverage_of
from opencwc.reports.event_columns import ColumnsWriter, EventColumns, columns_of, read_columns, write_columns
from opencwc.reports.event_list import latest_first
from opencwc.reports.events import Event, event_id
from opencwc.reports.summaries import EventSummary, summary_of
from opencwc.reports.watch_question import searched_text
from opencwc.reports.watched import Line, Watched
from opencwc.reports.word_index import WordIndex, WordIndexWriter

T = TypeVar("T")
BLOCK = 32
"""Reports that are packed together."""
_BLOCKS_HELD, _EVENTS_HELD = 1_024, 20_000


def write_events(file: SectionWriter, watched: Watched) -> None:
    """Write reports and events into a file, an event or a block of reports at a time."""
    _write_lines(file, watched.lines)
    file.add_packed("coverage", to_json(coverage_of(line.told for line in watched.lines)))
    _write_event_numbers(file, watched)
    columns, words = ColumnsWriter(), WordIndexWriter()
    for event in watched.events:
        summary = summary_of(event.id, [watched.lines[number] for number in event.items])
        columns.take(summary)
        words.take(searched_text(summary))
    written = columns.columns()
    write_columns(file, written)
    file.add_array("latest_first", latest_first(written).astype(np.uint32))
    words.write(file)


def _write_lines(file: SectionWriter, lines: Sequence[Line]) -> None:
    """Write the lines in blocks, and by the ids of their reports, and of the events these would begin, which it is."""
    blocks, ends = bytearray(), array("Q", [0])
    by_report, by_event = array("Q"), array("Q")
    waiting: list[bytes] = []
    for line in lines:
        waiting.append(to_json(line))
        by_report.append(_hash(line.told.report.id))
        by_event.append(_hash(event_id(line.told.report)))
        if len(waiting) == BLOCK:
            _add_block(blocks, ends, waiting)
    if waiting:
        _add_block(blocks, ends, waiting)
    file.add("lines", bytes(blocks))
    file.add_array("line_ends", np.array(ends, np.uint64))
    for name, hashes in (("reports", by_report), ("once", by_event)):
        values = np.array(hashes, np.uint64)
        order = np.argsort(values, kind="stable")
        file.add_array(f"{name}_hashes", values[order])
        file.add_array(f"{name}_lines", order.astype(np.uint32))


def _add_block(blocks: bytearray, ends: array[int], waiting: list[bytes]) -> None:
    blocks += zlib.compress(b"\n".join(waiting))
    ends.append(len(blocks))
    waiting.clear()


def _write_event_numbers(file: SectionWriter, watched: Watched) -> None:
    items, ends = array("I"), array("I", [0])
    event_of = np.full(len(watched.lines), -1, np.int32)
    for place, event in enumerate(watched.events):
        items.extend(event.items)
        ends.append(len(items))
        event_of[list(event.items)] = place
    file.add_array("items", np.array(items, np.uint32))
    file.add_array("item_ends", np.array(ends, np.uint32))
    file.add_array("line_events", event_of)


def _hash(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), "little")


class KeptLines(Sequence[Line]):
    """The reports of a run in the order in which they came; those that were looked at last are held ready."""

    def __init__(self, file: Sections, count: int) -> None:
        self._file, self._count = file, count
        self._held: _Latest[list[bytes | Line]] = _Latest(_BLOCKS_HELD)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, number: int) -> Line: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Line]: ...
    def __getitem__(self, number: int | slice) -> Line | Sequence[Line]:
        if isinstance(number, slice):
            return [self[at] for at in range(*number.indices(self._count))]
        at = range(self._count)[number]
        block = self._held.get(at // BLOCK, self._block)
        line = block[at % BLOCK]
        if isinstance(line, bytes):
            line = block[at % BLOCK] = from_json(Line, line)
        return line

    def __iter__(self) -> Iterator[Line]:
        return (self[number] for number in range(self._count))

    @cached_property
    def _ends(self) -> NDArray[np.uint64]:
        return self._file.array("line_ends", "u8")

    def _block(self, number: int) -> list[bytes | Line]:
        start, end = self._ends[number : number + 2].tolist()
        lines: list[bytes | Line] = list(unpacked(self._file.read("lines", start, end)).split(b"\n"))
        if len(lines) != min(BLOCK, self._count - number * BLOCK):
            raise ValueError("a block of too few reports")
        return lines


class KeptEvents:
    """The events of a run in its file."""

    def __init__(self, file: Sections, counts: tuple[int, int], newest: datetime, on_none: int) -> None:
        self._file, self._count = file, counts[1]
        self.lines = KeptLines(file, counts[0])
        self.newest, self.on_none = newest, on_none
        self._words = WordIndex(file, counts[1])
        self._held: _Latest[EventSummary] = _Latest(_EVENTS_HELD)

    @cached_property
    def columns(self) -> EventColumns:
        """The facts of all events."""
        return read_columns(self._file, self._count)

    @cached_property
    def coverage(self) -> Coverage:
        """Which days and languages the reports cover."""
        return from_json(Coverage, self._file.packed("coverage"))

    @cached_property
    def latest_first(self) -> NDArray[np.int64]:
        """The places of the events, those told last first."""
        return self._file.array("latest_first", "u4").astype(np.int64)

    @property
    def watched(self) -> Watched:
        """All reports and events."""
        return Watched(self.lines, _Events(self))

    def summary(self, place: int) -> EventSummary:
        """Return an event with its reports."""
        return self._held.get(place, self._summary)

    def _summary(self, place: int) -> EventSummary:
        return summary_of(self.columns.id(place), [self.lines[number] for number in self.items(place)])

    def items(self, place: int) -> list[int]:
        """Return the places of the reports of an event among the lines."""
        start, end = self._item_ends[place : place + 2].tolist()
        numbers: list[int] = self._items[start:end].tolist()
        return numbers

    def holding(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Tell of each event whether all words stand in it."""
        return self._words.holding(words)

    def of_reports(self, names: Iterable[str]) -> list[int]:
        """Return the places of the events that any of the reports are on."""
        places = {int(self._line_events[number]) for name in names for number in self._numbers_of(name)}
        return sorted(places - {-1})

    def report(self, name: str) -> Line | None:
        """Return the last report of an id, nothing where there is none."""
        numbers = self._numbers_of(name)
        return self.lines[numbers[-1]] if numbers else None

    def named(self, identity: str) -> int | None:
        """Return the place of the event of an id, else of one that had it once."""
        numbers = self._lines_by("once", identity, lambda line: event_id(line.told.report))
        places = [int(self._line_events[number]) for number in numbers]
        there = [place for place in places if place >= 0]
        return next((place for place in there if self.columns.id(place) == identity), next(iter(there), None))

    def around(self, names: Collection[str]) -> Watched:
        """Return the reports of some ids with all that are on one event with any of them."""
        places = self.of_reports(names)
        numbers = {number for name in names for number in self._numbers_of(name)}
        numbers.update(number for place in places for number in self.items(place))
        here = {number: at for at, number in enumerate(sorted(numbers))}
        events = (
            Event(self.columns.id(place), tuple(here[number] for number in self.items(place))) for place in places
        )
        return Watched(tuple(self.lines[number] for number in here), tuple(events))

    def _numbers_of(self, name: str) -> list[int]:
        return self._lines_by("reports", name, lambda line: line.told.report.id)

    def _lines_by(self, section: str, name: str, of: Callable[[Line], str]) -> list[int]:
        """Return the places of the lines that have a name, by its hash."""
        hashes, numbers = self._hashes[section]
        wanted = np.uint64(_hash(name))
        start, end = (int(np.searchsorted(hashes, wanted, side)) for side in ("left", "right"))
        return [number for number in numbers[start:end].tolist() if of(self.lines[number]) == name]

    @cached_property
    def _hashes(self) -> dict[str, tuple[NDArray[np.uint64], NDArray[np.uint32]]]:
        return {
            name: (self._file.array(f"{name}_hashes", "u8"), self._file.array(f"{name}_lines", "u4"))
            for name in ("reports", "once")
        }

    @cached_property
    def _items(self) -> NDArray[np.uint32]:
        return self._file.array("items", "u4")

    @cached_property
    def _item_ends(self) -> NDArray[np.uint32]:
        return self._file.array("item_ends", "u4")

    @cached_property
    def _line_events(self) -> NDArray[np.int32]:
        return self._file.array("line_events", "i4")

    def check(self) -> None:
        """Read everything, a block at a time; raise `ValueError` where it does not hold together."""
        count, reports = self._count, len(self.lines)
        self._check_numbers(count, reports)
        self._words.check()
        on_none = 0
        for number in range(reports):
            place = int(self._line_events[number])
            line = self.lines[number]
            on_none += place < 0
            if line.event != (self.columns.id(place) if place >= 0 else ""):
                raise ValueError("a report on another event")
        if self.coverage != coverage_of(line.told for line in self.lines):
            raise ValueError("other days or languages")
        if on_none != self.on_none:
            raise ValueError("another number of reports on no event")
        made = columns_of(map(self.summary, range(count)))
        if any(self.columns.row(place) != made.row(place) for place in range(count)):
            raise ValueError("an event with other facts than its reports")
        if not np.array_equal(self.columns.first, made.first):
            raise ValueError("an event told first at another time")

    def _check_numbers(self, count: int, reports: int) -> None:
        ends, items, event_of = self._item_ends.astype(np.int64), self._items, self._line_events
        if not (len(ends) == count + 1 and len(self.columns) == count and len(event_of) == reports):
            raise ValueError("events without reports")
        if ends[0] or ends[-1] != len(items) or (np.diff(ends) <= 0).any():
            raise ValueError("an event of no report")
        if items.max(initial=0) >= max(reports, 1) or event_of.min(initial=0) < -1:
            raise ValueError("an event of no such report")
        if (event_of[items] != np.repeat(np.arange(count), np.diff(ends))).any():
            raise ValueError("a report on another event")
        if len(items) != np.count_nonzero(event_of >= 0):
            raise ValueError("a report on several events")
        orders: list[tuple[NDArray[Any], int]] = [(self.latest_first, count)]
        orders += [(numbers, reports) for _, numbers in self._hashes.values()]
        if any(not np.array_equal(np.sort(order), np.arange(length)) for order, length in orders):
            raise ValueError("an order that leaves something out")
        if any(len(hashes) != reports or (hashes[1:] < hashes[:-1]).any() for hashes, _ in self._hashes.values()):
            raise ValueError("reports out of order")
        ends_of_blocks = self._file.array("line_ends", "u8")
        if len(ends_of_blocks) != -(-reports // BLOCK) + 1:
            raise ValueError("too few blocks")


class _Events(Sequence[Event]):
    """The events of a run with the places of their reports."""

    def __init__(self, events: KeptEvents) -> None:
        self._events = events

    def __len__(self) -> int:
        return len(self._events.columns)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Event]: ...
    def __getitem__(self, place: int | slice) -> Event | Sequence[Event]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        at = range(len(self))[place]
        return Event(self._events.columns.id(at), tuple(self._events.items(at)))


class _Latest(Generic[T]):
    """What was made for keys; the latest asked for are remembered."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._lock = most, OrderedDict[Hashable, T](), Lock()

    def get(self, key: int, make: Callable[[int], T]) -> T:
        """Return what was made for a key before, else make it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make(key)
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made
