"""Days as ledgers write them: ISO, day or month first, a year alone, a month in words, a spreadsheet's number."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from opencwc.finding import Message

YEARS = range(1900, 2101)
"""What is taken for a year."""


class Day(NamedTuple):
    """What a text says: a day, or a year alone; ``other`` is the day if the month stands first, where both fit.

    ``order`` says which comes first where only one fits: ``day`` or ``month``. ``problem`` says why nothing, or not
    all, can be read.
    """

    day: date | None = None
    year: int | None = None
    other: date | None = None
    order: str = ""
    problem: Message | None = None


def read_day(text: str, *, spreadsheet: bool = False) -> Day:
    """Return the day or the year that a text says; a number of days since 1900 only in a ``spreadsheet``.

    >>> read_day("31/12/2012").day, read_day("2012").year, read_day("12/31/2012").order
    (datetime.date(2012, 12, 31), 2012, 'month')
    >>> read_day("05/04/2012").other, read_day("31 декабря 2012").day
    (datetime.date(2012, 5, 4), datetime.date(2012, 12, 31))
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DIGITS).strip().rstrip(".")
    if not plain:
        return Day(problem=Message("ledger_date_missing"))
    numeric = _year_first(plain) or _year_last(plain) or _serial(plain, spreadsheet=spreadsheet)
    return numeric or _worded(plain) or _unread(text)


def _year_first(plain: str) -> Day | None:
    if year := re.fullmatch(r"(\d{4})(?:\.0+)?", plain):
        return _of_year(int(year[1]))
    if day := re.fullmatch(
        r"(\d{4})([-/.年]\s?)(\d{1,2})[-/.月]\s?(\d{1,2})日?(?:[T ]\d.*)?|(\d{4})(\d\d)(\d\d)", plain
    ):
        return _of_day(*(int(part) for part in (day[1], day[3], day[4], day[5], day[6], day[7]) if part))
    if month := re.fullmatch(r"(\d{4})(?:[-/.年]\s?(\d{1,2})月?|(\d\d))(?:\.0+)?", plain):
        # in statistics month 0 or none is the year
        return _of_year(int(month[1])) if int(month[2] or month[3]) in range(13) else None
    return None


def _year_last(plain: str) -> Day | None:
    if day := re.fullmatch(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})(?:[T ,]\s?\d.*)?", plain):
        return _by_order(int(day[1]), int(day[3]), int(day[4]), day[2])
    if month := re.fullmatch(r"(\d{1,2})[-/.](\d{4})", plain):
        return _of_year(int(month[2])) if int(month[1]) in range(1, 13) else None
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", plain):
        return Day(problem=Message("ledger_date_short", {"text": plain}))
    return None


def _serial(plain: str, *, spreadsheet: bool) -> Day | None:
    """Read a spreadsheet's number of days since 1900."""
    number = re.fullmatch(r"(\d{5})(?:\.\d+)?", plain)
    if number is None or int(number[1]) not in range(20_000, 80_000):
        return None
    day = date(1899, 12, 30) + timedelta(days=int(number[1]))
    if spreadsheet:
        return Day(day, day.year)
    return Day(problem=Message("ledger_date_serial", {"text": plain, "day": day.isoformat()}))


def _by_order(first: int, second: int, year: int, mark: str) -> Day:
    if mark == "." or first == second:  # with points the day stands first everywhere
        return _of_day(year, second, first)
    if first > 12:
        return _of_day(year, second, first)._replace(order="day")
    if second > 12:
        return _of_day(year, first, second)._replace(order="month")
    day_first, month_first = _of_day(year, second, first), _of_day(year, first, second)
    return day_first._replace(other=month_first.day)


def _worded(plain: str) -> Day | None:
    numbers = re.findall(r"\d+", plain)
    words = [word for word in re.findall(r"[^\W\d_]+", _bare(plain)) if word not in _SMALL_WORDS]
    months = {month for word in words if (month := _months().get(word) or _months().get(word[:3]))}
    if len(months) != 1 or not 1 <= len(numbers) <= 2:
        return None
    years = [number for number in numbers if len(number) == 4]
    if len(years) != 1:
        return Day(problem=Message("ledger_date_short", {"text": plain}))
    days = [int(number) for number in numbers if len(number) < 3]
    return _of_day(int(years[0]), months.pop(), days[0]) if days else _of_year(int(years[0]))


def _of_day(year: int, month: int, day: int) -> Day:
    try:
        read = date(year, month, day)
    except ValueError:
        return _unread(f"{year:04d}-{month:02d}-{day:02d}")
    return Day(read, year) if year in YEARS else _unread(read.isoformat())


def _of_year(year: int) -> Day:
    return Day(None, year) if year in YEARS else _unread(str(year))


def _unread(text: str) -> Day:
    return Day(problem=Message("ledger_date_unread", {"text": text.strip()[:80]}))


def _bare(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


@cache
def _months() -> dict[str, int]:
    """The months by their names in the six languages, whole and short."""
    from babel.dates import get_month_names

    months: dict[str, int] = {}
    names = [
        (number, _bare(name).rstrip("."), width)
        for language in ("en", "fr", "es", "ru", "ar", "ar_SY", "ar_DZ")
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, language).items()
    ]
    for number, whole, width in names:
        for word in (whole, whole[:3] if width == "wide" else ""):
            if word and months.setdefault(word, number) != number:
                months[word] = 0  # jui: juin or juillet
    return months


_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_SMALL_WORDS = frozenset(("de", "del", "of", "the", "г", "года", "год", "th", "st", "nd", "rd", "er", "th", "سنه"))
