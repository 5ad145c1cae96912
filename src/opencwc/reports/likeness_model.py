"""The learned weights by which reports are joined to events, and those of one event to origins.

The sum of a pair's signs, each by its weight, is a log-odds: above the cut the pair is rather one. Learned weights
(``data/event-likeness.yaml``, ``data/origin-likeness.yaml``) are written by ``python -m benchmarks.reports_training``.
Where a model may not be used, weights set by hand (``*-likeness.hand.yaml``) stand in, without the encoder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, repeat
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.models.model import Evaluation, Figure, Model
from opencwc.models.register import usable_now
from opencwc.reports.linkage import average_linkage

DATA = Path(__file__).parent / "data"
HELD = DATA / "likeness.held.parquet"
"""The pairs of the reports that the models are measured on, with the log-odds of each by learned weights and by hand.

Learned without the folder that the reports are of. A pair that is not there is below the floor.
"""
FLOOR = -5.0
"""Two reports whose log-odds are below this are never in one event: one that tells of both does not make them one."""
WAYS = {"learned": "folder left out", "hand": "by hand"}


class Weights(NamedTuple):
    """The log-odds before anything is known, the weight of each sign, and from which sum on two are one."""

    base: float
    signs: Mapping[str, float]
    cut: float


def weights(name: str) -> Weights:
    """Return the weights for ``event`` or ``origin``: the learned ones, or those by hand where they may not be used."""
    return read_weights(name if usable_now(MODELS[name]) else f"{name}.hand")


@cache
def read_weights(name: str) -> Weights:
    """Return the weights of a file: ``event``, ``origin``, ``event.hand`` or ``origin.hand``."""
    kind, _, by_hand = name.partition(".")
    plain = read_yaml(DATA / f"{kind}-likeness{'.hand' if by_hand else ''}.yaml")
    signs = {key: float(value) for key, value in plain["signs"].items()}
    return Weights(float(plain["base"]), signs, float(plain["cut"]))


def weighed(signs: Mapping[str, float], known: Weights) -> float:
    """Return the log-odds of a pair by its signs."""
    return known.base + sum_of(signs, known.signs)


def sum_of(signs: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the sum of signs, each by its weight; this is asked for every pair, so it is one sum in C."""
    each = map(weights.get, signs, repeat(0.0))
    return float(sum(map(mul, each, signs.values())))


# ------------------------------------------------------------------------------------------------------------- figures


def b_cubed(found: Mapping[str, str], gold: Mapping[str, str]) -> float:
    """Return the B-cubed F1 of a clustering, over the reports that the gold puts into a cluster.

    A report that was left out of every cluster stands alone.
    """
    mine = {one: found.get(one) or f"alone {one}" for one in gold}
    groups: dict[tuple[str, str], int] = defaultdict(int)
    by_mine: dict[str, int] = defaultdict(int)
    by_gold: dict[str, int] = defaultdict(int)
    for one, cluster in gold.items():
        groups[mine[one], cluster] += 1
        by_mine[mine[one]] += 1
        by_gold[cluster] += 1
    precision = sum(count * count / by_mine[first] for (first, _), count in groups.items()) / len(gold)
    recall = sum(count * count / by_gold[second] for (_, second), count in groups.items()) / len(gold)
    return 2 * precision * recall / (precision + recall)


def pair_f1(found: Mapping[str, str], gold: Mapping[str, str], among: Collection[str] | None = None) -> float:
    """Return the F1 of pairs that share an origin; with ``among`` only of pairs with one of these reports."""

    def pairs(of: Mapping[str, str]) -> set[tuple[str, str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for one, name in of.items():
            if name:
                groups[name].append(one)
        pairs = {pair for group in groups.values() for pair in combinations(sorted(group), 2)}
        return pairs if among is None else {pair for pair in pairs if pair[0] in among or pair[1] in among}

    mine, right = pairs(found), pairs(gold)
    return 2 * len(mine & right) / (len(mine) + len(right)) if mine or right else 1.0


def _evaluation(name: str, right: Callable[..., float]) -> Evaluation:
    """Return the figures by language: by weights learned without the report's folder, and by those set by hand."""
    import polars as pl

    rows = pl.read_parquet(HELD).filter(pl.col("model") == name).to_dicts()
    figures: list[Figure] = []
    for way, part in WAYS.items():
        found = {key: value for group in _by_group(rows) for key, value in _clusters(group, way, name).items()}
        figures += _by_language(rows, found, part, right)
    return Evaluation(tuple(figures))


def _by_group(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the rows of each group of reports: those of a folder, or of an event of it."""
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["group"]].append(row)
    yield from groups.values()


def _clusters(rows: Sequence[Mapping[str, Any]], way: str, name: str) -> dict[str, str]:
    """Return the cluster of each report of a group, whose rows have the scores with the reports before it."""
    known = read_weights(name if way == "learned" else f"{name}.hand")
    places = {row["report"]: place for place, row in enumerate(rows)}
    scores: dict[tuple[int, int], float] = {
        (places[row["report"]], before): score
        for row in rows
        for before, score in zip(row["before"], row[way], strict=True)
    }

    def score(one: int, other: int) -> float:
        return scores.get((max(one, other), min(one, other)), 2 * FLOOR)

    floor = FLOOR if name == "event" else float("-inf")
    groups = average_linkage([[place] for place in range(len(rows))], score, known.cut, floor)
    return {rows[place]["report"]: rows[group[0]]["report"] for group in groups for place in group}


def _by_language(
    rows: Sequence[Mapping[str, Any]], found: Mapping[str, str], part: str, right: Callable[..., float]
) -> Iterator[Figure]:
    for lang in (*sorted({row["lang"] for row in rows}), "all"):
        some = {row["report"] for row in rows if lang in ("all", row["lang"])}
        yield Figure(part, lang, "F1", round(right(found, rows, some), 4), len(some))


def _events_right(found: Mapping[str, str], rows: Sequence[Mapping[str, Any]], some: Collection[str]) -> float:
    return b_cubed(found, {row["report"]: row["gold"] for row in rows if row["report"] in some})


def _origins_right(found: Mapping[str, str], rows: Sequence[Mapping[str, Any]], some: Collection[str]) -> float:
    return pair_f1(found, {row["report"]: row["gold"] for row in rows}, some)


def evaluate_events() -> Evaluation:
    """Return the B-cubed F1 of events by language."""
    return _evaluation("event", _events_right)


def evaluate_origins() -> Evaluation:
    """Return the F1 of pairs of one origin by language, within the events of the gold."""
    return _evaluation("origin", _origins_right)


EVENTS = Model(
    "report-events", DATA / "event-likeness.card.yaml", lambda: (DATA / "event-likeness.yaml",), evaluate_events
)
ORIGINS = Model(
    "report-origins", DATA / "origin-likeness.card.yaml", lambda: (DATA / "origin-likeness.yaml",), evaluate_origins
)
"""Registered through the entry points ``opencwc.models``."""
MODELS = {"event": EVENTS, "origin": ORIGINS}
