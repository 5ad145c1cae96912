"""`python -m benchmarks.figures_training`: learn which numbers of people are a report's figures; write the files.

Learned from are the reports of tests/cases/reports that may be looked at, and those of tests/cases/casualties. The
rules fit most of them, so each is also read with words of their lists left out: so is learned how far the rules hold
where a word is new. Those that the rules were not made on count more.

    python -m benchmarks.figures_training --measure FILE

measures the rules and the model as they are on a file of reports, and shows figures only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.model_cards import write_card
from benchmarks.reports import CASES, LANGUAGES, looked_at, read_folder
from opencwc.reports.casualties import HARMLESS, is_denial, read_by_rules
from opencwc.reports.facts import tell_all
from opencwc.reports.figure_model import HARMS, HELD, MODEL, WEIGHTS, evaluate_figures, likeliest, table_of
from opencwc.reports.harm import lists
from opencwc.reports.harm.candidates import Candidate, candidates_of
from opencwc.reports.kind_model import FOLDS, QUESTIONS, Weights, learned_weights
from opencwc.reports.model import Casualties, Nature, Report

SHORT = CASES.parent / "casualties"
NEW_TO_THE_RULES = "harm"
"""The hand that the rules were not made on."""
WEIGHT = 6.0
"""How much a report of that hand counts beside others."""
LEFT_OUT = (0.0, 0.35)
"""Shares of the words of each list that are left out of the rules, one reading each."""
TREES = 100
FOREST: dict[str, Any] = {
    "num_leaves": 6, "learning_rate": 0.1, "min_data_in_leaf": 20, "feature_fraction": 0.3, "bagging_fraction": 0.8,
    "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 63, "seed": 1, "num_threads": 1, "deterministic": True,
    "force_row_wise": True, "verbose": -1,
}  # fmt: skip
PARTS = 3
"""Parts of the hand that is new to the rules: each is measured by what was learned without it, too."""
Array = NDArray[Any]


class Labelled(NamedTuple):
    """A labelled report: who wrote it, its language and nature, and what is right (empty: not told)."""

    hand: str
    report: Report
    lang: str
    nature: Nature
    right: Mapping[str, str]


class Reading(NamedTuple):
    """What was read of a labelled report, by the rules and as candidates; ``full``: with all words."""

    labelled: Labelled
    candidates: list[Candidate]
    answer: Casualties
    full: bool


def read_lines(path: Path) -> tuple[list[Report], list[dict[str, str]]]:
    """Return the reports of a file and what is right of each."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    reports = [
        Report(row["id"], _instant(row["published"]), row["source"], "", row["lang"], row["title"], row["text"])
        for row in rows
    ]
    return reports, [{harm: row[harm] for harm in HARMS} for row in rows]


