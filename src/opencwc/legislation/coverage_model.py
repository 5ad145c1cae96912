"""The learned model of coverage: the signs of a measure to calibrated probabilities of covered, partial and none.

A multinomial logistic regression; its weights are the JSON file beside (``data/coverage.json``), made by
``python -m benchmarks.legislation_training``. Where it is switched off the rules of `deciding` weigh instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from opencwc.finding import Message
from opencwc.legislation.verdicts import ORDER, by_rules, verdict_of
from opencwc.models.model import Evaluation, Model

DATA = Path(__file__).parent / "data"
WEIGHTS = DATA / "coverage.json"


class Weighed(NamedTuple):
    """A verdict and its probability, ``None`` where the rules gave it."""

    verdict: str
    probability: float | None


Weigher: TypeAlias = Callable[[Sequence[Mapping[str, float]]], list[tuple[float, float, float]]]


def weighed(
    signs: Sequence[Mapping[str, float]], *, model: bool = True, weigher: Weigher | None = None
) -> tuple[list[Weighed], str, str, list[Message]]:
    """Return the verdict of each measure, and the model and weights that gave them.

    The id of the model is empty where the rules weighed; then the last value says why.
    """
    if weigher is not None:
        return settled(weigher(signs), signs), MODEL.id, "", []
    if not model:
        return by_the_rules(signs), "", "", [Message("law_by_rules", {"why": Message("models_not_asked")})]
    from opencwc.models import maker_fields, state_of

    state = state_of(MODEL)
    if not state.usable:
        why = state.why or Message("models_not_asked")
        return by_the_rules(signs), "", "", [Message("law_by_rules", {"why": why})]
    id, hash = maker_fields(MODEL)
    return settled(weigh(signs, load_weights(WEIGHTS)), signs), id, hash, []


def by_the_rules(signs: Sequence[Mapping[str, float]]) -> list[Weighed]:
    """Return the verdicts of the rules, which know no probability."""
    return [Weighed(verdict_of(by_rules(sign)), None) for sign in signs]


def settled(chances: Sequence[tuple[float, float, float]], signs: Sequence[Mapping[str, float]]) -> list[Weighed]:
    """Return the likeliest verdict that can be shown, with the probability that the model gives it.

    Nothing is covered with an element missing or held short of its reach, in part with none missing, or found where
    nothing stands; what speaks for a verdict that cannot be shown speaks for the next that can. The probability stays
    the model's own: where it holds another verdict for likelier than the one that can be shown, it is low.
    """
    held = []
    for (covered, partial, none), one in zip(chances, signs, strict=True):
        if one["all_firm"] < 1.0 or one["short"]:
            shown = (0.0, covered + partial, none)
        elif one["all_tight"] >= 1.0:
            shown = (covered + partial, 0.0, none)
        else:
            shown = (covered, partial, none)
        if not one["any"] and not one["delegated"]:
            shown = (shown[0], 0.0, shown[1] + shown[2])
        verdict = verdict_of(shown)
        held.append(Weighed(verdict, (covered, partial, none)[ORDER.index(verdict)]))
    return held


def weigh(signs: Sequence[Mapping[str, float]], weights: Mapping[str, Any]) -> list[tuple[float, float, float]]:
    """Apply the weights: for each class an intercept and one weight a sign, scaled, over a temperature."""
    names = weights["signs"]
    found = []
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
        found.append((raised[0] / whole, raised[1] / whole, raised[2] / whole))
    return found


def load_weights(path: Path = WEIGHTS) -> Mapping[str, Any]:
    """Read the weights; they are those of the signs of this version."""
    return _weights(path, path.stat().st_mtime_ns)


@cache
def _weights(path: Path, changed: int) -> Mapping[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def _evaluate() -> Evaluation:
    from opencwc.legislation.coverage_figures import evaluate_coverage

    return evaluate_coverage()


MODEL = Model("law-coverage", DATA / "coverage.card.yaml", lambda: (WEIGHTS,), _evaluate)
"""Registered through the entry points ``opencwc.models``."""
