"""The reports and events of a run as they stand in its file: what is looked at is read, and the rest is left there."""

from __future__ import annotations

import zlib
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from opencwc.files.sections import Sections, SectionWriter, unpacked
from opencwc.records import from_json, to_json
from opencwc.reports.covered_months import Coverage, coverage_of, joined_coverage
from opencwc.reports.event_columns import (
    ColumnsWriter,
    EventColumns,
    chosen_columns,
    columns_of,
    joined_columns,
    read_columns,
    write_columns,
)
from opencwc.reports.event_list import latest_first
from opencwc.reports.events import Event, event_id
from opencwc.reports.lazy_sequence import LazySequence
from opencwc.reports.model import Report
from opencwc.reports.report_columns import (
    ReportColumns,
    columns_of_reports,
    joined_reports,
    name_hash,
    read_reports,
    same_reports,
    write_reports,
)
from opencwc.reports.summaries import EventSummary, summary_of
from opencwc.reports.topics.independent_texts import Texts, are_sound, grown_texts, texts_of
from opencwc.reports.topics.terms import NewTerm
from opencwc.reports.topics.topic_picture import shown_terms
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
    texts = texts_of(watched.lines)
    _write_reports(file, watched.lines, columns_of_reports(watched.lines, texts.first), texts)
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


def _write_reports(file: SectionWriter, lines: Sequence[Line], columns: ReportColumns, texts: Texts) -> None:
    """Write the columns of the reports, by what a later run finds near-copies, and the terms that are new."""
    write_reports(file, columns)
    file.add_array("text_hashes", texts.hashes)
    file.add_array("text_holders", texts.holders)
    file.add_packed("terms", to_json(shown_terms(lines, columns)))


def _write_lines(file: SectionWriter, lines: Sequence[Line]) -> None:
    """Write the lines in blocks, and by the ids of their reports, and of the events these would begin, which it is."""
    blocks = _Blocks()
    for at in range(0, len(lines), BLOCK):
        blocks.add(b"\n".join(map(to_json, lines[at : at + BLOCK])))
    blocks.write(file)
    for name, hashes in _names_of(lines).items():
        _write_names(file, name, hashes)


class _Blocks:
    """Packed blocks of lines, one after another."""

    def __init__(self) -> None:
        self._blocks, self._ends = bytearray(), array("Q", [0])

    def add(self, lines: bytes) -> None:
        """Pack a block."""
        self.add_packed(zlib.compress(lines))

    def add_packed(self, block: bytes) -> None:
        """Take a block that is packed."""
        self._blocks += block
        self._ends.append(len(self._blocks))

    def write(self, file: SectionWriter) -> None:
        """Write them all."""
        file.add("lines", bytes(self._blocks))
        file.add_array("line_ends", np.array(self._ends, np.uint64))


def _names_of(lines: Iterable[Line]) -> dict[str, NDArray[np.uint64]]:
    """Return the hash of the id of each report, and of the id of the event that it would begin."""
    by_report, by_event = array("Q"), array("Q")
    for line in lines:
        by_report.append(name_hash(line.told.report.id))
        by_event.append(name_hash(event_id(line.told.report)))
    return {"reports": np.array(by_report, np.uint64), "once": np.array(by_event, np.uint64)}


def _write_names(file: SectionWriter, name: str, hashes: NDArray[np.uint64]) -> None:
    order = np.argsort(hashes, kind="stable")
    file.add_array(f"{name}_hashes", hashes[order])
    file.add_array(f"{name}_lines", order.astype(np.uint32))


def _write_event_numbers(file: SectionWriter, watched: Watched) -> None:
    items, ends = array("I"), array("I", [0])
    for event in watched.events:
        items.extend(event.items)
        ends.append(len(items))
    _write_items(file, np.array(items, np.uint32), np.array(ends, np.uint32), len(watched.lines))


def _write_items(file: SectionWriter, items: NDArray[np.uint32], ends: NDArray[np.uint32], reports: int) -> None:
    """Write the reports of each event, and the event of each report."""
    event_of = np.full(reports, -1, np.int32)
    event_of[items] = np.repeat(np.arange(len(ends) - 1, dtype=np.int32), np.diff(ends))
    file.add_array("items", items)
    file.add_array("item_ends", ends)
    file.add_array("line_events", event_of)


