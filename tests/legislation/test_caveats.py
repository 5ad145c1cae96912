"""What a verdict rests on, or could not rest on, is told wherever the verdict is: drafts, and texts not read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

import pytest

from opencwc.convention.measures import Measures
from opencwc.finding import Message
from opencwc.legislation import COVERED, NONE, Checked, check_texts
from opencwc.legislation.answer_wording import missing_words
from opencwc.legislation.comparison_report import compared_json, compared_report
from opencwc.legislation.findings import findings_of
from opencwc.legislation.formats import as_csv, as_json
from opencwc.legislation.kept import answers_of, packed, summary_of, unpack, write_passages
from opencwc.legislation.report import report
from opencwc.legislation.texts.legal_texts import LegalText, plain_legal_text
from opencwc.legislation.version_comparison import compare
from opencwc.publishing.pdf import as_data
from opencwc.wording import LANGUAGES, sentence

from .conftest import DAY, WordEncoder, answer
from .test_reading_laws import ENGLISH, PORTUGUESE

CheckTexts = Callable[..., Checked]
TOLD = "Not all texts were read: lei.txt."


@pytest.fixture(scope="module")
def check_these(encoder: WordEncoder, measures: Measures) -> CheckTexts:
    def checked(*texts: LegalText, model: bool = False) -> Checked:
        return check_texts(texts, "GBR", DAY, measures=measures, encoder=encoder, model=model)

    return checked


@pytest.fixture(scope="module")
def half_read(check_these: CheckTexts) -> Checked:
    return check_these(LegalText("lei.txt", PORTUGUESE), LegalText("act.txt", ENGLISH))


@pytest.fixture(scope="module")
def draft(check_these: CheckTexts) -> Checked:
    return check_these(plain_legal_text(f"[Draft bill - not adopted]\n{ENGLISH}".encode(), "act.txt"))


def first_lines(checked: Checked) -> dict[str, dict[str, str]]:
    return {row["measure"]: row for row in reversed(list(csv.DictReader(io.StringIO(as_csv(checked)))))}


def test_each_gap_of_the_csv_and_json_says_that_a_text_was_not_read(half_read: Checked) -> None:
    lines = first_lines(half_read)
    assert {row["verdict"] for row in lines.values()} >= {"covered", "none"}
    for row in lines.values():
        assert (TOLD in row["why"]) == (row["verdict"] != COVERED), row["measure"]
    for measure in json.loads(as_json(half_read))["measures"]:
        assert (TOLD in {why["said"] for why in measure["why"]}) == (measure["verdict"] != COVERED)
    for set_of in json.loads(as_json(half_read))["sets"]:
        for obligation in set_of["obligations"]:
            assert (TOLD in obligation["said"]) == (obligation["verdict"] != COVERED)


def test_so_do_the_matrix_the_cards_and_the_findings(half_read: Checked) -> None:
    gap, covered = answer(half_read, "NAT-01"), answer(half_read, "PRO-03")
    assert gap.verdict == NONE and covered.verdict == COVERED
    for lang in LANGUAGES:
        assert "lei.txt" in missing_words(gap, lang) and not missing_words(covered, lang)
    data = json.dumps(as_data(report(half_read, "en")))
    gaps = sum(answer.verdict != COVERED for answer in half_read.answers)
    assert data.count(TOLD) >= gaps and data.count(TOLD[0].lower() + TOLD[1:-1]) >= gaps
    finding = next(finding for finding in findings_of(half_read) if finding.subject.id == "NAT-01")
    assert TOLD.strip(".").lower() in sentence(finding.message).lower()


def test_nothing_is_told_where_all_was_read(check_these: CheckTexts) -> None:
    checked = check_these(LegalText("act.txt", ENGLISH))
    assert "Not all texts" not in as_csv(checked) and missing_words(answer(checked, "NAT-01"), "en") == ""


def test_a_page_that_was_not_read_leaves_its_trace(check_these: CheckTexts) -> None:
    from opencwc.files import Unread
    from opencwc.legislation.texts.legal_texts import _unread

    note = _unread(Unread("p. 2", Message("reading_damaged")), "act.pdf")
    checked = check_these(LegalText("act.pdf", ENGLISH, "pdf", notes=(note,)))
    assert "Not all texts were read: act.pdf." in first_lines(checked)["NAT-01"]["why"]
    assert any("act.pdf p. 2" in sentence(note) for note in checked.notes)


def test_a_draft_keeps_its_verdicts_and_each_says_what_it_rests_on(draft: Checked, check_these: CheckTexts) -> None:
    law = check_these(LegalText("act.txt", ENGLISH))
    assert [answer.verdict for answer in draft.answers] == [answer.verdict for answer in law.answers]
    caveat = "The text act.txt calls itself “[Draft bill - not adopted]”: it may not be in force."
    assert caveat in {sentence(note) for note in draft.notes}
    for row in (line for line in first_lines(draft).values() if line["measure"].count("-") == 1 and line["rank"]):
        assert (caveat in row["why"]) == (row["verdict"] != NONE), row["measure"]
    assert caveat in json.dumps(as_data(report(draft, "en")), ensure_ascii=False)
    for lang in LANGUAGES:
        (not_in_force,) = [sentence(note, lang) for note in draft.notes if note.id == "law_not_in_force"]
        assert "[Draft bill - not adopted]" in not_in_force and "{" not in not_in_force


def test_what_is_kept_of_a_check_says_it_still(half_read: Checked) -> None:
    sections: Sequence[object] = half_read.law.sections
    assert sections
    content = packed(summary_of(half_read), answers_of(half_read), write_passages(half_read.law.sections, []))
    assert as_csv(unpack(content).checked) == as_csv(half_read)


def test_confidence_is_in_words_in_the_report_and_in_numbers_in_the_table(check_these: CheckTexts) -> None:
    checked = check_these(LegalText("act.txt", ENGLISH), model=True)
    sections = {section["id"]: section for section in as_data(report(checked, "en"))["sections"]}
    (matrix,) = sections["matrix"]["blocks"]
    verdicts = [str(row[3]) for row in matrix["rows"]]
    assert any("no provision found" in verdict for verdict in verdicts) and not any("%" in line for line in verdicts)
    assert any("confidence" in verdict for verdict in verdicts) and "needs reading" in verdicts
    assert all(row["probability"] for row in first_lines(checked).values() if row["rank"])


def test_a_comparison_says_what_makes_it_doubtful(half_read: Checked, draft: Checked, check_these: CheckTexts) -> None:
    law = check_these(LegalText("act.txt", ENGLISH))
    assert compare(law, law).notes == ()
    french = check_these(
        LegalText("loi.txt", "Article 1. Nul ne peut employer des armes chimiques dans la guerre.\n" * 4)
    )
    (doubt,) = [sentence(note) for note in compare(law, french).notes]
    assert doubt.startswith("The earlier texts are in another language (English) than the later ones (French)")
    doubts = compare(half_read, draft)
    assert [note.id for note in doubts.notes] == ["law_not_in_force", "law_compare_languages", "law_compare_unread"]
    assert "lei.txt" in sentence(doubts.notes[-1])
    told = [note["said"] for note in json.loads(compared_json(doubts, "es"))["notes"]]
    assert len(told) == 3 and all(
        line in json.dumps(as_data(compared_report(doubts, "es")), ensure_ascii=False) for line in told
    )
