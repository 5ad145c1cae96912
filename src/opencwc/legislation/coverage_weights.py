"""The weights of the model of coverage: the signs of measures to probabilities, and to the verdict that can be shown.

A multinomial logistic regression; its weights are the JSON file ``data/coverage.json``, made by
``python -m benchmarks.legislation_training``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.legislation.verdicts import ORDER, verdict_of

WEIGHTS = Path(__file__).parent / "data" / "coverage.json"


class ProposedVerdict(NamedTuple):
    """A verdict and its probability, ``None`` where the rules gave it."""

    verdict: str
    probability: float | None


def likeliest_verdicts(
    chances: Sequence[tuple[float, float, float]], signs: Sequence[Mapping[str, float]]
) -> list[ProposedVerdict]:
    """Return the likeliest verdict that can be shown, with the probability that the model gives it.

    Nothing is covered with an element missing or held short of its reach, in part with none missing, or found where
    nothing stands; what speaks for a verdict that cannot be shown speaks for the next that can. The probability stays
    the model's own: where it holds another verdict for likelier than the one that can be shown, it is low.
    """
    proposals = []
    for (covered, partial, none), sign in zip(chances, signs, strict=True):
        if sign["all_firm"] < 1.0 or sign["short"]:
            shown = (0.0, covered + partial, none)
        elif sign["all_tight"] >= 1.0:
            shown = (covered + partial, 0.0, none)
        else:
            shown = (covered, partial, none)
        if not sign["any"] and not sign["delegated"]:
            shown = (shown[0], 0.0, shown[1] + shown[2])
        verdict = verdict_of(shown)
        proposals.append(ProposedVerdict(verdict, (covered, partial, none)[ORDER.index(verdict)]))
    return proposals


def verdict_chances(
    signs: Sequence[Mapping[str, float]], weights: Mapping[str, Any]
) -> list[tuple[float, float, float]]:
    """Apply the weights: for each class an intercept and one weight a sign, scaled, over a temperature."""
    names = weights["signs"]
    chances = []
    for sign in signs:
        values = [
            (sign[name] - mean) / scale
            for name, mean, scale in zip(names, weights["mean"], weights["scale"], strict=True)
        ]
        scores = [
            (bias + sum(w * v for w, v in zip(row, values, strict=True))) / weights["temperature"]
            for row, bias in zip(weights["weights"], weights["bias"], strict=True)
        ]
        top = max(scores)
        raised = [exp(score - top) for score in scores]
        whole = sum(raised)
        chances.append((raised[0] / whole, raised[1] / whole, raised[2] / whole))
    return chances


def load_weights(path: Path = WEIGHTS) -> Mapping[str, Any]:
    """Read the weights; they are those of the signs of this version."""
    return _weights(path, path.stat().st_mtime_ns)


@cache
def _weights(path: Path, changed: int) -> Mapping[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
