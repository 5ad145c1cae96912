"""Rows whose chemical stands in several columns: what agrees, what contradicts, what only seems to."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
import yaml

from opencwc.files import Table, open_table
from opencwc.files.identifier_columns import MOST_OTHERS
from opencwc.finding import Finding, Message, Verdict, finding_from_plain, finding_to_plain
from opencwc.screening.batches import LEAST_ROWS_FOR_GATE, BatchScreener
from opencwc.screening.model import Question, gravest
from opencwc.screening.row_readings import CellReading
from opencwc.screening.same_chemical import carbons_in, carbons_in_all
from opencwc.screening.table_run import Wish, checked_of_table, columns_read, make_piece
from opencwc.wording import LANGUAGES, sentence

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "table_rows.yaml").read_text(encoding="utf-8"))
DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def screener() -> BatchScreener:
    return BatchScreener(Question(DAY, ("CWC",)))


def table_of(*records: list[str], **options: Any) -> Table:
    text = io.StringIO()
    csv.writer(text).writerows(records)
    return open_table(io.BytesIO(text.getvalue().encode()), name="rows.csv", **options)


def findings_of(screener: BatchScreener, table: Table) -> list[Finding]:
    pieces = [make_piece(screener, rows, Wish(everything=True)) for rows in table.batches()]
    return [finding for piece in pieces for finding in piece.findings]


def ids_in(message: Message) -> set[str]:
    within = [item for value in message.values.values() for item in (value if isinstance(value, tuple) else (value,))]
    return {message.id}.union(*(ids_in(item) for item in within if isinstance(item, Message)))


@pytest.mark.parametrize(
    "case", [case for group in CASES.values() for case in group], ids=lambda case: str(case["row"])
)
def test_a_row_is_answered_by_all_its_columns(screener: BatchScreener, case: dict[str, Any]) -> None:
    findings = findings_of(screener, table_of(case["columns"], case["row"]))
    assert str(gravest(finding.verdict for finding in findings)) == case["verdict"]
    assert sorted({finding.rule.entry for finding in findings if finding.rule}) == sorted(case["entries"])
    contradicts = any("why_row_conflict" in ids_in(finding.message) for finding in findings)
    assert contradicts == case["conflict"]
    assert max(len(finding.readings) for finding in findings) >= case.get("readings", 0)


def test_what_a_row_says_besides_comes_along_for_a_person(screener: BatchScreener) -> None:
    heads, long = ["shelf", "CAS", "name", "kg", "supplier"], "x" * 500
    rows = ["A1", "111-48-8", "thiodiglycol", "25", long], ["B2", "64-17-5", "ethanol", "3", "y"]
    listed, not_listed = findings_of(screener, table_of(heads, *rows, others=True))
    assert listed.subject.others[:2] == (("shelf", "A1"), ("kg", "25"))
    name, cell = listed.subject.others[2]
    assert name == "supplier" and len(cell) < 130
    assert not not_listed.subject.others
    assert finding_from_plain(finding_to_plain(listed)) == msgspec.structs.replace(
        listed, subject=msgspec.structs.replace(listed.subject, file="")
    )
    assert [finding.subject.others for finding in findings_of(screener, table_of(heads, *rows))] == [(), ()]


def test_of_a_wide_table_the_first_columns_come_along(screener: BatchScreener) -> None:
    heads = ["CAS", *(f"c{number}" for number in range(40))]
    (finding,) = findings_of(screener, table_of(heads, ["111-48-8", *map(str, range(40))], others=True, column="CAS"))
    assert len(finding.subject.others) == MOST_OTHERS


def test_a_contradiction_names_every_reading_with_its_column(screener: BatchScreener) -> None:
    (finding,) = findings_of(screener, table_of(["SMILES", "CAS No"], ["CCO", "107-44-8"]))
    assert [(reading.kind, reading.written, reading.place) for reading in finding.readings] == [
        ("structure", "CCO", "SMILES"),
        ("cas", "107-44-8", "CAS No"),
    ]
    said = {lang: sentence(finding.message, lang) for lang in LANGUAGES}
    assert len(set(said.values())) == len(said)
    assert all("CCO" in text and "107-44-8" in text for text in said.values())
    assert finding.subject.input == "107-44-8"


def test_what_was_not_read_is_said_beside_what_was(screener: BatchScreener) -> None:
    (finding,) = findings_of(screener, table_of(["SMILES", "CAS"], ["CC(C", "107-44-8"]))
    assert finding.verdict is Verdict.LISTED
    assert "row_unread" in ids_in(finding.message)
    assert finding.subject.input == "107-44-8"


def test_columns_are_known_in_the_six_languages() -> None:
    for headings, kinds in (
        (["N° CAS", "Désignation des marchandises", "Code SH", "Poids net"], ["cas", "name", "hs"]),
        (["Número CAS", "Producto", "N° ONU", "Cantidad"], ["cas", "name", "un"]),
        (["رقم كاس", "اسم المادة", "رقم الأمم المتحدة", "الكمية"], ["cas", "name", "un"]),
        (["Номер CAS", "Наименование товара", "Код ТН ВЭД", "Количество"], ["cas", "name", "hs"]),
        (["CAS号", "品名", "海关编码", "数量"], ["cas", "name", "hs"]),
        (["CAS-Nr.", "Product name", "HS Code", "Qty"], ["cas", "name", "hs"]),
    ):
        numbers = {"hs": "2930.70", "un": "UN 2966"}
        table = table_of(headings, ["111-48-8", "thiodiglycol", numbers[kinds[2]], "5"])
        assert sorted(read.kind for read in table.reads) == sorted(kinds), headings


def test_a_column_is_known_by_its_cells_where_its_heading_says_nothing() -> None:
    table = table_of(["a", "b", "c"], ["1", "111-48-8", "YODZTKMDCQEPHD-UHFFFAOYSA-N"], ["2", "67-64-1", "n/a"])
    assert [(read.name, read.kind) for read in table.reads] == [("c", "inchikey"), ("b", "cas")]


def test_columns_that_only_sound_like_identifiers_are_not_read() -> None:
    headings = ["CAS", "Structure", "Name", "UN", "Tariff"]
    table = table_of(
        headings,
        ["67-64-1", "solid", "CHEMBL1234", "yes", "12.50"],
        ["64-17-5", "liquid", "B-77", "no", "3"],
    )
    assert [read.name for read in table.reads] == ["CAS"]


def test_a_named_column_is_read_alone(screener: BatchScreener) -> None:
    table = table_of(["SMILES", "CAS"], ["CCO", "107-44-8"], column="SMILES")
    assert [read.name for read in table.reads] == ["SMILES"]
    assert [finding.verdict for finding in findings_of(screener, table)] == [Verdict.NOT_LISTED]


def test_the_summary_says_which_columns_were_read_as_what(screener: BatchScreener) -> None:
    table = table_of(["CAS No", "Product", "Qty", "Remarks"], ["107-44-8", "Sarin", "3", "x"])
    checked = checked_of_table(screener.rulebook, table, screener.question)
    assert sentence(columns_read(checked), "en") == (
        "Columns of rows.csv read: “CAS No” as CAS numbers, “Product” as names; not read: “Qty”, “Remarks”."
    )
    assert all("Remarks" in sentence(columns_read(checked), lang) for lang in LANGUAGES)


KINDS = {
    "csv": b"SMILES,CAS,Name\nCCO,107-44-8,\n,,Thiodiglycol\n",
    "tsv": b"SMILES\tCAS\tName\nCCO\t107-44-8\t\n\t\tThiodiglycol\n",
    "jsonl": b'{"SMILES": "CCO", "CAS": "107-44-8"}\n{"SMILES": null, "CAS": null, "Name": "Thiodiglycol"}\n',
    "json": b'[{"SMILES": "CCO", "CAS": "107-44-8"}, {"SMILES": "", "CAS": null, "Name": "Thiodiglycol"}]',
    "smi": b"smiles name\nCCO sarin\nOCCSCCO thiodiglycol\n",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_text_table_reads_all_columns(screener: BatchScreener, kind: str) -> None:
    found = findings_of(screener, open_table(io.BytesIO(KINDS[kind]), name=f"rows.{kind}"))
    assert [finding.verdict for finding in found] == [Verdict.REVIEW, Verdict.LISTED]


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_every_kind_of_binary_table_reads_all_columns(screener: BatchScreener, kind: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"SMILES": ["CCO", None], "CAS": ["107-44-8", None], "Name": [None, "Thiodiglycol"]})
    path = tmp_path / f"rows.{kind}"
    if kind == "parquet":
        frame.write_parquet(path)
    else:
        import xlsxwriter

        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, record in enumerate((frame.columns, *frame.rows())):
                sheet.write_row(number, 0, record)
    assert [finding.verdict for finding in findings_of(screener, open_table(path))] == [Verdict.REVIEW, Verdict.LISTED]


def test_data_items_of_an_sd_file_are_held_against_its_drawing(screener: BatchScreener) -> None:
    from rdkit import Chem

    block = Chem.MolToMolBlock(Chem.MolFromSmiles("CCO"))
    sdf = f"{block}> <CAS>\n107-44-8\n\n$$$$\n{block}> <CAS>\n64-17-5\n\n$$$$\n".encode()
    table = open_table(io.BytesIO(sdf), name="rows.sdf")
    first, second = findings_of(BatchScreener(screener.question._replace(kind="molblock")), table)
    assert (first.verdict, second.verdict) == (Verdict.REVIEW, Verdict.NOT_LISTED)
    assert first.readings[0].written == "CCO"


def test_many_rows_come_out_as_one_by_one(screener: BatchScreener) -> None:
    rows = [["CCO", "64-17-5", "ethanol"], ["CC(C)=O", "67-64-1", "Acetone"], ["CCO", "67-64-1", "ethanol"],
            ["OCCSCCO", "111-48-8", "Thiodiglycol"], ["CCO", "107-44-8", "x"], ["", "", "Acetone"],
            ["n/a", "", "-"]]  # fmt: skip
    times = LEAST_ROWS_FOR_GATE // len(rows) + 1
    many = findings_of(screener, table_of(["SMILES", "CAS", "Name"], *rows * times))
    few = findings_of(screener, table_of(["SMILES", "CAS", "Name"], *rows))
    assert [(one.verdict, one.message) for one in many[: len(few)]] == [(one.verdict, one.message) for one in few]
    assert len(many) == times * len(few)
    only = BatchScreener(screener.question._replace(only=(Verdict.LISTED, Verdict.REVIEW)))
    (batch,) = table_of(["SMILES", "CAS", "Name"], *rows * times).batches()
    counts, all_counts = only.answer(batch).tally.by_verdict, screener.answer(batch).tally.by_verdict
    assert counts == all_counts
    assert counts[Verdict.UNREADABLE] == counts[Verdict.LISTED] == counts[Verdict.REVIEW] == times


def test_carbons_are_counted_alike_one_by_one_and_all_at_once() -> None:
    drawings = ["Clc1ccccc1", "[Ca+2].[O-]C([O-])=O", "C[Si](C)(C)C", "[13CH4]", "[Sc]", "[60Co]", "O"]
    assert [carbons_in(drawing) for drawing in drawings] == [6, 1, 4, 1, 0, 0, 0]
    assert carbons_in_all(pl.Series(drawings)).to_list() == [6, 1, 4, 1, 0, 0, 0]


def test_a_reading_without_a_meaning_does_not_speak() -> None:
    assert not CellReading("hs", "2914.11").speaks
