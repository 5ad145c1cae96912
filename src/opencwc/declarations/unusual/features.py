"""What a model looks at of a figure: its own past, its plant and site, its peers, its digits, its threshold.

Everything is on the decimal log scale and robust (medians, clipped means), since amounts have heavy tails. What is not
known is NaN. A figure is held against the years before it only, and against the other figures of its year.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from opencwc.declarations.unusual.figures import Codes, Numbers, Panel

FEATURES = (
    "known", "lag", "unrest", "times", "z", "z_last", "z_outside", "rare", "rare_outside", "z_last_step",
    "z_peers", "z_plant", "z_site", "peer_z", "peers",
    "z_weight", "mixture_gain", "purer", "rare_share",
    "balance_z", "rare_balance", "other_side_z", "rare_other_side", "other_side_gone", "sibling_z", "rare_sibling",
    "activity_z", "activity_gain", "activity_part", "chemical_z", "chemical_gain", "chemical_part",
    "plant_z", "plant_gain", "plant_part", "site_z", "site_gain", "site_part", "site_plants", "shifted_z",
    "shifted_gain", "rare_activity", "rare_chemical", "rare_plant", "rare_site", "rare_shifted",
    "unit_gain", "ten_gain", "swap_gain",
    "copied", "copied_in_plant", "same_before", "repeats",
    "over_limit", "over_limit_past", "above_before",
    "new_series", "new_at_plant", "new_at_site", "rare_new", "plant_years", "plant_figures",
)  # fmt: skip
"""The features in the order of the model. ``z`` are measured in the unrest of the series, ``rare`` in decades of how
few figures of the register are so far out: registers move more or less, and are rounded more or less. ``gain`` is how
much better something explains a figure than its own past does; ``part`` how much of the amount it accounts for."""
SIGNS = (
    *FEATURES, "r_median", "spread", "site_spread", "peer_place", "same_as_last", "digits", "repeats_site", "swap_fit",
    "activity_fit", "chemical_fit", "plant_fit", "site_fit", "shifted_fit", "other_side_change", "sibling_change",
)  # fmt: skip
"""The features, and what else plain rules look at; each is a column of `features_of`."""
RATIOS = ("balance", "other_side", "sibling")
"""What a site took in beside what it gave out; a figure beside the other side; a figure beside its plant's others."""
CLIPPED = 0.5
"""Changes are clipped to this many decades where they are averaged over others: one wrong figure moves no mean."""
LATELY = 3
RAREST = 2.0
MOST = 30.0
"""Beyond so many times the unrest it does not matter how far."""
EQUAL = 1e-9


class Year(NamedTuple):
    """A panel at one of its years (``at``): the logs of all years, of this one, the years before, and what is usual.

    ``usual`` is the median of the last known years on the log scale, ``last`` the year's before where it is known.
    ``now`` are the series that have a figure.
    """

    panel: Panel
    at: int
    logs: Numbers
    past: Numbers
    this: Numbers
    last: Numbers
    usual: Numbers
    now: Codes


def year_of(panel: Panel, year: int) -> Year:
    """Return a panel at one of its years."""
    at = panel.years.index(year)
    logs = np.log10(panel.kg)
    past, this = logs[:, :at], logs[:, at]
    return Year(
        panel, at, logs, past, this, _last(past)[0], _lately(past), np.flatnonzero(np.isfinite(this))
    )  # fmt: skip


def features_of(panel: Panel, year: int) -> tuple[Codes, dict[str, Numbers]]:
    """Return the series that have a figure in a year, and the features of each by name, one value a series."""
    seen = year_of(panel, year)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # medians of nothing are NaN, which is what is meant
        columns = {
            **_own_past(seen), **_others(seen), **_mixtures(seen), **_balances(seen), **_misplaced(seen),
            **_repeats(seen), **_digits(seen), **_threshold(seen), **_novelty(seen),
        }  # fmt: skip
        signs = {name: np.asarray(values, np.float64)[seen.now] for name, values in columns.items()}
        signs |= _in_proportion(signs)
    return seen.now, {name: signs[name] for name in SIGNS}


