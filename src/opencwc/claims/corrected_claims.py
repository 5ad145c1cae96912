"""Claims as they stand by what people decided: another relation, another statement, other aspects that differ."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from opencwc.claims.model import PARTS, Claim, Difference, Part, Relation
from opencwc.errors import InputError

SEPARATOR = ";"
"""What stands between aspects where a correction names several."""


def corrected(claim: Claim, relation: Relation, statement: str = "", aspects: tuple[Part, ...] = ()) -> Claim:
    """Return a claim as a person says it is right; words that differ stay marked where their aspect is named still.

    Its chance is 1: a person is not weighed.
    """
    if relation == "not_in_record":
        return replace(claim, relation=relation, matched="", differences=(), chance=1.0)
    matched = statement or claim.matched
    if relation == "agrees":
        return replace(claim, relation=relation, matched=matched, differences=(), chance=1.0)
    marked = {one.aspect: one for one in claim.differences if matched == claim.matched}
    named = aspects or tuple(marked)
    differences = tuple(marked.get(aspect, Difference(aspect)) for aspect in PARTS if aspect in named)
    return replace(claim, relation=relation, matched=matched, differences=differences, chance=1.0)


def aspects_of(text: str) -> tuple[Part, ...]:
    """Return the aspects that a correction names, in the usual order."""
    named = text.split(SEPARATOR)
    return tuple(aspect for aspect in PARTS if aspect in named)


def require_whole(proposed: str, correction: Mapping[str, str]) -> None:
    """Raise `InputError` where a correction leaves out the statement, or in what the claim differs from it.

    ``proposed`` is the relation that was found, whose statement stands where the correction names none.
    """
    if correction["verdict"] == "differs" and not aspects_of(correction.get("elements", "")):
        raise InputError("claim_differs_in_nothing", where="aspect")
    if correction["verdict"] != "not_in_record" and proposed == "not_in_record" and not correction.get("place"):
        raise InputError("claim_without_statement", where="statement")


def require_sense(relation: Relation, statement: str, aspects: tuple[Part, ...], known: bool) -> None:
    """Raise `InputError` where a correction makes no sense; ``known`` tells whether the record has the statement."""
    if relation in ("agrees", "differs") and not statement:
        raise InputError("claim_without_statement", where="statement")
    if statement and not known:
        raise InputError("no_such_statement", where="statement", statement=statement[:50])
    if relation == "differs" and not aspects:
        raise InputError("claim_differs_in_nothing", where="aspect")
