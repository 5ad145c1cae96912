"""What the address of a page names: a day, and a filter of which only what was asked for is written."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query


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


BRIEF = Query(max_length=64)
Brief = Annotated[str, BRIEF]


@dataclass(frozen=True)
class AddressFilter:
    """The base of filters, which are dependencies of their routes; an empty field asks for nothing."""

    @property
    def query(self) -> str:
        """Return what an address says of it, without the question mark; what is usual is left out."""
        given = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        return urlencode([(name.rstrip("_"), value) for name, value, usual in given if value not in ("", usual)])
