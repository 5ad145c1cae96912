"""A ban that lets somebody through: what is said is not missing, and the sentence that decided is shown and named."""

from __future__ import annotations

import csv
import io

import pytest

from opencwc.legislation import PARTIAL
from opencwc.legislation.answer_wording import drafting_points, elements_shown, missing_words
from opencwc.legislation.findings import findings_of
from opencwc.legislation.formats import answer_to_plain, as_csv, held_by
from opencwc.legislation.kept import answers_of, packed, summary_of, unpack, write_passages
from opencwc.legislation.report import EXCEPTS, marked
from opencwc.wording import sentence

from ..conftest import Check, answer

BAN = "No person shall develop, produce, otherwise acquire, stockpile or retain a chemical weapon."
ALL = ("develop", "produce", "acquire", "stockpile", "retain")
ELSEWHERE = "Section 9 shall not apply to members of the Defence Force."
LONG = "".join(f"Section {number}. Chemical weapons are spoken of here.\n" for number in range(1, 9))
LAWS = {
    "in another section": (f"{LONG}Section 9. {BAN}\nSection 10. {ELSEWHERE}\n", "Section 10", ELSEWHERE),
    "where it begins": (f"Section 1. Except under a licence, {BAN}\n", "Section 1", "Except under a licence"),
    "where it ends": (
        "Article 1. Il est interdit de mettre au point, de fabriquer, d'acquérir, de stocker ou de conserver des armes "
        "chimiques, sauf aux forces armées.\n",
        "Article 1",
        "sauf aux forces armées.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAWS)
def test_the_words_that_let_somebody_through_are_shown_marked_and_named(check: Check, name: str) -> None:
    law, place, words = LAWS[name]
    ban = answer(check(law, model=False), "PRO-01")
    assert (ban.verdict, ban.excepted, ban.missing) == (PARTIAL, ALL, ())
    excepting = next(passage for passage in ban.shown if passage.excepts)
    assert excepting.passage.section.id == place
    assert [piece.text for piece in marked(excepting) if piece.tone == EXCEPTS] == [words]
    assert any(f"exception that the Convention does not allow ({place})" in sentence(reason) for reason in ban.why)
    assert "missing" not in " ".join(map(sentence, ban.why)) and f"({place})" in missing_words(ban, "en")
    assert any("Exempts somebody" in sentence(message) for message in held_by(excepting, ban))


def test_every_face_says_that_it_is_said_with_an_exception(check: Check) -> None:
    checked = check(LAWS["in another section"][0], model=False)
    ban = answer(checked, "PRO-01")
    assert {element.stands for element in elements_shown(ban, "en")} >= {"excepted"}
    assert all("exception removes it" in point for point in drafting_points(ban, "en"))
    row = next(row for row in csv.DictReader(io.StringIO(as_csv(checked))) if row["measure"] == "PRO-01")
    assert row["missing"] == "" and "Section 10" in row["why"]
    assert answer_to_plain(ban)["excepted"] == list(ALL)
    finding = next(finding for finding in findings_of(checked) if finding.rule and finding.rule.entry == "PRO-01")
    assert [evidence.value for evidence in finding.evidence if evidence.kind == "exception"] == [ELSEWHERE]
    sections = checked.law.sections
    kept = unpack(packed(summary_of(checked), answers_of(checked), write_passages(sections, [])))
    assert kept.checked.answers[checked.answers.index(ban)].shown == ban.shown
    assert kept.checked.answers[checked.answers.index(ban)].excepted == ALL


def test_a_whole_ban_has_no_exception(check: Check) -> None:
    known = f"Section 1. {BAN}\nSection 2. Section 1 shall not apply to purposes not prohibited under the Convention.\n"
    ban = answer(check(known, model=False), "PRO-01")
    assert not ban.excepted and not any(passage.excepts for passage in ban.shown)


def test_words_are_marked_only_in_passages_that_hold_something(check: Check) -> None:
    for law, *_ in LAWS.values():
        for proposal in check(law, model=False).answers:
            for passage in proposal.shown:
                assert passage.decides or not [piece for piece in marked(passage) if piece.tone], proposal.measure.id
