"""The cells of a register's rows to sites and activities; what cannot be read is said with its field, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from opencwc.convention.territories import find_territory
from opencwc.declarations.model import ACTIVITY_FIELDS, SITE_FIELDS, Activity, Place, Problem, Site
from opencwc.declarations.register_tables import ACTIVITIES, ERROR_TEXTS, SITES, Fault
from opencwc.declarations.register_words import is_yes, purpose_of, word_for
from opencwc.files.days import YEARS, read_day
from opencwc.files.numbers import Numeral, decimal_mark, read_numeral
from opencwc.files.units import find_unit, unclear_unit
from opencwc.finding import Message, Value

MOST_KG = Decimal(10) ** 13
"""More than the world makes of any chemical in a year, so that a person has to look at the number and its unit."""
_STARTS = 80
_JUDGED_BY = frozenset(ACTIVITY_FIELDS) - {"remarks"}
"""Fields of an activity that it is judged by."""
_ALL = Decimal(100)
_OF_POUNDS = frozenset(("lb", "oz", "short ton", "long ton"))
"""Units whose weight follows from the pound, which the agreement of 1959 on the yard and the pound defines in kg."""
BOTH_MARKS = ".,"
"""The decimal marks of a table whose numbers use the point and the comma."""


class CellTexts(NamedTuple):
    """A row as texts by field, numbered from 1; ``numbers`` are the fields whose cells are numbers in their file.

    ``faults`` are what is said of its cells, ``problem`` why it could not be cut into cells.
    """

    number: int
    texts: dict[str, str]
    numbers: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    problem: Message | None = None


class TableHabits(NamedTuple):
    """How a table writes: what single cells may leave open, and the others tell.

    ``decimal`` is its decimal mark: ``.``, ``,``, `BOTH_MARKS`, or ``""`` where no cell tells. ``heading`` is the unit
    in the heading of the quantities. ``order`` says whether the ``day`` or the ``month`` of its dates comes first;
    empty where no cell tells, or they disagree. ``unformatted`` tells that ``25%`` may have come as ``0.25``.
    """

    decimal: str = ""
    heading: str = ""
    order: str = ""
    unformatted: bool = False

    def as_number(self, text: str) -> str:
        """Return a number with a decimal point as this table writes it, so that it has one reading.

        >>> [TableHabits(mark).as_number("1.234") for mark in (",", BOTH_MARKS, ".")]
        ['1,234', '1.2340', '1.234']
        """
        if self.decimal == ",":
            return text.replace(".", ",", 1)
        return f"{text}0" if self.decimal == BOTH_MARKS and _POINT.fullmatch(text) else text


def marks_of(texts: Iterable[str]) -> str:
    """Return the decimal mark that numbers tell: ``.``, ``,``, `BOTH_MARKS`, or ``""`` where they tell none.

    >>> marks_of(["1,234", "12,5 kg"]), marks_of(["12,5", "12.5"]), marks_of(["1,234", "7"])
    (',', '.,', '')
    """
    told = {mark for text in set(texts) if (mark := _mark_of(text))}
    return told.pop() if len(told) == 1 else BOTH_MARKS if told else ""


def _mark_of(text: str) -> str:
    """Return the decimal mark that one number tells; the usual ones are told at a glance."""
    if _NO_MARK.fullmatch(text):
        return ""
    return "." if _POINTED.fullmatch(text) else decimal_mark((_quantity_parts(text)[0],))


def day_order(texts: Iterable[str]) -> str:
    """Return whether the day or the month comes first where the dates of a table tell; ``""`` where they do not agree.

    >>> day_order(["05/04/2026", "31/12/2026"]), day_order(["05/04/2026"]), day_order(["31/12/2026", "12/31/2026"])
    ('day', '', '')
    """
    orders = {order for text in set(texts) if text and (order := read_day(text).order)}
    return orders.pop() if len(orders) == 1 else ""


class _Deed(NamedTuple):
    """What the cells of a row say of what was done, or is planned."""

    activity: str
    planned: bool
    day: date | None
    year: int


class RowReader:
    """Reads the rows of a table, whose habits are known, and keeps what is said of them in ``problems``."""

    def __init__(self, habits: TableHabits = TableHabits()) -> None:  # noqa: B008 - a record
        self.habits = habits
        self.problems: list[Problem] = []
        self._faulty: frozenset[str] = frozenset()
        self._converted: set[str] = set()
        self._deeds: dict[tuple[str | None, ...], _Deed] = {}
        self._weights: dict[tuple[str, ...], Decimal] = {}

    def site(self, row: int, texts: Mapping[str, str]) -> Site | None:
        """Return the site or plant of a row that is texts alone, as `site_of` does."""
        return self.site_of(CellTexts(row, dict(texts)))

    def activity(self, row: int, texts: Mapping[str, str]) -> Activity | None:
        """Return the activity of a row that is texts alone, as `activity_of` does."""
        return self.activity_of(CellTexts(row, dict(texts)))

    def site_of(self, row: CellTexts) -> Site | None:
        """Return the site or plant of a row; ``None`` where it names no site."""
        if self._is_uncut(SITES, row):
            return None
        self._faulty = self._faults_of(SITES, row, frozenset(("site", "plant")))
        number = row.number
        texts = {field: text for field, text in row.texts.items() if text not in ERROR_TEXTS}
        if not texts.get("site"):
            self._say(SITES, number, "site", "declare_site_missing", unjudged=True)
        country = code_of(texts.get("country", ""))
        if texts.get("country") and not country:
            self._say(SITES, number, "country", "declare_state_unknown", text=texts["country"])
        kind = word_for("kinds", texts.get("kind", ""))
        if texts.get("kind") and not kind:
            self._say(SITES, number, "kind", "declare_kind_unknown", text=texts["kind"])
        if self._faulty or not texts.get("site"):
            return None
        return Site(
            number,
            texts["site"],
            texts.get("plant", ""),
            texts.get("name", ""),
            texts.get("operator", ""),
            country or texts.get("country", ""),
            texts.get("address", ""),
            kind,
            MappingProxyType({name: text for name, text in texts.items() if name not in SITE_FIELDS}),
            MappingProxyType(row.texts),
        )

    def activity_of(self, row: CellTexts) -> Activity | None:
        """Return the activity of a row; ``None`` where it takes part in nothing: each of its faults is said."""
        before, number = len(self.problems), row.number
        if self._is_uncut(ACTIVITIES, row):
            return None
        self._faulty = self._faults_of(ACTIVITIES, row, _JUDGED_BY)
        texts = {name: text for name, text in row.texts.items() if name not in self._faulty}
        if not texts.get("site"):
            self._say(ACTIVITIES, number, "site", "declare_site_missing", unjudged=True)
        if not texts.get("chemical") and not texts.get("cas") and "cas" not in self._faulty:
            self._say(ACTIVITIES, number, "chemical", "ledger_chemical_missing", unjudged=True)
        deed = self._deed(number, texts)
        kg = self._weight(number, texts.get("quantity", ""), texts.get("unit", ""))
        share = self._share(row, texts.get("concentration", ""))
        partner = code_of(texts.get("partner", ""))
        if texts.get("partner") and not partner:
            self._say(ACTIVITIES, number, "partner", "declare_state_unknown", text=texts["partner"])
        if len(self.problems) > before and any(problem.unjudged for problem in self.problems[before:]):
            return None
        return Activity(
            number, texts["site"], texts.get("plant", ""), texts.get("chemical", ""), texts.get("cas", ""),
            deed.activity, deed.year, kg, share, deed.planned, purpose_of(texts.get("purpose", "")),
            partner or texts.get("partner", ""), deed.day, texts.get("remarks", ""), MappingProxyType(texts),
        )  # fmt: skip

    def _deed(self, number: int, texts: Mapping[str, str]) -> _Deed:
        """Return what was done or is planned, and when; cells that leave no doubt are read once for all rows."""
        cells = (texts.get("activity"), texts.get("planned"), texts.get("date"), texts.get("year"))
        known = self._deeds.get(cells)
        if known is not None:
            return known
        before = len(self.problems)
        activity = word_for("activity_words", texts.get("activity", ""))
        if not activity:
            name = "declare_activity_unknown" if texts.get("activity") else "declare_activity_missing"
            self._say(ACTIVITIES, number, "activity", name, unjudged=True, text=texts.get("activity", ""))
        planned = is_yes(texts.get("planned", ""))
        if planned is None:
            self._say(ACTIVITIES, number, "planned", "declare_planned_unknown", unjudged=True, text=texts["planned"])
        day = self._date(number, texts.get("date", ""))
        deed = _Deed(activity, bool(planned), day, self._year(number, texts, day))
        if len(self.problems) == before and not self._faulty:
            self._deeds[cells] = deed
        return deed

    def _is_uncut(self, table: str, row: CellTexts) -> bool:
        """Tell whether a row could not be cut into cells, and say why."""
        if row.problem is None:
            return False
        self.problems.append(Problem(Place(table, row.number), row.problem, True))
        return True

    def _faults_of(self, table: str, row: CellTexts, judged_by: frozenset[str]) -> frozenset[str]:
        """Say what is wrong with the cells of a row before anything is read; return the fields that bar it."""
        if not row.faults and ERROR_TEXTS.isdisjoint(row.texts.values()):
            return frozenset()
        barring: set[str] = set()
        for field, says, bars in row.faults:
            unjudged = bars and field in judged_by
            barring |= {field} if unjudged else set()
            self.problems.append(Problem(Place(table, row.number, field), says, unjudged))
        said = {fault.column for fault in row.faults}
        for field, text in row.texts.items():
            if text in ERROR_TEXTS and field not in said:
                barring |= {field} & judged_by
                self.problems.append(
                    _problem(table, row.number, field, "declare_cell_error", text=text, unjudged=field in judged_by)
                )
        return frozenset(barring)

    def _date(self, row: int, text: str) -> date | None:
        if not text:
            return None
        read = read_day(text)
        day = read.other if self.habits.order == "month" and read.other is not None else read.day
        is_open = not self.habits.order and read.other is not None and read.other != read.day
        if day is not None and not is_open:
            return day
        two = {"one": str(read.day), "other": str(read.other)} if is_open else {}
        name = "declare_date_two" if is_open else "declare_date_unread"
        if serial := _SERIAL.fullmatch(text):
            name, two = "declare_date_serial", {"one": str(read_day(serial[0], spreadsheet=True).day)}
            name = name if two["one"] != "None" else "declare_date_unread"
        self._say(ACTIVITIES, row, "date", name, unjudged=True, text=text, **two)
        return None

    def _year(self, row: int, texts: Mapping[str, str], day: date | None) -> int:
        text = texts.get("year", "")
        if not text and (texts.get("date") or "date" in self._faulty):  # a day that cannot be read is said already
            return day.year if day is not None else 0
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
        amount, inside, value = self._value(row, text) if text else ("", "", None)
        if value is None:
            if unit and (text or "quantity" in self._faulty):
                self._unit_weight(row, ("", unit, self.habits.heading))
            return None
        weight = self._unit_weight(row, (inside, unit, self.habits.heading))
        if weight is None:
            return None
        kg = value * weight
        if kg > MOST_KG:
            written = inside or unit or self.habits.heading
            self._say(ACTIVITIES, row, "quantity", "declare_quantity_huge", text=amount, unit=written)
        return kg

    def _value(self, row: int, text: str) -> tuple[str, str, Decimal | None]:
        """Return the amount and the unit that a quantity holds, and its value, ``None`` where it has none."""
        amount, inside, numeral = text, "", Numeral(text)
        if not (_POINTED.fullmatch(text) or _WHOLE.fullmatch(text)):  # else one reading, whatever the table's marks
            amount, inside = _quantity_parts(text)
            numeral = numeral_of(amount, self.habits.decimal)
        value = numeral.exact
        if value is None:
            name = "declare_quantity_two" if numeral.text else "declare_quantity_unread"
            two = {"one": numeral.text, "other": numeral.other} if numeral.text else {}
            self._say(ACTIVITIES, row, "quantity", name, unjudged=True, text=text, **two)
        elif value < 0:
            self._say(ACTIVITIES, row, "quantity", "declare_quantity_negative", unjudged=True, text=text)
            value = None
        return amount, inside, value

    def _unit_weight(self, row: int, written: tuple[str, ...]) -> Decimal | None:
        """Return what one of the unit weighs that is written in a cell of a row or in a heading."""
        if (known := self._weights.get(written)) is not None:
            return known
        units = [unit for unit in written if unit]
        other = next((unit for unit in units if weight_of(unit) != weight_of(units[0])), "")
        if other:
            self._say(ACTIVITIES, row, "unit", "declare_unit_differs", unjudged=True, one=units[0], other=other)
            return None
        unit = units[0] if units else ""
        weight = weight_of(unit)
        if weight is None:
            meant = unclear_unit(unit)
            name = "missing" if not unit else "two" if meant else "no_weight" if find_unit(unit) else "unknown"
            said = {"meanings": ", ".join(meant)} if meant else {}
            self._say(ACTIVITIES, row, "unit", f"declare_unit_{name}", unjudged=True, text=unit, **said)
        else:
            self._weights[written] = weight
            self._say_converted(unit, weight)
        return weight

    def _say_converted(self, text: str, weight: Decimal) -> None:
        """Say once what a unit of pounds weighs, and by what."""
        unit = find_unit(text)
        if unit is not None and unit.symbol in _OF_POUNDS and unit.symbol not in self._converted:
            self._converted.add(unit.symbol)
            said: dict[str, Value] = {"unit": unit.symbol, "kg": f"{weight:f}"}
            self.problems.append(Problem(Place(ACTIVITIES), Message("declare_unit_converted", said)))

    def _share(self, row: CellTexts, text: str) -> Decimal:
        """Return a concentration in per cent by weight; 100 where the cell is empty."""
        if not text:
            return _ALL
        value = share_of(text)
        if value is None:
            name = "declare_share_range" if _RANGE.search(text) else "declare_share_unread"
            self._say(ACTIVITIES, row.number, "concentration", name, unjudged=True, text=text)
            return _ALL
        if self.habits.unformatted and "concentration" in row.numbers and 0 < value <= 1:
            self._say(ACTIVITIES, row.number, "concentration", "declare_share_format", unjudged=True, text=text)
        return value

    def _say(self, table: str, row: int, field: str, name: str, *, unjudged: bool = False, **values: str) -> None:
        """Say what is wrong with a field of a row, once."""
        if field not in self._faulty:
            self.problems.append(_problem(table, row, field, name, unjudged=unjudged, **values))


def _problem(table: str, row: int, field: str, name: str, *, unjudged: bool, **values: str) -> Problem:
    said = {key: value[:_STARTS] for key, value in values.items() if value or key == "text"}
    return Problem(Place(table, row, field), Message(name, dict(said)), unjudged)


@lru_cache(maxsize=100_000)
def numeral_of(text: str, decimal: str) -> Numeral:
    """Return what a cell says as a number. A point is the decimal mark unless the table uses the comma for it.

    >>> numeral_of("30.001", "").exact, numeral_of("1,234", "").exact, numeral_of("1,234", ",").exact
    (Decimal('30.001'), None, Decimal('1.234'))
    >>> numeral_of("30.001", BOTH_MARKS)
    Numeral(text='30.001', other='30001')
    """
    numeral = read_numeral(text, "" if decimal == BOTH_MARKS else decimal)
    if numeral.other and decimal != BOTH_MARKS and "," not in text and "،" not in text and "٬" not in text:
        return Numeral(numeral.text)
    return numeral


@lru_cache(maxsize=100_000)
def share_of(text: str) -> Decimal | None:
    """Return a concentration in per cent; ``None`` where a cell says none, or several.

    A mark that would make more than 100 per cent of it is a decimal mark.

    >>> share_of("25 %"), share_of("0,25"), share_of("12,345"), share_of("30-40 %"), share_of("110")
    (Decimal('25'), Decimal('0.25'), Decimal('12.345'), None, None)
    """
    numeral = read_numeral(_PER_CENT.sub("", text))
    fitting = {value for part in numeral if part and 0 <= (value := Decimal(part)) <= 100}
    return fitting.pop() if len(fitting) == 1 else None


@lru_cache(maxsize=100_000)
def _quantity_parts(text: str) -> tuple[str, str]:
    """Return the number and the unit that stand in one cell; the unit is empty where the cell has none that is known.

    >>> _quantity_parts("1.5 t"), _quantity_parts("250kg"), _quantity_parts("1 234"), _quantity_parts("about 5")
    (('1.5', 't'), ('250', 'kg'), ('1 234', ''), ('about 5', ''))
    """
    match = _WITH_UNIT.fullmatch(text)
    if match is None or not (find_unit(match[2]) or unclear_unit(match[2])):
        return text, ""
    return match[1], match[2]


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
    """Return the calendar year of a cell; a pair of years that follow each other (``2011-12``) is none."""
    pair = _TWO_YEARS.fullmatch(text)
    if pair and int(pair[2]) == (int(pair[1]) + 1) % 100:
        return None
    read = read_day(_YEAR_WORD.sub("", text))
    return read.year if read.year in YEARS and read.day is None else None


_PER_CENT = re.compile(r"\s*(?:%|٪|％|per\s?cent|percent|w/w|wt)\s*", re.IGNORECASE)
_RANGE = re.compile(
    r"[<>≤≥~≈±]|\d\s*[%٪％]?\s*(?:[-–—−‐…]|\.{2,}|to|à|a|до|至|إلى)\s*\d|^\D*(?:min|max|ca|about|env)", re.IGNORECASE
)
_WITH_UNIT = re.compile(r"([+-]?\d(?:[\d .,'’٫٬\u00a0\u202f]*\d)?)\s*([^\d\s.,'+-]\D{0,30}|m3)")
_POINT = re.compile(r"[+-]?\d{1,3}\.\d{3}")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_TWO_YEARS = re.compile(r"(\d{4})\s?[-/–]\s?(\d{2})")
_YEAR_WORD = re.compile(r"\s*(?:年度?|г\.?|год)$")
_NO_MARK = re.compile(r"\d+|[1-9]\d{0,2}[.,]\d{3}")
_WHOLE = re.compile(r"\d+")
_POINTED = re.compile(r"\d+\.(?:\d{1,2}|\d{4,})")
