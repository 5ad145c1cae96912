"""What is broken in a value of which another part was read: a number with a wrong digit, a drawing that is none.

A name beside such a part is no answer for the whole: the two were meant for one chemical, and one of them is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.registry_numbers import check_digit, is_valid, normalise_cas
from opencwc.finding import Message
from opencwc.language.commerce import ec_check_digit
from opencwc.screening.known_chemicals import looks_drawn
from opencwc.screening.mentions.numbers import is_other_number


class BrokenPart(NamedTuple):
    """Where the part stands, and why it cannot be read."""

    start: int
    end: int
    reason: Message


def broken_parts(text: str, read: Sequence[tuple[int, ...]]) -> Iterator[BrokenPart]:
    """Yield the parts of a value outside the spans that were ``read`` which are broken identifiers or drawings.

    >>> [part.reason.id for part in broken_parts("ethanol 64-17-4", [(0, 7)])]
    ['unreadable_cas_digit']
    >>> [part.reason.id for part in broken_parts("ethanol CC(C", [(0, 7)])]
    ['unreadable_branch_open']
    >>> [*broken_parts("ethanol 96% (v/v), 2024-05-1", [(0, 7)])]
    []
    """
    for part in (*_numbers(text), *_drawings(text)):
        if not any(part.start < end and start < part.end for start, end, *_ in read):
            yield part


def _numbers(text: str) -> Iterator[BrokenPart]:
    for found in _CAS.finditer(text):
        cas = normalise_cas(found[0])
        if cas is None or is_valid(cas) or _DAY.match(cas) or is_other_number(text, found.start(), cas):
            continue
        yield BrokenPart(*found.span(), Message("unreadable_cas_digit", {"cas": cas, "digit": check_digit(cas)}))
    for found in _CAS_CUT.finditer(text):
        yield BrokenPart(*found.span(), Message("unreadable_cas_form"))
    for found in _EC.finditer(text):
        if ec_check_digit(found[1] + found[2]) != int(found[3]):
            number = f"{found[1]}-{found[2]}-{found[3]}"
            yield BrokenPart(*found.span(), Message("unreadable_ec_digit", {"number": number}))


def _drawings(text: str) -> Iterator[BrokenPart]:
    for found in _TOKEN.finditer(text):
        written = found[0].rstrip(",;.")
        if not (_IS_DRAWN.search(written) and looks_drawn(written)):
            continue
        read = read_structure(written, "smiles")
        if isinstance(read, Unreadable):
            yield BrokenPart(found.start(), found.start() + len(written), read.reason)


_DASH = "[-\u2010-\u2015\u2212\uff0d]"
_CAS = re.compile(rf"(?<![\w.-])\d{{2,7}}{_DASH}\d\d{_DASH}\d(?![\w-])")
_DAY = re.compile(r"(?:19|20)\d\d-(?:0\d|1[0-2])-")
_CAS_CUT = re.compile(
    rf"(?i:\bcas\b|кас)[\s.:№#-]*(?i:no|nr|rn|number)?[\s.:№#]*\d{{2,7}}(?:{_DASH}\d{{1,2}})?(?![\w-]|{_DASH}|[ ]\d)"
)
"""A number behind its label that lacks its last digits; one without hyphens is read elsewhere where it is right."""
_EC = re.compile(
    rf"(?i:\b(?:ec|ce|einecs|eg)\b)\W{{0,3}}(?i:no|nr|n°)?\W{{0,3}}(\d{{3}}){_DASH}(\d{{3}}){_DASH}(\d)(?!\w)"
)
_TOKEN = re.compile(r"(?<!\S)\S{4,}")
_IS_DRAWN = re.compile(
    r"(?:[BCNOPSFI]|Cl|Br|[cno]\d|\])(?:[=#]|\((?:=|[A-Z])|\[[A-Z])|[CNOcno]1[CNOcno]{2,}|[BCNOPSFI]{2,}[(\[]$"
)
"""What a drawing has and a code or a word has not: a bond or a branch behind an atom, an open ring of carbon."""
