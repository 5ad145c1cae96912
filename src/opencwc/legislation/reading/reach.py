"""How far a provision reaches: whom it binds, which Schedules and which premises it speaks of, whom it lets through.

A measure says of an element what a provision has to reach (``reach`` in its file, ``absolute`` for a ban that no
licence lifts). One that falls short of it holds the element in part only, and the reason is told: a duty on those alone
who have a licence, a licence for Schedule 1 alone, a warrant for dwellings alone.
"""

from __future__ import annotations

from typing import NamedTuple

from opencwc.convention.measures import Element, Measure


class Reach(NamedTuple):
    """The terms by which a provision is seen to reach far enough, and those by which, alone, it falls short."""

    wide: tuple[str, ...]
    narrow: tuple[str, ...]


EXCEPTED = "excepted"
"""The reach of an absolute ban: one that lets somebody through falls short of it, there or in another section."""
REACHES = {
    "persons": Reach(wide=("any_person",), narrow=("duty_holders",)),
    "schedules": Reach(wide=("schedule_2", "schedule_3"), narrow=("schedule_1",)),
    "premises": Reach(wide=("business_premises",), narrow=("dwellings",)),
}
"""By the name that a measure's file uses."""
SHORT = (*REACHES, EXCEPTED)
"""How an element may be held in part only."""


def reach_of(measure: Measure, element: Element) -> str:
    """Return what a provision on an element has to reach, empty where nothing is asked."""
    return EXCEPTED if measure.absolute else element.reach
