"""Make the scale of the scores: `python -m benchmarks.transfers_score`, once the models of transfers are trained."""

from __future__ import annotations

import json

import polars as pl

from opencwc.transfers.reconcile import causes, score


def scales() -> dict[str, list[float]]:
    """Return the scales of the order by the models and of that by plain rules, on the discrepancies of one world."""
    groups = pl.read_parquet(causes.HELD_OUT)
    return {
        score.BY_MODEL: score.scale_of(causes.order_by_model(groups, causes.by_model(groups))),
        score.BY_RULES: score.scale_of(causes.order_by_rules(groups, causes.by_rules(groups))),
    }


def main() -> None:
    """Write the scale into the package."""
    score.SCALE.write_text(json.dumps(scales()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
