"""The numbers of registers and customs codes: by their check digits, by their labels, and bare where the form tells."""

from __future__ import annotations

import re
import unicodedata

from opencwc.language.commerce.line import LABELLED, NOT_DIGIT, TIMES, Line, PlainStatement
from opencwc.language.commerce.measures import measure
from opencwc.language.commerce.packings import packing_follows


def read_registry_numbers(line: Line) -> None:
    """Read CAS and EC numbers: labelled, or right by their check digit and no part of another number."""
    plain, last = line.plain, {"cas_number": -1, "ec_number": -1}
    for number in _THREE_PARTS.finditer(plain):
        first, middle, check = number.groups()
        start, end = number.span()
        if len(middle) == 2:
            kind, label, first = "cas_number", line.words.cas_label, first.lstrip("0")
            fits = 2 <= len(first) <= 7 and _cas_digit(first + middle) == int(check)
            possible = 2 <= len(first) <= 7
        else:
            kind, label = "ec_number", line.words.ec_label
            possible = len(first) == 3
            fits = possible and first[0] in "23456789" and ec_check_digit(first + middle) == int(check)
        if not possible:
            continue
        before = plain[max(0, start - 48) : start]
        labelled = label.search(before) is not None or (
            0 <= start - last[kind] <= 8 and last[kind] >= 0 and line.words.joined.fullmatch(plain, last[kind], start)
        )
        if not labelled and (not fits or _PART_BEFORE.search(before) or _PART_BEHIND.match(plain, end)):
            continue
        if labelled:
            last[kind] = end
        line.statements.append((kind, start, end, f"{first}-{middle}-{check}", LABELLED if labelled else ""))
        line.registered.add(start)


def read_un_number(line: Line, start: int, end: int, place: int) -> None:
    """Read the UN number behind its label."""
    number = _FOUR_DIGITS.match(line.plain, place)
    if number is None or not (1 <= int(number[0]) <= 620 or 1001 <= int(number[0]) <= 3999):
        return
    written = line.plain[start:end]
    # "un" is an article in two of the languages: "un 2023 difficile".
    if written == "un" and place - end == 1 and not _written_large(line, start):
        return
    if measure(line, number.end()) and place - end > 0:
        return
    line.statements.append(("un_number", start, number.end(), number[0], ""))


def _written_large(line: Line, start: int) -> bool:
    """Tell whether the letters are capitals; where signs were left out of the plain line the places differ."""
    if len(line.text) == len(line.plain):
        return line.text[start : start + 2].isupper()
    return "UN" in unicodedata.normalize("NFKC", line.text)


def read_dashless(line: Line, place: int) -> None:
    """Read a CAS number without its dashes behind its label."""
    number = _DASHLESS.match(line.plain, place)
    if number is None or place in line.registered:
        return
    digits = NOT_DIGIT.sub("", number[0]).lstrip("0")
    if 5 <= len(digits) <= 10 and _cas_digit(digits[:-1]) == int(digits[-1]):
        value = f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}"
        line.statements.append(("cas_number", place, number.end(), value, LABELLED))


def _cas_digit(digits: str) -> int:
    """Return the check digit of a CAS number: each digit times its place from the right, the sum modulo 10."""
    return sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 10


def ec_check_digit(digits: str) -> int:
    """Return the check digit of an EC number: each digit times its place from the left, the sum modulo 11.

    No number has a digit that would be 10.
    """
    return sum(place * int(digit) for place, digit in enumerate(digits, start=1)) % 11


_HYPHEN = r" ?-{1,2}(?: |\n ?)?"  # a number may be broken behind its hyphen
_THREE_PARTS = re.compile(rf"([0-9](?<![0-9].)[0-9]{{1,9}}){_HYPHEN}([0-9]{{2,3}}){_HYPHEN}([0-9])(?![0-9])")
_PART_BEFORE = re.compile(r"(?:[a-z0-9][-+]|[0-9][.,/]|\+|[a-z])$")
_PART_BEHIND = re.compile(r"-?[a-z0-9]|[./][0-9]")
_DASHLESS = re.compile(r"[0-9]{5,10}(?![0-9-])|[0-9]{2,7} [0-9]{2} [0-9](?![0-9-])")
_FOUR_DIGITS = re.compile(r"[0-9]{4}(?![0-9]|[.,-][0-9])")


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
        line.statements.append(("hs_code", number.start(), end, digits, ""))
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
    codes: list[PlainStatement] = []
    for number in _BARE_CODE.finditer(plain):
        start, end = number.span()
        if measure(line, end) or _money_beside(line, start, end, near=24) or _PLACE_BEFORE.search(plain[:start][-16:]):
            continue
        if end - start == 7:
            if prices is None:
                prices = sum(measure(line, decimal.end()) is None for decimal in _TWO_DECIMALS.finditer(plain))
            if prices > 1:
                continue
        codes.append(("hs_code", start, end, NOT_DIGIT.sub("", number[0]), ""))
    if codes:
        line.statements += codes
        line.hide()


def _money_beside(line: Line, start: int, end: int, *, near: int) -> bool:
    money = line.words.money
    before = line.plain[max(0, start - near) : start]
    return money.search(before) is not None or money.match(line.plain[end : end + 12].lstrip(" ")) is not None


LONGEST = 12
"""Digits of a code: 6 of the Harmonized System, and up to 6 that a country adds."""
_CODE = re.compile(
    r"(?:[0-9]{4}([ .-])[0-9]{2}"
    r"(?:\1[0-9]{2}(?:\1[0-9]{2}(?:\1[0-9]{1,2})?)?|\1[0-9]{4}|\1[0-9]{3}(?:\1[0-9])?)?(?: 00)?"
    r"|[0-9]{4}[ .][0-9]{4}(?:[ .][0-9]{2})?"
    r"|[0-9]{4} [0-9]{3} [0-9]{3}"
    r"|[0-9]{4} [0-9]{6}"
    r"|[0-9]{6}[ .][0-9]{2}(?:[ .][0-9]{2})?"
    r"|[0-9]{2}\.[0-9]{2}(?:\.[0-9]{2}){0,3}"
    r"|[0-9]{12}|[0-9]{4,10})(?![0-9])(?!\.[0-9])"
)
_DOTTED_CODE = re.compile(r"[0-9]{4}\.[0-9]{2}(?:\.[0-9]{2}(?:\.?[0-9]{2})?)?(?![0-9])(?!\.[0-9])")
_BARE_CODE = re.compile(
    r"[23](?<![0-9a-z.,/$€£¥-].)(?:(?<=2)[89]|(?<=3)[0-9])[0-9]{2}\.[0-9]{2}"
    r"(?:\.[0-9]{2}(?:\.?[0-9]{2})?)?(?![0-9a-z]|[.,/-][0-9])"
)
_PLACE_BEFORE = re.compile(
    r"(?:\b(?:version|ver|v|rev|release|section|sec|clause|para\w*|page|p|fig\w*|table|chapter|annex|rule|art\w*"
    r"|пункт|п|раздел|статья|версия)\.?|[§章条节])\s*$"
)
"""What a number with points counts where this stands before it: the places of a text, the versions of a program."""
_TWO_DECIMALS = re.compile(r"[0-9](?<![0-9.,].)[0-9]{0,8}[.,][0-9]{2}(?![0-9.])")
