"""The words that head columns in invoices, packing lists, declarations and safety data sheets, in sixteen languages."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).parent / "data" / "headers.yaml"


@lru_cache(maxsize=1)
def loaded_headings() -> dict[str, Any]:
    """Return the words of the file, as texts."""
    import yaml

    with WORDS.open(encoding="utf-8") as file:
        return dict(yaml.load(file, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)))  # noqa: S506 - only texts


def is_heading_word(cell: str) -> bool:
    """Whether a cell is a word that names a column, alone, with a unit, or in two languages.

    >>> is_heading_word("Qty (kg)"), is_heading_word("Désignation / Description"), is_heading_word("Sarin")
    (True, True, False)
    """
    words = _heading_words()
    whole = _plain_word(cell)
    if whole in words:
        return True
    parts = [_plain_word(part) for part in re.split(r"[/|()（）\[\]\n;:：,،-]", cell)]
    return any(part in words for part in parts)


def _plain_word(cell: str) -> str:
    return " ".join(re.sub(r"[.\u2019'`’#*\u0640]", " ", cell.casefold()).split())


@lru_cache(maxsize=1)
def _heading_words() -> frozenset[str]:
    return frozenset(
        _plain_word(word)
        for by_language in loaded_headings()["columns"].values()
        for words in by_language.values()
        for word in words
    )
