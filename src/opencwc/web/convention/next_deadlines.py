"""The next days on which declarations are due under the Convention, for the home page."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import groupby, islice
from typing import NamedTuple

from opencwc.declarations.deadline_calendar import CalendarDay, calendar_of
from opencwc.declarations.law import Law

SHOWN = 3


class NextDay(NamedTuple):
    """A day by which the State Party owes declarations to the OPCW, and which."""

    day: date
    deadlines: tuple[CalendarDay, ...]


@lru_cache(maxsize=4)
def next_deadlines(today: date) -> tuple[NextDay, ...]:
    """Return the next three days, the first of them first."""
    law = Law(today)
    found = (day for year in (today.year, today.year + 1) for day in calendar_of(law, year) if day.treaty_day >= today)
    days = groupby(sorted(found, key=_day), key=_day)
    return tuple(NextDay(day, tuple(deadlines)) for day, deadlines in islice(days, SHOWN))


def _day(deadline: CalendarDay) -> date:
    return deadline.treaty_day
