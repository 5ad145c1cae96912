"""PDF by PDFium: the text of each page by paragraphs, what is written in its notes and form fields, pictures by OCR.

Nothing that a document holds is run: PDFium is built without JavaScript, and forms are read, not opened.
"""

from __future__ import annotations

import ctypes
import itertools
import re
from collections.abc import Iterator
from pathlib import PurePath
from statistics import median_low
from typing import TYPE_CHECKING, Any

from opencwc.files.line_breaks import is_parted
from opencwc.files.passages import Item, Passage, Reading, Refusal, Unread, paragraphs
from opencwc.files.pictures import numbered, recognised
from opencwc.files.right_to_left import ARABIC, lines_as_read
from opencwc.finding import Message

if TYPE_CHECKING:
    import pypdfium2
    from PIL.Image import Image

    from opencwc.files.document_reading import DocumentSource, Inner

_UNLOCK = "reading_remedy_remove_password"
_LEAST_TEXT = 20
_TEXT_OF_A_STAMP = 200
"""Letters that a program may write on a scan: a number, a date, its own name."""
_MOST_OF_PAGE = 0.6
_MANY_PATHS = 40
_DOTS_PER_INCH = 200
_MOST_DOTS = 30_000_000
_UNMAPPED = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_LINE_END = re.compile(r"[\x02\ufffe](?:\r\n|\n|\r)?")


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of a PDF, page by page.

    Raises `Refusal`: it is locked, damaged beyond reading, or has no page.
    """
    import pypdfium2

    reading = source.reading
    try:
        document = pypdfium2.PdfDocument(source.data)
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        raise Refusal("reading_encrypted" if locked else "reading_damaged", _UNLOCK if locked else _AGAIN) from error
    if pages < 1:
        raise Refusal("reading_damaged", _AGAIN)
    shown = min(pages, reading.limits.pages)
    return itertools.chain(_pages(document, shown, pages, reading), _attachments(document, source.inner, reading))


_AGAIN = "reading_remedy_copy_or_print_again"


def _attachments(document: pypdfium2.PdfDocument, inner: Inner, reading: Reading) -> Iterator[Item]:
    import pypdfium2

    for at in range(document.count_attachments()):
        name = f"attachment {at + 1}"
        reading.attachments += 1
        if reading.attachments > reading.limits.attachments:
            yield Unread(name, Message("reading_attachments", {"count": reading.limits.attachments}))
            return
        try:
            attachment = document.get_attachment(at)
            name = PurePath(attachment.get_name().replace("\\", "/")).name or name
            data = bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            yield Unread(name, Message("reading_damaged"))
            continue
        reading.unpack(len(data))
        yield from inner(data, name)


def _pages(document: pypdfium2.PdfDocument, shown: int, pages: int, reading: Reading) -> Iterator[Item]:
    import pypdfium2

    for at in range(shown):
        place = f"p. {at + 1}"
        try:
            page = document[at]
        except pypdfium2.PdfiumError:
            yield Unread(place, Message("reading_damaged"))
            continue
        try:
            yield from _page(page, place, reading)
        except pypdfium2.PdfiumError:
            yield Unread(place, Message("reading_damaged"))
        finally:
            page.close()
    if pages > shown:
        yield Unread(f"p. {shown + 1}", Message("reading_pages", {"pages": shown}))


def _page(page: pypdfium2.PdfPage, place: str, reading: Reading) -> Iterator[Item]:
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range() if textpage.count_chars() else ""
        letters = sum(map(str.isalnum, text))
        unmapped = len(_UNMAPPED.findall(text))
        # A text that is never seen again by anyone but a machine: fonts without a way back to letters.
        is_garbled = letters + unmapped > 0 and unmapped > 0.3 * (letters + unmapped)
        shows_picture = (letters < _LEAST_TEXT and _holds_picture(page)) or is_garbled
        is_scan = letters < _TEXT_OF_A_STAMP and _is_covered_by_a_picture(page)
        if letters and not is_garbled:
            yield from numbered(place, _paragraphs(textpage, text))
        if shows_picture or is_scan:
            yield from _recognised(page, place, reading)
        yield from _notes(page, place)
    finally:
        textpage.close()


def _paragraphs(textpage: pypdfium2.PdfTextPage, text: str) -> Iterator[str]:
    """Join lines to paragraphs where they follow each other closely, or a word goes on at the head of the next column.

    PDFium gives the lines, and where they stand.
    """
    lines: list[tuple[str, float | None]] = []
    if ARABIC.search(text):
        lines += lines_as_read(textpage)
    else:
        at = 0
        for line in text.splitlines(keepends=True):
            words = line.strip()
            lead = len(line) - len(line.lstrip())
            lines.append((_LINE_END.sub("-", words), _height(textpage, at + lead) if words else None))
            at += len(line)
    heights = [height for words, height in lines if words]
    steps = [
        above - below
        for above, below in itertools.pairwise(heights)
        if above is not None and below is not None and above > below
    ]
    usual = median_low(steps) if steps else 0.0
    spaced: list[str] = []
    before: float | None = None
    for words, height in lines:
        is_far = before is not None and height is not None and not -0.5 <= before - height <= 1.5 * usual
        if words and usual and is_far and not is_parted(spaced[-1], words):
            spaced.append("")
        spaced.append(words)
        before = height if words else before
    if any("\t" in words for words, _ in lines):  # rows of two columns
        yield from (words for words, _ in lines if words.strip())
        return
    yield from paragraphs(spaced)


def _height(textpage: pypdfium2.PdfTextPage, index: int) -> float | None:
    """Return how high the character of this index stands on the page, in points."""
    from pypdfium2 import raw

    x, y = ctypes.c_double(), ctypes.c_double()
    return y.value if raw.FPDFText_GetCharOrigin(textpage, index, x, y) else None


def _holds_picture(page: pypdfium2.PdfPage) -> bool:
    from pypdfium2 import raw

    paths = 0
    for at in range(min(raw.FPDFPage_CountObjects(page), 10_000)):
        kind = raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, at))
        if kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_SHADING):
            return True
        paths += kind == raw.FPDF_PAGEOBJ_PATH
        if paths > _MANY_PATHS:
            return True
    return False


def _is_covered_by_a_picture(page: pypdfium2.PdfPage) -> bool:
    """Tell whether one picture covers most of a page, as where text is only stamped on a scan."""
    from pypdfium2 import raw

    width, height = page.get_size()
    edges = [ctypes.c_float() for _ in range(4)]
    for at in range(min(raw.FPDFPage_CountObjects(page), 100)):
        drawn = raw.FPDFPage_GetObject(page, at)
        if raw.FPDFPageObj_GetType(drawn) == raw.FPDF_PAGEOBJ_IMAGE and raw.FPDFPageObj_GetBounds(drawn, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            if (right - left) * (top - bottom) > _MOST_OF_PAGE * width * height:
                return True
    return False


def _recognised(page: pypdfium2.PdfPage, place: str, reading: Reading) -> Iterator[Item]:
    if reading.tesseract is None:
        yield Unread(place, Message("reading_picture_page"))
        return
    yield from recognised(reading.tesseract, lambda: _drawn(page), place, reading)


def _drawn(page: pypdfium2.PdfPage) -> Image:
    """Return a page as a grey picture of about 200 dots an inch, less where the page is very large."""
    from opencwc.files.page_pictures import cleaned

    width, height = page.get_size()
    scale = _DOTS_PER_INCH / 72
    dots = max(1.0, width * height * scale * scale)
    if dots > _MOST_DOTS:
        scale *= (_MOST_DOTS / dots) ** 0.5
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        return cleaned(bitmap.to_pil().copy())
    finally:
        bitmap.close()


def _notes(page: pypdfium2.PdfPage, place: str) -> Iterator[Item]:
    """Yield what is written in the notes and the fields of a form on this page: PDFium's text leaves them out."""
    from pypdfium2 import raw

    number = 0
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), 2_000)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP):
                continue
            texts = [_annotation_text(annotation, key) for key in (b"V", b"Contents")]
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        for text in dict.fromkeys(text for text in texts if text.strip()):
            number += 1
            name = "field" if kind == raw.FPDF_ANNOT_WIDGET else "note"
            yield Passage(f"{place} {name} {number}", text.replace("\r\n", "\n").replace("\r", "\n").strip())


def _annotation_text(annotation: Any, key: bytes) -> str:
    from pypdfium2 import raw

    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= 2 or size > 2_000_000:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")
