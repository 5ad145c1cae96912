"""Why two sides' figures differ: the signs of each group to a probability for every cause.

A learned model weighs the signs (`MODEL`, trained on a made-up world by ``python -m benchmarks.transfers_training``);
where it is switched off, `by_rules` does, and every answer says which of the two spoke.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from opencwc.models.model import Evaluation, Model
from opencwc.transfers.model import CAUSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"
MOST_OUT, FAR_OUT = 0.65, 15.0
"""How much it counts at most that a group stands out of its pair's other years, and how far is far. Chosen on the
training world, on others drawn around it and on errors planted in real trade: more would push planted diversions out of
the first hundred, and less would leave the errors of real trade behind what only the model suspects."""
MOST_BY_RULES = 0.4
MANY = 20_000
"""Groups from which on several threads are started."""
SIGNS_OF = {
    "one_side_silent": ("silent", "mute", "by_none"),
    "year_end": ("by_year", "near_year_end"),
    "hub": ("by_hub", "hub_exporter", "hub_importer"),
    "unit": ("by_unit", "near_unit"),
    "mixture": ("by_mixture", "near_mixture"),
    "wrong_chemical": ("by_chemical", "near_chemical"),
    "wrong_partner": ("by_exporter", "by_importer", "near_exporter", "near_importer"),
    "double_entry": ("by_double", "near_double"),
    "returns_netted": ("by_returned", "near_returned"),
    "rounding": ("by_rounding", "near_rounding"),
    "concentration_rule": ("by_low", "by_weak"),
    "unexplained": ("by_none", "by_packing", "by_loose", "by_equal", "by_sum"),
}
"""The signs that speak for a cause: the more of one, the likelier the cause (the model's monotone constraints)."""
REST = (
    "relative", "times", "small", "dated", "round", "years", "steady", "unusual", "exports", "imports", "strength",
    "third", "weak_habit", "habit", "habit_spread", "habit_pairs", "ratio", "lot", "pair_silent", "pair_hub",
    "pair_exporter", "pair_importer", "pair_mixture", "pair_rounding", "pair_none", "stands_out",
)  # fmt: skip
"""What else the model looks at: sizes, the pair's other years, what the States do elsewhere."""
FEATURES = tuple(dict.fromkeys((*(sign for signs in SIGNS_OF.values() for sign in signs), *REST)))


def features(groups: pl.DataFrame) -> NDArray[np.float32]:
    """Return the signs of each group as the model takes them: one row a group, the columns of `FEATURES`."""
    return groups.select(pl.col(name).cast(pl.Float32) for name in FEATURES).fill_null(float("nan")).to_numpy()


def by_rules(groups: pl.DataFrame) -> NDArray[np.float64]:
    """Weigh the signs without a model: rows of probabilities in the order of `CAUSES`.

    What lines account for counts whole, what only the sums suggest counts for less, and what nothing accounts for is
    unexplained. A wrong partner and a third State on the way look alike, so the one is never proposed without the
    other; declared trade between the two States named speaks for the way.
    """
    sign = {name: groups[name].cast(pl.Float64).fill_null(0.0).to_numpy() for name in (*FEATURES, "lacking")}
    elsewhere = np.maximum(sign["by_exporter"], sign["by_importer"])
    weight = {
        "one_side_silent": np.maximum(sign["silent"] * sign["by_none"], 0.9 * sign["lacking"]),
        "year_end": np.maximum(sign["by_year"], 0.9 * sign["near_year_end"] * (1 - sign["by_year"])),
        "hub": np.maximum(sign["by_hub"], 0.5 * elsewhere),
        "unit": np.maximum(sign["by_unit"], 0.9 * sign["near_unit"]),
        "mixture": np.maximum(sign["by_mixture"], 0.6 * sign["near_mixture"]),
        "wrong_chemical": np.maximum(sign["by_chemical"], 0.7 * sign["near_chemical"]),
        "wrong_partner": np.maximum.reduce(
            [elsewhere, 0.5 * sign["by_hub"], 0.6 * sign["near_exporter"], 0.6 * sign["near_importer"]]
        ),
        "double_entry": np.maximum(sign["by_double"], 0.6 * sign["near_double"]),
        "returns_netted": np.maximum(sign["by_returned"], 0.8 * sign["near_returned"]),
        "rounding": np.maximum(sign["by_rounding"], 0.8 * sign["near_rounding"]),
        "concentration_rule": np.maximum(sign["by_low"], 0.7 * sign["by_weak"]),
        "unexplained": np.maximum(
            0.15, 0.7 * np.maximum.reduce([sign["by_none"], sign["by_packing"], sign["by_loose"]])
        ),
    }
    weights = np.stack([weight[cause] for cause in CAUSES], axis=1) ** 2
    shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares


def by_model(groups: pl.DataFrame) -> NDArray[np.float64]:
    """Weigh the signs by the trained model: rows of calibrated probabilities in the order of `CAUSES`."""
    return shown_only(groups, shares(scores(groups), float(_calibration()["temperature"])))


def shown_only(groups: pl.DataFrame, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave a silent side silent where nothing fits under another State: what nobody can see is not proposed.

    The probability of a third State, and of another partner, then goes to ``one_side_silent``; that of rounding of
    which no line and no sum bears a sign, and of a year end where there is one year only, goes where plain rules see a
    cause. That quantities are round is no sign of rounding. Lines that the other side lacks are not less likely left
    out there than unexplained; and a State under which lines fit, and whose ledger is not at hand, may have been on
    the way.
    """
    sign = {name: groups[name].cast(pl.Float64).fill_null(0.0).to_numpy() for name in (*_ELSEWHERE, *_SEEN)}
    unseen = groups["silent"].cast(pl.Boolean).to_numpy() & (np.sum([sign[one] for one in _ELSEWHERE], axis=0) <= 0)
    found = shares.copy()
    for cause in ("hub", "wrong_partner"):
        moved = np.where(unseen, 0.98 * found[:, CAUSES.index(cause)], 0.0)
        found[:, CAUSES.index(cause)] -= moved
        found[:, CAUSES.index("one_side_silent")] += moved
    rounded = np.maximum(sign["by_rounding"], sign["near_rounding"])
    found[:, CAUSES.index("rounding")] *= np.clip(rounded / _PLAINLY, 0.0, 1.0)
    only_year = (sign["years"] <= 1) & (sign["by_year"] + sign["near_year_end"] <= 0)
    found[:, CAUSES.index("year_end")] *= np.where(only_year, 0.0, 1.0)
    hub, partner = CAUSES.index("hub"), CAUSES.index("wrong_partner")
    passed = np.where(sign["away"] > 0, np.clip(_ON_THE_WAY * found[:, partner] - found[:, hub], 0.0, None), 0.0)
    found[:, partner] -= passed
    found[:, hub] += passed
    silent, unexplained = CAUSES.index("one_side_silent"), CAUSES.index("unexplained")
    over = np.where(sign["lacking"] >= _WHOLLY, np.clip(found[:, unexplained] - found[:, silent], 0.0, None), 0.0)
    found[:, unexplained] -= 0.6 * over
    found[:, silent] += 0.6 * over
    seen_only: NDArray[np.float64] = found + (1.0 - found.sum(axis=1, keepdims=True)) * by_rules(groups)
    return seen_only


_PLAINLY, _WHOLLY, _ON_THE_WAY = 0.2, 0.9, 0.15
_SEEN = ("by_rounding", "near_rounding", "by_year", "near_year_end", "years", "lacking", "away")
_ELSEWHERE = ("by_hub", "by_exporter", "by_importer", "near_exporter", "near_importer", "third", "pair_hub",
              "pair_exporter", "pair_importer")  # fmt: skip


def scores(groups: pl.DataFrame) -> NDArray[np.float64]:
    """Return the raw scores of each cause, one row a group."""
    table = features(groups)
    threads = threads_for(len(table))
    return np.stack([booster.predict(table, raw_score=True, num_threads=threads) for booster in _boosters()], axis=1)


def threads_for(rows: int) -> int:
    """Return how many threads are worth starting; a few rows are done sooner by one."""
    return 1 if rows < MANY else max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def shares(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return probabilities that add up to 1; a temperature above 1 makes them less sure."""
    odds = 1.0 / (1.0 + np.exp(-scores / temperature))
    found: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return found


def order_by_model(groups: pl.DataFrame, causes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each group deserves an officer's hour before others, from 0 to 1, by the trained model.

    What the model finds likely to be no honest slip comes together with what stands out (`standing_out`): the one or
    the other suffices.
    """
    table = ranking_features(groups, causes)
    likely: NDArray[np.float64] = _ranker().predict(table, num_threads=threads_for(len(table)))
    return 1.0 - (1.0 - likely) * (1.0 - standing_out(groups))


def standing_out(groups: pl.DataFrame) -> NDArray[np.float64]:
    """Return how much each group stands out of its pair's other years, weighed by its size, from 0 to `MOST_OUT`."""
    out = groups["stands_out"].to_numpy() * np.log1p(np.exp(groups["times"].to_numpy()))
    weighed: NDArray[np.float64] = MOST_OUT * (1.0 - np.exp(-out / FAR_OUT))
    return weighed


def order_by_rules(groups: pl.DataFrame, causes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the order of plain rules, from 0 to 1: the unexplained, the large, the steady, and what stands out."""
    unexplained = causes[:, CAUSES.index("unexplained")] + 0.5 * causes[:, CAUSES.index("one_side_silent")]
    large = np.clip(groups["times"].to_numpy() / np.log(1_000), 0.0, 1.0)
    steady = groups["steady"].fill_null(0.0).to_numpy()
    urgent: NDArray[np.float64] = 0.5 * np.clip(unexplained, 0, 1) + 0.35 * large + 0.15 * steady
    return 1.0 - (1.0 - MOST_BY_RULES * urgent) * (1.0 - standing_out(groups))


RANKING_FEATURES = (*FEATURES, "missing", *(f"p_{cause}" for cause in CAUSES))


def ranking_features(groups: pl.DataFrame, causes: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return what the ranking looks at: one row a group, the columns of `RANKING_FEATURES`."""
    signs = features(groups)
    missing = np.sign(groups["difference"].to_numpy()).astype(np.float32)
    return np.column_stack([signs, missing, causes.astype(np.float32)])


@cache
def _boosters() -> tuple[Any, ...]:
    import lightgbm

    text = (DATA / "causes.txt").read_text(encoding="utf-8")
    return tuple(lightgbm.Booster(model_str=part) for part in text.split(BETWEEN))


@cache
def _ranker() -> Any:
    import lightgbm

    return lightgbm.Booster(model_str=(DATA / "ranking.txt").read_text(encoding="utf-8"))


def fits(model: Model) -> bool:
    """Tell whether a model's file was trained on the features of this version, and can be read at all.

    The order looks at the probabilities of the causes, so it fits only where they do.
    """
    import lightgbm

    try:
        boosters = [(booster.feature_name(), FEATURES) for booster in _boosters()]
        ranker = [(_ranker().feature_name(), RANKING_FEATURES)] if model is RANKING else []
    except (OSError, ValueError, lightgbm.basic.LightGBMError):
        return False
    return len(boosters) == len(CAUSES) and all(names == list(wanted) for names, wanted in (*boosters, *ranker))


@cache
def _calibration() -> dict[str, float]:
    found: dict[str, float] = json.loads((DATA / "causes.json").read_text(encoding="utf-8"))
    return found


def cause_files() -> tuple[Path, ...]:
    """Return the files that the proposed causes depend on, in the order of the card."""
    return (DATA / "causes.txt", DATA / "causes.json")


def ranking_files() -> tuple[Path, ...]:
    """Return the files that the order depends on, in the order of the card."""
    return (DATA / "ranking.txt",)


def _evaluate_causes() -> Evaluation:
    from opencwc.transfers.reconcile.cause_figures import evaluate_causes

    return evaluate_causes()


def _evaluate_ranking() -> Evaluation:
    from opencwc.transfers.reconcile.cause_figures import evaluate_ranking

    return evaluate_ranking()


BETWEEN = "\n===== next cause =====\n"
MODEL = Model("transfer-causes", DATA / "transfer-causes.card.yaml", cause_files, _evaluate_causes)
RANKING = Model("transfer-ranking", DATA / "transfer-ranking.card.yaml", ranking_files, _evaluate_ranking)
"""Both are registered through the entry points ``opencwc.models``."""
