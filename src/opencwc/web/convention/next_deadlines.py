"""The next days on which declarations, and amendments of them, are due: for the first page of each role."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import groupby, islice
from typing import NamedTuple

from fastapi import Request

from opencwc.casebook.submissions import amendments_due
from opencwc.declarations.deadline_calendar import AmendmentDue, CalendarDay, calendar_of
from opencwc.declarations.law import Law
from opencwc.web.server.service import book_of, person_of, service_of

SHOWN = 4


def amendments_waiting(request: Request) -> tuple[AmendmentDue, ...]:
    """Return the amendments that who asks may know of and that are not submitted yet, the first due first."""
    if service_of(request).intake is None:
        return ()
    return tuple(one for one in amendments_due(book_of(request), person_of(request)) if not one.is_submitted)


class NextDay(NamedTuple):
    """A day by which the State Party owes declarations to the OPCW, and which."""

    day: date
    deadlines: tuple[CalendarDay, ...]


@lru_cache(maxsize=4)
def next_deadlines(today: date) -> tuple[NextDay, ...]:
    """Return the next days, the first of them first."""
    law = Law(today)
    found = (day for year in (today.year, today.year + 1) for day in calendar_of(law, year) if day.treaty_day >= today)
    days = groupby(sorted(found, key=_day), key=_day)
    return tuple(NextDay(day, tuple(deadlines)) for day, deadlines in islice(days, SHOWN))


def _day(deadline: CalendarDay) -> date:
    return deadline.treaty_day
