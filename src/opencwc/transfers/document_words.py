"""How papers and letters write days and quantities, and what a signature asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from opencwc.wording import RIGHT_TO_LEFT, day_message, number_said, quantity_said, say
from opencwc.wording.typography import PERCENT_CLOSED_UP

SIGNED = ("papers_sign_name", "papers_sign_function", "papers_sign_place", "papers_sign_signature")


def spoken_day(day: date, lang: str) -> str:
    """Say a day as the language writes it.

    >>> spoken_day(date(2026, 11, 4), "fr"), spoken_day(date(2026, 11, 4), "en")
    ('4\\xa0novembre 2026', '4 November 2026')
    >>> spoken_day(date(2026, 12, 1), "fr")
    '1er décembre 2026'
    """
    return say(day_message(day.year, day.month, day.day), lang)


def spoken_quantity(value: Decimal | float, unit: str, lang: str) -> str:
    """Say a quantity exactly, with the signs and the unit of the language; ``unit`` may be ``%``.

    >>> spoken_quantity(1234567.5, "kg", "es").replace("\\u00a0", " ")
    '1.234.567,5 kg'
    >>> spoken_quantity(0.1 + 0.2, "kg", "en").replace("\\u00a0", " ")
    '0.3 kg'
    >>> spoken_quantity(99, "%", "en"), spoken_quantity(99, "%", "fr").replace("\\u00a0", " ")
    ('99%', '99 %')
    """
    number = value if isinstance(value, Decimal) else Decimal(f"{value:.12g}")
    written = f"{number:f}"
    text = number_said(written.rstrip("0").rstrip(".") if "." in written else written, lang)
    gap = "" if unit == "%" and lang in PERCENT_CLOSED_UP else "\u00a0"
    text = quantity_said(text, unit, lang, gap=gap) if unit else text
    return f"\u200e{text}\u200e" if lang in RIGHT_TO_LEFT else text
