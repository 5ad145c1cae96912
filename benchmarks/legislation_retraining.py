"""`python -m benchmarks.legislation_retraining`: what labels of a house gain, on real laws that play the house.

In turn some of the countries whose laws are labelled play a house: the weights are learned without their laws, then
retrained from them as `opencwc models retrain law` does, each law left out in turn. No text is needed: the signs and
labels stand in ``coverage.held.parquet``.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from benchmarks.legislation_training import Row, learn
from opencwc.legislation.coverage_model import HELD, LEFT_OUT
from opencwc.legislation.own_labels import OwnWeights, learn_own
from opencwc.legislation.verdicts import ORDER, SIGNS

HOUSES, SIZES = 24, (3, 4, 5, 6)


def houses(rows: list[Mapping[str, Any]]) -> Iterator[OwnWeights]:
    """Yield what each of some houses learns; always the same houses."""
    chosen = random.Random(1)
    countries = sorted({row["country"] for row in rows})
    for number in range(HOUSES):
        house = chosen.sample(countries, SIZES[number % len(SIZES)])
        package = learn([_row(row) for row in rows if row["country"] not in house])
        yield learn_own([row for row in rows if row["country"] in house], "benchmark", package)


def _row(row: Mapping[str, Any]) -> Row:
    signs = {name: float(row[name]) for name in SIGNS}
    return Row(row["country"], real=True, whole=True, measure=row["measure"], signs=signs,
               verdict=ORDER.index(row["verdict"]))  # fmt: skip


def main() -> int:
    rows = [row for row in pl.read_parquet(HELD).to_dicts() if row["part"] == LEFT_OUT]
    learned = list(houses(rows))
    for name, some in (("all houses", learned), ("houses where it is used", [own for own in learned if own.better])):
        labels = sum(own.labels for own in some)
        if labels:
            print(
                f"{name}: {len(some)}, labels {labels}; right {sum(own.own.right for own in some) / labels:.3f}"
                f" (as shipped {sum(own.shipped.right for own in some) / labels:.3f}); wrongly covered"
                f" {sum(own.own.false_covered for own in some)}"
                f" (as shipped {sum(own.shipped.false_covered for own in some)})"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
