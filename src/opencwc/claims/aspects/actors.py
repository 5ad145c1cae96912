"""Whether those who act in a claim are those of the record: bodies by their sort, peoples, names by their sound."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencwc.claims.aspects.displaced import PEOPLE, Displaced, displaced
from opencwc.claims.aspects.sides import Compared, Sides, pattern, plain
from opencwc.claims.aspects.who import blaming
from opencwc.claims.details import Details
from opencwc.claims.words import Aligned
from opencwc.language.plain_text import plain_text
from opencwc.reports.actors import bodies_in
from opencwc.reports.model import Span

_KINDS = ("doer", "found", "fault")
_UNMET = 0.6
"""How near a name's nearest word is at most that the other side does not have it."""


def actor_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement, there, back = sides
    found = displaced(sides)
    mine, theirs = _bodies(claim), _bodies(statement)
    strange = [span for sort, span in mine.items() if sort not in theirs]
    names, held = _unmet_names(claim, there), _unmet_names(statement, back)
    met = [one for one in there if one.near > 0.8 and _is_name(claim, one.span)]
    peoples, theirs_too = _peoples(claim), _peoples(statement)
    signs = {
        "body_same": float(bool(mine.keys() & theirs.keys())),
        "body_conflict": float(bool(mine and theirs and not mine.keys() & theirs.keys())),
        "body_strange": float(bool(strange)),
        "name_strange": min(len(names), 3) / 3, "name_missing": min(len(held), 3) / 3,
        "name_conflict": float(bool(names and held)), "name_met": min(len(met), 3) / 3,
        "people_conflict": float(bool(peoples and theirs_too and not peoples & theirs_too)),
        "people_strange": float(bool(peoples - theirs_too)),
        **_who_signs(found, claim, statement),
    }  # fmt: skip
    claimed = _spans(found) or tuple(names) or tuple(strange)
    recorded = tuple(one.span for one in found.missing) or tuple(held) or tuple(theirs.values())
    return Compared(signs, claimed, recorded if claimed else ())


def _who_signs(found: Displaced, claim: Details, statement: Details) -> dict[str, float]:
    """Return the signs of who stands in the claim where the record has somebody else, by what is said of them."""
    bodies = [one for one in found.sorts if one.sort not in PEOPLE and not one.blamed]
    people = [one for one in found.sorts if one.sort in PEOPLE and not one.blamed]
    states = [one for one in (*found.states, *found.rivals) if one not in found.blamed]
    kind = _kind(found, claim)
    insists = _says("insists", claim) or _says("owns", claim)
    own = {
        "body": bool(bodies), "state": bool(states), "denied": bool(found.denied), "town": bool(found.towns),
        "people": bool(people), "people_insists": bool(people) and insists,
        "insists": insists and any((bodies, people, states, found.towns, found.denied)),
        "instead": bool(found.missing and (bodies or states)), "people_instead": bool(people and found.missing),
        "found_there": bool(bodies or states) and _says("finds", statement),
    }  # fmt: skip
    signs = {f"{each}_{name}": float(each == kind and own[name]) for each in _KINDS for name in own}
    return {
        **signs,
        "who_speaks": float(any(one.speaks for one in bodies)), "who_blamed": float(bool(found.blamed)),
        "who_met": float(bool(found.met)),
    }  # fmt: skip


def _kind(found: Displaced, claim: Details) -> str:
    """Return what a claim says of somebody: that they are at ``fault``, that they ``found`` something, or did it."""
    if found.blamed or blaming(plain_text(claim.text, claim.lang), claim.lang):
        return "fault"
    if any(one.speaks for one in found.sorts if one.sort not in PEOPLE):
        return "found"
    return "found" if _says("finds", claim) and not _says("does", claim) else "doer"


def _says(name: str, details: Details) -> bool:
    return pattern(name, details.lang).search(plain(details)) is not None


def _spans(found: Displaced) -> tuple[Span, ...]:
    some = (found.sorts, found.states, found.rivals, found.towns, found.denied, found.blamed)
    return tuple(dict.fromkeys(one.span for each in some for one in each))


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
