"""`opencwc transfers check`: a ledger in, answers out in every format, with certificates, mapping, a case to keep."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opencwc.transfers.check.formats import CHECK_COLUMNS
from opencwc.wording import LANGUAGES

from .conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"
LEDGER, CERTIFICATES = EXAMPLES / "shipments.csv", EXAMPLES / "certificates.csv"
ASKED = ("--as-of", "2026-12-10")
WANTED = {
    "S-01": "allowed", "S-02": "allowed_with", "S-03": "prohibited", "S-04": "prohibited", "S-05": "allowed",
    "S-06": "allowed", "S-07": "allowed_with", "S-08": "review", "S-09": "review", "S-10": "allowed_with",
    "S-11": "allowed", "S-12": "unreadable",
}  # fmt: skip
FREE = "chemical,from,to,date\nEthanol,France,Egypt,2026-03-01\n"


def test_the_example_is_answered_as_the_guide_says(run: Run) -> None:
    done = run("transfers", "check", LEDGER, "--certificates", CERTIFICATES, *ASKED, "--format", "csv")
    assert done.status == 1
    assert {row["id"]: row["verdict"] for row in done.rows} == WANTED
    assert tuple(done.rows[0]) == CHECK_COLUMNS
    by_id = {row["id"]: row for row in done.rows}
    assert by_id["S-02"]["needed"] == "s1-saxitoxin" and by_id["S-02"]["needed_by"] == "2027-01-20"
    assert by_id["S-04"]["source"] == "Verification Annex VII.31" and by_id["S-04"]["evidence"] == "treaty"
    assert by_id["S-07"]["needed"] == "s3-certificate"
    assert "2,000 kg of 6,000 kg" in by_id["S-07"]["why"]


def test_a_consignee_like_a_listed_name_is_for_review_on_the_first_line(run: Run, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(
        "id,chemical,from,to,date,consignee\nS-1,Caffeine,France,Germany,2027-03-01,Ivan Petrovich Morozov\n",
        encoding="utf-8",
    )
    check = ("transfers", "check", ledger, *ASKED, "--sanctions", EXAMPLES / "sanctions.csv")
    done = run(*check, "--format", "csv")
    assert [row["verdict"] for row in done.rows] == ["review", "allowed"]
    assert {row["shipment_verdict"] for row in done.rows} == {"review"}
    assert {row["input"] for row in done.rows} == {"Caffeine"}
    on_screen = run(*check).text
    assert on_screen.index("review") < on_screen.index("allowed")


def test_the_table_on_the_screen_says_what_was_checked(run: Run) -> None:
    done = run("transfers", "check", LEDGER, *ASKED)
    assert done.status == 1
    assert "CWC 2B13" in done.text and "prohibited" in done.text
    assert "12 shipments" in done.text and "checked on 2026-12-10" in done.text
    assert "known here until 2023-11-29" in done.text


def test_json_lines_hold_the_shipment_its_states_and_its_duties(run: Run) -> None:
    done = run("transfers", "check", LEDGER, *ASKED, "--format", "jsonl")
    lines = [json.loads(line) for line in done.text.splitlines()]
    first = lines[0]
    assert (first["verdict"], first["list"], first["entry"]) == ("allowed", "CWC", "1A01")
    assert first["shipment"]["from"] == "FRA" and first["shipment"]["quantity"] == "0.002"
    assert first["states"][0] == {"code": "FRA", "status": "state_party", "since": "1997-04-29"}
    duties = {duty["id"]: duty for duty in first["duties"]}
    assert duties["s1-notice"]["state"] == "met" and duties["s1-notice"]["due"] == "2027-01-16"
    assert duties["s1-annual"]["due"] == "2028-03-30" and duties["s1-annual"]["source"] == "Verification Annex VI.6"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_is_a_page_in_every_language(run: Run, tmp_path: Path, lang: str) -> None:
    out = tmp_path / "report.html"
    done = run("transfers", "check", LEDGER, "--certificates", CERTIFICATES, *ASKED, "-o", out, "--lang", lang)
    assert done.status == 1
    page = out.read_text(encoding="utf-8")
    assert f'lang="{lang}"' in page and "Verification Annex VII.31" in page
    assert "transfers_" not in page and "Traceback" not in done.err


def test_the_format_is_told_by_the_ending(run: Run, tmp_path: Path) -> None:
    for name, start in (("a.csv", "row,id,input"), ("a.jsonl", '{"row"'), ("a.json", '{"row"')):
        run("transfers", "check", LEDGER, *ASKED, "-o", tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_a_pipe_is_read_as_the_file_would_be(run: Run) -> None:
    file = run("transfers", "check", LEDGER, *ASKED, "--format", "csv")
    pipe = run("transfers", "check", "-", *ASKED, "--format", "csv", given=LEDGER.read_bytes())
    assert pipe.rows == file.rows


def test_nothing_needed_ends_with_0_and_nothing_readable_with_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "free.csv").write_text(FREE, encoding="utf-8")
    assert run("transfers", "check", tmp_path / "free.csv").status == 0
    (tmp_path / "unread.csv").write_text("chemical,from,to\nPolyflexol special,FRA,DEU\n", encoding="utf-8")
    assert run("transfers", "check", tmp_path / "unread.csv").status == 2


def test_columns_can_be_mapped(run: Run, tmp_path: Path) -> None:
    ledger = tmp_path / "theirs.csv"
    ledger.write_text("stuff,A,B,when\nThiodiglycol,Belgium,Egypt,2026-03-01\n", encoding="utf-8")
    mapping = [word for pair in ("chemical=stuff", "from=A", "to=B", "date=when") for word in ("--map", pair)]
    done = run("transfers", "check", ledger, *mapping, "--format", "csv")
    assert [row["verdict"] for row in done.rows] == ["prohibited"]
    assert "chemical = stuff" in done.err


def test_the_australia_group_is_checked_where_it_is_chosen(run: Run, tmp_path: Path) -> None:
    ledger = tmp_path / "ag.csv"
    ledger.write_text("chemical,from,to,date\nPotassium fluoride,France,Egypt,2026-03-01\n", encoding="utf-8")
    assert run("transfers", "check", ledger).status == 0
    done = run("transfers", "check", ledger, "--lists", "CWC,AG", "--format", "csv")
    assert [(row["verdict"], row["list"], row["needed"]) for row in done.rows] == [("review", "AG", "ag-licence")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.csv"], "nowhere.csv"),
        ([str(LEDGER), "--as-of", "soon"], "--as-of 'soon' is not a date"),
        ([str(LEDGER), "--format", "pdf"], "--format 'pdf' is unknown"),
        ([str(LEDGER), "-o", "answer.doc"], "is not a known format"),
        ([str(LEDGER), "--lang", "tlh"], "--lang 'tlh' is unknown"),
        ([str(LEDGER), "--lists", "XYZ"], "the list 'XYZ' does not exist"),
        ([str(LEDGER), "--map", "chemical"], "names no column"),
        ([str(LEDGER), "--map", "colour=chemical"], "There is no field 'colour'"),
        ([str(LEDGER), "--certificates", str(EXAMPLES / "none.csv")], "none.csv"),
        ([str(LEDGER), "--mark", "confidential"], "need --keep"),
        ([str(LEDGER), "--rules", "nothing.yaml"], "no list of rules"),
    ],
)
def test_what_cannot_run_ends_with_2_and_says_why(run: Run, words: list[str], message: str) -> None:
    done = run("transfers", "check", *words)
    assert done.status == 2
    assert message in done.err and "Traceback" not in done.err


def test_the_answer_never_takes_the_place_of_the_ledger(run: Run, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(FREE, encoding="utf-8")
    done = run("transfers", "check", ledger, "-o", ledger)
    assert done.status == 2 and ledger.read_text(encoding="utf-8") == FREE


def test_answers_are_kept_in_a_case(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.db"
    done = run(
        "transfers", "check", LEDGER, "--certificates", CERTIFICATES, *ASKED, "--keep", "exports", "--casebook", book
    )
    assert done.status == 1 and "exports" in done.err
    case = run("case", "show", "exports", "--casebook", book)
    assert case.status == 0 and "transfers" in case.text


def test_the_real_command_answers(command: Run) -> None:
    done = command("transfers", "check", LEDGER, *ASKED, "--format", "csv")
    assert done.status == 1 and len(done.rows) == 12
