"""Measure which wrong figures of a register are proposed for a question, and train the model that proposes them.

    python -m benchmarks.unusual_figures            train on two generators, test on the third, three times
    python -m benchmarks.unusual_figures --write    and write the section of docs/benchmarks/declarations.md
    python -m benchmarks.unusual_figures --train    train on all three, and write the model and its card

The generators and the errors are those of `benchmarks.unusual_worlds`. What is measured was fixed before the first run:

- The figures of the last year of registers of 3,000 sites and 8 years are ranked. The years before bear errors too.
- Precision in the first 50: the share of the first 50 figures that an error was planted in.
- Recall: the share of planted errors of which a figure is listed. Listed is what has at least the cut: the probability
  that 2 in 100 right figures of the *training* generators reach. How many right figures of the test register reach it
  is said beside.

An error that changes a figure by less than a tenth is not planted. Every figure is the mean of three test registers.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from benchmarks.__main__ import machine
from benchmarks.declarations import write_section
from benchmarks.model_cards import write_card
from benchmarks.unusual_worlds import EACH, FIRST_YEAR, GENERATORS, KINDS, LAST_YEAR, SITES, YEARS, make
from opencwc.declarations.unusual import learned, rules
from opencwc.declarations.unusual.features import FEATURES, features_of, year_of
from opencwc.declarations.unusual.figures import Numbers, Panel, panel_of
from opencwc.models.statistics import calibration_error

TITLE = "## Unusual figures"
LEARN, CALIBRATE, TEST, HELD = (11, 12, 13), (21, 22), (41, 42, 43), (51,)
"""Seeds of the registers to learn from, to calibrate on, to test on, and to keep in the package."""
SMALL = {20: range(1_001, 1_041), 80: range(101, 131), 300: range(201, 209)}
"""Seeds of small registers to learn from beside the others, by their number of sites: what many users have."""
HELD_SITES = 500
FIRST = 50
FLAGGED = 0.02
"""The share of right figures of the training generators that reach the cut."""
ROUNDS = 150
_PARAMETERS = {
    "objective": "binary", "num_leaves": 24, "learning_rate": 0.08, "min_data_in_leaf": 30, "verbosity": -1,
    "lambda_l2": 2.0, "seed": 1, "deterministic": True, "num_threads": 1, "feature_fraction": 0.6,
    "bagging_fraction": 0.7, "bagging_freq": 1,
}  # fmt: skip


class Part(NamedTuple):
    """Figures with their features (``signs``, the ``table`` of the model), and the error planted in each."""

    signs: dict[str, Numbers]
    table: NDArray[np.float32]
    kind: NDArray[np.object_]
    event: NDArray[np.int64]
    plain: dict[str, Numbers]

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Whether an error was planted in each figure."""
        is_wrong: NDArray[np.bool_] = self.kind != ""
        return is_wrong


def part_of(world: pl.DataFrame, years: Iterable[int]) -> Part:
    """Return the figures of some years of a register."""
    panel = panel_of(world)
    parts = []
    for year in years:
        series, signs = features_of(panel, year)
        row = panel.row[series, panel.years.index(year)]
        kind, event = world["kind"].to_numpy()[row], world["event"].to_numpy()[row]
        parts.append(Part(signs, learned.table_of(signs), kind, event, plain_scores(panel, year)))
    return joined(parts)


def joined(parts: Sequence[Part]) -> Part:
    """Return several parts as one; their errors are numbered apart."""
    events = [part.event + 10**6 * place * (part.event > 0) for place, part in enumerate(parts)]
    return Part(
        {name: np.concatenate([part.signs[name] for part in parts]) for name in parts[0].signs},
        np.concatenate([part.table for part in parts]), np.concatenate([part.kind for part in parts]),
        np.concatenate(events),
        {name: np.concatenate([part.plain[name] for part in parts]) for name in parts[0].plain},
    )  # fmt: skip


