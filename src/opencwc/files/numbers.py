"""What number a text is, where more than one reading is possible: marks of thousands and decimals, other digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple


class Number(NamedTuple):
    """What a text says as a number: its reading, and the other one where a mark is a thousands or a decimal mark."""

    value: float | None
    other: float | None = None


class Numeral(NamedTuple):
    """What a text says as a number, written with a decimal point and nothing else: its reading, and the other one."""

    text: str
    other: str = ""

    @property
    def exact(self) -> Decimal | None:
        """The number with all its digits; ``None`` where the text says none, or may say two.

        >>> read_numeral("30.001", ".").exact, read_numeral("1,234").exact
        (Decimal('30.001'), None)
        """
        return Decimal(self.text) if self.text and not self.other else None


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
    numeral = read_numeral(text, decimal)
    return Number(_finite(numeral.text), float(numeral.other) if numeral.other else None)


def read_numeral(text: str, decimal: str = "") -> Numeral:
    """Return what a text says as a number with all its digits, as `read_number` reads it.

    >>> read_numeral("1 234,50"), read_numeral("1,234"), read_numeral("about 5")
    (Numeral(text='1234.50', other=''), Numeral(text='1234', other='1.234'), Numeral(text='', other=''))
    """
    bare = text.translate(_DIGITS).strip()
    if bare.startswith("(") and bare.endswith(")"):  # as accountants write what is taken back
        bare = f"-{bare[1:-1].strip()}"
    bare = re.sub(r"^([+-])\s+", r"\1", bare)
    if match := _ONE_MARK.fullmatch(bare):
        whole, mark, part = match.groups()
        fine, coarse = f"{whole}.{part}", whole + part
        if whole.lstrip("+-").startswith("0") or mark == decimal:
            return Numeral(fine)
        if decimal:
            return Numeral(coarse)
        return Numeral(fine, coarse) if mark == "." else Numeral(coarse, fine)
    if _PLAIN.fullmatch(bare):
        return Numeral(bare)
    for form, mark, point in _GROUPED:
        if form.fullmatch(bare):
            plain = bare.replace(mark, "")
            return Numeral(plain.replace(",", ".") if point in (",", "") else plain)
    return Numeral(bare.replace(",", ".") if _COMMA.fullmatch(bare) else "")


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
    value = float(text) if text else None
    return value if value is not None and abs(value) < 1e300 else None
