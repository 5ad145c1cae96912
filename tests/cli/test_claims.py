"""`opencwc claims`: reports and a record in, what the record says of each claim out, and bad input answered."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from .conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"
REPORTS, RECORD = str(EXAMPLES / "reports.jsonl"), str(EXAMPLES / "record.csv")


def test_a_line_a_claim_with_the_columns_in_their_order(run: Run) -> None:
    answer = run("claims", REPORTS, "--record", RECORD, "--format", "csv")
    assert answer.status == 0, answer.err
    rows = answer.rows
    assert list(rows[0]) == ["report", "sentence", "checkworthy", "claim", "matched", "relation", "differs_in"]
    theft = next(row for row in rows if row["report"] == "r06" and row["sentence"].startswith("Quatorze"))
    assert (theft["matched"], theft["relation"]) == ("b1", "differs")
    assert "number" in theft["differs_in"].split(";")
    assert all(row["relation"] in ("agrees", "differs", "not_in_record") for row in rows)
    assert all(bool(row["differs_in"]) == (row["relation"] == "differs") for row in rows)


def test_json_lines_mark_the_words_that_differ_on_both_sides(run: Run) -> None:
    answer = run("claims", REPORTS, "--record", RECORD, "--format", "jsonl")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    with (EXAMPLES / "record.csv").open(encoding="utf-8", newline="") as stream:
        statements = {row["id"]: row["statement"] for row in csv.DictReader(stream)}
    theft = next(line for line in lines if line["sentence"].startswith("Quatorze"))
    difference = next(one for one in theft["differences"] if one["aspect"] == "number")
    assert [theft["sentence"][start:end] for start, end in difference["claimed"]] == ["Quatorze bouteilles"]
    recorded = [statements[theft["matched"]][start:end] for start, end in difference["recorded"]]
    assert recorded == ["seize bouteilles"]


def test_every_sentence_is_shown_where_it_is_asked_for(run: Run) -> None:
    answer = run("claims", REPORTS, "--record", RECORD, "--least", "0")
    assert answer.status == 0, answer.err
    assert "كعك" in answer.text or "الكعك" in answer.text


@pytest.mark.parametrize("ending", ["pdf", "docx", "html", "xlsx"])
def test_reports_for_people_are_written(run: Run, tmp_path: Path, ending: str) -> None:
    answer = run("claims", REPORTS, "--record", RECORD, "-o", str(tmp_path / f"claims.{ending}"), "--least", "0")
    assert answer.status == 0, answer.err
    assert (tmp_path / f"claims.{ending}").stat().st_size > 2_000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([REPORTS, "--record", "nothing.csv"], "nothing.csv"),
        ([REPORTS, "--record", str(EXAMPLES / "inventory.csv")], "statement"),
        ([REPORTS, "--record", RECORD, "--least", "2"], "0 to 1"),
        ([REPORTS, "--record", RECORD, "--format", "yaml"], "yaml"),
    ],
)
def test_bad_input_is_answered(run: Run, words: list[str], told: str) -> None:
    answer = run("claims", *words)
    assert answer.status == 2
    assert told in answer.err
