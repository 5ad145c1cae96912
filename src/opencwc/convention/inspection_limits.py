"""How often what is declared may be inspected, as dated data (``data/inspections.yaml``)."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

from opencwc.convention.fields import Raw, Read, cached, mappings_in, number_in, read_record, read_yaml, stamps
from opencwc.convention.model import Grade, InForce, OneOf, Source

FILE = Path(__file__).parent / "data" / "inspections.yaml"


class InspectionLimit(NamedTuple):
    """How many inspections a plant site, or a State Party, receives in a calendar year at most, and how long each.

    Of a State Party: ``base`` plus ``share`` per cent of its plant sites, at most ``most``. ``hours`` is 0 where the
    rule does not speak of it.
    """

    id: str
    regimes: tuple[str, ...]
    scope: Annotated[str, OneOf(("plant_site", "state_party"))]
    most: int
    base: int
    share: int
    hours: int
    source: Source
    evidence: Grade
    in_force: InForce

    def most_for(self, plant_sites: int) -> int:
        """Return how many inspections there may be in a year where so many plant sites are declared.

        >>> cap = next(limit for limit in inspection_limits(date(2026, 1, 1)) if limit.scope == "state_party")
        >>> [cap.most_for(sites) for sites in (0, 1, 19, 20, 340, 341, 5000)]
        [3, 3, 3, 4, 20, 20, 20]
        """
        if self.scope == "plant_site":
            return self.most
        return min(self.most, (100 * self.base + self.share * plant_sites) // 100)


def inspection_limits(day: date, cache: Path | None = None) -> tuple[InspectionLimit, ...]:
    """Return the limits that hold on a day; raise `RuleError` where one cannot hold."""

    def read() -> tuple[InspectionLimit, ...]:
        return tuple(_limits(mappings_in(read_yaml(FILE), "limits", str(FILE)), str(FILE)))

    limits = cached(cache, "inspections", stamps((FILE,)), read, tuple[InspectionLimit, ...])
    return tuple(limit for limit in limits if limit.in_force.holds_on(day))


def _limits(rows: Iterable[Raw], where: str) -> Iterable[InspectionLimit]:
    numbers: dict[str, Read] = {
        name: lambda raw, field, where: number_in(raw, field, where) if field in raw else 0
        for name in ("base", "share", "hours")
    }
    for raw in rows:
        yield read_record(InspectionLimit, raw, where, readers={"most": number_in, **numbers})
