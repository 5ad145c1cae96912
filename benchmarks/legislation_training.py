"""`python -m benchmarks.legislation_training --write`: learn coverage from the labelled laws, and write its files.

A multinomial logistic regression over `coverage_weights.MODEL_SIGNS`; what other countries' laws say of a measure (its
prior) is counted without the law's own country, in learning too. How sure a verdict is, and from when on it is decided,
is learned from the verdicts on countries left out. ``leave_one_out`` is how the figures are measured: no label of the
law's own country is learned from, not even for the confidence.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from benchmarks.legislation import Read, Weigh, of_chances, read_all, score
from benchmarks.legislation_cases import DAY, HELD_OUT, Label, labelled_laws
from benchmarks.model_cards import write_card
from opencwc.convention.measures import read_measures
from opencwc.legislation.coverage_model import HELD, LEFT_OUT, MODEL, evaluate_coverage
from opencwc.legislation.coverage_weights import (
    MODEL_SIGNS,
    WEIGHTS,
    ProposedVerdict,
    confidence_signs,
    likeliest_verdicts,
    model_values,
    verdict_chances,
)
from opencwc.legislation.verdicts import ORDER, verdict_of

STRENGTH = 0.02
"""Inverse strength of the penalty on weights: large, because the laws are few and alike among themselves."""
MODEL_LAW_WEIGHT = 0.1
"""How much a label of a model or drafted law counts beside one of a real law."""
COSTS = (0.6, 2.0, 1.0)
"""How much the chances of covered, partly and none count where one of them is chosen."""
DECIDED = 0.72
"""Share of the labels of real laws on the Convention that the verdicts on countries left out are to decide."""
_SAME = 2.0
"""How many labels of all measures a measure's own shares are smoothed with."""


class Row(NamedTuple):
    """A label with what it is learned from."""

    country: str
    real: bool
    whole: bool
    measure: str
    signs: Mapping[str, float]
    verdict: int


def rows_of(reads: Sequence[Read]) -> list[Row]:
    """Return every label of some laws as a row."""
    return [
        Row(read.law.country, read.law.real, read.law.whole, label.measure, read.signs(label),
            ORDER.index(label.verdict))
        for read in reads
        for label in read.law.labels
    ]  # fmt: skip


def prior_of(rows: Sequence[Row]) -> dict[str, list[float]]:
    """Count by measure how often real laws hold it, and how near laws come to it; under "" the shares of all."""
    real = [row for row in rows if row.real]
    shares = np.bincount([row.verdict for row in real], minlength=3) / max(len(real), 1)
    prior = {"": [*np.round(shares, 4).tolist(), 0.0]}
    for measure in {row.measure for row in rows}:
        counted = np.bincount([row.verdict for row in real if row.measure == measure], minlength=3)
        smoothed = (counted + _SAME * shares) / (counted.sum() + _SAME)
        usual = np.mean([row.signs["nearness_over_law"] for row in rows if row.measure == measure and row.whole])
        prior[measure] = [*np.round(smoothed, 4).tolist(), round(float(usual), 4)]
    return prior


def fit(rows: Sequence[Row]) -> dict[str, Any]:
    """Fit the weights of the chances on all rows; the prior of a row is counted without its own country."""
    countries_here = sorted({row.country for row in rows if row.real})
    whole = prior_of(rows)
    without = {country: prior_of([row for row in rows if row.country != country]) for country in countries_here}
    values = np.array([model_values(row.measure, row.signs, without.get(row.country, whole)) for row in rows])
    classes = np.array([row.verdict for row in rows])
    mean, scale = values.mean(axis=0), np.maximum(values.std(axis=0), 0.05)
    counted = np.array([1.0 if row.real else MODEL_LAW_WEIGHT for row in rows])
    scaled = np.clip((values - mean) / scale, -3.0, 3.0)
    fitted = LogisticRegression(C=STRENGTH, max_iter=1_000).fit(scaled, classes, sample_weight=counted)
    return {
        "signs": list(MODEL_SIGNS),
        "mean": [round(float(value), 5) for value in mean],
        "scale": [round(float(value), 5) for value in scale],
        "weights": _of_all(fitted.classes_, fitted.coef_, [0.0] * len(MODEL_SIGNS)),
        "bias": _of_all(fitted.classes_, fitted.intercept_, _NEVER),
        "prior": whole,
        "costs": list(COSTS),
    }


