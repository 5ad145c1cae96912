"""The share of trade that runs through one State changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl

from opencwc.transfers.patterns.base import NO_STATE, PatternKind, Sighting, Unusual
from opencwc.transfers.patterns.level_steps import Floats, Step, find_steps
from opencwc.transfers.patterns.trade import Trade, YearlyKg

HUB_SHARE = 0.05
"""The share of a chemical's trade in any year from which on a State is looked at as a hub."""
HUB_CHANGE = 0.1
"""By how much the share must change to be told."""
_LEAST_SHARE_NOISE = 0.03


class HubShare(PatternKind):
    """States through which another share of a chemical's trade runs than before: what they take in and send on.

    The steps are those of the arcsines of the roots of the shares, whose noise does not depend on the share.
    """

    id = "hub_share"

    def sightings(self, trade: Trade) -> Iterator[Sighting]:
        """Yield every step in a hub's share by `HUB_CHANGE` or more."""
        yearly = trade.yearly.filter(pl.col("whole").all().over("substance", "year"))
        shares = _hub_shares(yearly)
        most = shares.group_by("substance", "state").agg(pl.col("share").max())
        hubs = most.filter(pl.col("share") >= HUB_SHARE).sort("substance", "state").select("substance", "state").rows()
        if not hubs:
            return
        first, share, kg = _series(yearly, shares, hubs)
        steps, tests = find_steps(np.arcsin(np.sqrt(np.clip(share, 0, 1))), least=_LEAST_SHARE_NOISE)
        for step in steps:
            before = float(np.nanmean(share[step.row, step.first : step.place]))
            after = float(np.nanmean(share[step.row, step.place : step.last + 1]))
            if abs(after - before) >= HUB_CHANGE:
                moved = float(np.mean(kg[step.row, step.place : step.last + 1]))
                figures = {"before_share": before, "after_share": after, "kg": moved}
                yield _sighting(trade, hubs[step.row], step, first, figures, Unusual("p", step.p, tests, step.q))


def _sighting(
    trade: Trade, hub: tuple[int, int], step: Step, first: int, figures: dict[str, float], unusual: Unusual
) -> Sighting:
    substance, state = hub
    start, end = first + step.place, first + step.last
    of_hub = (pl.col("exporter") == state) | (pl.col("importer") == state)
    return Sighting(
        (substance, NO_STATE, NO_STATE), str(start), str(end), figures, unusual, figures["kg"], via=state,
        lines=lambda: trade.lines_in(start, end, of_hub, substance=substance),
        years=partial(_in_and_out, trade, substance, state),
    )  # fmt: skip


def _hub_shares(yearly: pl.DataFrame) -> pl.DataFrame:
    """Return of each State that takes in and sends on a chemical in a year: kg through it, and their share."""
    into = yearly.group_by("substance", "year", state="importer", maintain_order=True).agg(into=pl.col("kg").sum())
    out = yearly.group_by("substance", "year", state="exporter", maintain_order=True).agg(out=pl.col("kg").sum())
    through = into.join(out, on=["substance", "state", "year"]).with_columns(kg=pl.min_horizontal("into", "out"))
    whole = yearly.group_by("substance", "year", maintain_order=True).agg(whole=pl.col("kg").sum())
    # What runs through a State is in the sum twice, once on its way in and once on its way out.
    once = (pl.col("whole") - pl.col("kg")).clip(lower_bound=pl.col("kg"))
    return through.join(whole, on=["substance", "year"]).with_columns(share=pl.col("kg") / once)


def _series(yearly: pl.DataFrame, shares: pl.DataFrame, hubs: list[tuple[int, int]]) -> tuple[int, Floats, Floats]:
    """Return the first year, and by hub and year the share and the kg; no share where the chemical is not traded."""
    first, last = int(yearly["year"].min()), int(yearly["year"].max())  # type: ignore[arg-type]
    share = np.full((len(hubs), last - first + 1), np.nan)
    kg = np.zeros_like(share)
    row_of = {hub: row for row, hub in enumerate(hubs)}
    of_substance: dict[int, list[int]] = {}
    for (substance, _), row in row_of.items():
        of_substance.setdefault(substance, []).append(row)
    for substance, year in yearly.select("substance", "year").unique().iter_rows():
        share[of_substance.get(substance, []), year - first] = 0.0
    for substance, state, year, *figures in shares.select("substance", "state", "year", "share", "kg").iter_rows():
        if (substance, state) in row_of:
            at = row_of[substance, state], year - first
            share[at], kg[at] = figures
    return first, share, kg


def _in_and_out(trade: Trade, substance: int, state: int) -> YearlyKg:
    """Return for a hub's chart: year, what it sends out, what it takes in."""
    out, into = (
        dict(trade.yearly.filter(own, substance=substance).group_by("year").agg(pl.col("kg").sum()).iter_rows())
        for own in (pl.col("exporter") == state, pl.col("importer") == state)
    )
    return tuple((year, float(out.get(year, 0.0)), float(into.get(year, 0.0))) for year in sorted({*out, *into}))
