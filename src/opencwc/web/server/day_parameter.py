"""The day that the address of a page names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Day:
    """A day that was asked for: ``wrong`` is what was written where it is no day, and ``day`` then another one."""

    day: date
    asked: str = ""
    wrong: str = ""


def asked_day(text: str, otherwise: date) -> Day:
    """Read a day of the question; what is no day is kept, to be said.

    >>> asked_day("2020-06-07", date(2026, 1, 1)).day.year, asked_day("yesterday", date(2026, 1, 1)).wrong
    (2020, 'yesterday')
    """
    if not text.strip():
        return Day(otherwise)
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return Day(otherwise, wrong=text.strip())
    return Day(day, asked=day.isoformat())
