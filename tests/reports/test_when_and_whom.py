"""When an event began, who died and who was harmed, as short reports in six languages have it."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.convention.fields import load_yaml
from opencwc.reports.casualties import find_casualties
from opencwc.reports.model import Kind, Nature, Report, Stage, Stance
from opencwc.reports.when import find_date

CASES: dict[str, list[list[Any]]] = load_yaml(
    (Path(__file__).parent.parent / "cases" / "reports_when_and_whom.yaml").read_text(encoding="utf-8")
)

WHOM: dict[str, dict[str, list[list[Any]]]] = load_yaml(
    (Path(__file__).parent.parent / "cases" / "reports_casualties.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(autouse=True)
def by_rules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The learned reader of numbers has tests of its own."""
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "report-figures")


def report_of(published: Any, title: str, text: str, lang: str) -> Report:
    when = published if isinstance(published, datetime) else datetime.fromisoformat(published)
    return Report("r1", when, "Invented Wire", "", lang, title, text)


@pytest.mark.parametrize(
    ("lang", "case"), [(lang, case) for lang, cases in CASES.items() for case in cases], ids=lambda case: str(case)[:60]
)
def test_a_report_says_when_and_whom(lang: str, case: list[Any]) -> None:
    published, words, title, text, date, killed, affected = case
    kind, stage, stance = words.split()
    nature = Nature(cast(Kind, kind), cast(Stage, stage), cast(Stance, stance))
    report = report_of(published, title, text, lang)
    harmed = find_casualties(report, lang, nature)
    told = (find_date(report, lang, nature).text, harmed.killed.number, harmed.affected.number)
    assert told == (str(date), None if killed == "" else killed, None if affected == "" else affected)


@pytest.mark.parametrize(
    ("lang", "case"),
    [(lang, case) for langs in WHOM.values() for lang, cases in langs.items() for case in cases],
    ids=lambda case: str(case)[:60],
)
def test_a_report_says_whom(lang: str, case: list[Any]) -> None:
    *nature, text, killed, affected = case
    kind, stage, stance = (nature[0] if nature else "accident reported asserts").split()
    report = report_of("2025-09-10T09:00:00+00:00", "", text, lang)
    harmed = find_casualties(report, lang, Nature(cast(Kind, kind), cast(Stage, stage), cast(Stance, stance)))
    numbers = (harmed.killed.number, harmed.affected.number)
    assert numbers == (None if killed == "" else killed, None if affected == "" else affected)


def test_every_class_of_difficulty_is_tried_in_six_languages() -> None:
    assert {name: sorted(langs) for name, langs in WHOM.items() if len(langs) != 6} == {}


def told(
    text: str, kind: Kind = "accident", stage: Stage = "reported", stance: Stance = "asserts", lang: str = "en"
) -> Any:
    report = report_of("2025-09-10T09:00:00+00:00", "", text, lang)
    nature = Nature(kind, stage, stance)
    return report, find_date(report, lang, nature), find_casualties(report, lang, nature)


def test_the_deciding_words_are_the_spans() -> None:
    report, date, harmed = told("Two workers died and 12 were hurt at Tema on Monday.")
    words = [[report.whole[span.start : span.end] for span in spans] for spans in (date.spans, harmed.killed.spans)]
    assert words == [["Monday"], ["Two", "died"]]
    assert [report.whole[span.start : span.end] for span in harmed.affected.spans] == ["12", "hurt"]


def test_a_day_counts_from_the_offset_in_which_the_report_was_published() -> None:
    nature = Nature("accident", "reported", "asserts")
    late = report_of("2025-09-10T00:30:00+03:00", "", "Gas escaped this morning.", "en")
    assert find_date(late, "en", nature).text == "2025-09-10"


def test_a_report_without_a_date_or_a_figure_has_none() -> None:
    _, date, harmed = told("Gas escaped from a tank. Residents were told to stay indoors.")
    assert (date.text, date.precision, date.spans) == ("", "", ())
    assert (harmed.killed.number, harmed.affected.number) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "Some 300 people were evacuated on Monday.",
        "Two men, aged 33 and 58, were arrested.",
        "Twenty cows died in the field.",
        "Dozens were hurt.",
        "The firm employs 240 people.",
        "Police seized 12 drums and 3,200 litres.",
        "Bus 58 was stopped at 8 a.m. on Route 66.",
    ],
)
def test_what_counts_nobody_harmed_is_no_figure(text: str) -> None:
    _, _, harmed = told(text)
    assert (harmed.killed.number, harmed.affected.number) == (None, None)


def test_nobody_hurt_is_none_of_both_and_no_deaths_is_none_of_one() -> None:
    assert [count.number for count in told("Nobody was hurt.")[2]] == [0, 0]
    assert [count.number for count in told("There were no deaths.")[2]] == [0, None]
    assert [count.number for count in told("Nobody else was hurt.")[2]] == [None, None]


@pytest.mark.parametrize("kind", ["policy", "inspection", "transfer", "technology"])
def test_what_harms_nobody_itself_has_no_figures_of_another_event(kind: Kind) -> None:
    assert [count.number for count in told("After the leak that killed four and hurt nine.", kind)[2]] == [None, None]


def test_players_of_a_drill_are_no_victims() -> None:
    text = "In Friday's drill 60 students played the injured and two the dead."
    assert [count.number for count in told(text, "other", "concluded")[2]] == [None, None]


def test_a_dateline_is_no_date_of_the_event() -> None:
    assert told("SEOUL, Sept 10 (Wire) - A hose burst on Thursday at a plant.")[1].text == "2025-09-04"


def test_a_long_report_takes_no_longer_than_its_head() -> None:
    text = "12 died and 5 were hurt on 3 May, " * 40_000
    started = time.process_time()
    _, date, harmed = told(text)
    assert time.process_time() - started < 5
    assert (date.text, harmed.killed.number) == ("2025-05-03", 12)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sampled_from([*sorted(CASES), "pt", ""]), st.sampled_from(["accident", "other", "theft"]))
def test_whatever_is_written_spans_lie_in_the_report(text: str, lang: str, kind: Kind) -> None:
    report, date, harmed = told(text, kind, lang=lang)
    for span in (*date.spans, *harmed.killed.spans, *harmed.affected.spans):
        assert 0 <= span.start < span.end <= len(report.whole)
