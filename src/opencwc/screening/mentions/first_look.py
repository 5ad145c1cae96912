"""A first look at a text: most lines of commerce have no sign of a chemical, and need no second one.

Every word is weighed once and remembered; a text is looked at closely where a word weighs something by itself, where
two words could begin a name, or where signs between the words are those of a number or a structure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from operator import or_

from opencwc.chemistry.chemical_words import has_morpheme
from opencwc.chemistry.memo import Remembered
from opencwc.chemistry.name_scanning import AFTER_LOCANT, AMOUNT, MISREAD, NameScanner, Word, is_amount
from opencwc.screening.mentions.near_spellings import NearSpellings

NAME, NUMBER, DRAWN, SYSTEMATIC, NEAR, SPACED = 1, 2, 4, 8, 16, 4096
"""What a text can have a sign of: a known name, a number, a structure, a systematic name, a near spelling, a name
written letter by letter.
"""
BEGINS, ONE_DIGIT, TWO_DIGITS, MORE_DIGITS, CHAPTER, MISTYPED, OF_NAMES = 32, 64, 128, 256, 512, 1024, 2048
"""What else a word can be: the beginning of names of several words; a run of digits, as those of a CAS number or, from
a chapter of the HS on, of a tariff code; a mistyped word of names, or a right one.
"""
LETTER = 8192
_OF_TEXTS = NAME | NUMBER | DRAWN | SYSTEMATIC | NEAR | SPACED
_DIGITS = ONE_DIGIT | TWO_DIGITS | MORE_DIGITS


class Signs:
    """Tells of what a text has signs."""

    def __init__(self, scanner: NameScanner, near: NearSpellings) -> None:
        self._scanner = scanner
        self._near = near
        self._weights = _Weights(self._weight)
        self._pairs: Remembered[tuple[str, str], bool] = Remembered(self._begin)

    def of(self, text: str, cut: Sequence[str]) -> int:
        """Return the signs in a text that is cut into words; what it has no sign of would not be found in it."""
        weights = [*map(self._weights.__getitem__, cut)]
        signs = reduce(or_, weights, 0)
        if signs & BEGINS and not signs & NAME and self._has_name(text, cut, weights):
            signs |= NAME
        if signs & (ONE_DIGIT | CHAPTER) and not signs & NUMBER and _has_number(weights):
            signs |= NUMBER
        if signs & MISTYPED and not signs & NEAR and _has_near(weights):
            signs |= NEAR
        if signs & LETTER and _has_spaced(weights):
            signs |= SPACED
        if "=" in text or "#" in text or "[" in text or ("(" in text and _DRAWN_BETWEEN.search(text)):
            signs |= DRAWN
        if "U.N." in text:
            signs |= NUMBER
        return signs & _OF_TEXTS

    def _has_name(self, text: str, cut: Sequence[str], weights: Sequence[int]) -> bool:
        """Tell whether two words of a text begin a known name; a number only begins one as a place in it."""
        pairs = self._pairs
        for one, weight, other, following in zip(cut, weights, cut[1:], weights[1:], strict=False):
            if (
                weight & BEGINS
                and pairs[one, AMOUNT if following & MORE_DIGITS and not other.isalpha() else other]
                and (not one.isdecimal() or any(one + sign in text for sign in AFTER_LOCANT))
            ):
                return True
        return False

    def _begin(self, pair: tuple[str, str]) -> bool:
        """Tell whether a known name begins with two words."""
        one, other = pair
        first, *_ = self._scanner.words(one) or (None,)
        second, *_ = (Word(0, 0, AMOUNT, AMOUNT),) if other == AMOUNT else self._scanner.words(other) or (None,)
        return first is not None and (second is None or self._scanner.may_begin(first, second))

    def _weight(self, written: str) -> int:
        """Weigh a word."""
        unquoted = written.strip("'’")
        digits = _AS_DIGITS.fullmatch(unquoted)
        runs = 0
        if digits:
            runs = {1: ONE_DIGIT, 2: TWO_DIGITS}.get(len(unquoted), MORE_DIGITS if len(unquoted) <= MOST_DIGITS else 0)
            runs |= CHAPTER if _CHAPTER.fullmatch(unquoted) else 0
        words = self._scanner.words(written)
        if len(words) != 1:
            return runs | (NAME | NEAR if words else 0)
        word = words[0]
        runs |= LETTER if len(written) == 1 and written.isalpha() else 0
        weight = runs | (NUMBER if _NUMBER_OR_LABEL.fullmatch(written) else 0)
        weight |= DRAWN if _CHAIN_OR_KEY.fullmatch(written) else 0
        weight |= SYSTEMATIC if has_morpheme(word.key) else 0
        weight |= NAME if word.marks & MISREAD or self._scanner.may_begin(word, None) else 0
        weight |= {"name": NEAR, "word": MISTYPED}.get(self._near.worth(written, word), 0)
        weight |= OF_NAMES if self._near.is_of_names(word) else 0
        may_begin = written.isalpha() or not runs & MORE_DIGITS  # BIS is no 815
        return weight | (BEGINS if may_begin and self._scanner.may_begin_more(word) else 0)


class _Weights(Remembered[str, int]):
    """The weights of words; an amount is quickly weighed, and not worth to be remembered."""

    def __missing__(self, written: str) -> int:
        if is_amount(written) and len(written) <= MOST_DIGITS and written.isascii():
            return MORE_DIGITS | (NUMBER if len(written) in LENGTHS_OF_CODES and _CHAPTER.match(written) else 0)
        return super().__missing__(written)


def _has_number(weights: Sequence[int]) -> bool:
    """Tell whether runs of digits follow each other as in a CAS number, or as in a tariff code."""
    return _has_spaced_digits(weights) or any(
        one & _DIGITS
        and (
            (third & ONE_DIGIT and other & (TWO_DIGITS | MORE_DIGITS)) or (third & other & TWO_DIGITS and one & CHAPTER)
        )
        for one, other, third in zip(weights, weights[1:], weights[2:], strict=False)
    )


def _has_spaced_digits(weights: Sequence[int]) -> bool:
    """Tell whether five digits stand by themselves one after the other."""
    in_row = 0
    for weight in weights:
        in_row = in_row + 1 if weight & ONE_DIGIT else 0
        if in_row == LETTERS_IN_ROW:
            return True
    return False


def _has_spaced(weights: Sequence[int]) -> bool:
    """Tell whether five letters stand by themselves one after the other."""
    in_row = 0
    for weight in weights:
        in_row = in_row + 1 if weight & LETTER else 0
        if in_row == LETTERS_IN_ROW:
            return True
    return False


def _has_near(weights: Sequence[int]) -> bool:
    """Tell whether a mistyped word of names stands beside another word of names, or beside a word between them."""
    return any(
        (third & MISTYPED and (one | other) & (MISTYPED | OF_NAMES)) or (third & OF_NAMES and (one | other) & MISTYPED)
        for one, other, third in zip((0, 0, *weights), (0, *weights), weights, strict=False)
    )


_NUMBER_OR_LABEL = re.compile(
    r"(?:2[89]|3[0-8])\d\d(?:\d\d)?|\d{8,}|\d{2,7}_\d\d_\d|(?i:cas\w{0,3}?\d{2,7})|(?:HS|SH|SA|NC|NCM|HTS)\d{4,11}|HS|SH|SA|NC|UN|EC|CE|CAS|Cas|cas|ONU|HTS\w*|NCM|EINECS|TARIC|UN\d{4}"
    r"|(?i:tariff|arancel\w*|partida|harmoni\w*|registry)|ООН|ТН|КАС|[编税海]|.*(?:رقم|بند|رمز).*"
    r"|\W*[\uff10-\uff19\uff21-\uff3a\u0660-\u0669]+"
)
_CHAIN_OR_KEY = re.compile(
    r"(?:Cl|Br|[BCNOPSFI]){6,}|(?:Cl|Br|[BCNOPSFIcnops])(?:Cl|Br|[BCNOPSFIcnops]|\d){7,}|[A-Za-z]{14}|1S"
    r"|(?i:(?:std)?inchi\w*)"
)
_DRAWN_BETWEEN = re.compile(r"[A-Za-z]\([A-Z=]")
_AS_DIGITS = re.compile(r"[\dOoIlSBZОоЗБ]+")
_CHAPTER = re.compile(r"2[89]|3[0-8]")
MOST_DIGITS = 7
LETTERS_IN_ROW = 5
LENGTHS_OF_CODES = (4, 6)
"""Digits of a heading and of a subheading of the HS."""
