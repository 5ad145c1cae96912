"""The forests say what LightGBM says of them, whatever the table; what is no forest is refused."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opencwc.models.boosted_trees import MANY, logistic, read_forests
from opencwc.transfers.reconcile import causes

DATA = Path(causes.__file__).parent / "data"
CAUSES = (DATA / "causes.txt").read_text(encoding="utf-8").split(causes.BETWEEN)
RANKING = (DATA / "ranking.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lightgbm() -> Any:
    """The library itself, loaded where a test needs it: loaded above, every worker would wait for it."""
    return importlib.import_module("lightgbm")


def odd_table(rows: int, columns: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Numbers of all sizes, many of them zero, not known, or very large."""
    rng = np.random.default_rng(seed)
    table = rng.normal(scale=rng.choice([0.01, 1.0, 100.0], size=columns), size=(rows, columns)).astype(np.float32)
    for value in (0.0, np.nan, 1.0, np.inf, -np.inf):
        table[rng.random(table.shape) < 0.1] = value
    return table


@pytest.mark.parametrize("rows", [0, 1, 500, MANY + 1])
def test_the_sums_are_those_of_lightgbm_to_the_last_bit(lightgbm: Any, rows: int) -> None:
    forests = read_forests(CAUSES)
    table = odd_table(rows, len(forests.names), rows)
    sums = forests.sums(table)
    assert sums.shape == (rows, len(CAUSES))
    for place in range(len(CAUSES)) if 0 < rows < MANY else ():
        booster = lightgbm.Booster(model_str=CAUSES[place])
        assert (sums[:, place] == booster.predict(table, raw_score=True)).all()
    if rows > MANY:
        assert (forests.sums(table[:100]) == sums[:100]).all() and (forests.sums(table[-100:]) == sums[-100:]).all()


def test_thresholds_themselves_and_their_neighbours_go_the_same_way(lightgbm: Any) -> None:
    forest = read_forests([RANKING])
    table = np.zeros((3 * 400, len(forest.names)), np.float32)
    for feature in range(len(forest.names)):
        edges = forest.thresholds[forest.starts[2 * feature] : forest.starts[2 * feature + 2]][:400]
        around = np.concatenate([edges, np.nextafter(edges, np.float32(np.inf)), np.nextafter(edges, np.float32(0))])
        table[: len(around), feature] = around
    expected = lightgbm.Booster(model_str=RANKING).predict(table)
    assert np.abs(logistic(forest.sums(table)[:, 0]) - expected).max() < 1e-15


@pytest.mark.parametrize(
    "texts",
    [
        [], [""], ["tree\nfeature_names=a b\n"], [CAUSES[0], RANKING],
        [CAUSES[0].replace("decision_type=2", "decision_type=1", 1)],
        [CAUSES[0].replace("decision_type=2", "decision_type=6", 1)],
        [CAUSES[0].replace("leaf_value=", "leaf_value=1 ", 1)], [CAUSES[0].replace("threshold=", "threshold=x", 1)],
    ],
)  # fmt: skip
def test_what_is_no_forest_is_refused(texts: list[str]) -> None:
    with pytest.raises(ValueError):
        read_forests(texts)
