"""The causes by plain rules: each is a function that says how strongly the signs of a sum speak for it.

What lines account for counts whole, what only the sums suggest counts for less, and what nothing accounts for is
unexplained. The signs are those of `opencwc.transfers.reconcile.signs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from opencwc.transfers.model import CAUSES

Weights = NDArray[np.float64]
Signs = Mapping[str, Weights]
"""The signs of the sums by name, one value a sum."""
MOST_OUT, FAR_OUT = 0.65, 15.0
"""How much it counts at most that a group stands out of its pair's other years, and how far is far. Chosen on the
training world, on others drawn around it and on errors planted in real trade: more would push planted diversions out of
the first hundred, and less would leave the errors of real trade behind what only the model suspects."""
MOST_BY_RULES = 0.4


@dataclass(frozen=True)
class CauseRule:
    """How a cause is weighed by plain rules, and the signs that speak for it.

    The more of a sign, the likelier the cause (the model's monotone constraints). ``signs`` are told to people,
    ``further`` are only looked at.
    """

    weigh: Callable[[Signs], Weights]
    signs: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


def one_side_silent(sign: Signs) -> Weights:
    """One side declares nothing, or lacks lines that the other side has."""
    return np.maximum(sign["silent"] * sign["by_none"], 0.9 * sign["lacking"])


def year_end(sign: Signs) -> Weights:
    """Goods that left in one year arrived in the next."""
    return np.maximum(sign["by_year"], 0.9 * sign["near_year_end"] * (1 - sign["by_year"]))


def hub(sign: Signs) -> Weights:
    """The goods went by a third State, which one side names instead of the other.

    A wrong partner looks alike, so the one is never proposed without the other; declared trade between the two States
    named speaks for the way.
    """
    return np.maximum(sign["by_hub"], 0.5 * _elsewhere(sign))


def unit(sign: Signs) -> Weights:
    """One side took kilograms for tonnes, or the other way round."""
    return np.maximum(sign["by_unit"], 0.9 * sign["near_unit"])


def mixture(sign: Signs) -> Weights:
    """One side counted the mixture, the other the chemical in it."""
    return np.maximum(sign["by_mixture"], 0.6 * sign["near_mixture"])


def wrong_chemical(sign: Signs) -> Weights:
    """One side has the goods under another chemical."""
    return np.maximum(sign["by_chemical"], 0.7 * sign["near_chemical"])


def wrong_partner(sign: Signs) -> Weights:
    """One side has the goods under another State; see `hub`."""
    near = np.maximum(sign["near_exporter"], sign["near_importer"])
    return np.maximum(np.maximum(_elsewhere(sign), 0.5 * sign["by_hub"]), 0.6 * near)


def double_entry(sign: Signs) -> Weights:
    """One side has shipments twice."""
    return np.maximum(sign["by_double"], 0.6 * sign["near_double"])


def returns_netted(sign: Signs) -> Weights:
    """One side took off what came back."""
    return np.maximum(sign["by_returned"], 0.8 * sign["near_returned"])


def rounding(sign: Signs) -> Weights:
    """One side rounds its quantities."""
    return np.maximum(sign["by_rounding"], 0.8 * sign["near_rounding"])


def concentration_rule(sign: Signs) -> Weights:
    """One side need not declare mixtures as weak as these."""
    return np.maximum(sign["by_low"], 0.7 * sign["by_weak"])


def unexplained(sign: Signs) -> Weights:
    """Nothing accounts for the difference."""
    left_over = np.maximum(np.maximum(sign["by_none"], sign["by_packing"]), sign["by_loose"])
    return np.maximum(0.15, 0.7 * left_over)


def _elsewhere(sign: Signs) -> Weights:
    return np.maximum(sign["by_exporter"], sign["by_importer"])


CAUSE_RULES: Mapping[str, CauseRule] = MappingProxyType({
    rule.weigh.__name__: rule
    for rule in (
        CauseRule(one_side_silent, further=("silent", "mute", "by_none")),
        CauseRule(year_end, ("by_year", "near_year_end")),
        CauseRule(hub, ("by_hub",), further=("hub_exporter", "hub_importer")),
        CauseRule(unit, ("by_unit", "near_unit")),
        CauseRule(mixture, ("by_mixture", "near_mixture")),
        CauseRule(wrong_chemical, ("by_chemical", "near_chemical")),
        CauseRule(wrong_partner, ("by_exporter", "by_importer", "near_exporter", "near_importer")),
        CauseRule(double_entry, ("by_double", "near_double")),
        CauseRule(returns_netted, ("by_returned", "near_returned")),
        CauseRule(rounding, ("by_rounding", "near_rounding")),
        CauseRule(concentration_rule, ("by_low", "by_weak")),
        CauseRule(unexplained, ("by_none", "by_packing", "by_loose"), further=("by_equal", "by_sum")),
    )
})  # fmt: skip
"""The causes by name, in the order of `CAUSES`."""


def by_rules(groups: pl.DataFrame) -> Weights:
    """Weigh the signs without a model: rows of probabilities in the order of `CAUSES`."""
    names = {name for rule in CAUSE_RULES.values() for name in (*rule.signs, *rule.further)}
    sign = signs_of(groups, (*sorted(names), "lacking"))
    weights = np.stack([CAUSE_RULES[cause].weigh(sign) for cause in CAUSES], axis=1) ** 2
    shares: Weights = weights / weights.sum(axis=1, keepdims=True)
    return shares


def signs_of(groups: pl.DataFrame, names: tuple[str, ...]) -> Signs:
    """Return signs of the sums by name; what is not known counts as nothing."""
    return {name: groups[name].cast(pl.Float64).fill_null(0.0).to_numpy() for name in names}


def standing_out(groups: pl.DataFrame) -> Weights:
    """Return how much each group stands out of its pair's other years, weighed by its size, from 0 to `MOST_OUT`."""
    out = groups["stands_out"].to_numpy() * np.log1p(np.exp(groups["times"].to_numpy()))
    weighed: Weights = MOST_OUT * (1.0 - np.exp(-out / FAR_OUT))
    return weighed


def order_by_rules(groups: pl.DataFrame, causes: Weights) -> Weights:
    """Return the order of plain rules, from 0 to 1: the unexplained, the large, the steady, and what stands out."""
    open_question = causes[:, CAUSES.index("unexplained")] + 0.5 * causes[:, CAUSES.index("one_side_silent")]
    large = np.clip(groups["times"].to_numpy() / np.log(1_000), 0.0, 1.0)
    steady = groups["steady"].fill_null(0.0).to_numpy()
    urgent: Weights = 0.5 * np.clip(open_question, 0, 1) + 0.35 * large + 0.15 * steady
    return 1.0 - (1.0 - MOST_BY_RULES * urgent) * (1.0 - standing_out(groups))
