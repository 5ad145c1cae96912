"""How papers and letters write days and quantities, and what a signature asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from opencwc.finding import Message
from opencwc.wording import RIGHT_TO_LEFT, say, unit_said

SIGNED = ("papers_sign_name", "papers_sign_function", "papers_sign_place", "papers_sign_signature")
_COMMA = ("fr", "es", "ru")
"""The languages that write a comma before the decimals."""


def spoken_day(day: date, lang: str) -> str:
    """Say a day as the language writes it; in English as files do (ISO 8601).

    >>> spoken_day(date(2026, 11, 4), "fr"), spoken_day(date(2026, 11, 4), "en")
    ('4 novembre 2026', '2026-11-04')
    """
    if lang == "en":
        return day.isoformat()
    month = Message(f"label_month_{day.month}")
    return say(Message("label_day", {"day": day.day, "month": month, "year": day.year}), lang)


def spoken_quantity(value: Decimal | float, unit: str, lang: str) -> str:
    """Say a quantity exactly, with narrow spaces between its thousands and the decimal sign and unit of the language.

    >>> spoken_quantity(1234567.5, "kg", "fr").replace("\\u202f", "_").replace("\\u00a0", " ")
    '1_234_567,5 kg'
    >>> spoken_quantity(0.1 + 0.2, "kg", "en").replace("\\u00a0", " ")
    '0.3 kg'
    """
    number = value if isinstance(value, Decimal) else Decimal(f"{value:.12g}")
    whole, _, part = f"{abs(number):f}".partition(".")
    text = ("-" if number < 0 else "") + f"{int(whole):,}".replace(",", "\u202f")
    if part := part.rstrip("0"):
        text += ("," if lang in _COMMA else ".") + part
    text = f"{text}\u00a0{unit_said(unit, lang)}" if unit else text
    return f"\u200e{text}\u200e" if lang in RIGHT_TO_LEFT else text
