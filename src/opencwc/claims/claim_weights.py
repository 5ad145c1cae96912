"""The learned weights of claims: which statement a claim is about, in what the two differ, whether it can be checked.

``data/claims.json`` is written by ``python -m benchmarks.claims_training --write``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.claims.model import ASPECTS, Aspect, Part
from opencwc.claims.sentence_support import first_sign
from opencwc.records import from_json

_LEAST_NEAR = 0.36
"""How near a report is at least to the statement that a sentence of it is about: 99 of 100 of the right ones are."""
_LEAST_MATTER, _SOME_NEW, _HARDLY = 0.41, 0.5, 0.05
"""How near the matter of a sentence is at least to that of its statement, where as much of it is new: of 682 right ones
on the folders that may be looked at, less than one in a hundred comes less near. And the chance that one has then."""
_LEAST_SAME = 0.05
"""How likely a statement says the same matter at least: with 0.1, recall falls by 0.008 on folders left out."""
_LEAST_CONTRARY = 0.5
FILE = Path(__file__).parent / "data" / "claims.json"


class Logistic(Struct, frozen=True):
    """A logistic regression: a base, a weight a sign, and a weight a dimension of the encoder (empty: none)."""

    base: float
    signs: Mapping[str, float]
    vector: tuple[float, ...] = ()

    def chance(self, signs: Mapping[str, float], vector: NDArray[np.float32] | None = None) -> float:
        """Return a number from 0 to 1."""
        total = self.base + sum(weight * signs.get(name, 0.0) for name, weight in self.signs.items())
        if vector is not None and self.vector:
            total += float(np.dot(vector, np.asarray(self.vector, np.float32)))
        return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


class Learned(Struct, frozen=True):
    """All weights, and the chances from which on something is taken to be so.

    ``matched`` scores a pair of sentence and statement alone, ``settled`` once more with what the others are about.
    ``recorded`` tells of the best pair whether the record has the sentence at all: it often has the event alone.
    ``same`` tells by the words of the two whether a statement says the same matter, or another detail of the event.
    ``contrary`` tells whether a sentence that differs in no aspect says the contrary of its statement.

    ``calibration`` has for each language the slope and the shift that make checkworthiness a chance; ``own`` are the
    weights of checkworthiness that a house's own labels taught, by language.
    """

    encoder: str
    matched: Logistic
    aspects: Mapping[Aspect, Logistic]
    checkworthy: Logistic
    least_match: float
    least_aspect: Mapping[Aspect, float]
    calibration: Mapping[str, Sequence[float]] = {}
    settled: Logistic | None = None
    own: Mapping[str, Logistic] = {}
    recorded: Logistic | None = None
    contrary: Logistic | None = None
    same: Logistic | None = None

    def about(self, signs: Mapping[str, float]) -> float:
        """Return how likely a sentence is about a statement, once the others of its report have spoken (0 to 1)."""
        alone = self.matched.chance(signs)
        return alone if self.settled is None else self.settled.chance({**signs, "first": first_sign(alone)})

    def in_record(self, signs: Mapping[str, float], best: float, second: float) -> float:
        """Return how likely the best of a sentence's statements is the right one (0 to 1); ``second`` scored next."""
        if self.recorded is None:
            return best
        if signs.get("near_event", 1.0) < _LEAST_NEAR:
            return 0.0
        if _is_other_matter(signs) or (self.same and self.same.chance(signs) < _LEAST_SAME):
            return _HARDLY
        first = first_sign(self.matched.chance(signs))
        return self.recorded.chance({**signs, "first": first, **self.same_sign(signs), **lead_signs(best, second)})

    def same_sign(self, signs: Mapping[str, float]) -> dict[str, float]:
        """Return how far a statement says the same matter, as a sign of whether the record has it."""
        return {"same": first_sign(self.same.chance(signs))} if self.same else {}

    def differing(self, signs: Mapping[str, float]) -> tuple[Aspect, ...]:
        """Return the aspects in which a sentence differs from the statement that it is about."""
        return tuple(name for name in ASPECTS if self.aspects[name].chance(signs) >= self.least_aspect[name])

    def differing_parts(self, signs: Mapping[str, float]) -> tuple[Part, ...]:
        """Return the aspects in which a sentence differs; where there are none, whether it says the contrary."""
        if aspects := self.differing(signs):
            return aspects
        says_contrary = self.contrary is not None and self.contrary.chance(signs) >= _LEAST_CONTRARY
        return ("contrary",) if says_contrary else ()

    def worth(self, signs: Mapping[str, float], vector: NDArray[np.float32], lang: str) -> float:
        """Return how likely a sentence can be checked, from 0 to 1, as it is for its language."""
        if own := self.own.get(lang):
            return own.chance(signs, vector)
        raw = min(max(self.checkworthy.chance(signs, vector), 1e-6), 1 - 1e-6)
        slope, shift = self.calibration.get(lang) or self.calibration.get("", (1.0, 0.0))
        return 1 / (1 + exp(-(slope * float(np.log(raw / (1 - raw))) + shift)))


def _is_other_matter(signs: Mapping[str, float]) -> bool:
    """Tell whether a sentence has but names and places in common with a statement, and says something else of them."""
    if signs.get("matter_none", 1.0) or signs.get("number_agrees"):
        return False
    return signs.get("matter_mean", 1.0) < _LEAST_MATTER and signs.get("matter_new", 0.0) >= _SOME_NEW


def lead_signs(best: float, second: float) -> dict[str, float]:
    """Return what the scores of the best two statements of a sentence say of the first."""
    return {"lead": first_sign(best), "lead_margin": first_sign(best) - first_sign(second)}


@cache
def learned_weights() -> Learned:
    """Return the weights that come with the package."""
    return from_json(Learned, FILE.read_bytes())
