"""Amounts: numbers with what they are measured in, ranges, shares with what qualifies them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from opencwc.language.commerce.line import TIMES, TIMES_SIGNS, Line
from opencwc.language.commerce.measures import measure
from opencwc.language.commerce.packings import factor_behind, packing_follows
from opencwc.language.commerce.words import SIGNS, WORD


def read_amounts(line: Line) -> None:
    """Read the amounts of a line: quantities and concentrations."""
    plain = line.plain
    times: tuple[int, int, int] | None = None
    for number in _NUMBER.finditer(plain):
        start, end = number.span()
        if start < line.read_until:
            continue
        if times and times[1] != start:
            times = None
        factor = TIMES.match(plain, end) if plain[end : end + 2].strip(" ")[:1] in TIMES_SIGNS else None
        if factor:
            count = number[0]
            if count.isdigit() and len(count) < 8:
                times = (times[0], factor.end(), times[2] * int(count)) if times else (start, factor.end(), int(count))
            continue
        measured = measure(line, end)
        until = end
        upper = ""
        if measured is None or measured[0] == "%":
            second = _range(line, number[0], measured[3] if measured else end, in_percent=measured is not None)
            if second:
                upper, until, measured = second
        if measured is None and start > line.read_until and plain[start - 1] == "%":
            line.read_until = read_concentration(line, start - 1, end, _value(line, number[0], share=True), "%")
        if measured is None:
            continue
        line.read_until = _amount(line, number, upper, until, measured, times)
        times = None


def _range(line: Line, lower: str, end: int, *, in_percent: bool) -> tuple[str, int, tuple[str, str, int, int]] | None:
    """Return the upper end of a range, where it ends, and what it measures."""
    between = line.words.range_words.match(line.plain, end)
    number = _NUMBER.match(line.plain, between.end()) if between else None
    if number is None:
        return None
    measured = measure(line, number.end())
    if measured is None or (in_percent and measured[0] != "%"):
        return None
    share = measured[0] == "%"
    if Decimal(_value(line, lower, share=share)) >= Decimal(_value(line, number[0], share=share)):
        return None
    return number[0], number.end(), measured


def _amount(
    line: Line,
    number: re.Match[str],
    upper: str,
    until: int,
    measured: tuple[str, str, int, int],
    times: tuple[int, int, int] | None,
) -> int:
    """Put an amount down and return where it ends; what only looks like one is passed over."""
    plain = line.plain
    unit, kind, scale, end = measured
    start = number.start()
    before = plain[start - 1] if start else ""
    if before in _BELONGS_TO_WORD and before and not _may_touch(line, start, before):
        return until
    written = number[0]
    share = kind == "concentration"
    # A volume of freight is written with three decimals (25.000 CBM), as a share is: no thousands there.
    value = _value(line, written, share=unit == "%" or (unit == "m3" and "." in written))
    if before == "/" and (half := _FRACTION.fullmatch(plain, max(line.read_until, start - 2), number.end())):
        value, start = str(Decimal(half[1]) / Decimal(half[2])), half.start()
    elif (
        before == "."
        and start > line.read_until
        and written.isdigit()
        and plain[start - 2 : start - 1].strip(" (:<>") == ""
    ):
        value, start = f"0.{written}", start - 1
    if scale > 1:
        value = _plain_decimal(Decimal(value) * scale)
    if upper:
        second = _value(line, upper, share=unit == "%")
        value = f"{value}-{_plain_decimal(Decimal(second) * scale) if scale > 1 else second}"
    if share:
        return read_concentration(line, start, end, value, unit)
    if _no_quantity(line, start, until, end, written, unit):
        return until
    line.statements.append(("quantity", start, end, value, unit))
    if times:
        line.quantities[end] = (str(times[2]), times[0], times[1])
    elif (factor := factor_behind(line, end)) is not None:
        line.quantities[end] = (factor[1], end + len(factor[0]) - len(factor[0].lstrip()), factor.end())
    return end


def _may_touch(line: Line, start: int, before: str) -> bool:
    """Tell whether a number may follow a Latin letter at once: "x200", "IBC1000", not "R134" or "N95"."""
    word = _WORD_END.search(line.plain, max(0, start - 16), start)
    return word is not None and (word[0] in line.words.names or word[0] in _TOUCHING)


def _value(line: Line, written: str, *, share: bool) -> str:
    if written.isdigit():
        return written.lstrip("0") or "0"
    return _decimal_text(written, share=share, comma=partial(_decimal_comma, line))


def _decimal_comma(line: Line) -> bool:
    """Tell whether the running words of the line are of a language that writes a decimal comma."""
    if line.comma is None:
        line.comma = not line.words.decimal_comma.isdisjoint(WORD.findall(line.plain))
    return line.comma


def _no_quantity(line: Line, start: int, until: int, end: int, written: str, unit: str) -> bool:
    plain = line.plain
    before = plain[max(0, start - 6) : start].rstrip()
    if before[-1:] in _LAST_OF_MONEY and _MONEY_BEFORE.search(before):
        return True
    if unit == "pcs" and (packing_follows(line, end) or _PRICE.match(plain, end)):
        return True
    if plain[end : end + 1] in _BEFORE_NO_UNIT and _NO_UNIT.match(plain, end):
        return True
    letter = end - until <= 2
    if letter and unit in ("g", "t", "L") and _NUMBERED.search(before):
        return True
    if unit == "g" and letter:
        if plain[end - 1] == "г" and _YEAR.fullmatch(written):
            return True  # 2024 г. is a year
        if plain[end - 1] == "g" and end - until == 1 and written in "23456":
            return "G" in line.text[max(0, start) : end + len(line.text) - len(plain)]  # 5G
    return False


def _decimal_text(written: str, *, share: bool, comma: Callable[[], bool]) -> str:
    """Return a number as decimal text; ``comma()`` tells how a single sign before three digits is meant.

    >>> _decimal_text("1.234,50", share=False, comma=bool), _decimal_text("1 000", share=False, comma=bool)
    ('1234.50', '1000')
    >>> _decimal_text("1,250", share=False, comma=lambda: True), _decimal_text("1,250", share=False, comma=bool)
    ('1.250', '1250')
    """
    joined = written.replace(" ", "").replace("'", "")
    signs = [sign for sign in joined if sign in ".,"]
    if not signs:
        return joined.lstrip("0") or "0"
    whole, _, part = joined.rpartition(signs[-1])
    if len(set(signs)) == 1 and (len(signs) > 1 or _is_thousands(written, whole, part, share=share, comma=comma)):
        whole, part = joined, ""
    whole = whole.replace(".", "").replace(",", "").lstrip("0") or "0"
    return f"{whole}.{part}" if part else whole


def _is_thousands(written: str, whole: str, part: str, *, share: bool, comma: Callable[[], bool]) -> bool:
    """Tell whether the one sign of a number marks thousands.

    1.000 is a thousand everywhere in trade; 1,250 and 1.250 are read as the language of the line has it.
    """
    if share or len(part) != 3 or len(whole) > 3 or not whole.strip("0") or len(written) != len(whole) + 4:
        return False
    return part == "000" or comma() is (written[len(whole)] == ".")


def _plain_decimal(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_BELONGS_TO_WORD = frozenset("abcdefghijklmnopqrstuvwxyz")
_TOUCHING = frozenset(("x", "min", "max", "net", "purity", "pure", "ca", "qty"))
_NUMBER = re.compile(
    r"[0-9](?<![0-9].)(?<![0-9][.,].)(?:"
    r"[0-9]{0,2}([ .,'])[0-9]{3}(?:\1[0-9]{3}){0,4}(?![0-9])(?:[.,][0-9]{1,6}(?![0-9]))?"
    r"|[0-9]?(?:,[0-9]{2}){1,3},[0-9]{3}(?![0-9])(?:\.[0-9]{1,3})?"
    r"|[0-9]{0,17}(?:[.,][0-9]{1,9}(?![0-9]))?)"
)
_WORD_END = re.compile(r"[a-z]{1,16}$")
_FRACTION = re.compile(r"(?<![0-9])([1-9])/([248])")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_MONEY_BEFORE = re.compile(r"(?:[$€£¥₽₹]|(?<![a-z])(?:usd|eur|gbp|rmb|cny))$")
_LAST_OF_MONEY = frozenset("$€£¥₽₹drpby")
_BEFORE_NO_UNIT = frozenset(" /月工小星人国")
_NUMBERED = re.compile(r"(?:#|№|(?<![a-z])(?:lot|no|nr|rev|v|class|page|pos|item|room))\.?$")
_PRICE = re.compile(r"\s(?:price|cost|prix)")
_NO_UNIT = re.compile(r"\sвэд|\ssterling|/t(?![a-z])|(?<=个)[月工小星人国]")


def read_concentration(line: Line, start: int, end: int, value: str, unit: str) -> int:
    """Put a share down with what qualifies it and return where it ends; one of something else is passed over."""
    plain, words = line.plain, line.words
    before = plain[max(line.read_until, start - 28) : start]
    if _TOLERANCE.search(before):
        return end
    if unit == "%" and _is_no_concentration(line, start, end, value):
        return end
    qualifier = ""
    tail = before.rstrip(" :(")
    if tail and (tail[-1] in _QUALIFYING or tail[-1].isalpha()) and (match := words.qualifier.search(before)):
        qualifier, start = str(match.lastgroup), start - len(before) + match.start()
        behind = None
    else:
        behind = words.qualifier_behind.match(plain, end)
    if behind and behind.lastgroup:
        qualifier, end = behind.lastgroup, behind.end()
    elif not qualifier and "+" in plain[start:end]:
        qualifier = "ge"
    if "-" in value and qualifier:
        qualifier = ""
    line.statements.append(("concentration", start, end, SIGNS[qualifier] + value, unit))
    return end


def _is_no_concentration(line: Line, start: int, end: int, value: str) -> bool:
    """Tell whether a percentage is one of tax, price, humidity and the like, or of more than the whole."""
    words = line.words
    if Decimal(value.partition("-")[0]) > 100:
        return True
    if line.other_percents is None:
        line.other_percents = words.other_percent.search(line.plain) is not None
    if not line.other_percents:
        return False
    if words.other_percent_before.search(line.plain, max(0, start - 44), start):
        return True
    return words.other_percent_behind.match(line.plain, end) is not None


_QUALIFYING = frozenset("<>≤≥=~≈.")
_TOLERANCE = re.compile(r"(?:±|\+\s?/\s?-|\+-)\s?$")
