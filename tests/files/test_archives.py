"""A ZIP or a folder of documents: a line for each file, and what is unsafe is named while the rest goes on."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opencwc.errors import InputError
from opencwc.files import DocumentLimits, Passage, Unread, open_document
from opencwc.wording import sentence

from .making import docx, package, pdf, places, read, sheet_rows, word_paragraph, xlsx

GOODS = {
    "letters/a.docx": docx(word_paragraph("TEA")),
    "b.pdf": pdf([["page one"], ["TDG"]]),
    "c.xlsx": xlsx({"S": sheet_rows([["DMMP", "5 kg"]])}),
    "d.bin": bytes(range(256)) * 50,
    "__MACOSX/._b.pdf": b"x",
    ".DS_Store": b"x",
}
READ = {
    "letters/a.docx > ¶ 1": "TEA", "b.pdf > p. 1": "page one", "b.pdf > p. 2": "TDG", "c.xlsx > S!1": "DMMP\t5 kg",
}  # fmt: skip


def lines_of(data: bytes, **how: object) -> list[str]:
    document = open_document(io.BytesIO(data), name="x.zip", ocr=False, **how)  # type: ignore[arg-type]
    list(document.passages())
    return [sentence(note, "en") for note in document.notes]


@pytest.mark.parametrize("confine", [True, False])
def test_every_file_is_read_and_has_its_own_line(confine: bool) -> None:
    passages, unread, _, kind = read(package(GOODS), "x.zip", confine=confine, ocr=False)
    assert (places(passages), kind) == (READ, "zip")
    assert [(part.place, part.message.id) for part in unread] == [("d.bin", "reading_noise")]
    assert lines_of(package(GOODS), confine=confine) == [
        "Read letters/a.docx (DOCX): passages: 1, parts not read: 0.",
        "Read b.pdf (PDF): pages: 2, parts not read: 0.",
        "Read c.xlsx (XLSX): rows: 1, parts not read: 0.",
        "Not read: d.bin: 50% of its lines are noise, not text.",
        "Files of the operating system were skipped (2).",
    ]


def test_a_folder_is_read_as_an_archive_is(tmp_path: Path) -> None:
    for name, data in GOODS.items():
        path = tmp_path / "goods" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "secret.txt").write_text("VX")
    (tmp_path / "goods" / "link.txt").symlink_to(tmp_path / "secret.txt")
    with open_document(tmp_path / "goods", ocr=False) as document:
        items = list(document.passages())
        assert document.kind == "folder"
    assert {item.place: item.text for item in items if isinstance(item, Passage)} == READ
    assert {item.place: item.message.id for item in items if isinstance(item, Unread)} == {
        "d.bin": "reading_noise",
        "link.txt": "reading_link",
    }


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder contains no files"):
        open_document(tmp_path)


def test_what_does_not_fit_of_a_folder_is_named(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("TEA 5 kg\n" * 10)
    for limits, why in (
        (DocumentLimits(files=2), "reading_files"),
        (DocumentLimits(file_bytes=200), "reading_folder_too_large"),
    ):
        with open_document(tmp_path, ocr=False, limits=limits) as document:
            unread = [item for item in document.passages() if isinstance(item, Unread)]
        assert [(part.place, part.message.id) for part in unread] == [("c.txt", why)]


def test_an_archive_in_an_archive_and_in_a_message_is_read_to_a_depth() -> None:
    inner = package({"a.txt": "TEA"})
    for _ in range(2):
        inner = package({"in.zip": inner})
    assert places(read(inner, "x.zip")[0]) == {"in.zip > in.zip > a.txt > 1": "TEA"}
    for _ in range(2):
        inner = package({"in.zip": inner})
    assert [part.message.id for part in read(inner, "x.zip")[1]] == ["reading_depth"]


def made(**entries: bytes) -> tuple[io.BytesIO, zipfile.ZipFile]:
    buffer = io.BytesIO()
    archive = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)
    for name, data in entries.items():
        archive.writestr(name, data)
    return buffer, archive


def test_names_that_lead_out_links_and_bombs_are_named_and_the_rest_is_read() -> None:
    buffer, archive = made()
    with archive:
        archive.writestr("../../etc/evil.txt", "VX")
        archive.writestr("/abs.txt", "VX")
        archive.writestr("C:\\x.txt", "VX")
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb.txt", b"\0" * 30_000_000)
        archive.writestr("a.txt", "TEA")
    passages, unread, *_ = read(buffer.getvalue(), "x.zip", confine=True, ocr=False)
    assert places(passages) == {"a.txt > 1": "TEA"}
    assert {part.place: part.message.id for part in unread} == {
        "../../etc/evil.txt": "reading_path_leads_out",
        "/abs.txt": "reading_path_leads_out",
        "C:\\x.txt": "reading_path_leads_out",
        "link.txt": "reading_link",
        "bomb.txt": "reading_bomb",
    }


def test_a_locked_file_is_named_and_the_rest_is_read() -> None:
    data = bytearray(package({"locked.txt": "VX", "a.txt": "TEA"}))
    data[data.find(b"PK\x01\x02") + 8] |= 1  # the mark of encryption in the list of files
    passages, unread, *_ = read(bytes(data), "x.zip")
    assert places(passages) == {"a.txt > 1": "TEA"}
    assert [(part.place, part.message.id) for part in unread] == [("locked.txt", "reading_encrypted")]


def test_files_of_one_name_are_all_read() -> None:
    buffer, archive = made()
    with archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.txt", "TEA")
        archive.writestr("a.txt", "TDG")
    assert [passage.text for passage in read(buffer.getvalue(), "x.zip")[0]] == ["TEA", "TDG"]


def test_only_so_many_files_are_read() -> None:
    data = package({f"{number}.txt": "TEA" for number in range(5)})
    passages, unread, *_ = read(data, "x.zip", limits=DocumentLimits(files=3))
    assert (len(passages), [part.message.id for part in unread]) == (3, ["reading_files"])


def test_a_name_in_an_old_encoding_is_read() -> None:
    name = "накладная.txt"
    data = package({name: "TEA"})
    plain = "x" * len(name.encode("cp1251"))
    raw = package({plain: "TEA"}).replace(plain.encode(), name.encode("cp1251"))
    assert places(read(data, "x.zip")[0]) == places(read(raw, "x.zip")[0]) == {f"{name} > 1": "TEA"}


def test_a_file_at_which_the_process_ends_is_named_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of which reading takes more memory than there is ends the process; another goes on behind it."""
    from opencwc.confining.sandbox import Sandbox

    lines = Sandbox.lines

    def dies_at_the_second_file(self: Sandbox, poll: float | None = 0.25) -> Iterator[Any]:
        for line in lines(self, poll):
            yield line
            if line and line.get("file") == [2, "b.txt"]:
                raise InputError("reading_broke_off")

    monkeypatch.setattr(Sandbox, "lines", dies_at_the_second_file)
    data = package({"a.txt": "TEA", "b.txt": "TDG", "c.txt": "DMMP"})
    passages, unread, *_ = read(data, "x.zip", confine=True, ocr=False)
    assert places(passages) == {"a.txt > 1": "TEA", "c.txt > 1": "DMMP"}
    assert [(part.place, part.message.id) for part in unread] == [("b.txt", "reading_broke_off")]
