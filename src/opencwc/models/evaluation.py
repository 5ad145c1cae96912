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
    old, new = ({(figure.part, figure.language, figure.metric): figure for figure in each} for each in (card, measured))
    differences = []
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        if not (one and other and abs(one.value - other.value) <= tolerance and one.n == other.n):
            differences.append(Difference(*key, one.value if one else None, other.value if other else None))
    return tuple(differences)
