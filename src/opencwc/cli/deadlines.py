"""`opencwc deadlines`: which declarations of a year are due on which day, as a table, CSV or a calendar.

Exit status: 0 ran, 2 could not run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli import options
from opencwc.cli.casebook_options import acting
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.declarations.deadline_calendar import AmendmentDue, CalendarDay
    from opencwc.declarations.law import Law

FORMATS = ("csv", "ics")
_AMENDMENT_HEADINGS = ("calendar_own_day", "calendar_amendments", "page_submissions_why", "calendar_source")


@options.command
def deadlines(
    year: Annotated[str, typer.Option(metavar="YEAR", help="The calendar year; this year.")] = "",
    profile: Annotated[str, typer.Option(help="The treaty, a State such as ESP, or a file of your own.")] = "treaty",
    as_of: options.AsOf = "",
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    casebook: Annotated[
        str, typer.Option(metavar="PLACE", help="A casebook, whose amendments of declarations have their days too.")
    ] = "",
    lang: options.Lang = "",
) -> int:
    """Say on which days of a year declarations are due, to the National Authority and to the OPCW."""
    from opencwc.declarations.calendar_formats import calendar_as_csv, calendar_as_ics
    from opencwc.declarations.deadline_calendar import calendar_of
    from opencwc.declarations.law import Law
    from opencwc.files import open_for_writing

    asked, language = options.format_asked(format, output, FORMATS), options.language_asked(lang)
    law = Law(options.day_asked(as_of), profile)
    wanted = options.year_asked(year)
    days = calendar_of(law, wanted)
    amendments = _amendments(casebook, wanted) if casebook else ()
    if not asked:
        _print(law, days, wanted, language)
        _print_amendments(amendments, language)
        return 0
    if asked == "csv":
        text = calendar_as_csv(days, language, amendments)
    else:
        text = calendar_as_ics(days, law.profile.id, law.convention.as_of, language, amendments)
    with open_for_writing(output, binary=True) as stream:
        stream.write(text.encode())
    return 0


def _print(law: Law, days: tuple[CalendarDay, ...], year: int, lang: str) -> None:
    from opencwc.declarations.calendar_formats import calendar_rows, counted_rows
    from opencwc.declarations.deadline_calendar import counted_deadlines

    if not days:
        options.print_line(sentence(Message("calendar_not_in_force", {"year": str(year)}), lang))
        return
    act = Message(f"deadline_act_{days[0].deadline.act}")
    first = Message("calendar_first", {"year": str(year), "day": days[0].day.isoformat(), "act": act})
    options.print_line(sentence(first, lang) + "\n")
    rows, columns = calendar_rows(days, lang), _columns("own_day treaty_day regime what period source", lang)
    if law.is_treaty:
        rows, columns = [row[1:] for row in rows], columns[1:]
    options.print_grid(columns, rows)
    options.print_line("")
    counted = counted_rows(counted_deadlines(law), lang)
    options.print_grid(_columns("regime what when state source", lang), counted)
    for note in law.profile.notes:
        options.print_line("\n" + note.text.get(lang, note.text["en"]) + f" ({note.source})")


def _amendments(casebook: str, year: int) -> tuple[AmendmentDue, ...]:
    """Return the days that amendments in a casebook make in a year, of those not submitted yet."""
    from opencwc.casebook.submissions import amendments_due

    with acting(casebook) as (book, person):
        due = amendments_due(book, person)
    return tuple(one for one in due if one.due.year == year and not one.is_submitted)


def _print_amendments(amendments: tuple[AmendmentDue, ...], lang: str) -> None:
    from opencwc.declarations.calendar_formats import amendment_rows

    if amendments:
        options.print_line("")
        columns = [(say(name, lang), {"overflow": "fold"}) for name in _AMENDMENT_HEADINGS]
        options.print_grid(columns, amendment_rows(amendments, lang))


def _columns(names: str, lang: str) -> list[tuple[str, dict[str, Any]]]:
    return [(say(f"calendar_{name}", lang), {"overflow": "fold"}) for name in names.split()]
