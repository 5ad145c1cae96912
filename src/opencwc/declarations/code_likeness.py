"""Codes of sites and plants that people may take for one: they differ in case, marks, zeros or a letter's script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_LATIN = str.maketrans("авекмнорстухіј", "abekmhopctyxij")
"""Small letters of the Cyrillic script and the Latin ones that look the same, in capitals or not."""


def alike_codes(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each code that looks like an earlier one, with that one before it.

    >>> list(alike_codes(["A-1", "B-1", "a 1", "А-1"]))
    [('A-1', 'a 1'), ('A-1', 'А-1')]
    """
    first: dict[str, str] = {}
    for code in dict.fromkeys(codes):
        earlier = first.setdefault(plain_code(code), code)
        if earlier != code:
            yield earlier, code


def plain_code(code: str) -> str:
    """Return the words and numbers of a code without case, marks and leading zeros, look-alike letters in Latin.

    >>> plain_code(" A-01 "), plain_code("а_1"), plain_code("A1-1"), plain_code("A-11"), plain_code("---")
    ('a 1', 'a 1', 'a 1 1', 'a 11', '---')
    """
    bare = unicodedata.normalize("NFKC", code).casefold().translate(_LATIN)
    parts = re.findall(r"[^\W\d_]+|\d+", bare)
    return " ".join(_number(part) if part.isdecimal() else part for part in parts) or bare.strip()


def _number(digits: str) -> str:
    return "".join(str(unicodedata.decimal(digit)) for digit in digits).lstrip("0") or "0"
