"""The numbers that articles bear: digits, Roman, Chinese, ordinals in words, codes (L. 2342-3), put in (3 bis)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from opencwc.language.numerals import CHINESE, chinese_number, digits, ordinal, roman_number

Order = tuple[int, ...]
"""What numbers are compared by: ``5`` is (5,), ``5 bis`` (5, 2), ``L2342-3`` (2342, 3)."""


class SectionNumber(NamedTuple):
    """A number in a text: as references name it, its order, that of the last where several are named, and its end.

    ``form`` is how it is written: ``digits``, ``roman``, ``words``, ``chinese``.
    """

    number: str
    order: Order
    last: Order
    end: int
    form: str


def read_number(plain: str, at: int) -> SectionNumber | None:
    """Read the number that begins at a place of a text, whose digits are 0 to 9; ``None`` where none does.

    >>> read_number("12 bis. Of", 0)[:2], read_number("XIV. Of", 0)[:2], read_number("الاولى – تعاريف", 0)[:2]
    (('12 bis', (12, 2)), ('14', (14,)), ('1', (1,)))
    >>> read_number("7 and 8 [Repealed]", 0).last, read_number("premier : La loi", 0).number
    ((8,), '1')
    """
    read = _in_digits(plain, at) or _roman(plain, at) or _in_words(plain, at) or _in_chinese(plain, at)
    if read is None:
        return None
    more = _RANGE.match(plain, read.end)
    if more and (following := _in_digits(plain, more.end())) and following.order > read.order:
        behind = _REPEALED.match(plain, following.end)
        if behind:
            return read._replace(last=following.order, end=following.end)
    return read


def number_of_words(written: str) -> str:
    """Return a number as references name it, empty where it is none."""
    read = read_number(digits(written).replace("\u00a0", " ").strip(), 0)
    return read.number if read else ""


def order_of(number: str) -> Order:
    """Return what a number is compared by."""
    parts = _PARTS.findall(number)
    return tuple(
        int(part) if part.isdigit() else AGAIN[part.lower()] if part.lower() in AGAIN else _letters(part)
        for part in parts
    )


def _letters(part: str) -> int:
    """Return the place of a letter behind a number: 5A comes behind 5 as the second does; AA behind Z."""
    return (26 if len(part) > 1 else 0) + ord(part[-1].lower()) - ord("a") + 2


def _in_digits(plain: str, at: int) -> SectionNumber | None:
    match = _DIGITS.match(plain, at)
    if match is None:
        return None
    code = f"{match['code'][0].upper()}" if match["code"] else ""
    number = re.sub(r"\s", "", match["digits"]).rstrip(".-").replace("–", "-")
    if not code and number.isdigit():
        number = number.lstrip("0") or "0"
    number = f"{code}{number}"
    again = (match["again"] or match["letter"] or "").strip(" -.").replace("-", "")
    if match["arabic"]:
        again = "bis"
    if match["behind"]:
        number, again = f"{number}-{chinese_number(match['behind'])}", ""
    if again:
        again = again.lower().replace("á", "a") if again.lower().replace("á", "a") in AGAIN else again
        number = f"{number} {again}" if again in AGAIN else f"{number}{again}"
    order = order_of(number)
    return SectionNumber(number, order, order, match.end(), "digits") if order else None


def _roman(plain: str, at: int) -> SectionNumber | None:
    return _whole_number(_ROMAN.match(plain, at), roman_number, "roman")


def _in_words(plain: str, at: int) -> SectionNumber | None:
    """Read an ordinal in words: the longest run of up to five words that is one, in any of the languages."""
    words = _WORDS.match(plain, at)
    if words is None:
        return None
    ends = [word.end() for word in _WORD.finditer(plain, at, words.end())]
    for end in reversed(ends):
        written = plain[at:end]
        lang = "ar" if "\u0600" <= written[0] <= "\u06ff" else ""
        value = next((value for other in ([lang] if lang else _LATIN) if (value := _word_value(written, other))), None)
        if value is not None:
            again = _AGAIN_AR.match(plain, end)
            number, order = (f"{value} bis", (value, 2)) if again else (str(value), (value,))
            return SectionNumber(number, order, order, again.end() if again else end, "words")
    return None


def _word_value(written: str, lang: str) -> int | None:
    if lang == "ar":
        hundred = _AFTER_HUNDRED.search(written)
        if hundred and (value := ordinal(written[: hundred.start()], lang)) is not None:
            return 100 + value
    return ordinal(written, lang)


def _in_chinese(plain: str, at: int) -> SectionNumber | None:
    return _whole_number(_CHINESE_NUMBER.match(plain, at), chinese_number, "chinese")


def _whole_number(match: re.Match[str] | None, read: Callable[[str], int | None], style: str) -> SectionNumber | None:
    value = read(match[0]) if match else None
    if match is None or value is None:
        return None
    return SectionNumber(str(value), (value,), (value,), match.end(), style)


AGAIN = {name: at for at, name in enumerate(
    ("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "novies", "decies"), 2)}  # fmt: skip
_AGAIN_WORDS = r"bis|ter|qu[aá]ter|quinquies|sexies|septies|octies|novies|decies"
_DIGITS = re.compile(
    r"(?:(?P<code>[LRDA])\s?\.?\s?\*{0,2}\s?(?=\d))?(?P<digits>\d{1,5}(?:[-–.]\d{1,4}(?![\d/]))*)"
    r"(?:\s?\.?[º°ª]\.?|(?:er|ère|re|o|st|nd|rd|th)\b\.?)?"
    rf"(?:(?P<again>[ \-]?\s?(?i:{_AGAIN_WORDS})\b)|(?P<letter>-?[A-Z]{{1,2}}(?![A-Za-zÀ-ÿ'’])|[a-z](?![A-Za-zÀ-ÿ'’)]))"
    r"|\s*[)\]]?\s*[(]?(?P<arabic>مكرر[ًا]*)[)]?(?:\s*\(?[أ-ي]\)?(?!\w))?|\s*之\s*(?P<behind>[一二三四五六七八九十]))?"
)
_ROMAN = re.compile(r"(?=[IVXLC])[IVXLC]{1,8}(?![\w'’])")
_WORDS = re.compile(r"[^\W\d_]{2,}(?:[ -][^\W\d_]{1,}){0,4}")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = ("es", "fr", "en", "pt")
_AGAIN_AR = re.compile(r"\s*[(]?مكرر[ًا]*[)]?")
_AFTER_HUNDRED = re.compile(r"\s+بعد\s+ال(?:مائة|مئة)$")
_CHINESE_NUMBER = re.compile(rf"[{CHINESE}]{{1,7}}")
_RANGE = re.compile(r"\s*(?:to|and|à|a|al|et|y|e|bis|до|и|по|至|إلى|و|-|–|—|,)\s*(?:§\s*)?(?=\d)")
_REPEALED = re.compile(r"\s*[.\-–—:]*\s*(?:\[|\(|$|\n|(?i:repeal|abrog|derog|revog|утратил|weggef|spent|omitted|ملغ))")
_PARTS = re.compile(rf"\d+|(?i:{_AGAIN_WORDS})|[A-Za-z]{{1,2}}$")
