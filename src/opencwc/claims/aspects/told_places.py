"""Whether the places of a claim are those of the record, a part of them, or near."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

from opencwc.claims.aspects.sides import Compared, Sides
from opencwc.claims.details import Details
from opencwc.claims.words import Aligned
from opencwc.reports.model import Span

if TYPE_CHECKING:
    from opencwc.language.gazetteer import Named
    from opencwc.language.gazetteer_index import Spot

_NEAR_KM = 30.0


def place_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    mine, theirs = list(_told_places(sides.claim)), list(_told_places(sides.statement))
    fits = [one for one in mine if any(same_place(one, other) for other in theirs)]
    strange = [one for one in mine if one not in fits and not _is_written_alike(one, sides.there)]
    missing = [one for one in theirs if not any(same_place(one, other) for other in mine)]
    states = {spot.country for one in mine for spot in one.spots[:1]}
    held = {spot.country for one in theirs for spot in one.spots[:1]}
    signs = {
        "place_fits": min(len(fits), 2) / 2, "place_strange": min(len(strange), 2) / 2,
        "place_conflict": float(bool(strange and missing)), "place_conflict_bare": float(bool(strange and not fits)),
        "state_fits": float(bool(states & held)), "state_conflict": float(bool(states and held and not states & held)),
        "place_told": float(bool(mine)), "place_held": float(bool(theirs)),
    }  # fmt: skip
    if strange and theirs:
        return Compared(signs, _as_spans(strange), _as_spans(missing or theirs))
    return Compared(signs)


def _told_places(details: Details) -> Iterator[Named]:
    for one in details.places:
        if not one.seat and not (one.ordinary or one.frequent):
            yield one


def _as_spans(named: Iterable[Named]) -> tuple[Span, ...]:
    return tuple(Span(one.start, one.end) for one in named)


def _is_written_alike(one: Named, aligned: Sequence[Aligned]) -> bool:
    return any(word.near > 0.72 and word.span.start < one.end and one.start < word.span.end for word in aligned)


def same_place(one: Named, other: Named) -> bool:
    """Tell whether two names can mean one place, or a part of it."""
    return any(_holds(mine, theirs) for mine in one.spots[:4] for theirs in other.spots[:4])


def _holds(one: Spot, other: Spot) -> bool:
    if one.country != other.country:
        return False
    if one.name == other.name or "town" not in (one.sort, other.sort) or not (one.point and other.point):
        return one.name == other.name or one.sort != other.sort
    if one.sort != other.sort:
        return True
    return _kilometres(one.point, other.point) <= _NEAR_KM


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    lat, lon, lat2, lon2 = map(radians, (*one, *other))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 12_742 * asin(sqrt(min(1.0, half)))
