"""Planned Schedule 1 production: whether a change of a facility had to be notified before it, and until when."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.declarations.checks.base import CheckedBooks, row_of
from opencwc.declarations.model import Fault
from opencwc.declarations.phrases import amount, place_said
from opencwc.finding import Message, Value


def planned_change(checked: CheckedBooks) -> Iterator[Fault]:
    """Find dated plans to produce a Schedule 1 chemical, and say until when a change is to be notified.

    Applies s1-change (VA VI.14, VA VI.18). Whether a plan changes what the initial declaration says, the tables cannot
    tell: it is asked. ``_late`` where the last day lies before the day of the law.
    """
    law = checked.law
    if not law.in_force_in(checked.year):
        return
    deadline = law.deadline("s1-change")
    for line in checked.done(checked.books.of("S1")):
        activity, chemical = line
        if activity.activity != "produce" or not activity.planned or activity.date is None:
            continue
        last = law.due("s1-change", activity.year, activity.date)
        kind = "late" if last < law.convention.as_of else "ahead"
        said: dict[str, Value] = {
            "place": place_said(activity.site, activity.plant), "chemical": checked.named(chemical.key),
            "amount": amount(activity.content), "date": activity.date.isoformat(), "last": last.isoformat(),
        }  # fmt: skip
        yield Fault(
            row_of(activity, "date"), "", "ask",
            checked.subject(activity.site, activity.plant, chemical.key, activity.year),
            Message(f"check_planned_change_{kind}", said), {"kg": activity.content}, deadline.id, deadline.source,
            deadline.evidence,
        )  # fmt: skip
