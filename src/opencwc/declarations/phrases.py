"""The parts of a reason that several regimes say alike: an amount, and where something is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from opencwc.declarations.law import Law
from opencwc.finding import Message

BY_READING = "declare_why_by_reading"
"""The message of a reason that rests on readings of the treaty."""
FIELD_LABELS: Mapping[str, str] = {
    "site": "declare_label_site", "plant": "declare_label_plant", "name": "page_declarations_field_name",
    "operator": "page_declarations_field_operator", "country": "form_label_state",
    "address": "page_declarations_field_address", "kind": "page_declarations_field_kind",
    "chemical": "declare_label_chemical", "cas": "page_transfers_field_cas", "activity": "page_declarations_activity",
    "year": "form_heading_year", "quantity": "form_heading_quantity", "unit": "page_transfers_field_unit",
    "concentration": "page_transfers_field_concentration", "planned": "page_declarations_planned",
    "purpose": "form_heading_purpose", "partner": "form_heading_partner", "date": "form_heading_begins",
    "remarks": "page_transfers_field_remarks", "hs": "page_transfers_field_hs",
}  # fmt: skip
"""What the fields of a register are called, by the message that says it."""


def amount(kg: Decimal) -> str:
    """Return a weight in the unit in which it reads best: t from 1 t on, kg from 1 kg on, then g and mg.

    >>> [amount(Decimal(kg)) for kg in ("1400", "250", "0.1", "0.000005", "0", "999.9995")]
    ['1.4 t', '250 kg', '100 g', '5 mg', '0 kg', '999.9995 kg']
    """
    for unit, weight in (("t", Decimal(1000)), ("kg", Decimal(1)), ("g", Decimal("0.001"))):
        if kg >= weight:
            return f"{_plain(kg / weight)} {unit}"
    return f"{_plain(kg * 1_000_000)} mg" if kg else "0 kg"


def amount_said(kg: Decimal) -> str | Message:
    """Return the weight of what is declared whatever it weighs; where the register gives none, it says so."""
    return amount(kg) if kg else Message("declare_amount_missing")


def by_reading(why: Message, readings: Sequence[str], law: Law) -> Message:
    """Return a reason with the readings of the treaty that it rests on, each in words."""
    if not readings:
        return why
    said = tuple(reading_said(id, law.reading(id)) for id in readings)
    return Message(BY_READING, {"why": why, "readings": said})


def reading_said(id: str, choice: str) -> Message:
    """Return a choice of a reading in words."""
    return Message(f"reading_{id}_{choice}".replace("-", "_"))


def with_the_limit(why: Message, kg: Decimal, limit: Decimal | None) -> Message:
    """Return a reason that says "above", with a word on the limit itself where the amount is exactly that."""
    return Message("declare_why_the_limit_too", {"why": why}) if kg == limit else why


def in_words(name: str) -> Message:
    """Return a chemical that is known by the name that a register has for it."""
    return Message("chemical_in_words", {"name": name})


def place_said(site: str, plant: str) -> Message:
    """Return where something is done: a plant of a plant site, or the plant site."""
    if plant:
        return Message("declare_place_plant", {"plant": plant, "site": site})
    return Message("declare_place_site", {"site": site})


def _plain(value: Decimal) -> str:
    plain = value.normalize()
    return f"{plain:f}" if -_LONGEST < plain.adjusted() < _LONGEST else f"{plain:.3e}"


_LONGEST = 21
"""From how many digits on a number is said as a power of ten: it is a slip, and nobody reads it otherwise."""
