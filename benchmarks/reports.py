"""Measure what is told of written reports against their gold: `python -m benchmarks.reports`.

    python -m benchmarks.reports [FOLDER...] [--errors COLUMN]

A folder holds ``reports.jsonl`` and ``gold.csv``; by itself, those of tests/cases/reports that may be looked at while
something is tuned. Every figure is of invented reports written for the purpose: no outside set in several languages
could be had.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from opencwc.language.encoders import named_encoder
from opencwc.reports.formats import row_of
from opencwc.reports.likeness_model import b_cubed, pair_f1
from opencwc.reports.linkage import average_linkage
from opencwc.reports.model import Report
from opencwc.reports.watched import watch

CASES = Path(__file__).parents[1] / "tests" / "cases" / "reports"
BLIND = ("blind", "blind_b")
"""Folders that nothing is learnt from."""
LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")
EXACT = ("kind", "stage", "stance", "date", "country", "killed", "affected")
WORD = re.compile(r"\w+")
Row = Mapping[str, str]
Array = NDArray[np.float64]


def looked_at() -> list[Path]:
    """Return the folders that may be looked at while something is tuned."""
    return [path for path in sorted(CASES.iterdir()) if path.is_dir() and path.name not in BLIND]


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


class Measured(NamedTuple):
    """What came out for one folder: pairs of found and gold rows, the clusters by each way, and seconds a report."""

    pairs: list[tuple[Row, Row]]
    events: dict[str, dict[str, str]]
    origins: dict[str, str]
    gold: dict[str, Row]


def measure(folder: Path) -> Measured:
    """Watch the reports of a folder."""
    reports, gold = read_folder(folder)
    watched = watch(reports, named_encoder())
    pairs: list[tuple[Row, Row]] = [(row_of(line), gold[line.told.report.id]) for line in watched.lines]
    events = {"opencwc watch": {line.told.report.id: line.event for line in watched.lines}}
    on_event = [report for report in reports if gold[report.id]["event"]]
    events |= {name: baseline(on_event, similarity) for name, similarity in BASELINES.items()}
    return Measured(pairs, events, {line.told.report.id: line.origin for line in watched.lines}, gold)


def by_tf_idf(reports: Sequence[Report]) -> Array:
    """Return the cosine of term frequency by inverse document frequency."""
    counts = [Counter(WORD.findall(report.whole.lower())) for report in reports]
    in_documents = Counter(word for count in counts for word in count)
    places = {word: place for place, word in enumerate(in_documents)}
    rows = np.zeros((len(reports), len(places)))
    for row, count in enumerate(counts):
        for word, times in count.items():
            rows[row, places[word]] = times * (np.log((1 + len(reports)) / (1 + in_documents[word])) + 1)
    return cosine(rows)


def by_words(reports: Sequence[Report]) -> Array:
    """Return the share of words that two reports have in common."""
    words = [set(WORD.findall(report.whole.lower())) for report in reports]
    return np.array([[len(one & other) / max(1, len(one | other)) for other in words] for one in words])


def by_encoder(reports: Sequence[Report]) -> Array:
    """Return the cosine of the encoder's vectors of title and beginning."""
    return cosine(named_encoder().passages([report.whole[:400] for report in reports]))


def cosine(rows: Any) -> Array:
    """Return the cosine of each row with each."""
    long = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(long @ long.T, float)


BASELINES: dict[str, Callable[[Sequence[Report]], Array]] = {
    "TF-IDF": by_tf_idf,
    "word overlap": by_words,
    "the encoder alone": by_encoder,
}
"""What similarity each plain way joins by; by average linkage, at the threshold that suits it best here."""


def baseline(reports: Sequence[Report], similarity: Callable[[Sequence[Report]], Array]) -> dict[str, str]:
    """Return the clusters of a plain way, told which reports are on an event, at each of twenty thresholds."""
    near = similarity(reports)
    inner = near[np.triu_indices(len(reports), 1)]
    found: dict[str, str] = {}
    for number, cut in enumerate(np.quantile(inner, np.linspace(0.9, 0.999, 20))):
        groups = average_linkage([[at] for at in range(len(reports))], lambda one, other: float(near[one, other]), cut)
        found |= {f"{number}|{reports[at].id}": str(group[0]) for group in groups for at in group}
    return found


def best_of_thresholds(found: Mapping[str, str], gold: Mapping[str, str]) -> float:
    """Return the best B-cubed F1 over the thresholds of a plain way."""
    ways: dict[str, dict[str, str]] = defaultdict(dict)
    for key, cluster in found.items():
        number, _, report = key.partition("|")
        ways[number][report] = cluster
    return max(b_cubed(way, gold) for way in ways.values())


def gold_of(one: Measured, column: str, lang: str = "") -> dict[str, str]:
    """Return a column of the gold by report, of those that are on an event, in one language or in all."""
    rows = (row for row in one.gold.values() if row["event"] and lang in ("", row["lang"]))
    return {row["report"]: row[column] for row in rows}


def origins_right(one: Measured, lang: str) -> float:
    """Return the F1 of pairs that share an origin, with a report of this language among them."""
    right = gold_of(one, "origin")
    return pair_f1({key: one.origins.get(key, "") for key in right}, right, gold_of(one, "origin", lang))


def joined(some: Sequence[Measured]) -> list[str]:
    """Return the table of events and origins; of a language, its reports alone."""

    def cells(name: str, score: Callable[[Measured, str], float]) -> str:
        values = [sum(score(one, lang) for one in some) / len(some) for lang in ("", *LANGUAGES)]
        return f"| {name} | {' | '.join(f'{value:.3f}' for value in values)} |"

    def plain(name: str) -> Callable[[Measured, str], float]:
        return lambda one, lang: best_of_thresholds(one.events[name], gold_of(one, "event", lang))

    def ours(one: Measured, lang: str) -> float:
        return b_cubed(one.events["opencwc watch"], gold_of(one, "event", lang))

    return [
        f"| | all | {' | '.join(LANGUAGES)} |",
        "|---|" + "--:|" * (len(LANGUAGES) + 1),
        cells("events, B-cubed F1", ours),
        *(cells(f"{name} (best threshold)", plain(name)) for name in BASELINES),
        cells("origins, F1 of pairs", origins_right),
    ]


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("folders", nargs="*", type=Path)
    words.add_argument("--errors", default="", help="list what is wrong in this column")
    chosen = words.parse_args()
    some = [measure(folder) for folder in chosen.folders or looked_at()]
    pairs = [pair for one in some for pair in one.pairs]
    if column := chosen.errors:
        for found, right in pairs:
            if found[column] != right[column] and counts(column, found, right):
                print(
                    f"{right['report']} {right['lang']}: {found[column]!r}; right is {right[column]!r}; {found['why']}"
                )
    print("\n".join([*table(scored(pairs)), "", *joined(some)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
