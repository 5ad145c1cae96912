"""Put every structure of the index of names through the screen and print each hit, each refusal and the counts.

    python -m benchmarks.name_index_hits               about half a minute
    python -m benchmarks.name_index_hits --csv FILE    and write the hits and refusals into FILE

What a reading of all of them found stands in docs/explanation/what-the-name-index-holds.md.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from opencwc.chemistry.name_index import NameIndex
from opencwc.finding import Verdict
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.wording import sentence

AS_OF = date(2026, 11, 24)


class Line(NamedTuple):
    """One hit or refusal; a structure of several components, or under several entries, has several."""

    list: str
    entry: str
    verdict: str
    cas: str
    name: str
    smiles: str
    why: str


@dataclass
class Counts:
    """Lines, and structures told apart by number and drawing, for each list, entry and verdict."""

    structures: int = 0
    lines: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    substances: defaultdict[tuple[str, str, str], set[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def add(self, line: Line) -> None:
        key = (line.list, line.entry, line.verdict)
        self.lines[key] += 1
        self.substances[key].add((line.cas, line.smiles))

    def table(self) -> Iterator[str]:
        """Give the counts as the rows of a Markdown table."""
        yield "| list | entry | verdict | structures | lines |"
        yield "|---|---|---|--:|--:|"
        for key in sorted(self.lines):
            listed, entry, verdict = key
            yield f"| {listed} | {entry} | `{verdict}` | {len(self.substances[key])} | {self.lines[key]} |"
        hits = {count for key, some in self.substances.items() if key[2] != str(Verdict.UNREADABLE) for count in some}
        yield ""
        yield f"{self.structures} structures, {len(hits)} with a hit, {sum(self.lines.values())} lines."


def answers(counts: Counts) -> Iterator[Line]:
    """Screen every structure of the index against both lists; give what is not plainly outside of them."""
    screener = Screener(Rulebook.of(AS_OF))
    for reading in NameIndex.open().structures():
        counts.structures += 1
        for finding in screener.answer(reading.smiles, "smiles"):
            if finding.verdict is Verdict.NOT_LISTED:
                continue
            place = (finding.rule.list, finding.rule.entry) if finding.rule else ("", "")
            line = Line(
                *place, str(finding.verdict), reading.cas, reading.name, reading.smiles, sentence(finding.message)
            )
            counts.add(line)
            yield line


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.name_index_hits", description=__doc__)
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the hits and refusals there, not on the screen")
    chosen = parser.parse_args(arguments)
    counts = Counts()
    out = chosen.csv.open("w", encoding="utf-8", newline="") if chosen.csv else nullcontext(sys.stdout)
    with out as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(Line._fields)
        writer.writerows(answers(counts))
    print(*counts.table(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
