"""The matter of a claim: what it says beside names, numbers, days, places and chemicals.

Two claims on one event share its names; what they say of it is in the other words. A claim whose matter the statement
does not have is another detail of the event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned
from opencwc.reports.actors import bodies_in
from opencwc.reports.model import Span

_MEANT, _PLAINLY = 0.5, 0.65
"""How near a word's nearest one is that can say the same, and that plainly does."""
_MANY = 4
_SIGNS = (
    "matter_mean", "matter_share", "matter_strong", "matter_new", "matter_least", "matter_two", "matter_rest",
)  # fmt: skip


def matter_signs(claim: Details, there: Sequence[Aligned]) -> dict[str, float]:
    """Return how much of the matter of a claim the words of a statement have; ``there`` are the nearest of each.

    ``matter_rest`` leaves out the best one, which is often what happened: the fire of which something else is said.
    """
    named = list(_named(claim))
    near = [
        one.near
        for one in there
        if not _is_capital(claim, one.span)
        and not any(one.span.start < span.end and span.start < one.span.end for span in named)
    ]
    if not near:
        return {**dict.fromkeys(_SIGNS, 0.0), "matter_none": 1.0}
    in_order = sorted(near)
    return {
        "matter_mean": float(np.mean(near)),
        "matter_share": sum(one > _MEANT for one in near) / len(near),
        "matter_strong": sum(one > _PLAINLY for one in near) / len(near),
        "matter_new": min(_MANY, sum(one <= _MEANT for one in near)) / _MANY,
        "matter_least": in_order[0],
        "matter_two": float(np.mean(in_order[:2])),
        "matter_rest": float(np.mean(in_order[:-1] or in_order)),
        "matter_none": 0.0,
    }


def _named(claim: Details) -> Iterator[Span]:
    """Yield where names, numbers, days, places and chemicals stand."""
    yield from (Span(one.start, one.end) for one in claim.quantities)
    yield from (Span(one.start, one.end) for one in claim.dates)
    yield from (Span(one.start, one.end) for one in claim.times)
    yield from (Span(one.start, one.end) for one in claim.places)
    yield from (span for _, span in claim.agents)
    yield from (span for _, span in bodies_in(claim.text, claim.lang))


def _is_capital(claim: Details, span: Span) -> bool:
    """Tell whether a word is written as a name inside a sentence."""
    return claim.text[span.start].isupper() and bool(claim.text[: span.start].strip(" \"«“„‘'(—–-¿¡"))
