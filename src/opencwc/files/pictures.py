"""Pictures of text as documents: each page that is recognised gives its paragraphs, and says so where it gives none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from opencwc.files.passages import Item, Passage, PictureReader, Reading, Refusal, Unread, paragraphs
from opencwc.finding import Message

if TYPE_CHECKING:
    from PIL.Image import Image

    from opencwc.files.document_reading import DocumentSource
    from opencwc.files.office_packages import Package

_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".webp")
_INSTALL_OCR = "reading_remedy_install_tesseract"


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the paragraphs of a picture, page by page; raise `Refusal` where pictures are not recognised here."""
    if source.reading.tesseract is None:
        raise Refusal("reading_kind_picture", _INSTALL_OCR)
    return _pages(source.data, source.reading.tesseract, source.reading)


def _pages(data: bytes, tesseract: PictureReader, reading: Reading) -> Iterator[Item]:
    from opencwc.files.page_pictures import DAMAGED, MOST_DOTS, TOO_LARGE, pages_of

    number = 1
    try:
        for number, page in enumerate(pages_of(data), 1):
            yield from recognised(tesseract, lambda page=page: page, f"p. {number}", reading)  # type: ignore[misc]
            if reading.ocr_pages > reading.limits.ocr_pages:
                return
    except TOO_LARGE:
        yield Unread(f"p. {number}", Message("reading_picture_large", {"dots": MOST_DOTS}))
    except DAMAGED:
        yield Unread(f"p. {number}", Message("reading_ocr_failed"))


def read_inside(package: Package, names: Iterable[str], reading: Reading) -> Iterator[Item]:
    """Yield the text of the pictures in a package, and note how many of them gave none: most are logos and lines."""
    silent = 0
    for name in names:
        found = False
        for item in _inside(package, name, reading):
            if isinstance(item, Passage):
                found = True
                yield Passage(f"{PurePosixPath(name).name} > {item.place}", item.text)
        silent += not found
    if silent:
        reading.note(Message("reading_pictures", {"count": silent}))


def _inside(package: Package, name: str, reading: Reading) -> Iterator[Item]:
    if reading.tesseract is None or not name.lower().endswith(_ENDINGS):
        return
    try:
        data = package.read(name)
    except Refusal as refusal:
        yield Unread(name, refusal.message)
        return
    yield from _pages(data, reading.tesseract, reading)


def recognised(tesseract: PictureReader, draw: Callable[[], Image], place: str, reading: Reading) -> Iterator[Item]:
    """Yield the paragraphs in a picture, which is drawn if it is one of those that may be recognised."""
    reading.ocr_pages += 1
    if reading.ocr_pages > reading.limits.ocr_pages:
        yield Unread(place, Message("reading_ocr_pages", {"pages": reading.limits.ocr_pages}))
        return
    reading.announce()
    text, problem = tesseract.recognise(draw(), reading)
    texts = list(paragraphs(text.split("\n")))
    if problem or not texts:
        yield Unread(place, problem or Message("reading_ocr_nothing"))
    yield from numbered(place, texts)


def numbered(place: str, texts: Iterable[str]) -> Iterator[Item]:
    """Yield ``p. 3`` where a page has one paragraph, else ``p. 3 ¶ 1`` and so on."""
    all_texts = list(texts)
    for number, text in enumerate(all_texts, 1):
        yield Passage(place if len(all_texts) == 1 else f"{place} ¶ {number}", text)
