"""Train the causes and the ranking on made-up worlds, and write the models.

    python -m benchmarks.transfers_training                    train, and write the models and their cards
    python -m benchmarks.transfers_training --leave-one-out    how right the causes are where the rules are others

Several worlds are learnt from, whose parameters are drawn around those of the training world (`drawn`), so that the
models do not learn one world by heart. The probabilities are calibrated on one more that no tree has seen, and the
figures of the cards are of yet another. The test worlds of `benchmarks.transfers_world` are not touched.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import lightgbm
import numpy as np
import polars as pl

from benchmarks.model_cards import write_card
from benchmarks.transfers_world import TRAINING, Parameters, World, make
from opencwc.transfers.ledgers.reader import read_ledger
from opencwc.transfers.model import CAUSES
from opencwc.transfers.reconcile import causes as learned
from opencwc.transfers.reconcile.causes import HELD_OUT, MODEL, RANKING
from opencwc.transfers.reconcile.comparison import Compared, compare

WORLDS = 12
PARTS = 24
"""Small parts of each world that are learnt from beside the whole."""
ROUNDS = 80
RANKING_ROUNDS = 200
FOLDS = 2
"""The order is learnt from the probabilities of causes by models that have not seen the group."""


RULES: Mapping[str, Mapping[str, Any]] = MappingProxyType({
    "whole": {},
    "slips": {"slip": 1.0, "slips_to_hubs": True, "hub_weight": 1.0, "patterns": (0.45, 0.55, 0.0, 0.0),
              "entrepots": 0.8, "persistence": 0.9},
    "passing": {"slip": 0.6, "hubs": 14, "hub_weight": 1.5, "patterns": (0.25, 0.25, 0.25, 0.25),
                "entrepots": 0.5, "persistence": 0.3},
    "chains": {"slip": 0.3, "hubs": 3, "hub_weight": 5.0, "patterns": (0.1, 0.2, 0.35, 0.35),
               "entrepots": 0.3, "persistence": 0.7},
})  # fmt: skip
"""By what rules hubs and wrong partners come about, world by world in turn: a wrong partner for whole years; single
slips beside hubs that last; hubs that come and go; few large hubs that declare what passes through."""


def drawn(number: int) -> Parameters:
    """Return the parameters of a world to learn from: the first is the training world, the others lie around it."""
    return replace(_around(number), **[*RULES.values()][number % len(RULES)])


def _around(number: int) -> Parameters:
    if number == 0:
        return TRAINING
    rng = np.random.default_rng(TRAINING.seed + 1_000 + number)
    shares = {
        "affected": (0.85, 0.93), "two_causes": (0.2, 0.32), "persistence": (0.3, 0.65), "whole": (0.68, 0.92),
        "quantity_spread": (1.4, 2.0), "tail": (0.03, 0.1), "delay_middle": (10.0, 28.0), "delay_spread": (0.4, 0.8),
        "delay_jitter": (0.1, 0.25), "loss": (0.0005, 0.005), "weighed": (0.2, 0.8), "split_lots": (0.01, 0.06),
        "merged": (0.02, 0.1), "shows_concentration": (0.3, 0.95), "shows_hs": (0.3, 0.9), "shows_cas": (0.5, 0.95),
        "careless": (0.6, 1.4),
    }  # fmt: skip
    counts = {"hubs": (4, 9), "high_limit_states": (6, 14), "aggregating_states": (1, 6), "year_only_states": (1, 6)}
    mix = {cause: share * float(rng.lognormal(0.0, 0.25)) for cause, share in TRAINING.mix.items()}
    whole = sum(mix.values())
    changed: dict[str, Any] = {name: float(rng.uniform(*span)) for name, span in shares.items()}
    changed |= {name: int(rng.integers(*span, endpoint=True)) for name, span in counts.items()}
    changed["mix"] = MappingProxyType({cause: share / whole for cause, share in mix.items()})
    return replace(TRAINING, seed=TRAINING.seed + number, **changed)


def learn_from(world: World) -> tuple[Compared, pl.DataFrame]:
    """Compare a world's ledgers; return it, and the groups with the truth (``causes``, ``diversion``) beside them."""
    stream = io.BytesIO()
    world.lines.write_csv(stream)
    stream.seek(0)
    compared = compare([read_ledger(stream, name="world.csv")])
    return compared, with_truth(compared, world)


