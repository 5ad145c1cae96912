"""Pictures of text: a file that is a picture, and what is recognised in the picture of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from opencwc.files.passages import Item, Passage, PictureReader, Reading, Refusal, Unread, paragraphs
from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.files.document_source import DocumentSource

_INSTALL_OCR = "Install Tesseract to have pictures read, or send the text itself."


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the paragraphs of a picture; raise `Refusal` where pictures are not recognised here."""
    tesseract, data = source.reading.tesseract, source.data
    if tesseract is None:
        raise Refusal("reading_kind_picture", _INSTALL_OCR)
    return recognised(tesseract, lambda: data, "p. 1", source.reading)


def recognised(tesseract: PictureReader, draw: Callable[[], bytes], place: str, reading: Reading) -> Iterator[Item]:
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
