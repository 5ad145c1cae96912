"""The causes by a learned model: the signs of each sum to a probability for every cause, and the order of the sums.

The models are trained on a made-up world by ``python -m benchmarks.transfers_training``.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from opencwc.transfers.model import CAUSES
from opencwc.transfers.reconcile.cause_rules import CAUSE_RULES, Weights, by_rules, signs_of, standing_out

DATA = Path(__file__).parent / "data"
MANY = 20_000
"""Groups from which on several threads are started."""
OTHER_FEATURES = (
    "relative", "times", "small", "dated", "round", "years", "steady", "unusual", "exports", "imports", "strength",
    "third", "weak_habit", "habit", "habit_spread", "habit_pairs", "ratio", "lot", "pair_silent", "pair_hub",
    "pair_exporter", "pair_importer", "pair_mixture", "pair_rounding", "pair_none", "stands_out",
)  # fmt: skip
"""What else the model looks at: sizes, the pair's other years, what the States do elsewhere."""
SIGNS_OF = {cause: (*rule.signs, *rule.further) for cause, rule in CAUSE_RULES.items()}
"""The signs that speak for a cause."""
FEATURES = tuple(dict.fromkeys((*(sign for signs in SIGNS_OF.values() for sign in signs), *OTHER_FEATURES)))
RANKING_FEATURES = (*FEATURES, "missing", *(f"p_{cause}" for cause in CAUSES))
BETWEEN = "\n===== next cause =====\n"
"""Stands between the models of two causes in their file."""
_PLAINLY, _WHOLLY, _ON_THE_WAY = 0.2, 0.9, 0.15
_SEEN = ("by_rounding", "near_rounding", "by_year", "near_year_end", "years", "lacking", "away")
_ELSEWHERE = ("by_hub", "by_exporter", "by_importer", "near_exporter", "near_importer", "third", "pair_hub",
              "pair_exporter", "pair_importer")  # fmt: skip


def features(groups: pl.DataFrame) -> NDArray[np.float32]:
    """Return the signs of each group as the model takes them: one row a group, the columns of `FEATURES`."""
    return groups.select(pl.col(name).cast(pl.Float32) for name in FEATURES).fill_null(float("nan")).to_numpy()


def by_model(groups: pl.DataFrame) -> Weights:
    """Weigh the signs by the trained model: rows of calibrated probabilities in the order of `CAUSES`."""
    return shown_only(groups, shares(scores(groups), float(_calibration()["temperature"])))


def shown_only(groups: pl.DataFrame, shares: Weights) -> Weights:
    """Leave a silent side silent where nothing fits under another State: what nobody can see is not proposed.

    The probability of a third State, and of another partner, then goes to ``one_side_silent``; that of rounding of
    which no line and no sum bears a sign, and of a year end where there is one year only, goes where plain rules see a
    cause. That quantities are round is no sign of rounding. Lines that the other side lacks are not less likely left
    out there than unexplained; and a State under which lines fit, and whose ledger is not at hand, may have been on
    the way.
    """
    sign = signs_of(groups, (*_ELSEWHERE, *_SEEN))
    elsewhere = np.sum([sign[name] for name in _ELSEWHERE], axis=0)
    unseen = groups["silent"].cast(pl.Boolean).to_numpy() & (elsewhere <= 0)
    weighed = shares.copy()
    silent, unexplained, hub, partner, rounding, year_end = map(
        CAUSES.index, ("one_side_silent", "unexplained", "hub", "wrong_partner", "rounding", "year_end")
    )
    for cause in (hub, partner):
        moved = np.where(unseen, 0.98 * weighed[:, cause], 0.0)
        weighed[:, cause] -= moved
        weighed[:, silent] += moved
    rounded = np.maximum(sign["by_rounding"], sign["near_rounding"])
    weighed[:, rounding] *= np.clip(rounded / _PLAINLY, 0.0, 1.0)
    only_year = (sign["years"] <= 1) & (sign["by_year"] + sign["near_year_end"] <= 0)
    weighed[:, year_end] *= np.where(only_year, 0.0, 1.0)
    passed = np.where(sign["away"] > 0, np.clip(_ON_THE_WAY * weighed[:, partner] - weighed[:, hub], 0.0, None), 0.0)
    weighed[:, partner] -= passed
    weighed[:, hub] += passed
    over = np.where(sign["lacking"] >= _WHOLLY, np.clip(weighed[:, unexplained] - weighed[:, silent], 0.0, None), 0.0)
    weighed[:, unexplained] -= 0.6 * over
    weighed[:, silent] += 0.6 * over
    seen_only: Weights = weighed + (1.0 - weighed.sum(axis=1, keepdims=True)) * by_rules(groups)
    return seen_only


def scores(groups: pl.DataFrame) -> Weights:
    """Return the raw scores of each cause, one row a group."""
    table = features(groups)
    threads = threads_for(len(table))
    return np.stack([booster.predict(table, raw_score=True, num_threads=threads) for booster in boosters()], axis=1)


def threads_for(rows: int) -> int:
    """Return how many threads are worth starting; a few rows are done sooner by one."""
    return 1 if rows < MANY else max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def shares(scores: Weights, temperature: float) -> Weights:
    """Return probabilities that add up to 1; a temperature above 1 makes them less sure."""
    odds = 1.0 / (1.0 + np.exp(-scores / temperature))
    normed: Weights = odds / odds.sum(axis=1, keepdims=True)
    return normed


def order_by_model(groups: pl.DataFrame, causes: Weights) -> Weights:
    """Return how much each group deserves an officer's hour before others, from 0 to 1, by the trained model.

    What the model finds likely to be no honest slip comes together with what stands out (`standing_out`): the one or
    the other suffices.
    """
    table = ranking_features(groups, causes)
    likely: Weights = ranker().predict(table, num_threads=threads_for(len(table)))
    return 1.0 - (1.0 - likely) * (1.0 - standing_out(groups))


def ranking_features(groups: pl.DataFrame, causes: Weights) -> NDArray[np.float32]:
    """Return what the ranking looks at: one row a group, the columns of `RANKING_FEATURES`."""
    signs = features(groups)
    missing = np.sign(groups["difference"].to_numpy()).astype(np.float32)
    return np.column_stack([signs, missing, causes.astype(np.float32)])


@cache
def boosters() -> tuple[Any, ...]:
    """Return the model of each cause, in the order of `CAUSES`."""
    import lightgbm

    text = (DATA / "causes.txt").read_text(encoding="utf-8")
    return tuple(lightgbm.Booster(model_str=part) for part in text.split(BETWEEN))


@cache
def ranker() -> Any:
    """Return the model of the order."""
    import lightgbm

    return lightgbm.Booster(model_str=(DATA / "ranking.txt").read_text(encoding="utf-8"))


@cache
def _calibration() -> dict[str, float]:
    calibration: dict[str, float] = json.loads((DATA / "causes.json").read_text(encoding="utf-8"))
    return calibration
