"""The causes and the order measured again on this machine: on a made-up world that nothing was learnt from."""

from __future__ import annotations

import numpy as np
import polars as pl

from opencwc.models.model import Evaluation, Figure
from opencwc.models.statistics import calibration_error, wilson
from opencwc.transfers.model import CAUSES
from opencwc.transfers.reconcile.cause_rules import by_rules, order_by_rules
from opencwc.transfers.reconcile.learned_causes import DATA, by_model, order_by_model

HELD_OUT = DATA / "causes.held.parquet"
"""The signs of the groups over the threshold of one world, with what was planted in them: ``causes`` and ``diverted``
(whether goods were diverted)."""
FIRST = 100


def evaluate_causes() -> Evaluation:
    """Return how often the likeliest cause, or one of the two likeliest, is one that was planted."""
    groups = pl.read_parquet(HELD_OUT).filter(pl.col("causes").list.len() > 0, ~pl.col("diverted"))
    planted = [set(causes) for causes in groups["causes"].to_list()]
    figures: list[Figure] = []
    for part, shares in (("model", by_model(groups)), ("rules", by_rules(groups))):
        order = np.argsort(-shares, axis=1, kind="stable")[:, :2]
        named = [[CAUSES[place] for place in row] for row in order]
        right = [row[0] in true for row, true in zip(named, planted, strict=True)]
        either = [bool(true & set(row)) for row, true in zip(named, planted, strict=True)]
        for metric, hits in (("first cause right", right), ("one of two causes right", either)):
            figures.append(_share(part, metric, sum(hits), len(hits)))
        error = calibration_error(shares.max(axis=1).tolist(), right)
        figures.append(Figure(part, "", "calibration error", round(error, 4), len(right)))
    return Evaluation(tuple(figures))


def evaluate_ranking() -> Evaluation:
    """Return the share of planted diversions among the first, by the model, by plain rules and by the difference."""
    groups = pl.read_parquet(HELD_OUT)
    causes = by_model(groups)
    diverted = groups["diverted"].to_numpy()
    figures: list[Figure] = []
    for part, score in (
        ("model", order_by_model(groups, causes)),
        ("rules", order_by_rules(groups, by_rules(groups))),
        ("difference over threshold", groups["times"].to_numpy()),
    ):
        first = diverted[np.argsort(-score, kind="stable")]
        figures.append(_share(part, f"diversions in the first {FIRST}", int(first[:FIRST].sum()), FIRST))
        found = int(first[: 5 * FIRST].sum())
        figures.append(_share(part, f"found in the first {5 * FIRST}", found, int(diverted.sum())))
    return Evaluation(tuple(figures))


def _share(part: str, metric: str, hits: int, of: int) -> Figure:
    low, high = wilson(hits, of)
    return Figure(part, "", metric, round(hits / of, 4), of, low, high)
