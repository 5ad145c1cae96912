"""When a report says it was published: ISO 8601, as mail and RSS write it, digits in a row, days as in tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from opencwc.files.days import read_day

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""Before this day no feed was written: what is dated so is kept, and told."""
AHEAD = timedelta(days=1)
"""How far clocks and time zones may lie apart before a date is told to lie ahead."""
_YEARS = range(1900, 3000)
_LONGEST = 80
_DIGITS = re.compile(r"(\d{8})T?(\d{6})Z?")


def read_time(text: str) -> datetime | None:
    """Return when something was published, ``None`` where the text is no date; without an offset it is UTC.

    >>> read_time("Wed, 04 Mar 2026 08:30:00 +0300").isoformat()
    '2026-03-04T08:30:00+03:00'
    >>> read_time("20260304T083000Z") == read_time("20260304083000") == read_time("2026-03-04T08:30:00")
    True
    >>> read_time("yesterday") is None
    True
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    read = _iso(text) or _of_mail(text) or _of_table(text)
    if read is None or read.year not in _YEARS:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _iso(text: str) -> datetime | None:
    if digits := _DIGITS.fullmatch(text):
        text = f"{digits[1]}T{digits[2]}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _of_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _of_table(text: str) -> datetime | None:
    read = read_day(text, spreadsheet=True)
    if read.day is None or read.other is not None:
        return None
    return datetime.combine(read.day, time(), UTC)
