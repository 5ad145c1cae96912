"""Units as tables write them: what one weighs in kg, and what a column's name says of its unit.

What has no weight (litres, packages) is told apart from what is not known at all.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import read_yaml

DATA = Path(__file__).parent / "data" / "units.yaml"


class Unit(NamedTuple):
    """A unit: what one of it weighs in kg; ``None`` where it has no weight, and then ``kind`` says what it counts."""

    symbol: str
    kg: float | None
    kind: str = "mass"


def find_unit(text: str) -> Unit | None:
    """Return the unit that a text names, in six languages; ``None`` where it is not known.

    ``Mt`` is not read: a megatonne to some and a metric ton to others.

    >>> find_unit("tonnes").kg, find_unit("公斤").kg, find_unit("litres").kg, find_unit("Mt")
    (1000.0, 1.0, None, None)
    """
    exact, plain = _units()
    return exact.get(text.strip()) or plain.get(plain_unit(text))


def plain_unit(text: str) -> str:
    """Return a unit's name without case, accents, spaces at its ends and full stops.

    >>> plain_unit(" Kgs. "), plain_unit("Kilogrammes (net)")
    ('kgs', 'kilogrammes net')
    """
    return " ".join(re.findall(r"[^\W_]+|[µμ%]", without_marks(text)))


def without_marks(text: str) -> str:
    """Return a text without case, accents and the stroke that lengthens an Arabic word."""
    bare = unicodedata.normalize("NFKD", text).casefold().replace("ـ", "")
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def split_unit(header: str) -> tuple[str, str]:
    """Return a column's name and the unit that stands at its end, ``""`` where none does.

    >>> split_unit("Quantity (kg)"), split_unit("net_weight_t"), split_unit("quantity")
    (('Quantity', 'kg'), ('net weight', 't'), ('quantity', ''))
    """
    match = re.fullmatch(r"(.*\S)\s*[(\[（,:/]\s*(?:in |en |в )?([^()\[\]（）]+?)[)\]）]?\s*", header)
    if match and find_unit(match[2]) is not None:
        return match[1], match[2]
    name, _, unit = header.replace("_", " ").strip().rpartition(" ")
    if name and find_unit(unit) is not None:
        return re.sub(r"\s(?:in|en|в)$", "", name.strip()), unit
    if match := re.fullmatch(r"([a-z]+)(Kg|KG)", header):  # netWeightKg
        return match[1], match[2]
    return header, ""


def unclear_unit(text: str) -> tuple[str, ...]:
    """Return the units that a text may mean where it may mean more than one.

    >>> unclear_unit("tons"), unclear_unit("kg")
    (('t', 'short ton', 'long ton'), ())
    """
    raw: dict[str, list[str]] = _raw()["unclear_units"]
    plain = {plain_unit(entry): tuple(readings) for entry, readings in raw.items()}
    return () if find_unit(text) else plain.get(plain_unit(text), ())


@cache
def _raw() -> dict[str, Any]:
    return read_yaml(DATA)


@cache
def _units() -> tuple[dict[str, Unit], dict[str, Unit]]:
    """The units as they are written, and by their plain names; two different units of one plain name have none."""
    raw: dict[str, Any] = _raw()["units"]
    exact: dict[str, Unit] = {}
    plain: dict[str, Unit | None] = {}
    for symbol, entry in raw.items():
        weight = entry.get("kg")
        unit = Unit(str(symbol), None if weight is None else float(weight), str(entry.get("kind", "mass")))
        for written in (str(symbol), *map(str, entry.get("exactly", ()))):
            exact[written] = unit
        for written in map(str, (symbol, *entry.get("names", ()))):
            exact.setdefault(written, unit)
            key = plain_unit(written)
            plain[key] = unit if plain.get(key, unit) == unit else None
    unclear = {plain_unit(str(unit)) for unit in _raw()["unclear_units"]}
    return exact, {key: unit for key, unit in plain.items() if unit is not None and key not in unclear}