def _instant(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def labelled_reports() -> Iterator[Labelled]:
    """Yield all reports that are learned from; kinds and stages are those found without the folder they are of."""
    for fold, folder in enumerate(looked_at()):
        reports, gold = read_folder(folder)
        on_event = [report for report in reports if gold[report.id]["event"]]
        with _kinds_without(fold):
            told = tell_all(on_event)
        for one in told:
            yield Labelled(folder.name, one.report, gold[one.report.id]["lang"], one.nature, gold[one.report.id])
    for lang in LANGUAGES:
        for number, line in enumerate((SHORT / f"{lang}.txt").read_text(encoding="utf-8").splitlines()):
            if line and not line.startswith("#"):
                killed, affected, text = line.split(";", 2)
                report = Report(f"{lang}{number}", datetime(2026, 3, 5, tzinfo=UTC), "", "", lang, "", text)
                right = {"killed": killed, "affected": affected}
                yield Labelled("short", report, lang, Nature("accident", "reported", "asserts"), right)
    yield from _rare_ways()
    reports, rights = read_lines(SHORT / f"{NEW_TO_THE_RULES}.jsonl")
    for one, right in zip(tell_all(reports), rights, strict=True):
        yield Labelled(NEW_TO_THE_RULES, one.report, one.lang, one.nature, right)


def _rare_ways() -> Iterator[Labelled]:
    """Yield ways of telling that there are few of.

    The cases that the rules are tested by are left out: the rules are right on all of them, so that nothing is learned
    from them but to follow the rules.
    """
    accident = Nature("accident", "reported", "asserts")
    for number, line in enumerate((SHORT / "classes.txt").read_text(encoding="utf-8").splitlines()):
        if not line.startswith("#"):
            lang, killed, affected, text = line.split(";", 3)
            report = Report(f"class{number}", datetime(2026, 3, 5, tzinfo=UTC), "", "", lang, "", text)
            yield Labelled("classes", report, lang, accident, {"killed": killed, "affected": affected})
    for number, line in enumerate((SHORT / "kinds.txt").read_text(encoding="utf-8").splitlines()):
        if not line.startswith("#"):
            lang, killed, affected, _, text = line.split(";", 4)
            report = Report(f"kind{number}", datetime(2026, 3, 5, tzinfo=UTC), "", "", lang, "", text)
            yield Labelled("classes", report, lang, accident, {"killed": killed, "affected": affected})


@contextmanager
def _kinds_without(fold: int) -> Iterator[None]:
    """Let kinds be told by weights learned without a folder."""
    learned = learned_weights()
    with np.load(FOLDS, allow_pickle=False) as kept:
        weights = {question: _of_fold(learned[question], kept, f"{question} {fold}") for question in QUESTIONS}
    with patch("opencwc.reports.kinds.usable_weights", lambda: weights):
        yield


def _of_fold(learned: Weights, kept: Mapping[str, Array], name: str) -> Weights:
    near = kept.get(f"{name} near")
    rows = kept[name].astype(np.float32)
    return learned._replace(rows=rows, near=None if near is None else near.astype(np.float32))


def readings_of(reports: Sequence[Labelled], share: float) -> Iterator[Reading]:
    """Yield what is read of reports, with a share of the words of harm and people left out."""
    with _words_left_out(share):
        for one in reports:
            found = read_by_rules(one.report, one.lang, one.nature)
            candidates = candidates_of(found.told, found.answer, one.nature, drill=found.drill)
            yield Reading(one, candidates, found.answer, not share)


@contextmanager
def _words_left_out(share: float) -> Iterator[None]:
    chance = Random(2)
    kept = {
        name: {lang: [word for word in words if chance.random() >= share] or words[:1] for lang, words in langs.items()}
        for name, langs in lists.all_words().items()
    }
    _forget()
    with patch("opencwc.reports.harm.lists.all_words", lambda: kept):
        yield
    _forget()


def _forget() -> None:
    lists.listed.cache_clear()
    lists.harm_pattern.cache_clear()


class Table(NamedTuple):
    """The candidates of many readings as rows: their signs, the reading of each, and its weight."""

    readings: Sequence[Reading]
    signs: NDArray[np.float32]
    of: NDArray[np.int64]
    weights: Array

    def part(self, chosen: Callable[[int, Reading], bool]) -> Table:
        """Return the table of some of the readings."""
        some = [number for number, reading in enumerate(self.readings) if chosen(number, reading)]
        place = np.full(len(self.readings), -1)
        place[some] = np.arange(len(some))
        rows = place[self.of] >= 0
        readings = [self.readings[number] for number in some]
        return Table(readings, self.signs[rows], place[self.of[rows]], self.weights[rows])


def table_of_readings(readings: Sequence[Reading], names: Sequence[str]) -> Table:
    """Return the table of all candidates of readings."""
    of = np.repeat(np.arange(len(readings)), [len(reading.candidates) for reading in readings])
    signs = np.vstack([table_of(reading.candidates, names) for reading in readings])
    weights = [WEIGHT if reading.labelled.hand == NEW_TO_THE_RULES else 1.0 for reading in readings]
    return Table(readings, signs, of, np.array(weights)[of])


def learned(table: Table, harm: str, names: Sequence[str]) -> lightgbm.Booster:
    """Fit a forest so that the right value of each report is likely, whichever of its candidates have it."""
    right = np.concatenate([_are_right(reading, harm) for reading in table.readings])
    starts = np.flatnonzero(np.r_[True, np.diff(table.of) > 0])
    weights = (np.add.reduceat(right, starts) > 0)[table.of] * table.weights

    def slopes(scores: Array, _: lightgbm.Dataset) -> tuple[Array, Array]:
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[table.of])
        chances = raised / np.add.reduceat(raised, starts)[table.of]
        of_right = raised * right
        wanted = of_right / np.maximum(np.add.reduceat(of_right, starts), 1e-30)[table.of]
        return (chances - wanted) * weights, np.maximum(chances * (1 - chances), 1e-3) * weights

    data = lightgbm.Dataset(table.signs, label=right, feature_name=list(names))
    return lightgbm.train({**FOREST, "objective": slopes}, data, TREES)


