"""What a report says it rests on: its own reporter, another outlet, or what somebody has stated."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.romanisation import plain_latin
from opencwc.reports.model import Told
from opencwc.reports.traits import Traits, bones_of, words_in

_WORDS = Path(__file__).parent / "data" / "whose_words.yaml"
_MARKS = re.compile("[\u064b-\u0652\u0640]")
_HAN = re.compile("[㐀-䶿一-鿿]")
_QUOTED = re.compile(
    r"[“«„「『][^”»“」』]{1,600}[”»“」』]|(?<!\w)\"[^\"]{2,600}\"|(?<!\w)['‘].{3,400}?['’](?!\w)", re.DOTALL
)
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_LONGEST = 4_000
_LONGEST_NAME = 40
"""Characters of a quotation that may be an outlet's name."""
_MOST_OF_A_NAME = 0.6


class Basis(NamedTuple):
    """What a report says of where its matter comes from.

    ``own``: it speaks of its own reporter, in its own voice, or of itself by name; ``relays``: it passes on another
    outlet; ``says``: somebody has stated it; ``is_statement``: a body publishes its own words. ``speakers`` are the
    sorts of bodies and people who speak in it. ``outlet`` is the source's name and ``text`` the whole text, in small
    letters without spaces and accents; ``named`` are the names in the text as consonants, and ``outlet_named`` those by
    which others name the source. ``numbers`` are without years and days of the month that date it.
    """

    own: bool
    relays: bool
    says: bool
    is_statement: bool
    speakers: frozenset[str]
    outlet: str
    outlet_named: frozenset[str]
    named: frozenset[str]
    text: str
    quotations: int
    numbers: frozenset[str]

    def cites(self, other: Basis) -> bool:
        """Tell whether a report names another one's outlet, in its own script or in another one."""
        shortest = 3 if _HAN.search(other.outlet) else 5
        if len(other.outlet) >= shortest and other.outlet in self.text:
            return True
        named = len(other.outlet_named & self.named)
        return named == len(other.outlet_named) > 0 or (named > 1 and named > _MOST_OF_A_NAME * len(other.outlet_named))


def basis_of(told: Told, traits: Traits) -> Basis:
    """Return what a report rests on."""
    report, lang = told.report.plain, told.lang
    body = _aside().sub(" ", _MARKS.sub("", report.text[:_LONGEST]))
    quoted = _QUOTED.findall(body)
    told_itself = _QUOTED.sub(" ", body)
    source = _IN_BRACKETS.sub(" ", report.source)
    sorts = _sorts_of_speakers(lang)
    plain = _MARKS.sub("", f"{report.source}\n{report.whole[:2_000]}")
    is_body = any(pattern.search(report.source) for _, pattern in sorts)
    words = [word.lower() for word in words_in(source)]
    found = Basis(
        own=_found("own", lang, told_itself),
        relays=_found("relays", lang, body),
        says=_found("says", lang, told_itself),
        is_statement=(is_body and _media().isdisjoint(words)) or bool(_titles().search(report.title)),
        speakers=frozenset(name for name, pattern in sorts if pattern.search(plain)),
        outlet=_simple(source),
        outlet_named=_names(word for word in words if word not in _common_in_outlets()),
        named=traits.names | _short_names(quoted),
        text=_simple(body),
        quotations=len(quoted),
        numbers=traits.numbers - _days(told) - frozenset(number for number in traits.numbers if _is_year(number)),
    )
    return found._replace(own=found.own or (found.cites(found) and not found.is_statement))


def _found(name: str, lang: str, text: str) -> bool:
    return bool(_patterns(name, lang).search(text))


def _short_names(quoted: list[str]) -> frozenset[str]:
    return _names(word for text in quoted if len(text) <= _LONGEST_NAME for word in words_in(text))


def _names(words: Iterable[str]) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(bones_of, words)))


def _days(told: Told) -> frozenset[str]:
    """Return the days of the month that say when it happened or was published."""
    day = told.report.published.day
    of_event = told.date.text[8:].lstrip("0")
    return frozenset({str(day), str(day - 1), of_event})


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in ("19", "20")


def _simple(text: str) -> str:
    return "".join(letter for letter in plain_latin(text.casefold()) if letter.isalnum())


@cache
def _patterns(name: str, lang: str) -> re.Pattern[str]:
    return _pattern("|".join(read_yaml(_WORDS)[name].get(lang, ())))


@cache
def _titles() -> re.Pattern[str]:
    return _pattern("|".join(read_yaml(_WORDS)["titles"]))


@cache
def _aside() -> re.Pattern[str]:
    return _pattern("|".join(read_yaml(_WORDS)["aside"]))


@cache
def _media() -> frozenset[str]:
    return frozenset(read_yaml(_WORDS)["outlets"]["media"])


@cache
def _common_in_outlets() -> frozenset[str]:
    return frozenset(chain.from_iterable(read_yaml(_WORDS)["outlets"].values()))


@cache
def _sorts_of_speakers(lang: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    plain = read_yaml(_WORDS.with_name("speakers.yaml"))
    return tuple((name, _pattern(by.get(lang, ""))) for name, by in plain.items())


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words or "(?!)", re.IGNORECASE)
