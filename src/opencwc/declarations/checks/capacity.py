"""Capacity: whether a plant produced more of a chemical than it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from opencwc.declarations.checks.base import CheckedBooks
from opencwc.declarations.model import Fault, Place, Site
from opencwc.declarations.phrases import amount, place_said
from opencwc.declarations.register_cells import numeral_of, weight_of
from opencwc.declarations.register_words import is_capacity
from opencwc.files.units import split_unit
from opencwc.finding import Message, Value


def above_capacity(checked: CheckedBooks) -> Iterator[Fault]:
    """Find plants that produced, or plan to produce, more of one chemical in a year than their capacity.

    The capacity stands in a further column of the table of sites (``capacity``, its unit in the cell, in the column's
    name, or in a column ``capacity unit``), in weight a year. It may be that of one chemical or of the plant as a
    whole; so each chemical is held against it alone. A capacity that cannot be read is asked.
    """
    capacities: dict[tuple[str, str], tuple[Site, Decimal]] = {}
    for where, site in checked.books.register.sites.items():
        text, unit = _capacity_text(site.more)
        if not text:
            continue
        kg = _weight(text, unit)
        if kg is None:
            says = Message("check_capacity_unread", {"place": place_said(*where), "text": f"{text} {unit}".strip()})
            subject = checked.subject(*where, "", 0)
            yield Fault(Place("sites", site.row, "capacity"), "", "ask", subject, says)
        else:
            capacities[where] = site, kg
    made = ((key, kg) for key, kg in checked.books.whole.items() if key.activity == "produce" and capacities)
    for key, kg in sorted((key, kg) for key, kg in made if (key.site, key.plant) in capacities):
        held = capacities[key.site, key.plant]
        if key.year not in checked.years or kg <= held[1]:
            continue
        said: dict[str, Value] = {
            "place": place_said(key.site, key.plant), "chemical": checked.named(key.chemical), "amount": amount(kg),
            "capacity": amount(held[1]), "year": str(key.year),
        }  # fmt: skip
        says = Message("check_capacity_planned" if key.planned else "check_capacity_above", said)
        subject = checked.subject(key.site, key.plant, key.chemical, key.year)
        yield Fault(checked.place(key), "", "wrong", subject, says, {"kg": kg, "capacity": held[1]})


def _capacity_text(more: Mapping[str, str]) -> tuple[str, str]:
    """Return what the further columns of a site state as its capacity, and in which unit."""
    for header, text in more.items():
        name, unit = split_unit(header)
        if is_capacity(name) and text:
            beside = (more[other] for other in more if other.casefold().startswith(header.casefold() + " "))
            return text, unit or next((word for word in beside if weight_of(word) is not None), "")
    return "", ""


def _weight(text: str, unit: str) -> Decimal | None:
    """Return a capacity in kg; ``None`` where it cannot be read.

    >>> [kg and int(kg) for kg in (_weight("500", "t"), _weight("1.5 t/a", ""), _weight("large", "t"))]
    [500000, 1500, None]
    """
    number, _, rest = text.partition(" ")
    named = rest.split("/")[0].strip() or unit.split("/", maxsplit=1)[0].strip()
    value, weight = numeral_of(number, "").exact, weight_of(named)
    return value * weight if value is not None and weight is not None and value >= 0 else None