_NEVER = -20.0


def _of_all(classes: Any, rows: Any, missing: Any) -> list[Any]:
    """Return a row for each of the three verdicts, where the labels at hand have fewer too."""
    if len(rows) == 1:  # two classes have one row, that of the second
        rows = np.concatenate([np.zeros_like(rows), rows])
    by_class = dict(zip(classes.tolist(), rows, strict=True))
    return [np.round(by_class.get(number, missing), 5).tolist() for number in range(3)]


def learn(rows: Sequence[Row]) -> dict[str, Any]:
    """Fit the chances on all rows, and the confidence on the verdicts on real countries left out in turn."""
    weights = fit(rows)
    values, hits, leads, asked = [], [], [], []
    for country in sorted({row.country for row in rows if row.real}):
        of_country = [row for row in rows if row.country == country]
        without = fit([row for row in rows if row.country != country])
        chances = verdict_chances([row.measure for row in of_country], [row.signs for row in of_country], without)
        on_convention = np.mean([row.verdict != ORDER.index("none") for row in of_country]) >= _ON_CONVENTION
        for row, chance in zip(of_country, chances, strict=True):
            weighed = [share * cost for share, cost in zip(chance, COSTS, strict=True)]
            verdict = verdict_of(weighed)
            lead = max(weighed) / sum(weighed)
            values.append(confidence_signs(verdict, lead, row.signs))
            hits.append(verdict == ORDER[row.verdict])
            leads.append(lead)
            asked.append(bool(on_convention))
    told = LogisticRegression(C=1.0, max_iter=1_000).fit(np.array(values), np.array(hits))
    weights["confidence"] = {
        "weights": np.round(told.coef_[0], 5).tolist(),
        "bias": round(float(told.intercept_[0]), 5),
    }
    weights["decides_from"] = round(float(np.quantile(np.array(leads)[np.array(asked)], 1 - DECIDED)), 4)
    return weights


_ON_CONVENTION = 0.5
"""Share of the measures that a country's laws hold something of, from which on they are laws on the Convention."""


def real_countries(reads: Sequence[Read]) -> list[str]:
    """Return the countries of the real laws."""
    return sorted({read.law.country for read in reads if read.law.real})


def countries(reads: Sequence[Read]) -> list[str]:
    return sorted({read.law.country for read in reads})


def without_each(reads: Sequence[Read]) -> dict[str, dict[str, Any]]:
    """Return for each real country what is learned without its laws."""
    rows = rows_of([read for read in reads if read.law.country != HELD_OUT])
    return {country: learn([row for row in rows if row.country != country]) for country in real_countries(reads)}


def leave_one_out(reads: Sequence[Read]) -> Weigh:
    """Return what weighs each real law by a model that saw no law of its country; any other by one that saw all."""
    models = without_each(reads)
    models[""] = learn(rows_of([read for read in reads if read.law.country != HELD_OUT]))

    def weighed(read: Read, label: Label) -> ProposedVerdict:
        weights = models.get(read.law.country, models[""])
        return likeliest_verdicts([label.measure], [read.signs(label)], weights)[0]

    return weighed


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


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the weights, the signs and the card")
    chosen = parser.parse_args(arguments)
    reads = read_all(labelled_laws(), read_measures(DAY))
    learned = [read for read in reads if read.law.country != HELD_OUT]
    weights = learn(rows_of(learned))
    weights["learned_from"] = {read.law.name: len(read.law.labels) for read in learned}
    weights["without"] = {
        country: {name: kept[name] for name in kept if name not in ("signs", "costs")}
        for country, kept in without_each(learned).items()
    }
    print(f"{sum(weights['learned_from'].values())} labels, decides from {weights['decides_from']}")
    if not chosen.write:
        return 0
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
            if read.law.real or read.law.country == HELD_OUT
            for label in read.law.labels
        ]
    ).write_parquet(HELD, compression="zstd")  # fmt: skip
    write_card(MODEL, evaluate_coverage())
    return 0


if __name__ == "__main__":
    sys.exit(main())
