"""`opencwc transfers reconcile`, `letters`, `consignees`: ledgers in, answers in every format out, bad input said."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from opencwc.transfers.model import CAUSES, LINE_STATUSES, RECONCILED_COLUMNS
from opencwc.wording.chemical_names import name_said

from .conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"
OURS, THEIRS = EXAMPLES / "ledger-ours.csv", EXAMPLES / "ledger-theirs.csv"
SANCTIONS = EXAMPLES / "sanctions.csv"
CAUSES_OF_EXAMPLE = {
    ("Triethanolamine", "2025"): "concentration_rule", ("Phosphorus trichloride", "2025"): "wrong_chemical",
    ("Phosphorus oxychloride", "2025"): "wrong_chemical", ("Phosgene", "2025"): "unit",
    ("Methyldiethanolamine", "2025"): "returns_netted", ("Trimethyl phosphite", "2025"): "double_entry",
    ("Thiodiglycol", "2025"): "rounding", ("Thionyl chloride", "2025"): "year_end",
    ("Thionyl chloride", "2026"): "year_end",
}  # fmt: skip


@pytest.mark.parametrize("how", [(), ("--no-model",)], ids=["models", "rules"])
def test_the_example_is_explained_as_it_was_made(run: Run, how: tuple[str, ...]) -> None:
    done = run("transfers", "reconcile", OURS, THEIRS, "--format", "csv", *how)
    assert done.status == 1
    assert tuple(done.rows[0]) == RECONCILED_COLUMNS
    explained = {
        (row[f"{of}chemical"], row[f"{of}year"]): {row["cause"], row["second_cause"]}
        for row in done.rows
        for of in ("", "also_")
        if row[f"{of}year"]
    }
    assert len(done.rows) == len(CAUSES_OF_EXAMPLE) - 2, "both years are one row, and both chemicals"
    assert explained.keys() == CAUSES_OF_EXAMPLE.keys()
    assert all(CAUSES_OF_EXAMPLE[key] in causes for key, causes in explained.items())
    assert "could not" in done.err or "No State or territory is known as “Norvege du Nord”" in done.err


def test_what_became_of_each_line_is_written_once(run: Run, tmp_path: Path) -> None:
    matches = tmp_path / "matches.csv"
    run("transfers", "reconcile", OURS, THEIRS, "--format", "csv", "--matches", matches)
    with matches.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["ledger", "id", "match_group", "status", "reason"]
    expected = [("ledger-ours.csv", f"N-{n:03d}") for n in range(1, 15)]
    expected += [("ledger-theirs.csv", str(n)) for n in range(1, 12)]
    assert [(row["ledger"], row["id"]) for row in rows] == expected
    assert {row["status"] for row in rows} <= set(LINE_STATUSES)
    became = {row["id"]: row["status"] for row in rows}
    assert (became["N-005"], became["N-014"], became["11"]) == ("matched_across", "not_compared", "unreadable")


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "html", "xlsx"])
def test_every_format_holds_the_same_list(run: Run, tmp_path: Path, format: str) -> None:
    out = tmp_path / f"answer.{format}"
    done = run("transfers", "reconcile", OURS, THEIRS, "-o", out, "--lang", "fr", "--no-model")
    assert done.status == 1 and str(out) in done.err
    if format == "html":
        assert name_said("Trimethyl phosphite", "fr") in out.read_text(encoding="utf-8")
        return
    read = {"csv": pl.read_csv, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}
    if format == "xlsx":
        assert out.read_bytes().startswith(b"PK")
        return
    table = read[format](out)
    assert len(table) == 7 and set(table["cause"].cast(pl.String)) <= set(CAUSES)
    assert all("seuil" in why for why in table["why"])


def test_without_a_format_a_table_is_shown(run: Run) -> None:
    done = run("transfers", "reconcile", OURS, THEIRS, "--no-model")
    assert "NOR > DNK" in done.text and "7 discrepancies above the threshold" in done.text
    assert "2025 + 2026" in done.text and "two halves of one difference" in done.text
    assert "plain rules" in done.text


def test_a_ledger_from_a_pipe_and_columns_for_each_ledger(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "flow,partner,date,chemical,quantity,unit\nexport,DEU,2020-02-01,Phosgene,50,t\n", encoding="utf-8"
    )
    theirs = b"flow;partner;date;chemical;Masse\nimport;FRA;2020-02-11;Phosgene;10\n"
    done = run(
        "transfers", "reconcile", tmp_path / "a.csv", "-", "--format", "csv", "--map", "1:reporter==FRA",
        "--map", "2:reporter==DEU", "--map", "2:quantity=Masse", "--map", "2:unit==t", given=theirs,
    )  # fmt: skip
    row = done.rows[0]
    assert (row["exporter"], row["importer"], row["exported_kg"], row["imported_kg"]) == (
        "FRA",
        "DEU",
        "50000.0",
        "10000.0",
    )
    assert row["over_threshold"] == "true"


def test_findings_are_kept_in_a_case(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "casebook.db"
    kept = ("--keep", "books-2025", "--casebook", place)
    done = run("transfers", "reconcile", OURS, THEIRS, "--format", "csv", *kept)
    assert done.status == 1
    assert "books-2025" in done.err
    assert "9 findings" in done.err  # nine sums over the threshold in seven rows, a negative quantity, an unknown State
    case = run("case", "show", "books-2025", "--casebook", place)
    assert case.status == 0 and "discrepancy 7  review 1  unreadable 1" in case.text


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["none.csv"], "There is no such ledger"),
        (["-", "-"], "Only one ledger can come from the pipe"),
        ([str(OURS), "-o", "answer.doc"], "is not a known format"),
        ([str(OURS), "--format", "sdf"], "--format 'sdf' is unknown"),
        ([str(OURS), "--lang", "tlh"], "--lang 'tlh' is unknown"),
        ([str(OURS), "--map", "quantity"], "names no column"),
        ([str(OURS), "--map", "colour=date"], "There is no field 'colour'"),
        ([str(OURS), "--as-of", "soon"], "--as-of 'soon' is not a date"),
        ([str(OURS), "--mark", "restricted"], "need --keep"),
        ([str(SANCTIONS)], "No column contains the reporter"),
    ],
)
def test_what_cannot_run_ends_with_2_and_says_why(run: Run, words: list[str], complaint: str) -> None:
    done = run("transfers", "reconcile", *words)
    assert done.status == 2
    assert complaint in done.err


def test_an_answer_never_takes_the_place_of_a_ledger(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_bytes(OURS.read_bytes())
    for words in (("-o", book), ("--format", "csv", "--matches", book)):
        done = run("transfers", "reconcile", book, *words)
        assert done.status == 2 and "replace" in done.err
    twice = tmp_path / "x.csv"
    assert run("transfers", "reconcile", book, "-o", twice, "--matches", twice).status == 2
    assert book.read_bytes() == OURS.read_bytes()


def test_letters_are_drafted_to_the_other_side(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    options = ("--from", "Norvège", "--format", "txt", "--first", "3", "--reference", "NA-2026", "--lang", "en")
    done = run("transfers", "letters", OURS, THEIRS, "-o", folder, *options)
    assert done.status == 0 and "3 letters were written" in done.text
    letters = sorted(folder.iterdir())
    assert len(letters) == 3
    text = letters[0].read_text(encoding="utf-8")
    assert "National Authority (Norway)" in text and "DRAFT" in text and "NA-2026-1" in text
    assert "score" not in text


def test_a_letter_of_one_rank_in_another_language_is_a_pdf(run: Run, tmp_path: Path) -> None:
    done = run("transfers", "letters", OURS, THEIRS, "--from", "NOR", "-o", tmp_path, "--rank", "2", "--lang", "ar")
    assert done.status == 0
    assert [path.read_bytes()[:5] for path in tmp_path.iterdir()] == [b"%PDF-"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--from", "Nowhere"), "is not a known State"),
        (("--from", "SWE", "--rank", "1"), "is not a side of rank 1"),
        (("--from", "NOR", "--rank", "99"), "There is no rank 99"),
    ],
)
def test_letters_that_cannot_be_written_are_said(run: Run, tmp_path: Path, words, complaint: str) -> None:
    done = run("transfers", "letters", OURS, THEIRS, "-o", tmp_path / "new", *words)
    assert done.status == 2 and complaint in done.err
    assert not (tmp_path / "new").exists()


def test_a_name_like_one_of_the_list_is_for_review(run: Run) -> None:
    done = run("transfers", "consignees", "Морозов Иван", "--list", SANCTIONS, "--format", "csv")
    assert done.status == 1
    assert [(row["verdict"], row["entry"]) for row in done.rows] == [("review", "inv-002")]
    free = run("transfers", "consignees", "Fjordlab AS", "--list", SANCTIONS)
    assert free.status == 0 and "not a clearance" in free.text


def test_a_table_of_names_is_compared_row_by_row(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "hits.jsonl"
    done = run(
        "transfers", "consignees", EXAMPLES / "shipments.csv", "--column", "consignee", "--list", SANCTIONS, "-o", out
    )
    assert done.status == 1 and "no hit is not a clearance" in done.err
    hits = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert {(hit["id"], hit["entry"]) for hit in hits} == {("S-04", "inv-001"), ("S-05", "inv-001")}


def test_the_country_of_each_row_of_a_table_is_compared(run: Run, tmp_path: Path) -> None:
    known = tmp_path / "list.csv"
    known.write_text(
        "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,"
        "last_seen,last_change\nx1,Person,Ivan Morozov,,,ru,,,,,,,,2026-11-01,\n"
    )
    names = tmp_path / "names.csv"
    names.write_text("name,country\nIvan Morozov,RU\n\nIvan Morozov,Germany\nIvan Morozov,\n")
    done = run("transfers", "consignees", names, "--list", known, "--format", "csv")
    assert [row["country"] for row in done.rows] == ["same", "different", "unknown"]
    given = run("transfers", "consignees", names, "--list", known, "--format", "csv", "--country", "RUS")
    assert [row["country"] for row in given.rows] == ["same", "different", "same"]


def test_those_who_receive_a_shipment_are_looked_for(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "shipments.csv"
    book.write_text(
        "id,chemical,from,to,consignee,end_user,date\n"
        '1,Ethanol,FRA,EGY,Harbour Freight,"Nile Inks, Cairo",2026-03-01\n'
        "2,Ethanol,FRA,EGY,Delta Cosmetics,Delta Cosmetics,2026-03-01\n",
        encoding="utf-8",
    )
    done = run("transfers", "check", book, "--sanctions", SANCTIONS, "--format", "csv")
    findings = [(row["id"], row["verdict"], row["list"], row["entry"]) for row in done.rows]
    hit = ("1", "review", "sanctions.csv", "inv-001")
    assert findings == [hit, ("1", "allowed", "", ""), ("2", "allowed", "", "")]
    assert done.status == 1 and "no hit is not a clearance" in done.err
    missing = run("transfers", "check", book, "--sanctions", "none.csv")
    assert missing.status == 2 and "There is no such file" in missing.err
