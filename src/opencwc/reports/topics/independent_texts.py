"""Which reports count as one: those of one origin, and outside events those that say nearly the same words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from zlib import crc32

from opencwc.reports.likeness import are_copies
from opencwc.reports.watched import Line

_WORD = re.compile(r"[㐀-䶿一-鿿]|[^\W_]+")
_HAN = re.compile("[㐀-䶿一-鿿]")
_LONGEST = 4_000
_SKETCH = 6
"""Of so many smallest hashes two near-copies share one, all but surely."""


def text_names(lines: Sequence[Line]) -> list[str]:
    """Return for each report the name of the text that it counts as: its origin, else that of its first near-copy."""
    alone = [number for number, line in enumerate(lines) if not line.origin]
    first = _first_copies(lines, sorted(alone, key=lambda number: _order(lines[number])))
    return [line.origin or f"T-{lines[first[number]].told.report.id}" for number, line in enumerate(lines)]


def _first_copies(lines: Sequence[Line], numbers: Sequence[int]) -> dict[int, int]:
    """Return for each report the first published one that it nearly copies, itself where it copies none."""
    first: dict[int, int] = {}
    shingles: dict[int, frozenset[int]] = {}
    by_hash: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        mine = _shingles(lines[number].told.report.whole)
        sketch = sorted(mine)[:_SKETCH]
        near = dict.fromkeys(other for key in sketch for other in by_hash[key])
        first[number] = next((other for other in near if are_copies(mine, shingles[other])), number)
        if first[number] == number:
            shingles[number] = mine
            for key in sketch:
                by_hash[key].append(number)
    return first


def _shingles(text: str) -> frozenset[int]:
    words = _WORD.findall(text[:_LONGEST].casefold())
    width = 6 if words and _HAN.match(words[0]) else 4
    return frozenset(
        crc32(" ".join(words[at : at + width]).encode("utf-8", "replace"))
        for at in range(max(1, len(words) - width + 1))
    )


def _order(line: Line) -> tuple[float, str]:
    return line.told.report.published.timestamp(), line.told.report.id
