"""Text: encodings, line ends, long lines, compression and files cut short."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.errors import InputError
from opencwc.files.encodings import recognise_encoding
from opencwc.files.sources import open_source
from opencwc.files.text_stream import Text

from .reading import read, write

NAMES = ["Éthanol", "Müller", "naïve"]
FRENCH = "name\n" + "\n".join(NAMES) + "\n"


@pytest.mark.parametrize(
    ("data", "encoding", "is_noted"),
    [
        (FRENCH.encode(), "utf-8", False),
        (FRENCH.encode("utf-8-sig"), "utf-8", False),
        (FRENCH.encode("utf-16"), "utf-16-le", False),
        (b"\xfe\xff" + FRENCH.encode("utf-16-be"), "utf-16-be", False),
        (FRENCH.encode("utf-16-le"), "utf-16-le", True),
        (FRENCH.encode("utf-16-be"), "utf-16-be", True),
        (FRENCH.encode("utf-32"), "utf-32-le", False),
        (FRENCH.encode("cp1252"), "cp1252", True),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, data: bytes, encoding: str, is_noted: bool) -> None:
    got = read(write(tmp_path / "a.csv", data))
    assert (got.inputs, got.table.encoding) == (NAMES, encoding)
    assert [note.id for note in got.table.notes] == ["note_encoding"] * is_noted


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["Зарин", "Хлорокись фосфора", "Ацетон"], "cp1251"),
        (["Зарин", "Хлорокись фосфора", "Ацетон"], "koi8-r"),
        (["ثلاثي إيثانول أمين", "السارين", "أسيتون"], "cp1256"),
        (["三乙醇胺", "硫二甘醇", "三氯化磷"], "gb18030"),
        (["塩化チオニル", "トリエタノールアミン", "三塩化リン"], "cp932"),
    ],
)
def test_a_table_in_the_old_encoding_of_another_script(tmp_path: Path, names: list[str], encoding: str) -> None:
    got = read(write(tmp_path / "a.csv", ("name\n" + "\n".join(names) + "\n").encode(encoding)))
    assert (got.inputs, got.table.encoding) == (names, encoding)
    assert [note.id for note in got.table.notes] == ["note_encoding"]


def test_bytes_that_windows_does_not_define_make_it_latin_1() -> None:
    assert recognise_encoding(b"caf\xe9 \x81\n")[0] == "latin-1"


def test_one_bad_byte_spoils_one_row_and_only_in_the_input(tmp_path: Path) -> None:
    data = "id,name\n1,Éthanol\n2,Müller\n2,naïve\n".encode() + b"3,caf\xe9\n\xe94,x\n"
    got = read(write(tmp_path / "a.csv", data))
    assert (got.inputs, got.table.encoding) == (["Éthanol", "Müller", "naïve", None, "x"], "utf-8")
    assert got.problems[4].id == "row_undecodable"
    assert got.problems[4].values == {"encoding": "utf-8", "starts": "caf\ufffd"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_end_lines(tmp_path: Path, end: str) -> None:
    for name in ("a.csv", "a.smi"):
        assert read(write(tmp_path / name, end.join(["smiles", "CCO", "CCN"]))).inputs == ["CCO", "CCN"]


def test_a_long_line_is_one_row_with_a_problem(tmp_path: Path) -> None:
    text = "CCO a\n" + "C" * 5000 + " b\nCCN c\n"
    got = read(write(tmp_path / "a.smi", text), max_value_bytes=1000)
    assert got.inputs == ["CCO", None, "CCN"]
    assert got.problems[2].id == "row_too_long"
    assert got.problems[2].values == {"bytes": 5002, "starts": "C" * 80}


def test_a_very_long_line_is_not_kept_in_memory() -> None:
    class Endless(io.RawIOBase):
        left = 60_000_000

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            if self.left <= 0:
                return b""
            self.left -= size
            return b"C" * size if self.left > 0 else b"C\nCCO x\n"

    tracemalloc.start()
    got = read(Endless(), name="a.smi")  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got.inputs == [None, "CCO"]
    assert got.problems[1].values["bytes"] > 59_000_000  # type: ignore[operator]
    assert peak < 30_000_000


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_compressed_files_are_read_whatever_their_name(tmp_path: Path, compress) -> None:  # type: ignore[no-untyped-def]
    got = read(write(tmp_path / "a.csv", compress(b"smiles\nCCO\n") + compress(b"CCN\n")))
    assert got.inputs == ["CCO", "CCN"]
    assert got.table.compression in ("gzip", "zstd")
    assert got.table.bytes_read() == got.table.size_bytes


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_truncated_file_gives_its_rows_and_says_it_ends_early(tmp_path: Path, compress) -> None:  # type: ignore[no-untyped-def]
    rows = [f"C{'N' * (n * 7919 % 31)}O{n}" for n in range(20_000)]
    data = compress(("smiles\n" + "\n".join(rows) + "\n").encode())
    got = read(write(tmp_path / "a.smi.x", data[: len(data) * 2 // 3]))
    assert len(got.inputs) > 1000
    assert got.inputs[:-1] == rows[: len(got.inputs) - 1]
    assert got.why(len(got.inputs)) == "file_ends_early"
    assert len(got.problems) == 1


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"smiles\n" + b"CCO\n" * 1000))
    data[-6] ^= 0xFF
    got = read(write(tmp_path / "a.smi.gz", bytes(data)))
    assert (got.inputs[:-1], got.why(1001)) == (["CCO"] * 1000, "file_damaged")


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_bomb_is_read_in_bounded_memory(compress) -> None:  # type: ignore[no-untyped-def]
    bomb = io.BytesIO(compress(b"CCO\n" + b"C" * 200_000_000))
    tracemalloc.start()
    got = read(bomb, name="a.smi")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (got.inputs, got.why(2)) == (["CCO", None], "row_too_long")
    assert peak < 120_000_000


def test_a_file_cut_in_its_header_says_so(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "a.smi.gz"):
        cut = gzip.compress(b"smiles\nCCO\n", compresslevel=0)[:21]
        got = read(write(tmp_path / name, cut))
        assert (got.inputs, got.why(1)) == ([None], "file_ends_early")


def test_an_empty_or_ruined_compressed_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        read(write(tmp_path / "a.csv.gz", gzip.compress(b"")))
    with pytest.raises(InputError, match="incomplete or damaged"):
        read(write(tmp_path / "b.csv.gz", gzip.compress(b"smiles\n")[:10]))


class Trickle(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._step, self._at = data, step, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._data[self._at : self._at + self._step]
        self._at += len(piece)
        return piece


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["C", "é", "\r", "\n", "\n\n", "漢" * 3, "x" * 9, " "]), min_size=1, max_size=30),
    st.integers(1, 5),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
    st.integers(1, 12),
)
def test_lines_do_not_depend_on_how_bytes_arrive(pieces, step, encoding, size) -> None:  # type: ignore[no-untyped-def]
    text = "".join(pieces)
    stream = open_source(Trickle(text.encode(encoding), step), "pipe")  # type: ignore[arg-type]
    got = Text(stream, 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("opencwc.files.text_stream.CHUNK_BYTES", size)
        blocks = list(Text(open_source(Trickle(text.encode(encoding), step), "pipe"), 8).lines())  # type: ignore[arg-type]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = lines if lines[-1] else lines[:-1]
    expected = [line if len(line.encode()) <= 8 else None for line in lines]
    for source in (blocks, list(got.lines())):
        read_back: list[str | None] = []
        for block in source:
            read_back += block.decode().split("\n")[:-1] if isinstance(block, bytes) else [None]
        assert read_back == expected
