"""What every check reads: the books, the law, the years that count, and ways to say where a figure stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property

from opencwc.declarations.books import Books, Key
from opencwc.declarations.law import Law
from opencwc.declarations.model import Activity, Fault, FaultSubject, Line, Place
from opencwc.finding import Message

YEARS_BACK = 3
"""Years before a calendar year that its declarations rest on (VA VII.3)."""


class CheckedBooks:
    """The books of a register while they are checked for the declarations of one calendar year."""

    def __init__(self, books: Books, law: Law, year: int) -> None:
        self.books, self.law, self.year = books, law, year
        self.years = range(year - YEARS_BACK, year + 2)

    @cached_property
    def series(self) -> Mapping[tuple[str, str, str, str], Mapping[int, Decimal]]:
        """What was done, not planned, by site, plant, chemical and activity: the kg of each year that states one."""
        series: dict[tuple[str, str, str, str], dict[int, Decimal]] = defaultdict(dict)
        for key, kg in self.books.whole.items():
            if not key.planned:
                series[key[:4]][key.year] = kg
        return series

    @cached_property
    def unstated(self) -> frozenset[tuple[str, str, int]]:
        """The site, chemical and year of every line that states no quantity."""
        return frozenset(
            (activity.site, chemical.key, activity.year)
            for activity, chemical in self.books.lines
            if activity.kg is None
        )

    @cached_property
    def plants(self) -> Mapping[str, tuple[str, ...]]:
        """The plants of each site that the table of sites or a line names."""
        plants: dict[str, set[str]] = defaultdict(set)
        for site, plant in self.books.register.sites:
            plants[site].add(plant)
        for activity, _ in self.books.lines:
            plants[activity.site].add(activity.plant)
        return {site: tuple(sorted(filter(None, found))) for site, found in plants.items()}

    def done(self, lines: Iterable[Line]) -> Iterable[Line]:
        """Return the lines of the years that count which state a quantity above zero."""
        return (line for line in lines if line.activity.year in self.years and line.activity.content)

    def place(self, key: Key, field: str = "quantity") -> Place:
        """Return where a sum stands: its largest line."""
        lines = self.books.rows.get(key, ())
        largest = max(lines, key=lambda line: line.activity.content, default=None) if len(lines) != 1 else lines[0]
        return Place("activities", largest.activity.row if largest else 0, field)

    def subject(self, site: str, plant: str, chemical: str, year: int) -> FaultSubject:
        """Return a subject with the chemical as the register calls it."""
        return FaultSubject(site, plant, self.books.name(chemical) if chemical else "", year)

    def named(self, chemical: str) -> Message | str:
        """Return a chemical as it is said, with its entry where it has one."""
        named, entry = self.books.named(chemical), self.books.chemicals[chemical].entry
        return Message("check_chemical_entry", {"chemical": named, "entry": entry}) if entry else named

    def by_threshold(self, fault: Fault, id: str) -> Fault:
        """Return a fault that rests on a threshold, with its id, clause and grade."""
        threshold = self.law.threshold(id)
        if threshold is None:
            return fault._replace(rule=id)
        return fault._replace(rule=id, source=threshold.source, evidence=threshold.evidence)


def row_of(activity: Activity, field: str) -> Place:
    """Return where a field of an activity stands."""
    return Place("activities", activity.row, field)
