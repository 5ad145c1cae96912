"""Amounts of ledgers: what a unit weighs, and what number a text is, where more than one reading is possible.

Units weigh in kg. What has no weight (litres, packages) is told apart from what is not known at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import read_yaml

DATA = Path(__file__).parent / "data" / "ledger_columns.yaml"


class Unit(NamedTuple):
    """A unit: what one of it weighs in kg; ``None`` where it has no weight, and then ``kind`` says what it counts."""

    symbol: str
    kg: float | None
    kind: str = "mass"


class Number(NamedTuple):
    """What a text says as a number: its reading, and the other one where a mark is a thousands or a decimal mark."""

    value: float | None
    other: float | None = None


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


# -- numbers ----------------------------------------------------------------------------------------------------------

_DIGITS = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９٫٬،．，−–\u2007\u2009\u202f\u00a0’",
    "012345678901234567890123456789.,,.,-- " + "   '",
)
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_GROUPED = (
    (re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}"), ",", "."),
    (re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d{1,3}(?:\.\d{3}){2,}"), ".", ","),
    (re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?"), " ", ""),
    (re.compile(r"[+-]?\d{1,3}(?:'\d{3})+(?:[.,]\d+)?"), "'", ""),
    (re.compile(r"[+-]?\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?"), ",", "."),  # lakhs: 12,34,567
)
_ONE_MARK = re.compile(r"([+-]?\d{1,3})([.,])(\d{3})")
_COMMA = re.compile(r"[+-]?\d+,\d+")


def read_number(text: str, decimal: str = "") -> Number:
    """Return what a text says as a number; ``decimal`` is the decimal mark of its file, where it is known.

    A text like ``1,234`` or ``1.234`` has two readings where the mark is not known: the first takes a comma for the
    mark of thousands and a point for that of decimals.

    >>> read_number("1.234,5").value, read_number("1 234,5").value, read_number("١٬٢٣٤٫٥").value
    (1234.5, 1234.5, 1234.5)
    >>> read_number("1,234"), read_number("1,234", ",")
    (Number(value=1234.0, other=1.234), Number(value=1.234, other=None))
    """
    bare = text.translate(_DIGITS).strip()
    if bare.startswith("(") and bare.endswith(")"):  # as accountants write what is taken back
        bare = f"-{bare[1:-1].strip()}"
    bare = re.sub(r"^([+-])\s+", r"\1", bare)
    if match := _ONE_MARK.fullmatch(bare):
        whole, mark, part = match.groups()
        fine, coarse = float(f"{whole}.{part}"), float(whole + part)
        if whole.lstrip("+-").startswith("0") or mark == decimal:
            return Number(fine)
        if decimal:
            return Number(coarse)
        return Number(fine, coarse) if mark == "." else Number(coarse, fine)
    if _PLAIN.fullmatch(bare):
        return Number(_finite(bare))
    for form, mark, point in _GROUPED:
        if form.fullmatch(bare):
            plain = bare.replace(mark, "")
            return Number(_finite(plain.replace(",", ".") if point in (",", "") else plain))
    if _COMMA.fullmatch(bare):
        return Number(_finite(bare.replace(",", ".")))
    return Number(None)


def decimal_mark(texts: Iterable[str]) -> str:
    """Return the decimal mark that a file's numbers tell: ``.``, ``,``, or ``""`` where they tell none or both.

    >>> decimal_mark(["1,234", "12,5"]), decimal_mark(["1,234", "12.50"]), decimal_mark(["1,234", "7"])
    (',', '.', '')
    """
    marks_seen: set[str] = set()
    for text in texts:
        bare = text.translate(_DIGITS).strip().lstrip("+-")
        marks = [sign for sign in bare if sign in ".,"]
        if not marks or (_ONE_MARK.fullmatch(bare) and not bare.startswith("0")):
            continue
        last = marks[-1]
        if marks.count(last) > 1:  # it groups thousands, so the other is the decimal mark
            marks_seen.add("." if last == "," else ",")
        elif re.fullmatch(r"[\d.,' ]+", bare):
            marks_seen.add(last)
        if len(marks_seen) == 2:
            return ""
    return marks_seen.pop() if marks_seen else ""


def _finite(text: str) -> float | None:
    value = float(text)
    return value if abs(value) < 1e300 else None
