"""A claim and a statement of the record, compared aspect by aspect, and by how much of each the other says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from opencwc.claims.aspects.actor_comparison import actor_signs
from opencwc.claims.aspects.agent_comparison import agent_signs
from opencwc.claims.aspects.attribution_comparison import attribution_signs
from opencwc.claims.aspects.compared_sides import Compared, Sides
from opencwc.claims.aspects.contraries import contrary_signs
from opencwc.claims.aspects.date_comparison import date_signs
from opencwc.claims.aspects.number_comparison import number_signs
from opencwc.claims.aspects.place_comparison import place_signs
from opencwc.claims.matter import matter_signs
from opencwc.claims.model import Part
from opencwc.claims.sentence_details import Details
from opencwc.claims.word_alignment import Aligned, align

_MEANT, _PLAINLY, _STRONGLY = 0.5, 0.6, 0.7
"""How near a word's nearest one is that says the same."""
_SIGNS = {
    "number": number_signs, "date": date_signs, "place": place_signs, "actor": actor_signs,
    "attribution": attribution_signs, "agent": agent_signs, "contrary": contrary_signs,
}  # fmt: skip


class Comparison(NamedTuple):
    """Signs by name, and for each aspect and the contrary what it gave."""

    signs: Mapping[str, float]
    aspects: Mapping[Part, Compared]


def compare(claim: Details, statement: Details) -> Comparison:
    """Return how a claim stands to a statement."""
    sides = Sides(claim, statement, align(claim.words, statement.words), align(statement.words, claim.words))
    aspects: dict[Part, Compared] = {aspect: of(sides) for aspect, of in _SIGNS.items()}  # type: ignore[misc]
    signs = {
        **_shares("told", sides.there), **_shares("held", sides.back), **matter_signs(claim, sides.there),
    }  # fmt: skip
    for compared in aspects.values():
        signs |= compared.signs
    return Comparison(signs, aspects)


def _shares(name: str, aligned: Sequence[Aligned]) -> dict[str, float]:
    """Return how much of one side the other says."""
    near = [one.near for one in aligned] or [0.0]
    return {
        f"{name}_mean": float(np.mean(near)),
        f"{name}_share": sum(one > _MEANT for one in near) / len(near),
        f"{name}_strong": sum(one > _STRONGLY for one in near) / len(near),
        f"{name}_some": min(1.0, sum(one > _PLAINLY for one in near) / 4),
    }
