"""Documents made to do harm cost bounded time and memory, and leave what could be read."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks import tried
from opencwc.errors import InputError
from opencwc.files import DocumentLimits, Passage, Unread, open_document
from opencwc.files.reader_client import ConfinedDocument

from .making import (
    LINES,
    TABLES,
    docx,
    ods,
    package,
    pdf,
    pdf_of,
    places,
    read,
    sheet_rows,
    stream,
    word_paragraph,
    word_table,
    xls,
    xlsx,
)

MAIL = (
    b"Subject: s\r\nFrom: a@example.org\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nTEA 85%\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\n\r\n"
    b"Product,Qty,Unit\r\nTEA,5,kg\r\n--b--\r\n"
)
SMALL: dict[str, bytes] = {
    "a.pdf": pdf([list(LINES.values()), ["second page"]]),
    "a.docx": docx(word_paragraph("TEA") + word_table(TABLES["fr"]), {"header": word_paragraph("head")}),
    "a.xlsx": xlsx({"S": sheet_rows(TABLES["ru"]), "T": sheet_rows(TABLES["zh"])}, formats=["0%"], shared=["<t>x</t>"]),
    "a.ods": ods(TABLES["en"]),
    "a.xls": xls(TABLES["es"]),
    "a.html": (
        "<!DOCTYPE html><meta charset=utf-8><p title='h'>" + "<br>".join(LINES.values()) + "<table><tr><td>a<td>b"
    ).encode(),
    "a.eml": MAIL,
    "a.csv": "\n".join(";".join(row) for row in TABLES["ru"]).encode("cp1251"),
    "a.txt": "\n".join(LINES.values()).encode("utf-16"),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_document_cut_short_is_an_error_or_a_part_that_is_not_read(name: str) -> None:
    whole = SMALL[name]
    for tenth in range(1, 10):
        cut = whole[: len(whole) * tenth // 10]
        try:
            passages, unread, _, _ = read(cut, name)
        except InputError as error:
            assert error.remedy
            continue
        assert all(passage.text.strip() for passage in passages)
        assert all(part.message.id.startswith("reading_") for part in unread)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from([name for name in SMALL if name != "a.pdf"]), data=st.data())
def test_a_mutated_document_never_breaks_the_reader(name: str, data: st.DataObject) -> None:
    changed = _mutated(name, data)
    try:
        read(changed, name, limits=DocumentLimits(seconds=10))
    except InputError as error:
        assert error.remedy


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(["a.pdf", "a.pdf", "a.xls", "a.docx"]), data=st.data())
def test_a_mutated_document_never_breaks_the_process_that_reads(name: str, data: st.DataObject) -> None:
    changed = _mutated(name, data)
    try:
        read(changed, name, confine=True, ocr=False, limits=DocumentLimits(seconds=10))
    except InputError as error:
        assert error.remedy


def _mutated(name: str, data: st.DataObject) -> bytes:
    tried()
    changed = bytearray(SMALL[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        piece = data.draw(
            st.one_of(st.binary(max_size=4), st.sampled_from([b"<", b"\0", b'"', b">>", b"999999999", b"--b", b"%"]))
        )
        changed[at : at + data.draw(st.integers(0, 4))] = piece
        if not changed:
            changed = bytearray(b"x")
    return bytes(changed)


# ------------------------------------------------------------------------------------------------------------- bombs


def inflated(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * size + b"</a>")
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(InputError, match="Unpacked, it would be larger"):
        read(inflated(100_000_000), "a.docx")


def test_a_zip_bomb_that_lies_about_its_size_is_stopped_on_the_way() -> None:
    honest = inflated(30_000_000)
    size = (30_000_007).to_bytes(4, "little")
    lying = honest.replace(size, (1_000).to_bytes(4, "little"))
    assert lying != honest
    passages, unread, *_ = read(lying, "a.docx")
    assert (passages, [part.message.id for part in unread]) == ([], ["reading_damaged"])
    passages, unread, *_ = read(
        inflated(9_000_000), "a.docx", limits=DocumentLimits(unpacked_bytes=9_500_000, ratio=2_000)
    )
    assert [part.message.id for part in unread] == ["reading_no_text"]
    many = package({"word/document.xml": "<a/>", **{f"x{at}": "x" for at in range(50)}})
    with pytest.raises(InputError, match="parts"):
        read(many, "a.docx", limits=DocumentLimits(parts=20))


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY e0 "TEA">'
    + "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    + ']><w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&e11;</w:t></w:r></w:p></w:body></w:document>'
)
EXTERNAL = (
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&x;</w:t>'
    "</w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize("bomb", [ENTITIES, EXTERNAL])
def test_no_entity_is_expanded_or_fetched(bomb: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        passages, unread, *_ = read(package({"word/document.xml": (head + bomb).encode(encoding)}), "a.docx")
        assert (passages, [part.message.id for part in unread]) == ([], ["reading_doctype"])


# ----------------------------------------------------------------------------------------------------------- nesting


def nested_mail(depth: int) -> bytes:
    message = b"Subject: inner\nFrom: a@example.org\n\ninnermost TEA\n"
    for level in range(depth):
        message = (
            b"Subject: level %d\nFrom: a@example.org\nMIME-Version: 1.0\n"
            b"Content-Type: multipart/mixed; boundary=b%d\n\n"
            b"--b%d\nContent-Type: message/rfc822\n\n%s\n--b%d--\n" % (level, level, level, message, level)
        )
    return message


def test_messages_in_messages_are_read_to_a_bounded_depth() -> None:
    passages, unread, *_ = read(nested_mail(50), "a.eml")
    assert [passage.text for passage in passages] == ["level 49", "level 48", "level 47", "level 46"]
    assert [part.message.id for part in unread] == ["reading_depth"]
    assert unread[0].place.count(" > ") == 3
    try:
        read(nested_mail(2_500), "a.eml")
    except InputError as error:
        assert "deeply" in str(error)


def test_only_so_many_attachments_are_read() -> None:
    part = b"--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=a.csv\n\na,b,c\n"
    head = b"Subject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    passages, unread, *_ = read(head + part * 150 + b"--b--\n", "a.eml")
    assert len(passages) == 101
    assert [part.message.id for part in unread] == ["reading_attachments"]


NESTED: dict[str, tuple[str, bytes]] = {
    "elements": ("a.html", b"<div>" * 300_000 + b"TEA"),
    "tables": ("a.html", b"<table><tr><td>" * 50_000 + b"TEA"),
    "unclosed paragraphs": ("a.html", b"".join(b"<b a%d><p>" % at for at in range(50_000)) + b"TEA"),
    "signs": ("a.html", b"<html>" + b"<" * 500_000 + b"TEA"),
    "quotes": ("a.html", b"<html><a " + b"'\"" * 1_000_000 + b">TEA"),
    "open tags": ("a.html", b"<html>" + b'<a "' * 500_000 + b"TEA"),
    "spans": ("a.html", b"<table>" + b"<tr><td rowspan=300 colspan=300>TEA" * 3_000),
    "word tables": (
        "a.docx",
        docx("<w:tbl><w:tr><w:tc>" * 3_000 + word_paragraph("TEA") + "</w:tc></w:tr></w:tbl>" * 3_000),
    ),
}


@pytest.mark.parametrize("case", NESTED)
def test_deep_nesting_is_read_in_bounded_time(case: str) -> None:
    name, data = NESTED[case]
    began = time.monotonic()
    passages, *_ = read(data, name)
    assert time.monotonic() - began < 30
    assert any("TEA" in passage.text for passage in passages)


def test_word_tables_beyond_all_depth_are_refused() -> None:
    (*_,) = _, unread, _, _ = read(docx("<w:tbl><w:tr><w:tc>" * 50_000), "a.docx")
    assert [part.message.id for part in unread] == ["reading_nested"]


def test_a_line_of_ten_million_characters_comes_in_pieces() -> None:
    for name, data in (("a.txt", b"TEA 85% " * 1_250_000), ("a.csv", b"TEA," * 2_500_000)):
        passages, unread, *_ = read(data, name)
        assert unread == []
        assert sum(len(passage.text) for passage in passages) >= 9_999_990
        assert max(len(passage.text) for passage in passages) <= 20_000
        assert passages[1].place == "1 [2]"


# --------------------------------------------------------------------------------------------------------------- PDF

LOOP = pdf_of(
    {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count 3 /Kids [3 0 R 2 0 R] >>",
        3: b"<< /Type /Pages /Count 2 /Kids [2 0 R 3 0 R] >>",
    }
)
SELF_DRAWN = pdf_of(
    {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count 1000000000 /Kids [3 0 R] >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R "
        b"/Resources << /XObject << /X 4 0 R >> >> >>",
        4: stream(
            b"/X Do /X Do", b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >>"
        ),
    }
)


def inflated_pdf() -> bytes:
    content = zlib.compress(zlib.compress(b" " * 900_000_000, 9), 9)
    return pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            4: stream(content, b"<< /Filter [/FlateDecode /FlateDecode]"),
        }
    )


@pytest.mark.parametrize(
    "made", [lambda: LOOP, lambda: SELF_DRAWN, inflated_pdf], ids=["page tree", "drawn in itself", "inflated"]
)
def test_a_pdf_that_goes_round_in_circles_ends(made: Callable[[], bytes]) -> None:
    data = made()
    began = time.monotonic()
    try:
        passages, unread, *_ = read(data, "a.pdf", confine=True, limits=DocumentLimits(seconds=20))
    except InputError as error:
        assert error.remedy
    else:
        assert passages == []
        assert unread
    assert time.monotonic() - began < 60


# ---------------------------------------------------------------------------------------------- the process that reads


def started(tmp_path: Path, program: str, limits: DocumentLimits) -> Callable[[], ConfinedDocument]:
    """Put a program in the place of the interpreter, which says what a reader that was taken over might say."""
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    fake.chmod(0o755)
    (tmp_path / "a.txt").write_bytes(b"TEA")

    def open_confined() -> ConfinedDocument:
        with (tmp_path / "a.txt").open("rb") as file:
            return ConfinedDocument(file, "a.txt", limits, ocr=False)

    return open_confined


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("exit 3", "reading_broke_off"),
        ("kill -SEGV $$", "reading_broke_off"),
        ("kill -XCPU $$", "reading_too_long"),
        ("exec /bin/sleep 100", "reading_too_long"),
        ("exec >&-; exec /bin/sleep 100", "reading_broke_off"),
        ("echo 'no json'", "reading_broke_off"),
        ("echo '{\"passage\": [1, 2]}'", "reading_broke_off"),
        ("exec /bin/cat /dev/zero", "reading_broke_off"),
    ],
)
def test_a_process_that_dies_hangs_or_lies_leaves_what_it_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    lines = ('{"kind": "txt"}', '{"passage": ["1", "TEA"]}', '{"note": ["reading_macros", {}]}')
    script = "".join(f"echo '{line}'; " for line in lines)
    open_confined = started(tmp_path, script + program, DocumentLimits(seconds=3))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    confined = open_confined()
    items = list(confined.items())
    assert items[0] == Passage("1", "TEA")
    assert [item.message.id for item in items[1:] if isinstance(item, Unread)] == [reason]
    assert [note.id for note in confined.notes] == ["reading_macros"]


def test_a_process_that_dies_before_it_reads_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_confined = started(tmp_path, "exit 3", DocumentLimits(seconds=3))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(InputError, match="stopped with an error"):
        open_confined()


def test_time_that_the_caller_takes_is_not_counted() -> None:
    document = open_document(io.BytesIO(b"TEA 85%\n" * 5_000), name="a.txt", limits=DocumentLimits(seconds=5))
    passages = document.passages()
    first = next(passages)
    ends = time.monotonic() + 6
    while time.monotonic() < ends:
        os.getpid()  # work of the caller
    rest = list(passages)
    assert first == Passage("1", "TEA 85%")
    assert len(rest) == 4_999
    assert all(isinstance(item, Passage) for item in rest)


def test_reading_stops_when_its_time_is_over() -> None:
    slow = b"<html>" + b"<p>TEA" * 2_000_000
    items = list(open_document(io.BytesIO(slow), name="a.html", limits=DocumentLimits(seconds=1.5)).passages())
    assert items[0] == Passage("¶ 1", "TEA")
    assert isinstance(items[-1], Unread)
    assert items[-1].message.id == "reading_too_long"
    here = open_document(io.BytesIO(slow), name="a.html", confine=False, limits=DocumentLimits(seconds=0.5))
    items = list(here.passages())
    assert items[-1].message.id == "reading_too_long"


def test_memory_is_bounded() -> None:
    text = "<html>" + "<p>" + "TEA " * 20_000_000
    limits = DocumentLimits(memory=400_000_000)
    try:
        items = list(open_document(io.BytesIO(text.encode()), name="a.html", limits=limits).passages())
    except InputError as error:
        assert "memory" in str(error)
    else:
        assert items[-1].message.id in ("reading_memory", "reading_broke_off")


def test_a_document_that_is_closed_early_leaves_no_process() -> None:
    document = open_document(io.BytesIO(b"TEA 85%\n" * 200_000), name="a.txt")
    passages = document.passages()
    next(passages)
    document.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(document._source._sandbox.pid, os.WNOHANG)  # type: ignore[attr-defined]
    assert len(list(passages)) <= 2_000


@pytest.mark.parametrize("programs", [False, True], ids=["alone", "with Tesseract"])
def test_the_process_has_no_network_and_may_not_write(tmp_path: Path, programs: bool) -> None:
    program = (
        "import os, socket, sys\n"
        "from opencwc.confining.process import readable_paths\n"
        "from opencwc.confining.rights import Bounds, confine, isolate\n"
        f"confine(Bounds(), readable_paths(), namespace=isolate(), programs={programs})\n"
        "said = []\n"
        "try:\n    socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2); said.append('network')\n"
        "except OSError: pass\n"
        "try:\n    open(sys.argv[2], 'w').write('x' * 10_000_000); said.append('file')\n"
        "except OSError: pass\n"
        "try:\n    os.posix_spawn('/bin/true', ['/bin/true'], {}); said.append('program')\n"
        "except OSError: pass\n"
        "print(said)\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, str(server.getsockname()[1]), str(tmp_path / "x")],
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.strip() == ("['program']" if programs else "[]")


def test_nothing_outside_is_fetched_by_a_page() -> None:
    page = (
        b"<img src='http://127.0.0.1:9/x.png' alt=TEA><iframe src='file:///etc/passwd'></iframe><link href='http://x/'>"
    )
    passages, unread, *_ = read(page, "a.html", confine=True)
    assert (places(passages), unread) == ({"¶ 1": "TEA"}, [])
