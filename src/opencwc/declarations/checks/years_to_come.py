"""Figures of a year that is still to come and that no plan says: they count neither as past nor as planned."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.declarations.checks.base import CheckedBooks, row_of
from opencwc.declarations.model import Fault
from opencwc.declarations.phrases import amount, place_said
from opencwc.finding import Message, Value


def not_planned(checked: CheckedBooks) -> Iterator[Fault]:
    """Find figures of a year after the one judged and after today that are not marked as planned.

    The tables cannot tell whether the mark is missing or the year is wrong: it is asked.
    """
    last = max(checked.year, checked.law.convention.as_of.year)
    for activity, chemical in checked.books.lines:
        if activity.planned or activity.year <= last or not activity.content:
            continue
        said: dict[str, Value] = {
            "place": place_said(activity.site, activity.plant), "chemical": checked.named(chemical.key),
            "amount": amount(activity.content), "year": str(activity.year),
            "activity": Message(f"check_activity_{activity.activity}"),
        }  # fmt: skip
        subject = checked.subject(activity.site, activity.plant, chemical.key, activity.year)
        says, figures = Message("check_not_planned", said), {"kg": activity.content}
        yield Fault(row_of(activity, "planned"), "", "ask", subject, says, figures)
