"""Pictures of text are recognised by Tesseract, in the script they are written in.

The pictures in ``scans/`` show the lines of `making.LINES`, one sentence more and a registry number.
"""

from __future__ import annotations

import io
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from opencwc.files import DocumentLimits

from .making import LINES, docx, picture_pdf, places, read, word_paragraph

SCANS = Path(__file__).parent / "scans"
FONT = str(files("opencwc.publishing") / "fonts" / "OpenCWCSans-Regular.ttf")
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


def test_pictures_inside_a_document_are_read_and_silent_ones_counted() -> None:
    body = word_paragraph("See below.")
    data = docx(body, more={"word/media/image1.png": scan("en"), "word/media/logo.emf": b"x"})
    passages, unread, notes, _ = read(data, "a.docx", confine=True, ocr=True)
    text = places(passages)
    assert any("Triethanolamine" in line for place, line in text.items() if place.startswith("image1.png > p. 1"))
    assert (unread, notes) == ([], ["reading_ocr_used", "reading_pictures"])


LABEL = ["THIODIGLYCOL 98 %", "CAS 111-48-8", "200 kg net"]
INVOICE = [
    "Commercial invoice 2026-0417, Norderhafen Chemie, Hamburg",
    "To: Laguna Water Services, Callao",
    "Thiodiglycol 98 %        111-48-8     200 kg",
    "Phosphorus oxychloride   10025-87-3   50 kg",
    "Sodium chloride          7647-14-5    1000 kg",
    "Packed in new steel drums of 200 litres on pallets; country of origin: Germany.",
]


def drawn(lines: list[str], *, size: int = 28, width: int = 1500) -> Image.Image:
    font = ImageFont.truetype(FONT, size)
    picture = Image.new("L", (width, 3 * size * (len(lines) + 1)), 255)
    ImageDraw.Draw(picture).multiline_text((2 * size, size), "\n".join(lines), fill=20, font=font, spacing=size)
    return picture


def turned(picture: Image.Image, degrees: float) -> Image.Image:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def text_of(data: bytes, name: str) -> str:
    passages, unread, *_ = read(data, name, confine=True, ocr=True)
    assert unread == []
    return "\n".join(passage.text for passage in passages)


@pytest.mark.parametrize("degrees", [90, 180, 270, 3, -5, 8, 172, 95])
def test_a_page_is_read_however_it_lies(degrees: int) -> None:
    text = text_of(saved(turned(drawn(INVOICE), degrees), "PNG"), "scan.png")
    assert "Thiodiglycol" in text and "10025-87-3" in text


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 6])
def test_a_label_of_few_words_is_read_however_it_lies(degrees: int) -> None:
    text = text_of(saved(turned(drawn(LABEL, size=40, width=700), degrees), "JPEG", quality=80), "label.jpg")
    assert "THIODIGLYCOL" in text and "111-48-8" in text


def test_every_page_of_a_tiff_is_read() -> None:
    pages = [drawn(LABEL, size=40, width=700), turned(drawn(INVOICE), 180)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    passages, unread, *_ = read(data, "fax.tif", confine=True)
    assert {passage.place.partition(" ¶")[0] for passage in passages} == {"p. 1", "p. 2"}
    assert "10025-87-3" in "\n".join(passage.text for passage in passages)
    assert unread == []


def test_a_grainy_picture_is_read() -> None:
    grain = Image.effect_noise(drawn(INVOICE).size, 60)
    assert "10025-87-3" in text_of(saved(Image.blend(drawn(INVOICE), grain, 0.4), "PNG"), "photo.png")


def test_what_was_recognised_of_no_text_is_said_to_be_noise_or_nothing() -> None:
    for picture in (Image.effect_noise((900, 700), 90), scribble()):
        passages, unread, *_ = read(saved(picture, "PNG"), "photo.png", confine=True)
        assert passages == []
        assert [part.message.id for part in unread] in (["reading_ocr_noise"], ["reading_ocr_nothing"])


def test_what_is_recognised_unsurely_is_noise() -> None:
    from opencwc.files.passages import Reading
    from opencwc.files.tesseract import Recognition, _judged

    unsure = Recognition("rn1 ,,vl", 6, 31.4, ("eng",), 0)
    reading = Reading(DocumentLimits())
    text, why = _judged(unsure, reading)
    assert (text, why and why.id, why and why.values, reading.notes) == ("", "reading_ocr_noise", {"percent": 31}, [])


def scribble() -> Image.Image:
    picture = Image.new("L", (1200, 700), 255)
    for row in range(80, 650, 70):
        heights = [row + (37 * at * row) % 44 - 22 for at in range(120)]
        ImageDraw.Draw(picture).line([(60 + 9 * at, height) for at, height in enumerate(heights)], fill=30, width=4)
    return picture


def test_a_scan_that_a_program_stamped_is_read() -> None:
    page = Image.new("L", (1240, 1754), 255)
    page.paste(drawn(INVOICE, size=24, width=1240), (0, 0))
    data = picture_pdf(page.tobytes(), page.width, page.height, stamp="Received 17 April 2026, page 1 of 1")
    passages, *_ = read(data, "scan.pdf", confine=True)
    text = "\n".join(passage.text for passage in passages)
    assert "Received 17 April" in text and "10025-87-3" in text


def test_a_picture_of_too_many_dots_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    from opencwc.files import page_pictures

    monkeypatch.setattr(page_pictures, "MOST_DOTS", 10_000)
    with pytest.raises(page_pictures.TOO_LARGE):
        list(page_pictures.pages_of(saved(Image.new("L", (120, 100), 255), "PNG")))


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
    from opencwc.files.tesseract import find_tesseract

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
