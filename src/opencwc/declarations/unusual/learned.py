"""The model that says how probable it is that a figure is wrong: boosted trees over the features, calibrated.

Trained on made-up registers by ``python -m benchmarks.unusual_figures --train``; without it `rules` order the figures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from opencwc.declarations.unusual import rules
from opencwc.declarations.unusual.features import FEATURES, features_of
from opencwc.declarations.unusual.figures import Numbers, panel_of
from opencwc.models.boosted_trees import Forests, logistic, read_forests
from opencwc.models.model import Evaluation, Figure, Model
from opencwc.models.statistics import calibration_error

DATA = Path(__file__).parent / "data"
HELD_OUT = DATA / "unusual.held.parquet"
"""Figures of made-up registers that nothing was learnt from, with the errors planted in them (``world``, ``kind``)."""
FIRST = 50


def table_of(features: Mapping[str, Numbers]) -> NDArray[np.float32]:
    """Return features as the model takes them: one row a figure, the columns of `FEATURES`."""
    return np.column_stack([features[name] for name in FEATURES]).astype(np.float32)


def by_model(features: Mapping[str, Numbers]) -> Numbers:
    """Return the calibrated probability that each figure is wrong."""
    scores = forest().sums(table_of(features))[:, 0]
    known = calibration()
    return logistic(known["slope"] * scores + known["offset"])


@cache
def forest() -> Forests:
    """Return the trees."""
    return read_forests([(DATA / "unusual.txt").read_text(encoding="utf-8")])


@cache
def calibration() -> Mapping[str, float]:
    """Return ``slope`` and ``offset`` of the calibration, and from which probability a figure is listed (``cut``)."""
    known: dict[str, float] = json.loads((DATA / "unusual.json").read_text(encoding="utf-8"))
    return known


def fits() -> bool:
    """Tell whether the files can be read and were trained on the features of this version."""
    try:
        return forest().names == FEATURES and {"slope", "offset", "cut"} <= set(calibration())
    except (OSError, ValueError):
        return False


def evaluate() -> Evaluation:
    """Return what of the held-out errors is found, by the model and by rules: among the first, and from the cut on."""
    columns: dict[str, list[Numbers]] = {name: [] for name in ("model", "rules", "wrong")}
    worlds = pl.read_parquet(HELD_OUT).partition_by("world", maintain_order=True)
    for world in worlds:
        panel = panel_of(world)
        series, features = features_of(panel, panel.years[-1])
        columns["model"].append(by_model(features))
        columns["rules"].append(rules.by_rules(features))
        columns["wrong"].append((world["kind"].to_numpy() != "")[panel.row[series, -1]].astype(float))
    wrong = np.concatenate(columns["wrong"]) > 0
    figures: list[Figure] = []
    for part, cut in (("model", calibration()["cut"]), ("rules", rules.CUT)):
        score = np.concatenate(columns[part])
        first, listed = wrong[np.argsort(-score, kind="stable")[:FIRST]], score >= cut
        for metric, hits, count in (
            (f"wrong among the first {FIRST}", first.sum(), FIRST),
            ("wrong figures listed", (wrong & listed).sum(), wrong.sum()),
            ("right figures listed", (~wrong & listed).sum(), (~wrong).sum()),
        ):
            figures.append(Figure.of_share(part, "", metric, int(hits), int(count)))
    error = calibration_error(np.concatenate(columns["model"]).tolist(), wrong.tolist())
    return Evaluation((*figures, Figure("model", "", "calibration error", round(error, 4), len(wrong))))


MODEL = Model(
    "unusual-figures", DATA / "unusual-figures.card.yaml",
    lambda: (DATA / "unusual.txt", DATA / "unusual.json"), evaluate,
)  # fmt: skip
"""Registered through the entry points ``opencwc.models``."""
