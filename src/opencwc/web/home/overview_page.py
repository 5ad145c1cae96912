"""The overview for who leads the house: figures as tables with bars, which print, and as CSV."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

from fastapi import Path, Request
from starlette.responses import Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.house_figures import AGES, findings_by_month, open_by_age
from opencwc.casebook.model import Filter, Person
from opencwc.casebook.permissions import may
from opencwc.casebook.units import count_waiting_units
from opencwc.convention import Convention
from opencwc.errors import NotFoundError
from opencwc.files.csv_cells import csv_of
from opencwc.finding import Message
from opencwc.web.accounts.entrance import entrance_of
from opencwc.web.casebook.home_doors import FigureRow, HouseFigure
from opencwc.web.casebook.service_doors import MOST_COUNTED, faces
from opencwc.web.convention.next_deadlines import amendments_waiting, next_deadlines
from opencwc.web.server import downloads
from opencwc.web.server.days_and_sizes import month_said
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import say

router = Router(include_in_schema=False)
MOST_MONTHS = 24
AGES_FIGURE = "ages"
"""The figure that a sentence below the heading replaces where all findings are of one age."""


class Bar(NamedTuple):
    """A row as it is drawn: where each group's part of the bar begins, and how long it is, in hundredths."""

    row: FigureRow
    total: int
    parts: tuple[tuple[float, float], ...]


@router.get("/overview", action="read")
def show(request: Request) -> Response:
    """Show the figures of the house, as far as the person may see what they count."""
    lang, today = language_of(request), entrance_of(request).people.clock().date()
    known = (_upright(figure, lang) for figure in _figures(book_of(request), person_of(request), lang, today))
    figures = [(figure, _bars(figure)) for figure in known]
    decides = may(person_of(request), "decide")
    ages = [(age, number) for age, number in open_by_age(book_of(request), person_of(request), today) if number]
    undecided = sum(number for _, number in ages)
    no_older = ages[0][0] if len(ages) == 1 else None
    if no_older is not None:
        figures = [one for one in figures if one[0].name != AGES_FIGURE]
    waiting = count_waiting_units(book_of(request), person_of(request), Filter(), MOST_COUNTED) if decides else 0
    return page(
        request, "home/overview.html", figures=figures, waiting=waiting, today=today, undecided=undecided,
        no_older=no_older, deadlines=next_deadlines(today), amendments=amendments_waiting(request),
    )  # fmt: skip


@router.get("/overview/{name}.csv", action="read")
def download(request: Request, name: Annotated[str, Path(max_length=40)]) -> Response:
    """Give one figure as a table."""
    lang, today = language_of(request), entrance_of(request).people.clock().date()
    figures = {figure.name: figure for figure in _figures(book_of(request), person_of(request), lang, today)}
    if name not in figures:
        raise NotFoundError("no_such_figure", figure=name)
    figure = figures[name]
    rows = ((row.label, *map(str, row.numbers)) for row in figure.rows)
    return downloads.download(csv_of([(figure.of, *figure.groups), *rows]), f"{name}.csv")


def _figures(book: Casebook, person: Person, lang: str, today: date) -> Iterator[HouseFigure]:
    yield _by_month(book, person, lang)
    yield _by_age(book, person, lang, today)
    for face in faces():
        yield from face.figures(book, person, lang, today)


def _by_month(book: Casebook, person: Person, lang: str) -> HouseFigure:
    """Count findings by month and Schedule; what stands in no Schedule is counted by its list."""
    rules = Convention(lists=Convention().list_names)
    schedules = {(entry.list, entry.id): entry.schedule for list_ in rules.lists for entry in list_.entries}
    by_month: dict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    for month, list_id, entry, number in findings_by_month(book, person):
        if (list_id, entry) in schedules:  # no measure of a law, no name of a list of names
            schedule = schedules[list_id, entry]
            by_month[month][(schedule, "") if schedule else (len(schedules), list_id)] += number
    groups = sorted({group for counts in by_month.values() for group in counts})
    titles = {list_.id: list_.title.get(lang, list_.title["en"]) for list_ in rules.lists}
    names = tuple(
        _list_said(titles[list_id]) if list_id else say(Message("page_figure_schedule", {"schedule": schedule}), lang)
        for schedule, list_id in groups
    )
    address = "/casebook?part=findings"
    rows = tuple(
        FigureRow(month_said(month, lang), tuple(counts[group] for group in groups), address)
        for month, counts in sorted(by_month.items())[-MOST_MONTHS:]
    )
    return HouseFigure("months", say("page_figure_month", lang), names, rows)


def _list_said(title: str) -> str:
    """Return whose list it is: what stands before the colon of its title.

    >>> _list_said("Australia Group: chemical weapons precursors"), _list_said("Liste UE")
    ('Australia Group', 'Liste UE')
    """
    return re.split("[:：]", title)[0].strip()


def _by_age(book: Casebook, person: Person, lang: str, today: date) -> HouseFigure:
    rows = tuple(
        FigureRow(say(_age_said(age), lang), (number,), "/casebook?part=findings&status=open")
        for age, number in open_by_age(book, person, today)
        if number
    )
    return HouseFigure(AGES_FIGURE, say("page_figure_age", lang), (say("page_figure_number", lang),), rows)


def _upright(figure: HouseFigure, lang: str) -> HouseFigure:
    """Return a figure of one row with a row for each group, so that they are compared side by side."""
    if len(figure.rows) != 1 or len(figure.groups) == 1:
        return figure
    (only,) = figure.rows
    rows = tuple(
        FigureRow(group, (number,), only.address) for group, number in zip(figure.groups, only.numbers, strict=True)
    )
    return figure._replace(of=only.label, groups=(say("page_figure_number", lang),), rows=rows, tones=())


def _age_said(age: int | None) -> Message:
    if age is None:
        return Message("page_figure_age_over", {"count": AGES[-1]})
    return Message("page_figure_age_up_to", {"count": age})


def _bars(figure: HouseFigure) -> list[Bar]:
    """Return the rows as they are drawn; the longest bar is as long as there is room."""
    longest = max((sum(row.numbers) for row in figure.rows), default=0) or 1
    bars = []
    for row in figure.rows:
        parts, begins = [], 0.0
        for number in row.numbers:
            length = 100 * number / longest
            parts.append((round(begins, 2), round(length, 2)))
            begins += length
        bars.append(Bar(row, sum(row.numbers), tuple(parts)))
    return bars
