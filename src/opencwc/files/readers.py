"""From the bytes of a document to its passages: what it is, which reader takes it, and the documents inside it."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.files.document_kinds import kind_by_name, kind_of_bytes, kind_of_text
from opencwc.files.encodings import decode
from opencwc.files.passages import Item, Passage, Reading, Refusal, Unread, bounded, never_silent, paragraphs
from opencwc.finding import Message

_INSTALL_OCR = "Install Tesseract to have pictures read, or send the text itself."


def begin(data: bytes, name: str, reading: Reading) -> tuple[str, Iterator[Item]]:
    """Return the kind of a document and its passages, bounded; a note says where the name claims another kind.

    Raises:
        Refusal: it is no document that is read here, or it is locked or damaged from its first bytes on.

    """
    kind, items = _begin(data, name, reading, depth=0)
    return kind, bounded(items, reading)


def load_readers() -> None:
    """Load what the readers need, before a process gives up its right to open files."""
    import pypdfium2.raw  # noqa: F401
    import python_calamine  # noqa: F401

    from opencwc.files import delimited_passages, mail, pdf_documents, web_pages, word_documents, workbook_passages  # noqa: F401
    from opencwc.files.heading_rows import is_known_header

    is_known_header("CAS")


def _begin(data: bytes, name: str, reading: Reading, depth: int) -> tuple[str, Iterator[Item]]:
    if not data.strip(b" \t\r\n\0"):
        raise Refusal("reading_empty", "Check that the right file was given.")
    said = kind_by_name(name)

    def inner(inside: bytes, inner_name: str) -> Iterator[Item]:
        return _inside(inside, inner_name, reading, depth + 1)

    kind = kind_of_bytes(data)
    if kind == "zip":
        kind, items = _package(data, reading, inner)
    elif kind == "pdf":
        from opencwc.files.pdf_documents import read_pdf

        items = read_pdf(data, reading)
    elif kind == "xls":
        from opencwc.files.workbook_passages import read_old_workbook

        kind, items = "xlsx", read_old_workbook(data, reading)
    elif kind == "picture":
        items = _picture(data, reading)
    else:
        kind, items = _text(data, said, reading, inner)
    if said and said != kind:
        reading.note(Message("reading_kind_differs", {"said": said.upper(), "kind": kind.upper()}))
    return kind, never_silent(items)


def _package(data: bytes, reading: Reading, inner: object) -> tuple[str, Iterator[Item]]:
    from opencwc.files.packages import Package, kind_of_package

    package = Package(data, reading)
    kind = kind_of_package(package)
    if kind == "docx":
        from opencwc.files.word_documents import read_word_document

        return kind, read_word_document(package, reading, inner)  # type: ignore[arg-type]
    from opencwc.files.workbook_passages import read_old_workbook, read_workbook

    if kind == "xlsx":
        return kind, read_workbook(package, reading)
    for name in package.names:  # what another reader will unpack is measured first
        for _ in package.chunks(name):
            pass
    return "xlsx", read_old_workbook(data, reading)


def _text(data: bytes, said: str, reading: Reading, inner: object) -> tuple[str, Iterator[Item]]:
    from opencwc.files.web_pages import decode_page, read_page

    text = (
        decode_page(data) if said == "html" or data[:4_000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else decode(data)
    )
    kind = kind_of_text(text.text[:200_000], said)
    if kind == "eml":
        from opencwc.files.mail import read_mail

        return kind, read_mail(data, reading, inner)  # type: ignore[arg-type]
    for note in text.notes:
        reading.note(note)
    if kind == "html":
        return kind, read_page(text.text, reading)
    if kind == "csv":
        from opencwc.files.delimited_passages import read_delimited

        return kind, read_delimited(text.text.lstrip("\ufeff"), reading)
    from opencwc.files.plain_text import read_text

    return kind, read_text(text.text.lstrip("\ufeff"))


def _picture(data: bytes, reading: Reading) -> Iterator[Item]:
    if reading.tesseract is None:
        raise Refusal("reading_kind_picture", _INSTALL_OCR)
    tesseract = reading.tesseract

    def recognised() -> Iterator[Item]:
        reading.ocr_pages += 1
        if reading.ocr_pages > reading.limits.ocr_pages:
            yield Unread("p. 1", Message("reading_ocr_pages", {"pages": reading.limits.ocr_pages}))
            return
        reading.announce()
        text, problem = tesseract.recognise(data, reading)
        said = list(paragraphs(text.split("\n")))
        if problem or not said:
            yield Unread("p. 1", problem or Message("reading_ocr_nothing"))
        for number, one in enumerate(said, 1):
            yield Passage("p. 1" if len(said) == 1 else f"p. 1 ¶ {number}", one)

    return recognised()


def _inside(data: bytes, name: str, reading: Reading, depth: int) -> Iterator[Item]:
    """Yield the passages of a document inside another, its name before their places; refused, it is one not read."""
    if depth > reading.limits.depth:
        yield Unread(name, Message("reading_depth", {"depth": reading.limits.depth}))
        return
    try:
        _, items = _begin(data, name, reading, depth)
        for item in items:
            place = f"{name} > {item.place}" if item.place else name
            yield Passage(place, item.text) if isinstance(item, Passage) else Unread(place, item.message)
    except Refusal as refusal:
        yield Unread(name, refusal.message)
    except (
        RecursionError,
        ValueError,
        LookupError,
        ArithmeticError,
        TypeError,
        AttributeError,
        AssertionError,
        OSError,
    ):
        yield Unread(name, Message("reading_damaged"))
