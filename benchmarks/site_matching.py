"""Measure the matching of plant sites over two years: precision and recall on labelled pairs of invented sites.

``python -m benchmarks.site_matching [--sites 560] [--seeds 1,2,3] [--held-out 2026,2027]``

The weights of `opencwc.declarations.site_likeness` were set with the first seeds; the held-out ones were looked at only
to be printed. Beside it stands what a list of codes alone finds.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from typing import NamedTuple

from benchmarks.site_world import Maker, World, labelled_pairs, row_of
from opencwc.declarations.model import Register, Site
from opencwc.declarations.register_cells import RowReader
from opencwc.declarations.site_matching import SiteMatching, match_sites

PAIRS = 1_000


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=560)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--held-out", default="2026,2027,2028")
    given = parser.parse_args()
    for name, seeds in (("set with", given.seeds), ("held out", given.held_out)):
        for seed in map(int, seeds.split(",")):
            world, before, now, matching, seconds = matched(seed, given.sites)
            score = scored(world, matching.now, seed)
            by_code = scored(world, {code: code for code, _ in before.sites if (code, "") in now.sites}, seed)
            print(
                f"{name} seed {seed}: {len(before.sites)} and {len(now.sites)} sites, {PAIRS} pairs: precision "
                f"{score.precision:.3f}, recall {score.recall:.3f} (codes alone {by_code.precision:.3f}, "
                f"{by_code.recall:.3f}); all matches right {whole_precision(world, matching):.3f}; {seconds:.2f} s"
            )
            for change, count in missed_by_change(world, matching).most_common():
                print(f"    missed: {change}: {count}")


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
            missed[", ".join(world.changes.get(site.truth, ())) or "nothing"] += 1
    return missed


if __name__ == "__main__":
    main()
