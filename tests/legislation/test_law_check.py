"""A law is checked from its files on: several texts, every format, empty and strange ones, the model on and off."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from opencwc.convention.measures import Measures, read_measures
from opencwc.errors import SettingsError
from opencwc.finding import Rule, Verdict
from opencwc.legislation import COLUMNS, check_law, check_texts
from opencwc.legislation.findings import findings_of, maker_of
from opencwc.legislation.formats import as_csv, as_json
from opencwc.legislation.model import Checked, Fulfilled, Law
from opencwc.legislation.report import other_texts, report
from opencwc.legislation.states import known_state
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.wording import LANGUAGES, sentence

from .conftest import DAY, Check, WordEncoder, answer, model_laws

ENGLISH = next(law for law in model_laws() if law.name == "en-act")


def test_the_csv_has_up_to_five_lines_a_measure_best_first(check: Check) -> None:
    checked = check(ENGLISH.text)
    rows = list(csv.DictReader(io.StringIO(as_csv(checked), newline="")))
    assert tuple(rows[0]) == COLUMNS
    by_measure: dict[str, list[dict[str, str]]] = {}
    obligations = {obligation.name for obligation in checked.obligations}  # they have no passages of their own
    for row in rows:
        if row["measure"] not in obligations:
            by_measure.setdefault(row["measure"], []).append(row)
    assert set(by_measure) == {answer.measure.id for answer in checked.answers}
    for lines in by_measure.values():
        assert [row["rank"] for row in lines] == [str(n) for n in range(1, len(lines) + 1)] and len(lines) <= 5
        assert len({(row["file"], row["section"]) for row in lines}) == len(lines)
        assert {row["verdict"] for row in lines} <= {"covered", "partial", "none", "review"}
        assert all(0 <= float(row["probability"]) <= 1 for row in lines)
        for row in lines:
            assert ENGLISH.text[int(row["start"]) : int(row["end"])].strip()


def test_a_file_whose_name_is_a_formula_is_text_to_a_spreadsheet(measures: Measures, encoder: WordEncoder) -> None:
    checked = check_texts([LegalText("=1+1.txt", ENGLISH.text)], "FRA", DAY, measures=measures, encoder=encoder)
    rows = csv.DictReader(io.StringIO(as_csv(checked), newline=""))
    assert {row["file"] for row in rows if row["rank"]} == {"'=1+1.txt"}


def test_what_is_partly_covered_says_what_is_missing(check: Check) -> None:
    for proposal in check(ENGLISH.text).answers:
        if proposal.verdict == "partial":
            assert proposal.missing or proposal.delegated, proposal.measure.id
        if proposal.verdict == "covered":
            assert not proposal.missing and not proposal.delegated


def test_nothing_is_ever_said_to_be_absent_from_the_law_of_a_state(check: Check) -> None:
    checked = check("Section 1. Name\nThis Act is the Fisheries Act.\nSection 2. Nets\nNets are measured.\n")
    assert {answer.verdict for answer in checked.answers} == {"none"}
    for lang in LANGUAGES:
        sentences = {sentence(message, lang) for answer in checked.answers for message in answer.why}
        assert len(sentences) == 1
    assert sentence(checked.answers[0].why[0]) == "No provision found in the texts supplied."


def test_the_order_of_the_files_changes_no_verdict(check: Check) -> None:
    head, tail = ENGLISH.text[: len(ENGLISH.text) // 2], ENGLISH.text[len(ENGLISH.text) // 2 :]
    cut = tail.index("  Section") if "  Section" in tail else tail.index("Section")
    moved, other = head + tail[:cut], tail[cut:]
    first = {answer.measure.id: answer.verdict for answer in check(moved, other).answers}
    second = {answer.measure.id: answer.verdict for answer in check(other, moved).answers}
    assert first == second


def test_files_are_read_and_a_second_time_from_the_cache(tmp_path: Path, encoder: WordEncoder) -> None:
    law = tmp_path / "act.txt"
    law.write_text(ENGLISH.text, encoding="utf-8")
    cache = tmp_path / "cache"
    first = check_law([law], "FRA", date(2026, 6, 1), encoder=encoder, confine=False, cache=cache)
    assert list((cache / "vectors").glob("*.npy")) and list((cache / "laws").glob("*.json"))
    again = check_law([law], "FRA", date(2026, 6, 1), encoder=encoder, confine=False, cache=cache)
    assert as_json(first) == as_json(again)
    for broken in (*(cache / "vectors").glob("*"), *(cache / "laws").glob("*")):
        broken.write_bytes(b"rubbish")
    assert as_json(check_law([law], "FRA", date(2026, 6, 1), encoder=encoder, confine=False, cache=cache)) == as_json(
        first
    )


def test_without_the_model_the_rules_decide_and_say_so(check: Check) -> None:
    checked = check(ENGLISH.text, model=False)
    assert checked.model == "" and all(answer.probability is None for answer in checked.answers)
    assert [note.id for note in checked.notes] == ["law_by_rules"]


def test_the_model_can_be_switched_off(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(ENGLISH.text).model == "law-coverage"
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "law-coverage")
    checked = check(ENGLISH.text)
    assert checked.model == "" and checked.answers[0].probability is None


def test_each_measure_is_a_finding_with_its_passages_and_their_words(check: Check) -> None:
    checked = check(ENGLISH.text)
    findings = list(findings_of(checked))
    assert [finding.subject.id for finding in findings] == [answer.measure.id for answer in checked.answers]
    ban = next(finding for finding in findings if finding.subject.id == "PRO-01")
    assert ban.verdict is Verdict.COVERED
    assert ban.rule == Rule("CWC", "PRO-01", "Article I.1(a); Article VII.1(a)", "treaty")
    passage = ban.evidence[0]
    assert passage.kind == "passage" and ENGLISH.text[passage.span[0] : passage.span[1]] == passage.value
    words = [evidence for evidence in ban.evidence if evidence.kind == "word"]
    assert all(ENGLISH.text[word.span[0] : word.span[1]] == word.value for word in words) and words
    assert maker_of(checked).model == "law-coverage" and maker_of(checked).weights


def test_resolution_1540_is_answered_from_the_same_measures(check: Check) -> None:
    checked = check(ENGLISH.text)
    (text, sentences), *others = other_texts(checked, "en").items()
    assert text == "Resolution 1540 (2004), as far as it concerns chemical weapons" and not others
    assert all(said.startswith("Paragraph ") for said in sentences)
    verdicts = {answer.measure.id: answer.verdict for answer in checked.answers}
    for one in checked.obligations:
        assert dict(one.verdicts) == {id: verdicts[id] for id, _ in one.verdicts}
        assert (one.verdict == "covered") == (not one.open)


def test_of_an_obligation_each_measure_that_is_not_covered_stands_under_its_own_verdict() -> None:
    verdicts = (("PRO-01", "review"), ("PRO-03", "covered"), ("PRO-07", "none"), ("PEN-01", "review"))
    titles = {"en": "Prohibit such acts", "fr": "Interdire ces actes"}
    acts = Fulfilled("UNSCR1540", "OP2-acts", titles, "paragraph 2", verdicts, {"en": "Resolution 1540"})
    checked = Checked(Law("FRA", DAY, (), ()), (), "", "", obligations=(acts,))
    said = "Paragraph 2: Prohibit such acts. Measures covered: 1 of 4. Not found: PRO-07. To read: PRO-01, PEN-01."
    assert other_texts(checked, "en") == {"Resolution 1540": [said]}
    assert other_texts(checked, "fr")["Resolution 1540"][0].endswith("À lire\u00a0: PRO-01, PEN-01.")


def test_the_obligations_of_other_texts_stand_in_the_csv_and_the_json(check: Check) -> None:
    checked = check("Section 1. Chemical weapons\nNo person shall use a chemical weapon.\n", model=False)
    rows = {row["measure"]: row for row in csv.DictReader(io.StringIO(as_csv(checked)))}
    paragraph = rows["UNSCR1540 OP2-acts"]
    assert paragraph["verdict"] == "partial" and "PRO-01" in paragraph["missing"].split(";")
    sets = {measure_set["set"]: measure_set for measure_set in json.loads(as_json(checked))["sets"]}
    acts = {obligation["id"]: obligation for obligation in sets["UNSCR1540"]["obligations"]}["OP2-acts"]
    assert acts["verdict"] == "partial" and acts["measures"]["PRO-03"] == "covered"
    assert len(sets["CWC"]["measures"]) == 60 and not sets["CWC"]["obligations"]


def test_a_house_s_own_set_that_is_broken_is_told_and_the_law_is_checked(encoder: WordEncoder, tmp_path: Path) -> None:
    broken = tmp_path / "regional.yaml"
    broken.write_text("set: [REGIONAL\n", encoding="utf-8")
    law = LegalText("act.txt", "Section 1. Chemical weapons\nNo person shall use a chemical weapon.\n")
    checked = check_texts([law], "FRA", DAY, measures=read_measures(DAY, [broken]), encoder=encoder, model=False)
    note = sentence(checked.notes[0])
    assert "regional.yaml" in note and "line" in note
    assert answer(checked, "PRO-03").verdict == "covered"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_names_every_gap_with_its_article_and_what_closes_it(check: Check, lang: str) -> None:
    made = report(check("Section 1. Chemical weapons\nNo person shall use a chemical weapon.\n", model=False), lang)
    sections = {section.id: list(section.blocks) for section in made.sections}
    gaps = [row for block in sections["gaps"] if block.kind == "table" for row in block.rows]
    assert len(gaps) > 50
    assert all(row[2].text and len(str(row[3])) > 5 for row in gaps)
    assert list(sections) == ["texts", "counts", "matrix", "gaps", "measures", "other_texts"]


def test_json_holds_the_words_that_decided(check: Check) -> None:
    answered = json.loads(as_json(check(ENGLISH.text), "fr"))
    ban = next(measure for measure in answered["measures"] if measure["measure"] == "PRO-01")
    assert ban["verdict"] == "covered" and ban["said"].startswith("couverte (confiance ")
    words = ban["passages"][0]["words"]
    assert words and all(word["word"] == ENGLISH.text[word["start"] : word["end"]] for word in words)


def test_a_state_is_named_by_code_or_name() -> None:
    assert known_state("FRA") == known_state("France") == "FRA"
    with pytest.raises(SettingsError, match="is not a State"):
        known_state("Freedonia")


def test_only_the_relevant_part_of_a_long_code_comes_up(check: Check) -> None:
    filler = "".join(
        f"Article {n}\nWhoever commits theft number {n} is punished with imprisonment.\n" for n in range(1, 400)
    )
    chapter = (
        "Article 400\nWhoever develops, produces, acquires, stockpiles or retains a chemical weapon is punished with "
        "imprisonment for life.\n"
    )
    covered = answer(check(filler + chapter, model=False), "PRO-01")
    assert covered.shown[0].passage.section.number == "400"
