"""Mass balance: whether more of a chemical left a plant site, or lies there, than ever came to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from opencwc.declarations.books import NONE, Key
from opencwc.declarations.checks.base import CheckedBooks
from opencwc.declarations.model import Fault
from opencwc.declarations.phrases import amount, place_said
from opencwc.finding import Message, Value

CAME, WENT = ("produce", "acquire", "import"), ("consume", "export")
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
        gap = self.accounted - self.there
        return gap if gap > SHARE * self.accounted else NONE

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
    for (site, chemical, year), plants in sorted(_by_site(checked).items()):
        if (site, chemical, year) in checked.unstated or year not in checked.years:
            continue
        whole = _balance(checked, site, tuple(plants), chemical, year)
        of_schedule_1 = checked.books.chemicals[chemical].regime == "S1"
        if whole.short and (whole.says_what_came or (of_schedule_1 and (whole.went or whole.processed))):
            short = [plant for plant in plants if _balance(checked, site, (plant,), chemical, year).short]
            plant = short[0] if len(short) == 1 else ""
            yield _fault(checked, whole, (site, plant, chemical, year), whole.short, sorted(plants))
        elif of_schedule_1 and whole.over and not whole.processed:
            yield _fault(checked, whole, (site, "", chemical, year), whole.over, sorted(plants), lost=True)


def _by_site(checked: CheckedBooks) -> dict[tuple[str, str, int], set[str]]:
    """Return the plants of each site, chemical and year that have a line of something that takes from what is there."""
    plants: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    taken: set[tuple[str, str, int]] = set()
    for key in checked.books.whole:
        if not key.planned:
            plants[key.site, key.chemical, key.year].add(key.plant)
            if key.activity not in CAME:
                taken.add((key.site, key.chemical, key.year))
    return {key: found for key, found in plants.items() if key in taken}


def _balance(checked: CheckedBooks, site: str, plants: tuple[str, ...], chemical: str, year: int) -> Balance:
    whole = checked.books.whole

    def stated(activity: str, of: int) -> Decimal | None:
        sums = [whole[key] for plant in plants if (key := Key(site, plant, chemical, activity, of, False)) in whole]
        return sum(sums, NONE) if sums else None

    came = sum((stated(activity, year) or NONE for activity in CAME), NONE)
    went = sum((stated(activity, year) or NONE for activity in WENT), NONE)
    return Balance(stated("store", year - 1), came, went, stated("process", year) or NONE, stated("store", year))


def _fault(
    checked: CheckedBooks,
    balance: Balance,
    of: tuple[str, str, str, int],
    gap: Decimal,
    plants: list[str],
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
    keys = [
        Key(site, name, chemical, activity, year, False)
        for name in ([plant] if plant else plants)
        for activity in ("consume", "export", "store", "process", *CAME)
    ]
    first = max(keys, key=lambda key: checked.books.whole.get(key, NONE))
    return Fault(
        checked.place(first), "", "ask" if lost or opening or by_processing else "wrong",
        checked.subject(site, plant, chemical, year), Message(f"check_balance_{kind}{opening}", said),
        {"there": balance.there, "accounted": balance.accounted, "gap": gap},
    )  # fmt: skip
