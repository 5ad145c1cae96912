import datetime
import gzip
import io
import json

import polars as pl
import pytest
import xlsxwriter
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.errors import InputError
from opencwc.files.frames import Frame, open_frame, problem_of
from opencwc.finding import Message

LEDGER = "id,reporter,quantity\n1,FRA,5\n2,DEU,\n3,,7\n"


def frame_of(data: bytes | str, name: str = "ledger.csv") -> Frame:
    return open_frame(io.BytesIO(data.encode() if isinstance(data, str) else data), name)


def rows_of(frame: Frame, **options) -> list[dict]:
    return [row for batch in frame.batches(**options) for row in batch.to_dicts()]


def test_every_column_of_a_csv_file_comes_as_text_with_the_number_of_its_row():
    rows = rows_of(frame_of(LEDGER))
    assert rows[0] == {"id": "1", "reporter": "FRA", "quantity": "5", "row": 1, "problem": None}
    assert [row["quantity"] for row in rows] == ["5", "", "7"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress], ids=["gzip", "zstandard"])
def test_packed_files_give_the_same_rows(pack):
    assert rows_of(frame_of(pack(LEDGER.encode()), "ledger.csv.gz")) == rows_of(frame_of(LEDGER))


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_the_mark_between_cells_is_recognised(mark):
    frame = frame_of(LEDGER.replace(",", mark))
    assert frame.header == ("id", "reporter", "quantity")
    assert rows_of(frame)[2]["quantity"] == "7"


def test_the_same_table_reads_alike_from_every_kind_of_file(tmp_path):
    table = [{"id": "1", "reporter": "FRA"}, {"id": "2", "reporter": "Côte d'Ivoire"}]
    pl.DataFrame(table).write_parquet(tmp_path / "ledger.parquet")
    (tmp_path / "ledger.json").write_text(json.dumps({"rows": table}), encoding="utf-8")
    (tmp_path / "ledger.jsonl").write_text("\n".join(map(json.dumps, table)), encoding="utf-8")
    (tmp_path / "ledger.tsv").write_text("id\treporter\n1\tFRA\n2\tCôte d'Ivoire\n", encoding="cp1252")
    book = xlsxwriter.Workbook(tmp_path / "ledger.xlsx")
    sheet = book.add_worksheet("2012")
    for at, row in enumerate([["id", "reporter"], *(column.values() for column in table)]):
        sheet.write_row(at, 0, row)
    book.close()
    for kind in ("parquet", "json", "jsonl", "tsv", "xlsx"):
        with open_frame(tmp_path / f"ledger.{kind}") as frame:
            assert frame.kind == kind
            assert [(row["id"], row["reporter"]) for row in rows_of(frame)] == [("1", "FRA"), ("2", "Côte d'Ivoire")]