class Grown(NamedTuple):
    """What became of events when reports were added.

    ``lines`` are those that are new or changed, by their numbers; the new ones come after all that were there.
    ``gone`` are the places of events that are no more, ``made`` those that there are instead.
    """

    lines: Mapping[int, Line]
    gone: Collection[int]
    made: Sequence[Event]


def write_grown(file: SectionWriter, before: KeptEvents, grown: Grown) -> None:
    """Write reports and events of before with what became of them: what did not change is copied as it stands."""
    count = len(before.lines)
    new = [grown.lines[number] for number in sorted(grown.lines) if number >= count]
    _write_grown_lines(file, before, grown.lines, count + len(new))
    for name, hashes in _names_of(new).items():
        _write_names(file, name, np.concatenate([before.names(name), hashes]))
    file.add_packed("coverage", to_json(joined_coverage(before.coverage, coverage_of(line.told for line in new))))
    _write_grown_reports(file, before, grown, count + len(new))
    summaries = [summary_of(event.id, [grown.lines[number] for number in event.items]) for event in grown.made]
    words, columns = WordIndexWriter(), ColumnsWriter()
    for summary in summaries:
        columns.take(summary)
        words.take(searched_text(summary))
    both = joined_columns(before.columns, columns.columns())
    staying = np.delete(np.arange(len(both)), sorted(grown.gone))
    order = staying[np.argsort(both.first[staying], kind="stable")]
    items, ends = before.all_items()
    made = np.array([number for event in grown.made for number in event.items], np.uint32)
    made_ends = len(items) + np.cumsum([len(event.items) for event in grown.made], dtype=np.uint32)
    _write_items(
        file, *_reordered(np.concatenate([items, made]), np.concatenate([ends, made_ends]), order), count + len(new)
    )
    written = chosen_columns(both, order)
    write_columns(file, written)
    file.add_array("latest_first", latest_first(written).astype(np.uint32))
    places = np.full(len(both), -1, np.int64)
    places[order] = np.arange(len(order))
    words.write(file, before.words, places)


def _write_grown_reports(file: SectionWriter, before: KeptEvents, grown: Grown, count: int) -> None:
    lines = _BothLines(before.lines, grown.lines, count)
    new = range(len(before.lines), count)
    origins: dict[tuple[int, str], list[int]] = {}
    for place, event in enumerate(grown.made):
        for number in event.items:
            origins.setdefault((place, lines[number].origin), []).append(number)
    texts = grown_texts(before.texts, lines, new, origins.values())
    added = columns_of_reports((lines[number] for number in new), texts.first[len(before.lines) :])
    _write_reports(file, lines, joined_reports(before.reports, added, texts.first), texts)


