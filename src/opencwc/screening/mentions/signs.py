"""A first look at a text: most lines of commerce have no sign of a chemical, and need no second one.

Every word is weighed once and remembered; a text is looked at closely where a word weighs something by itself, where
two words could begin a name, or where signs between the words are those of a number or a structure.
"""

from __future__ import annotations

import re

from opencwc.chemistry.chemical_words import has_morpheme
from opencwc.chemistry.name_scanning import AFTER_LOCANT, AMOUNT, ASCII_WORD, WORD, NameScanner, Word
from opencwc.screening.mentions.near import NearSpellings

MOST_REMEMBERED = 200_000
NAME, NUMBER, DRAWN, SYSTEMATIC, NEAR = 1, 2, 4, 8, 16
"""What a text can have a sign of: a known name, a number, a structure, a systematic name, a near spelling."""
BEGINS, ONE_DIGIT, TWO_DIGITS, MORE_DIGITS, CHAPTER, MISTYPED, OF_NAMES = 32, 64, 128, 256, 512, 1024, 2048
"""What else a word can be: the beginning of names of several words; a run of digits, as those of a CAS number or, from
a chapter of the HS on, of a tariff code; a mistyped word of names, or a right one.
"""
_OF_TEXTS = NAME | NUMBER | DRAWN | SYSTEMATIC | NEAR
_DIGITS = ONE_DIGIT | TWO_DIGITS | MORE_DIGITS


class Signs:
    """Tells of what a text has signs."""

    def __init__(self, scanner: NameScanner, near: NearSpellings) -> None:
        self._scanner = scanner
        self._near = near
        self._weights: dict[str, int] = {}
        self._pairs: dict[tuple[str, str], bool] = {}

    def of(self, text: str) -> int:
        """Return the signs in a text; what it has no sign of would not be found in it."""
        weights, pairs = self._weights, self._pairs
        signs = 0
        before = ""
        last = one_before = 0
        for written in (ASCII_WORD if text.isascii() else WORD).findall(text):
            weight = weights.get(written)
            if weight is None:
                weight = self._weigh(written)
            if before:
                following = AMOUNT if weight & MORE_DIGITS and not written.isalpha() else written
                known = pairs.get((before, following))
                if known is None:
                    known = self._begin(before, following)
                if known and (not before.isdecimal() or any(before + sign in text for sign in AFTER_LOCANT)):
                    signs |= NAME
            before = written if weight & BEGINS else ""
            if weight & _DIGITS and (
                (weight & ONE_DIGIT and last & (TWO_DIGITS | MORE_DIGITS) and one_before & _DIGITS)
                or (weight & TWO_DIGITS and last & TWO_DIGITS and one_before & CHAPTER)
            ):
                signs |= NUMBER
            beside = last | one_before
            if (weight & MISTYPED and beside & (MISTYPED | OF_NAMES)) or (weight & OF_NAMES and beside & MISTYPED):
                signs |= NEAR
            one_before, last = last, weight
            signs |= weight
        if "=" in text or "#" in text or "[" in text or ("(" in text and _DRAWN_BETWEEN.search(text)):
            signs |= DRAWN
        return signs & _OF_TEXTS

    def _begin(self, one: str, other: str) -> bool:
        """Tell, and remember, whether a known name begins with two words."""
        if len(self._pairs) >= MOST_REMEMBERED:
            self._pairs.clear()
        first, *_ = self._scanner.words(one) or (None,)
        second, *_ = (Word(0, 0, AMOUNT, AMOUNT),) if other == AMOUNT else self._scanner.words(other) or (None,)
        known = first is not None and (second is None or self._scanner.may_begin(first, second))
        self._pairs[one, other] = known
        return known

    def _weigh(self, written: str) -> int:
        """Weigh a word, and remember it."""
        if len(self._weights) >= MOST_REMEMBERED:
            self._weights.clear()
        weight = self._weights[written] = self._weight(written)
        return weight

    def _weight(self, written: str) -> int:
        digits = _AS_DIGITS.fullmatch(written)
        runs = 0
        if digits:
            runs = {1: ONE_DIGIT, 2: TWO_DIGITS}.get(len(written), MORE_DIGITS if len(written) <= MOST_DIGITS else 0)
            runs |= CHAPTER if _CHAPTER.fullmatch(written) else 0
        words = self._scanner.words(written)
        if len(words) != 1:
            return runs | (NAME | NEAR if words else 0)
        word = words[0]
        weight = runs | (NUMBER if _NUMBER_OR_LABEL.fullmatch(written) else 0)
        weight |= DRAWN if _CHAIN_OR_KEY.fullmatch(written) else 0
        weight |= SYSTEMATIC if has_morpheme(word.key) else 0
        weight |= NAME if self._scanner.may_begin(word, None) or self._scanner.may_be_misread(word.key) else 0
        weight |= {"name": NEAR, "word": MISTYPED}.get(self._near.worth(written, word), 0)
        weight |= OF_NAMES if self._near.is_of_names(word) else 0
        may_begin = written.isalpha() or not runs & MORE_DIGITS  # BIS is no 815
        return weight | (BEGINS if may_begin and self._scanner.may_begin_more(word) else 0)


_NUMBER_OR_LABEL = re.compile(
    r"(?:2[89]|3[0-8])\d\d(?:\d\d)?|\d{8,}|(?:HS|SH|SA|NC|NCM|HTS)\d{4,11}|HS|SH|SA|NC|UN|EC|CE|CAS|Cas|cas|ONU|HTS\w*|NCM|EINECS|TARIC|UN\d{4}"
    r"|(?i:tariff|arancel\w*|partida|harmoni\w*|registry)|ООН|ТН|КАС|[编税海]|.*(?:رقم|بند|رمز).*"
    r"|\W*[\uff10-\uff19\uff21-\uff3a\u0660-\u0669]+"
)
_CHAIN_OR_KEY = re.compile(r"(?:Cl|Br|[BCNOPSFI]){6,}|[A-Z]{14}|InChI\w*")
_DRAWN_BETWEEN = re.compile(r"[A-Za-z]\([A-Z=]")
_AS_DIGITS = re.compile(r"[\dOoIlSBZОоЗБ]+")
_CHAPTER = re.compile(r"2[89]|3[0-8]")
MOST_DIGITS = 7
