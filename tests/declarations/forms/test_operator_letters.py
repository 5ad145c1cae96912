"""Questions go to the operator with their figures, and answers close them, are refused with a reason, or stay open."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pytest
from declared import ACTIVITIES, declared, write_books
from docx import Document as WordDocument
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from opencwc.declarations.forms.checking import field_named
from opencwc.declarations.forms.composition import missing_in
from opencwc.declarations.letters import (
    COLUMNS,
    Letter,
    answer_form_json,
    answer_form_workbook,
    figure_of,
    file_stem,
    letters_for,
    make_letter,
    place_of,
)
from opencwc.declarations.questions import Question, questions_of
from opencwc.declarations.register_reader import raw_rows, read_register
from opencwc.declarations.replies import Outcome, Reply, apply_replies, read_replies, register_files
from opencwc.finding import Message
from opencwc.publishing.report_files import report_file
from opencwc.wording import LANGUAGES, say

FAULTY = (
    ACTIVITIES + "A,P1,thiodiglycol,,process,2025,much,t,,,,,,\nA,P1,thiodiglycol,,consume,2025,3,t,,,,Freedonia,,\n"
)


class Asked(NamedTuple):
    folder: Path
    questions: tuple[Question, ...]
    rows: dict

    def about(self, field: str) -> Question:
        return next(question for question in self.questions if question.place.field == field)

    def answered(self, *replies: Reply) -> Outcome:
        return apply_replies(self.questions, replies, self.rows)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder = tmp_path_factory.mktemp("books") / "faulty"
    held = declared(folder, activities=FAULTY)
    rows = raw_rows(read_register(folder))
    return Asked(folder, questions_of(held.answer, rows, missing_in(held.document)), rows)


@pytest.fixture(scope="module")
def letter(asked: Asked) -> Letter:
    return next(one for one in letters_for(asked.questions, {"A": "Alpha SA"}) if one.site == "A")


def reply(question: Question, answer: str, value: str = "", reason: str = "", where: str = "a.json") -> Reply:
    return Reply(question.id, answer, value, reason, where)


def test_a_problem_and_a_missing_field_are_questions_with_cell_and_rule(asked: Asked) -> None:
    much = asked.about("quantity")
    assert (much.site, much.plant, much.place.row, much.now) == ("A", "P1", 13, "much")
    assert ("form_heading_quantity", "much") in [
        (figure.label.id, figure.value) for figure in much.figures if isinstance(figure.label, Message)
    ]
    stored = next(question for question in asked.questions if question.place.field == "stored_at_end")
    assert (stored.site, stored.rule, stored.place.table) == ("F", "VA VI.15, VI.19", "sites")
    assert len({question.id for question in asked.questions}) == len(asked.questions)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_letter_calls_every_field_by_its_name(letter: Letter, asked: Asked, lang: str) -> None:
    quantity, stored = asked.about("quantity"), asked.about("stored_at_end")
    label = say("form_heading_quantity", lang)
    assert say(Message("ask_shown", {"label": label, "value": "much"}), lang) in [
        figure_of(figure, lang) for figure in quantity.figures
    ]
    assert place_of(quantity, lang).endswith(label)
    assert say(field_named("s1-chemical-stored-at-end"), lang) in place_of(stored, lang)
    for each in json.loads(answer_form_json(letter, 2026, lang))["answers"]:
        assert not {"quantity:", "unit:", "chemical:", "main_activities"} & set(each["figures"].split())
        assert "_" not in each["where"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_letter_is_in_the_reader_s_language_and_names_every_question(letter: Letter, lang: str) -> None:
    text = " ".join(
        page.get_textpage().get_text_range()
        for page in pypdfium2.PdfDocument(report_file(make_letter(letter, 2026, lang), "pdf"))
    )
    assert all(word in text for word in ("Alpha", "SA", "thiodiglycol", "much", "Freedonia"))
    assert lang == "ar" or say("ask_answer", lang) in text
    assert "ask_" not in text and "{" not in text


def test_a_letter_is_a_word_document_too(letter: Letter, tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(report_file(make_letter(letter, 2026, "fr"), "docx"))
    assert any("Madame, Monsieur" in paragraph.text for paragraph in WordDocument(str(path)).paragraphs)


def test_the_form_has_a_row_a_question_and_no_formula(letter: Letter, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(answer_form_workbook(letter, 2026, "ar"))
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("answers").to_python()
    assert tuple(rows[0]) == COLUMNS and len(rows) == len(letter.questions) + 2
    assert [row[0] for row in rows[2:]] == [question.id for question in letter.questions]


def filled(letter: Letter, path: Path, answers: dict[str, tuple[str, str, str]], lang: str = "en") -> Path:
    """Fill the form of a letter as an operator does: XLSX by typing into the marked cells, or JSON."""
    if path.suffix == ".json":
        form = json.loads(answer_form_json(letter, 2026, lang))
        for row in form["answers"]:
            row["answer"], row["value"], row["reason"] = answers.get(row["id"], ("", "", ""))
        path.write_text(json.dumps(form), encoding="utf-8")
        return path
    blank = path.with_name("blank.xlsx")
    blank.write_bytes(answer_form_workbook(letter, 2026, lang))
    rows = CalamineWorkbook.from_path(blank).get_sheet_by_name("answers").to_python()
    blank.unlink()
    with Workbook(path) as workbook:
        sheet = workbook.add_worksheet("answers")
        for at, row in enumerate(rows):
            cells = [*row[:6], *answers.get(row[0], row[6:] if at < 2 else ("", "", ""))]
            for column, cell in enumerate(cells):
                sheet.write(at, column, cell)
    return path


@pytest.mark.parametrize("ending", ["xlsx", "json"])
def test_answers_are_read_back_and_close_their_questions(
    asked: Asked, letter: Letter, tmp_path: Path, ending: str
) -> None:
    much, partner = asked.about("quantity"), asked.about("partner")
    answers = {
        much.id: ("corrected", "1.2 t", ""),
        partner.id: (say("ask_answer_withdrawn", "fr"), "", "typing error"),
    }
    replies, refused = read_replies(filled(letter, tmp_path / f"a.{ending}", answers, "fr"))
    outcome = apply_replies(asked.questions, replies, asked.rows)
    assert not refused and not outcome.refused
    assert {(closed.question.id, closed.answer, closed.after) for closed in outcome.closed} == {
        (much.id, "corrected", "1.2 t"), (partner.id, "withdrawn", ""),
    }  # fmt: skip
    assert len(outcome.open) == len(asked.questions) - 2


def test_the_corrected_register_stands_beside_the_original(asked: Asked, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in asked.folder.iterdir()}
    much, partner, stored = asked.about("quantity"), asked.about("partner"), asked.about("stored_at_end")
    outcome = asked.answered(
        reply(much, "corrected", "1.2 t"), reply(partner, "withdrawn", "", "typing error"),
        reply(stored, "corrected", "0 kg"),
    )  # fmt: skip
    for name, content in register_files(outcome).items():
        (tmp_path / name).write_bytes(content)
    made = read_register(tmp_path)
    assert [problem.says.id for problem in made.problems] == []
    processed = [activity for activity in made.activities if activity.activity == "process"]
    assert [(activity.kg, activity.texts["unit"]) for activity in processed] == [(1200, "t")]
    assert len(made.activities) == ACTIVITIES.count("\n")  # the header's line stands for the row that was added
    assert made.sites["F", ""].more["stored_at_end"] == "0 kg"
    changes = list(csv.DictReader((tmp_path / "changes.csv").open(encoding="utf-8")))
    assert [(row["row"], row["field"], row["before"], row["after"]) for row in changes] == [
        ("13", "quantity", "much", "1.2 t"), ("14", "partner", "Freedonia", ""), ("4", "stored_at_end", "", "0 kg"),
    ]  # fmt: skip
    assert {file.name: file.read_bytes() for file in asked.folder.iterdir()} == before


@pytest.mark.parametrize(
    ("answer", "value", "reason", "id"),
    [
        ("", "1.2", "", "ask_fault_no_kind"),
        ("perhaps", "", "", "ask_fault_kind"),
        ("corrected", "", "", "ask_fault_no_value"),
        ("corrected", "much", "", "ask_fault_same_value"),
        ("corrected", "many", "", "ask_fault_value"),
        ("corrected", "5 litres", "", "ask_fault_value"),
        ("corrected", "-5", "", "ask_fault_value"),
        ("confirmed", "", "", "ask_fault_no_reason"),
        ("withdrawn", "", "", "ask_fault_no_reason"),
        ("confirmed", "7", "we weighed it", "ask_fault_value_beside"),
    ],
)  # fmt: skip
def test_an_answer_that_closes_nothing_is_said(asked: Asked, answer: str, value: str, reason: str, id: str) -> None:
    outcome = asked.answered(reply(asked.about("quantity"), answer, value, reason))
    assert [refused.says.id for refused in outcome.refused] == [id]
    assert outcome.closed == () and len(outcome.open) == len(asked.questions)
    assert outcome.rows == {table: [dict(row) for row in held.values()] for table, held in asked.rows.items()}


def test_a_field_that_is_missing_cannot_be_confirmed(asked: Asked) -> None:
    outcome = asked.answered(reply(asked.about("stored_at_end"), "confirmed", "", "it is so"))
    assert [refused.says.id for refused in outcome.refused] == ["ask_fault_nothing_to_confirm"]
    assert not outcome.closed


def test_unknown_and_contradictory_answers_are_said_and_none_holds(asked: Asked) -> None:
    much = asked.about("quantity")
    outcome = asked.answered(
        reply(much, "corrected", "1 t", where="a.json:1"), reply(much, "corrected", "2 t", where="b.json:1"),
        Reply("q-0123", "confirmed", "", "so", "c.json:1"),
    )  # fmt: skip
    assert [(refused.where, refused.says.id) for refused in outcome.refused] == [
        ("c.json:1", "ask_fault_unknown"), ("a.json:1", "ask_fault_contradictory"),
    ]  # fmt: skip
    same = asked.answered(reply(much, "corrected", "1 t"), reply(much, "corrigé", "1 t", where="b.json:1"))
    assert len(same.closed) == 1 and same.refused == ()


def test_a_question_about_a_whole_row_cannot_be_corrected_by_a_value(tmp_path: Path) -> None:
    twice = ACTIVITIES + "T,,phosgene,75-44-5,import,2025,60,t,,,,DEU,,\n"
    held = declared(tmp_path, activities=twice)
    rows = raw_rows(read_register(tmp_path))
    (question,) = [one for one in questions_of(held.answer, rows) if one.says.id == "declare_row_repeated"]
    outcome = apply_replies((question,), [reply(question, "corrected", "5")], rows)
    assert [refused.says.id for refused in outcome.refused] == ["ask_fault_no_cell"]
    outcome = apply_replies((question,), [reply(question, "withdrawn", "", "the same delivery")], rows)
    assert len(outcome.rows["activities"]) == len(rows["activities"]) - 1


def test_a_file_that_is_no_answer_is_said_and_the_rest_is_read(asked: Asked, letter: Letter, tmp_path: Path) -> None:
    filled(letter, tmp_path / "good.json", {asked.about("quantity").id: ("corrected", "1 t", "")})
    (tmp_path / "bad.json").write_text("[" * 100_000, encoding="utf-8")
    (tmp_path / "other.json").write_text('{"kind": "x"}', encoding="utf-8")
    (tmp_path / "broken.xlsx").write_bytes(b"PK nothing")
    replies, refused = read_replies(tmp_path)
    assert [one.answer for one in replies if one.answer] == ["corrected"]
    assert {one.where for one in refused} == {"bad.json", "other.json", "broken.xlsx"}


@given(st.lists(st.text(max_size=12), max_size=6))
def test_names_of_files_are_safe_and_each_once(sites: list[str]) -> None:
    stems: list[str] = []
    for site in sites:
        stems.append(file_stem(Letter(site, "", ()), stems))
    assert len({stem.casefold() for stem in stems}) == len(stems)
    assert all(stem and not set(stem) & set('/\\:.<>|"*?\0') for stem in stems)


def test_books_of_an_empty_register_ask_nothing(tmp_path: Path) -> None:
    write_books(tmp_path, activities=ACTIVITIES.partition("\n")[0] + "\n")
    held = declared(tmp_path, activities=ACTIVITIES.partition("\n")[0] + "\n")
    assert questions_of(held.answer, raw_rows(read_register(tmp_path)), missing_in(held.document)) == ()
