"""Dates of running text are found and counted from the day of the text, in six languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.convention.fields import load_yaml
from opencwc.language.dates import find_dates

TODAY = date(2024, 3, 5)
CASES: dict[str, list[list[Any]]] = load_yaml(
    (Path(__file__).parent.parent / "cases" / "dates.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("lang", "case"), [(lang, case) for lang, cases in CASES.items() for case in cases], ids=str)
def test_a_text_says_these_dates(lang: str, case: list[Any]) -> None:
    text, dates = case
    assert [found.text for found in find_dates(text, lang, TODAY)] == [str(day) for day in dates]


def test_a_weekday_alone_is_the_latest_such_day_and_for_plans_the_next() -> None:
    (past,), (ahead,) = find_dates("on Friday", "en", TODAY), find_dates("on Friday", "en", TODAY, ahead=True)
    assert (past.text, ahead.text) == ("2024-03-01", "2024-03-08")
    (same,), (too,) = find_dates("on Tuesday", "en", TODAY), find_dates("on Tuesday", "en", TODAY, ahead=True)
    assert same.text == too.text == TODAY.isoformat()


def test_a_date_without_a_year_is_the_latest_and_for_plans_the_next() -> None:
    assert find_dates("on 9 June", "en", TODAY)[0].text == "2023-06-09"
    assert find_dates("on 9 March", "en", TODAY)[0].text == "2024-03-09"  # not of most of a year ago
    assert find_dates("on 9 March", "en", TODAY, ahead=True)[0].text == "2024-03-09"
    assert find_dates("on 3 March", "en", TODAY, ahead=True)[0].text == "2024-03-03"  # nor in most of a year
    assert find_dates("in March", "en", TODAY, ahead=True)[0].text == "2024-03"


def test_days_earlier_count_from_the_day_told_before() -> None:
    text = "He said on Sunday that they had dropped barrels two days earlier."
    assert [found.text for found in find_dates(text, "en", TODAY)] == ["2024-03-03", "2024-03-01"]


def test_what_counts_from_the_day_of_the_text_says_so() -> None:
    found = find_dates("yesterday, on 4 March, on 4 March 2024", "en", TODAY)
    assert [one.relative for one in found] == [True, True, False]


def test_places_are_those_of_the_text_as_written() -> None:
    text = "وقَعَ الحادِثُ أمسِ الإثنَين."
    assert [text[found.start : found.end] for found in find_dates(text, "ar", TODAY)] == ["أمس", "الإثنَين"]


def test_a_turkish_name_changes_no_place() -> None:
    text = "Police in İzmir said on Monday."
    assert [text[found.start : found.end] for found in find_dates(text, "en", TODAY)] == ["Monday"]


PIECES = st.sampled_from(
    [
    "3", "31", "99", "0", " ", "/", "-", ".", "2024", "1447", "May", "in", "on", "last", "Friday", "ago", "days",
    "years", "février", "il y a", "ans", "de", "hace", "марта", "лет назад", "رمضان", "قبل", "أيام", "أمس", "年",
    "月", "日", "上周", "天前", "February 30", "30 February", "9999", "İ", "\ud800", "٣", "²",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(), st.lists(PIECES, max_size=20).map("".join), st.lists(PIECES, max_size=20).map(" ".join)),
    st.sampled_from(sorted(CASES)),
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    st.booleans(),
)
def test_whatever_is_written_dates_stand_in_order_and_are_days(text: str, lang: str, today: date, ahead: bool) -> None:
    end = 0
    for found in find_dates(text, lang, today, ahead=ahead):
        assert end <= found.start < found.end <= len(text)
        assert len(found.text) == {"day": 10, "month": 7, "year": 4}[found.precision]
        end = found.end
