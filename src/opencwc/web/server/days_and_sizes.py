"""How a page of a language writes days, months, durations and sizes, in Western digits, which a file has too."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.units import format_unit

from opencwc.convention.clauses import in_full_within
from opencwc.finding import Message, Value
from opencwc.wording import sentence, year_said
from opencwc.wording.clauses import in_sentences
from opencwc.wording.typography import WRITTEN_DAY, unbroken


@cache
def locale_of(lang: str) -> Locale:
    """Return the habits of a language; English is that of the United Nations, which writes 4 November 2026."""
    try:
        return Locale.parse("en_GB" if lang == "en" else lang)
    except UnknownLocaleError:
        return Locale.parse("en_GB")


def day_said(value: str | date, lang: str) -> str:
    """Write a day as a page of the language has it; a year alone, or what a source writes in its own way, as it is.

    >>> day_said("2026-11-04", "en").replace("\u00a0", " "), day_said("2026", "en"), day_said("", "en")
    ('4 November 2026', '2026', '')
    >>> day_said("2026", "zh"), day_said("2026-11-04", "zh")
    ('2026年', '2026年11月4日')
    """
    if not value:
        return ""
    try:
        known = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    except ValueError:
        return year_said(str(value), lang)
    said = _western(format_date(known, "long" if lang != "zh" else "medium", locale_of(lang)))
    return re.sub("[ \u202f]", "\u00a0", _first_in_french(said, lang))


def with_days(message: Message, lang: str) -> Message:
    """Return a message with its days as an English page writes them; the other languages write their own anyway.

    >>> with_days(Message("why", {"date": "2026-11-04", "of": Message("x", {"day": "2026-11"})}), "en").values["date"]
    '4\xa0November\xa02026'
    >>> with_days(Message("x", {"facts": ("chlorine", "2026-11-04")}), "en").values["facts"]
    ('chlorine', '4\xa0November\xa02026')
    """
    if lang != "en" or not message.values:
        return message
    return Message(message.id, {name: _value_with_days(value, lang) for name, value in message.values.items()})


def _value_with_days(value: Value, lang: str) -> Value:
    if isinstance(value, tuple):
        return tuple(_item_with_days(item, lang) for item in value)
    return _item_with_days(value, lang)


def _item_with_days(value: str | float | Message, lang: str) -> str | float | Message:
    if isinstance(value, Message):
        return with_days(value, lang)
    return day_said(value, lang) if isinstance(value, str) and WRITTEN_DAY.fullmatch(value) else value


def with_written_days(text: str, lang: str) -> str:
    """Return a text with its days as an English page writes them; the other languages write them out anyway."""
    return WRITTEN_DAY.sub(lambda day: day_said(day[0], lang), text) if lang == "en" else text


def on_page(text: str, lang: str) -> str:
    """Return a text as a page has it: no number parts from its unit, and English names the Verification Annex in full.

    >>> on_page("above 1 t (VA VII.3(c))", "en").replace("\u00a0", " ")
    'above 1 t (Verification Annex VII.3(c))'
    """
    return unbroken(in_full_within(text) if lang == "en" and "VA " in text else text)


def sentence_of_page(message: Message, lang: str) -> str:
    """Say a message as a sentence on a page."""
    return on_page(sentence(with_days(message, lang), lang), lang)


def in_sentences_of_page(message: Message, lang: str) -> str:
    """Say a message on a page as running text, each of its facts a sentence."""
    return on_page(in_sentences(with_days(message, lang), lang), lang)


def duration_said(time: timedelta, lang: str) -> str:
    """Say a duration roughly, as a language does.

    >>> duration_said(timedelta(seconds=95), "en"), duration_said(timedelta(seconds=7), "ru")
    ('2 minutes', '7 секунд')
    >>> duration_said(timedelta(days=3), "zh")
    '3\xa0天'
    """
    return unit_apart(_western(format_timedelta(time, threshold=1.2, locale=locale_of(lang))), lang)


def unit_apart(said: str, lang: str) -> str:
    """Set a number apart from a Chinese unit, as the program does everywhere.

    >>> unit_apart("2周", "zh"), unit_apart("2 weeks", "en")
    ('2\xa0周', '2 weeks')
    """
    return _CLOSED_UNIT.sub("\u00a0", said) if lang == "zh" else said


def size_said(size: int, lang: str) -> str:
    """Say the size of a file in round figures.

    >>> size_said(407, "en").replace("\u00a0", " "), size_said(40_299, "fr").replace("\u202f", " ")
    ('0.4 kB', '40,3 ko')
    """
    unit, by = next((named for named in _SIZES if size >= named[1]), _SIZES[-1])
    rounded = max(round(size / by, 1), 0.1)
    said = format_unit(rounded, f"digital-{unit}", "short", locale=locale_of(lang), numbering_system="latn")
    return said.replace(" ", "\u00a0")


_SIZES = (("gigabyte", 1_000_000_000), ("megabyte", 1_000_000), ("kilobyte", 1000))


def month_said(month: str, lang: str) -> str:
    """Write a month as a heading of the language has it.

    >>> month_said("2026-11", "fr"), month_said("2026-03", "zh")
    ('novembre 2026', '2026年3月')
    """
    year, number = map(int, month.split("-"))
    said = format_skeleton("yMMMM", date(year, number, 1), locale=locale_of(lang))
    return _western(said).replace("\u202f", "\u00a0")


def day_of_year_said(month: int, day: int, lang: str) -> str:
    """Write a day of every year.

    >>> day_of_year_said(2, 1, "fr"), day_of_year_said(2, 28, "en")
    ('1er février', '28 February')
    """
    said = format_skeleton("MMMMd", date(2000, month, day), locale=locale_of(lang))
    return _first_in_french(_western(said), lang)


def _first_in_french(said: str, lang: str) -> str:
    """Write the first day of a month as French does.

    >>> _first_in_french("1 avril 2027", "fr"), _first_in_french("11 avril 2027", "fr")
    ('1er avril 2027', '11 avril 2027')
    """
    return f"1er{said[1:]}" if lang == "fr" and said.startswith("1 ") else said


_CLOSED_UNIT = re.compile("(?<=[0-9])(?=[一-鿿])")


def _western(text: str) -> str:
    """Write digits of any script as the Western ones: what stands on a page must be found again in a file.

    >>> _western("٢٠٢٦")
    '2026'
    """
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
