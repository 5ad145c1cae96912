"""Copied figures: a plant site whose figures of a year are those of the year before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from opencwc.declarations.books import Key
from opencwc.declarations.checks.base import CheckedBooks
from opencwc.declarations.model import Fault
from opencwc.declarations.phrases import place_said
from opencwc.finding import Message, Value

LEAST, LEAST_ROUND = 3, 5
"""How many equal figures are asked of: of those with three digits or more, and of all."""
DIGITS = 3
MOST = Decimal("0.7")
"""Which share of the figures that both years have is equal."""


def figures_copied(checked: CheckedBooks) -> Iterator[Fault]:
    """Find plant sites of which several figures of a year are exactly those of the year before.

    One equal figure is no sign, and round ones (10 t, 500 kg) come again by themselves; three with three digits or
    more, or five of any, that are most of what both years have, are asked of.
    """
    both: Counter[tuple[str, int]] = Counter()
    copied: dict[tuple[str, int], dict[tuple[str, str, str], Decimal]] = defaultdict(dict)
    for (site, *of), figures in checked.series.items():
        for year, kg in figures.items():
            before = figures.get(year - 1)
            if kg and before and year in checked.years:
                both[site, year] += 1
                if kg == before:
                    plant, chemical, activity = of
                    copied[site, year][plant, chemical, activity] = kg
    for (site, year), equal in sorted(copied.items()):
        telling = [kg for kg in equal.values() if len(kg.normalize().as_tuple().digits) >= DIGITS]
        if (len(telling) < LEAST and len(equal) < LEAST_ROUND) or len(equal) < MOST * both[site, year]:
            continue
        plants = {plant for plant, _, _ in equal}
        plant = plants.pop() if len(plants) == 1 else ""
        said: dict[str, Value] = {
            "place": place_said(site, plant), "equal": str(len(equal)), "both": str(both[site, year]),
            "year": str(year), "before": str(year - 1),
        }  # fmt: skip
        first = max(equal, key=lambda key: (equal[key], key))
        yield Fault(
            checked.place(Key(site, *first, year, False)), "", "ask", checked.subject(site, plant, "", year),
            Message("check_copied", said), {"equal": Decimal(len(equal)), "both": Decimal(both[site, year])},
        )  # fmt: skip
