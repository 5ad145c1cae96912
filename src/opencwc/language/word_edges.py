"""Where a word begins and ends in a pattern: at no letter, behind what leans on it in Arabic, anywhere in Chinese."""

from __future__ import annotations

LEANING = "(?:و|ف)?(?:ب|ل|ك)?(?:ال)?"
"""What may lean on an Arabic word in front: "and", "so", "in", "for", "like", and the article."""


def leaning(lang: str) -> str:
    """Return the part of a pattern for what may stand before a word and be written with it."""
    return LEANING if lang == "ar" else ""


def word_begins(lang: str) -> str:
    """Return the part of a pattern that stands before a word.

    >>> import re
    >>> [bool(re.search(word_begins("en") + "gas", text)) for text in ("the gas", "Pegasus")]
    [True, False]
    >>> bool(re.search(word_begins("ar") + "غاز", "وبالغاز"))
    True
    """
    return "" if lang == "zh" else r"(?<!\w)" + leaning(lang)


def word_ends(lang: str) -> str:
    """Return the part of a pattern that stands behind a word."""
    return "" if lang == "zh" else r"(?!\w)"
