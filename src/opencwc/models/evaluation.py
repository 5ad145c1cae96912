"""Does a model still do what its card says: measure again, and compare figure by figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opencwc.models.model import Figure

TOLERANCE = 0.005
"""How far a figure may stand from its card: the examples are the same, so only arithmetic may differ."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not as the card says; ``None`` where one of the two has no such figure."""

    part: str
    language: str
    metric: str
    card: float | None
    measured: float | None


def compare(card: Sequence[Figure], measured: Sequence[Figure], tolerance: float = TOLERANCE) -> tuple[Difference, ...]:
    """Return every figure that differs from the card by more than the tolerance, or that only one of the two has."""
    said = {(one.part, one.language, one.metric): one for one in card}
    seen = {(one.part, one.language, one.metric): one for one in measured}
    found = []
    for key in dict.fromkeys((*said, *seen)):
        one, other = said.get(key), seen.get(key)
        same = one and other and abs(one.value - other.value) <= tolerance and one.n == other.n
        if not same:
            found.append(Difference(*key, one.value if one else None, other.value if other else None))
    return tuple(found)
