"""A declaration that somebody wrote, and answers of operators, read in a process that can do nothing else."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from opencwc.declarations import kept
from opencwc.declarations.forms.declaration_files import declaration_file
from opencwc.declarations.letters import answer_form_json, answer_form_workbook, letters_for
from opencwc.declarations.reader import Reader
from opencwc.declarations.run_papers import NOTHING, KeptPapers, has_papers, rows_of, unpack_papers
from opencwc.declarations.uploaded_papers import check_upload, read_answers
from opencwc.errors import InputError
from opencwc.jobs.archives import pack_uploads
from opencwc.verbs import Ended, Input

ACTIVITIES = (
    "site,plant,chemical,activity,year,quantity,unit\nA,1,thiodiglycol,process,2025,5,t\nA,1,x,produce,2025,5,l\n"
)
SITES = "site,plant,name,operator,country\nA,,Works,An Invented Company,ESP\nA,1,Plant,Another,ESP\n"
QUESTION = {"as_of": "2026-01-15", "year": 2026}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> KeptPapers:
    """What is kept of a register with one declaration of a plant and one row that cannot be read."""
    folder = tmp_path_factory.mktemp("register")
    for name, content in (("sites.csv", SITES), ("activities.csv", ACTIVITIES)):
        (folder / name).write_text(content)
    files = [Input(file.name, file) for file in sorted(folder.iterdir())]
    end = next(step for step in Reader(QUESTION).steps(files) if isinstance(step, Ended))
    assert end.pages is not None
    known = unpack_papers(kept.unpack(end.pages.content).papers)
    assert known is not None
    return known


def archive_of(files: Mapping[str, bytes]) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller reads it
    pack_uploads([(name, io.BytesIO(content)) for name, content in files.items()], file)
    return file


def test_a_judged_register_keeps_its_declaration_its_questions_and_its_rows(papers: KeptPapers) -> None:
    assert {(held.regime, held.declaration) for held in papers.document.declarations} == {
        ("S2", "past"), ("S2", "aggregate"),
    }  # fmt: skip
    assert papers.operators == {"A": "An Invented Company"}
    assert {question.says.id for question in papers.questions} >= {"form_missing", "declare_unit_no_weight"}
    assert rows_of(papers)["activities"][2]["unit"] == "l"


def test_what_was_kept_before_papers_were_has_none() -> None:
    assert not has_papers(NOTHING) and unpack_papers(NOTHING) is None


@pytest.mark.parametrize("format", ["xlsx", "xml"])
def test_a_declaration_is_checked_in_the_process_with_its_own_name(papers: KeptPapers, format: str) -> None:
    content = declaration_file(papers.document, format)
    with archive_of({f"mine.{format}": content}) as archive:
        checked = check_upload(archive, QUESTION, network_must_be_cut=False)
    assert (checked.year, checked.declarations, checked.total) == (2026, 2, len(checked.faults))
    assert checked.faults and all(fault.place.startswith(f"mine.{format}") for fault in checked.faults)
    assert {fault.says.id for fault in checked.faults} == {"form_missing"}


def test_what_is_no_declaration_ends_the_process_with_its_reason() -> None:
    with archive_of({"a.xml": b"<!DOCTYPE a><a/>"}) as archive, pytest.raises(InputError) as refused:
        check_upload(archive, QUESTION, network_must_be_cut=False)
    assert refused.value.code == "declaration_with_document_type"


def test_answers_are_read_in_the_process_with_the_names_of_their_files(papers: KeptPapers) -> None:
    (letter,) = letters_for(papers.questions, papers.operators)
    plain = json.loads(answer_form_json(letter, 2026))
    plain["answers"][0] |= {"answer": "confirmed", "reason": "measured"}
    files = {
        "a.json": json.dumps(plain).encode(), "b.xlsx": answer_form_workbook(letter, 2026, "ar"), "c.json": b"[]",
    }  # fmt: skip
    with archive_of(files) as archive:
        answers = read_answers(archive, network_must_be_cut=False)
    assert len(answers.replies) == 2 * len(letter.questions)
    assert (answers.replies[0].where, answers.replies[0].reason) == ("a.json:answers[1]", "measured")
    assert answers.replies[-1].where.startswith("b.xlsx#answers:")
    assert [refused.where for refused in answers.refused] == ["c.json"]


def test_columns_that_were_named_are_those_that_are_judged(tmp_path: Path) -> None:
    (tmp_path / "activities.csv").write_text(ACTIVITIES.replace("quantity", "how much"))
    files = [Input("activities.csv", tmp_path / "activities.csv")]
    reader = Reader({**QUESTION, "given": {"sites": {}, "activities": {"quantity": "how much"}}})
    end = next(step for step in reader.steps(files) if isinstance(step, Ended))
    assert end.pages is not None and len(kept.unpack(end.pages.content).due) == 2
