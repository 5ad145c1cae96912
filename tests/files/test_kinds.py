"""A document is read as what it is; what is no document is refused with what to do."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest

from opencwc.errors import InputError, UnavailableError
from opencwc.files import open_document
from opencwc.files.encodings import decode
from opencwc.wording import LANGUAGES, sentence

from .making import LINES, TABLES, compound, docx, package, pdf, read, sheet_rows, word_paragraph, xlsx

REFUSED = {
    "letter.doc": (compound({"WordDocument": b"x"}), "old Word document"),
    "mail.msg": (compound({"__properties_version1.0": b"x"}), "Outlook message"),
    "other.ole": (compound({"Contents": b"x"}), "kind of file is not read"),
    "locked.xlsx": (compound({"EncryptedPackage": b"x"}), "locked"),
    "winmail.dat": (b"\x78\x9f\x3e\x22rest", "winmail"),
    "some.gz": (gzip.compress(b"TEA", mtime=0), "archive"),
    "some.7z": (b"7z\xbc\xaf\x27\x1crest", "archive"),
    "slides.pptx": (package({"ppt/presentation.xml": "<p/>"}), "presentation"),
    "slides.odp": (
        package({"mimetype": "application/vnd.oasis.opendocument.presentation", "content.xml": "<a/>"}),
        "presentation",
    ),
    "program.exe": (b"MZ\x90\x00" + bytes(range(256)), "kind of file is not read"),
    "noise.bin": (bytes(range(256)) * 50, "noise"),
    "photo.png": (b"\x89PNG\r\n\x1a\nrest", "picture"),
    "empty.pdf": (b"", "empty"),
    "locked.pdf": (pdf([["secret"]], password="pw"), "locked"),
    "broken.pdf": (b"%PDF-1.7\nnothing", "damaged"),
    "broken.docx": (b"PK\x03\x04rest", "incomplete"),
    "hollow.docx": (package({"word/other.xml": "<a/>"}), "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_document_is_refused_with_what_to_do(name: str) -> None:
    data, word = REFUSED[name]
    with pytest.raises(InputError, match=word) as raised:
        open_document(io.BytesIO(data), name=name, confine=False)
    assert raised.value.where == name
    assert raised.value.remedy


@pytest.mark.parametrize("name", ["letter.doc", "locked.pdf", "noise.bin", "broken.docx"])
def test_a_process_of_its_own_refuses_alike(name: str) -> None:
    messages = []
    for confine in (True, False):
        with pytest.raises(InputError) as raised:
            open_document(io.BytesIO(REFUSED[name][0]), name=name, confine=confine, ocr=False)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]


MISLABELLED = {
    "a.pdf": (docx(word_paragraph("TEA")), "docx"),
    "a.docx": (pdf([["TEA"]]), "pdf"),
    "a.xls": (b"<html><table><tr><td>TEA</table>", "html"),
    "a.csv": (xlsx({"S": sheet_rows([["TEA"]])}), "xlsx"),
    "a.xlsx": (b"a;b;c\n1;2;3\nTEA;5;6\n", "csv"),
    "a.html": (b"From: a@example.org\nSubject: s\nMIME-Version: 1.0\n\nTEA\n", "eml"),
    "a.eml": (b"TEA 85%\n", "txt"),
    "a.txt": (pdf([["TEA"]]), "pdf"),
}


@pytest.mark.parametrize("name", MISLABELLED)
def test_a_mislabelled_document_is_read_as_what_it_is(name: str) -> None:
    data, kind = MISLABELLED[name]
    passages, unread, notes, kind_read = read(data, name)
    assert (kind_read, notes, unread) == (kind, ["reading_kind_differs"], [])
    assert "TEA" in " ".join(passage.text for passage in passages)


def test_a_document_without_a_name_is_known_by_what_it_holds() -> None:
    for data, kind in (
        (b"Product,Qty,Unit\nTEA,5,kg\n", "csv"),
        (b"Please send us the papers, the drums, and the pallets.\nThank you.\n", "txt"),
        (b"<p>TEA</p><p>DMMP</p>", "html"),
        (b"\xef\xbb\xbfTEA\n", "txt"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>TEA", "html"),
        (b'<?xml version="1.0"?>\n<invoice><line>TEA</line></invoice>', "txt"),
    ):
        *_, kind_read = read(data, "")
        assert kind_read == kind, data


def test_a_file_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    from opencwc.files import DocumentLimits

    path = tmp_path / "big.txt"
    path.write_bytes(b"TEA\n" * 100)
    for source in (path, io.BytesIO(path.read_bytes())):
        for confine in (True, False):
            with pytest.raises(InputError, match="larger"):
                open_document(source, name="big.txt", confine=confine, limits=DocumentLimits(file_bytes=100))
            if not isinstance(source, Path):
                source.seek(0)


def test_recognition_that_is_asked_for_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnavailableError, match="Tesseract"):
        open_document(io.BytesIO(b"TEA"), name="a.txt", ocr=True)
    with pytest.raises(UnavailableError):
        open_document(io.BytesIO(b"TEA"), name="a.txt", ocr=True, confine=False)


LEGACY = [("ru", "cp1251"), ("ru", "koi8-r"), ("ar", "cp1256"), ("zh", "gb18030"), ("fr", "cp1252"), ("es", "cp1252")]


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
def test_an_old_encoding_is_recognised_and_told(language: str, encoding: str) -> None:
    for text in (LINES[language], ";".join(TABLES[language][0]), ";".join(TABLES[language][1])):
        if encoding == "cp1252" and text.isascii():
            continue
        decoded = decode(text.encode(encoding))
        assert (decoded.text, decoded.encoding, decoded.assumed) == (text, encoding, True)
        assert decoded.notes[0].values == {"encoding": encoding}


@pytest.mark.parametrize("language", sorted(LINES))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_recognised_with_a_mark_and_without(language: str, encoding: str) -> None:
    text = f"{LINES[language]}, CAS 102-71-6, 1000 kg\n"
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("language", "encoding"), [("ru", "iso-8859-5"), ("zh", "gb2312"), ("fr", "iso-8859-1"), ("ar", "iso-8859-6")]
)
def test_a_declared_encoding_is_believed(language: str, encoding: str) -> None:
    text = LINES[language].replace("，", ",")
    decoded = decode(text.encode(encoding, "replace"), encoding)
    assert decoded.text == text.encode(encoding, "replace").decode(encoding)
    assert not decoded.assumed


def test_a_declaration_that_does_not_fit_is_not_believed() -> None:
    assert decode(LINES["ru"].encode(), "windows-1251").text == LINES["ru"]
    assert decode(LINES["ru"].encode("cp1251"), "utf-8").text == LINES["ru"]
    assert decode(LINES["ru"].encode("cp1251"), "no-such-encoding").text == LINES["ru"]
    assert decode(LINES["ru"].encode("cp1251"), "rot13").text == LINES["ru"]


def test_one_bad_byte_spoils_one_character() -> None:
    text = "Триэтаноламин 85 %, контейнер 1000 л\n" * 5
    data = text.encode()
    assert decode(data[:26] + b"\xff" + data[26:]).text.count("\ufffd") == 1


def test_every_reason_is_said_in_every_language() -> None:
    from opencwc.finding import Message

    values = dict.fromkeys(
        (
            "bytes",
            "parts",
            "depth",
            "count",
            "columns",
            "pages",
            "passages",
            "characters",
            "seconds",
            "said",
            "kind",
            "sheets",
            "findings",
            "languages",
            "pack",
            "percent",
            "dots",
            "file",
            "reason",
            "parts",
            "encoding",
        ),
        "7",
    )
    folder = Path(__file__).resolve().parents[2] / "src" / "opencwc" / "files"
    import re

    ids = {
        id_
        for path in folder.glob("*.py")
        for id_ in re.findall(r'"(reading_[a-z_]+)"', re.sub(r'Error\(\s*"\w+"', "", path.read_text(encoding="utf-8")))
    }
    assert len(ids) > 30
    for language in LANGUAGES:
        for id_ in ids - {"reading_"}:
            wording = sentence(Message(id_, dict(values)), language)
            assert id_ not in wording and "{" not in wording, json.dumps([language, id_, wording])
