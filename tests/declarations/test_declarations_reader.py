"""A register as a run: its findings, the file of its pages, and the ways in which it can be sent."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from opencwc.confining.rights import Bounds
from opencwc.confining.verb_runs import confined_steps
from opencwc.declarations import kept
from opencwc.declarations.kept import KeptDeclarations, pack, unpack
from opencwc.declarations.law import Law
from opencwc.declarations.model import Answer
from opencwc.declarations.reader import Reader
from opencwc.declarations.verb import ASK, DUE, NEAR, VERB
from opencwc.errors import InputError
from opencwc.finding import Finding, Verdict
from opencwc.jobs.archives import pack_uploads
from opencwc.verbs import Ended, Found, Input, Progress, Started, Step
from opencwc.wording import sentence

QUESTION = {"as_of": "2026-01-15", "year": 2026}
SITES = "site,plant,name,country\nNORD,,North Works,ESP\nNORD,A1,,ESP\nSUR,B1,,ESP\n"
ACTIVITIES = """site,plant,chemical,cas,activity,year,quantity,unit,concentration,planned,date
NORD,A1,Thiodiglycol,111-48-8,process,2025,1.4,t,,,
NORD,A1,Thiodiglycol,111-48-8,process,2025,500,kg,,,
NORD,A1,Thiodiglycol,111-48-8,process,2027,2,t,,yes,
NORD,A1,Dimethyl methylphosphonate,756-79-6,produce,2025,0.95,t,,,
SUR,B1,Acetone,67-64-1,produce,2025,4200,t,,,
SUR,B1,Phosgene,75-44-5,produce,2025,"12,5x",t,,,
SUR,B1,Norwald FR-77,,produce,2025,3,t,,,
SUR,C9,Acetone,67-64-1,produce,2024,1,t,,,
NORD,A1,Thiodiglycol,111-48-8,import,2025,2,t,,,
"""


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(QUESTION)


def written(folder: Path, **files: str | bytes) -> list[Input]:
    """Write files, with a dot for the last underscore of their names."""
    inputs = []
    for name, content in files.items():
        file = folder / ".".join(name.rsplit("_", 1))
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        inputs.append(Input(file.name, file))
    return inputs


def findings_in(steps: list[Step]) -> list[Finding]:
    return [finding for step in steps if isinstance(step, Found) for finding in step.findings]


def kept_in(steps: list[Step]) -> KeptDeclarations:
    (end,) = (step for step in steps if isinstance(step, Ended))
    assert end.pages is not None
    return unpack(end.pages.content)


@pytest.fixture(scope="module")
def steps(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    folder = tmp_path_factory.mktemp("register")
    return list(reader.steps(written(folder, sites_csv=SITES, activities_csv=ACTIVITIES)))


def test_a_register_becomes_findings_of_every_verdict(steps: list[Step]) -> None:
    findings = findings_in(steps)
    (end,) = (step for step in steps if isinstance(step, Ended))
    assert Counter(finding.verdict for finding in findings) == end.by_verdict
    assert {finding.verdict for finding in findings} == set(VERB.verdicts)
    assert [type(step) for step in steps].count(Started) == 1 and end.rows == 8


def test_a_finding_names_the_rows_it_rests_on_and_the_clause_of_the_convention(steps: list[Step]) -> None:
    due = [finding for finding in findings_in(steps) if finding.verdict is DUE]
    past = next(finding for finding in due if finding.message.id.endswith("past_process"))
    assert (past.subject.row, past.subject.id, past.subject.input) == (1, "NORD / A1", "Thiodiglycol")
    assert past.rule is not None
    assert (past.rule.list, past.rule.entry, past.rule.source, past.rule.grade) == (
        "CWC", "2B13", "Verification Annex VII.3(c)", "treaty"
    )  # fmt: skip
    assert [evidence.label for evidence in past.evidence if evidence.kind == "row"] == ["1", "2"]
    assert past.evidence[0].value == "2026-03-31"


def test_what_is_just_under_a_threshold_is_near_and_needs_nobody(steps: list[Step]) -> None:
    (near,) = (finding for finding in findings_in(steps) if finding.verdict is NEAR)
    assert NEAR in VERB.settled
    assert "950 kg" in sentence(near.message) and "1 t" in sentence(near.message)


def test_a_row_that_was_not_judged_is_unreadable_and_a_doubt_is_for_review(steps: list[Step]) -> None:
    findings = findings_in(steps)
    unread = [finding.subject.row for finding in findings if finding.verdict is Verdict.UNREADABLE]
    doubtful = [finding.subject for finding in findings if finding.verdict is Verdict.REVIEW]
    assert sorted(unread) == [6, 7]
    assert [(subject.row, subject.id) for subject in doubtful] == [(8, "activities 8")]
    cell = next(finding for finding in findings if finding.subject.row == 6 and finding.verdict is Verdict.UNREADABLE)
    assert cell.subject.input == "12,5x" and [evidence.value for evidence in cell.evidence] == ["6 quantity"]


def test_what_is_kept_has_days_amounts_rows_and_faults(steps: list[Step]) -> None:
    kept = kept_in(steps)
    assert (kept.year, kept.profile, kept.sites, kept.names) == (2026, "treaty", 2, {"NORD": "North Works"})
    past = next(line for line in kept.due if line.regime == "S2" and line.declaration == "past")
    assert (past.due, past.kg, past.rows, past.change) == (date(2026, 3, 31), Decimal("1900"), (1, 2), "new")
    whole = next(line for line in kept.due if line.declaration == "aggregate" and line.entry == "2B13")
    assert whole.rows == (1, 2, 9)
    organic = next(line for line in kept.due if line.regime == "OCPF")
    assert (organic.rows, organic.range, organic.source) == ((5,), "B32", "Verification Annex IX.1(a)")
    fault = next(problem for problem in kept.problems if problem.row == 6)
    assert (fault.table, fault.field, fault.column, fault.text, fault.unjudged) == (
        "activities", "quantity", "quantity", "12,5x", True
    )  # fmt: skip


def test_what_is_kept_has_the_faults_of_the_books_the_national_data_and_the_inspections(steps: list[Step]) -> None:
    kept = kept_in(steps)
    assert kept.version == 4 and kept.unusual is not None and kept.unusual.figures == 4
    sums = {(one.entry, one.activity, one.partner): one.kg for one in kept.national}
    assert sums["2B13", "process", None] == 1900
    assert sums["2B13", "import", None] == sums["2B13", "import", ""] == 2000  # the line names no partner
    assert [(one.scope, one.sites, one.most) for one in kept.inspections] == [
        ("plant_site", ("SUR",), 2), ("state_party", ("SUR",), 3)
    ]  # fmt: skip


SLIP = """site,plant,chemical,cas,activity,year,quantity,unit
A,B,Thiodiglycol,111-48-8,produce,2022,5210,kg
A,B,Thiodiglycol,111-48-8,produce,2023,4980,kg
A,B,Thiodiglycol,111-48-8,produce,2024,5330,kg
A,B,Thiodiglycol,111-48-8,produce,2025,5047,t
"""


def test_figures_to_ask_about_are_findings_in_the_order_of_their_ranks(reader: Reader, tmp_path: Path) -> None:
    steps = list(reader.steps(written(tmp_path, activities_csv=SLIP)))
    kept, findings = kept_in(steps), findings_in(steps)
    asked = [finding for finding in findings if finding.verdict is ASK]
    assert kept.unusual is not None
    assert [finding.message for finding in asked] == [point.says for point in kept.points] != []
    assert [(point.kind, point.gravity, point.year) for point in kept.points] == [("both", "wrong", 2025)]
    assert kept.unusual.proposals[0].reason == "unit" and kept.unusual.why_rules is not None
    (row,) = asked[0].evidence
    assert (row.kind, row.label) == ("row", "4") and "5047" in row.value
    assert [fault.check for fault in kept.faults if fault.gravity == "wrong"] == ["unit-slip"]
    assert unpack(pack(kept)) == kept


def test_a_register_of_one_year_has_nothing_to_compare_and_is_judged(reader: Reader, tmp_path: Path) -> None:
    one_year = "".join(SLIP.splitlines(keepends=True)[::4])
    kept = kept_in(list(reader.steps(written(tmp_path, activities_csv=one_year))))
    assert kept.unusual is not None and kept.unusual.figures == 1 and not kept.unusual.proposals


def test_a_file_of_the_first_form_is_still_read(steps: list[Step]) -> None:
    kept = kept_in(steps)
    first = json.loads(gzip.decompress(pack(kept)))
    for name in ("version", "faults", "faults_more", "unusual", "national", "inspections"):
        del first[name]
    before = unpack(gzip.compress(json.dumps(first).encode()))
    assert (before.version, before.unusual, before.faults) == (1, None, ())
    assert before.due == kept.due and before.problems == kept.problems


def test_the_file_of_the_pages_comes_back_as_it_was_and_another_is_refused(steps: list[Step]) -> None:
    kept = kept_in(steps)
    assert unpack(pack(kept)) == kept and pack(kept) == pack(unpack(pack(kept)))
    for broken in (b"", b"no file", pack(kept)[:-9]):
        with pytest.raises(InputError):
            unpack(broken)


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"books/{name}.csv", content)
    return out.getvalue()


def workbook(**sheets: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, content in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(csv.reader(io.StringIO(content))):
                for column, cell in enumerate(cells):
                    sheet.write_string(row, column, cell)
    return out.getvalue()


def as_json(**tables: str) -> bytes:
    return json.dumps({name: list(csv.DictReader(io.StringIO(text))) for name, text in tables.items()}).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("register.zip", zipped(sites=SITES, activities=ACTIVITIES)),
        ("register.xlsx", workbook(sites=SITES, activities=ACTIVITIES)),
        ("register.json", as_json(sites=SITES, activities=ACTIVITIES)),
    ],
)
def test_a_workbook_a_zip_and_json_say_the_same_as_two_tables(
    reader: Reader, steps: list[Step], tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / "upload").write_bytes(content)  # an upload stands under no name of its own
    kept = kept_in(list(reader.steps([Input(name, tmp_path / "upload")])))
    first = kept_in(steps)
    assert (kept.due, kept.near, kept.names) == (first.due, first.near, first.names)
    assert [problem.says for problem in kept.problems] == [problem.says for problem in first.problems]


def test_two_tables_of_one_kind_are_refused_and_so_is_a_register_without_activities(
    reader: Reader, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        list(reader.steps(written(tmp_path, production_csv=ACTIVITIES, data_csv=ACTIVITIES)))
    assert refused.value.code == "register_table_twice"
    with pytest.raises(InputError) as refused:
        list(reader.steps(written(tmp_path, sites_csv=SITES)))
    assert refused.value.code == "register_without_activities"
    with pytest.raises(InputError) as refused:
        list(reader.steps(written(tmp_path, books_zip=b"PK\x03\x04 no archive")))
    assert refused.value.code == "register_archive_unreadable"


def test_a_confined_process_gives_the_same_answer(steps: list[Step], tmp_path: Path) -> None:
    uploads = [("sites.csv", io.BytesIO(SITES.encode())), ("activities.csv", io.BytesIO(ACTIVITIES.encode()))]
    question: dict[str, Any] = {**QUESTION, "name": "sites.csv, activities.csv"}
    with (tmp_path / "uploads").open("w+b") as file:
        pack_uploads(uploads, file)
        with confined_steps(VERB, question, file, 600, Bounds(), network_must_be_cut=False) as lines:
            confined: list[Step] = [step for step in lines if step is not None]
    assert kept_in(confined) == kept_in(steps)
    assert findings_in(confined) == findings_in(steps)


def test_what_is_due_is_given_before_figures_are_looked_through(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(answer: Answer, law: Law) -> None:
        raise AssertionError("what is due was not given yet")

    monkeypatch.setattr(kept, "asking_of", refuse)
    steps = reader.steps(written(tmp_path, sites_csv=SITES, activities_csv=ACTIVITIES))
    given = list(takewhile(lambda step: not isinstance(step, Found), steps))
    assert [type(step) for step in given] == [Progress, Started, Progress]
