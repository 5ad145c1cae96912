"""The learned weights by which signs of a report turn into the chance that it is on a topic; all topics share them.

``data/topics.json`` and ``data/topics.npz`` are written by ``python -m benchmarks.topics_training``. Where the model
may not be used, or another encoder is at work, the weights of words alone stand in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from opencwc.models.model import Evaluation, Figure, Model
from opencwc.models.register import usable_now

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS = Path(__file__).parent / "data" / "topics.json"
ABOUT = WEIGHTS.with_name("topics.npz")
"""The encoder's vectors of what each topic is about: topic, sentence, dimension; in 127ths."""
HELD = WEIGHTS.with_name("topics.held.parquet")
"""The chances and labels of the reports that the model is measured on, a row a report and topic."""
WAYS = ("near", "words")
"""By words and meaning, and by words alone."""


class TopicWeights(NamedTuple):
    """The weight of each sign, what is added, and the chance from which on a report is on a topic."""

    signs: NDArray[np.float64]
    base: float
    cut: float

    def chances(self, signs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chance of each row of signs."""
        import numpy as np

        scores = signs[:, : len(self.signs)] @ self.signs + self.base
        chances: NDArray[np.float64] = 1 / (1 + np.exp(-scores))
        return chances


class TopicModel(NamedTuple):
    """The weights by way, the encoder that was learned with, and its vectors of what topics are about."""

    near: TopicWeights
    words: TopicWeights
    encoder: str
    about: NDArray[np.float32]


@cache
def learned_topics() -> TopicModel:
    """Read the learned weights."""
    import numpy as np

    raw: Mapping[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    ways = [TopicWeights(np.array(raw[way]["signs"]), raw[way]["base"], raw[way]["cut"]) for way in WAYS]
    with np.load(ABOUT, allow_pickle=False) as kept:
        about = kept["about"].astype(np.float32) / 127
    return TopicModel(ways[0], ways[1], raw["encoder"], about)


def meaning_counts(encoder: str) -> bool:
    """Tell whether meaning counts beside words: the model may be used, and this encoder was learned with."""
    return encoder == learned_topics().encoder and usable_now(MODEL)


def evaluate_topics() -> Evaluation:
    """Return the figures by language on the half of the labelled reports that nothing was chosen on."""
    import polars as pl

    rows = pl.read_parquet(HELD).to_dicts()
    cuts = {"near": learned_topics().near.cut, "words": learned_topics().words.cut}
    figures: list[Figure] = []
    for way, part in (("near", "words and meaning"), ("words", "words alone")):
        for lang in (*sorted({row["lang"] for row in rows}), "all"):
            some = [row for row in rows if lang in ("all", row["lang"])]
            figures += _figures(part, lang, some, [row[way] >= cuts[way] for row in some])
    return Evaluation(tuple(figures))


def _figures(part: str, lang: str, rows: Sequence[Mapping[str, Any]], found: Sequence[bool]) -> Iterator[Figure]:
    hits = sum(row["label"] and one for row, one in zip(rows, found, strict=True))
    labels = sum(row["label"] for row in rows)
    yield Figure.of_share(part, lang, "precision", hits, sum(found))
    yield Figure.of_share(part, lang, "recall", hits, labels)
    f1 = 2 * hits / (sum(found) + labels) if labels or any(found) else 0.0
    yield Figure(part, lang, "F1", round(f1, 4), labels)
    on_none = {row["report"] for row in rows} - {row["report"] for row in rows if row["label"]}
    wrongly = {row["report"] for row, one in zip(rows, found, strict=True) if one and row["report"] in on_none}
    yield Figure.of_share(part, lang, "none left out", len(on_none) - len(wrongly), len(on_none))


MODEL = Model("report-topics", WEIGHTS.with_name("topics.card.yaml"), lambda: (WEIGHTS, ABOUT), evaluate_topics)
"""Registered through the entry points ``opencwc.models``."""
