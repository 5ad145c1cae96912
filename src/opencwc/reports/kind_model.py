"""The learned weights of kinds, stages and stances: logistic regressions that start from the weights set by hand.

``data/kinds.json`` is written by ``python -m benchmarks.kinds_training``. Where the model may not be used, the weights
set by hand (``data/kinds.yaml``) stand in, without the encoder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from opencwc.errors import SettingsError, UnavailableError
from opencwc.models.model import Evaluation, Figure, Model
from opencwc.reports.signs import Rules, load_rules

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS = Path(__file__).parent / "data" / "kinds.json"
HELD = WEIGHTS.with_name("kinds.held.parquet")
"""The signs and labels of the reports that the model is measured on."""
FOLDS = WEIGHTS.with_name("kinds.folds.npz")
"""The weights learned without each fold of them."""
NEAR = "_near"
"""Added to a question: its weights that know the encoder's vector too."""
QUESTIONS = ("kind", "kind_near", "stage", "stage_near", "stance")
SCALE = 2.5
"""How much the encoder's vector weighs beside the signs."""
THINNED = {"kind": (0.3,), "kind_near": (0.5, 0.7), "stage_near": (0.3,)}
"""Shares of the words left out of copies of each example: so is learned what to do with words that no list has."""
PULL = {"kind": 2.0, "kind_near": 2.0, "stage": 3.0, "stage_near": 3.0, "stance": 2.0}
"""How strongly learned weights are held to those set by hand."""


class Weights(NamedTuple):
    """The weights of a question: a row a sign, a column an answer; ``near`` a row a dimension of the encoder."""

    classes: tuple[str, ...]
    place: Mapping[str, int]
    rows: NDArray[np.float32]
    near: NDArray[np.float32] | None = None
    encoder: str = ""

    def answer(self, signs: Mapping[str, float], vector: NDArray[np.float32] | None = None) -> tuple[str, float]:
        """Return the likeliest answer and its chance."""
        import numpy as np

        known = [(self.place[name], value) for name, value in signs.items() if name in self.place]
        scores = np.array([value for _, value in known], np.float32) @ self.rows[[place for place, _ in known]]
        if vector is not None and self.near is not None:
            scores = scores + SCALE * (vector @ self.near)
        raised = np.exp(scores - scores.max())
        best = int(raised.argmax())
        return self.classes[best], float(raised[best] / raised.sum())

    def of(self, sign: str, answer: str) -> float:
        """Return how far a sign speaks for an answer, more than for the mean of all."""
        if sign not in self.place:
            return 0.0
        row = self.rows[self.place[sign]]
        return float(row[self.classes.index(answer)] - row.mean())

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """Return the encoder's vectors of texts, ``None`` where the encoder that was learned with is not at hand."""
        from opencwc.language.encoders import named_encoder

        try:
            encoder = named_encoder()
            return encoder.passages(texts) if encoder.id == self.encoder else None
        except (UnavailableError, SettingsError):
            return None


def usable_weights() -> Mapping[str, Weights]:
    """Return the learned weights, or those set by hand where the model may not be used."""
    return _usable(_changes())


def _changes() -> tuple[object, ...]:
    """Return what the answer of `usable_weights` depends on, cheaply: it is asked for every report."""
    import os

    from opencwc.models.register import OFF
    from opencwc.models.switches import FILE
    from opencwc.settings import load_settings

    path = load_settings().folder / FILE
    return os.environ.get(OFF, ""), path, path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=4)
def _usable(changes: tuple[object, ...]) -> Mapping[str, Weights]:
    from opencwc.models.register import state_of

    return learned_weights() if state_of(MODEL).usable else hand_weights()


@cache
def hand_weights() -> Mapping[str, Weights]:
    """Return the weights set by hand."""
    import numpy as np

    return {
        question: Weights(rules.classes, _places(rules.names), np.array(rules.rows, np.float32))
        for question, rules in load_rules().items()
    }


@cache
def learned_weights(path: Path = WEIGHTS) -> Mapping[str, Weights]:
    """Read the learned weights."""
    import numpy as np

    raw: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {
        question: Weights(
            tuple(one["classes"]),
            _places(one["signs"]),
            np.array(one["rows"], np.float32),
            np.array(one["near"], np.float32) if "near" in one else None,
            one.get("encoder", ""),
        )
        for question, one in raw.items()
    }