def _are_right(reading: Reading, harm: str) -> Array:
    right = reading.labelled.right[harm]
    value = int(right) if right else -1
    return np.array([float(candidate.value == value) for candidate in reading.candidates])


def held_rows(table: Table, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield a row a report and harm: the answer by weights learned without its hand, that of the rules, and gold."""
    hands = dict.fromkeys(reading.labelled.hand for reading in table.readings)
    for harm in HARMS:
        for hand in hands:
            forest = learned(table.part(lambda _, one, hand=hand: one.labelled.hand != hand), harm, names)
            held = table.part(lambda _, one, hand=hand: one.full and one.labelled.hand == hand)
            yield from _answered(held, forest, harm, hand)
        for part in range(PARTS):
            yield from _by_part(table, harm, names, part)


def _by_part(table: Table, harm: str, names: Sequence[str], part: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of one part of the hand that is new to the rules, learned from all else."""

    def inside(one: Reading) -> bool:
        lines = one.labelled.report.id
        return one.labelled.hand == NEW_TO_THE_RULES and int(lines.rpartition("-")[2]) % PARTS == part

    forest = learned(table.part(lambda _, one: not inside(one)), harm, names)
    yield from _answered(table.part(lambda _, one: one.full and inside(one)), forest, harm, "harm by parts")


def _answered(held: Table, forest: lightgbm.Booster, harm: str, hand: str) -> Iterator[dict[str, Any]]:
    scores = np.asarray(forest.predict(held.signs))
    for number, reading in enumerate(held.readings):
        found = likeliest(reading.candidates, scores[held.of == number].tolist())
        nature = reading.labelled.nature
        by_rules = getattr(reading.answer, harm).number
        by_rules = -1 if by_rules is None else by_rules
        value = by_rules if is_denial(nature) else found.value
        told = nature.kind and nature.kind not in HARMLESS and nature.stage != "planned"
        yield {
            "harm": harm,
            "hand": hand,
            "lang": reading.labelled.lang,
            "gold": reading.labelled.right[harm],
            "learned": str(value) if told and value >= 0 else "",
            "rules": str(by_rules) if told and by_rules >= 0 else "",
            "chance": round(found.chance, 4),
        }


def measured(path: Path) -> list[str]:
    """Return lines of figures of the rules and the model as they are, on a file of reports."""
    reports, rights = read_lines(path)
    ways = {"model": tell_all(reports)}
    with patch("opencwc.reports.casualties.usable_now", lambda _: False):
        ways["rules"] = tell_all(reports)
    lines = []
    for harm in HARMS:
        for way, told in ways.items():
            cells = []
            for lang in ("", *LANGUAGES):
                pairs = [
                    (_shown(getattr(one.casualties, harm).number), right[harm])
                    for one, right in zip(told, rights, strict=True)
                    if lang in ("", one.lang)
                ]
                some = [found == right for found, right in pairs if found or right]
                cells.append(f"{lang or 'all'} {sum(some) / max(1, len(some)):.3f} ({len(some)})")
            lines.append(f"{harm}, {way}: {', '.join(cells)}")
    return lines


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--measure", type=Path)
    chosen = words.parse_args()
    if chosen.measure:
        print("\n".join(measured(chosen.measure)))
        return 0
    reports = list(labelled_reports())
    readings = [reading for share in LEFT_OUT for reading in readings_of(reports, share)]
    names = sorted({name for reading in readings for candidate in reading.candidates for name in candidate.signs})
    table = table_of_readings(readings, names)
    forests = {harm: learned(table, harm, names).model_to_string().partition("\nend of trees")[0] for harm in HARMS}
    WEIGHTS.write_text(json.dumps(forests) + "\n", encoding="utf-8")
    pl.DataFrame(list(held_rows(table, names))).write_parquet(HELD, compression="zstd")
    write_card(MODEL, evaluate_figures())
    print(f"{WEIGHTS.name}: {len(reports)} reports")
    return 0


if __name__ == "__main__":
    sys.exit(main())
