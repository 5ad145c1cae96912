"""The record from wherever it stands: each kind is recognised, and each row is one dated statement with its source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opencwc.claims.record_sources import RecordSources, record_kind
from opencwc.cli.app import application
from opencwc.errors import InputError
from opencwc.verbs import Input

EXAMPLES = Path(__file__).parents[2] / "examples"


def given(file: Path) -> Input:
    return Input(file.name, file)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what other commands write."""
    from typer.testing import CliRunner

    folder = tmp_path_factory.mktemp("made")
    for words in (
        ["watch", str(EXAMPLES / "reports.jsonl"), "-o", str(folder / "events.csv")],
        ["watch", str(EXAMPLES / "reports.jsonl"), "-o", str(folder / "events.jsonl")],
        ["declare", str(EXAMPLES / "register"), "--year", "2026", "-o", str(folder / "declared.json")],
    ):
        done = CliRunner().invoke(application(), words)
        assert done.exit_code in (0, 1), done.output
    return folder


def test_each_kind_is_told_by_what_is_in_the_file(made: Path) -> None:
    assert record_kind(given(EXAMPLES / "record.csv")) == "record"
    assert record_kind(given(EXAMPLES / "ledger-ours.csv")) == "trade"
    assert record_kind(given(EXAMPLES / "ledger-theirs.csv")) == "trade"
    assert record_kind(given(EXAMPLES / "shipments.csv")) == "shipments"
    assert record_kind(given(EXAMPLES / "register")) == "register"
    assert record_kind(given(EXAMPLES / "register" / "activities.csv")) == "register"
    assert record_kind(given(EXAMPLES / "claim-reviews.json")) == "claim_review"
    assert record_kind(given(made / "events.csv")) == "events"
    assert record_kind(given(made / "events.jsonl")) == "events"
    assert record_kind(given(made / "declared.json")) == "declaration"


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        ("ledger-ours.csv",
         "On 14 January 2025 Norway exported 64,000 kg of Triethanolamine (99% by weight) to Denmark.",
         "ledger-ours.csv:1 (Norway)"),
        ("shipments.csv", "A shipment of 0.002 kg of Sarin from France to Germany is planned for 15 February 2027; "
         "the consignee is Institut für Schutzfragen.", "shipments.csv:1"),
        ("register", "In 2023 Plant A of Norwald works (Norwald Chemicals, Nordavia) produced 12,500 kg of "
         "Thiodiglycol.", "register:1"),
    ],
)  # fmt: skip
def test_a_row_is_a_statement_with_its_source(name: str, text: str, source: str) -> None:
    first = RecordSources([given(EXAMPLES / name)]).statements()[0]
    assert (first.text, first.source, first.lang) == (text, source, "en")


def test_an_event_is_a_statement_of_its_outlet_and_of_its_row_where_no_outlet_is_told(made: Path) -> None:
    said = "On 3 March 2026 an accident with ammonia in Valparaíso, Chile, was reported; nobody was killed and 9 people"
    by_line, by_cell = (RecordSources([given(made / name)]).statements()[0] for name in ("events.jsonl", "events.csv"))
    assert by_line.text.startswith(said)
    assert by_cell.text == by_line.text
    assert (by_line.source, by_cell.source) == ("Agencia Litoral", "events.csv:1")


def test_a_declaration_says_what_it_declares(made: Path) -> None:
    texts = [statement.text for statement in RecordSources([given(made / "declared.json")]).statements()]
    assert "In 2025 Plant L of NW-03 (Norwald Diagnostics, Nordavia) produced 0.12 kg of Ricin." in texts


def test_several_files_make_one_record_and_no_id_stands_twice(made: Path) -> None:
    files = [EXAMPLES / "record.csv", EXAMPLES / "record.csv", EXAMPLES / "ledger-ours.csv"]
    statements = RecordSources([given(file) for file in files]).statements()
    assert len({one.id for one in statements}) == len(statements)
    assert [one.row for one in statements] == list(range(1, len(statements) + 1))
    assert {"v1", "record:v1", "ledger-ours:N-001"} <= {one.id for one in statements}


def test_claim_reviews_give_earlier_claims_and_no_statement() -> None:
    record = RecordSources([given(EXAMPLES / "claim-reviews.json"), given(EXAMPLES / "record.csv")])
    assert all(not one.id.startswith("claim") for one in record.statements())
    assert record.earlier
    assert record.notes[0].id == "claims_reviews_are_earlier_claims"
    assert not record.left_out


def test_rows_that_say_nothing_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    head = "id,reporter,flow,partner,date,chemical,quantity,unit\n"
    file.write_text(f"{head}1,Norway,export,Denmark,2025,Phosgene,5,t\n2,Norway,export,Nowhere,2025,Phosgene,5,t\n",
                    encoding="utf-8")  # fmt: skip
    record = RecordSources([given(file)])
    assert len(record.statements()) == 1
    assert record.left_out


def test_a_table_that_is_none_of_them_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps([{"a": "1"}]), encoding="utf-8")
    with pytest.raises(InputError):
        RecordSources([given(file)]).statements()
