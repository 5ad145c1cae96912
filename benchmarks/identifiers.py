"""Measure how single values are read: registry numbers, keys, drawings and names as people write them.

    python -m benchmarks.identifiers            recall and precision by kind, as a value and as a text
    python -m benchmarks.identifiers --misses   and print what went wrong

Recall is the share of values of listed chemicals that are listed or for review; precision is the share of what is
listed or for review that should be.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks.__main__ import AS_OF
from opencwc.finding import Verdict
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.screening.structure_screener import MET

CASES = Path(__file__).parents[1] / "tests" / "cases" / "identifiers.yaml"
WAYS = ("auto", "text")


class Item(NamedTuple):
    """A value of the set, what kind of thing it is and what should come of it."""

    part: str
    kind: str
    expect: str
    value: str


class Answer(NamedTuple):
    """What came of an item: whether an entry has to do with it, whether it was read, whether that is as expected."""

    item: Item
    met: bool
    read: bool
    right: bool


def items(path: Path = CASES) -> Iterator[Item]:
    """Yield the values of the set."""
    for part, groups in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).items():
        for group in groups:
            yield from (Item(part, group["kind"], group["expect"], value) for value in group["values"])


def answer(screener: Screener, item: Item, way: str) -> Answer:
    """Screen one value."""
    outcomes = screener.answer(item.value, way)
    met = any(outcome.verdict in MET for outcome in outcomes)
    unreadable = any(outcome.verdict is Verdict.UNREADABLE for outcome in outcomes)
    read = not unreadable and outcomes[0].message.id != "why_no_mention"
    right = {
        "met": met,
        "clear": not met,
        "trap": not met,
        "doubted": met or unreadable,
        "unknown": unreadable and not met,
    }[item.expect]
    return Answer(item, met, read, right)


def figures(answers: Iterable[Answer]) -> tuple[float, float]:
    """Return recall and precision; 1 where there is nothing to find, or nothing was found."""
    counts: Counter[str] = Counter()
    for one in answers:
        wanted = one.item.expect in ("met", "doubted")
        counts["wanted"] += wanted
        counts["found"] += wanted and one.right
        counts["wrong"] += one.met and not wanted
    found = counts["found"]
    told = found + counts["wrong"]
    return found / counts["wanted"] if counts["wanted"] else 1.0, found / told if told else 1.0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true")
    misses = parser.parse_args().misses
    screener = Screener(Rulebook.of(AS_OF))
    every = list(items())
    print("| values | kind | way | number | recall | precision |\n|---|---|---|--:|--:|--:|")
    for part in dict.fromkeys(item.part for item in every):
        for way in WAYS:
            answers = [answer(screener, item, way) for item in every if item.part == part]
            kinds = dict.fromkeys(one.item.kind for one in answers)
            for kind, chosen in [(kind, [one for one in answers if one.item.kind == kind]) for kind in kinds]:
                print(f"| {part} | {kind} | {way} | {len(chosen)} | {_shares(chosen)} |")
            print(f"| {part} | all | {way} | {len(answers)} | {_shares(answers)} |")
            for one in answers if misses else ():
                if not one.right:
                    print(f"{way}: {one.item}")


def _shares(answers: Iterable[Answer]) -> str:
    return " | ".join(f"{share:.3f}" for share in figures(answers))


if __name__ == "__main__":
    main()
