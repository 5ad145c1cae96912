"""What a register amounts to: by site, plant, chemical, activity and year; and how two registers differ in it.

A submission keeps it beside each of its files, with what is wrong with the file, so that two versions are compared
without reading the files again. Amounts are exact decimals, in kilograms of the chemical itself.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal, Inexact
from typing import Literal, NamedTuple

from msgspec import Struct

from opencwc.declarations.forms.model import Document, Figure
from opencwc.declarations.forms.register_made import KG, register_of
from opencwc.declarations.forms.tree import Fault
from opencwc.declarations.model import Activity, Register
from opencwc.errors import InputError
from opencwc.records import from_json, to_json

NAME, MEDIA_TYPE = "amounts.json.gz", "application/gzip"
MOST_UNPACKED = 200_000_000
_EXACT = Context(prec=1_000, traps=[Inexact])
"""Digits enough for every sum; what would lose one fails instead."""


class AmountKey(NamedTuple):
    """What adds up. ``chemical`` is the CAS number where the register has one, else the name as written."""

    site: str
    plant: str
    chemical: str
    activity: str
    year: int
    planned: bool


class Amount(Struct, frozen=True):
    """The amount of a key in kg, and how many of its rows give no quantity."""

    site: str
    plant: str
    chemical: str
    activity: str
    year: int
    planned: bool
    kg: Decimal
    missing: int = 0

    @property
    def key(self) -> AmountKey:
        """What it is of."""
        return AmountKey(self.site, self.plant, self.chemical, self.activity, self.year, self.planned)


class Amounts(Struct, frozen=True):
    """What a file amounts to, every site that it names, and what is wrong with it.

    ``of`` is what the file is. ``unread`` counts the rows of a register that could not be read; ``faults`` are those of
    a declaration, the first of them, and ``more`` how many are left out; ``attached`` tells that it came inside a PDF.
    ``names`` are what the file calls its chemicals, by the chemical of the keys.
    """

    sites: tuple[str, ...]
    amounts: tuple[Amount, ...]
    version: int = 1
    of: Literal["register", "declaration"] = "register"
    unread: int = 0
    faults: tuple[Fault, ...] = ()
    more: int = 0
    attached: bool = False
    names: dict[str, str] = {}


class Difference(NamedTuple):
    """A key whose amount is not the same in two registers; ``None`` where a register does not have it.

    ``name`` is what the later of them calls the chemical, the earlier where that does not name it.
    """

    key: AmountKey
    before: Amount | None
    after: Amount | None
    name: str = ""

    @property
    def kg(self) -> Decimal:
        """By how many kg the second is more than the first, exactly."""
        kg = [amount.kg if amount else Decimal(0) for amount in (self.after, self.before)]
        return _EXACT.subtract(*kg)


def amounts_of(register: Register) -> Amounts:
    """Return what a register amounts to, in the order of its keys; rows of one key add up."""
    sums: dict[AmountKey, Decimal] = defaultdict(Decimal)
    missing: dict[AmountKey, int] = defaultdict(int)
    for row in register.activities:
        key = AmountKey(row.site, row.plant, chemical_of(row), row.activity, row.year, row.planned)
        if row.kg is None:
            missing[key] += 1
            sums[key] += 0
        else:
            sums[key] = _EXACT.add(sums[key], _EXACT.multiply(row.kg, row.share).scaleb(-2, _EXACT))
    sites = {site for site, _ in register.sites} | {row.site for row in register.activities}
    amounts = (Amount(*key, kg=sums[key], missing=missing[key]) for key in sorted(sums))
    names = _names((chemical_of(row), row.chemical) for row in register.activities)
    return Amounts(tuple(sorted(sites - {""})), tuple(amounts), names=names)


def amounts_of_declaration(document: Document) -> Amounts:
    """Return what a declaration amounts to: its book lines add up where it brings them, else the figures it declares.

    Raises:
        InputError: two of its declarations give different weights of one and the same thing.

    """
    sites = {site.code for held in document.declarations for site in held.sites} | {
        line.site for line in document.lines
    }
    held = amounts_of(register_of(document)) if document.lines else _amounts_declared(document)
    return Amounts(tuple(sorted(sites - {""})), held.amounts, of="declaration", names=held.names)


class _Declared(NamedTuple):
    """What a figure is of: figures of one key add up, but for those that two declarations repeat."""

    key: AmountKey
    partner: str
    purpose: str
    begins: str


def _amounts_declared(document: Document) -> Amounts:
    names: list[tuple[str, str]] = []
    declared: dict[_Declared, tuple[Decimal, int]] = {}
    for held in document.declarations:
        own: dict[_Declared, tuple[Decimal, int]] = {}
        for site in held.sites:
            for plant in site.plants:
                for chemical in plant.chemicals:
                    name = chemical.cas.strip() or " ".join(chemical.name.split()).casefold() or chemical.of
                    names.append((name, chemical.name))
                    for figure in chemical.figures:
                        of = _declared(site.code, plant.code, name, figure)
                        own[of] = _sum(own.get(of, (Decimal(0), 0)), _weight(figure))
        for of, weight in own.items():
            if declared.setdefault(of, weight) != weight:
                raise InputError(
                    "declaration_contradicts_itself", site=of.key.site, chemical=of.key.chemical, year=of.key.year
                )
    sums: dict[AmountKey, tuple[Decimal, int]] = {}
    for of, weight in declared.items():
        sums[of.key] = _sum(sums.get(of.key, (Decimal(0), 0)), weight)
    amounts = tuple(Amount(*key, kg=sums[key][0], missing=sums[key][1]) for key in sorted(sums))
    return Amounts((), amounts, names=_names(names))


def _names(called: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the first name of each chemical, with single spaces; a chemical that has none is left out."""
    names: dict[str, str] = {}
    for chemical, name in called:
        if plain := " ".join(name.split()):
            names.setdefault(chemical, plain)
    return names


