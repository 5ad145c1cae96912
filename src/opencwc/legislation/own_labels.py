"""A house's own labels of laws: weights for its laws, learnt on its machine and kept in its settings.

The weights start from those of the package and move as far as the labels of the house pull them. They are taken only
where they are right more often on laws that they did not learn from, and call no more covered that is not. Nothing is
learnt before a person asks for it, and nothing leaves the machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.errors import InputError
from opencwc.legislation.coverage_weights import (
    EXTREME,
    WEIGHTS,
    ProposedVerdict,
    likeliest_verdicts,
    load_weights,
    model_values,
)
from opencwc.legislation.model import COVERED
from opencwc.legislation.verdicts import ORDER, SIGNS
from opencwc.models.own_weights_file import OwnWeightsFile
from opencwc.models.register import digest_of

FILE = "law-coverage.own.json"
LEAST_LABELS, LEAST_LAWS, LEAST_OF_EACH = 60, 3, 10
"""Labels and laws that can be learnt from, and how many labels two of the verdicts must have each."""
_HOLD, _HOLD_BIAS = 300.0, 30.0
"""How strongly the weights and the intercepts are held where the package has them: few labels move them little."""


class Score(NamedTuple):
    """How many of the labels of laws left out come out right, and how many others are called covered."""

    right: int
    false_covered: int


class OwnWeights(Struct, frozen=True):
    """The weights of the three verdicts, who had them learnt, when, from how many labels of which laws.

    ``base`` is the digest of the package's weights that they start from; ``own`` and ``shipped`` say how good both are
    on laws that were left out.
    """

    base: str
    by: str
    at: str
    labels: int
    laws: tuple[str, ...]
    own: Score
    shipped: Score
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]

    @property
    def better(self) -> bool:
        """Whether they are taken."""
        return self.own.right > self.shipped.right and self.own.false_covered <= self.shipped.false_covered


def learn_own(labels: Sequence[Mapping[str, Any]], by: str, package: Mapping[str, Any] | None = None) -> OwnWeights:
    """Return what labels teach, and how good it is on each law when that law is left out.

    ``labels`` are those of `opencwc.legislation.corrections.Corrections.rows`; ``package`` the weights to start from.

    Raises:
        InputError: there are too few of them.

    """
    laws = tuple(sorted({str(label["country"]) for label in labels}))
    verdicts = Counter(str(label["verdict"]) for label in labels)
    if len(labels) < LEAST_LABELS or len(laws) < LEAST_LAWS or sum(n >= LEAST_OF_EACH for n in verdicts.values()) < 2:
        raise InputError(
            "law_labels_too_few", labels=len(labels), laws=len(laws), least=LEAST_LABELS, least_laws=LEAST_LAWS,
            each=LEAST_OF_EACH,
        )  # fmt: skip
    package = load_weights(WEIGHTS) if package is None else package
    own, shipped = Score(0, 0), Score(0, 0)
    for law in laws:
        left_out = [label for label in labels if label["country"] == law]
        base = {**package, **package.get("without", {}).get(law, {})}
        fitted = _fitted([label for label in labels if label["country"] != law], base)
        own, shipped = _with(own, left_out, fitted), _with(shipped, left_out, base)
    whole = _fitted(labels, package)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    rows = tuple(tuple(row) for row in whole["weights"])
    return OwnWeights(digest_of(WEIGHTS), by, at, len(labels), laws, own, shipped, rows, tuple(whole["bias"]))


def _with(score: Score, labels: Sequence[Mapping[str, Any]], weights: Mapping[str, Any]) -> Score:
    """Return a score with that of further labels added."""
    pairs = list(zip(labels, _weighed(labels, weights), strict=True))
    right = sum(label["verdict"] == one.verdict for label, one in pairs)
    false = sum(one.decided and one.verdict == COVERED != label["verdict"] for label, one in pairs)
    return Score(score.right + right, score.false_covered + false)


def _weighed(labels: Sequence[Mapping[str, Any]], weights: Mapping[str, Any]) -> list[ProposedVerdict]:
    signs = [{name: float(label[name]) for name in SIGNS} for label in labels]
    return likeliest_verdicts([str(label["measure"]) for label in labels], signs, weights)


def _fitted(labels: Sequence[Mapping[str, Any]], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return weights that labels have moved: a multinomial logistic regression held near the weights it starts from."""
    from scipy.optimize import minimize

    data = _data_of(labels, base)
    start = np.column_stack([base["bias"], base["weights"]])
    true = np.array([ORDER.index(str(label["verdict"])) for label in labels])
    wanted, hold = np.eye(len(ORDER))[true], np.full(start.shape, _HOLD)
    hold[:, 0] = _HOLD_BIAS

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        moved = point.reshape(start.shape) - start
        scores = data @ (start + moved).T
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        missed = -np.log(np.maximum(chances[np.arange(len(true)), true], 1e-12)).sum()
        slope = (chances - wanted).T @ data + hold * moved
        return float(missed + (hold * moved**2).sum() / 2), slope.ravel()

    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x.reshape(start.shape)
    return {**base, "bias": np.round(found[:, 0], 5).tolist(), "weights": np.round(found[:, 1:], 5).tolist()}


def _data_of(labels: Sequence[Mapping[str, Any]], base: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return a row a label: one, then its signs as the model scales them."""
    values = np.array([model_values(str(label["measure"]), label, base["prior"]) for label in labels], float)
    scaled = np.clip((values - np.array(base["mean"])) / np.array(base["scale"]), -EXTREME, EXTREME)
    return np.column_stack([np.ones(len(labels)), scaled])


_KEPT = OwnWeightsFile(FILE, OwnWeights, "law")
keep_own, forget_own, own_weights = _KEPT.keep, _KEPT.forget, _KEPT.read


def fits(own: OwnWeights) -> bool:
    """Whether own weights start from the weights of this version, so that they may be used."""
    return own.base == digest_of(WEIGHTS)


def weights_in_use() -> Mapping[str, Any]:
    """Return the weights that propose verdicts: the house's own where it has some that fit, else the package's."""
    package, own = load_weights(WEIGHTS), own_weights()
    return {**package, "weights": own.weights, "bias": own.bias} if own and fits(own) else package
