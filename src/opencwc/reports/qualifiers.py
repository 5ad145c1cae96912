"""How sure a number is told to be, and the upper end of a range: "at least 40", "between 30 and 40".

The number itself stays the one that the columns have: the lower end, or the number behind "at least".
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.whole_numbers import Number, find_numbers
from opencwc.language.word_edges import word_begins, word_ends
from opencwc.reports.model import Casualties, Count, Qualifier, Report

_DATA = Path(__file__).parent / "data" / "qualifiers.yaml"
_ORDER: tuple[Qualifier, ...] = ("at_least", "at_most", "about")
_AROUND = 60
"""Signs before and behind the words of a figure in which its range and its qualifier stand."""
_BEFORE, _BEHIND = 28, 24


def with_qualifiers(report: Report, lang: str, casualties: Casualties) -> Casualties:
    """Return figures of people with the upper end of a range, and with how sure they are told to be."""
    return Casualties(*(_qualified(report.whole, lang, count) for count in casualties))


def _qualified(whole: str, lang: str, count: Count) -> Count:
    if not count.number or not count.spans:
        return count
    span = count.spans[0]
    low = max(0, span.start - _AROUND)
    plain = plain_text(whole[low : span.end + _AROUND], lang)
    for number in find_numbers(plain.text, lang):
        first, last = plain.span(number.start, number.end)
        if number.value == count.number and low + first < span.end and span.start < low + last:
            high = number.high if number.high > count.number else None
            return count._replace(high=high, qualifier="" if high else qualifier_of(plain.text, number, lang))
    return count


def qualifier_of(text: str, number: Number, lang: str) -> Qualifier:
    """Return how sure a number of a plain text is told to be, by what stands right in front of it or right behind it.

    >>> text = "at least 40 people"
    >>> qualifier_of(text, find_numbers(text, "en")[0], "en")
    'at_least'
    """
    before = text[max(0, number.start - _BEFORE) : number.start].rstrip()
    behind = text[number.end : number.end + _BEHIND].lstrip()
    if lang == "zh" and text[number.end - 1 : number.end] in ("多", "余", "餘"):
        return "at_least"  # part of the number itself
    for name in _ORDER:
        if _pattern("before", name, lang).search(before) or _pattern("behind", name, lang).match(behind):
            return name
    return ""


@cache
def _pattern(side: str, name: Qualifier, lang: str) -> re.Pattern[str]:
    words = "|".join(read_yaml(_DATA)[side][name].get(lang, ()))
    if not words:
        return re.compile("(?!)")
    bounded = words if lang == "zh" else f"{word_begins(lang)}(?:{words}){word_ends(lang)}"
    return re.compile(f"(?:{bounded})$" if side == "before" else bounded)
