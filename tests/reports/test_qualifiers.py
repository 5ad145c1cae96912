"""Ranges and "at least" in six languages: of people and of amounts of chemicals, in files for machines and on pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from opencwc.reports.facts import tell
from opencwc.reports.formats import as_json_lines, row_of
from opencwc.reports.model import Report
from opencwc.reports.watched import watch

PEOPLE = [
    ("en", "Between 30 and 40 workers fell ill when chlorine leaked in Ghent on Tuesday.", 30, 40, ""),
    ("en", "At least 40 workers fell ill when chlorine leaked in Ghent on Tuesday.", 40, None, "at_least"),
    ("en", "Up to 40 workers fell ill when chlorine leaked in Ghent on Tuesday.", 40, None, "at_most"),
    ("en", "Forty workers fell ill when chlorine leaked in Ghent on Tuesday.", 40, None, ""),
    ("fr", "Au moins 40 ouvriers ont été intoxiqués mardi par une fuite de chlore à Gand.", 40, None, "at_least"),
    ("fr", "Environ quarante ouvriers ont été intoxiqués mardi par une fuite de chlore à Gand.", 40, None, "about"),
    ("es", "Entre 30 y 40 obreros se intoxicaron el martes por una fuga de cloro en Gante.", 30, 40, ""),
    ("es", "Más de 40 obreros se intoxicaron el martes por una fuga de cloro en Gante.", 40, None, "at_least"),
    ("ru", "Не менее 40 рабочих отравились хлором во вторник в Генте.", 40, None, "at_least"),
    ("ru", "Отравились хлором 30–40 рабочих во вторник в Генте.", 30, 40, ""),
    ("ar", "أصيب ما لا يقل عن 40 عاملا بالاختناق إثر تسرب الكلور يوم الثلاثاء في غنت.", 40, None, "at_least"),
    ("ar", "أصيب نحو أربعين عاملا بالاختناق إثر تسرب الكلور يوم الثلاثاء في غنت.", 40, None, "about"),
    ("zh", "周二根特氯气泄漏，至少40名工人中毒。", 40, None, "at_least"),
    ("zh", "周二根特氯气泄漏，三四十名工人中毒。", 30, 40, ""),
    ("zh", "周二根特氯气泄漏，40余名工人中毒。", 40, None, "at_least"),
]
AMOUNTS = [
    ("en", "Between 10 and 12 tonnes of chlorine leaked in Ghent on Tuesday.", "10", "12", ""),
    ("en", "At least 10 tonnes of chlorine leaked in Ghent on Tuesday.", "10", None, "at_least"),
    ("fr", "Plus de 10 tonnes de chlore ont fui mardi à Gand.", "10", None, "at_least"),
    ("es", "Unas 10 toneladas de cloro escaparon el martes en Gante.", "10", None, "about"),
    ("ru", "До 10 тонн хлора вытекло во вторник в Генте.", "10", None, "at_most"),
    ("ar", "تسرب ما بين 10 و12 طنا من الكلور يوم الثلاثاء في غنت.", "10", "12", ""),
    ("zh", "周二根特泄漏氯气约10吨。", "10", None, "about"),
]


def report_of(lang: str, text: str) -> Report:
    return Report("r1", datetime(2026, 3, 5, 12, tzinfo=UTC), "Outlet", "", lang, "", text)


@pytest.mark.parametrize(("lang", "text", "low", "high", "qualifier"), PEOPLE)
def test_a_range_and_how_sure_a_figure_is_are_kept(
    lang: str, text: str, low: int, high: int | None, qualifier: str
) -> None:
    count = tell(report_of(lang, text)).casualties.affected
    assert (count.number, count.high, count.qualifier) == (low, high, qualifier)


@pytest.mark.parametrize(("lang", "text", "low", "high", "qualifier"), AMOUNTS)
def test_so_they_are_of_an_amount(lang: str, text: str, low: str, high: str | None, qualifier: str) -> None:
    (amount,) = tell(report_of(lang, text)).amounts
    assert (str(amount.number), None if amount.high is None else str(amount.high), amount.qualifier) == (
        low,
        high,
        qualifier,
    )


def test_json_lines_have_them_and_the_column_stays_one_number() -> None:
    text = "Between 30 and 40 workers fell ill when at least 2 tonnes of chlorine leaked in Tripoli on Tuesday."
    watched = watch([report_of("en", text)], None)
    (line,) = map(json.loads, as_json_lines(watched).splitlines())
    assert line["figures"] == {"affected": {"low": 30, "high": 40, "qualifier": ""}}
    assert line["amounts"] == [{"number": "2", "unit": "t", "high": None, "qualifier": "at_least"}]
    assert row_of(watched.lines[0])["affected"] == "30"


def test_further_states_of_a_name_stand_in_json_lines() -> None:
    watched = watch([report_of("en", "Chlorine leaked from a tank in Tripoli on Tuesday; nobody was hurt.")], None)
    (line,) = map(json.loads, as_json_lines(watched).splitlines())
    assert line["country"] and line["other_countries"] == list(watched.lines[0].told.place.others)
    assert line["other_countries"]
