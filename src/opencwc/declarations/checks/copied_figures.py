"""Copied figures: a plant site whose figures of a year are those of the year before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
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
    figures: dict[tuple[str, int], dict[tuple[str, str, str], Decimal]] = defaultdict(dict)
    for key, kg in checked.books.whole.items():
        if kg and not key.planned:
            figures[key.site, key.year][key.plant, key.chemical, key.activity] = kg
    for (site, year), now in sorted(figures.items()):
        if year not in checked.years:
            continue
        before = figures.get((site, year - 1), {})
        both, equal = now.keys() & before.keys(), _equal(now, before)
        telling = [key for key in equal if len(now[key].normalize().as_tuple().digits) >= DIGITS]
        if (len(telling) < LEAST and len(equal) < LEAST_ROUND) or len(equal) < MOST * len(both):
            continue
        plants = {plant for plant, _, _ in equal}
        plant = plants.pop() if len(plants) == 1 else ""
        said: dict[str, Value] = {
            "place": place_said(site, plant), "equal": str(len(equal)), "both": str(len(both)), "year": str(year),
            "before": str(year - 1),
        }  # fmt: skip
        first = max(equal, key=lambda key: (now[key], key))
        yield Fault(
            checked.place(Key(site, *first, year, False)), "", "ask", checked.subject(site, plant, "", year),
            Message("check_copied", said), {"equal": Decimal(len(equal)), "both": Decimal(len(both))},
        )  # fmt: skip


def _equal(
    now: Mapping[tuple[str, str, str], Decimal], before: Mapping[tuple[str, str, str], Decimal]
) -> list[tuple[str, str, str]]:
    return [key for key, kg in now.items() if before.get(key) == kg]
