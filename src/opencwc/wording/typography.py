"""How a text is set: which spaces hold together, and the signs that a language is printed with."""

from __future__ import annotations

import re
from collections.abc import Mapping

WRITTEN_DAY = re.compile(r"(?<![\w-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])")
"""A day as files write it."""
PERCENT_CLOSED_UP = ("ar", "en", "zh")
"""The languages that set no space before the sign of a per cent."""


def unbroken(text: str) -> str:
    """Hold numbers and their units together, so that no line breaks between them.

    >>> unbroken("12 t of it, 5 % pure, in 3 tables")
    '12\xa0t of it, 5\xa0% pure, in 3 tables'
    >>> unbroken("pendant 30 jours (× 5,23)"), unbroken("4 originaux, 2 étapes")
    ('pendant 30\xa0jours (×\xa05,23)', '4\xa0originaux, 2 étapes')
    >>> unbroken("200 吨至不足 1,000 吨")
    '200\xa0吨至不足 1,000\xa0吨'
    >>> unbroken("химикат Списка 1, с {day}")
    'химикат Списка\xa01, с\xa0{day}'
    """
    text = _BEFORE_NUMBER.sub("\\1\u00a0", text)
    held = _HELD_TOGETHER.sub("\u00a0", _BEFORE_UNIT.sub("\u00a0", text))
    return _FIRST_NUMBER.sub("\\1\u00a0", held)


def cut_short(text: str, most: int) -> str:
    """Return a text as there is room for it, cut at the end of a word.

    >>> cut_short("a word, and more", 8), cut_short("words", 5), cut_short("unspeakable", 4)
    ('a word,…', 'words', 'uns…')
    >>> cut_short("It is one. And more", 12)
    'It is one…'
    """
    if len(text) <= most:
        return text
    cut, rest = text[: most - 1], text[most - 1 :]
    return (cut.rstrip() if rest[0].isspace() else cut.rpartition(" ")[0].rstrip() or cut).rstrip(".。") + "…"


def dash(lang: str) -> str:
    """Return the dash between words; Russian has the long one.

    >>> dash("en"), dash("ru")
    ('–', '—')
    """
    return "—" if lang == "ru" else "–"


def in_type(text: str, lang: str) -> str:
    """Write a text as the language is printed: English and French have a curved apostrophe, and French has signs that
    stay with their word; Arabic and Chinese set no space before the sign of a per cent. In Arabic, marks U+200E let a
    day as files write it run from left to right.

    >>> in_type("fin de l'année ?", "fr"), in_type("в 1 000 раз", "ru"), in_type("the Group's list", "en")
    ('fin de l’année\xa0?', 'в 1\xa0000 раз', 'the Group’s list')
    >>> in_type("不超过 30 %", "zh")
    '不超过 30%'
    >>> in_type("مثل 2026-06-07.", "ar").replace("\u200e", "|")
    'مثل |2026-06-07|.'
    """
    if lang in PERCENT_CLOSED_UP:
        text = _BEFORE_PERCENT.sub("", text)
    if lang == "ar":
        return WRITTEN_DAY.sub("\u200e\\g<0>\u200e", text)
    if lang in ("en", "fr"):
        text = _APOSTROPHE.sub("’", text)
    if lang not in _SPACED:
        return text
    text = _BETWEEN_THOUSANDS.sub("\u00a0", text)
    return _UNBROKEN.sub("\u00a0", text) if lang == "fr" else text


def contracted(template: str, values: Mapping[str, str]) -> str:
    """Join «de» and «a» with the article «el» that a value behind them begins with, as Spanish does.

    Before the sound of an i, «y» is «e».

    >>> contracted("antes de {what}", {"what": "el cambio"}), contracted("antes de {what}", {"what": "la salida"})
    ('antes del cambio', 'antes de {what}')
    >>> contracted("{one} y {last}", {"last": "importó 2 t"}), contracted("{one} y {last}", {"last": "hielo"})
    ('{one} e {last}', '{one} y {last}')
    """

    def join(at: re.Match[str]) -> str:
        value = str(values.get(at[2], ""))
        return f"{at[1]}l {value[3:]}".replace("{", "{{").replace("}", "}}") if value.startswith("el ") else at[0]

    def joined(at: re.Match[str]) -> str:
        return f"e {{{at[1]}}}" if _SOUND_OF_I.match(str(values.get(at[1], ""))) else at[0]

    return _AND.sub(joined, _BEFORE_ARTICLE.sub(join, template))


def closed_up(template: str, values: Mapping[str, str]) -> str:
    """Drop a space of a Chinese template between one of its characters and a value that is Chinese there, or a day.

    >>> closed_up("该名称指 {name} 的盐", {"name": "硫二甘醇"}), closed_up("该名称指 {name} 的盐", {"name": "BZ"})
    ('该名称指{name}的盐', '该名称指 {name} 的盐')
    """

    def close(at: re.Match[str]) -> str:
        before, after = at[1], at[2]
        closes = (not before or _CHINESE_LAST.search(values.get(before, ""))) and (
            not after or _CHINESE_FIRST.match(values.get(after, ""))
        )
        return at[0][:-1] if closes else at[0]

    return _CHINESE_SPACE.sub(close, template)


_UNITS = "kg|g|mg|t|kt|L|kL|mL|km|m|cm|кг|мг|г|т|л|км|كغ|ملغ|غ|طن|أطنان|%|°C"
_BEFORE_UNIT = re.compile(rf"(?<=[0-9}}]) (?=(?:{_UNITS})(?!\w)|千克|公斤|吨|克)")
"""The space between a number, or what a template has for it, and its unit."""
_BEFORE_PERCENT = re.compile("(?<=[0-9])[ \u00a0](?=%)")
_DAYS = "jours?|heures?|días?|horas?|день|дня|дней|часа?|часов|يوم|يومًا|أيام|ساعة|天|小时"
_HELD_TOGETHER = re.compile(rf"(?<=[×÷]) (?=[0-9{{])|(?<=[0-9}}]) (?=(?:{_DAYS})(?!\w))")
"""The space behind a sign of how many times, and before days and hours."""
_BEFORE_NUMBER = re.compile(r"(?<!\w)(Спис(?:ка|ку|ке|ки|ков|ком)|[СсКкВвОо]) (?=[0-9{])")
"""The space between a Russian word and its number: a Schedule's, a preposition's."""
_FIRST_NUMBER = re.compile(r"^([0-9][0-9.,\u00a0\u202f]*) (?=[^\W\d_])")
"""The number that a heading begins with, and its space."""
_SPACED = ("fr", "ru")
"""The languages that set thousands apart by a space."""
_BETWEEN_THOUSANDS = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[\w{])")
_UNBROKEN = re.compile(r" (?=[:;?!»])|(?<=«) ")
"""The spaces of French beside these signs, at which no line may break."""
_BEFORE_ARTICLE = re.compile(r"\b([Dd]e|[Aa]) \{([a-z_]+)\}")
_AND = re.compile(r"\by \{([a-z_]+)\}")
_SOUND_OF_I = re.compile(r"(?i)h?i(?!e)")
_CHINESE = "\u3001-\u303f\u3400-\u9fff\uff00-\uffef"
_CHINESE_SPACE = re.compile(rf"(?:\{{(\w+)\}}|[{_CHINESE}]) (?=\{{(\w+)\}}|[{_CHINESE}])")
_CHINESE_FIRST = re.compile(rf"[{_CHINESE}“]|[0-9]{{4}}年")
_CHINESE_LAST = re.compile(rf"[{_CHINESE}”]$")
