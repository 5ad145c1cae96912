"""Reports ready to be compared as they stand in the file of a run, and how they were joined: what a later run joins to.

A file holds the ready reports that are its own; those of earlier runs stand in the files of these. How all of them were
joined (which pairs were weighed, who says whose words, who is sought in which month) stands in each file for all its
reports. Everything is numbers, or records packed by MessagePack: nothing in it is ever run.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.files.sections import Sections, SectionWriter, unpacked
from opencwc.records import known
from opencwc.reports.comparing import months_of
from opencwc.reports.events import WORDS_HASH, Archive, words_hash
from opencwc.reports.item import Item, Mentioned
from opencwc.reports.lazy_sequence import LazySequence
from opencwc.reports.model import Told
from opencwc.reports.traits import STEPS, Traits

if TYPE_CHECKING:
    from opencwc.reports.watched_file import KeptEvents

FORM = 1
"""The number of this form; files of another one are read, and not joined to."""
BLOCK = 32
"""Ready reports that are packed together."""
_BLOCKS_HELD = 64
_MOST_ROWS, _MOST_BYTES = 64, 1 << 20


class ReadyItem(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What was made of a report beside what it tells; vectors in steps as bytes, hashes of words in order."""

    days: tuple[int, int] | None
    again: bool
    mentioned: Mentioned
    names: frozenset[str]
    numbers: frozenset[str]
    words: bytes
    shingles: bytes
    rows: int
    vectors: bytes
    about: bytes


_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(known(list[ReadyItem]))


def _packed(item: Item) -> ReadyItem:
    traits = item.traits
    return ReadyItem(
        item.days, item.again, item.mentioned, traits.names, traits.numbers, _hashes(traits.words),
        _hashes(traits.shingles), len(traits.vectors), _bytes(traits.vectors), _bytes(traits.about),
    )  # fmt: skip


def _unpacked(ready: ReadyItem, told: Told) -> Item:
    if not 0 <= ready.rows <= _MOST_ROWS or max(map(len, (ready.vectors, ready.words, ready.shingles))) > _MOST_BYTES:
        raise ValueError("a report of too many signs")
    vectors = _values(ready.vectors)
    if len(vectors) % max(ready.rows, 1) or (len(vectors) > 0) != (ready.rows > 0):
        raise ValueError("vectors that break off")
    rows = vectors.reshape(ready.rows, -1) if ready.rows else np.zeros((0, 0), np.float32)
    traits = Traits(
        rows, ready.names, ready.numbers, _hashed(ready.shingles), _hashed(ready.words), _values(ready.about)
    )
    return Item(told, traits, ready.days, ready.again, ready.mentioned)


def _hashes(some: frozenset[int]) -> bytes:
    return np.sort(np.fromiter(some, "<u4", len(some))).tobytes()


def _hashed(packed: bytes) -> frozenset[int]:
    return frozenset(np.frombuffer(packed, "<u4").tolist())


def _bytes(values: NDArray[np.float32]) -> bytes:
    return np.rint(values * STEPS).astype(np.int8).tobytes()


def _values(packed: bytes) -> NDArray[np.float32]:
    return np.frombuffer(packed, np.int8).astype(np.float32) / np.float32(STEPS)


def write_ready(file: SectionWriter, items: Iterable[Item], before: OwnReady | None = None) -> None:
    """Write the ready reports that are a file's own; those of a file ``before`` come first, as they stand there."""
    blocks, ends, waiting = bytearray(), array("Q", [0]), list[ReadyItem]()
    if before is not None:
        full, waiting = before.full_blocks()
        for block in full:
            blocks += block
            ends.append(len(blocks))
    for item in items:
        waiting.append(_packed(item))
        if len(waiting) == BLOCK:
            _add_block(blocks, ends, waiting)
    if waiting:
        _add_block(blocks, ends, waiting)
    file.add("ready", bytes(blocks))
    file.add_array("ready_ends", np.array(ends, np.uint64))


def _add_block(blocks: bytearray, ends: array[int], waiting: list[ReadyItem]) -> None:
    blocks += zlib.compress(_ENCODER.encode(waiting))
    ends.append(len(blocks))
    waiting.clear()


class Where(NamedTuple):
    """Of each report the number of the file that its ready form stands in, and the place there."""

    files: NDArray[np.uint32]
    places: NDArray[np.uint32]