def parts_of(world: World, number: int) -> list[pl.DataFrame]:
    """Compare small parts of a world too, a few States' ledgers of a few years: what most users have at hand."""
    rng = np.random.default_rng(number)
    states = world.lines["reporter"].unique().sort().to_list()
    year = pl.col("date").str.slice(0, 4).cast(pl.Int32)
    parts = []
    for _ in range(PARTS):
        chosen = rng.choice(states, int(rng.integers(2, 10)), replace=False).tolist()
        first, years = int(rng.integers(2014, 2024)), int(rng.integers(1, 6))
        lines = world.lines.filter(
            pl.col("reporter").is_in(chosen), pl.col("partner").is_in(chosen), year.is_between(first, first + years - 1)
        )
        if len(lines) > 1:
            parts.append(learn_from(replace(world, lines=lines))[1])
    return [part for part in parts if len(part)]


def with_truth(compared: Compared, world: World) -> pl.DataFrame:
    """Return the groups of a comparison with what was planted in each."""
    keys = pl.Series([substance.key for substance in compared.substances])
    groups = compared.groups.with_columns(
        cas=pl.lit(keys).gather(pl.col("substance")),
        exporter=pl.col("exporter").cast(pl.String), importer=pl.col("importer").cast(pl.String),
    )  # fmt: skip
    truth = world.groups.select("cas", "exporter", "importer", pl.col("year").cast(pl.Int16), "causes", "diversion")
    return groups.join(
        truth, on=("cas", "exporter", "importer", "year"), how="left", maintain_order="left"
    ).with_columns(pl.col("causes").fill_null([]), pl.col("diversion").fill_null(""))


def is_cause(groups: pl.DataFrame, cause: str) -> np.ndarray[Any, Any]:
    """Tell of each group whether the cause was planted in it."""
    has_cause: np.ndarray[Any, Any] = groups["causes"].list.contains(cause).to_numpy()
    return has_cause


def train(parts: list[pl.DataFrame], small: list[pl.DataFrame], last: pl.DataFrame) -> None:
    """Train on the parts, calibrate on the last, and write the models' files; the order is learnt from whole worlds."""
    parts, small = [_differing(part) for part in parts], [_differing(sample) for sample in small]
    boosters = _boosters([*parts, *small], said=True)
    text = learned.BETWEEN.join(booster.model_to_string() for booster in boosters)
    (learned.DATA / "causes.txt").write_text(text, encoding="utf-8")
    _forget()
    temperature = _temperature(_differing(last))
    (learned.DATA / "causes.json").write_text(json.dumps({"temperature": temperature}), encoding="utf-8")
    _forget()
    tables, diverted = [], []
    for fold in range(FOLDS):
        held_out = [part for place, part in enumerate(parts) if place % FOLDS == fold]
        seen = _boosters(
            [group for some in (parts, small) for place, group in enumerate(some) if place % FOLDS != fold]
        )
        for group in held_out:
            table = learned.features(group)
            scores = np.stack([booster.predict(table, raw_score=True, num_threads=1) for booster in seen], axis=1)
            shares = learned.shown_only(group, learned.shares(scores, temperature))
            tables.append(learned.ranking_features(group, shares))
            diverted.append((group["diversion"] != "").to_numpy())
    ranker = lightgbm.train(
        _RANKING,
        lightgbm.Dataset(np.concatenate(tables), np.concatenate(diverted), feature_name=list(learned.RANKING_FEATURES)),
        RANKING_ROUNDS,
    )
    (learned.DATA / "ranking.txt").write_text(ranker.model_to_string(), encoding="utf-8")
    _forget()


def _boosters(parts: list[pl.DataFrame], *, said: bool = False) -> list[Any]:
    """Train a model for every cause."""
    whole = pl.concat(parts, how="vertical_relaxed")
    table = learned.features(whole)
    boosters = []
    for cause in CAUSES:
        signs = learned.SIGNS_OF[cause]
        monotone = [1 if name in signs and name.startswith(("by_", "near_")) else 0 for name in learned.FEATURES]
        boosters.append(
            lightgbm.train(
                {**_PARAMETERS, "monotone_constraints": monotone},
                lightgbm.Dataset(table, is_cause(whole, cause), feature_name=list(learned.FEATURES)),
                ROUNDS,
            )
        )
        if said:
            print(cause, int(is_cause(whole, cause).sum()), flush=True)
    return boosters


