"""Finds the measures of the Convention that laws are held against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from urllib.parse import quote

from opencwc.casebook.permissions import may
from opencwc.convention.measures import Measure
from opencwc.language.name_search import NameIndex
from opencwc.web.casebook.finders import Hit, Sought
from opencwc.web.convention.measures import measures_of


def find_measures(sought: Sought) -> Iterator[Hit]:
    """Yield the measures that a question finds by id, article or title."""
    if not may(sought.person, "rules"):
        return
    seen = set()
    for measure, _, score in _index(date.today()).find(sought.text):
        if measure.id not in seen:
            seen.add(measure.id)
            title = measure.titles.get(sought.lang, measure.titles["en"])
            address = f"/law/measures/{quote(measure.set)}/{quote(measure.id)}"
            yield Hit("measure", f"{measure.id} {title}", measure.article, address, score)


@lru_cache(maxsize=2)
def _index(day: date) -> NameIndex[Measure]:
    return NameIndex(
        (name, measure)
        for measure in measures_of(day).measures
        for name in (measure.id, measure.article, *measure.titles.values())
    )
