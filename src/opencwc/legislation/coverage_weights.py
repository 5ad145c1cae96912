"""The learned weights of coverage: the signs of a measure to probabilities, and to the verdict that can be shown.

A multinomial logistic regression over the signs of a measure and what other countries' laws say of it, and one more
that tells how likely its verdict is right; a verdict that is not sure enough is left to a person ("needs reading"). The
weights are the JSON file ``data/coverage.json``, made by ``python -m benchmarks.legislation_training``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.legislation.model import COVERED, NONE, PARTIAL
from opencwc.legislation.verdicts import IN_SCOPE, ORDER, SIGNS, verdict_of

WEIGHTS = Path(__file__).parent / "data" / "coverage.json"


class ProposedVerdict(NamedTuple):
    """A verdict, how likely it is right (``None`` where the rules gave it), and whether that is enough to decide."""

    verdict: str
    probability: float | None
    decided: bool = True


def likeliest_verdicts(
    measures: Sequence[str], signs: Sequence[Mapping[str, float]], weights: Mapping[str, Any]
) -> list[ProposedVerdict]:
    """Return the verdict of each measure by the model, how likely it is right, and whether that is enough to decide.

    Readers need *partly* as much as the others, though it is seldom said, and *covered* said wrongly hides a gap:
    ``costs`` weighs the chances so. A verdict that its elements do not bear out is left to a person: nothing is covered
    with an element missing or held short of its reach, in part with none missing, or found where nothing stands.
    """
    return [
        _proposed(chance, sign, weights)
        for chance, sign in zip(verdict_chances(measures, signs, weights), signs, strict=True)
    ]


def _proposed(chance: Sequence[float], sign: Mapping[str, float], weights: Mapping[str, Any]) -> ProposedVerdict:
    weighed = [share * cost for share, cost in zip(chance, weights["costs"], strict=True)]
    if sign["scope_all"] < IN_SCOPE and not sign["any"] and not sign["delegated"]:
        lead = weighed[ORDER.index(NONE)] / sum(weighed)  # nothing that speaks of it is about chemical weapons
        return ProposedVerdict(NONE, max(confidence_in(NONE, lead, sign, weights), _LIKELIER_THAN_NOT))
    verdict = verdict_of(weighed)
    lead = weighed[ORDER.index(verdict)] / sum(weighed)
    probability = confidence_in(verdict, lead, sign, weights)
    decided = lead >= weights["decides_from"] and probability >= _LIKELIER_THAN_NOT and bears_out(verdict, sign)
    return ProposedVerdict(verdict, probability, decided)


_LIKELIER_THAN_NOT = 0.5
"""What is less likely right than wrong is never stated as a fact."""


def bears_out(verdict: str, sign: Mapping[str, float]) -> bool:
    """Whether the elements of a measure bear a verdict out."""
    if verdict == COVERED:
        return sign["all_firm"] >= 1.0 and not sign["short"]
    if verdict == PARTIAL:
        return sign["all_tight"] < 1.0 and bool(sign["any"] or sign["delegated"])
    return True


CONFIDENCE_SIGNS = ("lead", "covered", "partial", "bears_out", "scope_all", "law_sections", "nearness_over")
"""What tells how likely a verdict is right: how far it leads, which it is, and how well the law can be read."""


def confidence_signs(verdict: str, lead: float, sign: Mapping[str, float]) -> list[float]:
    """Return the values of `CONFIDENCE_SIGNS`."""
    lead = min(max(lead, _LEAST_LEAD), 1 - _LEAST_LEAD)
    return [
        log(lead / (1 - lead)), float(verdict == COVERED), float(verdict == PARTIAL), float(bears_out(verdict, sign)),
        sign["scope_all"], sign["law_sections"], sign["nearness_over"],
    ]  # fmt: skip


_LEAST_LEAD = 0.001


def confidence_in(verdict: str, lead: float, sign: Mapping[str, float], weights: Mapping[str, Any]) -> float:
    """Return how likely a verdict is right, as laws of countries left out have shown it."""
    values = confidence_signs(verdict, lead, sign)
    learned = weights["confidence"]
    score = learned["bias"] + sum(w * value for w, value in zip(learned["weights"], values, strict=True))
    return 1.0 / (1.0 + exp(-score))


def verdict_chances(
    measures: Sequence[str], signs: Sequence[Mapping[str, float]], weights: Mapping[str, Any]
) -> list[tuple[float, float, float]]:
    """Apply the weights: for each class an intercept and one weight a sign, scaled and cut off where it is extreme."""
    chances = []
    for measure, sign in zip(measures, signs, strict=True):
        values = model_values(measure, sign, weights["prior"])
        scaled = [
            min(max((value - mean) / scale, -EXTREME), EXTREME)
            for value, mean, scale in zip(values, weights["mean"], weights["scale"], strict=True)
        ]
        scores = [
            bias + sum(w * v for w, v in zip(row, scaled, strict=True))
            for row, bias in zip(weights["weights"], weights["bias"], strict=True)
        ]
        top = max(scores)
        raised = [exp(score - top) for score in scores]
        whole = sum(raised)
        chances.append((raised[0] / whole, raised[1] / whole, raised[2] / whole))
    return chances


EXTREME = 3.0

PRIOR_SIGNS = ("prior_covered", "prior_partial", "prior_none", "nearness_over_usual")
"""What other countries' laws say of a measure: how often it is covered, and how near laws usually come to it."""
MODEL_SIGNS = (*SIGNS, *PRIOR_SIGNS)


def model_values(measure: str, sign: Mapping[str, float], prior: Mapping[str, Any]) -> list[float]:
    """Return the values of `MODEL_SIGNS`; a measure that no law was learned from has the shares of all."""
    covered, in_part, none, usual = prior.get(measure) or prior[""]
    own = [sign[name] for name in SIGNS]
    return [*own, covered, in_part, none, sign["nearness_over_law"] - usual]


def load_weights(path: Path = WEIGHTS) -> Mapping[str, Any]:
    """Read the weights; they are those of the signs of this version."""
    return _weights(path, path.stat().st_mtime_ns)


@cache
def _weights(path: Path, changed: int) -> Mapping[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
