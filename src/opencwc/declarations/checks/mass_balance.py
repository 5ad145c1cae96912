"""Mass balance: whether more of a chemical left a plant site, or lies there, than ever came to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import repeat
from typing import NamedTuple

from opencwc.declarations.books import NONE, Key
from opencwc.declarations.checks.base import CheckedBooks
from opencwc.declarations.model import Fault
from opencwc.declarations.phrases import amount, place_said
from opencwc.finding import Message, Value

CAME, WENT = ("produce", "acquire", "import"), ("consume", "export")
Plants = Mapping[str, Mapping[str, Decimal]]
"""The sums of a site, a chemical and a year, in kg: by plant, then by activity."""
SHARE = Decimal("0.02")
"""How much of the larger side rounding, weighing and analysis may make; our own measure."""


class Balance(NamedTuple):
    """A chemical at a site or a plant in a year, in kg; ``opening`` and ``stored`` are ``None`` where no line says it.

    ``stored`` is read as what lies there at the end of the year, ``opening`` as that of the year before.
    """

    opening: Decimal | None
    came: Decimal
    went: Decimal
    processed: Decimal
    stored: Decimal | None

    @property
    def says_what_came(self) -> bool:
        """Whether a line says what lay there or what came."""
        return self.opening is not None or self.came > 0

    @property
    def there(self) -> Decimal:
        """All that was there in the year, as far as it is stated."""
        return (self.opening or NONE) + self.came

    @property
    def accounted(self) -> Decimal:
        """What left it and what lies there; or what was processed, where that alone is more."""
        return max(self.went + (self.stored or NONE), self.processed)

    @property
    def short(self) -> Decimal:
        """By how much more is accounted for than was there; 0 where no more than rounding makes."""
        accounted = self.accounted
        gap = accounted - self.there
        return gap if gap > SHARE * accounted else NONE

    @property
    def over(self) -> Decimal:
        """By how much less is accounted for; 0 where that is no more than rounding, or nothing says what lies there."""
        if self.stored is None or self.opening is None:
            return NONE
        gap = self.there - self.went - self.stored
        return gap if gap > SHARE * self.there else NONE


def out_of_balance(checked: CheckedBooks) -> Iterator[Fault]:
    """Find where a year's figures of a chemical at a plant site cannot add up.

    Opening stock + produced + acquired + imported is held against consumed + exported + stored. What was processed is
    still the same chemical, so it is not subtracted; it may only not be more than was there. The tables have no line
    for what goes from one plant of a site to another, so the site as a whole is weighed, and the plant named where one
    alone is short; and none for what is sold within the State or lost, so less may be accounted for than was there,
    except of a Schedule 1 chemical, of which that is asked. Where no opening stock is stated, a shortage may be one, so
    it is asked and not called wrong; where no line says that any came, the books do not keep what comes, and only of a
    Schedule 1 chemical it is asked. Where a line of the year states no quantity, nothing can be said.
    """
    sites = _by_site(checked)
    weighed = (of for of, plants in sites.items() if of[2] in checked.years and _takes(plants))
    for site, chemical, year in sorted(of for of in weighed if of not in checked.unstated):
        plants = sites[site, chemical, year]
        before = sites.get((site, chemical, year - 1), {})
        whole = _balance(plants, before, plants)
        of_schedule_1 = checked.books.chemicals[chemical].regime == "S1"
        gap = whole.short
        if gap and (whole.says_what_came or (of_schedule_1 and (whole.went or whole.processed))):
            short = [plant for plant in plants if len(plants) == 1 or _balance(plants, before, (plant,)).short]
            plant = short[0] if len(short) == 1 else ""
            yield _fault(checked, whole, (site, plant, chemical, year), gap, plants)
        elif of_schedule_1 and whole.over and not whole.processed:
            yield _fault(checked, whole, (site, "", chemical, year), whole.over, plants, lost=True)


def _by_site(checked: CheckedBooks) -> Mapping[tuple[str, str, int], Plants]:
    """Return what was done, not planned, of each site, chemical and year: by plant and activity, in kg."""
    sites: dict[tuple[str, str, int], dict[str, dict[str, Decimal]]] = {}
    for (site, plant, chemical, activity, year, planned), kg in checked.books.whole.items():
        if not planned:
            sites.setdefault((site, chemical, year), {}).setdefault(plant, {})[activity] = kg
    return sites


def _takes(plants: Plants) -> bool:
    """Tell whether a line says something that takes from what is there."""
    return any(activity not in CAME for sums in plants.values() for activity in sums)


def _balance(year: Plants, before: Plants, plants: Iterable[str]) -> Balance:
    """Return the balance of some plants of a site, from its sums of the year and of the year before."""
    sums: dict[str, Decimal] = {}
    opening: Decimal | None = None
    for plant in plants:
        for activity, kg in year[plant].items():
            sums[activity] = sums.get(activity, NONE) + kg
        held = before.get(plant, {}).get("store")
        if held is not None:
            opening = (opening or NONE) + held
    came, went = (sum(map(sums.get, activities, repeat(NONE)), NONE) for activities in (CAME, WENT))
    return Balance(opening, came, went, sums.get("process", NONE), sums.get("store"))


def _fault(
    checked: CheckedBooks,
    balance: Balance,
    of: tuple[str, str, str, int],
    gap: Decimal,
    plants: Plants,
    *,
    lost: bool = False,
) -> Fault:
    site, plant, chemical, year = of
    said: dict[str, Value] = {
        "place": place_said(site, plant), "chemical": checked.named(chemical), "year": str(year), "gap": amount(gap),
        "there": amount(balance.there), "accounted": amount(balance.went + (balance.stored or NONE)),
        "processed": amount(balance.processed),
    }  # fmt: skip
    by_processing = not lost and balance.processed == balance.accounted
    kind = "lost" if lost else "processed" if by_processing else "short"
    opening = "" if balance.opening is not None or lost else "_no_opening"
    largest = max(
        (
            (plants[name].get(activity, NONE), name, activity)
            for name in ([plant] if plant else sorted(plants))
            for activity in (*WENT, "store", "process", *CAME)
        ),
        key=lambda sum: sum[0],
    )
    _, name, activity = largest
    place = checked.place(Key(site, name, chemical, activity, year, False))
    return Fault(
        place, "", "ask" if lost or opening or by_processing else "wrong",
        checked.subject(site, plant, chemical, year), Message(f"check_balance_{kind}{opening}", said),
        {"there": balance.there, "accounted": balance.accounted, "gap": gap},
    )  # fmt: skip
