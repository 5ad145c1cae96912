"""From the bytes of a document to its passages: what it is, which reader takes it, and the documents inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from opencwc.files.encodings import Decoded, decode, decode_page
from opencwc.files.kinds import document_kind_by_name, is_mailbox, kind_of_bytes, kind_of_document_text
from opencwc.files.mojibake import mended
from opencwc.files.office_packages import Package, kind_of_package
from opencwc.files.passages import Item, Passage, Reading, Refusal, Unread, bounded, never_silent
from opencwc.files.readers import reader_of
from opencwc.finding import Message

Inner: TypeAlias = Callable[[bytes, str], Iterator[Item]]
"""Reads a document that another holds, given its bytes and its name."""


@dataclass
class DocumentSource:
    """A document to be read.

    ``claimed`` is the kind that its name claims, ``kind`` what it is. A reader that needs the bytes no longer must not
    keep this: they may be large.
    """

    data: bytes
    reading: Reading
    inner: Inner
    claimed: str = ""
    kind: str = ""

    @cached_property
    def package(self) -> Package:
        """The parts of a ZIP file; `Refusal` where it is none."""
        return Package(self.data, self.reading)

    @cached_property
    def decoded(self) -> Decoded:
        """The text of the bytes, as that of a web page where it begins like one."""
        is_page = self.claimed == "html" or self.data[:4_000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
        return decode_page(self.data) if is_page else decode(self.data)

    def take_text(self) -> str:
        """Return the text, and note where its encoding is a guess, or its letters were put right."""
        return text_of(self.decoded, self.reading)


def text_of(decoded: Decoded, reading: Reading) -> str:
    """Return a text with letters that were misread put right, and note what was guessed or done."""
    for note in decoded.notes:
        reading.note(note)
    text, misread_as = mended(decoded.text)
    if misread_as:
        reading.note(Message("reading_mojibake", {"encoding": misread_as}))
    return text


_DAMAGED = (
    RecursionError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, AssertionError, OSError,
)  # fmt: skip


def read_document(data: bytes, name: str, reading: Reading) -> tuple[str, Iterator[Item]]:
    """Return the kind of a document and its passages, bounded; a note says where the name claims another kind.

    Raises `Refusal`: it is no document that is read here, or it is locked or damaged from its first bytes on.
    """
    kind, items = _read(data, name, reading, depth=0)
    return kind, bounded(items, reading, len(data))


def _read(data: bytes, name: str, reading: Reading, depth: int) -> tuple[str, Iterator[Item]]:
    if not data.strip(b" \t\r\n\0"):
        raise Refusal("reading_empty", "reading_remedy_check_file")

    def inner(inside: bytes, inner_name: str) -> Iterator[Item]:
        return _inside(inside, inner_name, reading, depth + 1)

    source = DocumentSource(data, reading, inner, claimed=document_kind_by_name(name))
    source.kind = _kind_of(source)
    reader = reader_of(source.kind, "passages")
    items: Iterator[Item] = reader.load("passages")(source)
    kind = reader.kinds[0]
    if source.claimed and source.claimed != kind:
        reading.note(Message("reading_kind_differs", {"said": source.claimed.upper(), "kind": kind.upper()}))
    return kind, never_silent(items)


def _kind_of(source: DocumentSource) -> str:
    kind = kind_of_bytes(source.data)
    if kind == "zip":
        return _kind_of_zip(source)
    kind = kind or kind_of_document_text(source.decoded.text[:200_000], source.claimed)
    return "mbox" if kind == "eml" and is_mailbox(source.data, source.claimed) else kind


def _kind_of_zip(source: DocumentSource) -> str:
    """Return the kind of a package; one that should be a document, and has lost what makes it one, is damaged."""
    kind = kind_of_package(source.package)
    if kind == "zip" and source.claimed in ("docx", "odt", "xlsx"):
        raise Refusal("reading_damaged", "reading_remedy_save_in_word_processor")
    return kind


def _inside(data: bytes, name: str, reading: Reading, depth: int) -> Iterator[Item]:
    """Yield the passages of a document inside another, its name before their places; refused, it is one not read."""
    if depth > reading.limits.depth:
        yield reading.unread_file(name, Message("reading_depth", {"depth": reading.limits.depth}))
        return
    passages: list[str] = []
    unread = 0
    reading.path.append(name)
    try:
        kind, items = _read(data, name, reading, depth)
        for item in items:
            place = f"{name} > {item.place}" if item.place else name
            if isinstance(item, Passage):
                passages.append(item.place)
                yield Passage(place, item.text)
            else:
                unread += 1
                yield Unread(place, item.message)
        reading.note(_line_of_file(" > ".join(reading.path), kind, passages, unread))
        reading.path.pop()
    except Refusal as refusal:
        reading.path.pop()
        yield reading.unread_file(name, refusal.message)
    except _DAMAGED:
        reading.path.pop()
        yield reading.unread_file(name, Message("reading_damaged"))


def _line_of_file(name: str, kind: str, places: Sequence[str], unread: int) -> Message:
    """Say of a file what was read: its pages, its rows, or else its passages, and how many parts were not."""
    counted = "pages" if kind in ("pdf", "picture") else "rows" if kind in ("xlsx", "csv") else "passages"
    count = len({place.partition(" ¶")[0] for place in places}) if counted == "pages" else len(places)
    return Message(f"reading_file_{counted}", {"file": name, "kind": kind.upper(), "count": count, "unread": unread})
