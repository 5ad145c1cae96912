"""Faults and unusual figures are one list of what to ask about, each figure once, and a letter asks for each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from test_checks import CASES, DAY, register_of

from opencwc.declarations.checks import CHECKS
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.findings import findings_to_ask
from opencwc.declarations.judgement import judge
from opencwc.declarations.kept import Asking, asking_of, shown_point
from opencwc.declarations.law import Law
from opencwc.declarations.letters import answer_form_json, letters_for, make_letter, place_of
from opencwc.declarations.model import GRAVITIES, Answer
from opencwc.declarations.point_formats import POINT_FIELDS, points_as_csv, points_as_json
from opencwc.declarations.points_to_ask import Point
from opencwc.declarations.questions import questions_of
from opencwc.declarations.register_reader import raw_rows, read_register
from opencwc.declarations.replies import Reply, apply_replies, register_files
from opencwc.declarations.verb import ASK
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.wording import LANGUAGES, amount_said, say, sentence

CODES = ("ask_", "check_", "declare_", "page_", "form_", "{", "}")
"""What no letter may show: ids of messages, and what a value was not put in for."""


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))


@cache
def law() -> Law:
    return Law(DAY)


@cache
def chemicals() -> Chemicals:
    return Chemicals(Screener(Rulebook.of(DAY, ("CWC",))))


class Judged(NamedTuple):
    answer: Answer
    asking: Asking

    def point(self, check: str) -> Point:
        faults = self.answer.faults
        return next(one for one in self.asking.points if check in {faults[at].check for at in one.faults})

    def letters(self) -> Mapping[str, Any]:
        questions = [point.question for point in self.asking.points]
        return {letter.site: letter for letter in letters_for(questions, {})}


def judged(answer: Answer) -> Judged:
    return Judged(answer, asking_of(answer, law()))


@cache
def of_case(id: str) -> Judged:
    case = next(case for case in CASES if case["id"] == id)
    register = register_of(case.get("sites", ()), [{**case.get("all", {}), **row} for row in case["rows"]])
    return judged(judge(register, law(), case.get("year", 2026), chemicals()))


def of_books(folder: Path, activities: str, sites: str = "") -> Judged:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "activities.csv").write_text(activities, encoding="utf-8")
    if sites:
        (folder / "sites.csv").write_text(sites, encoding="utf-8")
    return judged(judge(read_register(folder), law(), 2026, chemicals()))


SLIP = """site,plant,chemical,cas,activity,year,quantity,unit
A,B,Thiodiglycol,111-48-8,produce,2022,5210,kg
A,B,Thiodiglycol,111-48-8,produce,2023,4980,kg
A,B,Thiodiglycol,111-48-8,produce,2024,5330,kg
A,B,Thiodiglycol,111-48-8,produce,2025,5047,t
A,B,Phosgene,75-44-5,produce,2022,5047,kg
A,B,Phosgene,75-44-5,produce,2024,5147,kg
"""
OF_EACH_CHECK = {
    text.split()[1]: case["id"]
    for case in reversed(CASES)
    for text in case.get("found", ())
    if text.split()[1] in CHECKS
}


@pytest.mark.parametrize("check", CHECKS)
def test_a_letter_for_each_check_has_its_figures_in_six_languages(check: str) -> None:
    held = of_case(OF_EACH_CHECK[check])
    point = held.point(check)
    letter = held.letters()[point.question.site]
    assert point.question.site
    for lang in LANGUAGES:
        form = json.loads(answer_form_json(letter, 2026, lang))
        row = next(row for row in form["answers"] if row["id"] == point.question.id)
        for shown in point.question.figures:
            assert say(shown.label, lang) in row["figures"]
            assert amount_said(shown.value, lang).split()[-1] in row["figures"], shown
        for at in point.faults:
            assert say(held.answer.faults[at].says, lang).lower() in row["question"].lower()
        told = " ".join((row["where"], row["question"], row["figures"]))
        assert not [code for code in CODES if code in told], told
        assert lang == "en" or not {"produce", "consume", "quantity", "partner", "unit-slip"} & set(told.split()), told
        assert make_letter(letter, 2026, lang).sections


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_each_fault_and_each_unusual_figure_is_in_one_point(case: Mapping[str, Any]) -> None:
    held = of_case(case["id"])
    points = held.asking.points
    assert sorted(at for point in points for at in point.faults) == list(range(len(held.answer.faults)))
    assert sorted(point.proposal for point in points if point.proposal) == [
        proposal.rank for proposal in held.asking.unusual.proposals
    ]
    assert len({point.question.id for point in points}) == len(points)
    assert [point.gravity for point in points] == sorted((one.gravity for one in points), key=GRAVITIES.index)
    cells = [point.question.place for point in points if point.question.place.row]
    assert len(set(cells)) == len(cells)


def test_a_slip_that_check_and_ranking_name_is_one_question_that_says_both(tmp_path: Path) -> None:
    held = of_books(tmp_path / "books", SLIP)
    point = held.point("unit-slip")
    assert (point.kind, point.gravity, point.activity, point.year, point.entry) == (
        "both", "wrong", "produce", 2025, "2B13"
    )  # fmt: skip
    assert (point.question.place, point.question.now) == (("activities", 4, "quantity"), "5047 t")
    told = sentence(point.question.says)
    assert told.startswith("(1) ") and "; (2) " in told and told.endswith("?")
    values = [shown.value for shown in point.question.figures]
    assert values == ["5047 t", "5.21 t", "5.21 t", "4.98 t", "5.33 t", "5047 t"]  # the two of the check, four years
    assert len([one for one in held.asking.points if one.question.place.row == 4]) == 1


def test_a_figure_of_several_rows_is_quoted_with_its_total_and_its_rows(tmp_path: Path) -> None:
    books = SLIP.replace("5047,t", "5000,t")
    row = next(line for line in books.splitlines() if "5000,t" in line)
    held = of_books(tmp_path / "books", books + row.replace("5000,t", "47,t") + "\n")
    point = held.point("unit-slip")
    assert point.total is not None
    assert say(point.total, "en") == "total 5,047 t: rows 4, 7 of the register"
    assert shown_point(point).total == point.total
    assert of_books(tmp_path / "one", SLIP).point("unit-slip").total is None


def test_the_id_of_a_question_stays_where_rows_move_and_goes_where_the_figure_changes(tmp_path: Path) -> None:
    header, *rows = SLIP.splitlines(keepends=True)
    ids = {point.question.id for point in of_books(tmp_path / "one", SLIP).asking.points}
    moved = {point.question.id for point in of_books(tmp_path / "two", header + "".join(reversed(rows))).asking.points}
    assert ids == moved and len(ids) == 2
    other = of_books(tmp_path / "three", SLIP.replace("5047,t", "5048,t")).asking.points
    assert len(ids & {point.question.id for point in other}) == 1


def test_a_year_that_is_missing_is_answered_by_a_line_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "books"
    held = of_books(folder, SLIP)
    point = held.point("missing-year")
    question = point.question
    assert (point.year, question.place.row, question.place.field, question.now) == (2023, 0, "quantity", "")
    assert dict(question.adds)["year"] == "2023" and "a new row" in place_of(question, "en")
    rows = raw_rows(held.answer.register)
    outcome = apply_replies([question], [Reply(question.id, "corrected", "5.1 t", "", "a.json")], rows)
    assert not outcome.refused and len(outcome.rows["activities"]) == len(rows["activities"]) + 1
    assert outcome.rows["activities"][-1] == {
        "site": "A", "plant": "B", "chemical": "Phosgene", "cas": "75-44-5", "activity": "produce", "unit": "t",
        "year": "2023", "quantity": "5.1",
    }  # fmt: skip


def test_after_the_answer_the_corrected_register_asks_no_more_and_the_rest_stays(tmp_path: Path) -> None:
    held = of_books(tmp_path / "books", SLIP)
    slip, missing = held.point("unit-slip").question, held.point("missing-year").question
    rows = raw_rows(held.answer.register)
    outcome = apply_replies([slip, missing], [Reply(slip.id, "corrected", "5047 kg", "wrong unit", "a.json")], rows)
    assert [closed.question.id for closed in outcome.closed] == [slip.id] and outcome.open == (missing,)
    corrected = tmp_path / "corrected"
    corrected.mkdir()
    for name, content in register_files(outcome).items():
        (corrected / name).write_bytes(content)
    after = judged(judge(read_register(corrected), law(), 2026, chemicals()))
    assert [point.question.id for point in after.asking.points] == [missing.id]


@pytest.mark.parametrize(
    ("answer", "value", "reason", "id"),
    [
        ("corrected", "5047 t", "", "ask_fault_same_value"),
        ("corrected", "5047", "", "ask_fault_same_value"),
        ("corrected", "=5047", "", "ask_fault_value"),
        ("corrected", "a lot", "", "ask_fault_value"),
        ("confirmed", "5047", "", "ask_fault_no_reason"),
        ("confirmed", "5047 kg", "so it is", "ask_fault_value_beside"),
        ("withdrawn", "", "", "ask_fault_no_reason"),
    ],
)  # fmt: skip
def test_an_answer_that_closes_no_point_is_said_and_nothing_is_changed(
    tmp_path: Path, answer: str, value: str, reason: str, id: str
) -> None:
    held = of_books(tmp_path / "books", SLIP)
    questions = [point.question for point in held.asking.points]
    rows = raw_rows(held.answer.register)
    reply = Reply(held.point("unit-slip").question.id, answer, value, reason, "a.json:answers[1]")
    outcome = apply_replies(questions, [reply], rows)
    assert [(one.where, one.says.id) for one in outcome.refused] == [("a.json:answers[1]", id)]
    assert outcome.closed == () and len(outcome.open) == len(questions)
    assert outcome.rows == {table: [dict(row) for row in held.values()] for table, held in rows.items()}


def test_a_problem_and_a_fault_of_one_row_are_one_question(tmp_path: Path) -> None:
    books = "site,plant,chemical,cas,activity,year,quantity,unit\nA,B,Phosgene,111-48-8,produce,2025,5,t\n"
    held = of_books(tmp_path / "books", books)
    points = [point.question for point in held.asking.points]
    assert [problem.says.id for problem in held.answer.problems] == ["declare_chemical_disagrees"]
    assert [held.answer.faults[at].check for point in held.asking.points for at in point.faults] == ["chemical"]
    assert questions_of(held.answer, raw_rows(held.answer.register), (), points) == tuple(points)


def test_a_capacity_that_cannot_be_read_is_corrected_in_its_own_column(tmp_path: Path) -> None:
    sites = "site,plant,country,Production capacity\nA,B,DEU,large\n"
    held = of_books(tmp_path / "books", SLIP, sites)
    question = held.point("capacity").question
    assert (question.place, question.now) == (("sites", 1, "Production capacity"), "large")


def test_points_are_findings_with_their_rows_their_rule_and_who_made_them(tmp_path: Path) -> None:
    partner = SLIP + "A,B,Thiodiglycol,111-48-8,export,2025,3,t\n"
    held = of_books(tmp_path / "books", partner, "site,plant,country\nA,,DEU\nA,B,DEU\n")
    findings = list(findings_to_ask(held.asking, held.answer, law()))
    assert [finding.message for finding in findings] == [point.question.says for point in held.asking.points]
    assert {finding.verdict for finding in findings} == {ASK}
    slip = findings[0]
    assert (slip.subject.row, slip.subject.id, slip.subject.input) == (4, "A/B", "Thiodiglycol")
    assert [(one.label, "5047" in one.value) for one in slip.evidence] == [("4", True)]
    broken = of_case(OF_EACH_CHECK["facility-limit"])
    (limit, *_) = findings_to_ask(broken.asking, broken.answer, law())
    assert limit.rule is not None and limit.rule.source and limit.rule.grade == "treaty"


def test_points_are_written_as_tables(tmp_path: Path) -> None:
    held = of_books(tmp_path / "books", SLIP)
    points = [shown_point(point) for point in held.asking.points]
    given = points, held.answer.faults, held.asking.unusual.proposals
    rows = list(csv.DictReader(io.StringIO(points_as_csv(*given))))
    lines = [json.loads(line) for line in points_as_json(*given).splitlines()]
    assert tuple(rows[0]) == POINT_FIELDS and [row["rank"] for row in rows] == ["1", "2"]
    assert (rows[0]["kind"], rows[0]["checks"], rows[0]["reason"], rows[0]["row"]) == ("both", "unit-slip", "unit", "4")
    assert (rows[1]["kind"], rows[1]["checks"], rows[1]["row"], rows[1]["year"]) == (
        "check",
        "missing-year",
        "",
        "2023",
    )
    assert [(line["rank"], line["row"], line["year"]) for line in lines] == [(1, 4, 2025), (2, None, 2023)]
    assert points_as_csv([], (), ()).strip() == ",".join(POINT_FIELDS)
