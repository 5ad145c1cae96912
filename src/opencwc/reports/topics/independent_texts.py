"""Which reports count as one: those of one origin, and outside events those that say nearly the same words.

Each counts as its first report. New reports are compared with those that are there by a few hashes of each, so that
only a likely copy is read again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from opencwc.reports.likeness import are_copies
from opencwc.reports.watched import Line

_WORD = re.compile(r"[㐀-䶿一-鿿]|[^\W_]+")
_HAN = re.compile("[㐀-䶿一-鿿]")
_LONGEST = 4_000
_SKETCH = 6
"""Of so many smallest hashes two near-copies share one, all but surely."""


class Texts(NamedTuple):
    """The report that each counts as, by its number, and hashes of those on no event that others may count as.

    ``hashes`` are in order, and ``holders`` are the numbers of the reports that have them.
    """

    first: NDArray[np.int32]
    hashes: NDArray[np.uint32]
    holders: NDArray[np.uint32]


NO_TEXTS = Texts(np.zeros(0, np.int32), np.zeros(0, np.uint32), np.zeros(0, np.uint32))


def texts_of(lines: Sequence[Line]) -> Texts:
    """Return which report each counts as: the first of its origin, else the first that it nearly copies."""
    origins: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        if line.origin:
            origins[line.origin].append(number)
    return grown_texts(NO_TEXTS, lines, range(len(lines)), origins.values())


def grown_texts(
    before: Texts, lines: Sequence[Line], new: Iterable[int], origins: Iterable[Sequence[int]]
) -> Texts:  # fmt: skip
    """Return the same after reports came: ``new`` are their numbers, ``origins`` the reports of those that changed."""
    fresh = list(new)
    first = np.concatenate([before.first, np.array(fresh, np.int32)])
    for origin in origins:
        some = list(origin)
        first[some] = min(some, key=lambda number: _order(lines[number]))
    alone = sorted((number for number in fresh if not lines[number].origin), key=lambda number: _order(lines[number]))
    copies, sketches = _first_copies(before, lines, alone)
    for number, other in copies.items():
        first[number] = first[other]
    hashes = np.array([key for sketch in sketches.values() for key in sketch], np.uint32)
    holders = np.array([number for number, sketch in sketches.items() for _ in sketch], np.uint32)
    hashes, holders = np.concatenate([before.hashes, hashes]), np.concatenate([before.holders, holders])
    order = np.lexsort((holders, hashes))
    return Texts(first, hashes[order], holders[order])


def are_sound(texts: Texts, lines: Sequence[Line], alone: Iterable[int]) -> bool:
    """Tell whether the hashes are those of the reports ``alone``, on no event, that count as themselves."""
    pairs = list(zip(texts.hashes.tolist(), texts.holders.tolist(), strict=False))
    own = (number for number in alone if texts.first[number] == number)
    wanted = [(key, number) for number in own for key in _sketch(_shingles(lines[number].told.report.whole))]
    return len(texts.hashes) == len(texts.holders) and pairs == sorted(wanted)


def _first_copies(
    before: Texts, lines: Sequence[Line], numbers: Sequence[int]
) -> tuple[Mapping[int, int], Mapping[int, Sequence[int]]]:
    """Return for each report that nearly copies another one which that is, and the hashes of those that copy none."""
    copies: dict[int, int] = {}
    sketches: dict[int, Sequence[int]] = {}
    shingles: dict[int, frozenset[int]] = {}
    by_hash: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        mine = _shingles(lines[number].told.report.whole)
        sketch = _sketch(mine)
        near = dict.fromkeys(other for key in sketch for other in (*_holders(before, key), *by_hash[key]))
        for other in near:
            if other not in shingles:
                shingles[other] = _shingles(lines[other].told.report.whole)
        same = next((other for other in near if are_copies(mine, shingles[other])), None)
        if same is not None:
            copies[number] = same
            continue
        shingles[number], sketches[number] = mine, sketch
        for key in sketch:
            by_hash[key].append(number)
    return copies, sketches


def _holders(texts: Texts, key: int) -> list[int]:
    start, end = np.searchsorted(texts.hashes, np.array([key, key + 1], np.uint64)).tolist()
    holders: list[int] = texts.holders[start:end].tolist()
    return holders


def _sketch(shingles: frozenset[int]) -> list[int]:
    return sorted(shingles)[:_SKETCH]


def _shingles(text: str) -> frozenset[int]:
    words = _WORD.findall(text[:_LONGEST].casefold())
    width = 6 if words and _HAN.match(words[0]) else 4
    return frozenset(
        crc32(" ".join(words[at : at + width]).encode("utf-8", "replace"))
        for at in range(max(1, len(words) - width + 1))
    )


def _order(line: Line) -> tuple[float, str]:
    return line.told.report.published.timestamp(), line.told.report.id
