"""What people decided of a law stands in everything that is sent on: the verdict, by whom, when, why, the proposal."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from opencwc.legislation import COVERED, NONE, PARTIAL, Checked
from opencwc.legislation.answer_wording import drafting_points, elements_shown
from opencwc.legislation.decided_law import Decided, Decisions, answer_as_decided, as_decided
from opencwc.legislation.formats import DECIDED_COLUMNS, as_csv, as_json
from opencwc.legislation.report import report
from opencwc.publishing.html import write_html
from opencwc.publishing.pdf import as_data
from opencwc.wording import LANGUAGES

from .conftest import Check, answer

LAW = (
    "Section 1. Prohibition\nNo person shall develop, produce, acquire or stockpile a chemical weapon.\n"
    "Section 2. Riot control agents\nThe police keep riot control agents for law enforcement.\n"
    "Section 3. Chemical weapons\nNo person shall use a chemical weapon.\n"
)
AT = "2026-11-24T10:00:00Z"
FOUND = Decided("correct", COVERED, "Leila", AT, "The police act says so.", "Section 2")
ACCEPTED = Decided("accept", COVERED, "Omar", AT, "It is right.")
WRONG = Decided("correct", PARTIAL, "Leila", AT, "=Acquiring is not meant here.", "", ("acquire",))
REJECTED = Decided("reject", "", "Omar", AT, "It does not.")
DECISIONS: Decisions = {
    ("CWC", "PRO-06"): FOUND, ("CWC", "PRO-03"): ACCEPTED, ("CWC", "PRO-01"): WRONG, ("CWC", "PRO-02"): REJECTED,
}  # fmt: skip


@pytest.fixture(scope="module")
def checked(check: Check) -> Checked:
    law_checked = check(LAW, model=False)
    proposed = {measure: answer(law_checked, measure).verdict for measure in ("PRO-06", "PRO-03", "PRO-01")}
    assert proposed == {"PRO-06": NONE, "PRO-03": COVERED, "PRO-01": PARTIAL}
    return law_checked


def html_of(checked: Checked, lang: str, decisions: Decisions) -> str:
    page = io.StringIO()
    write_html(report(checked, lang, decisions), page)
    return page.getvalue()


def sections_of(checked: Checked, lang: str = "en") -> dict[str, Any]:
    return {section["id"]: section["blocks"] for section in as_data(report(checked, lang, DECISIONS))["sections"]}


def text_of(cell: Any) -> str:
    return cell if isinstance(cell, str) else f"{cell['text']} {cell['note']}".strip()


def test_the_report_has_the_decided_verdict_with_person_day_reason_and_proposal(checked: Checked) -> None:
    rows = {text_of(row[0]): [text_of(line) for line in row] for row in sections_of(checked)["matrix"][0]["rows"]}
    assert rows["PRO-06"][3:] == [
        "covered corrected by Leila, 2026-11-24; proposed: no provision found in the texts supplied", "Section 2", "",
    ]  # fmt: skip
    assert rows["PRO-03"][3] == "covered accepted by Omar, 2026-11-24"
    assert rows["PRO-02"][3].endswith("rejected by Omar, 2026-11-24, without giving the right answer")
    page = html_of(checked, "en", DECISIONS)
    assert "The police act says so." in page and "Decided by (measures)" in page and "Leila (2)" in page
    assert "The police keep riot control agents" in page and "Named by the person who decided." in page


def test_counts_gaps_and_the_lead_go_by_what_was_decided(checked: Checked) -> None:
    before = {
        verdict: sum(answer.verdict == verdict for answer in checked.answers) for verdict in (COVERED, PARTIAL, NONE)
    }
    report_sections = sections_of(checked)
    after = [int(count["number"]) for count in report_sections["counts"][0]["counts"]]
    assert after == [0, before[NONE] - 1, before[PARTIAL], before[COVERED] + 1]
    gaps = {text_of(row[0]) for block in report_sections["gaps"] if block["kind"] == "table" for row in block["rows"]}
    assert "PRO-06" not in gaps and "PRO-01" in gaps
    lead = as_data(report(checked, "en", DECISIONS))["lead"][0]
    assert "people decided on 4 of" in lead and "lawyer confirms" not in as_data(report(checked, "en", {}))["title"]
    every = {("CWC", answer.measure.id): ACCEPTED for answer in checked.answers}
    assert "people decided on every row" in as_data(report(checked, "en", every))["lead"][0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_decision_is_told_in_every_language(checked: Checked, lang: str) -> None:
    page = html_of(checked, lang, DECISIONS)
    assert "Leila" in page and "law_" not in page.replace("law-", "")


def test_the_table_and_json_have_the_decision_beside_the_proposal(checked: Checked) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(checked, "en", DECISIONS))))
    assert tuple(rows[0])[-len(DECIDED_COLUMNS) :] == DECIDED_COLUMNS
    first = {row["measure"]: row for row in reversed(rows)}
    decided = first["PRO-06"]
    assert (decided["verdict"], decided["proposed"], decided["outcome"], decided["missing"]) == (
        COVERED,
        NONE,
        "correct",
        "",
    )
    assert (decided["decided_by"], decided["decided_at"], decided["place"]) == ("Leila", AT, "Section 2")
    assert first["PRO-01"]["wrong_elements"] == "acquire" and first["PRO-01"]["reason"].startswith("'=")
    assert {"acquire", "retain"} <= set(first["PRO-01"]["missing"].split(";"))
    assert first["DEF-01"]["proposed"] and not first["DEF-01"]["outcome"]
    measures = {measure["measure"]: measure for measure in json.loads(as_json(checked, "en", DECISIONS))["measures"]}
    assert measures["PRO-06"]["verdict"] == COVERED and measures["PRO-06"]["proposed"] == NONE
    assert measures["PRO-06"]["decision"]["by"] == "Leila" and measures["PRO-06"]["decision"]["reason"] == FOUND.reason
    assert measures["DEF-01"]["decision"] is None
    plain = csv.DictReader(io.StringIO(as_csv(checked)))
    assert not set(plain.fieldnames or ()) & set(DECIDED_COLUMNS), "the command's table stays as it is"


def test_what_a_person_says_of_an_element_stands(checked: Checked) -> None:
    ban = answer(checked, "PRO-01")
    stands = {element.name: element.stands for element in elements_shown(answer_as_decided(ban, WRONG), "en")}
    assert stands["acquire"] == "missing" and stands["develop"] == "met" and stands["retain"] == "missing"
    points = drafting_points(answer_as_decided(ban, WRONG), "en")
    assert len(points) == 2
    there = Decided("correct", COVERED, "Leila", AT, "Keeping is retaining.", "", ("retain",))
    covered = answer_as_decided(ban, there)
    assert {element.name: element.stands for element in elements_shown(covered, "en")}["retain"] == "by_person"
    assert covered.missing == () and covered.probability is None
    none = answer_as_decided(ban, Decided("correct", NONE, "Leila", AT, "This is another weapon."))
    assert none.met == () and set(none.missing) == {element.id for element in ban.measure.needed}
    assert answer_as_decided(ban, REJECTED) == ban, "nobody has said what is right"


def test_the_obligations_of_other_texts_follow_the_decisions(checked: Checked) -> None:
    every: Decisions = {(answer.measure.set, answer.measure.id): ACCEPTED for answer in checked.answers}
    stands = as_decided(checked, every)
    assert {obligation.verdict for obligation in stands.obligations} == {COVERED}
    assert {obligation.verdict for obligation in checked.obligations} != {COVERED}
