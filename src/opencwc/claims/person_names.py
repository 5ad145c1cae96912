"""Names that a sentence introduces as somebody's: behind or before what the person is, and behind "called".

A town can have the name of a person: Arne, Florence, Santiago. What is introduced so is no place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.gazetteer import Named
from opencwc.reports.model import Span

_DATA = Path(__file__).parent / "data" / "person_words.yaml"
_PLACES = Path(__file__).parent / "data" / "place_words.yaml"
_WORD = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁ][a-zß-öø-ÿā-žа-яё'’-]+"
_NAME = rf"{_WORD}(?: (?:(?:de|del|da|al|el|bin|ben|van|von|der) )?{_WORD})"
_PLACE_AHEAD = 30
_GENITIVE = ("ы", "и", "а", "я", "у", "ю", "ой", "ого")
"""Endings of a Russian name that says whose: the mayor of Moscow, мэр Москвы."""


class _Patterns(NamedTuple):
    """How a name is introduced; ``place`` is a noun before "called" by which the name is a place's."""

    introduced: tuple[re.Pattern[str], ...]
    called: re.Pattern[str]
    place: re.Pattern[str]


def person_names(text: str, lang: str, named: Sequence[Named]) -> list[Span]:
    """Return where names stand that a sentence introduces as those of people.

    A whole name that the gazetteer has, such as Cape Town, is none, nor is one that begins with a State's or body's.
    """
    patterns = _patterns(lang)
    return sorted(
        {
            *(
                span
                for pattern in patterns.introduced
                for match in pattern.finditer(text)
                if not match["at"] and _is_persons(span := Span(*match.span("name")), text, lang, named)
            ),
            *(
                Span(*match.span("name"))
                for match in patterns.called.finditer(text)
                if not patterns.place.search(text[max(0, match.start() - _PLACE_AHEAD) : match.start()].lower())
            ),
            *(_in_chinese(text) if lang == "zh" else ()),
        }
    )


def without_people(named: Sequence[Named], people: Sequence[Span]) -> list[Named]:
    """Return the names of places but those that are a piece of somebody's name."""
    return [one for one in named if not any(start <= one.start and one.end <= end for start, end in people)]


def _is_persons(span: Span, text: str, lang: str, named: Sequence[Named]) -> bool:
    inside = [one for one in named if one.start < span.end and span.start < one.end]
    first = next((one for one in inside if one.start == span.start), None)
    if any(one.start <= span.start and span.end <= one.end for one in inside):
        return False
    if first is None:
        return True
    is_of_place = lang == "ru" and text[first.start : first.end].endswith(_GENITIVE)
    return first.spots[0].sort not in ("state", "people", "region", "body", "seat") and not is_of_place


def _in_chinese(text: str) -> Iterator[Span]:
    """Yield foreign names in two parts: 利马·达尔."""
    for match in re.finditer(r"[一-鿿]{1,6}(?:[·•・‧][一-鿿]{1,6})+", text):
        yield Span(*match.span())


@cache
def _patterns(lang: str) -> _Patterns:
    words: dict[str, Any] = read_yaml(_DATA)
    places = read_yaml(_PLACES)["nouns"]
    called = words["called"].get(lang, words["called"]["en"])
    name = {"zh": r"[一-鿿]{2,4}", "ar": r"\w{2,}(?: (?!في|من)\w{2,})?"}.get(lang, rf"{_NAME}|{_WORD}")
    edge, gap = ("", r"[“«\"]?") if lang == "zh" else (r"(?<!\w)", r":? [“«\"]?")
    return _Patterns(
        tuple(_introduced(words, lang)),
        re.compile(rf"{edge}{called}{gap}(?P<name>{name})"),
        re.compile(places.get(lang, places["en"])),
    )


def _introduced(words: dict[str, Any], lang: str) -> Iterator[re.Pattern[str]]:
    if lang not in words["titles"]:
        return
    title, of = words["titles"][lang], words["of"][lang]
    yield re.compile(rf"(?P<at>(?!))?(?<!\w)(?i:{title}){of},? (?P<name>{_NAME}(?: {_WORD})?)(?!\w)")
    whose = {"en": "of|for", "fr": "de|d['’]|du|de la", "es": "de|de la|del", "ru": "(?!)"}[lang]
    yield re.compile(
        rf"(?P<at>(?!))?(?<!\w)(?i:{title}) (?:{whose}) ?{_WORD}(?:[ -]{_WORD})?, (?P<name>{_NAME})(?=[,.;:)]|$)"
    )
    preposition = r"(?<!\w)(?:[Ii]n|[Aa]t|[Nn]ear|[Ff]rom|[Oo]utside|[ÀàA]|[Ee]n|[Dd]ans|[Dd]esde|[Вв]о?|[Нн]а|[Ии]з) "
    article = {"en": "(?:the |an? )?", "fr": "(?:le |la |l['’]|une? )?", "es": "(?:el |la |una? )?", "ru": ""}[lang]
    small = r"(?:[^\W\d_A-ZÀ-ÖØ-ÞА-ЯЁ]+ ){0,3}"
    yield re.compile(rf"(?:(?P<at>{preposition})|(?<!\w))(?P<name>{_NAME}), {article}{small}{title}(?!\w)")
