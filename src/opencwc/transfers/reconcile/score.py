"""The score of a row: of 100 discrepancies of an invented world, how many deserve an officer's hour less.

What the models or the plain rules say of a sum (from 0 to 1) lies close to 0 for most, so it says little to a reader.
It is put on the scale of one world's discrepancies, those kept to measure the models again (`causes.HELD_OUT`): the
order stays, and 80 means that 80 of 100 of them would come after it. ``data/score_scale.json`` holds the scale;
``python -m benchmarks.transfers_score`` makes it once the models are trained.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCALE = Path(__file__).parent / "data" / "score_scale.json"
BY_MODEL, BY_RULES = "model", "rules"
HUNDREDTHS = np.arange(1, 100)


def score_of(urgency: NDArray[np.float64], by: str) -> NDArray[np.float64]:
    """Return scores from 0 to 100 of what `BY_MODEL` or `BY_RULES` say, from 0 to 1; more stays more.

    >>> score_of(np.array([0.0, 1.0]), BY_MODEL).tolist()
    [0.0, 100.0]
    """
    known = np.array(_scales()[by])
    bounds = np.concatenate([[0.0], known, [1.0]])
    scores: NDArray[np.float64] = np.interp(urgency, bounds, np.concatenate([[0.0], HUNDREDTHS, [100.0]]))
    return scores


def scale_of(urgency: NDArray[np.float64]) -> list[float]:
    """Return what the hundredths of a world's discrepancies lie below, each a little more than the one before."""
    hundredths = np.percentile(urgency, HUNDREDTHS)
    steps = np.linspace(0.0, 1e-9, len(hundredths))
    return [float(f"{value:.9g}") for value in np.maximum.accumulate(hundredths) + steps]


@cache
def _scales() -> dict[str, list[float]]:
    scales: dict[str, list[float]] = json.loads(SCALE.read_text(encoding="utf-8"))
    return scales
