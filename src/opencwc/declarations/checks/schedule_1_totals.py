"""What a State as a whole holds and acquires of Schedule 1 chemicals in a year, against one tonne."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from opencwc.declarations.checks.base import CheckedBooks, row_of
from opencwc.declarations.model import Fault, Line
from opencwc.declarations.phrases import amount
from opencwc.declarations.schedule_1 import direction_of
from opencwc.finding import Message, Value
from opencwc.wording.states import state_named

ByYear = dict[tuple[str, int, bool], list[Line]]


def state_holds(checked: CheckedBooks) -> Iterator[Fault]:
    """Find States whose stores of all Schedule 1 chemicals together are more than a State may hold at any time.

    Applies s1-hold (VA VI.2(c)). The tables state one store a year, not each day: what lies within the limit there may
    have been above it in between.
    """
    stored: ByYear = defaultdict(list)
    for line in checked.done(checked.books.of("S1")):
        if line.activity.activity == "store":
            stored[_country(checked, line), line.activity.year, line.activity.planned].append(line)
    for of, lines in sorted(stored.items()):
        yield from _above(checked, of, lines, [], "s1-hold", "check_state_holds")


def state_acquires(checked: CheckedBooks) -> Iterator[Fault]:
    """Find States that acquired more Schedule 1 chemicals in a calendar year than they may.

    Applies s1-acquire (VA VI.2(d)): through production, withdrawal from chemical weapons stocks, and transfer. What is
    acquired within the State is no transfer to it. Of a line that does not say from whom, nobody can tell: where the
    limit is passed only with such lines, it is asked.
    """
    acquired, unclear = defaultdict(list), defaultdict(list)
    for line in checked.done(checked.books.of("S1")):
        activity = line.activity
        of = _country(checked, line), activity.year, activity.planned
        moved = direction_of(checked.books, activity.activity, activity.partner, activity.site, activity.plant)
        if activity.activity == "produce" or moved == "import":
            acquired[of].append(line)
        elif activity.activity == "acquire" and not activity.partner:
            unclear[of].append(line)
    for of in sorted({*acquired, *unclear}):
        yield from _above(checked, of, acquired[of], unclear[of], "s1-acquire", "check_state_acquires")


def _country(checked: CheckedBooks, line: Line) -> str:
    return checked.books.register.country(line.activity.site, line.activity.plant)


def _above(
    checked: CheckedBooks,
    of: tuple[str, int, bool],
    lines: list[Line],
    unclear: list[Line],
    rule: str,
    says: str,
) -> Iterator[Fault]:
    """Yield a fault where the lines are above a limit, or where they are so with the unclear ones."""
    country, year, planned = of
    limit = checked.law.kg(rule)
    certain = sum((line.activity.content for line in lines), Decimal(0))
    whole = certain + sum((line.activity.content for line in unclear), Decimal(0))
    if limit is None or whole <= limit:
        return
    broken = certain > limit
    largest = max((*lines, *unclear), key=lambda line: line.activity.content)
    said: dict[str, Value] = {
        "state": state_named(country) if country else Message("check_state_unnamed"), "year": str(year),
        "amount": amount(certain if broken else whole), "limit": amount(limit),
    }  # fmt: skip
    named = f"{says}{'' if broken else '_unclear'}{'_planned' if planned and broken else ''}"
    fault = Fault(
        row_of(largest.activity, "quantity"), "", "broken" if broken else "ask",
        checked.subject("", "", "", year), Message(named, said), {"kg": certain if broken else whole, "limit": limit},
    )  # fmt: skip
    yield checked.by_threshold(fault, rule)
