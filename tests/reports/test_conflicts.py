"""Facts that make two happenings of what is told alike, and what never does."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import pytest

from opencwc.reports.conflicts import conflict
from opencwc.reports.facts import tell
from opencwc.reports.item import Item, item_of
from opencwc.reports.model import IncidentRow, Report
from opencwc.reports.traits import traits_of


def item(published: str, lang: str, title: str, text: str, given: IncidentRow | None = None) -> Item:
    report = Report(
        title[:9], datetime.fromisoformat(published), "Invented Wire", "", lang, title, f"{title}. {text}", given=given
    )
    told = tell(report)
    return item_of(told, traits_of([told], None)[0])


@cache
def leak_in(town: str, state: str, hurt: str, zone: str) -> Item:
    """Read a report of a leak; the first that is read loads the gazetteer."""
    return item(
        f"2026-07-07T10:00:00{zone}", "es", f"Fuga de amoníaco en {town}, {state}", f"{hurt} intoxicados el lunes."
    )


LEON = ("León", "México", "Nueve trabajadores", "-06:00")
ZAPOPAN = ("Zapopan", "México", "Doce", "-06:00")
HUELVA = ("Huelva", "España", "Doce", "+02:00")


def test_towns_far_apart_conflict_and_a_report_that_names_both_does_not() -> None:
    both = item(
        "2026-07-07T12:00:00-06:00", "es", "Fuga de amoníaco en Zapopan, México",
        "Doce intoxicados el lunes. Otra fuga hubo en León.",
    )  # fmt: skip
    assert conflict(leak_in(*LEON), leak_in(*ZAPOPAN)) == conflict(leak_in(*ZAPOPAN), leak_in(*LEON)) == "town"
    assert not conflict(leak_in(*LEON), both)
    assert not conflict(leak_in(*ZAPOPAN), both)


def test_places_in_two_states_conflict_unless_one_report_names_the_other_state() -> None:
    beside = item(
        "2026-07-07T12:00:00+02:00", "es", "Fuga de amoníaco en Huelva, España",
        "Doce intoxicados el lunes, como días antes en México.",
    )  # fmt: skip
    assert conflict(leak_in(*ZAPOPAN), leak_in(*HUELVA)) == "state"
    assert not conflict(leak_in(*ZAPOPAN), beside)
    assert not conflict(leak_in(*LEON), leak_in(*HUELVA))  # there is a León in Spain too


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Chlorine leak in Ghent", "Four workers were hurt in a leak on Friday.", "day"),
        ("Second chlorine leak in Ghent", "Four were hurt in another leak on Friday.", "day"),
        ("Chlorine leak in Ghent", "Four were hurt in the leak on Friday, unlike on Wednesday.", ""),
        ("Toll of chlorine leak in Ghent rises to two", "Two workers died on Friday.", ""),
        ("Works denies chlorine leak in Ghent", "The works on Friday denied the leak.", ""),
    ],
)
def test_who_wrote_before_the_day_wrote_of_something_else(title: str, text: str, expected: str) -> None:
    first = item("2026-03-05T09:00:00+01:00", "en", "Chlorine leak in Ghent", "Six workers were hurt on Wednesday.")
    second = item("2026-03-07T09:00:00+01:00", "en", title, text)
    assert conflict(first, second) == conflict(second, first) == expected


def test_an_exercise_is_not_the_leak_of_another_day_but_may_be_mistaken_for_one_of_its_day() -> None:
    drill = item("2026-03-06T18:00:00+01:00", "fr", "Exercice : fuite de chlore simulée à Lens", "Mardi, les pompiers.")
    leak = item("2026-03-06T20:00:00+01:00", "fr", "Fuite de chlore à Lens", "Six blessés jeudi à l'usine.")
    same_day = item("2026-03-04T20:00:00+01:00", "fr", "Fuite de chlore à Lens", "Six blessés mardi à l'usine.")
    assert conflict(drill, leak) == "drill"
    assert not conflict(drill, same_day)


def test_rows_of_a_register_are_compared_by_their_columns_alone() -> None:
    row = item("2026-03-06T20:00:00+01:00", "en", "Row", "", IncidentRow("accident", "2026-03-01", "FRA", "Lens"))
    assert not conflict(row, leak_in(*HUELVA))
