"""The deadlines of a year by profile: as a page, as CSV, and as a calendar that other programs read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Annotated, NamedTuple

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.casebook.submissions import amendments_due
from opencwc.declarations.calendar_formats import amendment_rows, calendar_as_csv, calendar_as_ics, counted_rows
from opencwc.declarations.deadline_calendar import AmendmentDue, CalendarDay, calendar_of, counted_deadlines
from opencwc.declarations.law import Law, profiles
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.web.declarations.forms import YEARS
from opencwc.web.server import downloads
from opencwc.web.server.listing import ListAsked, ListColumn, ListShown, ListWanted, day_column, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import cited, say

router = Router(include_in_schema=False)
AMENDMENT_COLUMNS = ("due", "what", "why", "source")
Year = Annotated[str, Query(max_length=4)]


class CalendarAsked(NamedTuple):
    """A year and a profile that were asked for, and the law that they are of."""

    year: int
    profile: str
    law: Law


class ComingDay(NamedTuple):
    """A day that comes, and how many declarations are due on it."""

    day: date
    declarations: int


def asked_calendar(year: str, profile: str) -> CalendarAsked:
    """Return what was asked for; an empty year is this one, an empty profile the Convention.

    Raises:
        InputError: it is no year of the Convention, or no profile that is known.

    """
    today = date.today()
    number = int(year) if year.isascii() and year.isdecimal() else 0 if year.strip() else today.year
    if number not in YEARS:
        raise InputError("number_not_between", where="year", text=year, least=YEARS.start, most=YEARS.stop - 1)
    name, known = profile.strip() or "treaty", profiles()
    if name not in known:  # a path is no profile here
        raise InputError("no_such_profile", where="profile", profile=name, known=tuple(known), guess="")
    return CalendarAsked(number, name, _law(today, name))


@lru_cache(maxsize=32)
def _law(day: date, profile: str) -> Law:
    return Law(day, profile)


def _what(day: CalendarDay, lang: str) -> str:
    regime = say(f"page_declarations_regime_{day.deadline.regime}", lang)
    return f"{regime} {say(f'deadline_act_{day.deadline.act}', lang)}"


COLUMNS: Sequence[ListColumn[CalendarDay]] = (
    day_column("own_day", "calendar_own_day", lambda day: day.own_day.isoformat() if day.own_day else ""),
    day_column("treaty_day", "calendar_treaty_day", lambda day: day.treaty_day.isoformat()),
    ListColumn("what", "calendar_what", _what),
    ListColumn("period", "calendar_period", lambda day, _: str(day.period)),
    ListColumn("source", "calendar_source", lambda day, lang: cited(day.deadline.source, lang)),
)
"""The columns of the list; the first is left out where no profile has days of its own."""


def _listed(asked: CalendarAsked, wanted: ListAsked, lang: str) -> ListShown[CalendarDay]:
    columns = COLUMNS[1:] if asked.law.is_treaty else COLUMNS
    return listed(calendar_of(asked.law, asked.year), columns, wanted, lang)


@router.get("/declarations/calendar", action="rules")
def show_calendar(request: Request, wanted: ListWanted, year: Year = "", profile: Brief = "") -> Response:
    """Show on which days of a year declarations are due, to the National Authority and to the OPCW."""
    lang, today = language_of(request), date.today()
    asked = asked_calendar(year, profile) if year.strip() else _year_with_more(request, profile, today)
    amendments = amendments_in(request, asked.year)
    days = calendar_of(asked.law, asked.year)
    known = [(id, titles.get(lang) or titles.get("en") or id) for id, titles in profiles().items()]
    ahead = next((day for day in days if last_day(day) >= today), None)
    coming = None if ahead or asked.year != today.year else _first_day(asked)
    return page(
        request, "declarations/calendar.html", asked=asked, days=days, profiles=known, today=today,
        coming=coming,
        years=[one for one in range(min(today.year, asked.year) - 2, max(today.year, asked.year) + 4) if one in YEARS],
        answer=_answer(asked.year, days, ahead, today), counted=counted_rows(counted_deadlines(asked.law), lang),
        shown=_listed(asked, wanted, lang),
        notes=[note.text.get(lang, note.text["en"]) for note in asked.law.profile.notes], last_day=last_day,
        amendments=[(one, dict(zip(AMENDMENT_COLUMNS, row, strict=True)))
                    for one, row in zip(amendments, amendment_rows(amendments, lang), strict=True)],
    )  # fmt: skip


def _year_with_more(request: Request, profile: str, today: date) -> CalendarAsked:
    """Return this year, or the next one where nothing of this year is still to come."""
    asked = asked_calendar("", profile)
    days = calendar_of(asked.law, asked.year)
    owed = (one for one in amendments_in(request, asked.year) if not one.is_submitted)
    ahead = not days or any(last_day(day) >= today for day in days) or any(one.due >= today for one in owed)
    return asked if ahead or asked.year + 1 not in YEARS else asked_calendar(str(asked.year + 1), profile)


def amendments_in(request: Request, year: int) -> tuple[AmendmentDue, ...]:
    """Return the days that amendments make in a year, as far as who asks may know of them."""
    if service_of(request).intake is None:
        return ()
    due = amendments_due(book_of(request), person_of(request))
    return tuple(one for one in due if one.due.year == year)


def last_day(day: CalendarDay) -> date:
    """Return the later of the days on which something is owed: until then a deadline is not over."""
    return max(day.own_day or day.treaty_day, day.treaty_day)


def _first_day(asked: CalendarAsked) -> ComingDay | None:
    """Return the first day of the year after the one asked for: what comes when all its deadlines are over."""
    days = calendar_of(asked.law, asked.year + 1) if asked.year + 1 in YEARS else ()
    first = min((day.own_day or day.treaty_day for day in days), default=None)
    return ComingDay(first, _count_on(first, days)) if first else None


def _count_on(day: date, days: Iterable[CalendarDay]) -> int:
    return sum(day in (one.own_day, one.treaty_day) for one in days)


def _answer(year: int, days: tuple[CalendarDay, ...], ahead: CalendarDay | None, today: date) -> Message:
    """Return the answer that stands in the heading: the next day, or that all are over, or that none is due."""
    if not days:
        return Message("calendar_not_in_force", {"year": str(year)})
    if ahead is None:
        return Message("page_calendar_over", {"year": str(year)})
    coming = ahead.own_day if ahead.own_day and ahead.own_day >= today else max(ahead.day, today)
    coming = coming if coming in (ahead.own_day, ahead.treaty_day) else ahead.treaty_day
    return Message("page_calendar_next", {"date": coming.isoformat(), "count": _count_on(coming, days)})


@router.get("/declarations/calendar.csv", action="rules")
def download_csv(request: Request, wanted: ListWanted, year: Year = "", profile: Brief = "") -> Response:
    """Give the deadlines of a year that are shown as CSV, with the columns of the command."""
    asked, lang = asked_calendar(year, profile), language_of(request)
    text = calendar_as_csv(_listed(asked, wanted, lang).rows, lang, amendments_in(request, asked.year))
    return downloads.download(text, f"deadlines-{asked.year}-{asked.profile}.csv")


@router.get("/declarations/calendar.xlsx", action="rules")
def download_workbook(request: Request, wanted: ListWanted, year: Year = "", profile: Brief = "") -> Response:
    """Give the deadlines of a year that are shown as a workbook."""
    asked, lang = asked_calendar(year, profile), language_of(request)
    title = say(Message("page_calendar_title", {"year": str(asked.year)}), lang)
    return downloads.download(
        _listed(asked, wanted, lang).xlsx(title, lang), f"deadlines-{asked.year}-{asked.profile}.xlsx"
    )


@router.get("/declarations/calendar.ics", action="rules")
def download_ics(request: Request, year: Year = "", profile: Brief = "") -> Response:
    """Give the deadlines of a year as a calendar (RFC 5545)."""
    asked = asked_calendar(year, profile)
    days = calendar_of(asked.law, asked.year)
    amendments = [one for one in amendments_in(request, asked.year) if not one.is_submitted]
    text = calendar_as_ics(days, asked.law.profile.id, asked.law.convention.as_of, language_of(request), amendments)
    return downloads.download(text, f"deadlines-{asked.year}-{asked.profile}.ics")
