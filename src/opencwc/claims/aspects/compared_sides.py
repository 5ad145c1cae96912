"""The two sides of a comparison, and what an aspect gives: signs for the learned weights, and the words that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import plain_text
from opencwc.language.word_edges import word_begins
from opencwc.reports.model import Span

_DATA = Path(__file__).parents[1] / "data" / "attribution.yaml"


class Sides(NamedTuple):
    """A claim and a statement; the words of each with the nearest of the other."""

    claim: Details
    statement: Details
    there: Sequence[Aligned]
    back: Sequence[Aligned]


class Compared(NamedTuple):
    """Signs by name; the words of the claim, and those of the statement, that differ (none where none do)."""

    signs: Mapping[str, float]
    claimed: tuple[Span, ...] = ()
    recorded: tuple[Span, ...] = ()


def plain(details: Details) -> str:
    """Return a sentence as words are looked for in it; each sign stands where it stood, but for Arabic vowels."""
    return plain_text(details.text, details.lang).text


@cache
def pattern(name: str, lang: str) -> re.Pattern[str]:
    """Return the words of ``data/attribution.yaml`` under a name, in a language."""
    raw = read_yaml(_DATA)[name]
    lang = lang if lang in raw else "en"
    return re.compile(f"{word_begins(lang)}(?:{raw[lang]})")
