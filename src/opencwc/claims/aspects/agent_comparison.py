"""Whether a claim names the chemicals that the record names, or denies that there was any."""

from __future__ import annotations

from collections.abc import Sequence

from opencwc.claims.aspects.compared_sides import Compared, Sides
from opencwc.claims.aspects.contraries import are_contrary
from opencwc.claims.substances import ANY, Substance, is_of, is_one
from opencwc.reports.model import Span


def agent_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    mine = [one for one in sides.claim.substances if not one.of_plant]
    theirs = sides.statement.substances
    told, held = _told(mine), _told(theirs)
    denied, not_held = [one for one in mine if one.denied], [one for one in theirs if one.denied]
    same = [one for one in told if _meets(one, held)]
    strange = [one for one in told if one not in same]
    refuted = [one for one in told if _meets(one, not_held) and one not in same]
    if not held and any(one.name == ANY for one in not_held):
        refuted += [one for one in strange if one not in refuted]
    if not denied and any(one.name == ANY for one in mine) and not told and not held:
        refuted += [one for one in mine if _meets(one, not_held)]
    withdrawn = [one for one in held if _meets(one, denied) and one not in [o for o in held if _meets(o, told)]]
    if not told and any(one.name == ANY for one in denied):
        withdrawn += [one for one in held if one not in withdrawn]
    signs = {
        "agent_same": float(bool(same)),
        "agent_conflict": float(bool(strange and any(not one.of_plant for one in held) and not same)),
        "agent_part": float(bool(strange and held and same)),
        "agent_denied": float(bool(refuted or withdrawn) and not are_contrary("confirmed", sides)),
    }
    claimed = [*(strange if held else ()), *refuted, *(denied if withdrawn else ())]
    if not claimed:
        return Compared(signs)
    recorded = [*(one for one in held if not _meets(one, told)), *(not_held if refuted else ())]
    return Compared(signs, _spans(claimed), _spans(recorded))


def _told(some: Sequence[Substance]) -> list[Substance]:
    """Return what a sentence says was there: not words for any chemical, nor a sort beside one of that sort."""
    told = [one for one in some if not one.denied and one.name != ANY]
    return [one for one in told if not any(other.name != one.name and is_of(other.name, one.name) for other in told)]


def _meets(one: Substance, others: Sequence[Substance]) -> bool:
    return any(is_one(one.name, other.name) for other in others)


def _spans(some: Sequence[Substance]) -> tuple[Span, ...]:
    return tuple(Span(one.start, one.end) for one in dict.fromkeys(some))
