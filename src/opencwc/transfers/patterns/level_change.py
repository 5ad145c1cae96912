"""The trade of a pair of States moves to another level."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import polars as pl

from opencwc.transfers.patterns.base import PatternKind, Sighting, Unusual
from opencwc.transfers.patterns.level_steps import LEAST_YEARS, find_steps
from opencwc.transfers.patterns.trade import PAIR, Trade, as_pair

FACTOR = 2.0
"""By which factor a level must change, at least, to be told."""
_LEAST_NOISE = 0.05


class LevelChange(PatternKind):
    """Pairs whose yearly trade of a chemical moves to another level; years without trade are no level.

    A change of level is a step in the logarithms of the yearly quantities, or two, there and back
    (`opencwc.transfers.patterns.level_steps`).
    """

    id = "level_change"

    def sightings(self, trade: Trade) -> Iterator[Sighting]:
        """Yield every step by `FACTOR` or more."""
        yearly = trade.yearly.filter("whole")  # half a year's sum is no lower level
        pairs = yearly.group_by(*PAIR, maintain_order=True).agg(n=pl.len()).filter(pl.col("n") >= LEAST_YEARS)
        if not len(pairs):
            return
        years = pairs.with_row_index("place").join(yearly, on=PAIR, how="inner")
        first = int(years["year"].min())  # type: ignore[arg-type]
        last = int(years["year"].max())  # type: ignore[arg-type]
        logs = np.full((len(pairs), last - first + 1), np.nan)
        logs[years["place"].to_numpy(), years["year"].to_numpy() - first] = np.log(years["kg"].to_numpy())
        steps, tests = find_steps(logs, least=_LEAST_NOISE)
        keys = pairs.select(PAIR).rows()
        for step in steps:
            before, after = math.exp(step.before), math.exp(step.after)
            if max(before, after) < FACTOR * min(before, after):
                continue
            change = abs(after - before)
            yield Sighting(
                as_pair(keys[step.row]), str(first + step.place), str(first + step.last),
                {"before_kg": before, "after_kg": after, "factor": after / before, "kg": change},
                Unusual("p", step.p, tests, step.q), change,
                says="pattern_level_up" if after > before else "pattern_level_down",
            )  # fmt: skip
