"""What the cells of a planned shipment say in six languages: States, days, amounts, shares, purposes, papers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.convention.territories import all_territories, find_territory
from opencwc.files.days import read_day
from opencwc.files.numbers import read_number
from opencwc.files.units import find_unit, without_marks
from opencwc.language.commerce import read_commerce
from opencwc.language.commerce.shares import Share, share_stated

DATA = Path(__file__).parent / "data" / "shipment_columns.yaml"
WEAPONS = "weapons"
"""The purpose for which nothing may be transferred (Art. I)."""


def is_yes(text: str) -> bool:
    """Tell whether a cell says yes, in six languages."""
    return plain_words(text) in answer_words("yes")


def purpose_of(text: str) -> str:
    """Return the purpose that a text names, one of the words of ``shipment_columns.yaml``; empty where none is known.

    It is `WEAPONS` where the text plainly names chemical weapons; words that only touch on them stand for nothing.

    >>> purpose_of("Investigación"), purpose_of("medical/diagnostic"), purpose_of("various")
    ('research', 'diagnostic', '')
    >>> purpose_of("для химического оружия"), purpose_of("destruction of chemical weapons")
    ('weapons', '')
    """
    return meaning("purposes", text) or (WEAPONS if _is_for_weapons(text) else "")


def touches_on_weapons(text: str) -> bool:
    """Tell whether words of weapons stand in a text, whatever is said of them.

    >>> touches_on_weapons("not for chemical weapons"), touches_on_weapons("water treatment")
    (True, False)
    """
    words = _words_of_purpose(text)
    weapons = known_words()[WEAPONS]
    return any(_places(words, phrase) for kind in ("phrases", "alone") for phrase in weapons[kind])


def _is_for_weapons(text: str) -> bool:
    """Tell whether a text names chemical weapons, or weapons and nothing else, as what something is for."""
    words = _words_of_purpose(text)
    places = {
        kind: {place for phrase in phrases for place in _places(words, phrase)}
        for kind, phrases in known_words()[WEAPONS].items()
    }
    if places["against"]:
        return False
    whole = places["alone"] | places["small"] == set(range(len(words)))
    return bool(places["phrases"]) or (bool(places["alone"]) and whole)


def _words_of_purpose(text: str) -> list[str]:
    """Return the plain words of a text; Chinese, which has no spaces, is parted at the words looked for."""
    return " ".join(_chinese_words().split(plain_words(text))).split()


def _places(words: Sequence[str], phrase: str) -> list[int]:
    """Return the places at which the words of a phrase stand among words."""
    sought = plain_words(phrase).split()
    starts = (start for start in range(len(words)) if list(words[start : start + len(sought)]) == sought)
    return [place for start in starts for place in range(start, start + len(sought))]


@cache
def _chinese_words() -> re.Pattern[str]:
    phrases = (phrase for phrases in known_words()[WEAPONS].values() for phrase in phrases)
    written = {phrase for phrase in phrases if re.match(r"[\u4e00-\u9fff]", phrase)}
    return re.compile(f"({'|'.join(sorted(written, key=len, reverse=True))})")


@lru_cache(maxsize=10_000)
def meaning(kind: str, text: str) -> str:
    """Return what a text stands for among the words of a kind: the whole of it, or all of its parts alike."""
    plain = plain_words(text)
    known = _by_word(kind)
    if plain in known:
        return known[plain]
    parts = {known.get(plain_words(part), "") for part in re.split(r"[;,/|]", text) if part.strip()}
    return parts.pop() if len(parts) == 1 else ""


@cache
def _by_word(kind: str) -> Mapping[str, str]:
    return {word: name for name, words in meanings(kind).items() for word in words}


@cache
def meanings(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The words of a kind by what they stand for, each plain, the longest first."""
    return {
        name: tuple(sorted({plain_words(name), *map(plain_words, words)}, key=len, reverse=True))
        for name, words in known_words()[kind].items()
    }


@cache
def answer_words(kind: str) -> frozenset[str]:
    """Return the words that say ``yes`` or ``no``, each plain."""
    return frozenset(plain_words(word) or word for word in read_yaml(DATA)[f"said_{kind}"])


@cache
def known_words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the words of ``shipment_columns.yaml`` by their kind and what they stand for."""
    return {kind: words for kind, words in read_yaml(DATA).items() if isinstance(words, dict)}


def plain_words(text: str) -> str:
    """Return words without case, accents and punctuation, for names to be held against each other."""
    spelt = without_marks(text)
    return " ".join(re.findall(r"[^\W_]+", spelt)) or spelt.strip()


IN_LITRES = {"L": "1", "mL": "0.001", "m3": "1000", "gal": "3.785411784", "fl oz": "0.0295735295625"}
"""US gallon and fluid ounce (NIST Handbook 44, Appendix C)."""
_ANY_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")
_NUMBER_AND_UNIT = re.compile(r"([-+]?[\d.,'\s\u00a0\u202f٠-٩]*[\d٠-٩])\s*([^\d\s].*)")
_BARE_SHARE = re.compile(r"\s*(?:[<>≤≥~=]{0,2}\s*)?\d+(?:[.,]\d+)?(?:\s?[-–]\s?\d+(?:[.,]\d+)?)?\s*")


class Amount(NamedTuple):
    """A quantity: so many ``kg`` or ``L``."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{plain_number(self.value)} {self.unit}"


class Side(NamedTuple):
    """A State as a row names it, and its ISO 3166 alpha-3 code, empty where it is not known."""

    text: str
    code: str = ""


