"""Shipments are split below the declaration threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from opencwc.transfers.patterns.base import PatternKind, Sighting, Unusual
from opencwc.transfers.patterns.level_steps import ALARMS, Floats, adjusted
from opencwc.transfers.patterns.trade import PAIR, Trade, as_pair

WINDOWS_DAYS = (7, 30, 90)
"""In how many days shipments below the threshold are taken together, beside the calendar year of the threshold."""
LEAST_SHIPMENTS = 3
"""How many shipments below the threshold a window needs."""
_YEAR_DAYS = 365
_WINDOW = (*PAIR, "start", "end", "n", "kg", "limit", "side", "p")


class Splitting(PatternKind):
    """Several shipments, each below the threshold and together above it, unlike the pair at other times.

    They fall into a week, a month or a quarter (`_bursts`), or into a calendar year, which is the period that the
    declaration threshold is of (`_small_years`). What goes on one day is one shipment; shipments of which only the year
    is known are not looked at. Of each pair the most unusual window is told. Each of the four sorts of windows is
    corrected for the number of pairs by itself; what they bring together by chance is measured
    (``benchmarks/patterns.py``).
    """

    id = "splitting"

    def sightings(self, trade: Trade) -> Iterator[Sighting]:
        """Yield the most unusual window of each pair, where chance seldom brings one."""
        daily = _daily(trade)
        if not len(daily):
            return
        pairs = daily.group_by(*PAIR).agg(all=pl.len(), few=pl.col("small").sum(), side=pl.col("side").first())
        tests = int((pairs["few"] >= LEAST_SHIPMENTS).sum())
        sorts = [*(_bursts(daily, pairs, days) for days in WINDOWS_DAYS), _small_years(daily, pairs)]
        windows = pl.concat(_corrected(windows, tests) for windows in sorts)
        best = windows.sort(*PAIR, "q", "p", "end").group_by(*PAIR, maintain_order=True).first()
        for window in best.filter(pl.col("q") <= ALARMS).iter_rows(named=True):
            yield _sighting(trade, window, max(tests, len(best)))


def _sighting(trade: Trade, window: Mapping[str, Any], tests: int) -> Sighting:
    pair = as_pair([window[name] for name in PAIR])
    start, end = window["start"], window["end"]
    inside = pl.col("day").is_between(start, end) & (pl.col("export") == window["side"])
    return Sighting(
        pair, start.isoformat(), end.isoformat(),
        {"kg": window["kg"], "shipments": float(window["n"]), "threshold_kg": window["limit"]},
        Unusual("p", window["p"], tests, window["q"]), window["kg"],
        lines=lambda: trade.lines_of(pair, start.year, end.year).filter(inside),
    )  # fmt: skip


def _daily(trade: Trade) -> pl.DataFrame:
    """Return what each pair sends in a day by one side's books: the exporter's, or the importer's if it says more.

    Only substances with a threshold (``limit``) count; ``small`` is what is below it.
    """
    limits = pl.Series([substance.threshold_kg for substance in trade.substances] or [None], dtype=pl.Float64)
    dated = trade.lines.filter(pl.col("day").is_not_null())
    dated = dated.with_columns(limit=limits.gather(dated["substance"])).filter(pl.col("limit") > 0)
    sides = dated.group_by(*PAIR).agg(n=pl.len(), exports=pl.col("export").sum())
    sides = sides.select(*PAIR, side=pl.col("exports") * 2 >= pl.col("n"))
    daily = dated.join(sides, on=PAIR).filter(pl.col("export") == pl.col("side"))
    sums = daily.group_by(*PAIR, "day", "limit").agg(kg=pl.col("kg").sum(), side=pl.col("side").first())
    return sums.sort(*PAIR, "day").with_columns(small=pl.col("kg") < pl.col("limit"))


def _corrected(windows: pl.DataFrame, tests: int) -> pl.DataFrame:
    """Keep the most unusual window of each pair, its probability corrected for the number of pairs."""
    best = windows.sort(*PAIR, "p", "end").group_by(*PAIR, maintain_order=True).first()
    q = adjusted(np.concatenate([best["p"].to_numpy(), np.ones(max(0, tests - len(best)))]))[: len(best)]
    return best.with_columns(q=pl.Series(q, dtype=pl.Float64))


def _bursts(daily: pl.DataFrame, pairs: pl.DataFrame, window: int) -> pl.DataFrame:
    """Windows of some days with many small shipments, and how probable so many are by the rate at other times.

    Larger ones do not count, so a pair that used to send more at once has a rate near zero.
    """
    span = daily.group_by("exporter").agg(days=(pl.col("day").max() - pl.col("day").min()).dt.total_days())
    small = daily.filter("small")
    windows = small.rolling("day", period=f"{window}d", group_by=PAIR).agg(
        n=pl.len(), kg=pl.col("kg").sum(), start=pl.col("day").min(), limit=pl.col("limit").first()
    )
    year = _YEAR_DAYS + window
    around = small.rolling("day", period=f"{year}d", offset=f"-{(year + window) // 2}d", group_by=PAIR).agg(
        around=pl.len()
    )
    windows = windows.join(around, on=[*PAIR, "day"]).join(pairs, on=PAIR).join(span, on="exporter")
    windows = windows.filter((pl.col("n") >= LEAST_SHIPMENTS) & (pl.col("kg") > pl.col("limit")))
    n, few, days, near = (windows[name].to_numpy().astype(np.float64) for name in ("n", "few", "days", "around"))
    days = np.maximum(days, window)
    # A pair can have a year of small shipments; so the year around must make as many improbable as all years do.
    always = _burst(n, few - n, np.maximum(days - window, window), window)
    that_year = _burst(n, near - n, np.full(len(n), float(_YEAR_DAYS)), window)
    # As many windows were tried as there are shipments to begin one, and no fewer than fit beside each other.
    p = np.minimum(1.0, np.maximum(always, that_year) * np.maximum(few, days / window))
    return windows.with_columns(p=pl.Series(p, dtype=pl.Float64), end="day").select(_WINDOW)


def _burst(n: Floats, others: Floats, days: Floats, window: int) -> Floats:
    """The probability of n or more shipments in a window, given how many others there are in how many other days.

    The rate is not known but estimated (Gamma with Jeffreys' prior), so the number is negative binomial.
    """
    return np.asarray(stats.nbinom.sf(n - 1, others + 0.5, days / (days + window)))


def _small_years(daily: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Calendar years with more small shipments than other years, and a larger share of small ones, of no smaller a sum.

    Both must be improbable: so many by the rate of the other years, and such a share by Fisher's exact test. It is
    corrected for the years that were tried.
    """
    small = pl.col("day").filter("small")
    years = daily.group_by(*PAIR, year=pl.col("day").dt.year()).agg(
        in_year=pl.len(), n=pl.col("small").sum(), kg=pl.col("kg").filter("small").sum(), whole=pl.col("kg").sum(),
        start=small.min(), end=small.max(), limit=pl.col("limit").first(),
    ).join(pairs, on=PAIR)  # fmt: skip
    years = years.with_columns(
        years=pl.len().over(PAIR), usual=pl.col("whole").median().over(PAIR),
        days=_YEAR_DAYS * (pl.col("year").max() - pl.col("year").min()).over(PAIR),
    ).filter(
        (pl.col("n") >= LEAST_SHIPMENTS) & (pl.col("kg") > pl.col("limit")) & (pl.col("whole") >= pl.col("usual"))
    )  # fmt: skip
    n, all_of_pair, few, of_year, tried, days = (
        years[name].to_numpy().astype(np.float64) for name in ("n", "all", "few", "in_year", "years", "days")
    )
    share = stats.hypergeom.sf(n - 1, all_of_pair, few, of_year)
    p = np.minimum(1.0, np.maximum(share, _burst(n, few - n, days, _YEAR_DAYS)) * tried)
    return years.with_columns(p=pl.Series(p, dtype=pl.Float64)).select(_WINDOW)
