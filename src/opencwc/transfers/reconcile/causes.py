"""Why a sum probably differs, and how much it deserves a look: two learned models, and the plain rules in their place.

A plain rule says how strongly the signs of a sum (`opencwc.transfers.reconcile.signs`) speak for a cause. What lines
account for counts whole, what only the sums suggest counts for less, and what nothing accounts for is unexplained.
Where a model is switched off, plain rules take its place; every answer says which of the two spoke. The models are
trained on a made-up world by ``python -m benchmarks.transfers_training``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from opencwc.convention.fields import read_yaml
from opencwc.models.boosted_trees import Forests, logistic, read_forests
from opencwc.models.model import Evaluation, Figure, Model
from opencwc.models.statistics import calibration_error
from opencwc.records import from_plain
from opencwc.transfers.model import CAUSES
from opencwc.transfers.reconcile.third_states import THIRD_SIGNS

Weights = NDArray[np.float64]
Signs = Mapping[str, Weights]
"""The signs of the sums by name, one value a sum."""
MOST_OUT, FAR_OUT = 0.65, 15.0
"""How much it counts at most that a group stands out of its pair's other years, and how far is far. Chosen on the
training world, on others drawn around it and on errors planted in real trade: more would push planted diversions out of
the first hundred, and less would leave the errors of real trade behind what only the model suspects."""
MOST_BY_RULES = 0.4


class CauseRule(Struct, frozen=True):
    """How plain rules weigh a cause, and the signs that speak for it (``data/cause_rules.yaml``)."""

    weights: dict[str, float]
    signs: tuple[str, ...]
    further: tuple[str, ...]


DATA = Path(__file__).parent / "data"
CAUSE_RULES = from_plain(dict[str, CauseRule], read_yaml(DATA / "cause_rules.yaml"))
"""The causes by name, in the order of `CAUSES`."""


def by_rules(groups: pl.DataFrame) -> Weights:
    """Weigh the signs without a model: rows of probabilities in the order of `CAUSES`."""
    names = {name for rule in CAUSE_RULES.values() for name in (*rule.signs, *rule.further)}
    sign = dict(signs_of(groups, (*sorted(names), "lacking", "third_years", "third_entrepot")))
    sign["silent_alone"] = sign["silent"] * sign["by_none"]
    sign["near_year_end_alone"] = 0.9 * sign["near_year_end"] * (1 - sign["by_year"])
    again = (sign["third_years"] > 1) | (sign["third_entrepot"] > 0)
    away = np.maximum(sign["by_exporter"], sign["by_importer"])
    sign["by_third_again"], sign["by_third_once"] = away * again, away * ~again
    sign["always"] = np.ones(len(groups))
    weights = np.stack([
        np.max([weight * sign[name] for name, weight in CAUSE_RULES[cause].weights.items()], axis=0)
        for cause in CAUSES
    ], axis=1) ** 2  # fmt: skip
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


HELD_OUT = DATA / "causes.held.parquet"
"""The signs of the groups over the threshold of one world, with what was planted in them: ``causes`` and ``diverted``
(whether goods were diverted)."""
FIRST = 100
OTHER_FEATURES = (
    "relative", "times", "small", "dated", "round", "years", "steady", "unusual", "exports", "imports", "strength",
    *THIRD_SIGNS, "weak_habit", "habit", "habit_spread", "habit_pairs", "ratio", "lot", "pair_silent", "pair_hub",
    "pair_exporter", "pair_importer", "pair_mixture", "pair_rounding", "pair_none", "stands_out",
)  # fmt: skip
"""What else the model looks at: sizes, the pair's other years, what the States do elsewhere."""
SIGNS_OF = {cause: (*rule.signs, *rule.further) for cause, rule in CAUSE_RULES.items()}
"""The signs that speak for a cause."""
FEATURES = tuple(dict.fromkeys((*(sign for signs in SIGNS_OF.values() for sign in signs), *OTHER_FEATURES)))
RANKING_FEATURES = (*FEATURES, "missing", *(f"p_{cause}" for cause in CAUSES))
BETWEEN = "\n===== next cause =====\n"
"""Stands between the models of two causes in their file."""
_PLAINLY, _WHOLLY, _ON_THE_WAY = 0.2, 0.9, 0.15
_SEEN = ("by_rounding", "near_rounding", "by_year", "near_year_end", "years", "lacking", "away")
_ELSEWHERE = ("by_hub", "by_exporter", "by_importer", "near_exporter", "near_importer", "third", "pair_hub",
              "pair_exporter", "pair_importer")  # fmt: skip