def _differing(groups: pl.DataFrame) -> pl.DataFrame:
    return groups.filter(pl.col("size") > 0.5)


def _temperature(held_out: pl.DataFrame) -> float:
    """Choose the temperature at which the stated probability of the likeliest cause is most nearly its share right."""
    from opencwc.models.statistics import calibration_error

    caused = held_out.filter(pl.col("causes").list.len() > 0)
    scores = learned.scores(caused)
    best, least = 1.0, 1.0
    for heat in np.linspace(0.5, 2.5, 41):
        shares = learned.shown_only(caused, learned.shares(scores, float(heat)))
        first = shares.argmax(axis=1)
        right = [CAUSES[place] in true for place, true in zip(first, caused["causes"], strict=True)]
        error = calibration_error(shares.max(axis=1).tolist(), right)
        if error < least:
            best, least = float(heat), error
    return round(best, 3)


def _forget() -> None:
    for cached in (learned.boosters, learned.ranker, learned._calibration):
        cached.cache_clear()


def main() -> None:
    """Make the worlds, train, and write the models, the held-out groups and the cards into the package."""
    if "--leave-one-out" in sys.argv:
        leave_one_out()
        return
    parts, small = [], []
    for number in range(WORLDS + 2):
        world = make(drawn(number))
        _, groups = learn_from(world)
        parts.append(groups)
        if number < WORLDS:
            small.append(pl.concat(parts_of(world, number), how="vertical_relaxed"))
        print("world", number, len(groups), flush=True)
    *seen, last, held_out = parts
    train(seen, small, last)
    keep_out(held_out)
    for model in (MODEL, RANKING):
        write_card(model, model.evaluate())


def leave_one_out() -> None:
    """Say of each set of rules how often the first cause is right in its worlds by models that saw only the others."""
    names = [*RULES]
    made: dict[str, list[pl.DataFrame]] = {name: [] for name in names}
    for number in range(WORLDS):
        made[names[number % len(names)]].append(_differing(learn_from(make(drawn(number)))[1]))
    for name in names:
        seen = _boosters([groups for other in names if other != name for groups in made[other]])
        groups = pl.concat(made[name], how="vertical_relaxed").filter(
            "over", pl.col("causes").list.len() > 0, pl.col("diversion") == ""
        )
        table = learned.features(groups)
        scores = np.stack([booster.predict(table, raw_score=True, num_threads=1) for booster in seen], axis=1)
        first = learned.shown_only(groups, learned.shares(scores, 1.0)).argmax(axis=1)
        planted = groups["causes"].to_list()
        right = np.array([CAUSES[place] in causes for place, causes in zip(first, planted, strict=True)])
        print(f"{name}: first cause right {right.mean():.3f} of {len(right)}", end="")
        for cause in ("hub", "wrong_partner"):
            alone = np.array([causes == [cause] for causes in planted])
            print(f"; {cause} alone {right[alone].mean():.3f} of {alone.sum()}", end="")
        print(flush=True)


def keep_out(groups: pl.DataFrame) -> None:
    """Write the groups over the threshold of one world for `opencwc models evaluate`."""
    signs = dict.fromkeys((*learned.FEATURES, "lacking", "away", "difference", "times", "steady"))
    groups.filter("over").select(
        *(pl.col(name).cast(pl.Float32) for name in signs), "causes", diverted=pl.col("diversion") != "",
    ).write_parquet(HELD_OUT, compression="zstd", compression_level=19)  # fmt: skip


_PARAMETERS = {
    "objective": "binary", "num_leaves": 16, "learning_rate": 0.1, "min_data_in_leaf": 20, "verbosity": -1,
    "lambda_l2": 1.0, "seed": 1, "deterministic": True, "num_threads": 1, "feature_fraction": 0.9,
}  # fmt: skip
_RANKING = {**_PARAMETERS, "num_leaves": 12, "learning_rate": 0.05, "min_data_in_leaf": 40, "max_depth": 5}

if __name__ == "__main__":
    sys.exit(main())
