"""A house's own labels of what can be checked: weights for its texts, learnt on its machine and kept in its settings.

Each language is learnt by itself from the labels alone, and is taken only where it orders sentences better that it did
not learn from than the weights that come with the package do. Nothing leaves the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.claims.checkworthiness import signs_of
from opencwc.claims.claim_weights import Logistic, learned_weights
from opencwc.claims.sentence_details import details_of
from opencwc.errors import InputError
from opencwc.files.column_mapping import map_columns
from opencwc.files.frames import open_frame
from opencwc.language.encoders import named_encoder
from opencwc.language.language_recogniser import recognise_language
from opencwc.models.own_weights_file import OwnWeightsFile

FILE = "claims.own.json"
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"sentence": ("sentence", "text"), "checkworthy": ("checkworthy", "label"), "lang": ("lang", "language")}
)
LEAST_LABELS, LEAST_OF_EACH = 40, 10
"""Labelled sentences of a language that can be learnt from, and how many of them must be yes, and no."""
MOST_LABELS = 100_000
_PARTS = 10
_VECTOR = 4.0
"""How much wider than a sign a number of the encoder's vector counts."""
_STRENGTH = 0.5
_LONGEST = 2_000


class Label(NamedTuple):
    """A sentence, and whether somebody says that it can be checked."""

    sentence: str
    lang: str
    checkworthy: bool


class OwnFigure(NamedTuple):
    """How well a language's sentences are ordered: average precision of the package's weights, and of the own ones.

    The own ones are measured on sentences that they did not learn from.
    """

    lang: str
    labels: int
    checkworthy: int
    shipped: float
    own: float

    @property
    def better(self) -> bool:
        """Whether the own weights are taken."""
        return self.own > self.shipped


class OwnWeights(Struct, frozen=True):
    """The weights by language, for vectors of this encoder; who had them learnt, when, and how good they are."""

    encoder: str
    by: str
    at: str
    weights: Mapping[str, Logistic]
    figures: tuple[OwnFigure, ...]


def read_labels(file: Path, columns: Mapping[str, str] = MappingProxyType({})) -> list[Label]:
    """Return the labels of a table with `sentence`, `checkworthy` (1 or 0) and, if it is there, `lang`.

    A line whose `checkworthy` is neither is not labelled yet, such as most of what `opencwc claims` wrote.

    Raises:
        InputError: the file is no table, or has no such columns, or too many labels.

    """
    found: dict[tuple[str, str], Label] = {}
    with open_frame(file) as frame:
        known = map_columns(frame.header, HEADINGS, columns, where=frame.name)
        if missing := [name for name in ("sentence", "checkworthy") if name not in known]:
            raise InputError("labels_without_column", where=frame.name, column=missing[0])
        for batch in frame.batches():
            for row in batch.iter_rows(named=True):
                cells = {field: (row[column] or "").strip() for field, column in known.items()}
                text, label = cells["sentence"][:_LONGEST], cells["checkworthy"]
                if not text or label not in ("0", "1"):
                    continue
                lang = cells.get("lang", "").partition("-")[0].lower() or recognise_language(text).language or "en"
                found[text, lang] = Label(text, lang, label == "1")
                if len(found) > MOST_LABELS:
                    raise InputError("labels_too_many", where=frame.name, most=MOST_LABELS)
    return list(found.values())


def learn_own(labels: Sequence[Label], by: str) -> OwnWeights:
    """Return the weights that labels teach.

    Raises:
        InputError: no language has enough of them.

    """
    encoder = named_encoder()
    weights, figures = {}, []
    for lang in sorted({one.lang for one in labels}):
        some = [one for one in labels if one.lang == lang]
        yes = sum(one.checkworthy for one in some)
        if len(some) < LEAST_LABELS or min(yes, len(some) - yes) < LEAST_OF_EACH:
            continue
        learned, figure = _learned(some, lang)
        figures.append(figure)
        if figure.better:
            weights[lang] = learned
    if not figures:
        raise InputError("labels_too_few", least=LEAST_LABELS, each=LEAST_OF_EACH)
    return OwnWeights(encoder.id, by, datetime.now(UTC).isoformat(timespec="seconds"), weights, tuple(figures))


def _learned(labels: Sequence[Label], lang: str) -> tuple[Logistic, OwnFigure]:
    encoder, shipped = named_encoder(), learned_weights()
    vectors = encoder.passages([one.sentence for one in labels])
    signs = [signs_of(details_of(one.sentence, lang, date.today(), encoder)) for one in labels]
    answers = np.array([one.checkworthy for one in labels])
    before = np.array([shipped.worth(some, vector, lang) for some, vector in zip(signs, vectors, strict=True)])
    after = np.zeros(len(labels))
    for part in _parts(answers):
        rest = _fitted([one for one, out in zip(signs, part, strict=True) if not out], vectors[~part], answers[~part])
        after[part] = [rest.chance(signs[place], vectors[place]) for place in np.flatnonzero(part)]
    precision = average_precision(answers, before), average_precision(answers, after)
    return _fitted(signs, vectors, answers), OwnFigure(lang, len(labels), int(answers.sum()), *precision)


def _fitted(signs: Sequence[Mapping[str, float]], vectors: NDArray[np.float32], answers: NDArray[np.bool_]) -> Logistic:
    names = sorted({name for some in signs for name in some})
    table = np.array([[some.get(name, 0.0) for name in names] for some in signs])
    found = _logistic(np.hstack([table, _VECTOR * vectors]), answers)
    mine = {name: round(float(one), 4) for name, one in zip(names, found[1:], strict=False)}
    rest = tuple(round(float(one), 4) for one in _VECTOR * found[1 + len(names) :])
    return Logistic(round(float(found[0]), 4), mine, rest)


def _parts(answers: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """Yield ten parts of the labels, each with its share of yes and of no; always the same."""
    place = np.empty(len(answers), int)
    order = np.random.default_rng(1).permutation(len(answers))
    for answer in (True, False):
        some = order[answers[order] == answer]
        place[some] = np.arange(len(some)) % _PARTS
    yield from (place == part for part in range(_PARTS))


def _logistic(data: NDArray[np.float64], answers: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the base and the weights of a logistic regression, all but the base held near zero."""
    from scipy.optimize import minimize

    sign = np.where(answers, 1.0, -1.0)

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (point[0] + data @ point[1:])
        pull = -sign / (1 + np.exp(np.clip(margin, -30, 30)))
        slope = np.concatenate([[pull.sum()], data.T @ pull + point[1:] / _STRENGTH])
        return float(np.logaddexp(0, -margin).sum() + (point[1:] ** 2).sum() / (2 * _STRENGTH)), slope

    begin = np.zeros(1 + data.shape[1])
    found: NDArray[np.float64] = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return found


def average_precision(answers: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Return the mean, over all that are so, of how many of those scored as high are so too."""
    order = np.argsort(-scores, kind="stable")
    right = answers[order]
    ends = np.r_[np.flatnonzero(np.diff(scores[order])), len(scores) - 1]
    hits = np.cumsum(right)[ends]
    return float((np.diff(np.r_[0, hits]) * hits / (ends + 1)).sum() / max(1, int(right.sum())))


_KEPT = OwnWeightsFile(FILE, OwnWeights, "claims")
keep_own, forget_own, own_weights = _KEPT.keep, _KEPT.forget, _KEPT.read