def _in_proportion(sign: dict[str, Numbers]) -> dict[str, Numbers]:
    """Return the features that are measured in the unrest of the series, or by how rare they are in the register."""
    away = sign["r_median"]
    unrest = _unrest(sign)
    z = np.abs(away) / unrest
    known = np.minimum(z, MOST) ** 2

    def gain(fit: Numbers) -> Numbers:
        better: Numbers = known - np.minimum(np.abs(fit) / unrest, MOST) ** 2
        return better

    fits = {name: sign[f"{name}_fit"] for name in ("activity", "chemical", "plant", "site", "shifted")}
    rare_new = rarity(np.where(sign["plant_years"] > 1, sign["new_series"], np.nan))
    return {
        "unrest": unrest, "times": np.clip(away, -4, 4), "z": np.minimum(z, MOST), "rare": rarity(away),
        "z_last": _within(sign["r_last"] / unrest), "z_outside": _within(sign["outside"] / unrest),
        "rare_outside": rarity(np.maximum(sign["outside"], 0)), "z_last_step": _within(sign["last_step"] / unrest),
        "z_peers": _within(sign["r_last_peers"] / unrest), "z_plant": _within(sign["r_last_plant"] / unrest),
        "z_site": _within(sign["r_last_site"] / unrest), "z_weight": _within(sign["weight_median"] / unrest),
        "mixture_gain": gain(sign["weight_median"]), "rare_share": rarity(sign["share_change"]),
        **{f"{name}_z": _within(np.abs(fit) / unrest) for name, fit in fits.items()},
        **{f"{name}_gain": gain(fit) for name, fit in fits.items()},
        **{f"rare_{name}": rarity(np.maximum(gain(fit), 0)) for name, fit in fits.items()},
        "unit_gain": gain(np.abs(away) - 3), "ten_gain": gain(np.abs(away) - 1), "swap_gain": gain(sign["swap_fit"]),
        **{f"{name}_z": _within(sign[f"{name}_change"] / sign[f"{name}_unrest"]) for name in RATIOS},
        **{f"rare_{name}": rarity(sign[f"{name}_change"]) for name in RATIOS},
        "rare_new": np.where(sign["new_series"] > 0, rare_new, 0.0),
    }  # fmt: skip


def _unrest(sign: dict[str, Numbers]) -> Numbers:
    """Return how far each figure may well be from what is usual, in decades.

    The spread of its own past counts by the number of its years, beside that of its site and of the whole register.
    """
    changes = np.abs(sign["r_last"][np.isfinite(sign["r_last"])])
    register = 1.4826 * float(np.median(changes)) if len(changes) else 0.1
    years = np.where(np.isfinite(sign["spread"]), np.minimum(sign["known"], 6.0), 0.0)
    site = np.where(np.isfinite(sign["site_spread"]), 2.0, 0.0)
    sum_of = years * np.nan_to_num(sign["spread"]) + site * np.nan_to_num(sign["site_spread"]) + 2.0 * register
    unrest: Numbers = np.maximum(sum_of / (years + site + 2.0), 0.01)
    return unrest


def rarity(values: Numbers) -> Numbers:
    """Return in decades how few of the known values are as far from zero, or further; 0 where one is nothing.

    At most `RAREST`, so that it says the same in a register of a hundred figures and in one of ten thousand.

    >>> [round(value, 2) for value in rarity(np.array([0.0, 1.0, -5.0, np.nan, 0.0])).tolist()]
    [0.0, 0.3, 0.6, nan, 0.0]
    """
    size = np.abs(values)
    known = np.sort(size[np.isfinite(size)])
    as_far = len(known) - np.searchsorted(known, size - EQUAL)
    rare = np.log10(len(known) / np.maximum(as_far, 1)) if len(known) else np.zeros(len(values))
    return np.where(np.isfinite(values), np.where(size > EQUAL, np.minimum(rare, RAREST), 0.0), np.nan)


def _within(values: Numbers) -> Numbers:
    return np.clip(values, -MOST, MOST)


def _own_past(seen: Year) -> dict[str, Numbers]:
    past, this = seen.past, seen.this
    median = _median(past)
    spread = 1.4826 * _median(np.abs(past - median[:, None]))
    steps = np.diff(past, axis=1)
    r_median = this - median
    return {
        "known": np.isfinite(past).sum(axis=1).astype(float),
        "lag": _last(past)[1],
        "r_last": this - seen.last,
        "r_median": r_median,
        "spread": spread,
        "last_step": _last(steps)[0] if steps.shape[1] else np.full(len(this), np.nan),
        "outside": np.maximum(this - _largest(past), -_largest(-past) - this),
    }


