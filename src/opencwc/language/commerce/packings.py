"""Packings with their counts, before them or behind."""

from __future__ import annotations

import re
from bisect import bisect_left

from opencwc.language.commerce.line import DIGIT, NOT_DIGIT, TIMES_SIGNS, Line
from opencwc.language.commerce.measures import measure
from opencwc.language.commerce.words import PACKINGS


def read_packings(line: Line) -> None:
    """Read the packings with their counts, and the counts that stand without a word: "4 x 200 L"."""
    taken = 0
    claimed: set[int] = set()
    for kind, start, end, meaning, count in line.names():
        if kind not in PACKINGS or start < taken:
            continue
        number, begin, until, quantity = _count(line, start, end, taken)
        number = number or count
        if kind == "counted" and not number:
            continue
        claimed.add(quantity)
        taken = until
        line.statements.append(("packaging", begin, until, _by_accent(line, start, end, meaning), number))
    if line.quantities:
        counts = sorted(
            (begin, until, number) for end, (number, begin, until) in line.quantities.items() if end not in claimed
        )
        packings = sorted(statement[1:3] for statement in line.statements if statement[0] == "packaging")
        for begin, until, number in counts:
            stop = begin + len(line.plain[begin:until].rstrip())
            before = bisect_left(packings, (stop, 0))  # packings never overlap: the last one before is enough
            if not before or packings[before - 1][1] <= begin:
                line.statements.append(("packaging", begin, stop, "package", number))


def packing_follows(line: Line, end: int) -> bool:
    """Tell whether a packing follows at once, or behind what it is made of."""
    between = line.words.adjectives_only.match(line.plain, end)
    place = between.end() if between else end
    if line.packings is None:
        line.packings = {start for kind, start, *_ in line.names() if kind in PACKINGS}
    return place in line.packings


def _by_accent(line: Line, start: int, end: int, meaning: str) -> str:
    spellings = line.words.told_by_accent.get(line.plain[start:end])
    if spellings is None or len(line.text) != len(line.plain):
        return meaning
    return spellings.get(line.text[start:end].lower(), meaning)


def _count(line: Line, start: int, end: int, taken: int) -> tuple[str, int, int, int]:
    """Return how many of a packing there are, from where to where that is said, and the quantity that says it."""
    plain, words = line.plain, line.words
    low = max(taken, start - 56)
    before = plain[low:start]
    if DIGIT.search(before):
        adjectives = words.adjectives_end.search(before)
        behind = low + (adjectives.start() if adjectives else len(before))
        if behind in line.quantities:
            return line.quantities[behind][0], start, end, behind
        if "/" not in plain[behind:start] and (number := _COUNT_END.search(plain, max(low, behind - 40), behind)):
            return NOT_DIGIT.sub("", number[1]), number.start(1), end, -1
    factor = factor_behind(line, end)
    return (factor[1], start, factor.end(), -1) if factor else ("", start, end, -1)


def factor_behind(line: Line, end: int) -> re.Match[str] | None:
    """Return the "x 80" that follows, unless it is itself so many kilograms or litres."""
    if line.plain[end : end + 2].strip(" ")[:1] not in TIMES_SIGNS:
        return None
    factor = _TIMES_BEHIND.match(line.plain, end)
    return factor if factor and measure(line, factor.end()) is None else None


_COUNT_END = re.compile(
    r"(?<![0-9a-wyz/-])(?<![0-9][.,])([0-9]{1,3}(?:[ .,'][0-9]{3}){1,2}|[0-9]{1,7})\s?(?:\([^()0-9]{1,24}\)\s?)?$"
)
_TIMES_BEHIND = re.compile(r"\s?[xх*]\s?([0-9]{1,6})(?![0-9.,]*[0-9])")
