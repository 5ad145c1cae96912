"""Days that a sentence counts from another one: the next day, three days later, a week before.

Where the sentence tells that other day, it is a day like any; else only how long lies between can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from opencwc.claims.date_spans import DATA, Stretch
from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import Plain
from opencwc.language.whole_numbers import find_numbers
from opencwc.language.word_edges import word_begins

_DAYS = {"day": 1, "week": 7, "month": 30}
_SLACK = {"day": 0, "week": 1, "month": 4}
_MOST = 1_000
_TWO = 2
_PAUSE = re.compile(r"\s*(?:[,.;:،؛，。；)]|$)")
_TOLD_BESIDE = 16
"""Characters between an offset and the day itself: a week later, on 12 March."""


class Offset(NamedTuple):
    """So many days later, or earlier below nothing, give or take ``slack``; whether the sentence tells from when."""

    days: int
    slack: int
    start: int
    end: int
    anchored: bool = False

    def fits(self, days: int) -> bool:
        """Tell whether so many days between two are meant."""
        return abs(abs(self.days) - abs(days)) <= self.slack


def find_offsets(plain: Plain, lang: str) -> tuple[Offset, ...]:
    """Return them in the order of the sentence."""
    found: list[Offset] = []
    for days, slack, start, end in sorted(_found(plain.text, lang), key=lambda one: (one[2], -one[3])):
        if not any(one.start < plain.span(start, end)[1] and plain.span(start, end)[0] < one.end for one in found):
            found.append(Offset(days, slack, *plain.span(start, end)))
    return tuple(found)


def _found(text: str, lang: str) -> Iterator[tuple[int, int, int, int]]:
    for sign, pattern in _single(lang).items():
        for match in pattern.finditer(text):
            yield sign, 0, *match.span()
    units = _units(lang)
    for sign, patterns in _counted(lang).items():
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            unit = next(name for name, words in units.items() if words.fullmatch(text, *match.span("unit")))
            number, start = _number(match, lang)
            if 0 < number * _DAYS[unit] <= _MOST:
                yield sign * number * _DAYS[unit], _SLACK[unit], start, match.end()


def _number(match: re.Match[str], lang: str) -> tuple[int, int]:
    """Return how many units, 0 where that is not told, and where it begins to be told."""
    written = match["n"] or ""
    numbers = find_numbers(written, lang) if written else []
    if numbers and numbers[-1].end == len(written):
        return numbers[-1].value, match.start()
    if _one(lang).fullmatch(written):
        return 1, match.start()
    alone = next((number for number, words in _alone(lang).items() if words.fullmatch(match["unit"])), 0)
    return alone, match.start("unit") if written else match.start()


def with_offsets(
    text: str, days: Sequence[Stretch], offsets: Sequence[Offset]
) -> tuple[tuple[Stretch, ...], tuple[Offset, ...]]:
    """Return the days with those that are counted from them, and the offsets, each with whether it is one of those."""
    told, left = list(days), []
    for one in offsets:
        if any(_stands_beside(one, day, text) for day in days):
            continue
        anchor = next((day for day in reversed(days) if day.day and day.end <= one.start), None)
        if anchor is not None:
            since = anchor.last if one.days > 0 else anchor.first
            first, last = since + timedelta(days=one.days - one.slack), since + timedelta(days=one.days + one.slack)
            told.append(Stretch(first, last, one.start, one.end, not one.slack, False, anchor.fresh))
        left.append(one._replace(anchored=anchor is not None))
    return tuple(sorted(told, key=lambda day: day.start)), tuple(left)


def _stands_beside(one: Offset, day: Stretch, text: str) -> bool:
    """Tell whether the day itself is told too: a week later, on 12 March; or on 12 March, a week later, it rained."""
    aside = _PAUSE.match(text, one.end) is not None and 0 <= one.start - day.end <= _TWO
    return aside or 0 <= day.start - one.end <= _TOLD_BESIDE


def days_between(days: Sequence[Stretch], offsets: Sequence[Offset]) -> list[int]:
    """Return how many days lie between what a sentence tells: by its offsets, else between its days if they are two."""
    if offsets:
        return [one.days for one in offsets]
    ends = sorted({end for day in days if day.day for end in (day.first, day.last)})
    return [(ends[1] - ends[0]).days] if len(ends) == _TWO else []


@cache
def _single(lang: str) -> dict[int, re.Pattern[str]]:
    raw: dict[str, Any] = read_yaml(DATA)["offsets"]
    lang = lang if lang in raw["next"] else "en"
    return {
        sign: re.compile(f"{word_begins(lang)}(?:{raw[name][lang]})") for sign, name in ((1, "next"), (-1, "previous"))
    }


@cache
def _units(lang: str) -> dict[str, re.Pattern[str]]:
    raw: dict[str, Any] = read_yaml(DATA)["offsets"]["units"]
    return {unit: re.compile(words) for unit, words in raw[lang if lang in raw else "en"].items()}


@cache
def _counted(lang: str) -> dict[int, tuple[re.Pattern[str], ...]]:
    raw: dict[str, Any] = read_yaml(DATA)["offsets"]
    lang = lang if lang in raw["later"] else "en"
    unit = "|".join(pattern.pattern for pattern in _units(lang).values())
    number = r"\d{1,3}|[一二两三四五六七八九十]{1,3}" if lang == "zh" else r"\d{1,3}|[^\W\d_]+(?:-[^\W\d_]+)*"

    def filled(form: str) -> re.Pattern[str]:
        return re.compile(
            word_begins(lang) + form.replace("{n}", f"(?P<n>{number})").replace("{unit}", f"(?P<unit>{unit})")
        )

    return {sign: tuple(map(filled, raw[name][lang])) for sign, name in ((1, "later"), (-1, "earlier"))}


@cache
def _alone(lang: str) -> dict[int, re.Pattern[str]]:
    return {number: re.compile(words) for number, words in read_yaml(DATA)["offsets"]["alone"].get(lang, {}).items()}


@cache
def _one(lang: str) -> re.Pattern[str]:
    raw: dict[str, Any] = read_yaml(DATA)["offsets"]["one"]
    return re.compile(raw.get(lang, raw["en"]))