def _others(seen: Year) -> dict[str, Numbers]:
    panel, this = seen.panel, seen.this
    kind, plant, site = panel.groups("chemical", "activity"), panel.groups("plant"), panel.groups("site")
    change = this - seen.last
    clipped = np.clip(change, -CLIPPED, CLIPPED)
    known = seen.logs[:, : seen.at + 1]
    series = np.broadcast_to(kind[:, None], known.shape).ravel()
    middle = medians(series, known.ravel(), kind)
    spread = 1.4826 * medians(series, np.abs(known - middle[:, None]).ravel(), kind)
    unrest = _median(np.abs(np.diff(known, axis=1)))
    return {
        "r_last_peers": change - mean_of_others(kind, clipped),
        "r_last_plant": change - mean_of_others(plant, clipped),
        "r_last_site": change - mean_of_others(site, clipped),
        "peer_place": this - middle,
        "peer_z": (this - middle) / (spread + 0.1),
        "peers": sums(kind, np.isfinite(this).astype(float)),
        "site_spread": medians(site, unrest, site),
    }


def _mixtures(seen: Year) -> dict[str, Numbers]:
    panel, at = seen.panel, seen.at
    weight, share = np.log10(panel.weight), panel.share
    usual = _lately(share[:, :at])
    return {
        "weight_median": weight[:, at] - _lately(weight[:, :at]),
        "share_change": share[:, at] - usual,
        "purer": ((share[:, at] > 99.9) & (usual < 97)).astype(float),
    }


def _balances(seen: Year) -> dict[str, Numbers]:
    panel, at = seen.panel, seen.at
    of_site, of_plant = panel.groups("site", "chemical"), panel.groups("plant", "chemical")
    kg = np.nan_to_num(panel.kg)
    into = np.stack([sums(of_site, column * panel.into) for column in kg.T], axis=1)
    out = np.stack([sums(of_site, column * ~panel.into) for column in kg.T], axis=1)
    siblings = np.stack([sums(of_plant, column) for column in kg.T], axis=1) - kg
    other = np.where(panel.into[:, None], out, into)
    gone = (other[:, at] <= 0) & (np.isfinite(_log(other[:, max(at - LATELY, 0) : at])).any(axis=1))
    columns: dict[str, Numbers] = {"other_side_gone": gone.astype(float)}
    for name, ratio in (
        ("balance", _log(into) - _log(out)),
        ("other_side", seen.logs - _log(other)),
        ("sibling", seen.logs - _log(siblings)),
    ):
        change, unrest = _changed(ratio[:, : at + 1])
        columns |= {f"{name}_change": change, f"{name}_unrest": unrest}
    return columns


def _changed(ratio: Numbers) -> tuple[Numbers, Numbers]:
    """Return how far the last ratio of each row is from its usual one, and how far such ratios move, in decades."""
    past = ratio[:, :-1]
    change = ratio[:, -1] - _lately(past)
    known = change[np.isfinite(change)]
    general = 1.4826 * float(np.median(np.abs(known))) if len(known) else 0.1
    years = np.minimum(np.isfinite(past).sum(axis=1), 6)
    own = 1.4826 * _median(np.abs(past - _median(past)[:, None]))
    return change, np.maximum((years * np.nan_to_num(own) + 3 * general) / (years + 3), 0.01)


def _misplaced(seen: Year) -> dict[str, Numbers]:
    """Hold a figure against what its plant or site usually has and does not have this year, and against sums."""
    panel, this = seen.panel, seen.this
    columns: dict[str, Numbers] = {}
    own = np.nan_to_num(10**seen.usual)
    for name, group in (
        ("activity", panel.groups("plant", "chemical")),
        ("chemical", panel.groups("plant", "activity")),
        ("plant", panel.groups("site", "chemical", "activity")),
    ):
        columns[f"{name}_fit"], columns[f"{name}_part"] = _fit_of_missing(seen, group, own)
    group = panel.groups("site", "chemical", "activity")
    kg = np.nan_to_num(panel.kg[:, seen.at])
    others = sums(group, kg) - kg
    columns["site_fit"] = np.where(others > 0, this - np.log10(others + own), np.nan)
    columns["site_part"] = np.where(others > 0, others / (others + own), 0.0)
    columns["site_plants"] = sums(group, np.isfinite(this).astype(float))
    skipped = np.isnan(seen.logs[:, seen.at - 1]) if seen.at else np.ones(len(this), bool)
    columns["shifted_fit"] = np.where(skipped & (own > 0), this - seen.usual - np.log10(2), np.nan)
    return columns


