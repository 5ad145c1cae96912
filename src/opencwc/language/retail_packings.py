"""Packings in which goods stand on the shelf of a shop: a jar of 370 g, a tube, twelve times 200 ml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from opencwc.language.commerce import IN_KILOGRAMS, Stated, read_commerce
from opencwc.language.other_meanings import MeaningWords

LARGEST = Decimal(5)
"""Kilograms or litres of the largest tub that a shop sells."""
SMALLEST, LARGEST_OF_SEVERAL = Decimal("0.05"), Decimal(2)
"""Kilograms or litres of one of several that are packed together: less is rather a sample."""


def is_retail_packing(text: str) -> bool:
    """Tell whether a packing is one of goods for shops: by its word, or as several small ones together.

    >>> [is_retail_packing(text) for text in ("370 g jars x 12", "12 x 370 g", "tarro 370 g", "370克罐装")]
    [True, True, True, True]
    >>> [is_retail_packing(text) for text in ("200 L steel drum", "500 g amber bottle", "jar 25 kg", "vials 10 x 1 ml")]
    [False, False, False, False]
    """
    stated = read_commerce(text)
    packings = {statement.value for statement in stated if statement.kind == "packaging"}
    if packings & MeaningWords.load().packings:
        return False
    sizes = [*_sizes(stated)]
    if _names_retail(text):
        return all(size <= LARGEST for size in sizes)
    several = any(statement.kind == "packaging" and _count(statement) > 1 for statement in stated)
    return several and bool(sizes) and all(SMALLEST <= size <= LARGEST_OF_SEVERAL for size in sizes)


def _sizes(stated: Iterable[Stated]) -> Iterable[Decimal]:
    """Return the amounts in kilograms, a litre as one of them."""
    for statement in stated:
        if statement.kind != "quantity":
            continue
        factor = _LITRES.get(statement.unit) or IN_KILOGRAMS.get(statement.unit)
        if factor is None:
            continue
        try:
            yield Decimal(statement.value) * Decimal(str(factor))
        except InvalidOperation:
            continue


def _count(statement: Stated) -> int:
    return int(statement.unit) if statement.unit.isdecimal() else 0


def _names_retail(text: str) -> bool:
    words, signs = _words()
    plain = unicodedata.normalize("NFKC", text).casefold()
    return not words.isdisjoint(_LETTERS.findall(plain)) or any(sign in plain for sign in signs)


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the words, and those of languages that put no space between words."""
    every = {unicodedata.normalize("NFKC", word).casefold() for word in MeaningWords.load().retail_packings}
    signs = {word for word in every if _UNSPACED.search(word)}
    return frozenset(every - signs), tuple(sorted(signs))


_LITRES = {"L": Decimal(1), "mL": Decimal("0.001")}
_LETTERS = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
