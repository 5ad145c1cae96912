"""Whether the places of a claim are those of the record, a part of them, or near; and whether it is the same side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opencwc.claims.aspects.actor_mentions import somebody
from opencwc.claims.aspects.compared_sides import Compared, Sides
from opencwc.claims.aspects.directions import Way, way_of
from opencwc.claims.place_mentions import ToldPlace, is_seat_of
from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.language.distances import distance_km
from opencwc.language.gazetteer import the_gazetteer
from opencwc.language.plain_text import plain_text
from opencwc.reports.model import Span

if TYPE_CHECKING:
    from opencwc.language.gazetteer import Named
    from opencwc.language.gazetteer_index import Spot

_NEAR_KM, _CLOSE_BY_KM = 25.0, 40.0
_WRITTEN_ALIKE, _SPELT_ALIKE, _THE_SAME = 0.6, 0.75, 0.9
_AHEAD = 24
_BEHIND_TOWN = r"|\w\s?[,(،，（]\s?$"
_INSIDE = {
    "en": re.compile(r"(?:^|\W)(?:in|inside|within|across) (?:\w+ )?$" + _BEHIND_TOWN),
    "fr": re.compile(r"(?:^|\W)(?:en|au|aux|à) $" + _BEHIND_TOWN),
    "es": re.compile(r"(?:^|\W)en (?:el |la |los )?$" + _BEHIND_TOWN),
    "ru": re.compile(r"(?:^|\W)(?:в|во|на)(?: \w+)? $" + _BEHIND_TOWN),
    "ar": re.compile(r"(?:^|\W)(?:في|داخل) $|(?:^|\W)و?ب(?:ال|ا)?$" + _BEHIND_TOWN),
    "zh": re.compile("(?:在|位于|于)$|[，（]$"),
}
"""What stands before a State that something is in."""
_MUCH_LARGER = 4
_ACTS, _FOR_ITS_STATE = 0.25, 0.15
_WEIGHTS = {
    frozenset(["town"]): 1.0, frozenset(["town", "unknown"]): 1.0, frozenset(["unknown"]): 1.0,
    frozenset(["region"]): 0.9, frozenset(["town", "region"]): 0.9, frozenset(["region", "unknown"]): 0.8,
    frozenset(["town", "state"]): 0.8, frozenset(["region", "state"]): 0.6, frozenset(["state", "unknown"]): 0.4,
    frozenset(["state"]): 0.6,
}  # fmt: skip
"""How surely two places of these levels, neither of which the other side has, are told of one thing."""


def place_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement = sides.claim, sides.statement
    mine, theirs = _told(claim), _told(statement)
    same = (*_met(mine, theirs, sides.there, statement.text), *_met(theirs, mine, sides.back, claim.text))
    met = [one for one in mine if one in same or _is_named(one, claim, statement)]
    held = [one for one in theirs if one in same or _is_named(one, statement, claim)]
    strange = [one for one in mine if one not in met and not _is_within(one, theirs)]
    missing = [one for one in theirs if one not in held]
    conflict, role, pair = _conflict(strange, missing)
    here, there = sides.claim.sides, sides.statement.sides
    my_way, their_way = way_of(sides.claim), way_of(sides.statement)
    turned = _turned(my_way, their_way, sides.there)
    given = my_way.given or their_way.given or all(_is_of_company(one) for one in sides[:2])
    strayed = [one for one in mine if _is_inside(one, sides.claim) and _is_in_none(one, sides.statement)]
    signs = {
        "place_same": min(len(met), 2) / 2, "place_conflict": conflict, "place_role": role,
        "place_bare": conflict * float(not met), "place_acting": pair[0].acting if pair else 0.0,
        "place_told_conflict": conflict * float(bool(pair and pair[0].told)),
        "place_side": float(bool(here and there and not here & there)),
        "place_extra": float(bool(strange) and not conflict),
        "place_turned": float(turned and not given), "doer_turned": float(turned and given),
        "place_partner": float(_have_other_partners(my_way, their_way, sides.there)),
        "place_strayed": float(bool(strayed)), "place_town": conflict * float(bool(pair and _is_town(pair[0]))),
    }  # fmt: skip
    if turned:
        return Compared(signs, _spans(my_way), _spans(their_way))
    if pair is None and strayed:
        return Compared(signs, tuple(Span(one.start, one.end) for one in strayed), tuple(_spans_of(theirs)))
    if pair is None:
        return Compared(signs)
    return Compared(signs, (Span(pair[0].start, pair[0].end),), (Span(pair[1].start, pair[1].end),))


def _is_of_company(details: Details) -> bool:
    return any(one.sort == "company" for one in somebody(details.text, details.lang))


def _turned(mine: Way, theirs: Way, aligned: Sequence[Aligned]) -> bool:
    """Tell whether a claim has something go the other way round."""
    if _meet(mine.origins, theirs.origins, aligned) or _meet(mine.goals, theirs.goals, aligned):
        return False
    there, back = _meet(mine.origins, theirs.goals, aligned), _meet(mine.goals, theirs.origins, aligned)
    return (there and (back or not (mine.goals and theirs.origins))) or (back and not (mine.origins and theirs.goals))


def _have_other_partners(mine: Way, theirs: Way, aligned: Sequence[Aligned]) -> bool:
    """Tell whether one end of the way is the same and the other is in another State."""
    pairs = ((mine.origins, theirs.origins), (mine.goals, theirs.goals))
    met = [_meet(one, other, aligned) for one, other in pairs]
    apart = [bool(one and other) and not is_met for (one, other), is_met in zip(pairs, met, strict=True)]
    return any(apart) and (any(met) or not all(apart)) and not _turned(mine, theirs, aligned)


def _is_town(one: ToldPlace) -> bool:
    """Tell whether a place is a town that stands for no State and no body."""
    return one.level == "town" and not one.spots[0].capital


def _meet(some: Sequence[ToldPlace], others: Sequence[ToldPlace], aligned: Sequence[Aligned]) -> bool:
    return any(
        _is_same(one, other) if one.level == other.level == "town" else bool(one.countries & other.countries)
        for one in some
        for other in others
    ) or any(_is_spelt_alike(one, other, aligned) for one in some for other in others)


def _is_spelt_alike(one: ToldPlace, other: ToldPlace, aligned: Sequence[Aligned]) -> bool:
    """Tell whether a word of one place has its nearest word in another, one of which the gazetteer does not know."""
    return "unknown" in (one.level, other.level) and any(
        word.near > _WRITTEN_ALIKE
        and one.start <= word.span.start < one.end
        and other.start < word.other.end
        and word.other.start < other.end
        for word in aligned
    )


def _is_inside(one: ToldPlace, claim: Details) -> bool:
    """Tell whether something is said to be in a State, by the word before it or by the town and the comma before it."""
    if one.level != "state" or one.role != "at" or one.spots[0].sort != "state":
        return False
    ahead = plain_text(claim.text[max(0, one.start - _AHEAD) : one.start], claim.lang).text
    return _INSIDE[claim.lang if claim.lang in _INSIDE else "en"].search(ahead) is not None


def _is_in_none(state: ToldPlace, statement: Details) -> bool:
    """Tell whether a statement names places or States, none of them in the State of a claim."""
    places = [*statement.places, *the_gazetteer().named(statement.source)]
    in_some = [{spot.country for spot in one.spots if spot.country} for one in places if not one.ordinary]
    states = [{one.spots[0].country} for one in places if one.spots[0].sort in ("state", "people")]
    likeliest = [{one.spots[0].country} for one in places if not one.ordinary and one.spots[0].country]
    known = [*states, *likeliest, *(some for some in in_some if len(some) == 1)]
    return bool(known) and not any(state.countries & some for some in known)


def _spans(way: Way) -> tuple[Span, ...]:
    return tuple(_spans_of(sorted((*way.origins, *way.goals), key=lambda one: one.start)))


def _spans_of(some: Sequence[ToldPlace]) -> Iterator[Span]:
    return (Span(one.start, one.end) for one in some)


def _told(details: Details) -> list[ToldPlace]:
    """Return the places of a sentence but for those that somebody is from: firemen from Budapest."""
    of_bodies = {town.start for one in somebody(details.text, details.lang) for town in one.towns}
    return [one for one in details.told if not (one.role == "from" and one.start in of_bodies)]


def _met(
    mine: Sequence[ToldPlace], theirs: Sequence[ToldPlace], aligned: Sequence[Aligned], text: str
) -> list[ToldPlace]:
    """Return the places that the other side has too: by the gazetteer, by their sound, or by what they mean."""
    return [
        one for one in mine
        if any(_is_same(one, other) for other in theirs) or _is_written_alike(one, theirs, aligned, text)
    ]  # fmt: skip


def _is_named(one: ToldPlace, mine: Details, theirs: Details) -> bool:
    """Tell whether the other side has the very word, the name in another sense, or the body that has its seat there."""
    if mine.text[one.start : one.end] in theirs.text:
        return True
    names = {spot.name for spot in one.spots if spot.sort == "town"}
    if any(is_seat_of(name, theirs.text) for name in names):
        return True
    return one.level == "town" and any(
        (spot.country, spot.name) in {(each.country, each.name) for each in one.spots} and spot.name
        for named in theirs.places
        for spot in named.spots
    )


def _is_written_alike(one: ToldPlace, theirs: Sequence[ToldPlace], aligned: Sequence[Aligned], text: str) -> bool:
    """Tell whether a name has its like on the other side, nearly the same of two that the gazetteer knows."""
    for word in aligned:
        if word.near > _WRITTEN_ALIKE and one.start <= word.span.start and word.span.end <= one.end:
            meant = [other for other in theirs if other.start < word.other.end and word.other.start < other.end]
            if any((other.level == "state") != (one.level == "state") for other in meant):
                continue
            if one.level == "unknown":
                return True
            known = any(other.level != "unknown" for other in meant)
            no_name = text[word.other.start : word.other.start + 1].islower()
            if word.near > (_THE_SAME if known else _SPELT_ALIKE if no_name else _WRITTEN_ALIKE):
                return True
    return False


def _is_same(one: ToldPlace, other: ToldPlace) -> bool:
    if "unknown" in (one.level, other.level):
        return False
    if one.level == other.level == "state":
        return bool(one.countries & other.countries)
    if "state" in (one.level, other.level):
        return False
    if {one.level, other.level} == {"town", "region"} and _heads(one) & _heads(other):
        return True
    far = _CLOSE_BY_KM if one.near or other.near else _NEAR_KM
    return any(
        _is_near(mine, theirs, far) and (mine.name == theirs.name or one.near or other.near or _is_suburb(mine, theirs))
        for mine in one.spots
        for theirs in other.spots
    )


def _is_suburb(one: Spot, other: Spot) -> bool:
    """Tell whether one of two places close to each other can be a part of the other: it is much smaller, or unknown."""
    small, large = sorted((one.people, other.people))
    return large >= _MUCH_LARGER * small


def _heads(one: ToldPlace) -> set[tuple[str, str]]:
    """Return the first words of a place's names: a region is mostly called as its town."""
    return {(spot.country, spot.name.split(" ")[0]) for spot in one.spots if spot.name}


