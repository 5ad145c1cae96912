"""A line while it is read: made plain sign for sign, what was found in it so far, and what it states in the end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from opencwc.language.commerce.words import WORD, CommerceWords, rest_of

KINDS = ("concentration", "quantity", "packaging", "hs_code", "un_number", "ec_number", "cas_number")
LABELLED = "labelled"
IN_KILOGRAMS = {"kg": "1", "g": "0.001", "mg": "0.000001", "t": "1000", "lb": "0.45359237", "oz": "0.028349523125"}
"""Avoirdupois pound and ounce (NIST Handbook 44, Appendix C); a ton is a metric one."""
PlainStatement: TypeAlias = tuple[str, int, int, str, str]
"""What a plain line states: kind, start and end in it, value, unit."""


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


def by_place(statement: PlainStatement) -> tuple[int, int]:
    """Order what was found by where it stands."""
    return statement[1], statement[2]


@dataclass(slots=True)
class Line:
    """One line while it is read: ``plain`` has the numbers of registers hidden once they are found."""

    text: str
    plain: str
    words: CommerceWords
    statements: list[PlainStatement] = field(default_factory=list)
    named: list[tuple[str, int, int, str, str]] | None = None
    read_until: int = 0
    """The end of the amount read last: no later one reaches back behind it."""
    quantities: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    """By the end of a quantity: how many times it is taken, and where that is said."""
    registered: set[int] = field(default_factory=set)
    packings: set[int] | None = None
    comma: bool | None = None
    other_percents: bool | None = None

    def names(self) -> list[tuple[str, int, int, str, str]]:
        """Return what the words of the line name, in order: kind, start, end, meaning, count."""
        if self.named is None:
            self.named = _names_of(self.plain, self.words)
        return self.named

    def hide(self) -> None:
        """Hide what was found from what is read next."""
        parts, place = [], 0
        for _, start, end, _, _ in sorted(self.statements, key=by_place):
            first, until = max(start, place), max(end, place)
            parts += [self.plain[place:first], "\0" * (until - first)]
            place = until
        self.plain = "".join((*parts, self.plain[place:]))


def made_plain(text: str, signs: Mapping[int, str | None]) -> tuple[str, list[int] | None]:
    """Return a text sign for sign in plain form, and where its signs stood if some were left out."""
    plain = text.translate(signs)
    if len(plain) == len(text):
        return plain, None
    return plain, [place for place, sign in enumerate(text) if signs.get(ord(sign), sign) is not None]


def as_written(text: str, origin: list[int], statement: PlainStatement) -> Stated:
    """Return what was found in a plain line as it stands in the text; ``origin`` is where its signs stood."""
    kind, start, end, value, unit = statement
    first, until = origin[start], origin[end - 1] + 1
    while until < len(text) and unicodedata.combining(text[until]):
        until += 1
    return Stated(kind, first, until, text[first:until], value, unit)


def _names_of(plain: str, words: CommerceWords) -> list[tuple[str, int, int, str, str]]:
    names: list[tuple[str, int, int, str, str]] = []
    if not words.names.isdisjoint(WORD.findall(plain)):
        place = 0
        for word in WORD.finditer(plain):
            forms = words.starts.get(word[0])
            if forms is None or word.start() < place:
                continue
            for rest, kind, meaning, count in forms:
                hit = rest_of(rest).match(plain, word.end()) if rest else word
                if hit:
                    place = hit.end()
                    names.append((kind, word.start(), place, meaning, count))
                    break
    if plain.isascii() or not (first := words.han.search(plain)):
        return names
    inside = {place for _, start, end, _, _ in names for place in range(start, end)}
    for hit in words.han.finditer(plain, first.start()):
        if hit.start() not in inside:
            kind, meaning, count = words.han_names[hit[0]]
            names.append((kind, hit.start(), hit.end(), meaning, count))
    names.sort(key=by_place)
    return names


DIGIT = re.compile("[0-9]")
NOT_DIGIT = re.compile("[^0-9]")
DIGITS = frozenset("0123456789")
TIMES_SIGNS = frozenset("xх*")
TIMES = re.compile(r"\s?[xх*]\s?(?=[0-9])")