NOWHERE = Side("")


class Paper(NamedTuple):
    """A paper that is held: ``notice``, ``certificate`` or ``licence`` (empty where it is none), whose, and its day."""

    kind: str
    state: str
    day: date | None
    text: str


@lru_cache(maxsize=10_000)
def code_of(text: str) -> str:
    """Return the alpha-3 code of a State or territory by name or code, empty where it is not known.

    >>> code_of("Germany"), code_of("DEU"), code_of("Freedonia")
    ('DEU', 'DEU', '')
    """
    territory = find_territory(text)
    if territory is None:
        return ""
    is_renamed = territory.renamed and len(territory.successors) == 1
    return territory.successors[0] if is_renamed else territory.code


def is_former(code: str) -> bool:
    """Tell whether a code is that of a State that is no more, under which it would be called by a successor's name.

    >>> is_former("SUN"), is_former("DEU")
    (True, False)
    """
    territory = all_territories().get(code)
    return territory is not None and territory.kind == "former"


def day_of(text: str) -> date | None:
    """Return the day that a text names; ``None`` where it names none, only a year, or one of two days.

    >>> day_of("2026-03-01"), day_of("01.03.2026"), day_of("03/04/2026"), day_of("2026")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), None, None)
    """
    read = read_day(text)
    return read.day if read.other is None or read.other == read.day else None


def days_of(text: str) -> tuple[date, date] | None:
    """Return the first and last of the days that a text may mean: a year alone, or day and month in either order.

    >>> [day.isoformat() for day in days_of("2026")], [day.isoformat() for day in days_of("03/04/2026")]
    (['2026-01-01', '2026-12-31'], ['2026-03-04', '2026-04-03'])
    >>> days_of("2026-03-01") is None, days_of("soon") is None
    (True, True)
    """
    read = read_day(text)
    if read.day and read.other and read.day != read.other:
        return min(read.day, read.other), max(read.day, read.other)
    return (date(read.year, 1, 1), date(read.year, 12, 31)) if read.year and not read.day else None


def is_not_above_zero(text: str, decimal: str) -> bool:
    """Tell whether a quantity is zero or less."""
    match = _NUMBER_AND_UNIT.fullmatch(text.strip())
    value = read_number(match[1] if match else text, decimal).value
    return value is not None and value <= 0


def amount_of(text: str, unit: str = "", decimal: str = "") -> Amount | None:
    """Return a quantity in kilograms or litres; ``None`` where the text, or its unit, says none.

    >>> str(amount_of("5", "mg")), str(amount_of("2,5 t")), str(amount_of("1000", "L")), amount_of("12", "drums")
    ('0.000005 kg', '2500 kg', '1000 L', None)
    """
    if not text:
        return None
    if not unit and (match := _NUMBER_AND_UNIT.fullmatch(text.strip())):
        text, unit = match[1], match[2]
    number = read_number(text, decimal)
    if number.value is None or number.other is not None or number.value <= 0 or not unit:
        return None
    value = Decimal(str(number.value))
    known = find_unit(unit)
    if known is not None and known.kg is not None:
        return Amount((value * Decimal(str(known.kg))).normalize(), "kg")
    stated = next((statement for statement in read_commerce(f"1 {unit}") if statement.kind == "quantity"), None)
    litres = IN_LITRES.get(stated.unit) if stated else None
    return Amount((value * Decimal(litres)).normalize(), "L") if litres else None


def share_of(text: str) -> Share | None:
    """Return a concentration in per cent; a bare number is one.

    >>> share_of("30 %").high, share_of("max 10%").low, share_of("0.5").high, share_of("120")
    (Decimal('30'), Decimal('0'), Decimal('0.5'), None)
    """
    bare = text.strip()
    if not bare:
        return None
    if _BARE_SHARE.fullmatch(unicodedata.normalize("NFKC", bare)):
        bare = f"{bare} %"
    stated = [statement for statement in read_commerce(bare) if statement.kind == "concentration"]
    return share_stated(stated[0].value, stated[0].unit, text) if len(stated) == 1 else None


def paper_of(text: str) -> Paper:
    """Return the paper that a text names: what it is, whose, and of which day.

    >>> paper_of("notice FRA 2026-01-05")[:3]
    ('notice', 'FRA', datetime.date(2026, 1, 5))
    """
    days = [day for day in map(day_of, re.split(r"[\s@,:()]+", text)) if day]
    rest = plain_words(_ANY_DAY.sub(" ", text))
    kind = ""
    for name, words in meanings("papers").items():
        if written := next((word for word in words if f" {word} " in f" {rest} "), ""):
            kind = name
            rest = f" {rest} ".replace(f" {written} ", " ").strip()
            break
    state = code_of(rest) if rest else ""
    if rest and not state:
        state = next((code for word in rest.split() if len(word) == 3 and (code := code_of(word.upper()))), "")
    return Paper(kind, state, days[0] if len(days) == 1 else None, text)


def plain_number(value: Decimal) -> str:
    """Write a number without exponent and without zeros at its end.

    >>> plain_number(Decimal("1E+3")), plain_number(Decimal("0.50"))
    ('1000', '0.5')
    """
    return f"{value.normalize():f}"


def split_cell(text: str, marks: str = ";,|\n") -> list[str]:
    """Return the values of a cell that holds several."""
    return [part.strip() for part in re.split(f"[{re.escape(marks)}]", text) if part.strip()]
