"""The Arabic word for tonnes: its form follows the number before it, and one and two are said in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

TONNE = "طن"


def tonnes(number: str, *, before: str = "") -> str:
    """Say how many tonnes a number is, as the language writes it; ``before`` is the word that it follows.

    >>> [tonnes(number).replace("\\xa0", " ") for number in ("7", "30", "200", "13.5")]
    ['7 أطنان', '30 طنًا', '200 طن', '13.5 طن']
    >>> [tonnes("1").replace("\\xa0", " "), tonnes("2"), tonnes("2", before="من")]
    ['طن واحد', 'طنّان', 'طنّين']
    """
    plain = _SIGNS.sub("", number)
    if plain in ("1", "2") and "\u2212" not in number:
        return _of_one_or_two(plain, before)
    whole = Decimal(plain) if _NUMBER.fullmatch(plain) else Decimal(0)
    last = int(whole % 100) if whole == whole.to_integral_value() else 0
    form = "أطنان" if 3 <= last <= 10 else "طنًا" if last > 10 else TONNE
    return f"{number}\u00a0{form}"


def with_tonnes(template: str, values: Mapping[str, str]) -> str:
    """Say the tonnes of a template by their values, in the case that the word before them asks for.

    >>> with_tonnes("أكثر من {quantity} {unit}", {"quantity": "10", "unit": "طن"}).replace("\\xa0", " ")
    'أكثر من 10 أطنان'
    >>> with_tonnes("أكثر من {amount}", {"amount": "طنّان"}), with_tonnes("{amount}", {"amount": "30 kg"})
    ('أكثر من طنّين', '{amount}')
    """

    def said(at: re.Match[str]) -> str:
        before, gap, name, behind, unit = at.groups("")
        value = values.get(name, "")
        if _said_of(unit, values) == TONNE and _NUMBER.fullmatch(_SIGNS.sub("", value)):
            return f"{before}{gap}{tonnes(value, before=before)}"
        number = {_ONE: "1", _TWO: "2"}.get(value)
        return f"{before}{gap}{_of_one_or_two(number, before)}{behind}" if number else at[0]

    return _PLACES.sub(said, template)


def _said_of(unit: str, values: Mapping[str, str]) -> str:
    return values.get("unit", "") if unit == "{unit}" else unit


def _of_one_or_two(number: str, before: str) -> str:
    if number == "1":
        return "طنًا\u00a0واحدًا" if before in _VERBS else _ONE
    return "طنّين" if before in _VERBS or before in _PREPOSITIONS else _TWO


_ONE, _TWO = f"{TONNE}\u00a0واحد", "طنّان"
_VERBS = ("تغطي", "المختبر", "سيتسلم", "سيرسل")
"""What a template has before a quantity that is the object of its verb."""
_PREPOSITIONS = ("من", "على", "عن", "دون", "فوق", "إنتاج", "حيازة", "اقتناء", "مقدار", "نحو", "البالغة", "العتبة")
_SIGNS = re.compile("[,\u200e\u2212]")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PLACES = re.compile(rf"([^\s{{}}]*)([ \u00a0]?)\{{(\w+)\}}([ \u00a0](\{{unit\}}|{TONNE}(?![\w\u064b])))?")