def write_joined(file: SectionWriter, archive: Archive, where: Where, before: KeptReady | None = None) -> None:
    """Write how reports were joined."""
    file.add_array("ready_files", where.files)
    file.add_array("ready_places", where.places)
    count = 0 if before is None else len(before.items)
    added = [archive.items[number] for number in range(count, len(archive.items))]
    hashes = [words_hash(item) if item.told.nature.kind else bytes(WORDS_HASH) for item in added]
    sought = [months_of(item) if item.told.nature.kind else [] for item in added]
    months = np.array([month for some in sought for month in some], np.uint32)
    ends = np.cumsum([0, *map(len, sought)])[1:].astype(np.uint32)
    words = b"".join(hashes)
    if before is not None:
        words = before.words + words
        ends = np.concatenate([before.month_ends, ends + np.uint32(len(before.months))]).astype(np.uint32)
        months = np.concatenate([before.months, months])
    file.add("ready_words", words)
    file.add_array("ready_months", months)
    file.add_array("ready_month_ends", ends)
    behind = np.full(len(archive.items), -1, np.int32)
    for number, leader in archive.behind().items():
        behind[number] = leader
    file.add_array("ready_behind", behind)
    pairs, scores, copies = archive.pairs()
    file.add_array("ready_pairs", pairs.reshape(-1))
    file.add_array("ready_scores", scores)
    file.add_array("ready_copies", copies)


