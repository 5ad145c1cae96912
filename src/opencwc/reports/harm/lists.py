"""Words by which reports tell of harm to people, by list and language, and what divides a sentence."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from opencwc.convention.fields import read_yaml
from opencwc.language.word_edges import word_begins, word_ends

Harm = Literal["killed", "affected", "neither"]


STOPS = re.compile(r"[;:.!?()；：。，、،؛—–«»“”\"]|,(?!\d)")


COMMAS = re.compile(r"[，、،]|,(?!\d)")


ANDS = {
    "en": re.compile(r"\b(?:and|while|but|as well as|as|along with|together with|plus)\b"),
    "fr": re.compile(r"\b(?:et|tandis|mais|ainsi que)\b"),
    "es": re.compile(r"\b(?:y|e|mientras|pero|así como|junto con)\b"),
    "ru": re.compile(r"\b(?:и|а также|а|но|вместе с)\b"),
    "ar": re.compile(r"(?<!\w)و"),
    "zh": re.compile(r"[和及并与,]"),
}


ORS = {
    "en": re.compile(r"\b(?:or|nor)\b"),
    "fr": re.compile(r"\b(?:ni|ou)\b"),
    "es": re.compile(r"\b(?:ni|o)\b"),
    "ru": re.compile(r"\b(?:и|или|ни)\b(?=.*\bни\b)"),
    "ar": re.compile(r"(?<!\w)(?:او|ولا)(?!\w)"),
    "zh": re.compile("[或和、]"),
}


CLAUSES = re.compile(r"[;；؛]|: ")


_CHINESE_COMMA = re.compile(r"(?<![称说示出露绍道])，")


_NEVER = re.compile("(?!)")


@cache
def all_words() -> dict[str, dict[str, list[str]]]:
    """Return the words of all lists, by list and language."""
    return read_yaml(Path(__file__).parents[1] / "data" / "casualties.yaml")


def _bounded(words: str, lang: str) -> str:
    return f"{word_begins(lang)}(?:{words}){word_ends(lang)}" if lang != "zh" else words


@cache
def listed(name: str, lang: str) -> re.Pattern[str]:
    """Return a pattern of the words of a list, one that finds nothing where the language has none."""
    words = "|".join(all_words()[name].get(lang, ()))
    return re.compile(_bounded(words, lang)) if words else _NEVER


@cache
def harm_pattern(lang: str) -> re.Pattern[str]:
    """Return a pattern of all words of harm, in groups by what they say."""
    order = ("neither", "killed_behind", "affected_behind", "killed", "affected")
    return re.compile(_bounded("|".join(f"(?P<{name}>{'|'.join(all_words()[name][lang])})" for name in order), lang))


def clause_around(text: str, low: int, high: int, lang: str) -> tuple[int, int]:
    """Return the part of a sentence around a place, up to a semicolon or a word of contrast on either side."""
    stops = [match.span() for match in CLAUSES.finditer(text)]
    stops += [match.span() for match in listed("contrast", lang).finditer(text)]
    if lang == "zh":
        stops += [match.span() for match in _CHINESE_COMMA.finditer(text)]
    start = max((stop[1] for stop in stops if stop[1] <= low), default=0)
    return start, min((stop[0] for stop in stops if stop[0] >= high), default=len(text))