def plain_scores(panel: Panel, year: int) -> dict[str, Numbers]:
    """Return the z-score of each figure's log: against its own past from three years on, else against its peers."""
    seen = year_of(panel, year)
    now, logs = seen.now, seen.logs
    past = seen.past[now]
    with np.errstate(all="ignore"):
        known = np.isfinite(past).sum(axis=1)
        mean = np.where(known > 0, np.nansum(past, axis=1) / known, np.nan)
        spread = np.sqrt(np.nansum((past - mean[:, None]) ** 2, axis=1) / np.maximum(known - 1, 1))
        own = np.abs(seen.this[now] - mean) / np.maximum(spread, 0.01)
    kind = panel.groups("chemical", "activity")
    peers = pl.DataFrame({"kind": kind, "log": logs[:, seen.at]}).filter(pl.col("log").is_finite())
    of_kind = peers.group_by("kind").agg(pl.col("log").mean().alias("mean"), pl.col("log").std().alias("spread"))
    here = pl.DataFrame({"kind": kind[now], "log": seen.this[now]}).join(
        of_kind, on="kind", how="left", maintain_order="left"
    )
    other = ((here["log"] - here["mean"]).abs() / here["spread"].fill_null(1.0).clip(0.01)).fill_null(0.0).to_numpy()
    return {"z-score of the log": np.where(known >= 3, own, other)}


def by_isolation_forest(part: Part) -> Numbers:
    """Rank by scikit-learn's IsolationForest, which pyod's of that name wraps, over all our features; NaN is 0."""
    table = np.nan_to_num(part.table, nan=0.0)
    forest = IsolationForest(n_estimators=200, random_state=1, n_jobs=1).fit(table)
    scores: Numbers = -forest.score_samples(table)
    return scores


# -- training ----------------------------------------------------------------------------------------------------------


class Trained(NamedTuple):
    """Trees with their calibration, and the probability from which a figure is listed."""

    booster: Any
    slope: float
    offset: float
    cut: float

    def probabilities(self, part: Part) -> Numbers:
        """Return the probability that each figure is wrong."""
        scores = self.booster.predict(part.table, raw_score=True, num_threads=1)
        shares: Numbers = 1 / (1 + np.exp(-(self.slope * scores + self.offset)))
        return shares


def train(learn: Sequence[Part], calibrate: Sequence[Part]) -> Trained:
    """Train on some registers; calibrate (Platt 1999) and find the cut on others of the same generators."""
    table, wrong = np.concatenate([part.table for part in learn]), np.concatenate([part.wrong for part in learn])
    booster = lightgbm.train(
        _PARAMETERS, lightgbm.Dataset(table, wrong.astype(int), feature_name=list(FEATURES)), ROUNDS
    )
    seen = joined(calibrate)
    slope, offset = fitted(booster.predict(seen.table, raw_score=True, num_threads=1), seen.wrong)
    model = Trained(booster, slope, offset, 0.0)
    return model._replace(cut=float(np.quantile(model.probabilities(seen)[~seen.wrong], 1 - FLAGGED)))


