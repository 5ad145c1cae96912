"""`python -m benchmarks.legislation_training`: learn coverage from the labelled laws, and write the model's files.

A multinomial logistic regression over the signs of `opencwc.legislation.verdicts`, each label weighed so that verdicts
and laws count alike, and a temperature fitted on laws of countries that were left out. ``leave_one_out`` is how its
figures are measured: no label of the law's own country is learned from.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from benchmarks.legislation import Read, Weigh, of_chances, read_all, score
from benchmarks.legislation_cases import DAY, HELD_OUT, Label, labelled_laws
from benchmarks.model_cards import write_card
from opencwc.convention.measures import read_measures
from opencwc.legislation.coverage_model import (
    HELD,
    LEFT_OUT,
    MODEL,
    WEIGHTS,
    ProposedVerdict,
    evaluate_coverage,
    likeliest_verdicts,
    verdict_chances,
)
from opencwc.legislation.verdicts import ORDER, SIGNS

STRENGTH = 0.3
"""Inverse strength of the penalty on weights: small, because the laws are few and alike among themselves."""
BALANCE = 1.0
"""How far verdicts are made to count alike: 0 not at all, 1 wholly."""
TEMPERATURES = np.geomspace(0.5, 4.0, 31)
REAL_WEIGHT = 1.0
"""How much more a label of a real law counts than one of a model law."""

FOLDS = 6
"""Parts that the countries are left out in where the temperature is fitted."""


def learn(reads: Sequence[Read], temperature: float = 1.0) -> dict[str, Any]:
    """Fit the weights on all labels of some laws."""
    rows = [(read, label) for read in reads for label in read.law.labels]
    signs = np.array([[read.signs(label)[name] for name in SIGNS] for read, label in rows])
    classes = np.array([ORDER.index(label.verdict) for _, label in rows])
    mean, scale = signs.mean(axis=0), np.maximum(signs.std(axis=0), 0.05)
    counted = Counter(classes.tolist())
    weights = np.array(
        [
            (REAL_WEIGHT if read.law.real else 1.0) * (len(rows) / (3 * counted[ORDER.index(label.verdict)])) ** BALANCE
            for read, label in rows
        ]
    )
    fitted = LogisticRegression(C=STRENGTH, max_iter=2_000).fit((signs - mean) / scale, classes, sample_weight=weights)
    return {
        "signs": list(SIGNS),
        "mean": [round(float(value), 6) for value in mean],
        "scale": [round(float(value), 6) for value in scale],
        "weights": _of_all(fitted.classes_, fitted.coef_, [0.0] * len(SIGNS)),
        "bias": _of_all(fitted.classes_, fitted.intercept_, _NEVER),
        "temperature": temperature,
    }


_NEVER = -20.0


def _of_all(classes: Any, rows: Any, missing: Any) -> list[Any]:
    """Return a row for each of the three verdicts, where the labels at hand have fewer too."""
    if len(rows) == 1:  # two classes have one row, that of the second
        rows = np.concatenate([np.zeros_like(rows), rows])
    by_class = dict(zip(classes.tolist(), rows, strict=True))
    return [np.round(by_class.get(number, missing), 6).tolist() for number in range(3)]


def countries(reads: Sequence[Read]) -> list[str]:
    return sorted({read.law.country for read in reads})


def leave_one_out(reads: Sequence[Read]) -> Weigh:
    """Return what weighs each law by a model that saw no law of its country; its temperature neither."""
    models = {}
    for country in countries(reads):
        others = [read for read in reads if read.law.country not in (country, HELD_OUT)]
        models[country] = learn(others, calibrate(others))

    def weighed(read: Read, label: Label) -> ProposedVerdict:
        signs = [read.signs(label)]
        return likeliest_verdicts(verdict_chances(signs, models[read.law.country]), signs)[0]

    return weighed


def calibrate(reads: Sequence[Read]) -> float:
    """Return the temperature that fits best on countries left out in turn, a few at a time: on their real laws.

    A law that was drafted for the project is read too well to tell how sure one may be of a parliament's.
    """
    scores = []
    named = countries(reads)
    for left_out in (named[fold::FOLDS] for fold in range(FOLDS)):
        rest = [read for read in reads if read.law.country not in left_out]
        if not rest:
            continue
        model = learn(rest)
        for read in reads:
            if read.law.country in left_out and read.law.real:
                scores += [(read.signs(label), ORDER.index(label.verdict), model) for label in read.law.labels]

    def loss(temperature: float) -> float:
        chances = [
            verdict_chances([signs], model | {"temperature": temperature})[0][true] for signs, true, model in scores
        ]
        return float(-np.log(np.maximum(chances, 1e-9)).mean())

    return round(float(min(TEMPERATURES, key=loss)), 4) if scores else 1.0


def plain_ways(reads: Sequence[Read]) -> Mapping[str, Weigh]:
    """Return what a user would use instead: a threshold of similarity, and the prior of each measure.

    Both are fitted on the other countries' laws, as the model is.
    """
    thresholds = {country: _thresholds([r for r in reads if r.law.country != country]) for country in countries(reads)}
    priors = {country: _priors([r for r in reads if r.law.country != country]) for country in countries(reads)}

    def by_similarity(read: Read, label: Label) -> ProposedVerdict:
        low, high = thresholds[read.law.country]
        near = read.nearest[label.measure]
        chances = (0.8, 0.15, 0.05) if near >= high else (0.15, 0.7, 0.15) if near >= low else (0.05, 0.15, 0.8)
        return of_chances(chances)

    def by_prior(read: Read, label: Label) -> ProposedVerdict:
        counted = priors[read.law.country].get(label.measure, Counter())
        whole = sum(counted.values()) + 3
        return of_chances([(counted[verdict] + 1) / whole for verdict in ORDER])

    return {"a threshold of similarity": by_similarity, "the prior of each measure": by_prior}


def _thresholds(reads: Sequence[Read]) -> tuple[float, float]:
    best = (0.0, (0.3, 0.5))
    for low in np.arange(0.2, 0.7, 0.05):
        for high in np.arange(low, 0.75, 0.05):

            def way(read: Read, label: Label, low: float = low, high: float = high) -> ProposedVerdict:
                near = read.nearest[label.measure]
                return ProposedVerdict(ORDER[0 if near >= high else 1 if near >= low else 2], 1.0)

            best = max(best, (score(reads, way).figures()["balanced accuracy"], (float(low), float(high))))
    return best[1]


def _priors(reads: Sequence[Read]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for read in reads:
        for label in read.law.labels:
            counts.setdefault(label.measure, Counter())[label.verdict] += 1
    return counts


def main() -> int:
    reads = read_all(labelled_laws(), read_measures(DAY))
    learned = [read for read in reads if read.law.country != HELD_OUT]
    weights = learn(learned, calibrate(learned))
    weights["learned_from"] = {read.law.name: len(read.law.labels) for read in learned}
    weights["without"] = {}
    for country in countries(learned):
        others = [read for read in learned if read.law.country != country]
        kept = learn(others, calibrate(others))
        weights["without"][country] = {name: kept[name] for name in kept if name != "signs"} | {"signs": kept["signs"]}
    WEIGHTS.parent.mkdir(exist_ok=True)
    WEIGHTS.write_text(json.dumps(weights, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    pl.DataFrame(
        [
            {
                "law": read.law.name, "country": read.law.country, "lang": read.law.lang,
                "part": HELD_OUT if read.law.country == HELD_OUT else LEFT_OUT,
                "measure": label.measure, "verdict": label.verdict,
                **{name: round(value, 4) for name, value in read.signs(label).items()},
            }
            for read in reads
            for label in read.law.labels
        ]
    ).write_parquet(HELD, compression="zstd")  # fmt: skip
    write_card(MODEL, evaluate_coverage())
    print(f"{WEIGHTS.name}: {sum(weights['learned_from'].values())} labels, temperature {weights['temperature']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
