"""How likely a text is about a statement, of two texts that stand alone: by the words they share and what they mean.

In one language, words are counted as BM25 counts them; in two, only names and numbers can be shared, and weigh more.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opencwc.claims.sentence_support import first_sign
from opencwc.convention.fields import read_yaml

DATA = Path(__file__).parent / "data" / "retrieval.yaml"


class PairWeights(NamedTuple):
    """The log-odds before anything is known, and the weight of each sign."""

    base: float
    words: float
    meaning: float


class PostWeights(NamedTuple):
    """The log-odds before anything is known, and how much the retrieval and the learned weights count."""

    base: float
    retrieval: float
    learned: float


def text_odds(
    words: NDArray[np.float32], meaning: NDArray[np.float32], same_language: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the log-odds that a text is about each statement, where it is as likely as not before one looks.

    ``words`` is what they share as BM25 counts it, ``meaning`` the cosine of their vectors.
    """
    known = pair_weights()
    same, other = (known[name] for name in ("same_language", "other_language"))
    base = np.where(same_language, same.base, other.base)
    weight_of_words = np.where(same_language, same.words, other.words)
    weight_of_meaning = np.where(same_language, same.meaning, other.meaning)
    odds: NDArray[np.float32] = (base + weight_of_words * words + weight_of_meaning * meaning).astype(np.float32)
    return odds


def post_chance(odds: float, learned: float) -> float:
    """Return how likely a post is about a statement (0 to 1), by `text_odds` of the post and by the learned weights."""
    weights = _post_weights()
    total = weights.base + weights.retrieval * odds + weights.learned * first_sign(learned)
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


@cache
def pair_weights() -> Mapping[str, PairWeights]:
    """Return the weights for a pair in one language, and in two."""
    raw = read_yaml(DATA)
    return {name: PairWeights(**_numbers(raw[name])) for name in ("same_language", "other_language")}


@cache
def _post_weights() -> PostWeights:
    return PostWeights(**_numbers(read_yaml(DATA)["post"]))


def _numbers(raw: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): float(value) for name, value in raw.items()}