def fitted(scores: Numbers, wrong: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset of the logistic curve through scores, by Newton's method."""
    design = np.column_stack([scores, np.ones(len(scores))])
    weights = np.array([1.0, 0.0])
    for _ in range(50):
        shares = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (wrong - shares)
        weights = weights + np.linalg.solve(design.T @ (design * (shares * (1 - shares))[:, None]), slope)
    return float(weights[0]), float(weights[1])


def parts_to_learn(name: str) -> tuple[list[Part], list[Part]]:
    """Return what of a generator is learnt from, and what is calibrated on: all years that have three before."""
    years = range(FIRST_YEAR + 3, FIRST_YEAR + YEARS)
    learn = [part_of(make(name, seed), years) for seed in LEARN]
    learn += [part_of(make(name, seed, sites), years) for sites, seeds in SMALL.items() for seed in seeds]
    return learn, [part_of(make(name, seed), years) for seed in CALIBRATE]


def train_for_package() -> None:
    """Train on all generators, and write the model, the held-out registers and the card."""
    parts = [parts_to_learn(name) for name in GENERATORS]
    model = train([part for learn, _ in parts for part in learn], [part for _, rest in parts for part in rest])
    text = model.booster.model_to_string().split("\nfeature_importances")[0] + "\n"
    (learned.DATA / "unusual.txt").write_text(text, encoding="utf-8")
    numbers = {"slope": round(model.slope, 6), "offset": round(model.offset, 6), "cut": round(model.cut, 6)}
    (learned.DATA / "unusual.json").write_text(json.dumps(numbers) + "\n", encoding="utf-8")
    held = [
        make(name, seed, HELD_SITES).with_columns(world=pl.lit(f"{name} {seed}"), kg=pl.col("kg").round_sig_figs(7))
        for name in GENERATORS
        for seed in HELD
    ]
    pl.concat(held).drop("event").write_parquet(learned.HELD_OUT, compression="zstd", compression_level=19)
    for cached in (learned.forest, learned.calibration):
        cached.cache_clear()
    write_card(learned.MODEL, learned.MODEL.evaluate())


# -- measuring ---------------------------------------------------------------------------------------------------------


class Measured(NamedTuple):
    """What a way of ranking finds in test registers."""

    precision: float
    recall: float
    flagged: float
    flagged_count: float
    wrong_listed: float
    by_kind: dict[str, float]
    recall_of_length: dict[float, float]


LENGTHS = (0.03, 0.05, 0.1)
"""Shares of all figures of the year that are looked at, where the list is cut by its length."""


def measured(parts: Sequence[Part], scores: Sequence[Numbers], cut: float) -> Measured:
    """Measure scores of test registers from a cut on."""
    precision, flagged, count, listed = [], [], [], []
    hits: set[tuple[int, int]] = set()
    events: dict[tuple[int, int], str] = {}
    of_length: dict[float, list[bool]] = {share: [] for share in LENGTHS}
    for number, (part, score) in enumerate(zip(parts, scores, strict=True)):
        order = np.argsort(-score, kind="stable")
        precision.append(float(part.wrong[order[:FIRST]].mean()))
        over = score >= cut
        flagged.append(float(over[~part.wrong].mean()))
        count.append(float((over & ~part.wrong).sum()))
        listed.append(float(over.sum()))
        events |= {
            (number, event): kind for event, kind in zip(part.event.tolist(), part.kind.tolist(), strict=True) if kind
        }
        hits |= {(number, event) for event in part.event[over & part.wrong].tolist()}
        for share, found in of_length.items():
            first = {*part.event[order[: int(share * len(order))]].tolist()}
            found += [event in first for event in {*part.event[part.wrong].tolist()}]
    by_kind = {
        kind: float(np.mean([event in hits for event, planted in events.items() if planted == kind])) for kind in KINDS
    }
    return Measured(
        float(np.mean(precision)), len(hits) / len(events), float(np.mean(flagged)), float(np.mean(count)),
        float(np.mean(listed)), by_kind, {share: float(np.mean(found)) for share, found in of_length.items()},
    )  # fmt: skip


def cut_of(parts: Sequence[Part], score: Callable[[Part], Numbers]) -> float:
    """Return the score that `FLAGGED` of the right figures of training registers reach."""
    return float(np.quantile(np.concatenate([score(part)[~part.wrong] for part in parts]), 1 - FLAGGED))


def rotations() -> dict[str, dict[str, Measured | float]]:
    """Train on two generators and test on the third, three times."""
    to_learn = {name: parts_to_learn(name) for name in GENERATORS}
    answers: dict[str, dict[str, Any]] = {}
    for name in GENERATORS:
        others = [to_learn[other] for other in GENERATORS if other != name]
        start = time.perf_counter()
        model = train([part for learn, _ in others for part in learn], [part for _, rest in others for part in rest])
        seconds = time.perf_counter() - start
        tests = [part_of(make(name, seed), [LAST_YEAR]) for seed in TEST]
        calibrate = [part for _, rest in others for part in rest]
        shares = [model.probabilities(part) for part in tests]
        ways: dict[str, Callable[[Part], Numbers]] = {
            "plain rules (model off)": lambda part: rules.by_rules(part.signs),
            "z-score of the log": lambda part: part.plain["z-score of the log"],
            "IsolationForest": by_isolation_forest,
        }
        answers[name] = {"the model": measured(tests, shares, model.cut)}
        for way, score in ways.items():
            limit = cut_of(calibrate[:1] + calibrate[-1:], score)
            answers[name][way] = measured(tests, [score(part) for part in tests], limit)
        right = [part.wrong for part in tests]
        answers[name]["cut"], answers[name]["seconds"] = model.cut, seconds
        answers[name]["calibration"] = calibration_error(
            np.concatenate(shares).tolist(), np.concatenate(right).tolist()
        )
        listed = [share >= model.cut for share in shares]
        answers[name]["told"] = float(np.concatenate([s[on] for s, on in zip(shares, listed, strict=True)]).mean())
        answers[name]["seen"] = float(np.concatenate([r[on] for r, on in zip(right, listed, strict=True)]).mean())
        answers[name]["figures"] = float(np.mean([len(part.kind) for part in tests]))
        answers[name]["named"] = named(tests)
        print(name, f"{seconds:.0f} s", answers[name]["the model"], flush=True)
    return answers


MEANT = {
    "unit": ("unit",), "digits": ("digits", "swapped"), "activity": ("activity",), "chemical": ("chemical",),
    "plant": ("plant",), "year": ("copied", "shifted"), "site_sum": ("site_sum",), "concentration": ("concentration",),
    "threshold": ("threshold",),
}  # fmt: skip


def named(parts: Sequence[Part]) -> dict[str, float]:
    """Return how often the plain reason beside a wrong figure is the error that was planted in it, by kind."""
    whole = joined(parts)
    reasons = np.array(rules.REASONS)[rules.reasons_of(whole.signs)]
    return {kind: float(np.isin(reasons[whole.kind == kind], MEANT[kind]).mean()) for kind in KINDS}


WAYS = ("the model", "plain rules (model off)", "z-score of the log", "IsolationForest")
INTRODUCTION = f"""\
Registers of {SITES:,} sites and {YEARS} years from three generators of different make
(`benchmarks/unusual_worlds.py`), with {EACH} errors of each of {len(KINDS)} kinds planted in a year; an error that
changes a figure by less than a tenth is not planted. Trained on two generators, tested on the third: the last year
of {len(TEST)} registers that nothing was learnt from, whose earlier years bear errors too. A planted error is found
where one of its figures is listed. The cut was fixed beforehand: the score that {FLAGGED:.0%} of the right figures
of the *training* generators reach. How many right figures of the test generator reach it is another matter, and
stands beside. The features were chosen while looking at registers of other seeds of the same three generators, so
that a register of a fourth make may fare worse. IsolationForest is scikit-learn's, which pyod's of that name wraps,
fitted over our own features.
"""


def section(answers: dict[str, dict[str, Any]]) -> str:
    """Return the section of the page."""
    found = [
        (name, f"{answer['figures']:,.0f}", way, f"{answer[way].precision:.2f}", f"{answer[way].recall:.2f}",
         f"{answer[way].flagged:.1%} ({answer[way].flagged_count:,.0f})")
        for name, answer in answers.items() for way in WAYS
    ]  # fmt: skip
    lengths = [
        (name, way, *(f"{answer[way].recall_of_length[share]:.2f}" for share in LENGTHS))
        for name, answer in answers.items()
        for way in WAYS
    ]
    by_kind = [
        (name, *(f"{answer['the model'].by_kind[kind]:.2f}" for kind in KINDS)) for name, answer in answers.items()
    ]  # fmt: skip
    reasons = [(name, *(f"{answer['named'][kind]:.2f}" for kind in KINDS)) for name, answer in answers.items()]
    sure = [
        (name, f"{answer['cut']:.3f}", f"{answer['told']:.2f}", f"{answer['seen']:.2f}", f"{answer['calibration']:.3f}",
         f"{answer['seconds']:.0f} s")
        for name, answer in answers.items()
    ]  # fmt: skip
    parts = [
        f"{TITLE}\n",
        f"By `python -m benchmarks.unusual_figures --write` on {date.today()}: {machine()}.\n",
        INTRODUCTION,
        _table(("test generator", "figures", "ranked by", f"wrong among the first {FIRST}",
                "errors found from the cut on", "right figures listed"), found),
        "Errors found by kind, by the model from the cut on:\n",
        _table(("test generator", *KINDS), by_kind),
        "Errors found where the list is cut by its length, a share of all figures of the year:\n",
        _table(("test generator", "ranked by", *(f"{share:.0%}" for share in LENGTHS)), lengths),
        "How often the plain reason beside a wrong figure names the planted error:\n",
        _table(("test generator", *KINDS), reasons),
        "Calibration, of the listed figures of a generator that nothing was learnt from:\n",
        _table(("test generator", "cut", "mean probability given", "share wrong", "expected calibration error, all",
                "trained in, by the clock, beside other work"), sure),
    ]  # fmt: skip
    return "\n".join(parts)


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; columns of numbers stand to the right."""
    lines = [heading, ["--:" if name not in ("test generator", "ranked by") else "---" for name in heading], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Train or measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--train", action="store_true", help="write the model and its card")
    options.add_argument("--write", action="store_true", help="write the section of the page")
    chosen = options.parse_args()
    if chosen.train:
        train_for_package()
        return
    text = section(rotations())
    print(text)
    if chosen.write:
        write_section(TITLE, text)


if __name__ == "__main__":
    sys.exit(main())
