"""The days that a sentence speaks of, from the first to the last: of a range, of a part of a month, of a season.

What counts from a day that the sentence does not tell ("the day before") is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.dates import FoundDate, find_dates
from opencwc.language.plain_text import plain_text
from opencwc.language.whole_numbers import find_numbers
from opencwc.language.word_edges import word_begins

DATA = Path(__file__).parent / "data" / "times.yaml"
_AHEAD = 26
_UNTOLD = ("before", "loose")
_UNTOLD_CHINESE = re.compile("次日|翌日|第二天|前一天|当天|当日")
_WITHOUT_YEAR = ("date", "month", "day")
_YEAR_BEHIND = re.compile(
    r"\W{0,2}(?:(?:of|de|du|del|l['’]année|год[а]?|من|عام|سنة)\W+){0,3}(?P<year>(?:19|20)\d\d)(?!\d)"
)
_YEAR_AHEAD = re.compile(r"(?P<year>(?:19|20)\d\d)年?度?(?:的)?$")
_LONG_AGO = timedelta(days=36_500)


class Stretch(NamedTuple):
    """The days from ``first`` to ``last``, and the place in the sentence.

    ``others`` are the days that it can also mean: another year where none is told, a week earlier. ``day`` says that it
    is told to the day, ``year`` that it is told to the year only, ``fresh`` that it is within days of the report.
    """

    first: date
    last: date
    start: int
    end: int
    day: bool
    year: bool
    fresh: bool
    others: tuple[tuple[date, date], ...] = ()

    @property
    def is_range(self) -> bool:
        """Whether it is told from a day to a day."""
        return self.day and self.first < self.last

    def meets(self, other: Stretch) -> bool:
        """Tell whether both can be the same days."""
        mine = [(self.first, self.last), *(() if other.year else self.others)]
        theirs = [(other.first, other.last), *(() if self.year else other.others)]
        if self.is_range and other.is_range:
            return any(one == another for one in mine for another in theirs)
        return any(first <= until and since <= last for first, last in mine for since, until in theirs)


def find_stretches(text: str, lang: str, dates: Sequence[FoundDate], today: date) -> tuple[Stretch, ...]:
    """Return them in the order of the sentence."""
    book = _book(lang)
    found: list[Stretch] = []
    years = list(_ranges_of_years(text, lang, book))
    told = sorted([*dates, *_first_days(text, lang, dates, today, book)], key=lambda one: one.start)
    for one in told:
        if any(one.start < range_.end and range_.start < one.end for range_ in years):
            continue
        if one.form.startswith(_UNTOLD) or (lang == "zh" and _UNTOLD_CHINESE.search(text[one.start : one.end])):
            continue
        stretch = _stretch(text, lang, one, today, book)
        before = found[-1] if found else None
        if before and one.form == "day" and before.first.day != stretch.first.day:
            day = _in_month(before.first, stretch.first.day)
            stretch = stretch._replace(first=day, last=day, others=())
        gap = plain_text(text[before.end : one.start], lang).text.strip() if before else "-"
        if before and before.day == stretch.day and book.through.fullmatch(gap) and before.first < stretch.last:
            found[-1] = before._replace(last=stretch.last, end=one.end, others=())
        else:
            found.append(stretch)
    halves = list(_halves(text, lang, today, book))
    whole = [one for one in found if not any(one.start < half.end and half.start < one.end for half in halves)]
    return tuple(sorted([*whole, *years, *halves], key=lambda one: one.start))


def _halves(text: str, lang: str, today: date, book: _Book) -> Iterator[Stretch]:
    """Yield the halves and quarters of a year: of the year beside them, else of the last one that has begun."""
    plain = plain_text(text, lang)
    for (begins, ends), pattern in book.halves.items():
        for match in pattern.finditer(plain.text):
            start, end = match.span()
            beside = _YEAR_BEHIND.match(plain.text, end) or _YEAR_AHEAD.search(plain.text[:start])
            year = int(beside["year"]) if beside else today.year - (today.month < begins)
            if beside:
                start, end = min(start, beside.start()), max(end, beside.end())
            last = _in_month(date(year, ends, 1), 31)
            others = () if beside else ((date(year - 1, begins, 1), _years(last, -1)),)
            yield Stretch(date(year, begins, 1), last, *plain.span(start, end), False, False, False, others)


def _ranges_of_years(text: str, lang: str, book: _Book) -> Iterator[Stretch]:
    plain = plain_text(text, lang)
    for match in book.years.finditer(plain.text):
        first, last = int(match["first"]), int(match["last"])
        if first < last:
            start, end = plain.span(*match.span())
            yield Stretch(date(first, 1, 1), date(last, 12, 31), start, end, day=False, year=True, fresh=False)


def _in_month(day: date, number: int) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day.replace(day=min(number, (following - timedelta(days=1)).day))


def _first_days(text: str, lang: str, dates: Sequence[FoundDate], today: date, book: _Book) -> Iterator[FoundDate]:
    """Yield the months that stand behind words for a part of them and are found by nothing else."""
    if lang == "zh":
        return
    plain = plain_text(text, lang)
    for pattern in book.thirds.values():
        for match in pattern.finditer(plain.text):
            start, end = plain.span(*match.span())
            if any(one.start < end + 12 and start < one.end for one in dates):
                continue
            behind = plain.text[match.end() : match.end() + _AHEAD].lstrip()
            for one in find_dates(f"1 {behind}", lang, today)[:1]:
                if one.start == 0 and one.form == "date":
                    yield one._replace(start=start, end=end, precision="month", form="month")


def _week(one: FoundDate, today: date) -> Stretch:
    """Return this week or the last one, from Monday to Sunday; what is called the last can be the past seven days."""
    monday = today - timedelta(days=today.weekday() + (7 if one.form == "week-1" else 0))
    past = (today - timedelta(days=8), today)
    return Stretch(monday, monday + timedelta(days=6), one.start, one.end, False, False, one.form != "week-1", (past,))


def _stretch(text: str, lang: str, one: FoundDate, today: date, book: _Book) -> Stretch:
    if one.form in ("week-1", "week+0"):
        return _week(one, today)
    plain = plain_text(text[max(0, one.start - _AHEAD) : one.end], lang).text
    inside = plain_text(text[one.start : one.end], lang).text
    behind = plain_text(text[one.end : one.end + 4], lang).text
    around = inside + behind if lang == "zh" else plain
    first, last = _ends(one, inside, lang)
    if one.precision != "day":
        first, last = _part(first, last, around, one, book)
    prolonged = book.prolongs.search(plain_text(text, lang).text)
    if one.precision != "day" and not prolonged and _is_until(plain, behind, inside, book, lang):
        first -= _LONG_AGO
    others: tuple[tuple[date, date], ...] = ()
    if one.relative and one.form in _WITHOUT_YEAR and not re.search(r"\d{4}|年", inside):
        others = tuple((_years(first, years), _years(last, years)) for years in (-1, 1))
    if "weekday" in one.form and one.first == today:
        week_ago = one.first - timedelta(days=7)
        others = ((week_ago, week_ago),)
    fresh = abs((today - one.first).days) <= 4
    return Stretch(first, last, one.start, one.end, one.precision == "day", one.precision == "year", fresh, others)


def _years(day: date, years: int) -> date:
    year = day.year + years
    if (day + timedelta(days=1)).day == 1:  # the last of a month stays the last
        return _in_month(date(year, day.month, 1), 31)
    return day.replace(year=year)


def _is_until(plain: str, behind: str, inside: str, book: _Book, lang: str) -> bool:
    if lang == "zh":
        return book.until.match(behind) is not None
    ahead = plain[: len(plain) - len(inside)]
    return book.until.search(ahead) is not None or book.until_first.match(inside) is not None


def _ends(one: FoundDate, inside: str, lang: str) -> tuple[date, date]:
    if one.precision == "day":
        return one.first, _last_of_range(one, inside, lang)
    if one.precision == "year":
        return date(one.first.year, 1, 1), date(one.first.year, 12, 31)
    return one.first.replace(day=1), _in_month(one.first, 31)


def _last_of_range(one: FoundDate, inside: str, lang: str) -> date:
    """Return the last day of a range within one month: from 4 to 6 March."""
    days = [number.high or number.value for number in find_numbers(inside, lang) if (number.high or number.value) <= 31]
    if len(days) < 2 and not (days and days[0] != one.first.day):
        return one.first
    later = [day for day in days if day > one.first.day]
    months = re.findall(r"(?<!\d)\d{1,2}(?=[./月])", inside)
    if not later or (lang == "zh" and len(re.findall("[日号]", inside)) < 2 and not re.search("[至到\\-–—]", inside)):
        return one.first
    if re.search(r"\d+[./]\d+[./]\d+", inside) or (lang == "zh" and months and len(days) < 3):
        return one.first
    return _in_month(one.first, later[-1])


def _part(first: date, last: date, around: str, one: FoundDate, book: _Book) -> tuple[date, date]:
    """Return the part of a month or a year that the words beside it mean, a few days more on each side."""
    length = (last - first).days
    for place, (_, pattern) in enumerate(book.thirds.items()):
        if pattern.search(around):
            slack = length / 10
            start = first + timedelta(days=round(max(0.0, length * place / 3 - slack)))
            return start, first + timedelta(days=round(min(length, length * (place + 1) / 3 + slack)))
    if one.precision == "year":
        for (start_month, end_month), pattern in book.seasons.items():
            if pattern.search(around):
                start = date(first.year, start_month, 1) - timedelta(days=10)
                end = date(first.year + (end_month < start_month), end_month, 28) + timedelta(days=25)
                return (start if start_month < 12 else date(first.year - 1, 12, 1)), end
    return first, last


@cache
def edge_words(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the words that say that something began, and that it ended."""
    raw: dict[str, Any] = read_yaml(DATA)
    begins, ends = (raw[name].get(lang, raw[name]["en"]) for name in ("begins", "ends"))
    lead = word_begins(lang)
    return re.compile(f"{lead}(?:{begins})"), re.compile(f"{lead}(?:{ends})")


