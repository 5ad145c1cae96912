"""The score spreads over its scale, keeps the order, and its scale is that of the models at hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from benchmarks.transfers_score import scales

from opencwc.transfers.reconcile import causes, score


@pytest.mark.parametrize("by", [score.BY_MODEL, score.BY_RULES])
def test_more_stays_more_from_0_to_100(by: str) -> None:
    urgency = np.concatenate([np.linspace(0.0, 1.0, 2_001), np.geomspace(1e-9, 1.0, 500)])
    urgency.sort()
    scores = score.score_of(urgency, by)
    assert (scores[0], scores[-1]) == (0.0, 100.0)
    assert (np.diff(scores)[np.diff(urgency) > 1e-12] > 0).all()


def test_the_scores_of_a_world_spread_evenly() -> None:
    groups = pl.read_parquet(causes.HELD_OUT)
    scores = score.score_of(causes.order_by_model(groups, causes.by_model(groups)), score.BY_MODEL)
    tenths = np.histogram(scores, bins=10, range=(0, 100))[0] / len(scores)
    assert (np.abs(tenths - 0.1) < 0.02).all()


def test_the_scale_was_made_with_the_models_at_hand() -> None:
    made = scales()
    for by in (score.BY_MODEL, score.BY_RULES):
        assert score._scales()[by] == pytest.approx(made[by], abs=1e-6), "run python -m benchmarks.transfers_score"