class OwnReady:
    """The ready reports that are a file's own."""

    def __init__(self, file: Sections) -> None:
        self._file = file
        self._held = lru_cache(_BLOCKS_HELD)(self._block)

    def item(self, place: int, told: Told) -> Item:
        """Return the report at a place, by what it tells; raise `ValueError` where there is none."""
        number, at = divmod(place, BLOCK)
        block = self._held(number)
        if at >= len(block):
            raise ValueError("no such ready report")
        return _unpacked(block[at], told)

    @cached_property
    def ends(self) -> NDArray[np.uint64]:
        """Where each block ends, after a 0."""
        return self._file.array("ready_ends", "u8")

    def full_blocks(self) -> tuple[Iterator[bytes], list[ReadyItem]]:
        """Return the full blocks as they are packed, and what the last one has where it is not full."""
        count = len(self.ends) - 1
        last = self._block(count - 1) if count else []
        if len(last) == BLOCK:
            last, count = [], count + 1
        return map(self._packed_block, range(count - 1)), last

    def _packed_block(self, number: int) -> bytes:
        if number + 1 >= len(self.ends):
            raise ValueError("no such ready report")
        start, end = self.ends[number : number + 2].tolist()
        return self._file.read("ready", start, end)

    def _block(self, number: int) -> list[ReadyItem]:
        try:
            return _DECODER.decode(unpacked(self._packed_block(number)))
        except msgspec.MsgspecError as error:
            raise ValueError("no ready reports") from error

    def check(self, count: int) -> None:
        """Read them all; raise `ValueError` where there are not so many."""
        ends = self.ends
        whole = len(ends) == -(-count // BLOCK) + 1 and not ends[0] and int(ends[-1]) == self._file.size("ready")
        if not whole or (np.diff(ends.astype(np.int64)) <= 0).any():
            raise ValueError("too few ready reports")
        for number in range(len(ends) - 1):
            if len(self._block(number)) != min(BLOCK, count - number * BLOCK):
                raise ValueError("a block of too few ready reports")


class _Items(LazySequence[Item]):
    """The ready reports of a file in their order; those that were looked at are held."""

    def __init__(self, count: int, make: Callable[[int], Item]) -> None:
        self._count, self._make = count, make
        self._made: dict[int, Item] = {}

    def __len__(self) -> int:
        return self._count

    def made(self, number: int) -> Item:
        if number not in self._made:
            self._made[number] = self._make(number)
        return self._made[number]


class KeptReady:
    """All reports of a file, ready to be compared, and how they were joined: a `JoinedBefore`.

    ``number`` is that of the file itself, ``other`` gives the ready reports that are another file's own.
    """

    def __init__(self, file: Sections, events: KeptEvents, number: int, other: Callable[[int], OwnReady]) -> None:
        self._file, self._events, self._number, self._other = file, events, number, other
        self.events = len(events.columns)
        self.items: Sequence[Item] = _Items(len(events.lines), self._item)
        self._files: dict[int, OwnReady] = {number: OwnReady(file)}

    def _item(self, number: int) -> Item:
        of_file = int(self.files[number])
        if of_file not in self._files:
            self._files[of_file] = self._other(of_file)
        return self._files[of_file].item(int(self.places[number]), self._events.lines[number].told)

    @property
    def own(self) -> OwnReady:
        """The ready reports that are the file's own."""
        return self._files[self._number]

    @cached_property
    def files(self) -> NDArray[np.uint32]:
        """In which file the ready form of each report stands."""
        return self._array("ready_files", "u4")

    @cached_property
    def places(self) -> NDArray[np.uint32]:
        """At which place it stands there."""
        return self._array("ready_places", "u4")

    @cached_property
    def words(self) -> bytes:
        """The hash of the words of each report, zeros where it is on no event."""
        return self._file.read("ready_words")

    @cached_property
    def months(self) -> NDArray[np.uint32]:
        """The months in which reports are sought, one report after another."""
        return self._array("ready_months", "u4")

    @cached_property
    def month_ends(self) -> NDArray[np.uint32]:
        """Where those of each report end."""
        return self._array("ready_month_ends", "u4")

    @cached_property
    def pairs(self) -> NDArray[np.uint32]:
        """The pairs that were weighed, in order."""
        return self._array("ready_pairs", "u4").reshape(-1, 2)

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """The log-odds of each pair."""
        return self._array("ready_scores", "f8")

    @cached_property
    def copies(self) -> NDArray[np.bool_]:
        """Which pairs say the same."""
        return self._array("ready_copies", "?")

    @cached_property
    def _behind(self) -> NDArray[np.int32]:
        return self._array("ready_behind", "i4")

    def _array(self, name: str, kind: str) -> NDArray[Any]:
        return self._file.array(name, kind)

    def behind(self) -> dict[int, int]:
        """Return for each report that says the words of an earlier one which that is."""
        numbers = np.nonzero(self._behind >= 0)[0]
        return dict(zip(numbers.tolist(), self._behind[numbers].tolist(), strict=True))

    def leaders(self) -> dict[bytes, int]:
        """Return for the hash of words the report that stands for all that say them."""
        none = bytes(WORDS_HASH)
        leading = np.nonzero(self._behind < 0)[0].tolist()
        hashes = ((self.words[number * WORDS_HASH : (number + 1) * WORDS_HASH], number) for number in leading)
        return {words: number for words, number in hashes if words != none}

    def of_month(self, month: int) -> list[int]:
        """Return the reports that are sought in a month."""
        numbers: list[int] = self.month_ends.searchsorted(np.nonzero(self.months == month)[0], side="right").tolist()
        return numbers

    def event_of(self, number: int) -> int | None:
        """Return the place of the event that a report is on."""
        return self._events.place_of(number)

    def event(self, place: int) -> tuple[int, ...]:
        """Return the reports of an event."""
        return tuple(self._events.items(place))

    def check(self) -> None:
        """Read everything that stands in the file; raise `ValueError` where it does not hold together."""
        count, own = len(self.items), int(np.count_nonzero(self.files == self._number))
        self.own.check(own)
        if not (len(self.files) == len(self.places) == len(self._behind) == len(self.month_ends) == count):
            raise ValueError("reports that were not made ready")
        if len(self.words) != count * WORDS_HASH or self.files.max(initial=0) > self._number:
            raise ValueError("reports that were not made ready")
        mine = np.sort(self.places[self.files == self._number])
        if not np.array_equal(mine, np.arange(own)):
            raise ValueError("ready reports of no report")
        if int(self.month_ends[-1] if count else 0) != len(self.months):
            raise ValueError("months of no report")
        if (np.diff(self.month_ends.astype(np.int64), prepend=0) < 0).any():
            raise ValueError("months out of order")
        self._check_pairs(count)

    def _check_pairs(self, count: int) -> None:
        pairs, behind = self.pairs, self._behind
        if not len(pairs) == len(self.scores) == len(self.copies) or np.isinf(self.scores).any():
            raise ValueError("pairs without log-odds")
        if pairs.max(initial=0) >= max(count, 1) or (pairs[:, 0] >= pairs[:, 1]).any():
            raise ValueError("pairs of no report")
        if behind.max(initial=-1) >= count or behind.min(initial=-1) < -1 or (behind[behind[behind >= 0]] >= 0).any():
            raise ValueError("a report behind none that leads")