def test_days_and_numbers_of_a_workbook_come_as_they_are_meant(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "ledger.xlsx")
    sheet = book.add_worksheet("Ledger")
    sheet.write(0, 0, "Transfers of 2012")
    sheet.write_row(2, 0, ["date", "quantity"])
    sheet.write_datetime(3, 0, datetime.date(2012, 12, 31), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write(3, 1, 1234.5)
    sheet.write_row(5, 0, [41274, 1e12])
    book.close()
    frame = open_frame(tmp_path / "ledger.xlsx")
    rows = rows_of(frame)
    assert frame.header == ("date", "quantity")
    assert frame.notes == (Message("note_title_rows", {"rows": 1}),)
    assert (rows[0]["date"], rows[0]["quantity"]) == ("2012-12-31 00:00:00", "1234.5")
    assert problem_of(rows[1]["problem"]) == Message("row_empty")
    assert float(rows[2]["quantity"]) == 1e12


def test_a_sheet_is_named_after_a_hash(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "ledger.xlsx")
    for name in ("first", "second"):
        book.add_worksheet(name).write_column(0, 0, ["id", name])
    book.close()
    assert rows_of(open_frame(tmp_path / "ledger.xlsx#second"))[0]["id"] == "second"
    with pytest.raises(InputError, match="no sheet 'third'"):
        open_frame(tmp_path / "ledger.xlsx#third")


def test_a_row_with_too_many_cells_keeps_its_number_and_says_why():
    rows = rows_of(frame_of("a,b\n1,2\n3,4,5\n6,7\n"))
    assert [row["row"] for row in rows] == [1, 2, 3]
    assert problem_of(rows[1]["problem"]) == Message("row_ragged", {"expected": 2, "found": 3})
    assert (rows[2]["a"], rows[2]["problem"]) == ("6", None)


def test_an_empty_line_amid_the_rows_is_a_row_and_one_at_the_end_is_none():
    rows = rows_of(frame_of("a,b\n1,2\n\n3,4\n\n\n"))
    assert [row["a"] for row in rows] == ["1", None, "3"]
    assert problem_of(rows[1]["problem"]) == Message("row_empty")


def test_cells_that_are_left_out_at_the_end_of_a_row_are_missing_and_no_problem():
    rows = rows_of(frame_of("a,b,c\n1,2,3\n4,5\n"))
    assert rows[1] == {"a": "4", "b": "5", "c": None, "row": 2, "problem": None}


def test_a_quoted_cell_may_hold_marks_and_line_ends():
    rows = rows_of(frame_of('id,remarks\n1,"sent back,\nsee ""file"""\n2,x\n'))
    assert rows[0]["remarks"] == 'sent back,\nsee "file"'
    assert rows[1]["row"] == 2


def test_columns_of_one_name_or_of_a_reserved_one_are_told_apart():
    frame = frame_of("id,kg,kg,row,problem\n1,2,3,4,5\n")
    assert frame.header == ("id", "kg", "kg (2)", "row (2)", "problem (2)")
    assert rows_of(frame) == [
        {"id": "1", "kg": "2", "kg (2)": "3", "row (2)": "4", "problem (2)": "5", "row": 1, "problem": None}
    ]


def test_a_file_without_column_names_gets_some_and_a_note():
    frame = frame_of("1,FRA,2012-03-01\n2,DEU,2012-03-02\n")
    assert frame.header == ("col1", "col2", "col3")
    assert [note.id for note in frame.notes] == ["note_no_header"]
    assert [row["col2"] for row in rows_of(frame)] == ["FRA", "DEU"]


def test_only_the_columns_asked_for_are_read():
    assert rows_of(frame_of(LEDGER), columns=["quantity"])[0] == {"quantity": "5", "row": 1, "problem": None}


def test_batches_hold_no_more_rows_than_asked_and_count_on():
    text = "id\n" + "\n".join(f"x{number}" for number in range(1, 251)) + "\n"
    batches = [*frame_of(text).batches(rows=100)]
    assert [batch.height for batch in batches] == [100, 100, 50]
    assert [batch["row"][0] for batch in batches] == [1, 101, 201]


def test_a_file_that_is_cut_short_tells_it_in_its_last_row():
    whole = gzip.compress(("id,q\n" + "".join(f"{at},{at * at}\n" for at in range(40_000))).encode())
    rows = rows_of(frame_of(whole[: len(whole) // 2], "ledger.csv.gz"))
    assert problem_of(rows[-1]["problem"]).id == "file_ends_early"
    assert rows[0]["q"] == "0"


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"%PDF-1.7", "PDF"), (b"", "empty"), (b"<html><body>", "web page"), (b"[1, 2]", "no rows")],
)
def test_what_holds_no_table_is_refused_with_its_name(data, message):
    with pytest.raises(InputError, match=f"theirs.*{message}"):
        frame_of(data, "theirs")


def test_a_json_row_that_is_none_keeps_its_number():
    rows = rows_of(frame_of('{"id": 1, "q": 2.5}\nbroken\n{"id": 3, "q": null}\n', "l.jsonl"))
    assert [row["id"] for row in rows] == ["1", None, "3"]
    assert problem_of(rows[1]["problem"]).id == "row_bad_json"


cells = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\x85\ufeff"), max_size=8
)


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=20))
def test_what_polars_writes_is_read_back(table):
    written = io.BytesIO()
    pl.DataFrame(table, schema=["first", "second", "third"], orient="row").write_csv(written, quote_style="always")
    rows = rows_of(frame_of(written.getvalue()))
    assert [(row["first"], row["second"], row["third"]) for row in rows] == [tuple(row) for row in table]
