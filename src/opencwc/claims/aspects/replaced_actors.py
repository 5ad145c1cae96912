"""Who stands in a claim where the record has somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from opencwc.claims.aspects.actor_mentions import Who, blaming, kin, somebody, states_in
from opencwc.claims.aspects.compared_sides import Sides, is_in_window, pattern, plain
from opencwc.claims.aspects.place_comparison import same_place
from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.language.gazetteer import the_gazetteer
from opencwc.language.plain_text import plain_text
from opencwc.language.whole_numbers import find_numbers
from opencwc.reports.model import Span

VAGUE = frozenset({"commission", "agency", "officials", "side", "state"})
"""Sorts that may be anybody; a State is compared by its name."""
PEOPLE = frozenset({
    "hospital", "residents", "worker", "student", "teenager", "pensioner", "teacher", "fisherman", "driver", "watchman",
    "electrician", "company", "press", "management", "rescuers", "union", "farmer", "sailor", "miner", "engineer",
    "lawyer", "clerk", "family", "cook", "prisoner", "migrants", "protesters", "church", "tribe", "museum",
    "national_authority", "bank", "airline", "foreman",
})  # fmt: skip
"""Who is in the news for more than what they did."""
BODIES_OF_PEOPLE = frozenset({"company", "management", "union", "national_authority", "bank", "airline", "museum"})
"""Those of them that act as one."""
_APART_IN_BLAME = PEOPLE | {
    "contractor", "shipper", "railway", "water_company", "power_plant", "port_authority",
}  # fmt: skip
_GIVE_NEWS = frozenset(
    {"police", "gendarmes", "fire_service", "rescuers", "hospital", "customs", "mayor", "border_guards", "coast_guard"}
)
_NEXT, _AHEAD = 2, 24
_SAID = 0.8
_CLAUSE = re.compile(r"[,;:،؛，；。：()«»—–]| (?:and|but|et|mais|y|pero|и|а|но|بل) |(?= و\w)|(?<!\d)\.(?!\d)")
_SMALLER = ("town", "region")
_LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")


class Displaced(NamedTuple):
    """Those of a claim that the record does not have: by sort, by State, by town; and what it has instead.

    ``rivals`` are States that act where the statement names other ones; ``blamed`` are blamed by the claim and not by
    the record; ``denied`` have by the claim not done what they have by the record; ``missing`` are named by the
    statement alone. ``ascribed`` tells whether the statement itself says whose word it is, ``told`` whether both sides
    have words of saying.
    """

    sorts: tuple[Who, ...]
    states: tuple[Who, ...]
    rivals: tuple[Who, ...]
    towns: tuple[Who, ...]
    blamed: tuple[Who, ...]
    denied: tuple[Who, ...]
    met: tuple[Who, ...]
    missing: tuple[Who, ...]
    ascribed: bool
    told: bool = False


def displaced(sides: Sides) -> Displaced:
    """Return who of a claim is not who the record names."""
    claim, statement = sides.claim, sides.statement
    mine = somebody(claim.text, claim.lang)
    told = somebody(statement.text, statement.lang)
    held = [one for one in (*told, *_ascribed_to(statement)) if not one.denied]
    own = [one for one in mine if not one.denied]
    countries = _countries(statement.text, statement.lang) | _countries(statement.source, statement.lang)
    rivals = frozenset(state for one in told for state in one.states)
    harms = pattern("attacks", statement.lang).search(plain(statement)) is not None
    named = [one for one in own if one.sort not in VAGUE and not (harms and one.sort == "gang")]
    accused = [one for one in named if one.blamed]
    unread = not any(one.blamed for one in told)
    return Displaced(
        tuple(one for one in named if not _is_among(one, held) and not _is_said(one, sides.there)),
        tuple(one for one in own if countries and not one.states <= countries),
        tuple(one for one in own if one.sort == "side" and one.states and rivals and not one.states & rivals),
        tuple(
            one
            for one in named
            if one.towns and one.sort not in PEOPLE and not _is_town_of(one, statement, sides.there)
        ),
        (
            *(
                one
                for one in accused
                if not (unread and is_in_window("blames", one.span, sides))
                and (_is_cleared(one, told) or not _is_blamed(one, told, held if len(accused) > 1 or harms else ()))
            ),
            *(one for one in own if one.sort == "state" and one.blamed and not one.states <= countries),
        ),
        tuple(one for one in mine if one.denied and own and _is_among(one, held)),
        tuple(one for one in named if _is_among(one, held)),
        tuple(one for one in told if not one.denied and one.sort not in VAGUE and not _is_among(one, mine)),
        any(one.speaks for one in told),
        all(pattern("according", one.lang).search(plain(one)) for one in (claim, statement)),
    )


def _ascribed_to(statement: Details) -> tuple[Who, ...]:
    """Return who is named by a statement's source, which can be in another language."""
    found = somebody(statement.source, statement.lang)
    return found or tuple(one for lang in _LANGUAGES for one in somebody(statement.source, lang))


def speaker_signs(sides: Sides) -> dict[str, float]:
    """Return signs that a claim has somebody say what the record has somebody else say, or takes from somebody else."""
    claim, statement = sides.claim, sides.statement
    mine = [one for one in somebody(claim.text, claim.lang) if one.speaks and one.sort not in {*VAGUE, "press"}]
    told = somebody(statement.text, statement.lang)
    theirs, source = [one for one in told if one.speaks], _ascribed_to(statement)
    known = bool(mine) and not any(_is_among(one, (*told, *source)) or _is_said(one, sides.there) for one in mine)
    return {
        "who_speaker_other": float(known and bool(theirs)),
        "who_speaker_not_source": float(known and bool(source) and not theirs and any(map(_gives_findings, mine))),
    }


