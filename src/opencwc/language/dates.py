"""Dates in running text, in six languages: what day, month or year each one says, counted from the day of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from hijridate import Gregorian, Hijri

from opencwc.convention.fields import read_yaml
from opencwc.language.calendars import BUDDHIST_YEARS_AHEAD, from_solar_hijri, solar_hijri_year
from opencwc.language.plain_text import Plain, plain_arabic, plain_text
from opencwc.language.whole_numbers import find_numbers

Precision = Literal["day", "month", "year"]
_LENGTHS: Mapping[str, int] = {"day": 10, "month": 7, "year": 4}
_ANY_NUMBER = r"\d{1,4}|[^\W\d_]+(?:[ -][^\W\d_]+){0,3}?"
_SHIFT = re.compile(r"(exact_week|yearday|yearmonth|before|loose|day|week|month|year)([+-])(\d+|n)")
_YEARS = range(1800, 2101)
_RECENT = timedelta(days=45)
"""How far off a day may be whose month a later day alone is of."""
_FEAST = re.compile(r"feast_(\d\d)-(\d\d)")
_FIXED = re.compile(r"\(\?#(\d+)\)")
_SLOT = re.compile(r"\{([a-z]\w*)\}")


class FoundDate(NamedTuple):
    """A date and its place. ``first`` is the day it begins with; ``form`` says how it was written.

    ``relative`` says that it counts from the day of the text, as "yesterday", "on Tuesday" or "on 4 March" without a
    year do.
    """

    start: int
    end: int
    first: date
    precision: Precision
    relative: bool
    form: str

    @property
    def text(self) -> str:
        """The date as ISO 8601, as precise as it is."""
        return self.first.isoformat()[: _LENGTHS[self.precision]]


class _Form(NamedTuple):
    """One way of writing a date: its meaning, and whether a number stands in front of what its pattern finds."""

    key: str
    number_before: bool
    fixed: int


class _Language(NamedTuple):
    """The forms of a language in one pattern, whose groups end with the number of their form."""

    lang: str
    pattern: re.Pattern[str]
    forms: tuple[_Form, ...]
    tables: Mapping[str, tuple[tuple[re.Pattern[str], int], ...]]

    def number_of(self, table: str, words: str) -> int | None:
        """Return the number of a word in a table: of a month, a weekday."""
        return next((number for pattern, number in self.tables[table] if pattern.fullmatch(words)), None)


class _Read(NamedTuple):
    """What a form gives before it is placed in the text."""

    first: date
    precision: Precision
    relative: bool = True


class _Match(NamedTuple):
    """What a form's pattern found, and the day from which it counts."""

    language: _Language
    form: _Form
    place: int
    match: re.Match[str]
    text: str
    today: date
    ahead: bool

    def group(self, name: str) -> str:
        """Return what stands in a slot, nothing where the form has none."""
        name = f"{name}_{self.place}"
        return (self.match[name] or "") if name in self.match.re.groupindex else ""

    def number(self, name: str) -> int | None:
        """Return the number in a slot: a day in figures or words, a month, a weekday."""
        words = self.group(name)
        return self.language.number_of(name, words) if words else None

    @property
    def names_year(self) -> bool:
        """Whether a year is given as a number, not by the day of the text."""
        return bool(self.group("abs") or self.group("eras"))

    @property
    def day(self) -> int | None:
        """The day of the month."""
        words = self.group("day") or self.group("dd")
        if not words:
            return _rank(self.group("dayword"), self.language)
        figures = re.match(r"\d+", words)
        return int(figures[0]) if figures else _chinese_day(words)

    @property
    def amount(self) -> int | None:
        """How many days, weeks, months or years."""
        if self.form.fixed:
            return self.form.fixed
        if words := self.group("dayword"):
            return _rank(words, self.language)
        begin = max(0, self.match.start() - 30)
        words = self.text[begin : self.match.start()] if self.form.number_before else self.group("n")
        numbers = find_numbers(words, self.language.lang)
        if not numbers or words[numbers[-1].end :].strip():
            return None
        return numbers[-1].value if self.form.number_before or not words[: numbers[-1].start].strip() else None


