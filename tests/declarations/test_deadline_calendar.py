"""The calendar of a year: the days of the Convention and of a State, leap years, and files that other programs read."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.declarations.calendar_formats import CALENDAR_FIELDS, calendar_as_csv, calendar_as_ics, counted_rows
from opencwc.declarations.deadline_calendar import CalendarDay, calendar_of, counted_deadlines
from opencwc.declarations.law import Law
from opencwc.wording import LANGUAGES

ASKED = date(2026, 11, 28)
LAWS = {name: Law(ASKED, name) for name in ("treaty", "ESP", "NLD", "USA")}


def days(profile: str, year: int) -> dict[str, CalendarDay]:
    return {day.deadline.id: day for day in calendar_of(LAWS[profile], year)}


def unfolded(text: str) -> list[str]:
    """Return the lines of a calendar as they were before they were folded (RFC 5545, 3.1)."""
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def entries(text: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for line in unfolded(text):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and name != "END":
            found[-1][name] = value
    return found


@pytest.mark.parametrize(
    ("year", "id", "day", "period"),
    [
        (2026, "s2-past", "2026-03-31", 2025), (2028, "s2-past", "2028-03-30", 2027),
        (2026, "ocpf-update", "2026-04-01", 2025), (2028, "ocpf-update", "2028-03-31", 2027),
        (2026, "s1-anticipated", "2026-10-03", 2027), (2028, "s1-anticipated", "2028-10-03", 2029),
        (2026, "s3-anticipated", "2026-11-02", 2027), (2028, "s1-transfers", "2028-03-30", 2027),
    ],
)  # fmt: skip
def test_the_days_of_the_convention(year: int, id: str, day: str, period: int) -> None:
    known = days("treaty", year)[id]
    assert (known.treaty_day.isoformat(), known.own_day, known.period) == (day, None, period)


@pytest.mark.parametrize(
    ("profile", "year", "id", "own"),
    [
        ("ESP", 2026, "s2-past", "2026-02-27"), ("ESP", 2028, "s2-past", "2028-02-27"),
        ("ESP", 2026, "s1-anticipated", "2026-08-31"), ("ESP", 2026, "s2-anticipated", "2026-09-30"),
        ("NLD", 2026, "s3-past", "2026-02-28"), ("NLD", 2028, "s3-past", "2028-02-29"),
        ("USA", 2028, "ocpf-update", "2028-02-28"), ("USA", 2026, "s2-anticipated", "2026-09-03"),
    ],
)  # fmt: skip
def test_the_days_of_a_state_stand_beside_those_of_the_convention(profile: str, year: int, id: str, own: str) -> None:
    known = days(profile, year)[id]
    assert known.own_day is not None and known.own_day.isoformat() == own
    assert known.treaty_day == days("treaty", year)[id].treaty_day and known.day == known.own_day


def test_a_state_changes_nothing_of_what_it_does_not_speak_of() -> None:
    assert days("USA", 2026)["s1-past"] == days("treaty", 2026)["s1-past"]
    assert days("ESP", 2026)["s1-transfers"].own_day is None


def test_no_day_falls_due_before_the_convention_was_in_force() -> None:
    assert calendar_of(Law(date(1996, 5, 1)), 1996) == ()


@given(st.integers(1998, 2100), st.sampled_from(sorted(LAWS)))
@settings(max_examples=60, deadline=None)
def test_every_day_lies_in_its_year_and_comes_in_order(year: int, profile: str) -> None:
    found = calendar_of(LAWS[profile], year)
    assert found and list(found) == sorted(found, key=lambda known: known.day)
    for known in found:
        assert {known.treaty_day.year, (known.own_day or known.treaty_day).year} == {year}
        assert known.period in (year - 1, year + 1)


def test_the_csv_has_a_line_for_each_who_owes_something() -> None:
    rows = list(csv.DictReader(io.StringIO(calendar_as_csv(calendar_of(LAWS["ESP"], 2026)))))
    assert tuple(rows[0]) == CALENDAR_FIELDS
    of_past = [(row["day"], row["owed_by"], row["owed_to"]) for row in rows if row["deadline"] == "s2-past"]
    assert of_past == [
        ("2026-02-27", "operator", "national_authority"), ("2026-03-31", "state_party", "opcw"),
    ]  # fmt: skip
    assert [row["day"] for row in rows] == sorted(row["day"] for row in rows)
    assert calendar_as_csv(()) == ",".join(CALENDAR_FIELDS) + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_calendar_is_whole_in_every_language(lang: str) -> None:
    text = calendar_as_ics(calendar_of(LAWS["ESP"], 2028), "ESP", ASKED, lang)
    lines = unfolded(text)
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR" and "VERSION:2.0" in lines
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    found = entries(text)
    assert len(found) == 15 and len({entry["UID"] for entry in found}) == len(found)
    for entry in found:
        start = date.fromisoformat(entry["DTSTART;VALUE=DATE"])
        assert date.fromisoformat(entry["DTEND;VALUE=DATE"]) == start + timedelta(days=1)
        assert entry["DTSTAMP"] == "20261128T000000Z" and start.year == 2028
        assert "calendar_" not in entry["SUMMARY"] + entry["DESCRIPTION"] and entry["SUMMARY"]


def test_commas_and_semicolons_of_a_rule_are_escaped() -> None:
    found = entries(calendar_as_ics(calendar_of(LAWS["treaty"], 2026), "treaty", ASKED))
    past = next(entry for entry in found if entry["UID"].startswith("s2-past"))
    assert "VA VII.2(b)\\, VII.4(b)\\; treaty text" in past["DESCRIPTION"]


def test_the_same_question_gives_the_same_file() -> None:
    first, second = (calendar_as_ics(calendar_of(LAWS["NLD"], 2026), "NLD", ASKED, "fr") for _ in range(2))
    assert first == second


def test_what_counts_from_an_event_is_told_apart() -> None:
    rows = counted_rows(counted_deadlines(LAWS["USA"]))
    notices = [(row[1], row[2], row[3]) for row in rows if "transfer" in row[1]]
    assert notices == [
        ("notification of a transfer", "not less than 30 days before the transfer", ""),
        ("notification of a transfer (export)", "not less than 45 days before the export", "USA"),
    ]
    changes = [row[2] for row in counted_rows(counted_deadlines(LAWS["NLD"])) if "planned change" in row[1]]
    assert changes == ["not less than 7 months before the change", "not less than 180 days before the change"]
