"""The cells of a register's rows to sites and activities; what cannot be read is said with its field, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from opencwc.convention.territories import find_territory
from opencwc.declarations.model import SITE_FIELDS, Activity, Place, Problem, Site
from opencwc.declarations.register_words import is_yes, purpose_of, word_for
from opencwc.files.days import YEARS, read_day
from opencwc.files.numbers import Numeral, read_numeral
from opencwc.files.units import find_unit, unclear_unit
from opencwc.finding import Message

SITES, ACTIVITIES = "sites", "activities"
MOST_KG = Decimal(10) ** 13
"""More than the world makes of any chemical in a year, so that a person has to look at the number and its unit."""
_STARTS = 80


class RowReader:
    """Reads the rows of a register; ``decimal`` is the decimal mark of the table, where it is known."""

    def __init__(self, decimal: str = "") -> None:
        self.decimal = decimal
        self.problems: list[Problem] = []

    def site(self, row: int, texts: Mapping[str, str]) -> Site | None:
        """Return the site or plant of a row; ``None`` where it names no site."""
        if not texts.get("site"):
            self._say(SITES, row, "site", "declare_site_missing", unjudged=True)
            return None
        country = code_of(texts.get("country", ""))
        if texts.get("country") and not country:
            self._say(SITES, row, "country", "declare_state_unknown", text=texts["country"])
        kind = word_for("kinds", texts.get("kind", ""))
        if texts.get("kind") and not kind:
            self._say(SITES, row, "kind", "declare_kind_unknown", text=texts["kind"])
        return Site(
            row,
            texts["site"],
            texts.get("plant", ""),
            texts.get("name", ""),
            texts.get("operator", ""),
            country or texts.get("country", ""),
            texts.get("address", ""),
            kind,
            MappingProxyType({name: text for name, text in texts.items() if name not in SITE_FIELDS}),
        )

    def activity(self, row: int, texts: dict[str, str]) -> Activity | None:
        """Return the activity of a row; ``None`` where it takes part in nothing, which is said."""
        before = len(self.problems)
        if not texts.get("site"):
            self._say(ACTIVITIES, row, "site", "declare_site_missing", unjudged=True)
        if not texts.get("chemical") and not texts.get("cas"):
            self._say(ACTIVITIES, row, "chemical", "ledger_chemical_missing", unjudged=True)
        activity = word_for("activity_words", texts.get("activity", ""))
        if not activity:
            name = "declare_activity_unknown" if texts.get("activity") else "declare_activity_missing"
            self._say(ACTIVITIES, row, "activity", name, unjudged=True, text=texts.get("activity", ""))
        planned = is_yes(texts.get("planned", ""))
        if planned is None:
            self._say(ACTIVITIES, row, "planned", "declare_planned_unknown", unjudged=True, text=texts["planned"])
        day = self._date(row, texts.get("date", ""))
        year = self._year(row, texts.get("year", ""), day)
        kg = self._weight(row, texts.get("quantity", ""), texts.get("unit", ""))
        share = self._share(row, texts.get("concentration", ""))
        if len(self.problems) > before and any(problem.unjudged for problem in self.problems[before:]):
            return None
        partner = code_of(texts.get("partner", ""))
        if texts.get("partner") and not partner:
            self._say(ACTIVITIES, row, "partner", "declare_state_unknown", text=texts["partner"])
        return Activity(
            row, texts["site"], texts.get("plant", ""), texts.get("chemical", ""), texts.get("cas", ""), activity,
            year, kg, share, bool(planned), purpose_of(texts.get("purpose", "")), partner or texts.get("partner", ""),
            day, texts.get("remarks", ""), MappingProxyType(texts),
        )  # fmt: skip

    def _date(self, row: int, text: str) -> date | None:
        if not text:
            return None
        read = read_day(text, spreadsheet=True)
        if read.day is None or (read.other is not None and read.other != read.day):
            two = {"one": str(read.day), "other": str(read.other)} if read.day else {}
            name = "declare_date_two" if read.day else "declare_date_unread"
            self._say(ACTIVITIES, row, "date", name, unjudged=True, text=text, **two)
            return None
        return read.day

    def _year(self, row: int, text: str, day: date | None) -> int:
        if not text and day is not None:
            return day.year
        year = _year_of(text)
        if year is None:
            name = "declare_year_unread" if text else "declare_year_missing"
            self._say(ACTIVITIES, row, "year", name, unjudged=True, text=text)
            return 0
        if day is not None and day.year != year:
            self._say(ACTIVITIES, row, "date", "declare_year_of_date", text=day.isoformat(), year=str(year))
            return day.year
        return year

    def _weight(self, row: int, text: str, unit: str) -> Decimal | None:
        """Return a quantity in kg; ``None`` where the register does not say it."""
        if not text:
            self._say(ACTIVITIES, row, "quantity", "declare_quantity_missing")
            return None
        numeral = numeral_of(text, self.decimal)
        value = numeral.exact
        if value is None:
            name = "declare_quantity_two" if numeral.text else "declare_quantity_unread"
            two = {"one": numeral.text, "other": numeral.other} if numeral.text else {}
            self._say(ACTIVITIES, row, "quantity", name, unjudged=True, text=text, **two)
            return None
        if value < 0:
            self._say(ACTIVITIES, row, "quantity", "declare_quantity_negative", unjudged=True, text=text)
            return None
        weight = weight_of(unit)
        if weight is None:
            meant = unclear_unit(unit)
            name = "missing" if not unit else "two" if meant else "no_weight" if find_unit(unit) else "unknown"
            said = {"meanings": ", ".join(meant)} if meant else {}
            self._say(ACTIVITIES, row, "unit", f"declare_unit_{name}", unjudged=True, text=unit, **said)
            return None
        if value * weight > MOST_KG:
            self._say(ACTIVITIES, row, "quantity", "declare_quantity_huge", text=text, unit=unit)
        return value * weight

    def _share(self, row: int, text: str) -> Decimal:
        """Return a concentration in per cent by weight; 100 where the cell is empty."""
        if not text:
            return Decimal(100)
        value = numeral_of(_PER_CENT.sub("", text), self.decimal or ".").exact
        if value is None or not 0 <= value <= 100:
            self._say(ACTIVITIES, row, "concentration", "declare_share_unread", unjudged=True, text=text)
            return Decimal(100)
        return value

    def _say(self, table: str, row: int, field: str, name: str, *, unjudged: bool = False, **values: str) -> None:
        said = {key: value[:_STARTS] for key, value in values.items() if value or key == "text"}
        self.problems.append(Problem(Place(table, row, field), Message(name, dict(said)), unjudged))


def numeral_of(text: str, decimal: str) -> Numeral:
    """Return what a cell says as a number. A point is the decimal mark unless the table uses the comma for it.

    >>> numeral_of("30.001", "").exact, numeral_of("1,234", "").exact, numeral_of("1,234", ",").exact
    (Decimal('30.001'), None, Decimal('1.234'))
    """
    if decimal != "," and _PLAIN.fullmatch(text):
        return Numeral(text)
    numeral = read_numeral(text, decimal)
    if numeral.other and "," not in text and "،" not in text and "٬" not in text:
        return Numeral(numeral.text)
    return numeral


@lru_cache(maxsize=1_000)
def weight_of(unit: str) -> Decimal | None:
    """Return what one of a unit weighs in kg; ``None`` where it has no weight, or may have several."""
    known = find_unit(unit) if unit else None
    return Decimal(str(known.kg)) if known is not None and known.kg is not None else None


@lru_cache(maxsize=10_000)
def code_of(text: str) -> str:
    """Return the alpha-3 code of a State or territory by name or code; empty where it is not known."""
    territory = find_territory(text) if text else None
    return territory.code if territory else ""


@lru_cache(maxsize=10_000)
def _year_of(text: str) -> int | None:
    read = read_day(text)
    return read.year if read.year in YEARS and read.day is None else None


_PLAIN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_PER_CENT = re.compile(r"\s*(?:%|٪|％|per\s?cent|percent|w/w|wt)\s*", re.IGNORECASE)
