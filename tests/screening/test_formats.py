"""What a worker encodes of a batch, and how the pieces become one file: whatever the inputs hold."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import polars as pl
import pyarrow.parquet as pq
import pytest
from rdkit import Chem

from opencwc.files.rows import Rows, ValueLimits, part_of_values
from opencwc.finding import Verdict
from opencwc.screening.batches import BatchScreener, to_lines
from opencwc.screening.formats import FORMATS, format_named
from opencwc.screening.model import COLUMNS, Question
from opencwc.screening.table_run import Wish, checked_by, make_piece
from opencwc.verbs import all_verdicts

SARIN = "CC(C)OP(C)(=O)F"
BLOCK = "title\n" + Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")).split("\n", 1)[1]
INPUTS = [
    SARIN,
    "CCO",
    "CP(=O)(Cl)*",
    "C1CC",
    "107-44-8",
    "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3",
    BLOCK,
    '=1+"x",\n2',
    "",
    "$$$$",
    ">  <verdict>",
    "🧪\u202e\r\n\u2028x",
    "C" * 10_000,
]
IDS = ["$$$$", "b\nc", *["x,y"] * (len(INPUTS) - 2)]


@pytest.fixture(scope="module")
def screener(name_index: None) -> BatchScreener:
    return BatchScreener(Question(date(2026, 11, 24), ("CWC",)))


@pytest.fixture(scope="module")
def batch() -> Rows:
    part = part_of_values(INPUTS, IDS, {}, ValueLimits())
    return Rows(1, part.ids, part.inputs, part.problems)


def encode(screener: BatchScreener, batch: Rows, name: str) -> bytes:
    """A file of this format with one batch in it, twice numbered: rows 1 to 13 and 14 to 26."""
    stream = io.BytesIO()
    checked = checked_by(screener.rulebook, "en", "a.csv", "goods")
    sink = format_named(name).open(stream, checked)
    for first in (1, 1 + len(batch)):
        rows = Rows(first, batch.ids, batch.inputs, batch.problems)
        sink.add(make_piece(screener, rows, Wish(format=name)).encoded)
    sink.close()
    return stream.getvalue()


def cells(screener: BatchScreener, batch: Rows, name: str) -> list[tuple[int, str, str, str, str]]:
    """What every format must tell alike: row, verdict, list, entry and the reason."""
    content = encode(screener, batch, name)
    if name == "csv":
        lines = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    elif name == "jsonl":
        lines = [{key: row[key] or "" for key in COLUMNS} for row in map(json.loads, content.decode().split("\n")[:-1])]
    else:
        lines = pq.read_table(io.BytesIO(content)).to_pylist()
    return [(int(line["row"]), line["verdict"], line["list"], line["entry"], line["why"]) for line in lines]


def test_csv_jsonl_and_parquet_tell_the_same(screener: BatchScreener, batch: Rows) -> None:
    rows = cells(screener, batch, "csv")
    assert rows == cells(screener, batch, "jsonl") == cells(screener, batch, "parquet")
    assert {row for row, *_ in rows} == set(range(1, 2 * len(INPUTS) + 1))
    half = len(rows) // 2
    assert [row[1:] for row in rows[:half]] == [row[1:] for row in rows[half:]]


def test_json_lines_are_one_a_finding_whatever_the_input_holds(screener: BatchScreener, batch: Rows) -> None:
    lines = encode(screener, batch, "jsonl").decode().split("\n")
    assert lines.pop() == ""
    assert '=1+"x",\n2' in {json.loads(line)["input"] for line in lines}
    assert all(json.loads(line)["maker"]["lists"] == ["CWC"] for line in lines)


def test_inputs_stand_in_the_csv_as_they_were_given(screener: BatchScreener, batch: Rows) -> None:
    lines = csv.DictReader(io.StringIO(encode(screener, batch, "csv").decode(), newline=""))
    given = {int(line["row"]): line["input"] for line in lines}
    assert [given[row] for row in range(1, len(INPUTS) + 1)] == [text.strip() for text in INPUTS]


def test_no_value_can_pass_for_the_marks_of_an_sd_file(screener: BatchScreener, batch: Rows) -> None:
    text = encode(screener, batch, "sdf").decode()
    rows = cells(screener, batch, "csv")
    assert text.count("\n$$$$\n") == len(rows)
    supplier = Chem.SDMolSupplier()
    supplier.SetData(text, sanitize=False)
    records = list(supplier)
    assert [int(record.GetProp("row")) for record in records] == [row for row, *_ in rows]
    assert [record.GetProp("verdict") for record in records] == [verdict for _, verdict, *_ in rows]
    assert {record.GetProp("checked") for record in records} == {"CWC as of 2026-11-24; opencwc.screening 0.1.0"}
    assert Chem.MolToSmiles(records[0]) == Chem.MolToSmiles(Chem.MolFromSmiles(SARIN))


def test_an_sd_file_draws_what_a_name_or_number_stands_for(screener: BatchScreener) -> None:
    part = part_of_values(["107-44-8", "Sarin"], [None, None], {}, ValueLimits())
    batch = Rows(1, part.ids, part.inputs, part.problems)
    supplier = Chem.SDMolSupplier()
    supplier.SetData(encode(screener, batch, "sdf").decode())
    assert {Chem.MolToSmiles(record) for record in supplier} == {SARIN}


def test_a_file_of_no_piece_is_whole(screener: BatchScreener) -> None:
    for name in FORMATS:
        if name == "html":
            continue  # written from findings
        stream = io.BytesIO()
        format_named(name).open(stream, checked_by(screener.rulebook)).close()
        if name == "parquet":
            assert tuple(pq.read_table(stream).column_names) == COLUMNS
        else:
            assert stream.getvalue().decode() in ("", ",".join(COLUMNS) + "\n")


@pytest.mark.parametrize("verdict", all_verdicts())
def test_only_the_verdicts_asked_for_are_laid_out_and_as_among_all(
    screener: BatchScreener, batch: Rows, verdict: Verdict
) -> None:
    answered = screener.answer(batch)
    every = to_lines(answered, screener.question)
    some = to_lines(answered, screener.question._replace(only=(verdict,)))
    assert some.rows() == every.filter(pl.col("verdict") == str(verdict)).rows()
    assert some.schema == every.schema