def _is_within(one: ToldPlace, others: Sequence[ToldPlace]) -> bool:
    """Tell whether a State has a place of the other side, or a capital stands for the State that it has."""
    if one.level == "state":
        return any(one.countries & other.countries for other in others)
    states = {spot.country for spot in one.spots if spot.capital}
    of_towns = {country for other in others if other.level != "state" for country in other.countries}
    return any(states & other.countries for other in others if other.level == "state") and (
        one.acting > _FOR_ITS_STATE or not states & of_towns
    )


def _conflict(
    strange: Sequence[ToldPlace], missing: Sequence[ToldPlace]
) -> tuple[float, float, tuple[ToldPlace, ToldPlace] | None]:
    """Return how surely two places contradict, whether they are told in the same way, and which they are."""
    best: tuple[float, float, tuple[ToldPlace, ToldPlace] | None] = (0.0, 0.0, None)
    for one in strange:
        for other in missing:
            weight = _WEIGHTS.get(frozenset([one.level, other.level]), 0.5)
            if {one.level, other.level} == {"town", "region"} and one.countries & other.countries:
                weight = 0.4
            if one.level == "state" != other.level:
                weight = min(weight, 0.5)
            if {one.level, other.level} & {"state"} and one.countries & other.countries:
                continue
            if "unknown" in (one.level, other.level) and one.role in ("from", "to"):
                weight *= 0.6  # somebody's name as well
            weight *= (0.6 if other.acting > _ACTS else 1.0) * (0.6 if one.acting > _ACTS else 1.0)
            role = 1.0 if one.role == other.role != "" else 0.0 if "" in (one.role, other.role) else -1.0
            if (weight, role) > best[:2]:
                best = (weight, role, (one, other))
    return best


def same_place(one: Named, other: Named) -> bool:
    """Tell whether two names can mean one place, or a part of it."""
    return any(_holds(mine, theirs) for mine in one.spots[:4] for theirs in other.spots[:4])


def _holds(one: Spot, other: Spot) -> bool:
    if one.country != other.country:
        return False
    if one.name == other.name or "town" not in (one.sort, other.sort) or not (one.point and other.point):
        return one.name == other.name or one.sort != other.sort
    return one.sort != other.sort or _is_near(one, other, _NEAR_KM)


def _is_near(one: Spot, other: Spot, far: float) -> bool:
    if one.country != other.country:
        return False
    if one.name and one.name == other.name:
        return True
    return bool(one.point and other.point) and distance_km(one.point, other.point) <= far  # type: ignore[arg-type]
