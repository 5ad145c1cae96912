"""Measures the histories of claims: do claims that stand in one history speak of one statement of the record?

``python -m benchmarks.claim_histories FOLDER`` holds the reports of a folder of tests/cases/claims against its record,
makes histories, and counts pairs of claims of different reports. Two claims on one statement can still be on two
details of it, so the share of such pairs that stand together is no aim.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from opencwc.claims.claim_histories import Histories, History
from opencwc.claims.claim_matching import hold
from opencwc.claims.pair_signs import Record
from opencwc.claims.record_file import RecordFile
from opencwc.claims.sayings import Saying, sayings_of
from opencwc.language.encoders import named_encoder
from opencwc.reports.report_files import read_reports

Gold = Mapping[tuple[str, str], str]


def histories_of(folder: Path) -> list[History]:
    """Return the histories of a folder's reports."""
    encoder = named_encoder()
    record = Record(RecordFile(folder / "record.csv").statements(), encoder)
    held = list(hold(read_reports([folder / "reports.jsonl"]), record, encoder))
    return Histories(sayings_of(held), {one.report.id: one.report for one in held}, encoder).all()


def gold_of(folder: Path) -> Gold:
    """Return the statement that each sentence is about, empty where the record holds none."""
    with (folder / "gold.csv").open(encoding="utf-8", newline="") as stream:
        return {(row["report"], row["sentence"]): row["matched"] for row in csv.DictReader(stream)}


def pairs_of(sayings: Sequence[Saying]) -> Iterator[tuple[Saying, Saying]]:
    """Yield the pairs of sayings of different reports."""
    return ((one, other) for one, other in combinations(sayings, 2) if one.report != other.report)


def counts(histories: Sequence[History], gold: Gold) -> Counter[str]:
    """Return how many pairs stand together, and how many of them speak of one statement."""
    told: Counter[str] = Counter()
    for history in histories:
        for one, other in pairs_of([mention.saying for mention in history.mentions]):
            about = [gold.get((side.report, side.sentence), "") for side in (one, other)]
            kind = "in no record" if about == ["", ""] else "one statement" if about[0] == about[1] else "not one"
            told[kind] += 1
            if one.lang != other.lang:
                told[f"{kind}, two languages"] += 1
    everything = [mention.saying for history in histories for mention in history.mentions]
    about_of = {id(saying): gold.get((saying.report, saying.sentence), "") for saying in everything}
    told["of one statement in all"] = sum(
        about_of[id(one)] == about_of[id(other)] != "" for one, other in pairs_of(everything)
    )
    return told


def main() -> None:
    """Print the counts of a folder."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    folder = asked.parse_args().folder
    histories = histories_of(folder)
    several = sum(len(history.mentions) > 1 for history in histories)
    claims = sum(len(history.mentions) for history in histories)
    print(f"{folder}: {claims} claims in {len(histories)} histories, {several} with several mentions")
    for name, count in sorted(counts(histories, gold_of(folder)).items()):
        print(f"  pairs {name}: {count}")


if __name__ == "__main__":
    main()