def _write_grown_lines(file: SectionWriter, before: KeptEvents, lines: Mapping[int, Line], count: int) -> None:
    blocks, old = _Blocks(), len(before.lines)
    changed = {number // BLOCK for number in lines}
    for block in range(-(-count // BLOCK)):
        if block not in changed:
            blocks.add_packed(before.lines.packed_block(block))
            continue
        there = before.lines.block_of_json(block) if block * BLOCK < old else []
        numbers = range(block * BLOCK, min((block + 1) * BLOCK, count))
        blocks.add(
            b"\n".join(to_json(lines[number]) if number in lines else there[number % BLOCK] for number in numbers)
        )
    blocks.write(file)


def _reordered(
    items: NDArray[np.uint32], ends: NDArray[np.uint32], order: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the items of some events in an order, and where those of each end."""
    wide = ends.astype(np.int64)
    starts, sizes = wide[:-1][order], (wide[1:] - wide[:-1])[order]
    after = np.cumsum(sizes)
    within = np.arange(int(sizes.sum())) - np.repeat(after - sizes, sizes)
    return items[np.repeat(starts, sizes) + within], np.concatenate([[0], after]).astype(np.uint32)


class _BothLines(LazySequence[Line]):
    """The lines that were there, with those that are new or changed."""

    def __init__(self, before: Sequence[Line], lines: Mapping[int, Line], count: int) -> None:
        self._before, self._lines, self._count = before, lines, count

    def __len__(self) -> int:
        return self._count

    def made(self, number: int) -> Line:
        return self._lines[number] if number in self._lines else self._before[number]


class KeptLines(LazySequence[Line]):
    """The reports of a run in the order in which they came; those that were looked at last are held ready."""

    def __init__(self, file: Sections, count: int) -> None:
        self._file, self._count = file, count
        self._held: _Latest[list[bytes | Line]] = _Latest(_BLOCKS_HELD)

    def __len__(self) -> int:
        return self._count

    def made(self, number: int) -> Line:
        """Return the line of a report."""
        block = self._held.get(number // BLOCK, self._block)
        line = block[number % BLOCK]
        if isinstance(line, bytes):
            line = block[number % BLOCK] = from_json(Line, line)
        return line

    def __iter__(self) -> Iterator[Line]:
        return (self[number] for number in range(self._count))

    @cached_property
    def _ends(self) -> NDArray[np.uint64]:
        return self._file.array("line_ends", "u8")

    def packed_block(self, number: int) -> bytes:
        """Return a block of lines as it is packed."""
        start, end = self._ends[number : number + 2].tolist()
        return self._file.read("lines", start, end)

    def block_of_json(self, number: int) -> list[bytes]:
        """Return the lines of a block as they are written."""
        return unpacked(self.packed_block(number)).split(b"\n")

    def _block(self, number: int) -> list[bytes | Line]:
        lines: list[bytes | Line] = list(self.block_of_json(number))
        if len(lines) != min(BLOCK, self._count - number * BLOCK):
            raise ValueError("a block of too few reports")
        return lines


class KeptEvents:
    """The events of a run in its file."""

    def __init__(self, file: Sections, counts: tuple[int, int], newest: datetime, on_none: int) -> None:
        self.file, self._count = file, counts[1]
        self.lines = KeptLines(file, counts[0])
        self.newest, self.on_none = newest, on_none
        self.words = WordIndex(file, counts[1])
        self._held: _Latest[EventSummary] = _Latest(_EVENTS_HELD)

    @cached_property
    def columns(self) -> EventColumns:
        """The facts of all events."""
        return read_columns(self.file, self._count)

    @cached_property
    def reports(self) -> ReportColumns:
        """The facts of all reports."""
        if self.file.has("report_first"):
            return read_reports(self.file, len(self.lines))
        return columns_of_reports(self.lines, texts_of(self.lines).first)  # in an older file they do not stand

    def files_from(self, number: int) -> NDArray[np.uint64]:
        """Return the hashes of the files that the reports from a place on came from."""
        if self.file.has("report_files"):
            return self.file.array("report_files", "u8", number, len(self.lines))
        return self.reports.files[number:]

    @property
    def texts(self) -> Texts:
        """Which report each counts as, and by what near-copies are found."""
        if not self.file.has("text_hashes"):
            return texts_of(self.lines)
        hashes, holders = self.file.array("text_hashes", "u4"), self.file.array("text_holders", "u4")
        return Texts(self.reports.first, hashes, holders)

    @cached_property
    def terms(self) -> tuple[NewTerm, ...]:
        """The terms that are new, by the origins as they were found."""
        if not self.file.has("terms"):
            return shown_terms(self.lines, self.reports)
        return from_json(tuple[NewTerm, ...], self.file.packed("terms"))

    @property
    def event_of(self) -> NDArray[np.int32]:
        """The place of the event of each report, -1 of one that is on none."""
        return self._line_events

    @cached_property
    def coverage(self) -> Coverage:
        """Which days and languages the reports cover."""
        return from_json(Coverage, self.file.packed("coverage"))

    @cached_property
    def latest_first(self) -> NDArray[np.int64]:
        """The places of the events, those told last first."""
        return self.file.array("latest_first", "u4").astype(np.int64)

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
        return self.words.holding(words)

    def of_reports(self, names: Iterable[str]) -> list[int]:
        """Return the places of the events that any of the reports are on."""
        places = {int(self._line_events[number]) for name in names for number in self.numbers_of(name)}
        return sorted(places - {-1})

    def report(self, name: str) -> Line | None:
        """Return the last report of an id, nothing where there is none."""
        numbers = self.numbers_of(name)
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
        here = {number: at for at, number in enumerate(self.numbers_around(names))}
        events = (
            Event(self.columns.id(place), tuple(here[number] for number in self.items(place))) for place in places
        )
        return Watched(tuple(self.lines[number] for number in here), tuple(events))

    def numbers_around(self, names: Collection[str]) -> list[int]:
        """Return the places of these reports among the lines, in their order."""
        numbers = {number for name in names for number in self.numbers_of(name)}
        numbers.update(number for place in self.of_reports(names) for number in self.items(place))
        return sorted(numbers)

    def all_items(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return the places of the reports of all events, one event after another, and where each ends, after a 0."""
        return self._items, self._item_ends

    def names(self, section: str) -> NDArray[np.uint64]:
        """Return the hash of each line by its ``reports``' ids, or by those of the events that they would begin."""
        hashes, numbers = self._hashes[section]
        in_order = np.empty_like(hashes)
        in_order[numbers] = hashes
        return in_order

    def same_as(self, report: Report) -> list[int]:
        """Return the places of the reports that are the same as one: it came before."""
        return [number for number in self.numbers_of(report.id) if self.lines[number].told.report.is_same(report)]

    @cached_property
    def brought_again(self) -> list[int]:
        """The places of the reports of earlier runs that the run brought again."""
        numbers: list[int] = self.file.array("brought", "u4").tolist() if self.file.has("brought") else []
        return numbers

    def brought(self, taken: int) -> NDArray[np.int64]:
        """Return the places of the reports that the run brought; the first ``taken`` came in earlier runs."""
        return np.concatenate([np.array(self.brought_again, np.int64), np.arange(taken, len(self.lines))])

    def place_of(self, number: int) -> int | None:
        """Return the place of the event that the report at a place among the lines is on."""
        place = int(self._line_events[number])
        return place if place >= 0 else None

    def numbers_of(self, name: str) -> list[int]:
        """Return the places of the reports of an id."""
        return self._lines_by("reports", name, lambda line: line.told.report.id)

    def _lines_by(self, section: str, name: str, of: Callable[[Line], str]) -> list[int]:
        """Return the places of the lines that have a name, by its hash."""
        hashes, numbers = self._hashes[section]
        wanted = np.uint64(name_hash(name))
        start, end = (int(np.searchsorted(hashes, wanted, side)) for side in ("left", "right"))
        return [number for number in numbers[start:end].tolist() if of(self.lines[number]) == name]

    @cached_property
    def _hashes(self) -> dict[str, tuple[NDArray[np.uint64], NDArray[np.uint32]]]:
        return {
            name: (self.file.array(f"{name}_hashes", "u8"), self.file.array(f"{name}_lines", "u4"))
            for name in ("reports", "once")
        }

    @cached_property
    def _items(self) -> NDArray[np.uint32]:
        return self.file.array("items", "u4")

    @cached_property
    def _item_ends(self) -> NDArray[np.uint32]:
        return self.file.array("item_ends", "u4")

    @cached_property
    def _line_events(self) -> NDArray[np.int32]:
        return self.file.array("line_events", "i4")

    def check(self) -> None:
        """Read everything, a block at a time; raise `ValueError` where it does not hold together."""
        count, reports = self._count, len(self.lines)
        self._check_numbers(count, reports)
        self.words.check()
        on_none = 0
        for number in range(reports):
            place = int(self._line_events[number])
            line = self.lines[number]
            on_none += place < 0
            if line.event != (self.columns.id(place) if place >= 0 else ""):
                raise ValueError("a report on another event")
        if self.coverage != coverage_of(line.told for line in self.lines):
            raise ValueError("other days or languages")
        self._check_reports()
        if on_none != self.on_none:
            raise ValueError("another number of reports on no event")
        made = columns_of(map(self.summary, range(count)))
        if any(self.columns.row(place) != made.row(place) for place in range(count)):
            raise ValueError("an event with other facts than its reports")
        if not np.array_equal(self.columns.first, made.first):
            raise ValueError("an event told first at another time")

    def _check_reports(self) -> None:
        if not same_reports(self.reports, columns_of_reports(self.lines, self.reports.first)):
            raise ValueError("a report with other facts than its own")
        whole, texts = texts_of(self.lines), self.texts
        on_event = self._line_events >= 0
        if (texts.first[texts.first] != texts.first).any() or (on_event[texts.first] != on_event).any():
            raise ValueError("a report that counts as one that counts as another")
        if not np.array_equal(texts.first[on_event], whole.first[on_event]):
            raise ValueError("a report that counts as one of another origin")
        if not are_sound(texts, self.lines, np.nonzero(~on_event)[0].tolist()):
            raise ValueError("hashes of other words")
        if any(number >= len(self.lines) for term in self.terms for number, _ in term.places):
            raise ValueError("a term in no report")

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
        ends_of_blocks = self.file.array("line_ends", "u8")
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
