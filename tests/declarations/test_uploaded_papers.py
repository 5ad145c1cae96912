"""A declaration that somebody wrote, and answers of operators, read in a process that can do nothing else."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from opencwc.declarations import kept
from opencwc.declarations.forms.declaration_files import declaration_file
from opencwc.declarations.letters import answer_form_json, answer_form_workbook
from opencwc.declarations.reader import Reader
from opencwc.declarations.run_papers import KeptPapers, document_of, letters_of, opened, packed, questions_in, rows_of
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
def judged(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a register with one declaration of a plant and one row that cannot be read."""
    folder = tmp_path_factory.mktemp("register")
    for name, content in (("sites.csv", SITES), ("activities.csv", ACTIVITIES)):
        (folder / name).write_text(content)
    files = [Input(file.name, file) for file in sorted(folder.iterdir())]
    end = next(step for step in Reader(QUESTION).steps(files) if isinstance(step, Ended))
    assert end.pages is not None
    return end.pages.content


@pytest.fixture(scope="module")
def papers(judged: bytes) -> KeptPapers:
    """The papers of that register."""
    known = kept.unpack(judged).papers
    assert known is not None
    return known


def archive_of(files: Mapping[str, bytes]) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller reads it
    pack_uploads([(name, io.BytesIO(content)) for name, content in files.items()], file)
    return file


def test_a_judged_register_keeps_its_declaration_its_questions_and_its_rows(papers: KeptPapers) -> None:
    assert {(held.regime, held.declaration) for held in document_of(papers).declarations} == {
        ("S2", "past"), ("S2", "aggregate"),
    }  # fmt: skip
    assert [(letter.site, letter.operator) for letter in letters_of(papers)] == [("A", "An Invented Company")]
    assert {question.says.id for question in questions_in(papers)} >= {"form_missing", "declare_unit_no_weight"}
    assert rows_of(papers)["activities"][2]["unit"] == "l"


def test_what_was_kept_before_papers_were_kept_in_parts_has_none(judged: bytes) -> None:
    plain = json.loads(gzip.decompress(judged))
    plain |= {"version": 3, "papers": {"document": {}, "questions": []}}
    del plain["paper_parts"]
    assert kept.unpack(gzip.compress(json.dumps(plain).encode())).papers is None


def test_only_the_parts_of_what_is_shown_are_opened() -> None:
    held = packed([f"site {number}" for number in range(7)], 3)
    assert [list(opened(held, str, after, 3)) for after in (0, 2, 6, 9)] == [
        ["site 0", "site 1", "site 2"], ["site 2", "site 3", "site 4"], ["site 6"], [],
    ]  # fmt: skip
    spoilt = replace(held, parts=(b"spoilt", *held.parts[1:]))
    assert list(opened(spoilt, str, 3)) == ["site 3", "site 4", "site 5", "site 6"]
    with pytest.raises(InputError) as refused:
        list(opened(spoilt, str, 2))
    assert refused.value.code == "kept_declarations_unreadable"
    assert list(opened(packed([], 3), str)) == []


@pytest.mark.parametrize("format", ["xlsx", "xml"])
def test_a_declaration_is_checked_in_the_process_with_its_own_name(papers: KeptPapers, format: str) -> None:
    content = declaration_file(document_of(papers), format)
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
    (letter,) = letters_of(papers)
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
