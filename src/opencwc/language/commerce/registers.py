"""The numbers of registers: CAS and EC numbers by their check digits, UN numbers by their label."""

from __future__ import annotations

import re
import unicodedata

from opencwc.language.commerce.line import NOT_DIGIT, Line
from opencwc.language.commerce.measures import measure
from opencwc.language.commerce.stated import LABELLED


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
            fits = possible and first[0] in "23456789" and _ec_digit(first + middle) == int(check)
        if not possible:
            continue
        before = plain[max(0, start - 48) : start]
        labelled = label.search(before) is not None or (
            0 <= start - last[kind] <= 8 and last[kind] >= 0 and _goes_on(line, last[kind], start)
        )
        if not labelled and (not fits or _PART_BEFORE.search(before) or _PART_BEHIND.match(plain, end)):
            continue
        if labelled:
            last[kind] = end
        line.found.append((kind, start, end, f"{first}-{middle}-{check}", LABELLED if labelled else ""))
        line.registered.add(start)


def _goes_on(line: Line, end: int, start: int) -> bool:
    return line.words.joined.fullmatch(line.plain, end, start) is not None


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
    line.found.append(("un_number", start, number.end(), number[0], ""))


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
        line.found.append(("cas_number", place, number.end(), value, LABELLED))


def _cas_digit(digits: str) -> int:
    """Return the check digit of a CAS number: each digit times its place from the right, the sum modulo 10."""
    return sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 10


def _ec_digit(digits: str) -> int:
    """Return the check digit of an EC number: each digit times its place from the left, the sum modulo 11."""
    return sum(place * int(digit) for place, digit in enumerate(digits, start=1)) % 11


_THREE_PARTS = re.compile(r"([0-9](?<![0-9].)[0-9]{1,9}) ?-{1,2} ?([0-9]{2,3}) ?-{1,2} ?([0-9])(?![0-9])")
_PART_BEFORE = re.compile(r"(?:[a-z0-9][-+]|[0-9][.,/]|\+|[a-z])$")
_PART_BEHIND = re.compile(r"-?[a-z0-9]|[./][0-9]")
_DASHLESS = re.compile(r"[0-9]{5,10}(?![0-9-])|[0-9]{2,7} [0-9]{2} [0-9](?![0-9-])")
_FOUR_DIGITS = re.compile(r"[0-9]{4}(?![0-9]|[.,-][0-9])")
