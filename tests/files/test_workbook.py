"""Workbooks: read as data, refused when they are locked, damaged or bombs."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from opencwc.errors import InputError
from opencwc.files import workbook as workbook_reader

from .reading import read, write

ROWS = [["id", "smiles", "kg"], [1, "CCO", 2.5], ["x", None, 3], [None, None, None], [7, " CCN ", 1]]


def test_every_sheet_is_read_one_after_the_other_and_a_row_says_where_it_stands(workbook: Callable[..., Path]) -> None:
    other = [["Register of 2025"], ["CAS number", "Goods"], ["107-44-8", "a gas"], [None, None], ["64-17-5", "ethanol"]]
    got = read(workbook("a.xlsx", Stock=ROWS, Empty=[], Old=other))
    assert got.inputs == ["CCO", None, None, "CCN", "107-44-8", None, "64-17-5"]
    assert got.ids == ["Stock: 1", "Stock: x", "Stock!B4", "Stock: 7", "Old!A3", "Old!A4", "Old!A5"]
    assert got.table.columns == ("id", "smiles", "kg", "CAS number", "Goods")
    assert [*got.table.reads] == [("smiles", "structure"), ("CAS number", "cas"), ("Goods", "name")]
    notes = {note.id: note.values for note in got.table.notes}
    assert notes["note_sheets_read"] == {"count": 2, "sheets": "Stock, Old"}
    assert notes["note_on_sheet"]["sheet"] == "Old"
    assert got.table.bytes_read() == got.table.size_bytes


def test_a_sheet_that_is_no_table_is_read_as_texts(workbook: Callable[..., Path]) -> None:
    cover = [["Stock list of 2026"], [], [None, "Prepared by", "Ana"]]
    got = read(workbook("a.xlsx", Cover=cover, Stock=ROWS))
    assert got.inputs[:2] == ["Stock list of 2026", "\tPrepared by\tAna"]
    assert got.ids[:3] == ["Cover!1", "Cover!3", "Stock: 1"]
    assert ("note_sheets_read_as_texts", "Cover") in [(note.id, note.values.get("sheets")) for note in got.table.notes]


def test_where_a_column_is_asked_for_only_the_sheets_that_have_it_are_read(workbook: Callable[..., Path]) -> None:
    path = workbook("a.xlsx", Notes=[["from Ana"]], Stock=ROWS, Old=[["smiles"], ["CCC"]])
    got = read(path, column="smiles")
    assert got.inputs == ["CCO", None, None, "CCN", "CCC"]
    assert [note.values["sheets"] for note in got.table.notes if note.id == "note_sheets_not_read"] == ["Notes"]
    with pytest.raises(InputError, match="no column"):
        read(path, column="nothing like it")


def test_a_sheet_is_named_after_a_hash(workbook: Callable[..., Path]) -> None:
    path = workbook("a.xlsx", Stock=[["x"]], Old=ROWS)
    assert read(Path(f"{path}#old")).inputs == ["CCO", None, None, "CCN"]
    with pytest.raises(InputError, match=r"no sheet 'New'.*'Stock', 'Old'"):
        read(Path(f"{path}#New"))


def test_only_workbooks_have_sheets(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "smiles\nC\n")
    with pytest.raises(InputError, match="Only a workbook"):
        read(Path(f"{path}#x"))
    assert read(write(tmp_path / "a#1.csv", "smiles\nC\n")).inputs == ["C"]


def test_macros_are_noted_and_not_run(workbook: Callable[..., Path]) -> None:
    got = read(workbook("a.xlsm", macros=True, S=ROWS))
    assert (got.table.notes[0].id, got.inputs[0]) == ("note_macros", "CCO")


def test_title_rows_above_the_header_are_passed_over(workbook: Callable[..., Path]) -> None:
    got = read(workbook("a.xlsx", S=[["Register of 2026"], [], ["id", "smiles"], [1, "CCO"]]))
    assert (got.table.columns, got.inputs, got.ids) == (("id", "smiles"), ["CCO"], ["1"])
    assert got.table.notes[0].id == "note_title_rows"


def test_a_sheet_without_header_loses_no_row(workbook: Callable[..., Path]) -> None:
    got = read(workbook("a.xlsx", S=[["CC(=O)O", 1], ["CCO", 2]]), column="1")
    assert (got.inputs, got.table.notes[0].id) == (["CC(=O)O", "CCO"], "note_no_header")


def test_a_workbook_under_another_name_is_read_as_what_it_is(workbook: Callable[..., Path], tmp_path: Path) -> None:
    got = read(workbook("a.csv", S=ROWS))
    assert got.table.notes[0].values == {"said": "csv", "found": "xlsx"}
    data = (tmp_path / "a.csv").read_bytes()
    assert read(io.BytesIO(data)).inputs == got.inputs
    assert read(write(tmp_path / "b.xlsx.gz", gzip.compress(data))).inputs == got.inputs


def test_temporary_copies_are_removed(workbook: Callable[..., Path], monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    data = workbook("a.xlsx", S=ROWS).read_bytes()
    (tmp_path / "spool").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spool"))
    read(io.BytesIO(data))
    with pytest.raises(InputError):
        read(io.BytesIO(data[:400]))
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_cell_far_away_is_refused_before_it_fills_the_memory(workbook: Callable[..., Path]) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(InputError, match="spans 1,048,576 rows by 16,384 columns"):
        read(workbook("a.xlsx", extra=far, S=ROWS))


def test_bombs_are_refused(workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook("a.xlsx", S=[*ROWS, *[["x", "C" * 2000, 1]] * 500])
    monkeypatch.setattr(workbook_reader, "BIG_PART_BYTES", 100_000)
    monkeypatch.setattr(workbook_reader, "MAX_RATIO", 10)
    with pytest.raises(InputError, match="would unpack to"):
        read(path)
    monkeypatch.setattr(workbook_reader, "BIG_PART_BYTES", 10**9)
    monkeypatch.setattr(workbook_reader, "MAX_UNPACKED_BYTES", 100_000)
    with pytest.raises(InputError, match="would unpack to"):
        read(path)


def test_a_part_larger_than_it_declares_is_refused(workbook: Callable[..., Path]) -> None:
    path = workbook("a.xlsx", S=[*ROWS, *[["x", "C" * 2000, 1]] * 500])
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", 1000)))
    with pytest.raises(InputError, match="damaged"):
        read(path)


def test_locked_and_foreign_files_are_refused_with_a_remedy(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    with pytest.raises(InputError, match=r"protected by a password.*remove the password"):
        read(write(tmp_path / "a.xlsx", ole + "EncryptedPackage".encode("utf-16-le")))
    with pytest.raises(InputError, match="not a workbook"):
        read(write(tmp_path / "b.doc", ole + "WordDocument".encode("utf-16-le")))
    with pytest.raises(InputError, match="cannot be read"):
        read(write(tmp_path / "c.xls", ole + "Workbook".encode("utf-16-le")))
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("a.csv", "smiles\nC\n")
    with pytest.raises(InputError, match=r"ZIP archive.*Unpack"):
        read(tmp_path / "d.zip")


def test_a_workbook_cut_short_is_refused(workbook: Callable[..., Path], tmp_path: Path) -> None:
    data = workbook("a.xlsx", S=ROWS).read_bytes()
    for size in (10, len(data) // 2, len(data) - 3):
        with pytest.raises(InputError, match="workbook is"):
            read(write(tmp_path / "b.xlsx", data[:size]))


def test_an_ods_sheet_is_read(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{cell.format(value)}</table:table-row>" for value in ("smiles", "CCO"))
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="S">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')
    got = read(tmp_path / "a.ods")
    assert (got.table.kind, got.inputs) == ("ods", ["CCO"])
