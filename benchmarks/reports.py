"""Measure what is told of written reports against their gold: `python -m benchmarks.reports`.

    python -m benchmarks.reports [FOLDER...] [--errors COLUMN]

A folder holds ``reports.jsonl`` and ``gold.csv``; by itself, those of tests/cases/reports that may be looked at while
something is tuned. Every figure is of invented reports written for the purpose: no outside set in several languages
could be had.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from pathlib import Path

import msgspec

from opencwc.reports.facts import tell
from opencwc.reports.model import Report, Told

CASES = Path(__file__).parents[1] / "tests" / "cases" / "reports"
LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")
EXACT = ("kind", "stage", "stance", "date", "country", "killed", "affected")
Row = Mapping[str, str]


def read_folder(folder: Path) -> tuple[list[Report], dict[str, Row]]:
    """Return the reports of a folder, and the gold row of each by its id."""
    lines = (folder / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    reports = []
    for row, line in enumerate(lines, 1):
        plain = msgspec.json.decode(line)
        published = datetime.fromisoformat(plain.pop("published"))
        reports.append(Report(**{"lang": "", "url": "", **plain, "published": published, "row": row}))
    with (folder / "gold.csv").open(encoding="utf-8", newline="") as file:
        return reports, {row["report"]: row for row in csv.DictReader(file)}


def row_of(told: Told) -> dict[str, str]:
    """Return what is told as the columns of the table have it."""
    killed, affected = told.casualties.killed.number, told.casualties.affected.number
    return {
        "kind": told.nature.kind,
        "stage": told.nature.stage,
        "stance": told.nature.stance,
        "date": told.date.text,
        "country": told.place.country,
        "agents": ";".join(told.agents.names),
        "killed": "" if killed is None else str(killed),
        "affected": "" if affected is None else str(affected),
        "lang": told.lang,
    }


def names(text: str) -> set[str]:
    """Return the agents of a cell."""
    return {name.strip().lower() for name in text.split(";") if name.strip()}


def f1(pairs: Iterable[tuple[set[str], set[str]]]) -> float:
    """Return the F1 of the names found, over all reports together; 1 where there are none on either side."""
    right = wrong = missed = 0
    for found, gold in pairs:
        right, wrong, missed = right + len(found & gold), wrong + len(found - gold), missed + len(gold - found)
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 1.0


def table(scores: Mapping[str, Callable[[str], tuple[float, int]]]) -> list[str]:
    """Return a table with a line for each figure and a column for each language."""
    lines = [f"| | all | {' | '.join(LANGUAGES)} |", "|---|" + "--:|" * (len(LANGUAGES) + 1)]
    for name, score in scores.items():
        cells = [f"{value:.3f} ({count})" for value, count in map(score, ("", *LANGUAGES))]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def share(right: Sequence[bool]) -> tuple[float, int]:
    """Return the share of what is right, and of how many."""
    return (sum(right) / len(right) if right else 1.0), len(right)


def scored(pairs: Sequence[tuple[Row, Row]]) -> dict[str, Callable[[str], tuple[float, int]]]:
    """Return for each column its score in a language (empty: in all), over pairs of found and gold rows.

    Stage, stance, date and country count on reports that are on an event; figures of casualties where the gold or the
    answer has one, and agents as F1 over all names.
    """

    def of(lang: str) -> list[tuple[Row, Row]]:
        return [pair for pair in pairs if not lang or pair[1]["lang"] == lang]

    def exact(column: str) -> Callable[[str], tuple[float, int]]:
        def score(lang: str) -> tuple[float, int]:
            return share([found[column] == gold[column] for found, gold in of(lang) if counts(column, found, gold)])

        return score

    def agents(lang: str) -> tuple[float, int]:
        some = [(names(found["agents"]), names(gold["agents"])) for found, gold in of(lang)]
        return f1(some), sum(len(gold) for _, gold in some)

    return {**{column: exact(column) for column in EXACT}, "agents": agents}


def counts(column: str, found: Row, gold: Row) -> bool:
    """Tell whether a column of a report counts."""
    if column in ("killed", "affected"):
        return bool(found[column] or gold[column])
    return column == "kind" or bool(gold["event"])


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


def pair_f1(found: Mapping[str, str], gold: Mapping[str, str]) -> float:
    """Return the F1 of pairs that share an origin."""

    def pairs(of: Mapping[str, str]) -> set[tuple[str, str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for one, name in of.items():
            if name:
                groups[name].append(one)
        return {pair for group in groups.values() for pair in combinations(sorted(group), 2)}

    mine, right = pairs(found), pairs(gold)
    return 2 * len(mine & right) / (len(mine) + len(right)) if mine or right else 1.0


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("folders", nargs="*", type=Path)
    words.add_argument("--errors", default="", help="list what is wrong in this column")
    chosen = words.parse_args()
    pairs: list[tuple[Row, Row]] = []
    for folder in chosen.folders or [
        path for path in sorted(CASES.iterdir()) if path.is_dir() and path.name != "blind"
    ]:
        reports, gold = read_folder(folder)
        for report in reports:
            found, right = row_of(tell(report)), gold[report.id]
            pairs.append((found, right))
            column = chosen.errors
            if column and found[column] != right[column] and counts(column, found, right):
                print(f"{report.id} {right['lang']} {report.published}: {found[column]!r}; right is {right[column]!r}")
                print(f"    {report.title} | {report.text[:1000]}")
    print("\n".join(table(scored(pairs))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