def features(groups: pl.DataFrame) -> NDArray[np.float32]:
    """Return the signs of each group as the model takes them: one row a group, the columns of `FEATURES`."""
    return groups.select(pl.col(name).cast(pl.Float32) for name in FEATURES).fill_null(float("nan")).to_numpy()


def by_model(groups: pl.DataFrame) -> Weights:
    """Weigh the signs by the trained model: rows of calibrated probabilities in the order of `CAUSES`."""
    return shown_only(groups, shares(scores(groups), float(_calibration()["temperature"])))


def shown_only(groups: pl.DataFrame, shares: Weights) -> Weights:
    """Leave a silent side silent where nothing fits under another State: what nobody can see is not proposed.

    The probability of a third State, and of another partner, then goes to ``one_side_silent``; that of rounding of
    which no line and no sum bears a sign, and of a year end where there is one year only, goes where plain rules see a
    cause. That quantities are round is no sign of rounding. Lines that the other side lacks are not less likely left
    out there than unexplained; and a State under which lines fit, and whose ledger is not at hand, may have been on
    the way.
    """
    sign = signs_of(groups, (*_ELSEWHERE, *_SEEN))
    elsewhere = np.sum([sign[name] for name in _ELSEWHERE], axis=0)
    unseen = groups["silent"].cast(pl.Boolean).to_numpy() & (elsewhere <= 0)
    weighed = shares.copy()
    silent, unexplained, hub, partner, rounding, year_end = map(
        CAUSES.index, ("one_side_silent", "unexplained", "hub", "wrong_partner", "rounding", "year_end")
    )
    for cause in (hub, partner):
        moved = np.where(unseen, 0.98 * weighed[:, cause], 0.0)
        weighed[:, cause] -= moved
        weighed[:, silent] += moved
    rounded = np.maximum(sign["by_rounding"], sign["near_rounding"])
    weighed[:, rounding] *= np.clip(rounded / _PLAINLY, 0.0, 1.0)
    only_year = (sign["years"] <= 1) & (sign["by_year"] + sign["near_year_end"] <= 0)
    weighed[:, year_end] *= np.where(only_year, 0.0, 1.0)
    passed = np.where(sign["away"] > 0, np.clip(_ON_THE_WAY * weighed[:, partner] - weighed[:, hub], 0.0, None), 0.0)
    weighed[:, partner] -= passed
    weighed[:, hub] += passed
    over = np.where(sign["lacking"] >= _WHOLLY, np.clip(weighed[:, unexplained] - weighed[:, silent], 0.0, None), 0.0)
    weighed[:, unexplained] -= 0.6 * over
    weighed[:, silent] += 0.6 * over
    seen_only: Weights = weighed + (1.0 - weighed.sum(axis=1, keepdims=True)) * by_rules(groups)
    return seen_only


def scores(groups: pl.DataFrame) -> Weights:
    """Return the raw scores of each cause, one row a group."""
    return boosters().sums(features(groups))


def shares(scores: Weights, temperature: float) -> Weights:
    """Return probabilities that add up to 1; a temperature above 1 makes them less sure."""
    odds = 1.0 / (1.0 + np.exp(-scores / temperature))
    normed: Weights = odds / odds.sum(axis=1, keepdims=True)
    return normed


def order_by_model(groups: pl.DataFrame, causes: Weights) -> Weights:
    """Return how much each group deserves an officer's hour before others, from 0 to 1, by the trained model.

    What the model finds likely to be no honest slip comes together with what stands out (`standing_out`): the one or
    the other suffices.
    """
    likely = logistic(ranker().sums(ranking_features(groups, causes))[:, 0])
    return 1.0 - (1.0 - likely) * (1.0 - standing_out(groups))


def ranking_features(groups: pl.DataFrame, causes: Weights) -> NDArray[np.float32]:
    """Return what the ranking looks at: one row a group, the columns of `RANKING_FEATURES`."""
    signs = features(groups)
    missing = np.sign(groups["difference"].to_numpy()).astype(np.float32)
    return np.column_stack([signs, missing, causes.astype(np.float32)])


