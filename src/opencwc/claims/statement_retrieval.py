"""How likely a text is about a statement, of two texts that stand alone: by the words they share and what they mean.

In one language, words are counted as BM25 counts them; in two, only names and numbers can be shared, and weigh more.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.convention.fields import read_yaml

DATA = Path(__file__).parent / "data" / "retrieval.yaml"


class PairWeights(NamedTuple):
    """The log-odds before anything is known, and the weight of each sign."""

    base: float
    words: float
    meaning: float


def text_odds(
    words: NDArray[np.float32], meaning: NDArray[np.float32], same_language: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the log-odds that a text is about each statement, where it is as likely as not before one looks.

    ``words`` is what they share as BM25 counts it, ``meaning`` the cosine of their vectors.
    """
    known = pair_weights()
    same, other = (one.base + one.words * words + one.meaning * meaning for one in
                   (known["same_language"], known["other_language"]))  # fmt: skip
    return np.where(same_language, same, other).astype(np.float32)


@cache
def pair_weights() -> Mapping[str, PairWeights]:
    """Return the weights for a pair in one language, and in two."""
    return {name: PairWeights(**{key: float(value) for key, value in one.items()}) for name, one in _read().items()}


def _read() -> Mapping[str, Mapping[str, float]]:
    raw = read_yaml(DATA)
    return {name: raw[name] for name in ("same_language", "other_language")}