def _fit_of_missing(seen: Year, group: Codes, own: Numbers) -> tuple[Numbers, Numbers]:
    """Return how nearly each figure is what a missing one of its group and its own usual amount come to, and the part.

    The nearest of several missing figures counts. A figure is missing where the year before last or the last had it.
    """
    lately = np.isfinite(seen.past[:, -2:]).any(axis=1)
    missing = np.flatnonzero(np.isnan(seen.this) & lately)
    fit, part = np.full(len(group), np.nan), np.zeros(len(group))
    now = seen.now
    here = pl.DataFrame({"series": now, "group": group[now], "own": own[now], "this": seen.this[now]})
    away = pl.DataFrame({"group": group[missing], "lost": own[missing]}).filter(pl.col("lost") > 0)
    best = (
        here.join(away, on="group")
        .with_columns(fit=pl.col("this") - (pl.col("own") + pl.col("lost")).log(10))
        .with_columns(part=pl.col("lost") / (pl.col("own") + pl.col("lost")), size=pl.col("fit").abs())
        .sort("series", "size")
        .unique("series", keep="first", maintain_order=True)
    )
    series = best["series"].to_numpy()
    fit[series], part[series] = best["fit"].to_numpy(), best["part"].to_numpy()
    return fit, part


def _repeats(seen: Year) -> dict[str, Numbers]:
    panel, at = seen.panel, seen.at
    weight = panel.weight
    with_last = np.abs(weight[:, at] / (weight[:, at - 1] if at else np.nan) - 1)
    same = np.where(np.isfinite(with_last), (with_last < EQUAL).astype(float), np.nan)
    pairs = np.abs(weight[:, 1:at] / weight[:, : max(at - 1, 0)] - 1)
    known = np.isfinite(pairs)
    equal = (pairs < EQUAL) & known
    plant, site = panel.groups("plant"), panel.groups("site")
    digits = digits_of(weight)
    surprise = _surprise_of_repeats(digits[:, 1 : at + 1], equal, known) if at else np.zeros(len(digits))
    before = (np.abs(weight[:, : max(at - 1, 0)] / weight[:, [at]] - 1) < EQUAL).sum(axis=1)
    return {
        "same_as_last": same,
        "copied": np.where(same > 0, surprise, 0.0),
        "copied_in_plant": mean_of_others(plant, np.where(np.isfinite(same), same * surprise, np.nan)),
        "same_before": before.astype(float),
        "digits": digits[:, at],
        "repeats": _share(equal.sum(axis=1), known.sum(axis=1)),
        "repeats_site": _share(
            sums(site, equal.sum(axis=1).astype(float)), sums(site, known.sum(axis=1).astype(float))
        ),
    }


def _surprise_of_repeats(digits: Numbers, equal: NDArray[np.bool_], known: NDArray[np.bool_]) -> Numbers:
    """Return in decades how rarely a figure of so many digits repeats in this register, by the years before.

    A series that has repeated before, one of which little is known and one that never has are looked at apart. Two
    repeats in a hundred are taken as seen beforehand, since a register may have few figures.
    """
    before = np.concatenate([np.zeros((len(digits), 1)), equal.cumsum(axis=1)], axis=1)
    pairs = np.concatenate([np.zeros((len(digits), 1)), known.cumsum(axis=1)], axis=1)
    habit = np.where(before > 0, 3, np.minimum(pairs, 2))
    kind = np.where(np.isfinite(digits), habit * 8 + np.nan_to_num(digits), 0).astype(np.int64)
    seen = np.bincount(kind[:, :-1][known], minlength=64)
    repeats = np.bincount(kind[:, :-1][known], equal[known].astype(float), minlength=64)
    surprise: Numbers = -np.log10((repeats + 0.4) / (seen + 20.0))
    return surprise[kind[:, -1]]


def _digits(seen: Year) -> dict[str, Numbers]:
    weight = seen.panel.weight
    usual = _lately(np.log10(weight[:, : seen.at]))
    return {"swap_fit": np.abs(np.log10(swapped_digits(weight[:, seen.at])) - usual)}


def _threshold(seen: Year) -> dict[str, Numbers]:
    limit = np.log10(seen.panel.limit)
    before = seen.past - limit[:, None]
    return {
        "over_limit": seen.this - limit,
        "over_limit_past": seen.usual - limit,
        "above_before": _share((before > 0).sum(axis=1), np.isfinite(before).sum(axis=1)),
    }


