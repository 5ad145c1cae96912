"""Whether the numbers of a claim are those of the record: compared with what counts the same."""

from __future__ import annotations

import numpy as np

from opencwc.claims.aspects.sides import Compared, Sides, plain
from opencwc.claims.details import Details
from opencwc.claims.quantities import Quantity, is_of_nothing
from opencwc.reports.model import Span

_WINDOW = 34
"""Characters around a number whose words say what it counts."""


def number_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement = sides.claim, sides.statement
    agree = conflict = 0.0
    agrees = extra = 0
    differing: tuple[Quantity, Quantity] | None = None
    for mine in claim.quantities:
        likely = [(_counts_alike(mine, claim, theirs, statement), theirs) for theirs in statement.quantities]
        same = max((like for like, theirs in likely if like and mine.fits(theirs)), default=0.0)
        other = max(((like, theirs) for like, theirs in likely if like and not mine.fits(theirs)), default=None)
        if same >= (other[0] - 0.1 if other else 0.0) and same > 0:
            agree, agrees = max(agree, same), agrees + 1
        elif other:
            if other[0] > conflict:
                conflict, differing = other[0], (mine, other[1])
        else:
            extra += 1
    none_here, none_there = is_of_nothing(plain(claim), claim.lang), is_of_nothing(plain(statement), statement.lang)
    signs = {
        "number_agree": agree, "number_agrees": min(agrees, 3) / 3, "number_conflict": conflict,
        "number_extra": min(extra, 2) / 2, "number_none": float(not claim.quantities),
        "none_here": float(none_here and not none_there), "none_there": float(none_there and not none_here),
        "none_both": float(none_here and none_there),
    }  # fmt: skip
    if differing is None:
        return Compared(signs)
    mine, theirs = differing
    return Compared(signs, (Span(mine.start, mine.end),), (Span(theirs.start, theirs.end),))


def _counts_alike(mine: Quantity, claim: Details, theirs: Quantity, statement: Details) -> float:
    """Return how alike what two numbers count is, from 0 (another unit) to 1."""
    units = {mine.unit, theirs.unit}
    if len(units) > 1 and not units <= {"", "people"}:
        return 0.0
    first, second = _around(mine, claim), _around(theirs, statement)
    near = 0.0
    if len(first) and len(second):
        table = claim.words.vectors[first] @ statement.words.vectors[second].T
        near = float(np.mean(np.sort(table.max(axis=1))[-2:]))
    if len(units) == 1 and mine.unit:
        return max(0.35, near) if mine.unit == "people" else max(0.6, near)
    return max(near, 0.05)


def _around(number: Quantity, details: Details) -> list[int]:
    """Return the words near a number, behind it first."""
    found = []
    for place, span in enumerate(details.words.spans):
        if number.end <= span.start <= number.end + _WINDOW or number.start - _WINDOW / 2 <= span.end <= number.start:
            found.append(place)
    return found
