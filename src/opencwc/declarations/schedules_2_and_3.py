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
from typing import NamedTuple

from opencwc.convention.clauses import in_short
from opencwc.declarations.books import NONE, Books, Key, PlantChemical
from opencwc.declarations.law import DECLARED, Law
from opencwc.declarations.model import Due, Near
from opencwc.declarations.phrases import amount, by_reading, place_said, with_the_limit
from opencwc.finding import Message

ACTIVITIES_OF = {"S2": ("produce", "process", "consume"), "S3": ("produce",)}
YEARS_BACK = {"S2": 3, "S3": 1}
MOVED = ("import", "export")
DEADLINES_OF = {
    "S2": {"past": "s2-past", "anticipated": "s2-anticipated", "additional": "s2-additional"},
    "S3": {"past": "s3-past", "anticipated": "s3-anticipated", "additional": "s3-additional"},
}
"""Until when each is due: VA VII.2(b), VA VII.4(b), VA VII.4(c) and VA VIII.2(b), VA VIII.4(b), VA VIII.4(c)."""
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
        for plant in self._plants():
            traded = self._traded(plant)
            past = self._above(plant, self.past_years, planned=False)
            ahead = self._above(plant, (self.year + 1,), planned=True)
            if past or (together and ahead) or traded:
                readings = ("plans-and-past",) if together and ahead and not past else ()
                yield self._line(
                    plant, "past", self.year - 1, (past or (ahead if together else []) or traded)[0], readings
                )
            if ahead or (together and past):
                readings = () if ahead else ("plans-and-past",)
                yield self._line(plant, "anticipated", self.year + 1, (ahead or past)[0], readings)
            yield from self._additional(plant)

    def additional(self) -> Iterator[Due]:
        """Yield what is due of additionally planned activities alone."""
        for plant in self._plants():
            yield from self._additional(plant)

    def _plants(self) -> list[PlantChemical]:
        """Return the plants and chemicals of the regime that anything may be due of, in order."""
        groups = GROUPS_OF[self.regime]
        plants = {*self.books.above[False], *self.books.above[True], *self.books.planned_by_day}
        if self.law.threshold(f"{self.prefix}-trade") is not None:
            plants |= set(self.books.plants_of(groups))
        return sorted(plant for plant in plants if self.books.chemicals[plant.chemical].group in groups)

    def near(self, margin: Decimal) -> Iterator[Near]:
        """Yield what is at or below a threshold by no more than a margin (0.1: ten per cent of the threshold)."""
        for planned, sums in ((False, self.books.sums), (True, self.books.undated_plans)):
            years = (self.year + 1,) if planned else self.past_years
            for key, kg in sums.items():
                if key.year not in years or key.planned != planned or key.activity not in self.activities or not kg:
                    continue
                chemical = self.books.chemicals[key.chemical]
                if chemical.group not in GROUPS_OF[self.regime]:
                    continue
                rule, limit = self._limit(PlantChemical(key.site, key.plant, key.chemical))
                if limit is None or self.law.is_met(rule, kg):
                    continue
                if limit * (1 - margin) <= kg <= limit:
                    name = self.books.name(key.chemical, key.site, key.plant)
                    yield Near(
                        key.site, key.plant, name, chemical.entry, key.activity, key.year, planned, kg, limit, rule
                    )

    def _limit(self, plant: PlantChemical) -> tuple[str, Decimal | None]:
        rule = DECLARED[self.books.chemicals[plant.chemical].group][0]
        return rule, self.law.kg(rule)

    def _sum(self, plant: PlantChemical, activity: str, year: int, *, planned: bool) -> Decimal:
        """Return what is counted of an activity; of plans, those without a date."""
        sums = self.books.undated_plans if planned else self.books.sums
        return sums.get(Key(*plant, activity, year, planned), NONE)

    def _above(self, plant: PlantChemical, years: Iterable[int], *, planned: bool) -> list[Above]:
        """Return the activities that are more than the threshold, the latest year and the largest first."""
        above = [
            Above(key.activity, key.year, kg)
            for key, kg in self.books.above[planned].get(plant, ())
            if key.year in years and key.activity in self.activities
        ]
        return sorted(above, key=lambda found: (-found.year, -found.kg, self.activities.index(found.activity)))

    def _traded(self, plant: PlantChemical) -> list[Above]:
        """Return imports and exports of the year before that the law of a State has an operator declare."""
        rule, of = f"{self.prefix}-trade", self.year - 1
        if self.law.threshold(rule) is None:
            return []
        sums = (Above(moved, of, self.books.amount(Key(*plant, moved, of, False))) for moved in MOVED)
        return sorted((above for above in sums if self.law.is_met(rule, above.kg)), key=lambda above: -above.kg)

    def _additional(self, plant: PlantChemical) -> Iterator[Due]:
        """Yield what was planned additionally (VA VII.4(c), VA VIII.4(c)): five days before each activity begins."""
        dated = self.books.planned_by_day.get(plant)
        if dated is None:
            return
        rule, _ = self._limit(plant)
        deadline = DEADLINES_OF[self.regime]["additional"]
        alone = self.law.reading("additional-sum") == "alone"
        seen: dict[date, tuple[Above, bool]] = {}
        for (activity, day), kg in sorted(dated.items(), key=lambda item: (item[0][1], -item[1])):
            due = self.law.due(deadline, day.year, day)
            if activity not in self.activities or due.year != self.year:
                continue
            whole = kg if alone else self.books.amount(Key(*plant, activity, day.year, True))
            if self.law.is_met(rule, whole) and (day not in seen or whole > seen[day][0].kg):
                seen[day] = Above(activity, day.year, whole), self.law.is_met(rule, kg)
        for day, (above, by_itself) in seen.items():
            readings = () if by_itself else ("additional-sum",)
            yield self._line(plant, "additional", day.year, above, readings, day)

    def _line(
        self,
        plant: PlantChemical,
        declaration: str,
        period: int,
        above: Above,
        readings: tuple[str, ...],
        day: date | None = None,
    ) -> Due:
        books, law = self.books, self.law
        rule, limit = self._limit(plant)
        if above.activity in MOVED:  # no threshold of the Convention: a national one
            rule, limit = f"{self.prefix}-trade", law.kg(f"{self.prefix}-trade")
        chemical = books.chemicals[plant.chemical]
        deadline = DEADLINES_OF[self.regime][declaration]
        due = law.due(deadline, day.year if day else self.year, day)
        code = ""
        if self.regime == "S3" and above.activity == "produce":
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
        why = with_the_limit(why, above.kg, limit)
        inspected, by_sum = self._inspection(plant, period, declaration)
        readings = (*readings, "s3-inspection-sum") if by_sum else readings
        return Due(
            plant.site, plant.plant, books.name(plant.chemical, plant.site, plant.plant), chemical.entry, self.regime,
            declaration, period, due,
            code, inspected, by_reading(why, readings, law), plant.chemical, above.kg, (rule, deadline, *readings),
            books.country(plant.site, plant.plant), day=day,
        )  # fmt: skip

    def _produced(self, plant: PlantChemical, declaration: str, period: int, above: Above) -> Decimal:
        """Return the production that a range is of: that of the period, else what made it due."""
        if declaration == "additional":
            return above.kg
        produced = self._sum(plant, "produce", period, planned=declaration == "anticipated")
        return produced or above.kg

    def _inspection(self, plant: PlantChemical, period: int, declaration: str) -> tuple[bool, bool]:
        """Tell whether it lies above the threshold of inspections in the whole window (VA VII.12, VA VIII.12).

        What is anticipated are plans without a date; an additional plan is held with all that is planned in its year.
        The second answer is whether that is so only because several chemicals of Schedule 3 are added up.
        """
        limit = self.law.kg(DECLARED[self.books.chemicals[plant.chemical].group][1])
        if limit is None:
            return False, False
        window = [*((of, "past") for of in self.past_years), (self.year + 1, "anticipated")]
        if declaration == "additional":
            window.append((period, "planned"))
        if self.regime == "S2":
            return any(kg > limit for of, basis in window for kg in self._each(plant, of, basis)), False
        sites = [self._above_at_site(basis).get((plant.site, of), {}) for of, basis in window]
        if any(sums.get(plant.chemical, NONE) > limit for sums in sites):
            return True, False
        together = self.law.reading("s3-inspection-sum") == "all-chemicals"
        by_sum = together and any(sum(sums.values(), NONE) > limit for sums in sites)
        return by_sum, by_sum

    def _each(self, plant: PlantChemical, of: int, basis: str) -> Iterator[Decimal]:
        """Yield what is counted of each activity of a plant in a year."""
        for activity in self.activities:
            yield self._amounts(basis).get(Key(*plant, activity, of, basis != "past"), NONE)

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
