"""What a line states: the kinds of statements, and how each is told."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

KINDS = ("concentration", "quantity", "packaging", "hs_code", "un_number", "ec_number", "cas_number")
LABELLED = "labelled"
IN_KILOGRAMS = {"kg": "1", "g": "0.001", "mg": "0.000001", "t": "1000", "lb": "0.45359237", "oz": "0.028349523125"}
"""Avoirdupois pound and ounce (NIST Handbook 44, Appendix C); a ton is a metric one."""
Found: TypeAlias = tuple[str, int, int, str, str]
"""Kind, start and end in the plain line, value, unit."""


class Stated(NamedTuple):
    """One thing a line states: one of `KINDS`, where it stands, as it is written, and as it is meant.

    ``text`` is the line from ``start`` to ``end``, without the word that labels a number. ``value`` is decimal text
    (``85``, ``30-40``, ``<5``, ``>=98``), the digits of a number, or the English word of a packing. ``unit`` is that
    of the value; for a packing how many; for a CAS or EC number ``labelled`` or empty.
    """

    kind: str
    start: int
    end: int
    text: str
    value: str
    unit: str


def by_place(one: Found) -> tuple[int, int]:
    """Order what was found by where it stands."""
    return one[1], one[2]
