"""Numbers of a worksheet as a person sees them: percent signs, leading zeros, units of the format, days as ISO 8601.

A number is never shortened for its format: ``2922.15`` shown as ``0`` keeps its digits, since a tariff code may hide
there. Source: ECMA-376 part 1, 18.8.30 and 18.17.4.1.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

_BUILT_IN = {
    **{1: "0", 2: "0.00", 9: "0%", 10: "0.00%", 49: "@"},
    **dict.fromkeys((3, 37, 38), "#,##0"),
    **dict.fromkeys((4, 39, 40), "#,##0.00"),
}
_BUILT_IN_DAYS = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(General)|([0#?][0#?,. ]*)|(%)|([dmyhs]+)|(E[+-])|(.)', re.IGNORECASE
)


class NumberFormat(NamedTuple):
    """What a format does to a number: text around it, least digits before and after the point, percent, day."""

    before: str = ""
    after: str = ""
    digits: int = 1
    decimals: int = 0
    percent: bool = False
    day: bool = False


@lru_cache(maxsize=4_000)
def number_format(number: int, code: str = "") -> NumberFormat:
    """Return the format of a number or code.

    >>> number_format(164, '0.00" kg"').after, number_format(14).day
    (' kg', True)
    """
    if number in _BUILT_IN_DAYS:
        return NumberFormat(day=True)
    code = (code or _BUILT_IN.get(number, "")).split(";")[0][:300]
    before, after, places, percent, day = "", "", "", False, False
    for quoted, escaped, bracket, general, digits, sign, letters, power, other in _TOKEN.findall(code):
        if bracket and bracket.lower() in ("h", "hh", "m", "mm", "s", "ss"):
            day = True
        literal = quoted or escaped or (bracket[1:].split("-")[0] if bracket.startswith("$") else "")
        if not literal and other and other not in "@/,.":
            literal = other
        if digits:
            places += digits
            if digits.endswith(" "):
                literal = " "
        elif power:
            return NumberFormat()
        elif sign:
            percent = True
        elif letters and not general:
            day = True
        if literal:
            before, after = (before, after + literal) if places or general else (before + literal, after)
    if day and not places.strip("0. "):
        return NumberFormat(day=True)
    whole, _, part = places.partition(".")
    return NumberFormat(before, after.rstrip(), max(1, whole.count("0")), part.count("0"), percent)


def say_number(raw: str, how: NumberFormat, *, since_1904: bool = False) -> str:
    """Return a number of a cell, as the file writes it, as a person sees it.

    >>> say_number("0.85", number_format(9)), say_number("2922.1500000000001", NumberFormat())
    ('85%', '2922.15')
    """
    try:
        number = Decimal(raw)
        value = Decimal(f"{number:.15g}") if number.is_finite() else number
    except (InvalidOperation, ValueError):
        return raw
    if not value.is_finite() or abs(value.adjusted()) > 300:
        return raw
    if how.day:
        return say_day(float(value), since_1904=since_1904)
    if how.percent:
        value = value.scaleb(2)
    return f"{how.before}{_digits(value, how)}{'%' if how.percent else ''}{how.after}"


def say_day(serial: float, *, since_1904: bool = False) -> str:
    """Return the day, the time or both that a serial number stands for.

    >>> say_day(46000), say_day(0.5), say_day(46000.25)
    ('2025-12-09', '12:00:00', '2025-12-09T06:00:00')
    """
    if not -1 < serial < 2_958_466:
        return f"{serial:.15g}"
    if 0 <= serial < 1 and not since_1904:
        return (datetime.min + timedelta(seconds=round(serial * 86_400) % 86_400)).time().isoformat()
    begin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 if serial >= 60 else 31)
    return say_value(begin + timedelta(seconds=round(serial * 86_400)))


def say_value(value: object) -> str:
    """Return what a reader of old workbooks gives for a cell as a person sees it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return say_number(repr(value), NumberFormat())
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return "" if value is None else str(value)


def _digits(value: Decimal, how: NumberFormat) -> str:
    if value == 0:
        text = "0"
    elif -7 < value.adjusted() < 21:
        text = f"{value:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        return f"{value.normalize():E}"
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, part = text.partition(".")
    part = part.ljust(how.decimals, "0")
    return f"{sign}{whole.rjust(how.digits, '0')}{'.' if part else ''}{part}"