@cache
def boosters() -> Forests:
    """Return the model of each cause, in the order of `CAUSES`."""
    return read_forests((DATA / "causes.txt").read_text(encoding="utf-8").split(BETWEEN))


@cache
def ranker() -> Forests:
    """Return the model of the order."""
    return read_forests([(DATA / "ranking.txt").read_text(encoding="utf-8")])


@cache
def _calibration() -> dict[str, float]:
    calibration: dict[str, float] = json.loads((DATA / "causes.json").read_text(encoding="utf-8"))
    return calibration


class ModelUse(NamedTuple):
    """Whether a model is used: the hash of its weights, empty where it is not; ``unfit`` where its file cannot be."""

    weights: str = ""
    unfit: bool = False


def use_of(model: Model) -> ModelUse:
    """Return whether a model is used: it is switched on, its files are as its card says, and they fit this version."""
    from opencwc.models.register import state_of

    state = state_of(model)
    if not state.usable:
        return ModelUse()
    return ModelUse(state.hash) if fits(model) else ModelUse(unfit=True)


def fits(model: Model) -> bool:
    """Tell whether a model's file was trained on the features of this version, and can be read at all.

    The order looks at the probabilities of the causes, so it fits only where they do.
    """
    try:
        of_causes = (boosters().names, len(boosters().begins) - 1) == (FEATURES, len(CAUSES))
        return of_causes and (model is not RANKING or ranker().names == RANKING_FEATURES)
    except (OSError, ValueError):
        return False


# -- measured again on this machine ------------------------------------------------------------------------------------


def evaluate_causes() -> Evaluation:
    """Return how often the likeliest cause, or one of the two likeliest, is one that was planted."""
    groups = pl.read_parquet(HELD_OUT).filter(pl.col("causes").list.len() > 0, ~pl.col("diverted"))
    planted = [set(causes) for causes in groups["causes"].to_list()]
    figures: list[Figure] = []
    for part, shares in (("model", by_model(groups)), ("rules", by_rules(groups))):
        order = np.argsort(-shares, axis=1, kind="stable")[:, :2]
        named = [[CAUSES[place] for place in row] for row in order]
        right = [row[0] in true for row, true in zip(named, planted, strict=True)]
        either = [bool(true & set(row)) for row, true in zip(named, planted, strict=True)]
        for metric, hits in (("first cause right", right), ("one of two causes right", either)):
            figures.append(Figure.of_share(part, "", metric, sum(hits), len(hits)))
        error = calibration_error(shares.max(axis=1).tolist(), right)
        figures.append(Figure(part, "", "calibration error", round(error, 4), len(right)))
    return Evaluation(tuple(figures))


def evaluate_ranking() -> Evaluation:
    """Return the share of planted diversions among the first, by the model, by plain rules and by the difference."""
    groups = pl.read_parquet(HELD_OUT)
    causes = by_model(groups)
    diverted = groups["diverted"].to_numpy()
    figures: list[Figure] = []
    for part, score in (
        ("model", order_by_model(groups, causes)),
        ("rules", order_by_rules(groups, by_rules(groups))),
        ("difference over threshold", groups["times"].to_numpy()),
    ):
        first = diverted[np.argsort(-score, kind="stable")]
        hits, many_hits = int(first[:FIRST].sum()), int(first[: 5 * FIRST].sum())
        figures.append(Figure.of_share(part, "", f"diversions in the first {FIRST}", hits, FIRST))
        figures.append(Figure.of_share(part, "", f"found in the first {5 * FIRST}", many_hits, int(diverted.sum())))
    return Evaluation(tuple(figures))


MODEL = Model(
    "transfer-causes", DATA / "transfer-causes.card.yaml", lambda: (DATA / "causes.txt", DATA / "causes.json"),
    evaluate_causes,
)  # fmt: skip
RANKING = Model(
    "transfer-ranking", DATA / "transfer-ranking.card.yaml", lambda: (DATA / "ranking.txt",), evaluate_ranking
)
"""Both are registered through the entry points ``opencwc.models``; their files stand in the order of their cards."""
