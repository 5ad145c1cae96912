"""Join the news texts of ECB+, English, two similar events on each topic: `python -m benchmarks.event_clusters FOLDER`.

FOLDER has ``ecbplus_dev.tsv`` and other parts. The texts have neither title nor day nor place of their own, so words
and meaning decide alone. Nothing is chosen on them but one threshold, on the dev part; the others are measured with it.
No outside set in several languages could be had.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.reports import BASELINES, Array
from opencwc.language.encoders import named_encoder
from opencwc.reports.comparing import weigh
from opencwc.reports.item import item_of
from opencwc.reports.likeness import Rarity
from opencwc.reports.likeness_model import b_cubed, weights
from opencwc.reports.linkage import average_linkage
from opencwc.reports.model import Nature, Report, Told
from opencwc.reports.traits import traits_of


def read_part(path: Path) -> tuple[list[Report], dict[str, str]]:
    """Return the texts of a part, and the cluster of each."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    at = datetime(2010, 1, 1, tzinfo=UTC)
    reports = [Report(row["document"], at, "", "", "en", "", row["text"]) for row in rows]
    return reports, {row["document"]: row["cluster"] for row in rows}


def by_likeness(reports: Sequence[Report]) -> Array:
    """Return the log-odds that pairs are on one event, by what the texts say."""
    told = [Told(report, "en", Nature("other")) for report in reports]
    items = list(map(item_of, told, traits_of(told, named_encoder())))
    known, rarity = weights("event"), Rarity()
    scores = np.zeros((len(items), len(items)))
    for one, other in combinations(range(len(items)), 2):
        rare = rarity.signs(items[one], items[other])
        score = weigh(items[one], items[other], known)
        score += sum(known.signs.get(name, 0.0) * value for name, value in rare.items())
        scores[one, other] = scores[other, one] = score
    return scores


def joined(reports: Sequence[Report], scores: Array, cut: float) -> dict[str, str]:
    """Return the clusters at a threshold."""
    groups = average_linkage([[at] for at in range(len(reports))], lambda one, other: float(scores[one, other]), cut)
    return {reports[at].id: str(group[0]) for group in groups for at in group}


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("folder", type=Path)
    parts = {path.stem.removeprefix("ecbplus_"): path for path in words.parse_args().folder.glob("ecbplus_*.tsv")}
    dev, gold = read_part(parts.pop("dev"))
    print("| way | threshold | dev | " + " | ".join(parts) + " |\n|---|--:|--:|" + "--:|" * len(parts))
    ways: dict[str, Callable[[Sequence[Report]], Array]] = {"opencwc watch": by_likeness, **BASELINES}
    for name, way in ways.items():
        scores = way(dev)
        cuts = np.quantile(scores[np.triu_indices(len(dev), 1)], np.linspace(0.8, 0.999, 40))
        best, cut = max((b_cubed(joined(dev, scores, cut), gold), float(cut)) for cut in cuts)
        figures = [f"{best:.3f}"]
        for path in parts.values():
            reports, right = read_part(path)
            figures.append(f"{b_cubed(joined(reports, way(reports), cut), right):.3f}")
        print(f"| {name} | {cut:.2f} | {' | '.join(figures)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
