"""Where a body confirms a step of its own work, as an inquiry or a report received, and not that anything happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.reports.words import Hit

_DATA = Path(__file__).parent / "data" / "confirmed_steps.yaml"
_CONFIRMING = ("confirm", "confirm_w")
_AND = "وف"
_LONGEST = 140
"""Signs from a word of confirming to the end of what is confirmed."""


def without_steps(hits: Iterable[Hit], text: str, lang: str) -> Iterator[Hit]:
    """Yield the words of a report without those that confirm a step alone: "confirmed it had opened an inquiry"."""
    return (hit for hit in hits if not (is_confirming(hit) and confirms_a_step(text, hit.start, lang)))


def is_confirming(hit: Hit) -> bool:
    """Tell whether a word is one of confirming."""
    return hit.group in _CONFIRMING


def confirms_a_step(text: str, start: int, lang: str) -> bool:
    """Tell whether the word of confirming that begins at a place confirms no more than a step.

    >>> confirms_a_step("Police confirmed that they had opened an inquiry.", 7, "en")
    True
    >>> confirms_a_step("Police confirmed the leak and opened an inquiry.", 7, "en")
    False
    """
    start += lang == "ar" and text[start] in _AND
    return _steps(lang).match(text, start, start + _LONGEST) is not None


@cache
def _steps(lang: str) -> re.Pattern[str]:
    return re.compile("|".join(read_yaml(_DATA).get(lang, ())) or "(?!)", re.IGNORECASE)
