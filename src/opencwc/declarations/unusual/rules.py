"""Plain rules: how strongly the features of a figure speak for each reason to ask, from 0 to 1.

They choose the reason that is told beside every figure, whoever ranked it, and rank the figures where no model does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from opencwc.declarations.unusual.figures import Numbers

REASONS = (
    "unit", "digits", "swapped", "activity", "chemical", "plant", "copied", "shifted", "site_sum", "concentration",
    "threshold", "balance", "past", "peers", "new", "several",
)  # fmt: skip
WEIGHTS = {
    "unit": 0.99, "concentration": 0.9, "activity": 0.8, "chemical": 0.75, "plant": 0.75, "shifted": 0.75,
    "digits": 0.85, "site_sum": 0.7, "threshold": 0.65, "copied": 0.6, "swapped": 0.6, "balance": 0.5, "past": 0.5,
    "peers": 0.35, "new": 0.15, "several": 0.1,
}  # fmt: skip
"""How much each reason counts at most: what rarely happens to a right figure counts most. ``several`` stands where no
single reason is strong, and so does ``new`` where nothing is known of the years before."""
CUT = 0.5
"""From which strength on a figure is listed where rules rank."""
UNREST = 0.08
"""How far amounts move from year to year where nothing else is known, in decades."""


def by_rules(features: Mapping[str, Numbers]) -> Numbers:
    """Return how much each figure deserves to be asked about, from 0 to 1: the strongest reason counts."""
    weighed: Numbers = np.max([WEIGHTS[reason] * strength for reason, strength in strengths(features).items()], axis=0)
    return weighed


def reasons_of(features: Mapping[str, Numbers]) -> NDArray[np.int64]:
    """Return for each figure the place in `REASONS` of what speaks most for asking."""
    known = strengths(features)
    places: NDArray[np.int64] = np.argmax([WEIGHTS[reason] * known[reason] for reason in REASONS], axis=0)
    return places


def strengths(features: Mapping[str, Numbers]) -> Mapping[str, Numbers]:
    """Return the strength of each reason, one value a figure."""
    sign = {name: np.nan_to_num(values, nan=0.0) for name, values in features.items()}
    with np.errstate(all="ignore"):
        found = {**_slips(sign, features), **_misplaced(sign, features), **_others(sign, features)}
    return {reason: np.nan_to_num(found[reason]) for reason in REASONS}


def _unrest(sign: Mapping[str, Numbers]) -> Numbers:
    """Return how far the series moves from one year to another, at least as far as most do."""
    return UNREST + np.maximum(sign["spread"], 0.5 * sign["site_spread"])


def _slips(sign: Mapping[str, Numbers], raw: Mapping[str, Numbers]) -> dict[str, Numbers]:
    unrest, away = _unrest(sign), np.abs(sign["r_median"])
    surprising = _far(away, 3 * unrest)
    return {
        "unit": _near(np.where(np.isnan(raw["r_median"]), np.abs(sign["peer_place"]), away) - 3, 0.35 + unrest)
        * np.where(np.isnan(raw["r_median"]), _far(np.abs(sign["peer_z"]), 3.5), 1.0),
        "digits": _near(away - 1, 0.05 + 0.7 * unrest) * _far(away, 4 * unrest),
        "swapped": _near(sign["swap_fit"], 0.03 + 0.3 * unrest)
        * _far(sign["swap_gain"], 2 * unrest)
        * ~np.isnan(raw["swap_fit"]),
        "concentration": sign["purer"] * _far(sign["r_median"], 0.02),
        "copied": sign["same_as_last"]
        * _far(sign["digits"], 2.5)
        * (1 - sign["repeats"])
        * (1 - sign["repeats_site"]) ** 2,
        "shifted": _known(raw["shifted_fit"]) * _near(sign["shifted_fit"], 0.05 + 0.5 * unrest),
        "past": surprising,
    }


def _misplaced(sign: Mapping[str, Numbers], raw: Mapping[str, Numbers]) -> dict[str, Numbers]:
    unrest = _unrest(sign)
    odd = np.maximum(sign["new_series"], _far(np.abs(sign["r_median"]), 2 * unrest))
    found = {
        name: _known(raw[f"{name}_fit"])
        * _near(sign[f"{name}_fit"], 0.05 + unrest)
        * odd
        * _far(sign[f"{name}_part"], 0.1)
        for name in ("activity", "chemical", "plant")
    }
    summed = _known(raw["site_fit"]) * _near(sign["site_fit"], 0.04 + 0.6 * unrest) * _far(sign["site_part"], 0.12)
    return {**found, "site_sum": summed * _far(sign["r_median"], 2 * unrest) * (1 - sign["new_series"])}


def _others(sign: Mapping[str, Numbers], raw: Mapping[str, Numbers]) -> dict[str, Numbers]:
    unrest = _unrest(sign)
    below = (sign["over_limit"] <= 0) & (sign["over_limit"] > -0.1) & (sign["over_limit_past"] > 0)
    moved = np.maximum(np.abs(sign["other_side_change"]), np.abs(sign["sibling_change"]))
    return {
        "threshold": below * _far(-sign["r_median"], unrest) * (sign["above_before"] > 0.5),
        "balance": _far(moved, 0.15 + 3 * unrest) * _far(np.abs(sign["r_median"]), 1.5 * unrest),
        "peers": np.isnan(raw["r_median"]) * _far(np.abs(sign["peer_z"]), 3.0),
        "new": sign["new_series"],
        "several": 1.0 - np.isnan(raw["r_median"]),
    }


def _near(difference: Numbers, width: Numbers | float) -> Numbers:
    """Return 1 where a difference is nothing, and ever less the more widths it is."""
    near: Numbers = np.exp(-((difference / width) ** 2))
    return near


def _far(value: Numbers, least: Numbers | float) -> Numbers:
    """Return 0 well below a least value, a half at it, 1 well above."""
    far: Numbers = 1 / (1 + np.exp(-6 * (value / least - 1)))
    return far


def _known(values: Numbers) -> Numbers:
    return (~np.isnan(values)).astype(float)
