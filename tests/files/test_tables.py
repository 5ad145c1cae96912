"""Opening: what cannot be read is refused with a remedy, and whatever the bytes are, rows stay numbered."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from opencwc.errors import InputError, OpenCWCError
from opencwc.files import open_table

from .conftest import build_workbook
from .reading import read, write


def test_importing_the_room_imports_no_library() -> None:
    libraries = "'polars', 'pyarrow', 'fastexcel', 'numpy'"
    code = f"import sys, opencwc.files; print([name for name in ({libraries}) if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "PDF"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"\x7fELF\x02\x01\x01" + bytes(9), "a program"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"@<TRIPOS>MOLECULE\n", "MOL2"),
        (bytes(range(1, 9)) * 100, "noise, not text"),
        (gzip.compress(gzip.compress(b"smiles\n", mtime=0), mtime=0), "compressed twice"),
        (gzip.compress(b"%PDF-1.7", mtime=0), "PDF"),
    ],
)
def test_what_holds_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(write(tmp_path / "a.csv", content))
    assert caught.value.where == "a.csv"
    assert caught.value.remedy


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(InputError, match="folder"):
        read(tmp_path)
    with pytest.raises(InputError, match=r"cannot be opened|no such file"):
        read(Path("a\0b"))


def test_a_stream_is_known_by_its_content() -> None:
    assert read(io.BytesIO(b"smiles,id\nCCO,1\n")).table.kind == "csv"
    assert read(io.BytesIO(b"CCO x\nCC(=O)O y\n")).table.kind == "smi"
    assert read(io.BytesIO(b'[{"smiles":"C"}]')).table.kind == "json"
    got = read(io.BytesIO(b"[Na+].[Cl-] salt\n"))
    assert (got.table.kind, got.inputs, got.table.name) == ("smi", ["[Na+].[Cl-]"], "standard input")
    assert got.table.size_bytes is None


def test_the_name_of_a_stream_helps() -> None:
    assert read(io.BytesIO(b"Sarin\nTabun\n"), name="x.csv").table.kind == "csv"


def test_a_table_called_smi_with_commas_is_a_csv(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.smi", "smiles,id\nCCO,P1\nCCN,P2\n"))
    assert (got.inputs, got.ids, got.table.notes[0].id) == (["CCO", "CCN"], ["P1", "P2"], "note_kind_differs")


@pytest.mark.parametrize("batch_rows", [1, 7, 1000, 65_536])
def test_batches_have_the_size_asked_for(tmp_path: Path, batch_rows: int) -> None:
    path = write(tmp_path / "a.csv", "smiles\n" + "C\n" * 2500)
    sizes = [len(rows) for rows in open_table(path, batch_rows=batch_rows).batches()]
    assert sum(sizes) == 2500
    assert set(sizes[:-1]) <= {batch_rows}


def test_batches_of_very_long_values_are_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opencwc.files.rows.MAX_BATCH_BYTES", 10_000)
    got = [rows.inputs.to_list() for rows in open_table(write(tmp_path / "a.smi", ("C" * 900 + "\n") * 60)).batches()]
    assert list(chain.from_iterable(got)) == ["C" * 900] * 60
    assert max(map(len, got)) <= 20


def test_files_are_closed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "smiles\nC\n")
    with open_table(path) as table:
        assert [list(rows.inputs) for rows in table.batches()] == [["C"]]
    stream = io.BytesIO(b"smiles\nC\n")
    read(stream)
    assert not stream.closed


def read_anything(data: bytes, name: str) -> None:
    try:
        read(io.BytesIO(data), name=name, column="1", max_value_bytes=50)
    except OpenCWCError as error:
        assert error.where
        assert error.remedy


NAMES = st.sampled_from(["x.csv", "x.smi", "x.sdf", "x.mol", "x.json", "x.jsonl", "x.tsv", "x.txt", "x", "x.xlsx"])
BITS = st.sampled_from(
    [
        b"M  END\n",
        b"$$$$\n",
        b"\r",
        b"\n",
        b'"',
        b",",
        b"\t",
        b"[",
        b"{",
        b"}",
        b"]",
        b'{"a":"b"}',
        b"\\",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"PK\x03\x04",
        b"PAR1",
        b"sep=;\n",
        b"smiles",
        b"\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\n",
        b"> <x>\n",
        b"C" * 60,
        b"|",
        b"\xc3",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(BITS, max_size=20).map(b"".join)), NAMES)
@example(b"\n", "x.csv")
@example(b"\xef\xbb\xbf", "x.csv")
@example(b"\xff\xfe", "x.smi")
@example(b"{", "x.json")
@example(b"sep=;\n", "x.csv")
@example(b"\0", "x.smi")
def test_no_bytes_raise_anything_but_our_errors(data: bytes, name: str) -> None:
    read_anything(data, name)
    read_anything(zstandard.compress(data), name)
    read_anything(gzip.compress(data), name)


@pytest.fixture(scope="module")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("good")
    table = pa.table({"smiles": ["CCO", "N"] * 20, "id": ["a", "b"] * 20})
    parquet.write_table(table, folder / "a.parquet")
    build_workbook(folder / "a.xlsx", {"S": [["smiles"], ["CCO"]]})
    text = b"smiles,id\n" + b"CCO,1\n" * 200
    return {
        "a.parquet": (folder / "a.parquet").read_bytes(),
        "a.xlsx": (folder / "a.xlsx").read_bytes(),
        "a.csv.gz": gzip.compress(text),
        "a.csv.zst": zstandard.compress(text),
    }


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_raises_anything_but_our_errors(good_files: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(good_files)))
    content = bytearray(good_files[name])
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    read_anything(bytes(content[: data.draw(st.integers(1, len(content)))]), name)
    read_anything(bytes(content), name)