def find_dates(text: str, lang: str, today: date, *, ahead: bool = False) -> list[FoundDate]:
    """Return the dates of a text in order; those without a year are the latest up to ``today``, or ``ahead`` the next.

    >>> [found.text for found in find_dates("Two days ago, on 3 March, and in May 1995", "en", date(2024, 3, 5))]
    ['2024-03-03', '2024-03-03', '1995-05']
    >>> [found.text for found in find_dates("في 3 رمضان 1447", "ar", date(2026, 3, 5))]
    ['2026-02-20']
    """
    if lang not in _raw():
        return []
    plain = plain_text(text, lang)
    others = _other_calendar(lang).search(plain.text) is not None
    found = list(_found(plain, _language(lang, others=others), today, ahead=ahead))
    days = [one for one in found if one.precision == "day" and not one.form.startswith("loose")]
    return [one for one in found if not (one.form.startswith("loose") and any(_beside(one, day) for day in days))]


def _beside(one: FoundDate, other: FoundDate) -> bool:
    """Tell whether a time of day stands by a day, and so means that day."""
    return max(one.start - other.end, other.start - one.end) < 40


def _found(plain: Plain, language: _Language, today: date, *, ahead: bool) -> Iterator[FoundDate]:
    last: FoundDate | None = None
    at = 0
    while match := language.pattern.search(plain.text, at):
        index = int((match.lastgroup or "form_0").removeprefix("form_"))
        form = language.forms[index]
        # "two days earlier" counts from the day told before
        near = last is not None and form.key.startswith("before") and match.start() - last.end < 200
        since = last.first if last and near else today
        found = _Match(language, form, index, match, plain.text, since, ahead)
        read = _read(found)
        if read and last and form.key == "day":
            read = _in_month_of(last, read, found)
        at = match.end() if read or form.key == "none" else match.start() + 1
        if read and read.first.year in _YEARS:
            told = FoundDate(*plain.span(*match.span()), read.first, read.precision, read.relative, form.key)
            last = told if told.precision == "day" else last
            yield told


def _in_month_of(last: FoundDate, read: _Read, found: _Match) -> _Read:
    """Return a day alone as one of the month told before: "on 10 September ... until the 12th", written on the 11th."""
    is_told = last.form == "date" and found.match.start() - last.end < 200 and abs(last.first - found.today) <= _RECENT
    if not is_told or (read.first.year, read.first.month) >= (last.first.year, last.first.month):
        return read
    try:
        later = last.first.replace(day=read.first.day)
    except ValueError:  # that month is shorter
        return read
    return read._replace(first=later) if timedelta() <= later - last.first < last.first - read.first else read


def _read(found: _Match) -> _Read | None:
    """Return what a match says, ``None`` where no calendar has it: 31 June, a Hijri year out of the table."""
    try:
        return _MEANINGS.get(found.form.key, _shifted)(found)
    except (ValueError, OverflowError):
        return None


def _shifted(found: _Match) -> _Read | None:
    """Read a feast, or what lies so many days, weeks, months or years before or after."""
    if feast := _FEAST.fullmatch(found.form.key):
        return _Read(_nearest(found, int(feast[1]), int(feast[2])), "day")
    parts = _SHIFT.fullmatch(found.form.key)
    if parts is None:
        return None
    number = found.amount if parts[3] == "n" else int(parts[3])
    if number is None and parts[1] == "exact_week":
        number = 1
    if number is None or number > 2000:
        return None
    return _away(parts[1], number if parts[2] == "+" else -number, found.today)


