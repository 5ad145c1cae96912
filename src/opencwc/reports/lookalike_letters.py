"""Letters of one alphabet that pass for those of another inside a word: sаrin with a Cyrillic а, хлоp with a Latin p.

A text is read with such letters put right, sign for sign, so that all places in it stay the same; it is shown as it
stands, and the words are told.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Alphabet = Literal["latin", "cyrillic"]
_TO_LATIN = dict(zip(
    "аеорсухіјѕһԁԛԝкмтАВЕКМНОРСТУХІЈЅԌԚԜαορνικτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijshdqwkmtABEKMHOPCTYXIJSGQWaopviktuxABEZHIKMNOPTYX",
    strict=True,
))  # fmt: skip
_TO_CYRILLIC = dict(zip("aeopcyxkijsABEKMHOPCTYXIJS", "аеорсухкіјѕАВЕКМНОРСТУХІЈЅ", strict=True))
_TO: dict[Alphabet, dict[str, str]] = {"latin": _TO_LATIN, "cyrillic": _TO_CYRILLIC}
_WORD = re.compile(r"[^\W\d_]{2,}")
_LATIN, _OTHER = re.compile("[A-Za-zÀ-ɏ]"), re.compile("[Ѐ-ԯͰ-Ͽ]")
_CYRILLIC = re.compile("[Ѐ-ԯ]")
_BENT = re.compile("[A-Za-z]{2,}[а-яё]{1,3}")
"""A Latin abbreviation with a Russian ending, as in NATOвский: nobody is deceived."""
_LEAST_ALL_ALIKE = 4
"""Letters of a word that is written wholly in another alphabet and yet passes for one of the text's."""


def put_right(text: str) -> str:
    """Return a text with letters that only pass for others as those that they pass for.

    >>> put_right("s\\u0430rin and \\uff36\\uff38 in Сирия") == "sarin and VX in Сирия"
    True
    """
    text = _plain_forms(text)
    if not (_OTHER.search(text) and _LATIN.search(text)):
        return text
    usual = _usual(text)
    return _WORD.sub(lambda match: _righted(match[0], usual), text)


def disguised_words(text: str) -> tuple[str, ...]:
    """Return the words, as they stand, in which letters only pass for others, each once."""
    right = put_right(text)
    if right == text:
        return ()
    found = (text[match.start() : match.end()] for match in _WORD.finditer(right) if _differs(text, match))
    return tuple(dict.fromkeys(word for word in found if _OTHER.search(word)))


def _differs(text: str, match: re.Match[str]) -> bool:
    return text[match.start() : match.end()] != match[0]


def _plain_forms(text: str) -> str:
    """Return a text with letters in the forms of mathematics or of full width as plain ones."""
    if text.isascii() or not _FORMS.search(text):
        return text
    return _FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


_FORMS = re.compile("[\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d6a3]")


def _usual(text: str) -> Alphabet:
    """Return the alphabet of most of a text's letters."""
    return "cyrillic" if len(_CYRILLIC.findall(text)) > len(_LATIN.findall(text)) else "latin"


def _righted(word: str, usual: Alphabet) -> str:
    latin, other = len(_LATIN.findall(word)), len(_OTHER.findall(word))
    if not other:
        return word
    if not latin:
        passes = usual == "latin" and len(word) >= _LEAST_ALL_ALIKE
        return (_as("latin", word) or word) if passes else word
    if usual == "cyrillic" and _BENT.fullmatch(word):
        return word
    unusual: Alphabet = "cyrillic" if usual == "latin" else "latin"
    return _as(usual, word) or _as(unusual, word) or word


def _as(alphabet: Alphabet, word: str) -> str:
    """Return a word wholly in an alphabet; empty where a letter passes for none of it."""
    own = _LATIN if alphabet == "latin" else _CYRILLIC
    letters = [sign if own.match(sign) else _TO[alphabet].get(sign, "") for sign in word]
    return "".join(letters) if all(letters) else ""
