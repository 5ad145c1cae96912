"""Unit slips: a figure that is about a thousand or a million times what the plant otherwise has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import median

from opencwc.declarations.books import Key
from opencwc.declarations.checks.base import CheckedBooks, row_of
from opencwc.declarations.law import KG
from opencwc.declarations.model import Fault, Line
from opencwc.declarations.phrases import amount, place_said
from opencwc.declarations.register_cells import weight_of
from opencwc.finding import Message, Value

FACTORS = (Decimal(1_000), Decimal(1_000_000))
NEAR = Decimal(3)
"""How far from a factor still counts as it, in multiples: production seldom triples from one year to the next."""
STEADY = Decimal(30)
"""How far apart the other years may lie; a plant whose years differ more has no usual figure."""
LEAST_YEARS, LEAST_ROWS = 2, 2


def unit_slip(checked: CheckedBooks) -> Iterator[Fault]:
    """Find figures that are off by about 1,000 or 1,000,000 against the plant's own other years, or rows.

    A year is held against the middle of the other years of the same plant, chemical and activity, where there are two
    or more that agree among themselves; a plan against the years that were; a row of several of one sum against the
    middle of the others. The unit in which the figure would fit is named where there is one.
    """
    for key, kg in sorted(_comparable(checked)):
        years = checked.series.get(key[:4], {})
        others = [of for year, of in years.items() if of and (key.planned or year != key.year)]
        lines = [line for line in checked.books.rows[key] if line.activity.content]
        middle = _usual(others) if len(others) >= LEAST_YEARS else None
        if (slip := _off_row(lines)) is not None:
            row, usual = slip
            yield _fault(checked, key, row, row.activity.content, usual, "rows")
        elif middle is not None and _factor(kg, middle) is not None:
            largest = max(lines, key=lambda line: line.activity.content)
            yield _fault(checked, key, largest, kg, middle, "plan" if key.planned else "years")


def _comparable(checked: CheckedBooks) -> Iterator[tuple[Key, Decimal]]:
    """Yield the sums that may be held against others: those of several years, or of several rows."""
    for key, kg in checked.books.whole.items():
        years = checked.series.get(key[:4], ())
        if len(years) < LEAST_YEARS and len(checked.books.rows[key]) <= LEAST_ROWS:
            continue
        if kg and key.year in checked.years:
            yield key, kg


def _usual(figures: Sequence[Decimal]) -> Decimal | None:
    """Return the middle of figures that agree; ``None`` where they do not."""
    return median(figures) if max(figures) <= STEADY * min(figures) else None


def _factor(kg: Decimal, usual: Decimal) -> Decimal | None:
    """Return how many times too much a figure is, where that is near a factor; below 1 where it is too little."""
    times = kg / usual
    for factor in FACTORS:
        for off in (factor, 1 / factor):
            if off / NEAR <= times <= off * NEAR:
                return off
    return None


def _off_row(lines: Sequence[Line]) -> tuple[Line, Decimal] | None:
    """Return the one row that is off against the other rows of its sum, and their middle."""
    if len(lines) <= LEAST_ROWS:
        return None
    off = []
    for line in lines:
        usual = _usual([other.activity.content for other in lines if other is not line])
        if usual is not None and _factor(line.activity.content, usual) is not None:
            off.append((line, usual))
    return off[0] if len(off) == 1 else None


def _fault(checked: CheckedBooks, key: Key, line: Line, kg: Decimal, usual: Decimal, against: str) -> Fault:
    unit = line.activity.texts.get("unit", "")
    fitting = _fitting_unit(unit, _factor(kg, usual) or Decimal(1))
    said: dict[str, Value] = {
        "place": place_said(key.site, key.plant), "chemical": checked.named(key.chemical), "year": str(key.year),
        "activity": Message(f"check_activity_{key.activity}"), "amount": amount(kg), "usual": amount(usual),
        "unit": unit, "fitting": fitting,
    }  # fmt: skip
    says = Message(f"check_unit_{against}", said)
    if fitting:
        says = Message("check_unit_fits", {"says": says, "unit": unit, "fitting": fitting})
    return Fault(
        row_of(line.activity, "unit" if fitting else "quantity"), "", "wrong",
        checked.subject(key.site, key.plant, key.chemical, key.year), says, {"kg": kg, "usual": usual},
    )  # fmt: skip


def _fitting_unit(unit: str, factor: Decimal) -> str:
    """Return the unit in which the same number would fit; empty where the row names none, or none fits.

    >>> _fitting_unit("t", Decimal(1000)), _fitting_unit("kg", Decimal("0.001")), _fitting_unit("", Decimal(1000))
    ('kg', 't', '')
    """
    weight = weight_of(unit)
    if weight is None:
        return ""
    return next((name for name, kg in KG.items() if kg * factor == weight), "")
