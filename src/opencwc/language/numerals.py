"""Numbers as laws write them: digits of three scripts, Roman and Chinese numerals, ordinals in words.

A number comes out as a plain text that sorts and compares: ``5``, ``12``, ``570 bis``, ``L2342-3``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from opencwc.convention.fields import read_yaml

ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９", "0123456789" * 3)
CHINESE = "零〇一二三四五六七八九十百千两0-9"
_CHINESE_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_ROMAN = re.compile(r"(?=[IVXLC])C{0,3}(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})", re.IGNORECASE)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def digits(text: str) -> str:
    """Return a text with Arabic-Indic and full-width digits written as 0 to 9; its length stays.

    >>> digits("المادة ١٢"), digits("第１２条")
    ('المادة 12', '第12条')
    """
    return text.translate(ARABIC_DIGITS)


def chinese_number(text: str) -> int | None:
    """Return the value of a Chinese numeral, ``None`` where it is none.

    >>> chinese_number("十二"), chinese_number("一百零五"), chinese_number("二十")
    (12, 105, 20)
    """
    text = digits(text)
    if text.isdigit():
        return int(text)
    total, current = 0, None
    for sign in text:
        if sign in _CHINESE_DIGITS:
            current = _CHINESE_DIGITS[sign]
        elif sign in _CHINESE_UNITS:
            total += (1 if current is None else current) * _CHINESE_UNITS[sign]
            current = None
        else:
            return None
    return total + (current or 0) or None


def roman_number(text: str) -> int | None:
    """Return the value of a Roman numeral up to 399, ``None`` where it is none.

    >>> roman_number("XIV"), roman_number("mix")
    (14, None)
    """
    if not text or not _ROMAN.fullmatch(text):
        return None
    values = [_ROMAN_VALUES[sign] for sign in text.upper()]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def ordinal(words: str, lang: str) -> int | None:
    """Return the number that an ordinal in words stands for (Arabic, Spanish, French, English), ``None`` where none.

    >>> ordinal("الخامسة والعشرون", "ar"), ordinal("premier", "fr"), ordinal("décima segunda", "es")
    (25, 1, 12)
    """
    return _ordinals(lang).get(plain_ordinal(words, lang))


def plain_ordinal(words: str, lang: str) -> str:
    """Return an ordinal's words as they are looked up: small letters, one space, Arabic endings made one."""
    plain = " ".join(words.lower().split())
    if lang == "ar":
        plain = re.sub("[\u064b-\u0652\u0640]", "", plain)
        plain = plain.replace("أ", "ا").replace("إ", "ا").replace("آ", "ا").replace("ى", "ي")
        plain = re.sub(r"\bو\s+", "و", plain)
        plain = re.sub(r"(عشر|ثلاث|اربع|خمس|ست|سبع|ثمان|تسع)ين\b", r"\1ون", plain)
        plain = plain.replace("ثمانين", "ثمانون")
    if lang == "es":
        plain = plain.translate(str.maketrans("áéíóú", "aeiou"))
        plain = re.sub(r"(?<=[a-z]{3})a\b", "o", plain)
        plain = re.sub(r"\b(primer|tercer)\b", r"\1o", plain)
    return plain


def ordinal_pattern(lang: str) -> str:
    """Return a pattern of the ordinals in words that a language's laws number their articles by."""
    written = _words()["patterns"].get(lang) or "|".join(_ordinals(lang))
    return f"(?:{written})" if written else "(?!)"


@cache
def _words() -> Mapping[str, Any]:
    return read_yaml(Path(__file__).parent / "data" / "numerals.yaml")


@cache
def _ordinals(lang: str) -> Mapping[str, int]:
    """Return the ordinals of a language by their words, none for one whose laws are not numbered in words."""
    if lang == "ar":
        return _arabic_ordinals(**_words()["ar"])
    if lang == "es":
        return _spanish_ordinals(**_words()["es"])
    in_order = enumerate(_words()["in_order"].get(lang, ()), 1)
    return {word: value for value, spellings in in_order for word in spellings}


def _spanish_ordinals(units: Sequence[str], tens: Sequence[str], others: Mapping[str, int]) -> dict[str, int]:
    ordinals = {**others, **{word: value for value, word in enumerate(units, 1)}}
    for ten, word in enumerate(tens, 1):
        ordinals[word] = 10 * ten
        ordinals |= {f"{word} {unit}": 10 * ten + value for value, unit in enumerate(units, 1)}
    return ordinals


def _arabic_ordinals(units: Sequence[str], tens: Sequence[str], others: Mapping[str, int]) -> dict[str, int]:
    ordinals = {**others, **{word: value for value, word in enumerate(units, 2)}}
    for ending in ("عشرة", "عشر"):
        ordinals |= {f"{unit} {ending}": 10 + value for value, unit in enumerate(units, 2)}
    for ten, word in enumerate(tens, 2):
        ordinals |= {f"{unit} و{word}": 10 * ten + value for value, unit in enumerate(["الحادية", *units], 1)}
        ordinals[word] = 10 * ten
    bare = {" ".join(part.removeprefix("ال") for part in word.split()): value for word, value in ordinals.items()}
    return bare | ordinals
