"""How many people a sentence tells of by what became of them: dead, hurt, held, freed, missing, moved; nobody too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from math import inf
from pathlib import Path
from typing import NamedTuple

from opencwc.claims.aspects.contraries import denied_stretches
from opencwc.claims.quantities import Quantity
from opencwc.claims.sentence_details import Details
from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.word_edges import word_begins
from opencwc.reports.model import Span

_DATA = Path(__file__).parents[1] / "data" / "counted.yaml"
_CLASSES = ("dead", "hurt", "held", "freed", "missing", "moved")
_FARTHEST, _FARTHEST_CHINESE = 45, 12
_NOBODY_AHEAD, _NOBODY_BEHIND = 24, 16
_PAUSE = re.compile(r"[;؛；。:：]|(?<!\d)[,،，](?!\d)| (?:and|et|y|и) |و(?= )")
_JOINING = re.compile(r"\s*(?:and|et|y|e|и|و|和|及|与|、)\s*")
_BY_CHEMICAL = 60
_WEAK_PAUSE = 14
"""Characters that a pause between a number and what it counts is as good as."""


class PeopleNumber(NamedTuple):
    """How many are told of, from ``low`` to ``high``, and the words; ``numbers`` are those that are told."""

    low: float
    high: float
    span: Span
    numbers: tuple[Quantity, ...] = ()

    def contradicts(self, other: PeopleNumber) -> bool:
        """Tell whether no number of one can be one of the other, nor the sum of all."""
        if self.numbers and other.numbers:
            return not any(one.fits(two) for one in self.with_sum() for two in other.with_sum())
        return self.low > other.high or other.low > self.high

    def with_sum(self) -> tuple[Quantity, ...]:
        """Return the numbers, and where there are several their sum."""
        if len(self.numbers) < 2:
            return self.numbers
        low, high = sum(one.low for one in self.numbers), sum(one.high for one in self.numbers)
        return (*self.numbers, self.numbers[0]._replace(low=low, high=high))


@lru_cache(maxsize=4_096)
def _found(text: str, lang: str) -> tuple[tuple[str, Span, bool], ...]:
    """Return where each sort is told of, and whether it is told of nobody."""
    plain = plain_text(text, lang)
    denied = denied_stretches(plain.text, lang)
    found = []
    for name in _CLASSES:
        for match in _pattern(name, lang).finditer(plain.text):
            none = any(start <= match.start() < end for start, end in denied) or _is_of_nobody(plain.text, match, lang)
            found.append((name, Span(*plain.span(*match.span())), none))
    return tuple(found)


def _is_of_nobody(plain: str, match: re.Match[str], lang: str) -> bool:
    """Tell whether it is said of nobody: "nobody died", "no deaths", "victims: none"."""
    ahead = plain[max(0, match.start() - _NOBODY_AHEAD) : match.start()]
    behind = plain[match.end() : match.end() + _NOBODY_BEHIND]
    return _nobody(lang)[0].search(ahead) is not None or _nobody(lang)[1].match(behind) is not None


def people_by_fate(details: Details) -> Mapping[str, PeopleNumber]:
    """Return for each sort what a sentence tells of it first."""
    told = [one for one in _found(details.text, details.lang) if not _is_of_chemical(one[0], one[1], details)]
    found: dict[str, PeopleNumber] = {}
    farthest = _FARTHEST_CHINESE if details.lang == "zh" else _FARTHEST
    counted = [one for one in details.quantities if one.unit == "people" or (not one.unit and not one.article)]
    for place, one in enumerate(counted):
        like = _joined_to(counted, place, details)
        near = [(_apart(like, span, details.text), name, span) for name, span, none in told if not none]
        best = min(near, default=None)
        if best is None or best[0] > farthest:
            continue
        for _, name, span in near:
            if span == best[2] and (name not in found or found[name].numbers):
                before = found[name].numbers if name in found else ()
                found[name] = PeopleNumber(one.low, one.high, Span(one.start, one.end), (*before, one))
    for name, span, none in told:
        if none:
            found.setdefault(name, PeopleNumber(0, 0, span))
    for name, span, none in told:
        if not none and name not in found:
            found[name] = PeopleNumber(2 if _is_of_some(details, span) else 1, inf, span)
    return found


def _is_of_chemical(name: str, span: Span, details: Details) -> bool:
    """Tell whether not people are freed but a chemical."""
    near = [_gap(span, one.start, one.end) for one in details.substances]
    return name == "freed" and bool(near) and min(near) <= _BY_CHEMICAL


def _gap(span: Span, start: int, end: int) -> int:
    return max(start - span.end, span.start - end, 0)


def _joined_to(counted: Sequence[Quantity], place: int, details: Details) -> Quantity:
    """Return the first of the numbers that are joined to one: four of "four men and a woman"."""
    while place and _JOINING.fullmatch(details.text[counted[place - 1].end : counted[place].start]):
        place -= 1
    return counted[place]


def _apart(number: Quantity, span: Span, text: str) -> int:
    start, end = (number.end, span.start) if number.end <= span.start else (span.end, number.start)
    return max(0, end - start) + _WEAK_PAUSE * len(_PAUSE.findall(text[start:end]))


def _is_of_some(details: Details, span: Span) -> bool:
    ahead = plain_text(details.text[max(0, span.start - _FARTHEST) : span.start], details.lang)
    return _pattern("some", details.lang).search(ahead.text) is not None


@cache
def _pattern(name: str, lang: str) -> re.Pattern[str]:
    raw = read_yaml(_DATA)[name]
    return re.compile(f"{word_begins(lang)}(?:{raw.get(lang, raw['en'])})")


@cache
def _nobody(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the words for nobody before what would have become of them, and behind it."""
    raw = read_yaml(_DATA)
    before, behind = (raw[name].get(lang, raw[name]["en"]) for name in ("nobody_before", "nobody_behind"))
    return re.compile(f"{word_begins(lang)}(?:{before})$"), re.compile(behind)
