"""Days of other calendars as days of ours: the Solar Hijri calendar of Iran and Afghanistan, and years counted by eras.

The Solar Hijri year begins at the March equinox in Tehran. From 1178 to 1633 its leap years are those of a cycle of 33
years (Borkowski, 1996), which the equinox bears out.
"""

from __future__ import annotations

from datetime import date, timedelta

_LEAP_OF_33 = (1, 5, 9, 13, 17, 22, 26, 30)
_YEARS = range(1178, 1634)
_NEW_YEAR_1403 = date(2024, 3, 20)
_FIRST_OF_MONTH = (0, 31, 62, 93, 124, 155, 186, 216, 246, 276, 306, 336)
BUDDHIST_YEARS_AHEAD = 543
"""By how many years the Buddhist era of Thailand is ahead of ours."""


def from_solar_hijri(year: int, month: int, day: int) -> date:
    """Return a day of the Solar Hijri calendar in ours; raise `ValueError` where there is none.

    >>> from_solar_hijri(1366, 4, 7)
    datetime.date(1987, 6, 28)
    """
    if year not in _YEARS or not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month):
        raise ValueError((year, month, day))
    days = _days_before(year) - _days_before(1403) + _FIRST_OF_MONTH[month - 1] + day - 1
    return _NEW_YEAR_1403 + timedelta(days=days)


def solar_hijri_year(day: date) -> int:
    """Return the Solar Hijri year of a day."""
    year = day.year - 621
    return year if from_solar_hijri(year, 1, 1) <= day else year - 1


def _days_in(year: int, month: int) -> int:
    if month < 7:
        return 31
    return 30 if month < 12 or year % 33 in _LEAP_OF_33 else 29


def _days_before(year: int) -> int:
    """Return how many days lie before a year, counted from the first."""
    cycles, rest = divmod(year - 1, 33)
    return 365 * (year - 1) + len(_LEAP_OF_33) * cycles + sum(leap <= rest for leap in _LEAP_OF_33)
