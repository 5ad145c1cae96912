"""Missing years: a plant whose figures of a chemical leave a year out."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.declarations.books import Key
from opencwc.declarations.checks.base import CheckedBooks
from opencwc.declarations.model import Fault
from opencwc.declarations.phrases import amount, place_said
from opencwc.finding import Message, Value

ACTIVITIES = ("produce", "process", "consume", "store")
LEAST_YEARS = 2


def year_missing(checked: CheckedBooks) -> Iterator[Fault]:
    """Find years that a plant's figures of a chemical and activity leave out.

    A year between two that have figures, or the last year of a plant that had figures in the two before; a line of
    zero is a figure. Whether nothing was done or a line is missing, the tables cannot say: it is asked. Chemicals in no
    Schedule are asked of only where they were produced; imports and exports come and go, and are not asked of.
    """
    last = checked.year - 1
    window = [year for year in checked.years if year <= last]
    several = ((of, figures) for of, figures in checked.series.items() if len(figures) >= LEAST_YEARS)
    for (site, plant, chemical, activity), figures in sorted(several):
        known = checked.books.chemicals[chemical]
        if activity not in ACTIVITIES or not (known.group or (known.organic and activity == "produce")):
            continue
        stated = sorted(year for year, kg in figures.items() if kg)
        if len(stated) < LEAST_YEARS:
            continue
        stopped = last - 1 in figures and last - 2 in figures and figures[last - 1] > 0
        for year in window:
            between = stated[0] < year < stated[-1]
            if year in figures or not (between or (year == last and stopped)):
                continue
            before = max(of for of in stated if of < year)
            said: dict[str, Value] = {
                "place": place_said(site, plant), "chemical": checked.named(chemical), "year": str(year),
                "activity": Message(f"check_activity_{activity}"), "before": str(before),
                "amount": amount(figures[before]),
            }  # fmt: skip
            yield Fault(
                checked.place(Key(site, plant, chemical, activity, before, False), "year"), "", "ask",
                checked.subject(site, plant, chemical, year), Message("check_missing_year", said),
                {"before": figures[before]},
            )  # fmt: skip
