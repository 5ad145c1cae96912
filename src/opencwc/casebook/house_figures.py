"""The figures of a casebook for who leads the house: findings by month, and how old the open ones are."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import cleared
from opencwc.casebook.model import UNDECIDED, Person
from opencwc.casebook.permissions import require
from opencwc.verbs import settled_verdicts

AGES = (7, 30, 90, 365)
"""Days up to which an age goes; the last one is open."""
_RUN, _COUNT = tables.run, tables.finding_count


class MonthCount(NamedTuple):
    """How many findings under an entry were kept in a month (``2026-03``)."""

    month: str
    list: str
    entry: str
    number: int


def findings_by_month(book: Casebook, person: Person) -> list[MonthCount]:
    """Count the findings on entries that a person may see, by the month in which they were kept; settled ones not."""
    require(person, "read")
    month = func.substr(_RUN.c.started_at, 1, 7)
    query = (
        select(month, _COUNT.c.list, _COUNT.c.entry, func.sum(_COUNT.c.n))
        .join_from(_COUNT, _RUN, _RUN.c.number == _COUNT.c.run)
        .where(_COUNT.c.entry != "", _COUNT.c.verdict.not_in(settled_verdicts()), *cleared(person, _COUNT))
        .group_by(month, _COUNT.c.list, _COUNT.c.entry)
        .order_by(month)
    )
    with book.reading() as connection:
        return [MonthCount(row[0], row[1], row[2], int(row[3])) for row in connection.execute(query) if row[3]]


def open_by_age(book: Casebook, person: Person, today: date) -> list[tuple[int | None, int]]:
    """Count the findings without a decision that a person may see, by their age in days: up to each of `AGES`, older.

    Those that wait for the person's own blind re-check count as decided: how old they are tells nothing of them.
    """
    require(person, "read")
    day = func.substr(_RUN.c.started_at, 1, 10)
    query = (
        select(day, func.sum(_COUNT.c.n))
        .join_from(_COUNT, _RUN, _RUN.c.number == _COUNT.c.run)
        .where(_COUNT.c.status.in_([int(status) for status in UNDECIDED]), *cleared(person, _COUNT))
        .group_by(day)
    )
    ages: Counter[int | None] = Counter()
    with book.reading() as connection:
        for kept, number in connection.execute(query):
            days = (today - date.fromisoformat(kept)).days
            ages[next((age for age in AGES if days <= age), None)] += int(number)
    return [(age, ages[age]) for age in (*AGES, None)]
