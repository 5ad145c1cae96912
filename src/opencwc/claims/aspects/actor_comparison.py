"""Whether those who act in a claim are those of the record: bodies by their sort, peoples, names by their sound."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencwc.claims.aspects.actor_mentions import blaming
from opencwc.claims.aspects.compared_sides import Compared, Sides, replaced_likeness, windows_apart
from opencwc.claims.aspects.firm_names import cleared_firms, firms_apart
from opencwc.claims.aspects.handings import handing_of, is_turned
from opencwc.claims.aspects.named_people import named_people, unmet
from opencwc.claims.aspects.replaced_actors import (
    BODIES_OF_PEOPLE,
    PEOPLE,
    Displaced,
    displaced,
    spans_of,
    who_signs,
)
from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.language.plain_text import plain_text
from opencwc.reports.actors import bodies_in
from opencwc.reports.model import Span

_BESIDE = 3
_UNMET = 0.6
"""How near a name's nearest word is at most that the other side does not have it."""


def actor_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement, there, back = sides
    found = displaced(sides)
    other, instead = unmet(named_people(claim), there), unmet(named_people(statement), back)
    mine, theirs = _bodies(claim), _bodies(statement)
    strange = [span for sort, span in mine.items() if sort not in theirs]
    names, held = _unmet_names(claim, there), _unmet_names(statement, back)
    met = [one for one in there if one.near > 0.8 and _is_name(claim, one.span)]
    peoples, theirs_too = _peoples(claim), _peoples(statement)
    firms, firms_held = firms_apart(claim, statement, there)
    cleared = cleared_firms(claim, statement)
    blames = bool(blaming(plain_text(claim.text, claim.lang), claim.lang))
    signs = {
        "body_same": float(bool(mine.keys() & theirs.keys())),
        "body_conflict": float(bool(mine and theirs and not mine.keys() & theirs.keys())),
        "body_strange": float(bool(strange)),
        "name_strange": min(len(names), 3) / 3, "name_missing": min(len(held), 3) / 3,
        "name_conflict": float(bool(names and held)), "name_met": min(len(met), 3) / 3,
        "people_conflict": float(bool(peoples and theirs_too and not peoples & theirs_too)),
        "people_strange": float(bool(peoples - theirs_too)),
        "doer_name": float(bool(other and instead)), "doer_name_new": float(bool(other)),
        "doer_counted": float(any(_is_counted(one.span, claim) for one in found.sorts if one.sort in PEOPLE)),
        "doer_firm": float(bool(firms) and not blames), "found_firm": float(bool(firms or cleared) and blames),
        "doer_swapped": float(_is_swapped(found) and not blames),
        "doer_handing": float(is_turned(handing_of(claim), handing_of(statement))),
        "doer_replaced": max(0.0, replaced_likeness(sides)), "doer_owner": windows_apart("owns", sides),
        **who_signs(found, claim, "doer"),
    }  # fmt: skip
    claimed = tuple(firms) or spans_of(found) or tuple(other) or tuple(names) or tuple(strange)
    recorded = (
        tuple(firms_held)
        or tuple(one.span for one in found.missing)
        or tuple(instead)
        or tuple(held)
        or tuple(theirs.values())
    )
    return Compared(signs, claimed, recorded if claimed else ())


def _is_swapped(found: Displaced) -> bool:
    """Tell whether a body acts in a claim, none of the record does, and the record has another body."""
    acting = any(one.sort in BODIES_OF_PEOPLE or one.sort not in PEOPLE for one in found.sorts if not one.speaks)
    return acting and bool(found.missing) and not found.met


def _is_counted(span: Span, claim: Details) -> bool:
    """Tell whether a number says how many of them there are."""
    return any(0 <= span.start - one.end <= _BESIDE or one.start <= span.start < one.end for one in claim.quantities)


def _bodies(details: Details) -> dict[str, Span]:
    found: dict[str, Span] = {}
    for sort, span in bodies_in(details.text, details.lang):
        found.setdefault(sort, span)
    return found


def _peoples(details: Details) -> set[str]:
    return {one.spots[0].country for one in details.places if one.spots[0].sort in ("people", "state", "seat")}


def _unmet_names(details: Details, aligned: Sequence[Aligned]) -> list[Span]:
    return [one.span for one in aligned if one.near < _UNMET and _is_name(details, one.span)]


def _is_name(details: Details, span: Span) -> bool:
    """Tell whether a word is written as a name: with a capital inside a sentence, or in quotes where there are none."""
    text = details.text
    if text[span.start].isupper():
        return bool(text[: span.start].strip(" \"«“„‘'(—–-¿¡"))
    quoted = re.search('[«“"„《‘][^»”"“》’]{0,40}$', text[: span.start])
    return details.lang in ("ar", "zh") and quoted is not None
