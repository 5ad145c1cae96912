"""Who stands in a claim where the record has somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from opencwc.claims.aspects.sides import Sides
from opencwc.claims.aspects.told_places import same_place
from opencwc.claims.aspects.who import Who, kin, somebody, states_in
from opencwc.claims.details import Details
from opencwc.claims.words import Aligned
from opencwc.language.gazetteer import the_gazetteer

VAGUE = frozenset({"commission", "agency", "officials", "side", "state"})
"""Sorts that may be anybody; a State is compared by its name."""
PEOPLE = frozenset({
    "hospital", "residents", "worker", "student", "teenager", "pensioner", "teacher", "fisherman", "driver", "watchman",
    "electrician", "company", "press", "management", "rescuers", "union", "farmer", "sailor", "miner", "engineer",
    "lawyer", "clerk", "family", "cook", "prisoner", "migrants", "protesters", "church", "tribe", "museum",
    "national_authority", "bank", "airline",
})  # fmt: skip
"""Who is in the news for more than what they did."""
_APART_IN_BLAME = PEOPLE | {
    "contractor", "shipper", "railway", "water_company", "power_plant", "port_authority",
}  # fmt: skip
_SAID = 0.8


class Displaced(NamedTuple):
    """Those of a claim that the record does not have: by sort, by State, by town; and what it has instead.

    ``rivals`` are States that act where the statement names other ones; ``blamed`` are blamed by the claim and not by
    the record; ``denied`` have by the claim not done what they have by the record; ``missing`` are named by the
    statement alone.
    """

    sorts: tuple[Who, ...]
    states: tuple[Who, ...]
    rivals: tuple[Who, ...]
    towns: tuple[Who, ...]
    blamed: tuple[Who, ...]
    denied: tuple[Who, ...]
    met: tuple[Who, ...]
    missing: tuple[Who, ...]


def displaced(sides: Sides) -> Displaced:
    """Return who of a claim is not who the record names."""
    claim, statement = sides.claim, sides.statement
    mine = somebody(claim.text, claim.lang)
    told = somebody(statement.text, statement.lang)
    held = [one for one in (*told, *somebody(statement.source, statement.lang)) if not one.denied]
    own = [one for one in mine if not one.denied]
    countries = _countries(statement.text, statement.lang) | _countries(statement.source, statement.lang)
    rivals = frozenset(state for one in told for state in one.states)
    named = [one for one in own if one.sort not in VAGUE]
    accused = [one for one in named if one.blamed]
    return Displaced(
        tuple(one for one in named if not _is_among(one, held) and not _is_said(one, sides.there)),
        tuple(one for one in own if not one.states <= countries),
        tuple(one for one in own if one.sort == "side" and one.states and rivals and not one.states & rivals),
        tuple(one for one in named if one.towns and one.sort not in PEOPLE and not _is_town_of(one, statement)),
        (
            *(one for one in accused if not _is_blamed(one, told, held if len(accused) > 1 else ())),
            *(one for one in own if one.sort == "state" and one.blamed and not one.states <= countries),
        ),
        tuple(one for one in mine if one.denied and len(own) > 0 and _is_among(one, held)),
        tuple(one for one in named if _is_among(one, held)),
        tuple(one for one in told if not one.denied and one.sort not in VAGUE and not _is_among(one, mine)),
    )


def _is_blamed(one: Who, told: Sequence[Who], held: Sequence[Who]) -> bool:
    """Tell whether the record blames somebody too, or has them speak, so that they are who blames."""
    blamed = [other for other in told if other.blamed]
    return any(_is_same_at_fault(one, other) for other in blamed) or _is_among(
        one, [other for other in held if not other.blamed]
    )


def _is_same_at_fault(one: Who, other: Who) -> bool:
    sorts = {one.sort, other.sort}
    if not _is_among(one, [other]):
        return False
    return len(sorts) == 1 or bool(sorts & {"company", "worker"}) or not sorts <= _APART_IN_BLAME


def _is_among(one: Who, others: Iterable[Who]) -> bool:
    """Tell whether somebody can be one of others; a State is by its name."""
    return any(
        (one.states and one.states & other.states)
        if one.sort == "state"
        else kin(one.sort, other.sort) and not (one.states and other.states and not one.states & other.states)
        for other in others
    )


def _is_said(one: Who, aligned: Sequence[Aligned]) -> bool:
    return not one.sort.startswith("ministry") and any(
        word.near > _SAID and word.span.start < one.span.end and one.span.start < word.span.end for word in aligned
    )


@lru_cache(maxsize=20_000)
def _countries(text: str, lang: str) -> frozenset[str]:
    named = [spot.country for one in the_gazetteer().named(text) for spot in one.spots[:2]]
    return frozenset([*named, *(state for _, state, _ in states_in(text, lang))])


def _is_town_of(one: Who, statement: Details) -> bool:
    known = [*statement.places, *the_gazetteer().named(statement.source)]
    towns = [place for place in known if place.spots[0].sort == "town"]
    return not towns or any(same_place(town, place) for town in one.towns for place in known)
