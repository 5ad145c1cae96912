"""Numbers as laws write them: digits of three scripts, Roman and Chinese numerals, ordinals in words.

A number comes out as a plain text that sorts and compares: ``5``, ``12``, ``570 bis``, ``L2342-3``.
"""

from __future__ import annotations

import re
from functools import cache

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
    if lang == "ar":
        unit = "(?:ال)?(?:أ?ولى|[اأ]لأولى|حادية|ثانية|ثالثة|رابعة|خامسة|سادسة|سابعة|ثامنة|تاسعة|عاشرة)"
        tens = "(?:ال)?(?:عشر[يو]ن|ثلاث[يو]ن|[أا]ربع[يو]ن|خمس[يو]ن|ست[يو]ن|سبع[يو]ن|ثمان[يو]ن|تسع[يو]ن|مئة|مائة)"
        return rf"(?:{unit}(?:\s+عشرة?(?!\w))?(?:\s+و\s*{tens})?|{tens})"
    words = {
        "es": "primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|quint[oa]|sext[oa]|s[eé]ptim[oa]|octav[oa]|noven[oa]"
        "|und[eé]cim[oa]|duod[eé]cim[oa]"
        "|d[eé]cim[oa](?:\\s+(?:primer[oa]|segund[oa]|tercer[oa]|cuart[oa]|quint[oa]|sext[oa]|s[eé]ptim[oa]|octav[oa]"
        "|noven[oa]))?|vig[eé]sim[oa](?:\\s+\\w+[oa])?|[uú]nic[oa]",
        "fr": "premier|première|unique|deuxi[èe]me|troisi[èe]me|quatri[èe]me|cinqui[èe]me|sixi[èe]me|septi[èe]me"
        "|huiti[èe]me|neuvi[èe]me|dixi[èe]me",
        "en": "one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|fourth|fifth|sixth|seventh|eighth"
        "|ninth|tenth",
        "pt": "primeiro|segundo|terceiro|quarto|quinto|[uú]nico",
    }
    return rf"(?:{words[lang]})" if lang in words else "(?!)"


@cache
def _ordinals(lang: str) -> dict[str, int]:
    if lang == "ar":
        return _arabic_ordinals()
    if lang == "es":
        units = ["primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "septimo", "octavo", "noveno"]
        ordinals = {word: value for value, word in enumerate(units, 1)} | {"unico": 1, "decimo": 10, "vigesimo": 20}
        for tens, ten in (("decimo", 10), ("vigesimo", 20), ("trigesimo", 30)):
            ordinals |= {f"{tens} {word}": ten + value for value, word in enumerate(units, 1)}
        return ordinals | {"undecimo": 11, "duodecimo": 12, "trigesimo": 30}
    if lang == "fr":
        units = [
            "premier",
            "deuxième",
            "troisième",
            "quatrième",
            "cinquième",
            "sixième",
            "septième",
            "huitième",
            "neuvième",
            "dixième",
        ]
        plain = [word.replace("è", "e") for word in units]
        return {word: value for words in (units, plain) for value, word in enumerate(words, 1)} | {
            "première": 1, "unique": 1,
        }  # fmt: skip
    if lang == "pt":
        return {word: n for n, word in enumerate(["primeiro", "segundo", "terceiro", "quarto", "quinto"], 1)} | {
            "único": 1
        }
    cardinal = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    counted = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
    return {word: n for words in (cardinal, counted) for n, word in enumerate(words, 1)}


def _arabic_ordinals() -> dict[str, int]:
    units = ["الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة", "السابعة", "الثامنة", "التاسعة"]
    ordinals = {"الاولي": 1, "الاول": 1, "العاشرة": 10, "الحادية عشرة": 11, "الحادية عشر": 11}
    ordinals |= {word: value for value, word in enumerate(units, 2)}
    for ending in ("عشرة", "عشر"):
        ordinals |= {f"{word} {ending}": value + 10 for value, word in enumerate(units, 2)}
    tens = ["العشرون", "الثلاثون", "الاربعون", "الخمسون", "الستون", "السبعون", "الثمانون", "التسعون"]
    for ten, word in enumerate(tens, 2):
        ordinals[word] = ten * 10
        ordinals[f"الحادية و{word}"] = ten * 10 + 1
        ordinals |= {f"{unit} و{word}": ten * 10 + value for value, unit in enumerate(units, 2)}
    ordinals |= {"المئة": 100, "المائة": 100}
    bare = {" ".join(part.removeprefix("ال") for part in word.split()): value for word, value in ordinals.items()}
    return bare | ordinals
