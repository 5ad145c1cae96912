"""Schedules 2 and 3: past, anticipated and additionally planned activities of plants, each held against its threshold.

Schedule 2 is declared where a plant produced, processed or consumed more than the threshold in any of the three years
before, or will in the next (VA VII.3); Schedule 3 where it produced more in the year before, or will in the next
(VA VIII.3). Each activity is held against the threshold alone, by plant and by chemical.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from opencwc.convention.clauses import in_short
from opencwc.declarations.books import NONE, Books, Key, PlantChemical
from opencwc.declarations.law import DECLARED, Law
from opencwc.declarations.model import Due, Near
from opencwc.declarations.phrases import amount, place_said
from opencwc.finding import Message

ACTIVITIES_OF = {"S2": ("produce", "process", "consume"), "S3": ("produce",)}
YEARS_BACK = {"S2": 3, "S3": 1}
GROUPS_OF = {"S2": ("2A*", "2A", "2B"), "S3": ("3",)}


class Above(NamedTuple):
    """An activity of a year that is more than the threshold."""

    activity: str
    year: int
    kg: Decimal


class PlantBooks:
    """The declarations of plants of one regime, ``S2`` or ``S3``, in one year."""

    def __init__(self, books: Books, law: Law, year: int, regime: str) -> None:
        self.books, self.law, self.year, self.regime = books, law, year, regime
        self.activities = ACTIVITIES_OF[regime]
        self.past_years = tuple(year - back for back in range(1, YEARS_BACK[regime] + 1))
        self.prefix = regime.lower()
        self._at_site: dict[str, Mapping[tuple[str, int], Mapping[str, Decimal]]] = {}

    def due(self) -> Iterator[Due]:
        """Yield what is due of the regime's plants."""
        together = self.law.reading("plans-and-past") == "together"
        for plant in self.books.plants_of(GROUPS_OF[self.regime]):
            past = self._above(plant, self.past_years, planned=False)
            ahead = self._above(plant, (self.year + 1,), planned=True)
            if past or (together and ahead):
                yield self._line(plant, "past", self.year - 1, (past or ahead)[0])
            if ahead or (together and past):
                yield self._line(plant, "anticipated", self.year + 1, (ahead or past)[0])
            yield from self._additional(plant)

    def near(self, margin: Decimal) -> Iterator[Near]:
        """Yield what is at or below a threshold by no more than a margin (0.1: ten per cent of the threshold)."""
        for plant in self.books.plants_of(GROUPS_OF[self.regime]):
            rule, limit = self._limit(plant)
            for planned, years in ((False, self.past_years), (True, (self.year + 1,))):
                for activity in self.activities:
                    for of in years:
                        kg = self._sum(plant, activity, of, planned=planned)
                        if limit is not None and limit * (1 - margin) <= kg <= limit and kg > 0:
                            entry = self.books.chemicals[plant.chemical].entry
                            name = self.books.name(plant.chemical)
                            yield Near(plant.site, plant.plant, name, entry, activity, of, planned, kg, limit, rule)

    def _limit(self, plant: PlantChemical) -> tuple[str, Decimal | None]:
        rule = DECLARED[self.books.chemicals[plant.chemical].group][0]
        return rule, self.law.kg(rule)

    def _sum(self, plant: PlantChemical, activity: str, year: int, *, planned: bool) -> Decimal:
        """Return what is counted of an activity; of plans, those without a date."""
        sums = self.books.undated_plans if planned else self.books.sums
        return sums.get(Key(*plant, activity, year, planned), NONE)

    @cached_property
    def _dated(self) -> dict[PlantChemical, dict[tuple[str, date], Decimal]]:
        return self.books.planned_by_day()

    def _above(self, plant: PlantChemical, years: Iterable[int], *, planned: bool) -> list[Above]:
        """Return the activities that are more than the threshold, the latest year and the largest first."""
        _, limit = self._limit(plant)
        sums = (
            Above(activity, of, self._sum(plant, activity, of, planned=planned))
            for of in years
            for activity in self.activities
        )
        above = [found for found in sums if limit is not None and found.kg > limit]
        return sorted(above, key=lambda found: (-found.year, -found.kg, self.activities.index(found.activity)))

    def _additional(self, plant: PlantChemical) -> Iterator[Due]:
        """Yield what was planned additionally (VA VII.4(c), VA VIII.4(c)): five days before each activity begins."""
        _, limit = self._limit(plant)
        deadline = f"{self.prefix}-additional"
        alone = self.law.reading("additional-sum") == "alone"
        seen: dict[date, Above] = {}
        for (activity, day), kg in sorted(self._dated.get(plant, {}).items(), key=lambda item: (item[0][1], -item[1])):
            due = self.law.due(deadline, day.year, day)
            if activity not in self.activities or due.year != self.year:
                continue
            whole = kg if alone else self.books.amount(Key(*plant, activity, day.year, True))
            if limit is not None and whole > limit and (day not in seen or whole > seen[day].kg):
                seen[day] = Above(activity, day.year, whole)
        for day, above in seen.items():
            yield self._line(plant, "additional", day.year, above, day)

    def _line(self, plant: PlantChemical, declaration: str, period: int, above: Above, day: date | None = None) -> Due:
        books, law = self.books, self.law
        rule, limit = self._limit(plant)
        chemical = books.chemicals[plant.chemical]
        deadline = f"{self.prefix}-{declaration}"
        due = law.due(deadline, day.year if day else self.year, day)
        code = ""
        if self.regime == "S3":
            code = law.range_code("s3", self._produced(plant, declaration, period, above))
        threshold = law.threshold(rule)
        why = Message(
            f"declare_why_{declaration}_{above.activity}",
            {
                "place": place_said(plant.site, plant.plant), "amount": amount(above.kg),
                "chemical": books.named(plant.chemical), "entry": chemical.entry, "year": str(above.year),
                "limit": amount(limit or NONE), "source": in_short(threshold.source) if threshold else "",
                "window": Message(f"declare_window_{self.prefix}_{declaration}", {"year": str(self.year)}),
                "date": day.isoformat() if day else "",
            },
        )  # fmt: skip
        return Due(
            plant.site, plant.plant, books.name(plant.chemical), chemical.entry, self.regime, declaration, period, due,
            code, self._is_inspected(plant, period, declaration), why, plant.chemical, above.kg, (rule, deadline),
            books.country(plant.site, plant.plant),
        )  # fmt: skip

    def _produced(self, plant: PlantChemical, declaration: str, period: int, above: Above) -> Decimal:
        """Return the production that a range is of: that of the period, else what made it due."""
        if declaration == "additional":
            return above.kg
        produced = self._sum(plant, "produce", period, planned=declaration == "anticipated")
        return produced or above.kg

    def _is_inspected(self, plant: PlantChemical, period: int, declaration: str) -> bool:
        """Tell whether it lies above the threshold of inspections in the whole window (VA VII.12, VA VIII.12).

        What is anticipated are plans without a date; an additional plan is held with all that is planned in its year.
        """
        limit = self.law.kg(DECLARED[self.books.chemicals[plant.chemical].group][1])
        if limit is None:
            return False
        window = [*((of, "past") for of in self.past_years), (self.year + 1, "anticipated")]
        if declaration == "additional":
            window.append((period, "planned"))
        return any(kg > limit for of, basis in window for kg in self._inspected_amounts(plant, of, basis))

    def _inspected_amounts(self, plant: PlantChemical, of: int, basis: str) -> Iterator[Decimal]:
        """Yield what is held against the threshold of inspections: of Schedule 3 a site's sum, else each activity."""
        if self.regime == "S2":
            for activity in self.activities:
                yield self._amounts(basis).get(Key(*plant, activity, of, basis != "past"), NONE)
            return
        sums = self._above_at_site(basis).get((plant.site, of), {})
        if self.law.reading("s3-inspection-sum") == "each-chemical":
            yield sums.get(plant.chemical, NONE)
        else:
            yield sum(sums.values(), NONE)

    def _amounts(self, basis: str) -> Mapping[Key, Decimal]:
        return self.books.undated_plans if basis == "anticipated" else self.books.sums

    def _above_at_site(self, basis: str) -> Mapping[tuple[str, int], Mapping[str, Decimal]]:
        """Return what a site's plants made of each Schedule 3 chemical, by year, where a plant made more than declared.

        Applies s3-inspect (VA VIII.12).
        """
        if basis not in self._at_site:
            sums: dict[tuple[str, int], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
            limit = self.law.kg(DECLARED["3"][0])
            for key, kg in self._amounts(basis).items():
                wanted = key.activity == "produce" and key.planned == (basis != "past")
                if wanted and limit is not None and kg > limit and self.books.chemicals[key.chemical].group == "3":
                    sums[key.site, key.year][key.chemical] += kg
            self._at_site[basis] = sums
        return self._at_site[basis]


def schedules_2_and_3(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield what is due of the plants of Schedules 2 and 3."""
    for regime in ("S2", "S3"):
        yield from PlantBooks(books, law, year, regime).due()
