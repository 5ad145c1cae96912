"""Pictures of text are recognised by Tesseract, in the script they are written in.

The pictures in ``scans/`` show the lines of `making.LINES`, one sentence more and a registry number.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from opencwc.files import DocumentLimits

from .making import LINES, picture_pdf, read

SCANS = Path(__file__).parent / "scans"
WORDS = {
    "en": "Triethanolamine",
    "fr": "Triéthanolamine",
    "es": "Trietanolamina",
    "ar": "إيثانول",
    "ru": "Триэтаноламин",
    "zh": "三乙醇胺",
}
PACK = {"ar": "ara", "ru": "rus", "zh": "chi_sim"}


def scan(language: str) -> bytes:
    return (SCANS / f"{language}.png").read_bytes()


def as_pdf(language: str) -> bytes:
    """The picture on a page of its own, below half a page of nothing, so that the letters keep their size."""
    with Image.open(io.BytesIO(scan(language))) as picture:
        page = Image.new("L", (picture.width, picture.width * 842 // 595), 255)
        page.paste(picture.convert("L"), (0, 0))
    return picture_pdf(page.tobytes(), page.width, page.height)


@pytest.mark.parametrize("language", sorted(LINES))
def test_a_picture_is_read_in_its_language(language: str) -> None:
    passages, unread, notes, kind = read(scan(language), "scan.png", confine=True, ocr=True)
    text = "\n".join(passage.text for passage in passages)
    assert WORDS[language] in text
    assert "102-71-6" in text
    assert all(passage.place.startswith("p. 1") for passage in passages)
    assert (unread, notes, kind) == ([], ["reading_ocr_used"], "picture")


@pytest.mark.parametrize("language", sorted(LINES))
def test_a_page_of_a_pdf_that_is_a_picture_is_read(language: str) -> None:
    passages, unread, notes, kind = read(as_pdf(language), "scan.pdf", confine=True)
    text = "\n".join(passage.text for passage in passages)
    assert WORDS[language] in text
    assert "102-71-6" in text
    assert (unread, notes, kind) == ([], ["reading_ocr_used"], "pdf")


def test_without_recognition_the_page_is_told_of() -> None:
    for confine in (True, False):
        passages, unread, notes, _ = read(as_pdf("en"), "scan.pdf", confine=confine, ocr=False)
        assert (passages, notes) == ([], [])
        assert [(part.place, part.message.id) for part in unread] == [("p. 1", "reading_picture_page")]


def test_only_so_many_pages_are_recognised() -> None:
    passages, unread, *_ = read(as_pdf("en"), "scan.pdf", confine=True, limits=DocumentLimits(ocr_pages=0))
    assert passages == []
    assert [part.message.id for part in unread] == ["reading_ocr_pages"]


def test_a_language_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from opencwc.files.pictures import find_tesseract

    tesseract = find_tesseract()
    assert tesseract is not None
    import subprocess

    listed = subprocess.run([tesseract.program, "--list-langs"], capture_output=True, text=True, check=True).stdout
    installed = Path(listed.split('"')[1])
    for pack in ("eng", "osd"):
        (tmp_path / f"{pack}.traineddata").symlink_to(installed / f"{pack}.traineddata")
    (tmp_path / "configs").symlink_to(installed / "configs")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    passages, _, notes, _ = read(scan("ru"), "scan.png", confine=True)
    assert notes == ["reading_ocr_pack", "reading_ocr_used"]
    assert "102-71-6" in "\n".join(passage.text for passage in passages)


def test_a_picture_in_which_nothing_is_recognised_is_one_that_was_not_read() -> None:
    empty = io.BytesIO()
    Image.new("L", (400, 300), 255).save(empty, "PNG")
    for data, name in ((empty.getvalue(), "white.png"), (picture_pdf(b"\xff" * 120_000, 400, 300), "white.pdf")):
        passages, unread, *_ = read(data, name, confine=True)
        assert (passages, [(part.place, part.message.id) for part in unread]) == ([], [("p. 1", "reading_ocr_nothing")])


def test_a_picture_that_is_none_is_told() -> None:
    _, unread, *_ = read(b"\x89PNG\r\n\x1a\nnothing", "scan.png", confine=True)
    assert [part.message.id for part in unread] == ["reading_ocr_failed"]
