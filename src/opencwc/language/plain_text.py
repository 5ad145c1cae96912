"""A text as words are looked for in it: small letters, one form of each letter, and where each sign stood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from opencwc.convention.chinese import simplified
from opencwc.language.numerals import ARABIC_DIGITS

_MARKS = re.compile("[\u064b-\u0652\u0640\u200e\u200f]")
_ONE_LETTER: Mapping[str, Mapping[str, str]] = {
    "ar": dict(zip("أإآٱى", "ااااي", strict=True)),
    "ru": {"ё": "е"},
}
_SPACES = dict.fromkeys("\u00a0\u202f\u2009\u2007", " ")


class Plain(NamedTuple):
    """The text, and for each of its signs where it stands in the text as written; the last is the end."""

    text: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a place in the text as written."""
        return self.places[start], self.places[end - 1] + 1 if end > start else self.places[end]


def plain_text(text: str, lang: str) -> Plain:
    """Return a text as its words are looked for.

    >>> plain_text("أمسِ، ٣ آذار", "ar").text
    'امس، 3 اذار'
    """
    table = _table(lang)
    small = text.replace("İ", "I").lower()  # the one letter whose small form is longer
    if lang == "zh":
        small = simplified(small)
    if lang != "ar" or not _MARKS.search(text):
        return Plain(small.translate(table), range(len(text) + 1))
    kept = [place for place, sign in enumerate(text) if not _MARKS.match(sign)]
    return Plain("".join([small[place] for place in kept]).translate(table), [*kept, len(text)])


@cache
def _table(lang: str) -> dict[int, str]:
    figures = {chr(sign): chr(figure) for sign, figure in ARABIC_DIGITS.items()}
    return str.maketrans({**_ONE_LETTER.get(lang, {}), **figures, **_SPACES})


def plain_arabic(word: str) -> str:
    """Return an Arabic word without vowel signs, with one alef and one ya.

    >>> plain_arabic("أربعونَ")
    'اربعون'
    """
    return _MARKS.sub("", word).translate(_table("ar"))
