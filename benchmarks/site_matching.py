"""Measure the matching of plant sites over two years: precision and recall on labelled pairs of invented sites.

    python -m benchmarks.site_matching            print the section of the page
    python -m benchmarks.site_matching --write    and write it into docs/benchmarks/declarations.md

The weights of `opencwc.declarations.site_likeness` were set with the first seeds; the held-out ones were looked at only
to be printed. Beside it stands what a list of codes alone finds.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from datetime import date
from typing import NamedTuple

from benchmarks.__main__ import machine
from benchmarks.declarations import write_section
from benchmarks.site_world import Maker, World, labelled_pairs, row_of
from opencwc.declarations.model import Register, Site
from opencwc.declarations.register_cells import RowReader
from opencwc.declarations.site_matching import SiteMatching, match_sites

PAIRS = 1_000
TITLE = "## Matching sites over the years"


class Score(NamedTuple):
    """How many labelled pairs were taken for one site rightly, wrongly, and not though they are."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of what was taken for one site that is one."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of the pairs of one site that was found."""
        return self.right / max(1, self.right + self.missed)


def main() -> None:
    """Measure each seed, print the section of the page, and write it where that is asked for."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sites", type=int, default=560)
    options.add_argument("--seeds", default="1,2,3")
    options.add_argument("--held-out", default="2026,2027,2028")
    options.add_argument("--write", action="store_true", help="write the section of docs/benchmarks/declarations.md")
    chosen = options.parse_args()
    rows: list[str] = []
    missed: Counter[str] = Counter()
    for use, seeds in (("weights set with it", chosen.seeds), ("held out", chosen.held_out)):
        for seed in map(int, seeds.split(",")):
            row, changes = measured(seed, chosen.sites)
            rows.append(f"| {seed} | {use} | {row} |")
            if use == "held out":
                missed.update(changes)
    text = section(rows, missed)
    print(text)
    if chosen.write:
        write_section(TITLE, text)


def measured(seed: int, sites: int) -> tuple[str, Counter[str]]:
    """Return the figures of a seed as cells of a table, and how many sites were missed by what had happened to them."""
    world, before, now, matching, seconds = matched(seed, sites)
    score = scored(world, matching.now, seed)
    by_code = scored(world, {code: code for code, _ in before.sites if (code, "") in now.sites}, seed)
    cells = (
        f"{len(before.sites)}, {len(now.sites)}", f"{score.precision:.3f}", f"{score.recall:.3f}",
        f"{by_code.precision:.3f}", f"{by_code.recall:.3f}", f"{whole_precision(world, matching):.3f}",
        f"{seconds:.1f}",
    )  # fmt: skip
    return " | ".join(cells), missed_by_change(world, matching)


def section(rows: list[str], missed: Counter[str]) -> str:
    """Return the section of the page: a row a seed, then what was missed in the held-out ones."""
    said = "; ".join(f"{change}: {count}" for change, count in missed.most_common()) or "nothing"
    lines = (
        f"{TITLE}\n",
        f"By `python -m benchmarks.site_matching --write` on {date.today()}: {machine()}.\n",
        f"Two years of registers of invented sites (`benchmarks/site_world.py`), each seed with {PAIRS:,} labelled",
        "pairs. Between the years sites get another code, name, owner or address, swap codes, or change their",
        "script. The weights of the signs were set with the first seeds; the held-out ones were only measured. *Codes",
        "alone* takes equal codes for one site. The seconds are by the clock, beside other work.\n",
        "| seed | use | sites | precision | recall | codes alone: precision | recall | all matches right | seconds |",
        "|--:|---|--:|--:|--:|--:|--:|--:|--:|",
        *rows,
        f"\nSites of the held-out seeds that were missed or mistaken, by what had happened to them: {said}.\n",
    )
    return "\n".join(lines)


def matched(seed: int, sites: int) -> tuple[World, Register, Register, SiteMatching, float]:
    """Return a world, its two registers, what was matched, and the seconds that it took."""
    draw = random.Random(seed * 7919)
    world = Maker(seed, sites).world()
    before, now = (register_of([row_of(site, hand, draw) for site, hand in year]) for year in (world.before, world.now))
    start = time.perf_counter()
    matching = match_sites(before, now)
    return world, before, now, matching, time.perf_counter() - start


def register_of(rows: list[dict[str, str]]) -> Register:
    """Return a register with these lines of the table of sites."""
    reader = RowReader()
    lines: list[Site] = [line for at, row in enumerate(rows, 1) if (line := reader.site(at, row))]
    return Register("invented", {(line.site, line.plant): line for line in lines}, ())


def scored(world: World, now: dict[str, str], seed: int) -> Score:
    """Return the score on the labelled pairs of a world."""
    counted: Counter[tuple[bool, bool]] = Counter()
    for before, after, same in labelled_pairs(world, PAIRS, random.Random(seed)):
        counted[now.get(before) == after, same] += 1
    return Score(counted[True, True], counted[True, False], counted[False, True])


def whole_precision(world: World, matching: SiteMatching) -> float:
    """Return the share of all matches that are right."""
    truth = {site.code: site.truth for site, _ in world.now}
    was = {site.code: site.truth for site, _ in world.before}
    right = sum(was[match.before] == truth[match.now] for match in matching.matches)
    return right / max(1, len(matching.matches))


def missed_by_change(world: World, matching: SiteMatching) -> Counter[str]:
    """Return how many sites were missed or taken for another, by what had happened to them."""
    now = {site.truth: site.code for site, _ in world.now}
    missed: Counter[str] = Counter()
    for site, _ in world.before:
        if site.truth in now and matching.now.get(site.code) != now[site.truth]:
            missed[", ".join(sorted(world.changes.get(site.truth, ()))) or "nothing"] += 1
    return missed


if __name__ == "__main__":
    main()
