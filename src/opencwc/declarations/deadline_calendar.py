"""The deadlines of a calendar year under a profile: a law and a year in, the days out, each beside the Convention's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from opencwc.convention import Deadline
from opencwc.convention.amendments import AmendmentRule, amendment_rule_of
from opencwc.convention.model import DAY_OF_YEAR
from opencwc.declarations.law import Law
from opencwc.finding import Message

YEARS_DECLARED_ON = {"year_end": -1, "previous_year_end": -1, "year_start": -1, "next_year": 1}
"""By what a deadline of every year counts from: how far the year that is declared on lies from the year it falls in."""


class CalendarDay(NamedTuple):
    """A deadline of a year: what is due on it, and on which day.

    ``own_day`` is that of the law of a State, by which an operator owes it to the National Authority; ``None`` where
    there is no profile, or none is known. ``treaty_day`` is that by which the State Party owes it to the OPCW.
    """

    deadline: Deadline
    period: int
    treaty_day: date
    own_day: date | None = None
    own_deadline: Deadline | None = None

    @property
    def day(self) -> date:
        """The first of the two days."""
        return min(self.own_day or self.treaty_day, self.treaty_day)


class CountedDeadline(NamedTuple):
    """A deadline that counts from an event of no fixed day: a transfer, an activity, a change, an inspection.

    ``only_for`` is the activity that the rule of the State is for, empty where it is for all.
    """

    deadline: Deadline
    own_deadline: Deadline | None = None
    only_for: str = ""


class AmendmentDue(NamedTuple):
    """Until when an amendment is to be submitted: of which sites, by which rule, and whether it was submitted since."""

    due: date
    submission: int
    year: int
    profile: str
    sites: tuple[str, ...]
    rule: str
    why: str
    is_submitted: bool

    @property
    def known(self) -> AmendmentRule | None:
        """The rule that sets the day."""
        return amendment_rule_of(self.rule)

    @property
    def said(self) -> Message:
        """What it is called: of which submission, sites and year."""
        id = "calendar_amendment" if self.sites else "calendar_amendment_protected"
        sites = ", ".join(self.sites[:5]) + (" …" if len(self.sites) > 5 else "")
        return Message(id, {"submission": str(self.submission), "year": str(self.year), "sites": sites})


def calendar_of(law: Law, year: int) -> tuple[CalendarDay, ...]:
    """Return the deadlines that fall into a year, the earliest first; none before the Convention was in force.

    >>> days = calendar_of(Law(date(2026, 11, 28)), 2028)
    >>> [(day.deadline.id, day.treaty_day.isoformat()) for day in days][:3]
    [('s1-past', '2028-03-30'), ('s1-transfers', '2028-03-30'), ('s2-past', '2028-03-30')]
    """
    if not law.in_force_in(year):
        return ()
    days = []
    for deadline in _of_treaty(law):
        if deadline.anchor in YEARS_DECLARED_ON:
            own = law.deadline(deadline.id)
            day = CalendarDay(deadline, year + YEARS_DECLARED_ON[deadline.anchor], law.treaty.due(deadline.id, year))
            if own is not deadline:
                day = day._replace(own_deadline=own, own_day=law.due(deadline.id, year))
            days.append(day)
    return tuple(sorted(days, key=lambda day: day.day))


def counted_deadlines(law: Law) -> tuple[CountedDeadline, ...]:
    """Return the deadlines that count from an event, in the order of the rules."""
    return tuple(counted for deadline in _of_treaty(law) for counted in _counted(law, deadline))


def _counted(law: Law, deadline: Deadline) -> Iterator[CountedDeadline]:
    if deadline.anchor in YEARS_DECLARED_ON or deadline.due in DAY_OF_YEAR:
        return
    own = law.deadline(deadline.id)
    yield CountedDeadline(deadline, None if own is deadline else own)
    for activity in ("import", "export"):
        limited = law.deadline(deadline.id, activity)
        if limited is not own:
            yield CountedDeadline(deadline, limited, activity)


def _of_treaty(law: Law) -> Iterator[Deadline]:
    return (deadline for deadline in law.convention.deadlines if not deadline.state)