def _gives_findings(one: Who) -> bool:
    """Tell whether somebody is asked for findings, and not only for news, as the police and hospitals are."""
    return one.sort not in _GIVE_NEWS and one.sort not in PEOPLE


def who_signs(found: Displaced, claim: Details, name: str) -> dict[str, float]:
    """Return signs of who stands in a claim where the record has somebody else, if that is said of them.

    ``name`` is ``doer``, or ``found`` of those who found, measured or said something or are to blame.
    """
    done = name == "doer"

    def of_role(some: Iterable[Who]) -> list[Who]:
        return [one for one in some if _does(one, found, claim) == done]

    bodies = of_role(one for one in found.sorts if one.sort not in PEOPLE and not one.blamed)
    acting = [one for one in bodies if not one.speaks or found.ascribed]
    people = of_role(one for one in found.sorts if one.sort in PEOPLE and not one.blamed)
    states = of_role(one for one in (*found.states, *found.rivals) if one not in found.blamed)
    towns, denied = of_role(found.towns), of_role(found.denied)
    insists = _insists(claim) or _says("owns", claim)
    attacks = _says("attacks", claim)
    own = {
        "strange": any((acting, states, towns, denied, people and insists)),
        "body": bool(acting), "state": bool(states), "town": bool(towns), "people": bool(people),
        "insists": insists and any((bodies, people, states, towns, denied)),
        "instead": bool(found.missing and (acting or states)),
    }  # fmt: skip
    return {
        **{f"{name}_{sign}": float(is_so) for sign, is_so in own.items()},
        f"{name}_attack": float(attacks and any((found.sorts, found.states, found.rivals))),
        "who_speaks": float(any(one.speaks and one.sort not in PEOPLE for one in found.sorts) and not found.ascribed),
        "who_blamed": float(bool(found.blamed)),
        "who_met": float(bool(found.met)),
    }


def _does(one: Who, found: Displaced, claim: Details) -> bool:
    """Tell whether somebody does something, and does not find it: by the words of their clause, else by all."""
    text = plain(claim)
    first = max((match.end() for match in _CLAUSE.finditer(text, 0, one.span.start)), default=0)
    last = _CLAUSE.search(text, one.span.end)
    clause = text[first : last.start() if last else len(text)]
    if found.told and _says("attacks", claim):
        return False
    if len(clause) == len(text) or blaming(plain_text(clause, claim.lang), claim.lang):
        return _is_done(found, claim)
    does, finds = (pattern(name, claim.lang).search(clause) is not None for name in ("does", "finds"))
    if does != finds:
        return does
    return (_insists(claim) and not finds) if found.blamed else _is_done(found, claim)


def _is_done(found: Displaced, claim: Details) -> bool:
    """Tell whether a claim says of somebody that they did something, and not that they found it or are to blame."""
    if found.blamed or blaming(plain_text(claim.text, claim.lang), claim.lang):
        return False
    if found.ascribed and any(one.speaks for one in found.sorts if one.sort not in PEOPLE):
        return False
    return _says("does", claim) or not _says("finds", claim)


def _says(name: str, details: Details) -> bool:
    return pattern(name, details.lang).search(plain(details)) is not None


def _insists(details: Details) -> bool:
    """Tell whether a sentence says that it was just them, and not that it was just so many."""
    text = plain(details)
    return any(
        not any(
            number.start <= _NEXT for number in find_numbers(text[match.end() : match.end() + _AHEAD], details.lang)
        )
        for match in pattern("insists", details.lang).finditer(text)
    )


def spans_of(found: Displaced) -> tuple[Span, ...]:
    """Return the words of all who are not whom the record names."""
    some = (found.sorts, found.states, found.rivals, found.towns, found.denied, found.blamed)
    return tuple(sorted(dict.fromkeys(one.span for each in some for one in each)))


def _is_blamed(one: Who, told: Sequence[Who], held: Sequence[Who]) -> bool:
    """Tell whether the record blames somebody too, or has them speak, so that they are who blames."""
    blamed = [other for other in told if other.blamed]
    return any(_is_same_at_fault(one, other) for other in blamed) or _is_among(
        one, [other for other in held if not other.blamed]
    )


def _is_cleared(one: Who, told: Sequence[Who]) -> bool:
    """Tell whether the record names just this one as not having done it."""
    return any(other.denied and other.sort == one.sort for other in told) and not any(
        other.blamed and other.sort == one.sort for other in told
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
    near = [word.near for word in aligned if word.span.start < one.span.end and one.span.start < word.span.end]
    return bool(near) and min(near) > _SAID and not one.sort.startswith("ministry")


@lru_cache(maxsize=8_192)
def _countries(text: str, lang: str) -> frozenset[str]:
    named = [
        spot.country
        for one in the_gazetteer().named(text)
        if not (one.ordinary or one.frequent)
        for spot in one.spots[:2]
    ]
    return frozenset([*named, *(state for _, state, _ in states_in(text, lang))])


def _is_town_of(one: Who, statement: Details, aligned: Sequence[Aligned]) -> bool:
    if any(
        word.near > _SAID and word.span.start < town.end and town.start < word.span.end
        for word in aligned
        for town in one.towns
    ):
        return True  # a name written alike, whatever it stands for
    known = [*statement.places, *the_gazetteer().named(statement.source)]
    towns = [place for place in known if place.spots[0].sort == "town"]
    return not towns or any(
        same_place(town, place) for town in one.towns for place in known if place.spots[0].sort in _SMALLER
    )
