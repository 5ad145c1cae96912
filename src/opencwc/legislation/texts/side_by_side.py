"""Two languages side by side in a plain text: lines that a wide gap parts, one language left of it, the other right.

The columns are told apart by their scripts, or by where the right one begins and by the languages their words show.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from opencwc.language.language_rules import recognise_by_rules

Column = list[tuple[int, str]]
"""Lines of a column in order: the number of the line in the text, counted from 1, and what it says there."""


def columns_of(text: str) -> list[Column]:
    """Return the two columns of a text, or nothing where it has but one.

    >>> lines = ("Article 1. No one may     المادة 1. لا يجوز", "use them here.   استعمالها.", "Article 2. End   نهاية")
    >>> [said for _, said in columns_of(chr(10).join(lines))[0]]
    ['Article 1. No one may', 'use them here.', 'Article 2. End']
    """
    lines = text.split("\n")
    gaps = [list(_GAP.finditer(line)) for line in lines]
    several = [at for at, line_gaps in enumerate(gaps) if line_gaps]
    filled = sum(bool(line.strip()) for line in lines)
    if len(several) < _FEWEST or len(several) < 0.5 * filled:
        return []
    by_script = {at: gap for at in several if (gap := _between_scripts(lines[at], gaps[at])) is not None}
    if len(by_script) >= max(_FEWEST, 0.7 * len(several)):
        return _parted(lines, by_script)
    usual = Counter(gap.end() for at in several for gap in gaps[at]).most_common(1)[0][0]
    aligned = {at: gap for at in several for gap in gaps[at] if abs(gap.end() - usual) <= 1}
    if len(aligned) < max(_FEWEST, 0.8 * len(several)):
        return []
    columns = _parted(lines, aligned)
    languages = [recognise_by_rules(" ".join(words for _, words in column)).language for column in columns]
    return columns if len({*languages, ""}) == len(columns) + 1 else []


def _between_scripts(line: str, gaps: Sequence[re.Match[str]]) -> re.Match[str] | None:
    for gap in gaps:
        left, right = _script(line[: gap.start()]), _script(line[gap.end() :])
        if left and right and left != right:
            return gap
    return None


def _script(text: str) -> str:
    counted = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS.items()}
    best = max(counted, key=lambda name: counted[name])
    return best if counted[best] > 0.7 * sum(counted.values()) else ""


def _parted(lines: Sequence[str], gaps: dict[int, re.Match[str]]) -> list[Column]:
    left: Column = []
    right: Column = []
    begins = sorted(gap.end() for gap in gaps.values())[len(gaps) // 2]
    sides = (
        _script(" ".join(lines[at][: gap.start()] for at, gap in gaps.items())),
        _script(" ".join(lines[at][gap.end() :] for at, gap in gaps.items())),
    )
    for at, line in enumerate(lines):
        if at in gaps:
            left.append((at + 1, line[: gaps[at].start()].strip()))
            right.append((at + 1, line[gaps[at].end() :].strip()))
            continue
        lead = len(line) - len(line.lstrip())
        is_right = _script(line) == sides[1] if sides[0] != sides[1] and _script(line) else lead >= begins - 2
        (right if is_right and line.strip() else left).append((at + 1, line.strip()))
    return [left, right]


_GAP = re.compile(r"(?<=\S)(?:[ \u00a0]{3,}|[ \u00a0]*\t[ \t\u00a0]*)(?=\S)")
_FEWEST = 3
_SCRIPTS = {
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
    "arabic": re.compile("[\u0620-\u06ff\ufb50-\ufdff\ufe70-\ufefc]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "han": re.compile("[\u3400-\u9fff]"),
}