def _by_months(words_of: Mapping[str, str], edge: str) -> dict[tuple[int, int], re.Pattern[str]]:
    found = {}
    for months, words in words_of.items():
        start, end = (int(month) for month in months.split("-"))
        found[start, end] = re.compile(f"{edge}(?:{words})")
    return found


class _Book(NamedTuple):
    thirds: Mapping[str, re.Pattern[str]]
    seasons: Mapping[tuple[int, int], re.Pattern[str]]
    until: re.Pattern[str]
    until_first: re.Pattern[str]
    through: re.Pattern[str]
    years: re.Pattern[str]
    halves: Mapping[tuple[int, int], re.Pattern[str]]
    prolongs: re.Pattern[str]


@cache
def _book(lang: str) -> _Book:
    raw: dict[str, Any] = read_yaml(DATA)
    lang = lang if lang in raw["until"] else "en"
    edge = "" if lang == "zh" else r"(?<!\w)(?:و|ف)?" if lang == "ar" else r"(?<!\w)"
    return _Book(
        {part: re.compile(f"{edge}(?:{words[lang]})") for part, words in raw["thirds"].items()},
        _by_months(raw["seasons"][lang], edge),
        re.compile(f"{edge}{raw['until'][lang]}(?: (?:the|le|la|el|the end of|fin|конца|نهاية|finales de))*\\s*$"
                   if lang != "zh" else raw["until"][lang]),
        re.compile(f"{raw['until'][lang]}(?!\\w)"),
        re.compile(raw["through"][lang]),
        re.compile(rf"(?<!\d)(?P<first>(?:19|20)\d\d)年?\s*{raw['through'][lang]}\s*(?P<last>(?:19|20)\d\d)(?!\d)"),
        _by_months(raw["halves"][lang], edge),
        re.compile(f"{word_begins(lang)}(?:{raw['prolongs'][lang]})"),
    )  # fmt: skip
