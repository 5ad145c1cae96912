"""Days of the Solar Hijri calendar are those that calendars and histories publish."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from opencwc.language.calendars import from_solar_hijri, solar_hijri_year

PUBLISHED = [
    ((1285, 5, 14), date(1906, 8, 6)),  # the order for a constitution
    ((1304, 1, 11), date(1925, 3, 31)),  # the law of the calendar
    ((1329, 12, 29), date(1951, 3, 20)),  # the day of oil
    ((1332, 5, 28), date(1953, 8, 19)),
    ((1357, 11, 22), date(1979, 2, 11)),  # the revolution
    ((1359, 6, 31), date(1980, 9, 22)),  # the war begins
    ((1366, 4, 7), date(1987, 6, 28)),  # Sardasht
    ((1366, 12, 25), date(1988, 3, 15)),
    ((1399, 12, 30), date(2021, 3, 20)),
    ((1402, 1, 1), date(2023, 3, 21)),
    ((1403, 1, 1), date(2024, 3, 20)),
    ((1404, 1, 1), date(2025, 3, 21)),
]


@pytest.mark.parametrize(("solar", "ours"), PUBLISHED)
def test_a_day_is_that_which_is_published(solar: tuple[int, int, int], ours: date) -> None:
    assert from_solar_hijri(*solar) == ours
    assert solar_hijri_year(ours) == solar[0]


def test_days_follow_one_another_without_a_gap_through_two_centuries() -> None:
    day = from_solar_hijri(1250, 1, 1)
    for year in range(1250, 1450):
        for month in range(1, 13):
            for number in range(1, 32):
                if (number == 31 and month > 6) or (number == 30 and month == 12 and year % 33 not in _LEAP):
                    with pytest.raises(ValueError, match=str(year)):
                        from_solar_hijri(year, month, number)
                    continue
                assert from_solar_hijri(year, month, number) == day
                day += timedelta(days=1)


_LEAP = (1, 5, 9, 13, 17, 22, 26, 30)


def test_new_year_is_never_more_than_a_day_from_the_equinox_of_its_time() -> None:
    assert {from_solar_hijri(year, 1, 1).day for year in range(1300, 1500)} <= {20, 21, 22}


WRONG = [(1403, 13, 1), (1403, 0, 1), (1403, 7, 31), (1402, 12, 30), (900, 1, 1), (1700, 1, 1)]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_no_calendar_has_is_an_error(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=str(wrong[0])):
        from_solar_hijri(*wrong)
