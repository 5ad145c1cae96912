"""Groups of terms: what only a text on chemical weapons says, what an exception may name, what may be denied.

Also the terms by which a provision is seen to reach far enough.
"""

from __future__ import annotations

from typing import NamedTuple

from opencwc.convention.measures import Element, Measure

ANCHORS = ("chemical_weapons", "weapons_facility", "riot_control_agent", "discrete_organic", "challenge_inspection")
"""Terms that only a text on chemical weapons uses: they tell how far a stretch of text is about the Convention."""
WITH_THEM = ("schedule_1", "schedule_2", "schedule_3", "national_authority", "convention")
"""Terms that mean the Convention's only in a text that is about it: any law may have a Schedule 1 or a convention."""
TOPICS = frozenset((*ANCHORS, *WITH_THEM, "scheduled", "old_or_abandoned", "international_inspection"))
"""What a section's title may say for the clauses under it."""
DEFINING = ("munitions", "equipment_for_use", "toxic_effect", "reactant")
"""What only definitions say: it goes on behind "except for purposes not prohibited, and munitions ..."."""
RIVALS = ("schedule_1", "schedule_2", "schedule_3", "discrete_organic", "biological_weapons")
"""Terms of which a clause that names one speaks of no other: a duty on Schedule 3 is none on Schedule 2."""
AMOUNTS = frozenset(("threshold", "mixture", "low_concentration", "quantity_limit", "years", "justified_quantities"))
"""What is a number or a period: where a regulation is to set it, the law does not say it."""
SCHEDULES = frozenset(("schedule_1", "schedule_2", "schedule_3"))
PENAL = frozenset(("punished", "imprisonment", "fine"))
PURPOSES = ("four_purposes", "purposes_not_prohibited", "types_and_quantities", "only_if", "except", "only_parties",
            "not_party", "peaceful_purposes", "protective_purposes", "military_purposes", "law_enforcement",
            "industrial_purposes", "justified_quantities", "destroy", "low_concentration", "threshold", "licence",
            "without_licence")  # fmt: skip
"""What rightly stands behind "except": a purpose, a quantity, a licence that a ban leaves room for."""
EXEMPTING = ("threshold", "mixture", "low_concentration", "purposes_not_prohibited", "peaceful_purposes",
             "industrial_purposes", "protective_purposes", "military_purposes", "four_purposes")  # fmt: skip
"""What says where a rule ends: "no declaration below the threshold", "peaceful purposes are not prohibited"."""
DENIABLE = ("declare", "licence", "registered", "forbidden", "punished", "imprisonment", "consent", "warrant",
            "records", "confidential", "regulations", "immunities", "escort", "seized", "demand",
            "designate", "access", "interview", "examine", "photographs", "samples", "legal_assistance",
            "destroy", "liable")  # fmt: skip
"""What loses its meaning where it is denied ("are not subject to declaration"); "shall not produce" forbids."""


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
ACTOR = "actor"
"""How an element is held that a law says of somebody else than the measure asks for."""
SHORT = (*REACHES, EXCEPTED, ACTOR)
"""How an element may be held in part only."""


def reach_of(measure: Measure, element: Element) -> str:
    """Return what a provision on an element has to reach, empty where nothing is asked."""
    return EXCEPTED if measure.absolute else element.reach
