"""A checked law as a report: passages with their marks beside the measure, in their own language and direction."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from opencwc.legislation import NONE, Checked
from opencwc.legislation.answer_wording import article_in, drafting_points, elements_shown, verdict_words
from opencwc.legislation.formats import answer_to_plain, as_csv
from opencwc.legislation.report import report
from opencwc.publishing.docx import write_docx
from opencwc.publishing.html import write_html
from opencwc.publishing.model import Beside, Passages
from opencwc.publishing.pdf import as_data
from opencwc.wording import LANGUAGES

from .conftest import Check, answer

FRENCH = (
    "Article 1. Interdictions\nIl est interdit de mettre au point, de fabriquer, d'acquérir ou de stocker des armes "
    "chimiques.\n"
    "Article 2. Emploi\nNul ne peut employer des armes chimiques.\n"
)


def html_of(checked: Checked, lang: str) -> str:
    page = io.StringIO()
    write_html(report(checked, lang), page)
    return page.getvalue()


def beside_in(checked: Checked, lang: str) -> Iterator[Beside]:
    for section in report(checked, lang).sections:
        for block in section.blocks:
            for card in block.cards if block.kind == "cards" else ():
                yield from (block for block in card.blocks if isinstance(block, Beside))


def test_the_page_marks_the_deciding_words_in_the_law_s_own_words(check: Check) -> None:
    page = html_of(check(FRENCH, model=False), "en")
    assert page.count("<mark") > 5 and ">fabriquer</mark>" in page and 'class="beside"' in page


def test_a_measure_stands_beside_its_passages_with_each_element_found_or_missing(check: Check) -> None:
    checked = check(FRENCH, model=False)
    ban = next(block for block in beside_in(checked, "en") if "retain" in str(block.columns[1]))
    text, measure = ban.columns
    assert any(isinstance(block, Passages) for block in text.blocks)
    stands = {fact.label: fact.values[0].text for block in measure.blocks if block.kind == "facts"
              for fact in block.facts}  # fmt: skip
    assert stands["develop"] == "found" and stands["retain"] == "missing"


def test_a_passage_keeps_its_language_and_direction_in_a_report_of_another(check: Check) -> None:
    checked = check(FRENCH, model=False)
    page = html_of(checked, "ar")
    assert '<html lang="ar" dir="rtl">' in page and '<bdi class="marked" lang="fr" dir="ltr">' in page
    passages = [
        passage
        for section in as_data(report(checked, "ar"))["sections"]
        for block in section["blocks"]
        for card in block.get("cards") or ()
        for beside in card["blocks"]
        if beside["kind"] == "beside"
        for inner in beside["columns"][0]["blocks"]
        if inner["kind"] == "passages"
        for passage in inner["passages"]
    ]
    assert passages and {(passage["lang"], passage["direction"]) for passage in passages} == {("fr", "ltr")}


def test_a_word_document_has_both_in_the_cells_of_one_row(check: Check) -> None:
    stream = io.BytesIO()
    write_docx(report(check(FRENCH, model=False), "ar"), stream)
    tables = [table for table in Document(io.BytesIO(stream.getvalue())).tables if len(table.columns) == 2]
    cells = [table.rows[1].cells for table in tables if len(table.rows) == 2]
    quoted = [part for left, _ in cells for part in left.paragraphs if "interdit" in part.text]
    assert quoted
    for paragraph in quoted:
        assert paragraph._p.find(f".//{qn('w:bidi')}") is None  # French runs left to right
        assert {mark.get(qn("w:val")) for mark in paragraph._p.iter(qn("w:lang"))} == {"fr"}


def test_each_line_of_the_csv_says_what_its_own_passage_holds(check: Check) -> None:
    checked = check(FRENCH, model=False)
    rows = [row for row in csv.DictReader(io.StringIO(as_csv(checked))) if row["measure"] == "PRO-01"]
    assert len(rows) > 1 and rows[0]["why"].startswith("Found: develop")
    assert rows[1]["section"] == "Article 2" and "Found" not in rows[1]["why"]
    for passage in answer(checked, "PRO-01").shown:
        assert bool(passage.elements) <= bool(passage.spans)  # without a marked word a passage holds nothing


def test_what_was_found_only_in_passing_is_told_so_wherever_it_is_shown(check: Check) -> None:
    checked = check(FRENCH, model=False)
    ban = answer(checked, "PRO-01")
    ban = replace(ban, verdict="none", met=(), missing=("develop", "retain"), passing=("develop",))
    stands = {element.name: element.stands for element in elements_shown(ban, "en")}
    assert (stands["develop"], stands["retain"]) == ("passing", "missing")
    develop, retain = drafting_points(ban, "en")
    assert "only in passing, in law-1.txt Article 1" in develop and "passing" not in retain
    plain = answer_to_plain(ban)
    assert plain["in_passing"] == ["develop"]


def test_no_answer_contradicts_itself(check: Check) -> None:
    for law in (FRENCH, "Section 1. Offences\nWhoever makes use of chemical weapons in transit is punished.\n"):
        for model in (True, False):
            for proposal in check(law, model=model).answers:
                assert set(proposal.passing) <= set(proposal.missing) and not set(proposal.met) & set(proposal.missing)
                stands = [element.stands for element in elements_shown(proposal, "en")]
                if proposal.verdict == NONE:
                    assert "met" not in stands and {*proposal.missing, *proposal.delegated}, proposal.measure.id
                assert sum("only in passing" in point for point in drafting_points(proposal, "en")) == len(
                    proposal.passing
                )


def test_the_annexes_of_the_convention_are_called_as_the_language_calls_them(check: Check) -> None:
    checked = check(FRENCH, model=False)
    names = {"en": "Confidentiality Annex", "fr": "Annexe sur la confidentialité", "ar": "المرفق المتعلق بالسرية"}
    for lang, name in names.items():
        data = json.dumps(as_data(report(checked, lang)), ensure_ascii=False)
        assert (name in data and "Annex on Chemicals" not in data.replace(names["en"], "")) or lang == "en"


def test_one_text_is_named_once_and_several_head_their_passages(check: Check) -> None:
    alone, both = check(FRENCH, model=False), check(FRENCH, FRENCH.replace("Article", "Section"), model=False)
    assert html_of(alone, "en").count("law-1.txt") == 1
    matrix = next(section for section in as_data(report(both, "en"))["sections"] if section["id"] == "matrix")
    places = {row[0]["text"]: row[4] for row in matrix["blocks"][0]["rows"]}
    assert places["PRO-01"]["text"].startswith("law-1.txt: Article 1; law-2.txt: ")
    assert '<p class="place"><bdi dir="auto">Article 1</bdi>' in html_of(both, "en")


def test_confidence_is_told_in_words_and_never_as_a_number(check: Check) -> None:
    checked = check(FRENCH, model=False)

    def told(probability: float) -> str:
        answers = tuple(replace(answer, verdict="covered", probability=probability) for answer in checked.answers)
        return html_of(replace(checked, answers=answers), "en")

    assert "covered (high confidence)" in told(0.97)
    assert "covered (fair confidence)" in told(0.7)
    assert "covered (low confidence)" in told(0.55)
    assert "%" not in told(0.97).split("<body", 1)[1]


def test_partly_covered_says_which_of_its_kinds_it_is(check: Check) -> None:
    answer = next(answer for answer in check(FRENCH, model=False).answers if answer.measure.id == "PRO-01")

    def said(**how: Any) -> str:
        plain = {"missing": (), "delegated": (), "excepted": (), "passing": (), "limited": ()}
        return verdict_words(replace(answer, verdict="partial", probability=None, **(plain | how)), "en")

    assert said(missing=("retain",), delegated=("use",)) == "partly covered, an element is missing"
    assert said(delegated=("retain",)) == "partly covered, left to a regulation"
    assert said(excepted=("retain",)) == "partly covered, an element is limited"
    assert said() == "partly covered"


def test_what_needs_reading_names_no_confidence_and_what_to_look_for(check: Check) -> None:
    answer = next(answer for answer in check(FRENCH, model=False).answers if answer.measure.id == "PRO-01")
    left = replace(answer, verdict="review", leans="covered", probability=0.45, met=("develop",), unsure=("retain",))
    assert verdict_words(left, "en") == "needs reading"
    stands = {element.name: element.stands for element in elements_shown(left, "en")}
    assert (stands["develop"], stands["retain"]) == ("met", "unsure")


def test_a_reference_with_arabic_words_runs_right_to_left_and_its_numbers_hold_together(check: Check) -> None:
    measure = next(
        answer.measure for answer in check(FRENCH, model=False).answers if "; Confidentiality" in answer.measure.article
    )
    reference = article_in(measure, "ar")
    assert "\u200eIX.11\u00a0(ج)\u200e؛ المرفق" in reference
    french = article_in(measure, "fr")
    assert french.replace("\u00a0", " ").startswith("Article IX.11 c) ; Annexe") and "\u200e" not in french
    rows = next(
        section
        for section in as_data(report(check(FRENCH, model=False), "ar"))["sections"]
        if section["id"] == "matrix"
    )
    cells = {row[0]["text"]: row[2] for row in rows["blocks"][0]["rows"]}
    assert not cells[measure.id]["verbatim"] and cells["PRO-01"]["text"].startswith("المادة")


def test_a_passage_that_says_nothing_new_is_named_not_quoted(check: Check) -> None:
    again = FRENCH + "Article 3. Interdiction\nIl est interdit de fabriquer et de stocker des armes chimiques.\n"
    page = html_of(check(again, model=False), "en")
    assert "Also said in Article 3." in page


BEGUN_BEFORE = {
    "en": ("It ", "They ", "Their ", "So ", "The same", "This ", "Without it"),
    "fr": ("Elle ", "Elles ", "Il en ", "Ils ", "Leurs ", "À défaut, ", "N'en "),
    "es": ("Ella ", "Ellos ", "Lo mismo", "Sus "),
    "ru": ("Она ", "Он ", "Они ", "Оно ", "Их ", "То же "),
    "ar": ("وهي ", "وهو ", "وينطبق ", "وتشمل "),
    "zh": ("其", "该", "他们", "它"),
}
"""How a sentence begins that rests on the one before it."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_provision_must_contain_stands_in_sentences_of_their_own(lang: str, check: Check) -> None:
    checked = check("Section 1. The Minister makes regulations.\n", model=False)
    points = [(one.measure.id, point) for one in checked.answers for point in drafting_points(one, lang)]
    assert len(points) > 100
    assert not [point for point in points if point[1].startswith(BEGUN_BEFORE[lang])]
    assert len({point for _, point in points}) == len(points), "a sentence says which measure it is on"