def _declared(site: str, plant: str, chemical: str, figure: Figure) -> _Declared:
    key = AmountKey(site, plant, chemical, figure.activity, figure.year, figure.planned)
    return _Declared(key, figure.partner, figure.purpose, str(figure.begins or ""))


def _weight(figure: Figure) -> tuple[Decimal, int]:
    if figure.quantity is None:
        return Decimal(0), 1
    return _EXACT.multiply(figure.quantity, KG[figure.unit]), 0


def _sum(one: tuple[Decimal, int], other: tuple[Decimal, int]) -> tuple[Decimal, int]:
    return _EXACT.add(one[0], other[0]), one[1] + other[1]


def differences(before: Amounts, after: Amounts) -> tuple[Difference, ...]:
    """Return what is not the same in two registers, in the order of the keys; equal decimals are equal amounts.

    >>> first = Amount("S1", "A", "111-48-8", "process", 2025, False, Decimal("1500"))
    >>> second = Amount("S1", "A", "111-48-8", "process", 2025, False, Decimal("1500.001"))
    >>> (difference,) = differences(Amounts(("S1",), (first,)), Amounts(("S1",), (second,)))
    >>> difference.kg
    Decimal('0.001')
    """
    first, second = _by_key(before.amounts), _by_key(after.amounts)
    names = {**before.names, **after.names}
    found = (
        Difference(key, first.get(key), second.get(key), names.get(key.chemical, ""))
        for key in sorted(first.keys() | second.keys())
    )
    return tuple(one for one in found if _said(one.before) != _said(one.after))


def pack(amounts: Amounts) -> bytes:
    """Return the file; the same amounts give the same bytes."""
    return gzip.compress(to_json(amounts), mtime=0)


def unpack(content: bytes) -> Amounts:
    """Return what was packed; raise `InputError` where it is not such a file."""
    try:
        return from_json(Amounts, gzip.decompress(content))
    except (OSError, EOFError, ValueError):
        raise InputError("kept_declarations_unreadable") from None


def chemical_of(row: Activity) -> str:
    """Return what a row calls its chemical: its CAS number, else its name with single spaces, in small letters."""
    return row.cas.strip() or " ".join(row.chemical.split()).casefold()


def other_sites(amounts: Amounts, sites: Iterable[str]) -> Sequence[str]:
    """Return the sites that a register names beside some, in their order."""
    return sorted(set(amounts.sites) - set(sites))


def _by_key(amounts: Iterable[Amount]) -> dict[AmountKey, Amount]:
    return {amount.key: amount for amount in amounts}


def _said(amount: Amount | None) -> tuple[Decimal, int] | None:
    return None if amount is None else (amount.kg, amount.missing)