def _places(names: Sequence[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


class Example(NamedTuple):
    """What a labelled report shows for a question: its signs, its label, and the encoder's vector if it is asked."""

    signs: Mapping[str, float]
    label: str
    vector: Sequence[float] | None = None


def learn(question: str, rules: Rules, examples: Sequence[Example]) -> Weights:
    """Fit the weights of a question to examples; the fewer there are, the nearer they stay to those set by hand."""
    import numpy as np
    from scipy.optimize import minimize

    examples = list(_with_thinned(examples, THINNED.get(question, ())))
    place = _places(rules.names)
    near = len(examples[0].vector) if examples[0].vector is not None else 0
    values = np.zeros((len(examples), len(place) + near))
    for row, example in enumerate(examples):
        for name in example.signs.keys() & place.keys():
            values[row, place[name]] = example.signs[name]
        if near:
            values[row, len(place) :] = SCALE * np.asarray(example.vector)
    labels = np.array([rules.classes.index(example.label) for example in examples])
    start = np.vstack([np.array(rules.rows), np.zeros((near, len(rules.classes)))])
    each = np.arange(len(labels))

    def loss(moved: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        step = moved.reshape(start.shape)
        scores = values @ (start + step)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances = raised / raised.sum(axis=1, keepdims=True)
        cost = -np.log(chances[each, labels] + 1e-12).sum() + PULL[question] / 2 * (moved**2).sum()
        chances[each, labels] -= 1.0
        return float(cost), (values.T @ chances).ravel() + PULL[question] * moved

    moved = minimize(loss, np.zeros(start.size), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    rows = (start + moved.reshape(start.shape)).astype(np.float32)
    return Weights(rules.classes, place, rows[: len(place)], rows[len(place) :] if near else None)


def _with_thinned(examples: Sequence[Example], shares: Sequence[float]) -> Iterator[Example]:
    chance = Random(0)  # noqa: S311 - the same copies each time
    yield from examples
    for share in shares:
        for one in examples:
            kept = {name: value for name, value in one.signs.items() if name == "bias" or chance.random() > share}
            yield one._replace(signs=kept)


def labelled(rows: Iterable[Mapping[str, Any]], question: str) -> list[Example]:
    """Return the examples of a question from rows as ``kinds.held.parquet`` has them."""
    asked = question.removesuffix(NEAR)
    return [
        Example(
            json.loads(row[f"{asked}_signs"]),
            row[asked],
            [one / 127 for one in row["vector"]] if question != asked else None,
        )
        for row in rows
        if asked == "kind" or row["kind"] != "none"
    ]


def evaluate_kinds() -> Evaluation:
    """Return the figures by language: by weights learned without the report's folder, and by those set by hand."""
    import numpy as np
    import polars as pl

    rows = pl.read_parquet(HELD).to_dicts()
    figures: list[Figure] = []
    with np.load(FOLDS, allow_pickle=False) as kept:
        for question in QUESTIONS:
            figures += _left_out(rows, question, kept)
    return Evaluation(tuple(figures))


def _left_out(rows: Sequence[Mapping[str, Any]], question: str, kept: Mapping[str, NDArray[Any]]) -> list[Figure]:
    import numpy as np

    asked = question.removesuffix(NEAR)
    hand = hand_weights()[asked]
    by_hand: list[tuple[str, bool]] = []
    learned: list[tuple[str, bool]] = []
    for row in rows:
        for example in labelled([row], question):
            name = f"{question} {row['fold']}"
            near = kept.get(f"{name} near")
            weights = hand._replace(
                rows=kept[name].astype(np.float32), near=None if near is None else near.astype(np.float32)
            )
            learned.append((row["lang"], _answer(weights, example) == example.label))
            by_hand.append((row["lang"], _answer(hand, example) == example.label))
    figures = _shares(f"{question}, folder left out", learned)
    return figures if question != asked else [*figures, *_shares(f"{question}, by hand", by_hand)]


def _answer(weights: Weights, example: Example) -> str:
    import numpy as np

    vector = None if example.vector is None else np.asarray(example.vector, np.float32)
    return weights.answer(example.signs, vector)[0]


def _shares(part: str, answers: Sequence[tuple[str, bool]]) -> list[Figure]:
    figures = []
    for lang in (*sorted({lang for lang, _ in answers}), "all"):
        some = [right for one, right in answers if lang in ("all", one)]
        figures.append(Figure.of_share(part, lang, "right", sum(some), len(some)))
    return figures


MODEL = Model("report-kinds", WEIGHTS.with_name("kinds.card.yaml"), lambda: (WEIGHTS,), evaluate_kinds)
"""Registered through the entry points ``opencwc.models``."""
