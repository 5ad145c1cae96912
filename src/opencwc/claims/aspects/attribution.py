"""Whom a claim blames, and to whom it ascribes what is said, against whom the record does."""

from __future__ import annotations

from opencwc.claims.aspects.actors import actor_signs
from opencwc.claims.aspects.sides import Compared, Sides, pattern, plain
from opencwc.claims.aspects.who import blaming
from opencwc.claims.details import Details
from opencwc.language.plain_text import plain_text
from opencwc.reports.model import Span


def attribution_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement = sides.claim, sides.statement
    acts = actor_signs(sides).signs
    here, held = _blames(claim), _blames(statement)
    nobody_here, nobody_there = (bool(pattern("nobody", one.lang).search(plain(one))) for one in (claim, statement))
    says_here, says_there = (bool(pattern("according", one.lang).search(plain(one))) for one in (claim, statement))
    signs = {
        "blame_here": float(bool(here)), "blame_both": float(bool(here and held)),
        "blame_only_here": float(bool(here and not held)), "blame_only_there": float(bool(held and not here)),
        "blame_of_nobody": float(nobody_there and bool(here) and not nobody_here),
        "nobody_conflict": float(nobody_here != nobody_there and bool(here or held)),
        "nobody_both": float(nobody_here and nobody_there),
        "says_here": float(says_here), "says_both": float(says_here and says_there),
        "blame_strange": acts["name_strange"] * float(bool(here)),
        "blame_people": acts["people_conflict"] * float(bool(here and held)),
        "says_body_conflict": acts["body_conflict"] * float(says_here),
        "says_people_conflict": acts["people_conflict"] * float(says_here),
    }  # fmt: skip
    return Compared(signs, tuple(here), tuple(held))


def _blames(details: Details) -> list[Span]:
    return blaming(plain_text(details.text, details.lang), details.lang)