def _novelty(seen: Year) -> dict[str, Numbers]:
    panel = seen.panel
    known = np.isfinite(seen.past)
    ever = known.any(axis=1).astype(float)
    at_plant, at_site = panel.groups("plant", "chemical"), panel.groups("site", "chemical")
    plant = panel.groups("plant")

    def years(group: Codes) -> Numbers:
        seen_in = np.zeros(len(group))
        for column in known.T:
            seen_in += sums(group, column.astype(float)) > 0
        return seen_in

    return {
        "new_series": 1.0 - ever,
        "new_at_plant": (sums(at_plant, ever) == 0).astype(float),
        "new_at_site": (sums(at_site, ever) == 0).astype(float),
        "plant_years": years(plant),
        "plant_figures": sums(plant, np.isfinite(seen.this).astype(float)),
    }


# -- sums and medians --------------------------------------------------------------------------------------------------


def sums(group: Codes, values: Numbers) -> Numbers:
    """Return for each series the sum over its group; NaN counts as nothing."""
    return np.asarray(np.bincount(group, np.nan_to_num(values)), np.float64)[group]


def mean_of_others(group: Codes, values: Numbers) -> Numbers:
    """Return for each series the mean over the others of its group; 0 where no other is known."""
    known = np.isfinite(values)
    own = np.where(known, values, 0.0)
    count = sums(group, known.astype(float)) - known
    return _share(sums(group, own) - own, count, 0.0)


def medians(group: Codes, values: Numbers, wanted: Codes) -> Numbers:
    """Return the median of the known values of a group, for each group that is wanted; NaN where none is known."""
    table = pl.DataFrame({"group": group, "value": values}).filter(pl.col("value").is_finite())
    found = table.group_by("group").agg(pl.col("value").median())
    of_group = np.full(int(wanted.max(initial=-1)) + 1, np.nan)
    of_group[found["group"].to_numpy()] = found["value"].to_numpy()
    middle: Numbers = of_group[wanted]
    return middle


def digits_of(values: Numbers) -> Numbers:
    """Return how many digits numbers are written with, zeros at their ends apart; up to 6.

    >>> digits_of(np.array([1200.0, 0.035, 1234567.0])).tolist()
    [2.0, 2.0, 6.0]
    """
    with np.errstate(all="ignore"):
        mantissa = values / 10 ** np.floor(np.log10(values) + 1e-12)
        digits = np.full(values.shape, 6.0)
        for places in range(4, -1, -1):
            digits[np.abs(np.round(mantissa, places) - mantissa) < 1e-7] = places + 1.0
    return np.where(np.isfinite(values), digits, np.nan)


def swapped_digits(values: Numbers) -> Numbers:
    """Return numbers with their first two digits in the other order; NaN where these are the same.

    >>> [round(value, 6) for value in swapped_digits(np.array([1245.0, 0.31, 1145.0])).tolist()]
    [2145.0, 0.13, nan]
    """
    scale = 10.0 ** (np.floor(np.log10(values) + 1e-12) - 1)
    two = np.floor(values / scale + 1e-9)
    first, second = two // 10, two % 10
    return np.where(first == second, np.nan, values + 9 * (second - first) * scale)


def _lately(values: Numbers) -> Numbers:
    """Return the median of the last `LATELY` known values of each row."""
    known = np.isfinite(values)
    from_end = known[:, ::-1].cumsum(axis=1)[:, ::-1]
    return _median(np.where(known & (from_end <= LATELY), values, np.nan))


def _last(values: Numbers) -> tuple[Numbers, Numbers]:
    """Return the last known value of each row, and how many columns before the end it stands, from 1."""
    known = np.isfinite(values)
    if not values.shape[1]:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    back = known[:, ::-1].argmax(axis=1)
    last = values[np.arange(len(values)), values.shape[1] - 1 - back]
    return last, np.where(known.any(axis=1), back + 1.0, np.nan)


def _median(values: Numbers) -> Numbers:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        middle: Numbers = np.nanmedian(np.where(np.isfinite(values), values, np.nan), axis=1)
    return middle if values.shape[1] else np.full(len(values), np.nan)


def _largest(values: Numbers) -> Numbers:
    known = np.isfinite(values)
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    return np.where(known.any(axis=1), np.where(known, values, -np.inf).max(axis=1), np.nan)


def _log(values: Numbers) -> Numbers:
    """Return decimal logs; NaN of what is nothing, or next to nothing after a subtraction."""
    return np.where(values > 1e-9, np.log10(np.where(values > 1e-9, values, 1.0)), np.nan)


def _share(part: Numbers, whole: Numbers, otherwise: float = np.nan) -> Numbers:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), otherwise)
