"""Customs codes: with a label, and bare where their form tells and no price is meant."""

from __future__ import annotations

import re

from opencwc.language.commerce.line import NOT_DIGIT, TIMES, Line
from opencwc.language.commerce.measures import measure
from opencwc.language.commerce.packings import packing_follows
from opencwc.language.commerce.stated import Found


def read_codes_behind(line: Line, kind: str, place: int) -> int:
    """Read the customs codes behind a label and return where the last of them ends."""
    number = _CODE.match(line.plain, place)
    while number:
        end = _without_amount(line, number.start(), number.end())
        digits = NOT_DIGIT.sub("", line.plain[number.start() : end])
        dotted = "." in line.plain[number.start() : end]
        long = {"hs_strong": 4, "hs_weak": 6, "hs_faint": 8}[kind]
        if not (4 <= len(digits) <= LONGEST and "01" <= digits[:2] <= "97"):
            return place
        if not dotted and (len(digits) < long or (kind == "hs_faint" and len(digits) == 9)):
            return place
        if measure(line, end) or _money_beside(line, number.start(), end, near=6):
            return place
        line.found.append(("hs_code", number.start(), end, digits, ""))
        place = end
        goes_on = line.words.joined.match(line.plain, end)
        number = _DOTTED_CODE.match(line.plain, goes_on.end()) if goes_on else None
    return place


def _without_amount(line: Line, start: int, end: int) -> int:
    """Return where a code ends whose last groups, behind a space, are rather the amount or the count that follows.

    Of "HS 2922 15 20 drums" the code is 2922 15.
    """
    while (space := line.plain.rfind(" ", start + 4, end)) > 0 and (
        measure(line, end) or packing_follows(line, end) or TIMES.match(line.plain, end)
    ):
        end = space
    return end


def read_bare_codes(line: Line) -> None:
    """Read codes without a label; 2922.15 in a line with another bare number of its form is one more price."""
    plain = line.plain
    prices: int | None = None
    codes: list[Found] = []
    for number in _BARE_CODE.finditer(plain):
        start, end = number.span()
        if measure(line, end) or _money_beside(line, start, end, near=24):
            continue
        if end - start == 7:
            if prices is None:
                prices = sum(measure(line, one.end()) is None for one in _TWO_DECIMALS.finditer(plain))
            if prices > 1:
                continue
        codes.append(("hs_code", start, end, NOT_DIGIT.sub("", number[0]), ""))
    if codes:
        line.found += codes
        line.hide()


def _money_beside(line: Line, start: int, end: int, *, near: int) -> bool:
    money = line.words.money
    before = line.plain[max(0, start - near) : start]
    return money.search(before) is not None or money.match(line.plain[end : end + 12].lstrip(" ")) is not None


LONGEST = 11
"""Digits of a code: 6 of the Harmonized System, and up to 5 that a country adds."""
_CODE = re.compile(
    r"(?:[0-9]{4}([ .-])[0-9]{2}(?:\1[0-9]{2}(?:\1[0-9]{2}(?:\1[0-9])?)?|\1[0-9]{4}|\1[0-9]{3}(?:\1[0-9])?)?(?: 00)?"
    r"|[0-9]{4}[ .][0-9]{4}(?:[ .][0-9]{2})?"
    r"|[0-9]{4} [0-9]{3} [0-9]{3}"
    r"|[0-9]{4} [0-9]{6}"
    r"|[0-9]{6}[ .][0-9]{2}(?:[ .][0-9]{2})?"
    r"|[0-9]{2}\.[0-9]{2}(?:\.[0-9]{2}){0,3}"
    r"|[0-9]{4,10})(?![0-9])(?!\.[0-9])"
)
_DOTTED_CODE = re.compile(r"[0-9]{4}\.[0-9]{2}(?:\.[0-9]{2}(?:\.?[0-9]{2})?)?(?![0-9])(?!\.[0-9])")
_BARE_CODE = re.compile(
    r"[23](?<![0-9a-z.,/$€£¥-].)(?:(?<=2)[89]|(?<=3)[0-9])[0-9]{2}\.[0-9]{2}"
    r"(?:\.[0-9]{2}(?:\.?[0-9]{2})?)?(?![0-9a-z]|[.,/-][0-9])"
)
_TWO_DECIMALS = re.compile(r"[0-9](?<![0-9.,].)[0-9]{0,8}[.,][0-9]{2}(?![0-9.])")
