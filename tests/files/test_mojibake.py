"""Noise is no text, and letters that were misread are put right where that is sure."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from opencwc.errors import InputError
from opencwc.files import open_document, open_table
from opencwc.files.mojibake import mended, noise_share

from .making import LINES, places, read

RANDOM = random.Random(1).randbytes(40_000)
PROGRAM = b"MZ\x00\x00" + b"\x00\x01\x02This program cannot be run\r\n" * 20 + RANDOM


@pytest.mark.parametrize("data", [RANDOM, PROGRAM, b"\xca\xfe\xba\xbe\0\0\0\x34" + RANDOM, b"\x01\x02\n" * 50])
@pytest.mark.parametrize("name", ["goods.xlsx", "goods.csv", "goods.txt", "goods.smi", "goods"])
def test_a_table_that_is_noise_is_refused_before_a_row_is_read(name: str, data: bytes) -> None:
    with pytest.raises(InputError) as raised:
        open_table(io.BytesIO(data), name=name)
    assert raised.value.remedy


@pytest.mark.parametrize("data", [RANDOM, PROGRAM, b"\x01\x02\n" * 50])
@pytest.mark.parametrize("name", ["letter.txt", "letter.pdf", "letter.eml", "letter"])
def test_a_document_that_is_noise_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(InputError):
        open_document(io.BytesIO(data), name=name, confine=False)


def test_the_share_of_noise_is_said() -> None:
    data = b"TEA 85 %\n" * 3 + b"\x01\x02\x03\x04\x05\n" * 7
    for opening in (lambda: open_table(io.BytesIO(data), name="a.csv"), lambda: read(data, "a.txt")):
        with pytest.raises(InputError, match="70% of"):
            opening()


@pytest.mark.parametrize("language", sorted(LINES))
def test_real_lines_are_no_noise_and_are_left_as_they_are(language: str) -> None:
    assert noise_share(LINES[language]) == 0
    assert mended(LINES[language] * 5) == (LINES[language] * 5, "")


@pytest.mark.parametrize("language", ["fr", "es", "ru", "ar", "zh"])
@pytest.mark.parametrize("encoding", ["cp1252", "cp1251"])
def test_utf8_that_was_read_as_something_else_is_put_right(language: str, encoding: str) -> None:
    wrong = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in LINES[language].encode())
    assert mended(wrong) == (LINES[language], encoding)
    passages, _, notes, _ = read(wrong.encode(), "a.txt")
    assert (places(passages), notes) == ({"1": LINES[language]}, ["reading_mojibake"])


@pytest.mark.parametrize(("language", "encoding"), [("ru", "cp1251"), ("ru", "koi8-r"), ("ar", "cp1256")])
def test_an_old_encoding_that_was_read_as_another_is_put_right(language: str, encoding: str) -> None:
    wrong = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in LINES[language].encode(encoding))
    assert mended(wrong) == (LINES[language], "cp1252")


@pytest.mark.parametrize(
    "text", ["Öl für Maschinen", "ÄÖÜ", "naïve café à la crème", "È", "50 µm ± 5 °C", "ÇÃO", "Ștefan Łódź", "ψυχή"]
)
def test_what_was_never_misread_is_left(text: str) -> None:
    assert mended(text) == (text, "")


def test_a_table_with_one_odd_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,smiles\n1,CCO\n2,\x01\x02\n3,CCC\n")
    assert open_table(path).columns == ("id", "smiles")