def _away(unit: str, number: int, today: date) -> _Read | None:
    if unit in ("day", "before", "loose"):
        return _Read(today + timedelta(days=number), "day")
    if unit == "exact_week":
        return _Read(today + timedelta(days=-abs(number) if abs(number) > 7 else -7 * abs(number)), "day")
    if unit == "week":
        day = today + timedelta(weeks=number) - timedelta(days=today.weekday())
        return _Read(day.replace(day=1), "month")
    if unit == "month":
        months = 12 * today.year + today.month - 1 + number
        return _Read(date(months // 12, months % 12 + 1, 1), "month")
    if unit in ("yearday", "yearmonth"):
        return _Read(_in_year(today, today.year + number), "day" if unit == "yearday" else "month")
    return _Read(date(today.year + number, 1, 1), "year")


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _date(found: _Match) -> _Read | None:
    day = found.day
    if (back := _relative_of(found, "month_word")) is not None:
        month = _away("month", back, found.today)
        return _Read(month.first.replace(day=day), "day") if month and day else None
    month_number = found.number("month") or _month_in_figures(found)
    if not day or not month_number:
        return None
    year = _year_of(found)
    if year is not None:
        return _Read(date(year, month_number, day), "day", relative=not found.names_year)
    return _Read(_nearest(found, month_number, day), "day")


def _month_in_figures(found: _Match) -> int | None:
    words = found.group("month_number") or found.group("mm")
    if not words:
        return None
    number = 1 if words in ("元", "正") else int(words) if words.isdecimal() else _chinese_day(words)
    return number if number and number <= 12 else None


def _year_of(found: _Match) -> int | None:
    if (before := _relative_of(found, "eras")) is not None:
        written = found.group("erayear")
        counted = 1 if written == "元" else _chinese_day(written)
        return before + counted if counted else None
    if written := found.group("abs"):
        return int(
            "".join(str("〇一二三四五六七八九".find(sign)) if sign in _CHINESE_YEAR else sign for sign in written)
        )
    if (back := _relative_of(found, "years")) is not None:
        return found.today.year + back
    return None


_ERA_YEAR = r"(?P<erayear_#>\d{1,3})(?!\d)"
_CHINESE_YEAR = "〇一二三四五六七八九"


def _relative_of(found: _Match, table: str) -> int | None:
    words = found.group(table)
    return found.language.number_of(table, words) if words else None


_MOST_OF_A_YEAR = 300
"""Days ago after which a day without a year is rather the next such day: news tells of what is near."""


def _nearest(found: _Match, month: int, day: int) -> date:
    """Return the latest such day up to today, or ahead the next; of what lies most of a year away the other one."""
    nearest = _such_day(found, month, day, ahead=found.ahead)
    if abs((found.today - nearest).days) < _MOST_OF_A_YEAR:
        return nearest
    return _such_day(found, month, day, ahead=not found.ahead)


def _such_day(found: _Match, month: int, day: int, *, ahead: bool) -> date:
    years = range(found.today.year, found.today.year + 9) if ahead else range(found.today.year, 1800, -1)
    for year in years:
        if (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
            continue
        near = date(year, month, day)
        if near >= found.today if ahead else near <= found.today:
            return near
    return date(found.today.year, month, day)


def _month(found: _Match) -> _Read | None:
    month = found.number("month") or _month_in_figures(found)
    if not month:
        return None
    year = _year_of(found)
    if year is not None:
        return _Read(date(year, month, 1), "month", relative=not found.names_year)
    if found.ahead:
        return _Read(date(found.today.year + (month < found.today.month), month, 1), "month")
    return _Read(date(found.today.year - (month > found.today.month), month, 1), "month")


def _year(found: _Match) -> _Read | None:
    year = _year_of(found)
    return _Read(date(year, 1, 1), "year", relative=not found.names_year) if year else None


def _hijri(found: _Match) -> _Read | None:
    day, month = found.day, found.number("hijri") or _month_in_figures(found)
    if not day or not month:
        return None
    if written := found.group("hyear"):
        return _Read(Hijri(int(written), month, day).to_gregorian(), "day", relative=False)
    now = Gregorian(found.today.year, found.today.month, found.today.day).to_hijri()
    later = (month, day) > (now.month, now.day)
    year = now.year + (not later and (month, day) != (now.month, now.day)) if found.ahead else now.year - later
    return _Read(Hijri(year, month, day).to_gregorian(), "day")


def _hijri_month(found: _Match) -> _Read | None:
    month = found.number("hijri")
    if not month:
        return None
    first = Hijri(int(found.group("hyear")), month, 1).to_gregorian()
    return _Read(date(first.year, first.month, 1), "month", relative=False)


def _solar(found: _Match) -> _Read | None:
    day, month = found.day, _solar_month_of(found)
    if not day or not month:
        return None
    if written := found.group("hyear"):
        return _Read(from_solar_hijri(int(written), month, day), "day", relative=False)
    year = solar_hijri_year(found.today)
    days = [from_solar_hijri(one, month, day) for one in (year - 1, year, year + 1)]
    near = [one for one in days if one >= found.today] if found.ahead else [one for one in days if one <= found.today]
    return _Read(near[0 if found.ahead else -1], "day")


def _solar_month(found: _Match) -> _Read | None:
    month = _solar_month_of(found)
    if not month:
        return None
    first = from_solar_hijri(int(found.group("hyear")), month, 1)
    return _Read(date(first.year, first.month, 1), "month", relative=False)


def _solar_month_of(found: _Match) -> int | None:
    return found.number("solar") or found.number("persian") or _month_in_figures(found)


def _old_numbers(found: _Match) -> _Read | None:
    """Read figures of a Hijri calendar: by the moon or by the sun, whichever comes nearer to the day of the text."""
    month = _month_in_figures(found)
    if not found.day or not month:
        return None
    numbers = int(found.group("hyear")), month, found.day
    days = [day for reading in (_lunar_day, from_solar_hijri) if (day := _tried(reading, *numbers))]
    nearest = min(days, key=lambda day: abs((day - found.today).days), default=None)
    return _Read(nearest, "day", relative=False) if nearest else None


def _lunar_day(year: int, month: int, day: int) -> date:
    return Hijri(year, month, day).to_gregorian()


def _tried(reading: Callable[[int, int, int], date], year: int, month: int, day: int) -> date | None:
    try:
        return reading(year, month, day)
    except (ValueError, OverflowError):
        return None


def _buddhist(found: _Match) -> _Read | None:
    year = int(found.group("byear") or found.group("anybyear")) - BUDDHIST_YEARS_AHEAD
    if found.form.key == "buddhist_year":
        return _Read(date(year, 1, 1), "year", relative=False)
    month = found.number("month") or _month_in_figures(found)
    if not month:
        return None
    if found.form.key == "buddhist_month":
        return _Read(date(year, month, 1), "month", relative=False)
    return _Read(date(year, month, found.day), "day", relative=False) if found.day else None


def _weekday(found: _Match) -> _Read | None:
    wanted = found.number("weekday")
    if wanted is None:
        return None
    today, key = found.today, found.form.key
    monday = today - timedelta(days=today.weekday())
    if weeks := re.match(r"week([+-]\d)_", key):
        return _Read(monday + timedelta(weeks=int(weeks[1]), days=wanted - 1), "day")
    back = (today.weekday() - (wanted - 1)) % 7
    if key == "next_weekday" or (found.ahead and key == "weekday"):
        on = (7 - back) % 7
        return _Read(today + timedelta(days=on or (7 if key == "next_weekday" else 0)), "day")
    return _Read(today - timedelta(days=back or (7 if key == "last_weekday" else 0)), "day")


def _day(found: _Match) -> _Read | None:
    day = found.day
    if not day:
        return None
    gone = day < found.today.day if found.ahead else day > found.today.day
    step = (1 if found.ahead else -1) if gone else 0
    month = _away("month", step, found.today)
    if month is None:
        return None
    first, weekday = month.first.replace(day=day), found.number("weekday")
    return _Read(first, "day") if weekday in (None, first.isoweekday()) else None


def _nothing(found: _Match) -> _Read | None:
    return None


_MEANINGS = {
    "none": _nothing,
    "date": _date,
    "numbers": _date,
    "month": _month,
    "year": _year,
    "era_year": _year,
    "hijri": _hijri,
    "hijri_month": _hijri_month,
    "solar": _solar,
    "solar_month": _solar_month,
    "old_numbers": _old_numbers,
    **dict.fromkeys(("buddhist", "buddhist_month", "buddhist_year"), _buddhist),
    "day": _day,
    **dict.fromkeys(
        ("weekday", "last_weekday", "next_weekday", "week-1_weekday", "week+0_weekday", "week+1_weekday"), _weekday
    ),
}


def _rank(words: str, language: _Language) -> int | None:
    """Return the number of an order in words: a day of the month, an anniversary."""
    if language.lang != "ar":
        ranks: Mapping[str, int] = _raw()["dayword"].get(language.lang, {})
        return ranks.get(words)
    total = 0
    for part in plain_arabic(words).split():
        bare = re.sub(r"^و?(?:ال)?|ة$", "", part)
        total += _ARABIC_RANKS.get(bare, 0)
    return total or None


_ARABIC_UNITS = "اول حادي ثاني ثالث رابع خامس سادس سابع ثامن تاسع عاشر"
_ARABIC_TENS = "عشر عشرين ثلاثين اربعين خمسين ستين سبعين ثمانين تسعين"
_ARABIC_RANKS = {
    **dict(zip(_ARABIC_UNITS.split(), (1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True)),
    **{word: 10 * ten for ten, word in enumerate(_ARABIC_TENS.split(), 1)},
    **{word[:-2] + "ون": 10 * ten for ten, word in enumerate(_ARABIC_TENS.split(), 1) if ten > 1},
    "اولي": 1,
}
_ARABIC_TEN_WORDS = "|".join(f"{word[:-2]}(?:ين|ون)" for word in _ARABIC_TENS.split()[1:])
_ARABIC_DAYWORD = (
    rf"(?:ال)?(?:{'|'.join(_ARABIC_UNITS.split())}|اولي)ة?(?: عشرة?(?!\w)| و ?(?:ال)?(?:{_ARABIC_TEN_WORDS}))?"
    rf"|(?:ال)?(?:{_ARABIC_TEN_WORDS})"
)


def _chinese_day(words: str) -> int | None:
    numbers = find_numbers(words.replace("初", "").replace("廿", "二十"), "zh")
    return numbers[0].value if numbers else None


@cache
def _raw() -> Mapping[str, Any]:
    return read_yaml(Path(__file__).parent / "data" / "dates.yaml")


@cache
def _calendars(lang: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_yaml(Path(__file__).parent / "data" / "calendars.yaml")[lang]
    return found


@cache
def _other_calendar(lang: str) -> re.Pattern[str]:
    """Return what a text has that may name a day of another calendar; without it those forms are not tried."""
    months, edge = "|".join(_calendars(lang)["solar_hijri"]), "" if lang == "zh" else r"(?<!\w)"
    return re.compile(rf"{edge}(?:(?:1[34]|2[45])\d\d(?!\d)|{months})")


@cache
def _language(lang: str, *, others: bool) -> _Language:
    """Return the forms of a language, with those of other calendars before them where they are wanted."""
    raw = {**_raw()[lang], **_calendars(lang)}
    own: Mapping[str, Sequence[str]] = _raw()[lang]["forms"]
    era = _calendars(lang).get("era_alone", ())
    raw["forms"] = {"none": own["none"], **(raw["forms"] if others else {}), **own, "era_year": era}
    words = _slots(raw, lang)
    forms: list[_Form] = []
    alone: list[str] = []
    behind: list[str] = []
    lead = raw.get("lead", "")
    for key, written in raw["forms"].items():
        for pattern in written:
            fixed = _FIXED.search(pattern)
            before = pattern.startswith("{n}")
            filled = _fill(pattern.removeprefix("{n}") if before else lead + pattern, words, len(forms))
            # an empty group at the end names the form and leaves the first sign to be compared at once
            (behind if before else alone).append(f"{filled}(?P<form_{len(forms)}>)")
            forms.append(_Form(key, before, int(fixed[1]) if fixed else 0))
    start, end = ("", "") if lang == "zh" else (r"(?<!\w)", r"(?!\w)")
    pattern = f"(?:{start}(?:{'|'.join(alone)})|{'|'.join(behind)}){end}"
    return _Language(lang, re.compile(pattern), tuple(forms), _tables(raw, lang))


def _fill(pattern: str, words: Mapping[str, str], index: int) -> str:
    """Put the words into a form; the first of each kind is a group."""
    seen: set[str] = set()

    def word(match: re.Match[str]) -> str:
        name = match[1]
        if name in seen or f"<{name}>" not in words:
            return words[name] if name in words else f"(?:{re.sub(r'[(][?]P<[^>]+>', '(?:', words[f'<{name}>'])})"
        seen.add(name)
        return words[f"<{name}>"].replace("_#>", f"_{index}>")

    return _SLOT.sub(word, pattern)


def _slots(raw: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return the patterns of the slots, those between angle brackets with a group."""
    months = "|".join(raw.get("months", ()))
    chinese = lang == "zh"
    weekdays = "[" + "".join(raw["weekdays"]) + "]" if chinese else "|".join(raw["weekdays"])
    absolute = r"(?:1[89]|20)\d\d"
    years = "|".join(raw.get("years", {}).values())
    eras = "|".join(raw["eras"].values())
    persian = "|".join(raw["solar_hijri"])
    afghan = "|".join(raw.get("solar_hijri_afghan", ()))
    ranks = _ARABIC_DAYWORD if lang == "ar" else "|".join(_raw()["dayword"].get(lang, ()))
    if chinese:
        absolute += "|[一二]" + 3 * "[〇零一二三四五六七八九]"
        era = rf"(?P<eras_#>{eras})(?P<erayear_#>元|[\d一二三四五六七八九十百]+)年"
        year = f"(?:(?P<abs_#>{absolute})年|{era}|(?P<years_#>{years}))"
    else:
        era = f"(?P<eras_#>{eras}){raw['era_year'].replace('{erayear}', _ERA_YEAR)}"
        year = f"(?:(?P<abs_#>{absolute}){raw.get('year_end', '')}(?!-?\\w)|{era}" + (
            f"|(?P<years_#>{years}))" if years else ")"
        )
    month = f"(?P<month_number_#>{raw['month_number']})" if chinese else f"(?P<month_#>{months})"
    month_words = "|".join(raw.get("month_words", {}).values())
    return {
        "<day>": f"(?P<day_#>{raw['day']})(?!\\d)",
        "<dd>": r"(?P<dd_#>[0-3]?\d)(?!\d)",
        "<mm>": r"(?P<mm_#>[01]?\d)(?!\d)",
        "<month>": month,
        "<month_word>": f"(?P<month_word_#>{month_words})",
        "<weekday>": f"(?P<weekday_#>{weekdays})",
        "<hijri>": f"(?P<hijri_#>{'|'.join(raw.get('hijri', ('斋月|斋戒',)))})",
        "<hyear>": r"(?P<hyear_#>1[34]\d\d)(?!\d)",
        "<persian>": f"(?P<persian_#>{persian})",
        "<solar>": f"(?P<solar_#>{persian}{'|' + afghan if afghan else ''})",
        "<byear>": r"(?P<byear_#>25[4-9]\d)(?!\d)",
        "<anybyear>": r"(?P<anybyear_#>2[45]\d\d)(?!\d)",
        "plain": f"(?:{raw['plain']})",
        "no_count": raw.get("no_count", ""),
        "<year>": year,
        "<era>": era,
        "<absyear>": f"(?P<abs_#>{absolute})",
        "<isoyear>": r"(?P<abs_#>(?:19|20)\d\d)",
        "<dayword>": f"(?P<dayword_#>{ranks or '(?!)'})",
        "<n>": r"(?P<n_#>[\d一二三四五六七八九十百两]+)" if chinese else f"(?P<n_#>{_ANY_NUMBER})",
        "other": f"(?:{raw['day']})(?!\\d)",
        "otherday": f"(?:{weekdays})",
        "othermonth": f"(?:{months})",
    }


def _tables(raw: Mapping[str, Any], lang: str) -> dict[str, tuple[tuple[re.Pattern[str], int], ...]]:
    def numbered(name: str) -> tuple[tuple[re.Pattern[str], int], ...]:
        return tuple(
            (re.compile(f"[{words}]" if lang == "zh" else words), at) for at, words in enumerate(raw.get(name, ()), 1)
        )

    def keyed(name: str) -> tuple[tuple[re.Pattern[str], int], ...]:
        return tuple((re.compile(words), int(number)) for number, words in raw.get(name, {}).items())

    def twelve(names: Sequence[str]) -> tuple[tuple[re.Pattern[str], int], ...]:
        return tuple((re.compile(words), at % 12 + 1) for at, words in enumerate(names))

    hijri = numbered("hijri") or ((re.compile("斋月|斋戒"), 9),)
    return {
        "persian": twelve(raw["solar_hijri"]),
        "solar": twelve([*raw["solar_hijri"], *raw.get("solar_hijri_afghan", ())]),
        "eras": keyed("eras"),
        "month": numbered("months"),
        "weekday": numbered("weekdays"),
        "hijri": hijri,
        "years": keyed("years"),
        "month_word": keyed("month_words"),
    }
