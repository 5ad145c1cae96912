"""Made-up registers from three generators of different make, and nine kinds of error planted in them.

What the generators differ in: how a plant comes to its yearly amount, what moves together, how people round, what is
missing, and how real change looks.

- `campaigns`: each series is an autoregression of logs with heavy tails; some plants work in campaigns only every few
  years; what is used up follows what is made; figures are missing one by one.
- `markets`: a plant makes whole batches, whose number is drawn around the demand of its market and its share in it;
  markets crash and boom; several plants of a site make the same; some report nominal batches, so that figures repeat;
  whole sites report nothing in a year.
- `contracts`: amounts stay for the years of a contract and then step, often far; plants start up over years, shut down
  and change their product; one utilisation moves a whole site; fixed quantities repeat; many sites begin late.

How much of each there is is drawn anew for every register. Everything is drawn in whole columns; a register of 3,000
sites and 8 years takes about a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Rng = np.random.Generator
SITES, YEARS, FIRST_YEAR = 3_000, 8, 2018
LAST_YEAR = FIRST_YEAR + YEARS - 1
KINDS = (
    "unit", "digits", "activity", "chemical", "plant", "year", "site_sum", "concentration", "threshold",
)  # fmt: skip
"""A unit slip (1,000 times or a thousandth); a factor of ten or two digits swapped; declared under another activity;
under another chemical; under another plant of the site; copied from last year, or last year's entered again under
this year; the sum of the site at one plant; a mixture declared as pure; more than the threshold declared as just below
it."""
EACH = 40
"""How many errors of each kind are planted in a year of 3,000 sites."""
LEAST_FIXED = 5
"""Where fewer errors of a kind than this are to be expected in a small register, their number is drawn (Poisson)."""
MATERIAL = 0.1
"""An error that changes a figure by less than this share is none: a copied figure that hardly differs does no harm."""
LIMITS = (100.0, 1_000.0, 30_000.0, float("nan"))
ACTIVITIES = ("produce", "process", "consume", "import", "export")
PRODUCE, PROCESS, CONSUME, IMPORT, EXPORT = range(5)


class Series(NamedTuple):
    """Series of a register: what each is of, and its years. ``weight`` (of the product) and ``share`` are one row each.

    ``plant`` counts within the site from 1; 0 is the site itself, where trade is booked.
    """

    site: Whole
    plant: Whole
    chemical: Whole
    activity: Whole
    weight: Array
    share: Array

    def only(self, some: NDArray[np.bool_]) -> Series:
        """Return some of the series."""
        return Series(*(column[some] for column in self))


def together(*parts: Series) -> Series:
    """Return the series of several parts as one."""
    return Series(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


# -- what the generators share: who there is, and how a number is written ----------------------------------------------


def plants_of(rng: Rng, sites: int, more: float) -> tuple[Whole, Whole]:
    """Return site and plant of every plant: one a site, and a Poisson number of further ones."""
    count = 1 + rng.poisson(more, sites)
    site = np.repeat(np.arange(sites), count)
    first = np.repeat(np.cumsum(count) - count, count)
    return site, np.arange(len(site)) - first + 1


def popular(rng: Rng, size: int, chemicals: int, slope: float) -> Whole:
    """Draw chemicals: the n-th is drawn as often as n to the power of minus ``slope``."""
    weights = np.arange(1, chemicals + 1) ** -slope
    return rng.choice(chemicals, size, p=weights / weights.sum())


def distinct(series: Series) -> Series:
    """Leave one series of each site, plant, chemical and activity."""
    key = ((series.site * 64 + series.plant) * 512 + series.chemical) * 8 + series.activity
    some = np.zeros(len(key), bool)
    some[np.unique(key, return_index=True)[1]] = True
    return series.only(some)


def rounded(values: Array, digits: Whole) -> Array:
    """Round each row to so many significant digits."""
    with np.errstate(all="ignore"):
        scale = 10.0 ** (np.floor(np.log10(values)) - digits[:, None] + 1)
    return np.round(values / scale) * scale


def series_of(site: Whole, plant: Whole, chemical: Whole, activity: Whole | int, weight: Array, share: Array) -> Series:
    """Return series; one activity may be given for all."""
    return Series(site, plant, chemical, np.broadcast_to(activity, site.shape).astype(np.int64), weight, share)


def shares_of(rng: Rng, size: int, mixtures: float, jitter: float) -> Array:
    """Draw the strength of each series over the years in per cent: pure, or a mixture that hardly changes."""
    base = np.where(rng.random(size) < mixtures, np.round(rng.uniform(8, 92, size)), 100.0)
    moved = np.round(base[:, None] * (1 + jitter * rng.normal(size=(size, YEARS))))
    return np.where(base[:, None] < 100, np.clip(moved, 2, 97), 100.0)


# -- the three generators ----------------------------------------------------------------------------------------------


def campaigns(rng: Rng, sites: int) -> Series:  # noqa: PLR0914 - each draw has its name
    """Return a register whose amounts wander on the log scale, with campaigns, and captive use of what is made."""
    site, plant = plants_of(rng, sites, 0.8)
    pick = np.repeat(np.arange(len(site)), 1 + rng.poisson(0.7, len(site)))
    site, plant = site[pick], plant[pick]
    chemical = popular(rng, len(site), 70, 0.8)
    level = 3.4 + rng.standard_t(3, 70)[chemical] * 0.5 + rng.normal(0, 0.6, len(site))
    unrest = 0.06 * rng.uniform(0.5, 1.8) * rng.lognormal(0, 0.6, len(site))
    walk = np.zeros((len(site), YEARS))
    walk[:, 0] = rng.normal(0, 0.2, len(site))
    for year in range(1, YEARS):
        walk[:, year] = 0.75 * walk[:, year - 1] + unrest * rng.standard_t(3, len(site))
    jumps = (rng.random(walk.shape) < 0.015) * rng.normal(0, 0.6, walk.shape)
    weight = 10 ** (level[:, None] + walk + np.cumsum(jumps, axis=1))
    campaign = rng.random(len(site)) < rng.uniform(0.05, 0.3)
    works = rng.random(weight.shape) < np.where(campaign, 0.5, 1.0)[:, None]
    begins, ends = rng.integers(-30, YEARS, len(site)), rng.integers(1, YEARS + 40, len(site))
    years = np.arange(YEARS)
    works &= (years >= begins[:, None]) & (years < ends[:, None])
    weight = np.where(works, weight, np.nan)
    main = rng.choice([PRODUCE, PROCESS, CONSUME], len(site), p=[0.45, 0.2, 0.35])
    share = shares_of(rng, len(site), 0.3, rng.choice([0.0, 0.01, 0.02, 0.04]))
    parts = [series_of(site, plant, chemical, main, weight, share)]
    captive = (main == PRODUCE) & (rng.random(len(site)) < rng.uniform(0.2, 0.5))
    used = weight * rng.uniform(0.3, 0.98, len(site))[:, None] * (1 + 0.04 * rng.normal(size=weight.shape))
    parts.append(series_of(site, plant, chemical, CONSUME, used, share).only(captive))
    traded = rng.random(len(site)) < 0.4
    noise = 1 + 0.08 * rng.standard_t(4, weight.shape)
    sold = weight * rng.uniform(0.05, 0.6, len(site))[:, None] * np.clip(noise, 0.3, 3)
    parts.append(series_of(site, 0 * plant, chemical, EXPORT, sold, share).only(traded & (main == PRODUCE)))
    bought = weight * rng.uniform(0.7, 1.1, len(site))[:, None] * np.clip(noise, 0.3, 3)
    parts.append(series_of(site, 0 * plant, chemical, IMPORT, bought, share).only(traded & (main != PRODUCE)))
    whole = distinct(together(*parts))
    digits = rng.choice(5, sites, p=rng.dirichlet([0.5, 1.5, 3.0, 3.0, 2.5]))[whole.site] + 1
    kept = rng.random(whole.weight.shape) > rng.uniform(0.0, 0.05)
    return whole._replace(weight=np.where(kept, rounded(whole.weight, digits), np.nan))


def markets(rng: Rng, sites: int) -> Series:  # noqa: PLR0914 - each draw has its name
    """Return a register of batches: their number is Poisson around a market's demand times a plant's share."""
    chemicals = 45
    site, plant = plants_of(rng, sites, 1.1)
    own = popular(rng, sites * 3, chemicals, 0.6).reshape(sites, 3)
    pick = np.repeat(np.arange(len(site)), rng.integers(1, 4, len(site)))
    site, plant = site[pick], plant[pick]
    chemical = own[site, rng.integers(0, 3, len(site))]
    demand = rng.uniform(0.5, 1.8) * np.cumsum(rng.normal(0, 0.05, (chemicals, YEARS)), axis=1)
    demand += np.cumsum((rng.random(demand.shape) < 0.06) * rng.normal(0, 0.25, demand.shape), axis=1)
    batch = np.round(10 ** rng.normal(2.9, 0.5, len(site)) / 50) * 50 + 50
    mean = rng.pareto(1.1, len(site)) * 6 + 1
    rate = mean[:, None] * 10 ** demand[chemical] * np.exp(0.12 * rng.normal(size=(len(site), YEARS)))
    seasonal = rng.random(len(site)) < 0.08
    rate *= np.where(seasonal[:, None], rng.choice([0.0, 0.3, 1.0], rate.shape), 1.0)
    count = rng.poisson(np.minimum(rate, 5e4)).astype(float)
    nominal = rng.random(len(site)) < rng.uniform(0.1, 0.5)
    yielded = np.where(nominal[:, None], 1.0, 1 + 0.025 * rng.normal(size=count.shape))
    weight = np.where(count > 0, count * batch[:, None] * yielded, np.nan)
    open_from = rng.integers(-40, YEARS, len(site))
    weight[np.arange(YEARS) < open_from[:, None]] = np.nan
    main = rng.choice([PRODUCE, CONSUME, PROCESS], len(site), p=[0.5, 0.3, 0.2])
    share = shares_of(rng, len(site), 0.35, rng.choice([0.0, 0.01, 0.03]))
    parts = [series_of(site, plant, chemical, main, weight, share)]
    second = rng.random(len(site)) < rng.uniform(0.1, 0.5)
    other = np.where(main == PRODUCE, CONSUME, PRODUCE)
    beside = weight * rng.beta(4, 2, len(site))[:, None] * np.clip(1 + 0.1 * rng.normal(size=weight.shape), 0.5, 2)
    parts.append(series_of(site, plant, chemical, other, beside, share).only(second))
    trades = rng.random(len(site)) < 0.5
    foreign = weight * np.clip(0.4 + 0.15 * np.cumsum(rng.normal(size=weight.shape), axis=1) / 2, 0.05, 0.95)
    way = np.where(main == PRODUCE, EXPORT, IMPORT)
    parts.append(series_of(site, 0 * plant, chemical, way, foreign, share).only(trades))
    whole = distinct(together(*parts))
    silent = rng.random((sites, YEARS)) < rng.uniform(0.0, 0.06)
    digits = rng.choice([2, 3, 6], sites, p=rng.dirichlet([1.5, 3.5, 5.0]))[whole.site]
    weight = np.where(silent[whole.site], np.nan, rounded(np.round(whole.weight), digits))
    return whole._replace(weight=np.where(weight > 0, weight, np.nan))


def contracts(rng: Rng, sites: int) -> Series:  # noqa: PLR0914 - each draw has its name
    """Return a register of amounts that stay for some years and then step, with start-ups, ramps and shutdowns."""
    chemicals = 100
    site, plant = plants_of(rng, sites, 0.6)
    pick = np.repeat(np.arange(len(site)), 1 + rng.binomial(3, 0.35, len(site)))
    site, plant = site[pick], plant[pick]
    size = len(site)
    chemical = (rng.integers(0, chemicals, sites)[site] + rng.integers(0, 6, size)) % chemicals
    level = rng.laplace(0, 0.55, size) + rng.normal(3.3, 0.8, sites)[site]
    renewed = rng.random((size, YEARS)) < 1 / rng.integers(2, 7, size)[:, None]
    step = np.where(
        rng.random((size, YEARS)) < 0.15, rng.normal(0, 0.5, (size, YEARS)), 0.1 * rng.normal(size=(size, YEARS))
    )
    weight = 10 ** (level[:, None] + np.cumsum(renewed * step, axis=1))
    fixed = rng.random(size) < rng.uniform(0.1, 0.4)
    wobble = np.where(fixed, 0.0, rng.choice([0.02, 0.05, 0.12], size))
    utilisation = np.exp(np.cumsum(rng.normal(0, rng.uniform(0.03, 0.12), (sites, YEARS)), axis=1))[site]
    weight *= np.where(fixed[:, None], 1.0, utilisation * np.exp(wobble[:, None] * rng.normal(size=(size, YEARS))))
    years = np.arange(YEARS)
    begins, ends = rng.integers(-25, YEARS, size), rng.integers(1, YEARS + 30, size)
    ramp = np.clip((years - begins[:, None] + 1) / rng.integers(1, 4, size)[:, None], 0, 1)
    weight *= np.where(begins[:, None] > 0, ramp, 1.0)
    alive = (years >= begins[:, None]) & (years < ends[:, None])
    weight = np.where(alive, weight, np.nan)
    main = rng.choice([PRODUCE, CONSUME, PROCESS], size, p=[0.35, 0.4, 0.25])
    share = shares_of(rng, size, 0.25, rng.choice([0.0, 0.02, 0.04]))
    changes = (rng.random(size) < 0.06) & (begins <= 0)
    change_year = rng.integers(2, YEARS, size)
    after = years >= change_year[:, None]
    successor = series_of(
        site, plant, (chemical + 7) % chemicals, main,
        np.where(after, weight * 10 ** rng.normal(0, 0.25, size)[:, None], np.nan), share,
    ).only(changes)  # fmt: skip
    weight = np.where(changes[:, None] & after, np.nan, weight)
    parts = [series_of(site, plant, chemical, main, weight, share), successor]
    both = rng.random(size) < 0.3
    chain = (
        weight * np.clip(rng.normal(0.8, 0.3, size), 0.05, 1.5)[:, None] * np.exp(0.05 * rng.normal(size=weight.shape))
    )
    parts.append(series_of(site, plant, chemical, np.where(main == CONSUME, PROCESS, CONSUME), chain, share).only(both))
    supplied = rng.random(size) < 0.3
    parts.append(
        series_of(site, 0 * plant, chemical, np.where(main == PRODUCE, EXPORT, IMPORT), weight * 0.9, share).only(
            supplied
        )
    )
    whole = distinct(together(*parts))
    digits = rng.choice([1, 2, 3, 6], sites, p=rng.dirichlet([0.5, 3.5, 3.0, 3.0]))[whole.site]
    late = np.where(rng.random(sites) < 0.2, rng.integers(1, YEARS, sites), 0)[whole.site]
    kept = (years >= late[:, None]) & (rng.random(whole.weight.shape) > 0.01)
    return whole._replace(weight=np.where(kept, rounded(whole.weight, digits), np.nan))


GENERATORS: Mapping[str, Callable[[Rng, int], Series]] = MappingProxyType(
    {"campaigns": campaigns, "markets": markets, "contracts": contracts}
)


# -- rows, and errors planted in them ----------------------------------------------------------------------------------


class Rows(NamedTuple):
    """The rows of a register as columns; ``kind`` numbers the planted error from 1, 0 where there is none."""

    site: Whole
    plant: Whole
    chemical: Whole
    activity: Whole
    year: Whole
    weight: Array
    share: Array
    kind: Whole
    event: Whole


def rows_of(series: Series) -> Rows:
    """Return the rows of a register."""
    at, year = np.nonzero(np.isfinite(series.weight) & (series.weight > 0))
    return Rows(
        *(column[at] for column in series[:4]), year + FIRST_YEAR, series.weight[at, year], series.share[at, year],
        np.zeros(len(at), np.int64), np.zeros(len(at), np.int64),
    )  # fmt: skip


def limits_of(chemicals: Whole, seed: int) -> Array:
    """Return the threshold of each chemical in kg: Schedules 2A, 2B and 3, or none."""
    drawn = np.random.default_rng(seed).choice(len(LIMITS), 600, p=[0.15, 0.3, 0.3, 0.25])
    return np.array(LIMITS)[drawn[chemicals]]


def make(name: str, seed: int, sites: int = SITES, each: int = EACH, first: int = 3) -> pl.DataFrame:
    """Return the figures of a register with errors in every year from the ``first`` on (from 0).

    The columns are those of `opencwc.declarations.unusual.figures` and ``kind`` (empty where no error was planted) and
    ``event``. ``each`` is for 3,000 sites; fewer sites have fewer errors.
    """
    rng = np.random.default_rng([seed, [*GENERATORS].index(name)])
    rows = rows_of(GENERATORS[name](rng, sites))
    mean = each * sites / SITES
    for year in range(FIRST_YEAR + first, FIRST_YEAR + YEARS):
        for kind in rng.permutation(len(KINDS)):
            count = round(mean) if mean >= LEAST_FIXED else int(rng.poisson(mean))
            rows = plant_errors(rng, rows, KINDS[kind], year, count, seed)
    return _figures(rows, limits_of(rows.chemical, seed))


def _figures(rows: Rows, limit: Array) -> pl.DataFrame:
    table = pl.DataFrame({
        "site": rows.site, "plant": rows.plant, "chemical": rows.chemical, "activity": rows.activity,
        "year": rows.year, "kg": rows.weight * rows.share / 100, "weight": rows.weight, "limit": limit,
        "kind": rows.kind, "event": rows.event,
    })  # fmt: skip
    return (
        table.group_by("site", "plant", "chemical", "activity", "year")
        .agg(pl.col("kg", "weight").sum(), pl.col("limit").first(), pl.col("kind", "event").max())
        .sort("site", "plant", "chemical", "activity", "year")
        .with_columns(
            *(pl.col(name).cast(pl.String).str.zfill(4) for name in ("site", "plant", "chemical")),
            activity=pl.lit(pl.Series(ACTIVITIES)).gather(pl.col("activity")),
            limit=pl.col("limit").fill_nan(None),
            kind=pl.lit(pl.Series(["", *KINDS])).gather(pl.col("kind")),
        )
        .select("site", "plant", "chemical", "activity", "year", "kg", "weight", "limit", "kind", "event")
    )


def plant_errors(rng: Rng, rows: Rows, kind: str, year: int, count: int, seed: int) -> Rows:
    """Return the rows with errors of one kind planted in a year, in rows that bear none."""
    at = np.flatnonzero((rows.year == year) & (rows.kind == 0) & _may(rows, kind, year, seed))
    chosen = rng.permutation(at)[:count]
    changed = Rows(*(column.copy() for column in rows))
    changed.kind[chosen] = KINDS.index(kind) + 1
    changed.event[chosen] = rows.event.max() + 1 + np.arange(len(chosen))
    _PLANTED[kind](rng, changed, chosen, year, seed)
    return changed


def _may(rows: Rows, kind: str, year: int, seed: int) -> NDArray[np.bool_]:
    """Tell which rows an error of this kind can befall."""
    if kind == "activity":
        return rows.activity <= CONSUME
    if kind == "plant":
        return (rows.plant > 0) & (_plants_of(rows)[rows.site] > 1)
    if kind == "year":
        before = _before(rows, year)
        return np.abs(rows.weight / before - 1) > MATERIAL
    if kind == "site_sum":
        return (rows.plant > 0) & (
            np.bincount(_at_site(rows), rows.weight)[_at_site(rows)] > (1 + MATERIAL) * rows.weight
        )
    if kind == "concentration":
        return rows.share < 90
    if kind == "threshold":
        over = rows.weight * rows.share / 100 / limits_of(rows.chemical, seed)
        return (rows.plant > 0) & (over > 1) & (over < 10)
    return rows.plant >= 0


def _before(rows: Rows, year: int) -> Array:
    """Return what the series of each row had in the year before; NaN where it had nothing, or an error."""
    series, weight = _series(rows), np.full(len(rows.year), np.nan)
    before = np.flatnonzero((rows.year == year - 1) & (rows.kind == 0))
    before = before[np.argsort(series[before])]
    if len(before):
        place = np.minimum(np.searchsorted(series[before], series), len(before) - 1)
        has = series[before[place]] == series
        weight[has] = rows.weight[before[place[has]]]
    return weight


def _plant_unit(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    rows.weight[at] *= rng.choice([1e3, 1e-3], len(at))


def _plant_digits(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    """A zero too many or too few; or, in half the rows whose first two digits differ, those swapped."""
    weight = rows.weight[at]
    scale = 10.0 ** (np.floor(np.log10(weight) + 1e-12) - 1)
    two = np.floor(weight / scale + 1e-9)
    first, second = two // 10, two % 10
    swapped = weight + 9 * (second - first) * scale
    swaps = (rng.random(len(at)) < 0.5) & (first != second) & (second > 0)
    rows.weight[at] = np.where(swaps, swapped, weight * rng.choice([10.0, 0.1], len(at)))


def _plant_activity(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    rows.activity[at] = np.where(rows.activity[at] == PRODUCE, CONSUME, PRODUCE)


def _plant_chemical(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    """The chemical of any other row of the register; half of them, where there is one, another of the same site."""
    other = rows.chemical[rng.integers(0, len(rows.chemical), len(at))]
    order = np.argsort(rows.site, kind="stable")
    begins = np.searchsorted(rows.site[order], rows.site[at])
    ends = np.searchsorted(rows.site[order], rows.site[at], side="right")
    at_site = rows.chemical[order[rng.integers(begins, ends)]]
    near = (rng.random(len(at)) < 0.5) & (at_site != rows.chemical[at])
    other = np.where(near, at_site, other)
    rows.chemical[at] = np.where(other == rows.chemical[at], (other + 1) % (rows.chemical.max() + 1), other)


def _plant_plant(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    count = _plants_of(rows)[rows.site[at]]
    rows.plant[at] = (rows.plant[at] - 1 + rng.integers(1, count)) % count + 1


def _plant_year(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    """A third copied from last year alone, a third the whole plant's, a third last year's rows entered again."""
    series = _series(rows)
    before = np.flatnonzero((rows.year == year - 1) & (rows.kind == 0))
    before = before[np.unique(series[before], return_index=True)[1]]

    def last(some: Whole) -> tuple[Whole, Whole]:
        place = np.minimum(np.searchsorted(series[before], series[some]), len(before) - 1)
        has = series[before[place]] == series[some]
        return some[has], before[place[has]]

    way = rng.integers(0, 3, len(at))
    shifted, sources = last(at[way == 2])
    whole = at[way == 1]
    mates = np.flatnonzero((rows.year == year) & (rows.kind == 0) & (rows.plant > 0))
    of_plant = rows.site * 64 + rows.plant
    mates = mates[np.isin(of_plant[mates], of_plant[whole])]
    event_of = dict(zip(of_plant[whole].tolist(), rows.event[whole].tolist(), strict=True))
    copied, copies = last(np.concatenate([at[way != 2], mates]))
    rows.weight[copied], rows.share[copied] = rows.weight[copies], rows.share[copies]
    moved = np.isin(copied, mates)
    rows.kind[copied[moved]] = KINDS.index("year") + 1
    rows.event[copied[moved]] = [event_of[plant] for plant in of_plant[copied[moved]].tolist()]
    rows.year[sources] = year
    rows.kind[sources], rows.event[sources] = rows.kind[shifted], rows.event[shifted]


def _plant_site_sum(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    group = _at_site(rows)
    rows.weight[at] = np.bincount(group, rows.weight)[group[at]]


def _plant_concentration(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    rows.share[at] = 100.0


def _plant_threshold(rng: Rng, rows: Rows, at: Whole, year: int, seed: int) -> None:
    """From 85 to 99 per cent of the threshold, written with two or three digits."""
    told = limits_of(rows.chemical[at], seed) * rng.uniform(0.85, 0.99, len(at)) * 100 / rows.share[at]
    rows.weight[at] = rounded(told[:, None], rng.integers(2, 4, len(at)))[:, 0]


_PLANTED: Mapping[str, Callable[[Rng, Rows, Whole, int, int], None]] = MappingProxyType({
    "unit": _plant_unit, "digits": _plant_digits, "activity": _plant_activity, "chemical": _plant_chemical,
    "plant": _plant_plant, "year": _plant_year, "site_sum": _plant_site_sum, "concentration": _plant_concentration,
    "threshold": _plant_threshold,
})  # fmt: skip


def _plants_of(rows: Rows) -> Whole:
    """Return how many plants each site has."""
    count = np.zeros(int(rows.site.max()) + 1, np.int64)
    np.maximum.at(count, rows.site, rows.plant)
    return count


def _series(rows: Rows) -> Whole:
    return ((rows.site * 64 + rows.plant) * 1024 + rows.chemical) * 8 + rows.activity


def _at_site(rows: Rows) -> Whole:
    """Number rows by site, chemical, activity and year; those of the site itself apart."""
    key = (((rows.site * 1024 + rows.chemical) * 8 + rows.activity) * 64 + rows.year - FIRST_YEAR) * 2 + (
        rows.plant > 0
    )
    return np.unique(key, return_inverse=True)[1]
