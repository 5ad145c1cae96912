"""Concentrations: shares with what qualifies them, and which percentages are of something else."""

from __future__ import annotations

import re
from decimal import Decimal

from opencwc.language.commerce.line import Line
from opencwc.language.commerce.words import SIGNS


def read_concentration(line: Line, start: int, end: int, value: str, unit: str) -> int:
    """Put a share down with what qualifies it and return where it ends; one of something else is passed over."""
    plain, words = line.plain, line.words
    before = plain[max(line.read_until, start - 28) : start]
    if _TOLERANCE.search(before):
        return end
    if unit == "%" and _is_no_concentration(line, start, end, value):
        return end
    qualifier = ""
    tail = before.rstrip(" :(")
    if tail and (tail[-1] in _QUALIFYING or tail[-1].isalpha()) and (found := words.qualifier.search(before)):
        qualifier, start = str(found.lastgroup), start - len(before) + found.start()
        behind = None
    else:
        behind = words.qualifier_behind.match(plain, end)
    if behind and behind.lastgroup:
        qualifier, end = behind.lastgroup, behind.end()
    elif not qualifier and "+" in plain[start:end]:
        qualifier = "ge"
    if "-" in value and qualifier:
        qualifier = ""
    line.found.append(("concentration", start, end, SIGNS[qualifier] + value, unit))
    return end


def _is_no_concentration(line: Line, start: int, end: int, value: str) -> bool:
    """Tell whether a percentage is one of tax, price, humidity and the like, or of more than the whole."""
    words = line.words
    if Decimal(value.partition("-")[0]) > 100:
        return True
    if line.other_percents is None:
        line.other_percents = words.other_percent.search(line.plain) is not None
    if not line.other_percents:
        return False
    if words.other_percent_before.search(line.plain, max(0, start - 44), start):
        return True
    return words.other_percent_behind.match(line.plain, end) is not None


_QUALIFYING = frozenset("<>≤≥=~≈.")
_TOLERANCE = re.compile(r"(?:±|\+\s?/\s?-|\+-)\s?$")
