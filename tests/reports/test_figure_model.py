"""The learned reader of numbers: which number of people is the report's, how sure that is, and the rules without it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from tests.reports.test_when_and_whom import WHOM

from opencwc.reports.casualties import find_casualties, read_by_rules
from opencwc.reports.facts import tell
from opencwc.reports.figure_model import HELD, likeliest
from opencwc.reports.harm.candidates import Candidate, candidates_of
from opencwc.reports.model import Casualties, Nature, Report
from opencwc.reports.watched import UNSURE, watch

ACCIDENT = Nature("accident", "reported", "asserts")


def report_of(text: str, lang: str, title: str = "") -> Report:
    return Report("1", datetime(2026, 3, 5, tzinfo=UTC), "", "", lang, title, text)


def numbers(harmed: Casualties) -> tuple[int | None, int | None]:
    return harmed.killed.number, harmed.affected.number


@pytest.mark.parametrize(
    ("lang", "text", "affected"),
    [
        ("en", "At the plant where seven fell ill a month ago, two workers were taken to hospital on Friday.", 2),
        ("es", "Han sido notificados 45 casos de intoxicación; nueve pacientes siguen en el hospital.", 45),
        ("zh", "数十名工人感到不适，其中五人住院。", None),
        ("ru", "Десятки горожан обратились к врачам, пятеро из них в больнице.", None),
        ("ar", "عشرات العمال أصيبوا بالاختناق، ونقل ثلاثة منهم إلى المستشفى.", None),
    ],
)
def test_the_figure_of_the_event_is_told_from_others(lang: str, text: str, affected: int | None) -> None:
    assert find_casualties(report_of(text, lang), lang, ACCIDENT).affected.number == affected


def test_nearly_all_cases_of_the_rules_are_right_with_the_model_too() -> None:
    right = 0
    cases = [(lang, case) for langs in WHOM.values() for lang, some in langs.items() for case in some]
    for lang, case in cases:
        *nature, text, killed, affected = case
        kind: Any = nature[0].split() if nature else ACCIDENT[:3]
        found = numbers(find_casualties(report_of(text, lang), lang, Nature(*kind)))
        right += found == (None if killed == "" else killed, None if affected == "" else affected)
    assert right / len(cases) >= 0.95


def test_switched_off_the_rules_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of("Four men were overcome. Two died and nine are in hospital, the mayor said.", "en")
    by_rules = read_by_rules(report, "en", ACCIDENT).answer
    assert find_casualties(report, "en", ACCIDENT).killed.chance < 1
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "report-figures")
    assert find_casualties(report, "en", ACCIDENT) == by_rules


@pytest.mark.parametrize(
    ("lang", "text", "values"),
    [
        ("en", "A farmer, his wife and their two sons fell ill; 30 neighbours left.", {1, 2, 4, 30}),
        ("fr", "Le troisième ouvrier est mort.", {1, 3}),
        ("zh", "两名工人死亡，十二人受伤。", {2, 12, 14}),
        ("ar", "توفي عاملان وأصيب تسعة.", {2, 9}),
        ("ru", "Погибших нет, пострадали семеро.", {0, 7}),
        ("es", "La encargada se desmayó.", {1}),
    ],
)
def test_every_number_of_people_is_a_candidate(lang: str, text: str, values: set[int]) -> None:
    reading = read_by_rules(report_of(text, lang), lang, ACCIDENT)
    found = candidates_of(reading.told, reading.answer, ACCIDENT, drill=reading.drill)
    assert found[0].value == -1
    assert values <= {candidate.value for candidate in found}


def test_candidates_of_one_value_speak_together() -> None:
    candidates = [Candidate(-1, (), {}), Candidate(3, (), {}), Candidate(7, (), {}), Candidate(3, (), {})]
    found = likeliest(candidates, [0.0, 0.9, 1.2, 0.9])
    assert (found.value, found.candidate) == (3, candidates[1])
    assert 0.5 < found.chance < 0.6


def test_a_report_without_a_sentence_has_no_figures() -> None:
    assert numbers(find_casualties(report_of("", "en"), "en", ACCIDENT)) == (None, None)


def test_an_unsure_figure_is_said_to_be_unsure() -> None:
    text = "A leak at a plant in Gary on Monday. Of nine men two were carried out, one gasping; four saw nurses."
    report = report_of(text, "en", "Ammonia leak at a plant in Gary")
    counts = tell(report).casualties._asdict()
    unsure = [f"watch_{name}_unsure" for name, count in counts.items() if count.chance < UNSURE]
    (line,) = watch([report], None).lines
    assert [message.id for message in line.why if message.id.endswith("_unsure")] == unsure
    assert unsure


def test_what_was_learned_is_better_than_the_rules_where_the_rules_are_new() -> None:
    rows = pl.read_parquet(HELD).filter(pl.col("hand") == "harm by parts").to_dicts()
    counted = [row for row in rows if row["gold"] or row["learned"] or row["rules"]]
    by = {way: sum(row[way] == row["gold"] for row in counted) for way in ("learned", "rules")}
    assert by["learned"] > by["rules"]
    sure = [row["learned"] == row["gold"] for row in rows if row["chance"] >= 0.9]
    assert sum(sure) / len(sure) >= 0.9
