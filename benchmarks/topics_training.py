"""`python -m benchmarks.topics_training`: learn by which signs a report is on a topic, and write the files.

The labelled reports are those of tests/cases/topics: a line `topics|title|text`, `none` where there is no topic. Every
second one, by line and language in turn, is learned from, and the bounds are chosen on it; the others are measured on.
Of the reports in tests/cases/reports, most on no topic, ``a`` and ``b`` are learned from and ``c`` is measured on;
their topics are those of tests/cases/topics/of_reports.csv (``-``: it may be argued, so it is left out).
With ``--errors`` those are listed that come out wrongly.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from benchmarks.model_cards import write_card
from benchmarks.reports import CASES, LANGUAGES, read_folder
from opencwc.language.encoders import named_encoder
from opencwc.reports.model import Report, Told
from opencwc.reports.topics.topic_model import ABOUT, HELD, MODEL, WAYS, WEIGHTS, TopicWeights, evaluate_topics
from opencwc.reports.topics.topic_signs import NEAR_SIGNS, WORD_SIGNS, evidence_of, nearness
from opencwc.reports.topics.tree import load_tree
from opencwc.reports.traits import traits_of

LABELLED = CASES.parent / "topics"
PULL = 0.5
"""How strongly weights are held to 0."""
FOLDS = 10
RATHER_THAN_NOT = 0.5
LEAST_PRECISION = 0.9
"""The bound is the lowest chance from which on so many are right of those learned from, judged without their fold."""
Array = NDArray[Any]


class Labelled(NamedTuple):
    """A labelled report: its language, its topics, whether it is learned from, and its signs by way."""

    report: Report
    lang: str
    topics: frozenset[str]
    chosen_on: bool
    signs: dict[str, Array | None]


def labelled_reports() -> Iterator[tuple[Report, str, frozenset[str], bool]]:
    """Yield the labelled reports with language and topics, and whether they are learned from."""
    for turn, lang in enumerate(LANGUAGES):
        lines = (LABELLED / f"{lang}.txt").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            topics, title, text = line.split("|")
            report = Report(f"{lang}{number + 1}", datetime(2026, 1, 5, tzinfo=UTC), "", "", lang, title, text)
            yield report, lang, frozenset(topics.split(";")) - {"none"}, (turn + number) % 2 == 0
    with (LABELLED / "of_reports.csv").open(encoding="utf-8", newline="") as file:
        topics_of = {row["report"]: frozenset(row["topics"].split(";")) for row in csv.DictReader(file)}
    for folder in ("a", "b", "c"):
        reports, gold = read_folder(CASES / folder)
        for report in reports:
            topics_there = topics_of.get(report.id, frozenset())
            if "-" not in topics_there:
                yield report, gold[report.id]["lang"], topics_there, folder != "c"


def vectors_of_topics() -> NDArray[np.int8]:
    """Return the vectors of what topics are about, in 127ths."""
    about = [
        [text for lang in LANGUAGES for text in (topic.about[lang], topic.also.get(lang, topic.about[lang]))]
        for topic in load_tree().topics
    ]
    vectors = named_encoder().passages([text for texts in about for text in texts])
    return np.round(vectors * 127).astype(np.int8).reshape(len(about), 2 * len(LANGUAGES), -1)


def with_signs(about: Array) -> list[Labelled]:
    """Return the labelled reports with their signs."""
    some = list(labelled_reports())
    traits = traits_of([Told(report, lang) for report, lang, *_ in some], named_encoder())
    rows = []
    for (report, lang, topics, chosen_on), its in zip(some, traits, strict=True):
        near = evidence_of(report, lang, its.vectors, nearness(its.vectors, about))
        words = evidence_of(report, lang, its.vectors, None)
        signs = {"near": near.signs if near else None, "words": words.signs if words else None}
        rows.append(Labelled(report, lang, topics, chosen_on, signs))
    return rows


def labels_of(row: Labelled) -> Array:
    """Return 1 for each topic that a report is on."""
    return np.array([float(topic.id in row.topics) for topic in load_tree().topics])


def fitted(rows: Sequence[Labelled], way: str) -> TopicWeights:
    """Fit the weights of a way to labelled reports; words and nearness can only speak for a topic."""
    some = [row for row in rows if row.signs[way] is not None]
    values = np.vstack([row.signs[way] for row in some])
    labels = np.concatenate([labels_of(row) for row in some])
    values = np.column_stack([values, np.ones(len(values))])

    def loss(weights: Array) -> tuple[float, Array]:
        scores = values @ weights
        cost = np.logaddexp(0, scores) - labels * scores
        slope = values.T @ (1 / (1 + np.exp(-scores)) - labels)
        pulled = np.append(weights[:-1], 0.0)
        return float(cost.sum() + PULL / 2 * (pulled**2).sum()), slope + PULL * pulled

    bounds = [(0.0, None)] * (values.shape[1] - 1) + [(None, None)]
    weights = minimize(loss, np.zeros(values.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return TopicWeights(np.round(weights[:-1], 4), round(float(weights[-1]), 4), 0.5)


def chances_of(row: Labelled, way: str, weights: TopicWeights) -> Array:
    """Return the chance of each topic; 0 where nothing stands in the report for any."""
    signs = row.signs[way]
    return np.zeros(len(load_tree().topics)) if signs is None else weights.chances(signs)


def learned(rows: Sequence[Labelled], way: str) -> TopicWeights:
    """Return the weights of a way with the bound chosen on the same reports, each judged without its fold."""
    chances: dict[str, Array] = {}
    for fold in range(FOLDS):
        weights = fitted([row for at, row in enumerate(rows) if at % FOLDS != fold], way)
        chances |= {row.report.id: chances_of(row, way, weights) for row in rows[fold::FOLDS]}
    flat = np.concatenate([chances[row.report.id] for row in rows])
    labels = np.concatenate([labels_of(row) for row in rows])
    best = 1.0
    for cut in sorted(set(np.round(flat, 2)), reverse=True):
        found = flat >= cut
        if cut >= RATHER_THAN_NOT and found.any() and labels[found].mean() >= LEAST_PRECISION:
            best = cut
    return fitted(rows, way)._replace(cut=float(best))


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--errors", action="store_true", help="list those that come out wrongly")
    words.add_argument("--all", action="store_true", help="of those that are learned from too")
    chosen = words.parse_args()
    with threadpool_limits(1):
        about = vectors_of_topics()
        rows = with_signs(about.astype(np.float32) / 127)
        ways = {way: learned([row for row in rows if row.chosen_on], way) for way in WAYS}
    written = {
        way: {"names": list(WORD_SIGNS + (NEAR_SIGNS if way == "near" else ())), "signs": one.signs.tolist(),
              "base": one.base, "cut": one.cut}
        for way, one in ways.items()
    }  # fmt: skip
    WEIGHTS.write_text(json.dumps({**written, "encoder": named_encoder().id}, indent=1) + "\n", encoding="utf-8")
    np.savez_compressed(ABOUT, about=about)
    held = [row for row in rows if not row.chosen_on]
    pl.DataFrame(list(held_rows(held, ways))).write_parquet(HELD, compression="zstd")
    if chosen.errors:
        errors(rows if chosen.all else held, ways["near"])
    write_card(MODEL, evaluate_topics())
    for figure in evaluate_topics().figures:
        if figure.language == "all" or figure.metric == "F1":
            print(figure.part, figure.language, figure.metric, figure.value, figure.n)
    return 0


def held_rows(rows: Sequence[Labelled], ways: dict[str, TopicWeights]) -> Iterator[dict[str, Any]]:
    """Yield a row a report and topic that is measured on."""
    for row in rows:
        chances = {way: chances_of(row, way, ways[way]) for way in WAYS}
        for place, topic in enumerate(load_tree().topics):
            yield {
                "report": row.report.id, "lang": row.lang, "topic": topic.id, "label": topic.id in row.topics,
                **{way: round(float(chances[way][place]), 4) for way in WAYS},
            }  # fmt: skip


def errors(rows: Sequence[Labelled], weights: TopicWeights) -> None:
    """Print the reports whose topics are not those of the label."""
    for row in rows:
        chances = chances_of(row, "near", weights)
        found = {topic.id for topic, one in zip(load_tree().topics, chances, strict=True) if one >= weights.cut}
        if found != row.topics:
            top = sorted(zip(chances, (topic.id for topic in load_tree().topics), strict=True), reverse=True)[:3]
            best = ", ".join(f"{name} {chance:.2f}" for chance, name in top)
            print(f"{row.report.id} {sorted(row.topics)} found {sorted(found)} [{best}] {row.report.title}")


if __name__ == "__main__":
    sys.exit(main())
