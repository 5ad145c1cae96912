"""Whether a claim names the chemicals that the record names, or denies that there was any."""

from __future__ import annotations

from opencwc.claims.aspects.sides import Compared, Sides, pattern, plain
from opencwc.claims.details import Details
from opencwc.claims.quantities import is_of_nothing
from opencwc.reports.model import Span


def agent_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement = sides.claim, sides.statement
    mine, theirs = {name for name, _ in claim.agents}, {name for name, _ in statement.agents}
    same = {name for name in mine if any(_same_agent(name, other) for other in theirs)}
    strange = mine - same
    none_here, none_there = _denies_chemical(claim), _denies_chemical(statement)
    signs = {
        "agent_same": float(bool(same)), "agent_strange": float(bool(strange)),
        "agent_conflict": float(bool(strange and theirs and not same)),
        "agent_conflict_part": float(bool(strange and same)),
        "agent_denied_here": float(none_here and not none_there and bool(theirs)),
        "agent_denied_there": float(none_there and not none_here and bool(mine)),
        "agent_denied": float(none_here != none_there),
    }  # fmt: skip
    if not (strange and theirs) and none_here == none_there:
        return Compared(signs)
    return Compared(
        signs,
        tuple(span for name, span in claim.agents if name in strange or none_there),
        tuple(span for name, span in statement.agents if name not in mine or none_here),
    )


def _same_agent(one: str, other: str) -> bool:
    return one == other or one in other.split() or other in one.split()


def _denies_chemical(details: Details) -> bool:
    """Tell whether a sentence says that there was no chemical, or none of its name."""
    text = plain(details)
    named = [span for _, span in details.agents]
    named += [Span(match.start(), match.end()) for match in pattern("chemical", details.lang).finditer(text)]
    before, behind = (6, 6) if details.lang == "zh" else (30, 0)
    return any(is_of_nothing(text[max(0, start - before) : start], details.lang) for start, end in named) or (
        bool(behind) and any(is_of_nothing(text[end : end + behind], details.lang) for _, end in named)
    )
