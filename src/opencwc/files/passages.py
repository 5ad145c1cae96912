"""What a reader of documents gives: passages with their place, the parts that could not be read, and the limits.

A place is what a person would point at: ``p. 3 ¶ 2``, ``¶ 12``, ``table 2!3``, ``Sheet1!7``, ``7`` (a line),
``Subject``, ``packing.xlsx > Sheet1!7``. A passage that had to be cut goes on under the same place with `` [2]``
behind it. Of a table one row names the columns, and each later cell comes with the name of its column.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from opencwc.errors import InputError
from opencwc.files.headings import is_heading_word
from opencwc.files.line_breaks import join_numbers
from opencwc.finding import Message
from opencwc.wording import reason

if TYPE_CHECKING:
    from PIL.Image import Image


class Passage(NamedTuple):
    """A stretch of text and where it stands; a row of a table is one passage, its cells parted by tabs."""

    place: str
    text: str


class Unread(NamedTuple):
    """A part that could not be read, and why."""

    place: str
    message: Message


Item: TypeAlias = Passage | Unread


@dataclass(frozen=True)
class DocumentLimits:
    """What a document may be and may cost.

    Sizes in bytes, times in seconds. ``ratio`` is that of a part of a package, unpacked to packed. ``files`` counts
    those of an archive or a folder, ``depth`` documents inside documents, ``levels`` the elements of markup inside one
    another. ``passages`` and ``findings`` are those of the whole. Its text has at most ``characters``, and where these
    are more than `LEAST_TEXT`, no more than ``text_ratio`` for a byte of the file. ``seconds`` is the time that reading
    may take by the clock; each page that is recognised as a picture adds up to ``ocr_page_seconds``.
    """

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 500_000_000
    ratio: int = 200
    parts: int = 10_000
    attachments: int = 100
    files: int = 1_000
    depth: int = 3
    levels: int = 10_000
    pages: int = 5_000
    characters: int = 50_000_000
    text_ratio: int = 200
    passages: int = 200_000
    findings: int = 200_000
    passage_characters: int = 20_000
    columns: int = 256
    seconds: float = 120.0
    memory: int = 1_500_000_000
    ocr_pages: int = 200
    ocr_page_seconds: float = 60.0


LEAST_TEXT = 2_000_000
"""Characters that any document may hold, however small its file is."""


class Refusal(Exception):
    """A document, or the rest of one, that is not read: why, and the id of the message that says what to do."""

    def __init__(self, message: Message | str, remedy: str = "reading_remedy_save_again") -> None:
        self.message = Message(message) if isinstance(message, str) else message
        self.remedy = remedy
        super().__init__(self.message.id)

    def as_error(self, where: str) -> InputError:
        """Return the error that a whole document is refused with."""
        return InputError("document_refused", where=where, reason=reason(self.message), advice=reason(self.remedy))


STOPPED = frozenset(
    (
        "reading_too_many_findings", "reading_too_many_passages", "reading_too_much_text", "reading_too_much_memory",
        "reading_too_long",
    )
)  # fmt: skip
"""Why a document is read no further, by the ids of the messages: a limit of the whole was reached."""


def stopped_error(message: Message) -> InputError:
    """Return the error of an upload that was read up to a limit of the whole; the message says which, and how much."""
    most = next(iter(message.values.values()))
    match message.id:
        case "reading_too_many_findings":
            return InputError("upload_stopped_at_findings", most=most)
        case "reading_too_many_passages":
            return InputError("upload_stopped_at_passages", most=most)
        case "reading_too_much_text":
            return InputError("upload_stopped_at_text", most=most)
        case "reading_too_much_memory":
            return InputError("upload_stopped_at_memory", most=most)
    return InputError("upload_stopped_at_time", most=most)


class PictureReader(Protocol):
    """What recognises the text of pictures."""

    def recognise(self, picture: Image, reading: Reading) -> tuple[str, Message | None]:
        """Return the text of a picture, or why there is none; notes go to the reading."""
        ...


@dataclass
class Reading:
    """One document being read with all that is in it: the limits, what has been used of them, and the notes so far.

    ``announce`` is called before a page is recognised as a picture, ``announce_file`` before a file of an archive is
    read, with its number and name; the first ``files_to_skip`` of them were read before. ``path`` are the names of the
    files inside one another that are being read.
    """

    limits: DocumentLimits
    tesseract: PictureReader | None = None
    notes: list[Message] = field(default_factory=list)
    announce: Callable[[], None] = lambda: None
    announce_file: Callable[[int, str], None] = lambda number, name: None
    files_to_skip: int = 0
    path: list[str] = field(default_factory=list)
    attachments: int = 0
    unpacked: int = 0
    ocr_pages: int = 0
    ends: float = float("inf")

    def note(self, message: Message) -> None:
        """Keep a note, once."""
        if message not in self.notes:
            self.notes.append(message)

    def unread_file(self, name: str, why: Message) -> Unread:
        """Note that a file inside the document was not read, and return that as an item."""
        self.note(Message("reading_file_unread", {"file": " > ".join([*self.path, name]), "reason": why}))
        return Unread(name, why)

    def unpack(self, size: int) -> None:
        """Count bytes that were unpacked; raise `Refusal` where they are too many."""
        self.unpacked += size
        if self.unpacked > self.limits.unpacked_bytes:
            raise Refusal(Message("reading_bomb", {"bytes": self.limits.unpacked_bytes}), UNPACK_YOURSELF)


UNPACK_YOURSELF = "reading_remedy_check_origin"
_ROW = re.compile(r"(.*!|.* > )?(\d+)( \[\d+\])?", re.DOTALL)


def cell_of(place: str, text: str, start: int) -> str:
    """Return the cell that a character of a row's passage stands in; any other place as it is.

    >>> cell_of("Sheet1!7", "Product: TEA\\tQty: 1000", 15)
    'Sheet1!B7'
    >>> cell_of("p. 3", "TEA", 0)
    'p. 3'
    """
    row = _ROW.fullmatch(place)
    if row is None or (not (row[1] or "").endswith("!") and "\t" not in text):
        return place
    return f"{row[1] or ''}{column_letters(text.count(chr(9), 0, start))}{row[2]}"


def column_letters(at: int) -> str:
    """Return the letters of a column counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def bounded(items: Iterator[Item], reading: Reading, file_bytes: int) -> Iterator[Item]:
    """Yield what a reader gives, in pieces of bounded length; a reader that fails becomes a part that is not read."""
    limits, used, number = reading.limits, 0, 0
    most = min(limits.characters, max(LEAST_TEXT, limits.text_ratio * file_bytes))
    try:
        for item in items:
            if isinstance(item, Unread):
                yield item
                continue
            for piece in _pieces(item, limits.passage_characters):
                used += len(piece.text)
                number += 1
                if used > most:
                    yield Unread(piece.place, Message("reading_too_much_text", {"characters": most}))
                    return
                if number > limits.passages:
                    yield Unread(piece.place, Message("reading_too_many_passages", {"passages": limits.passages}))
                    return
                yield piece
            if time.monotonic() > reading.ends:
                yield Unread(item.place, Message("reading_too_long", {"seconds": round(limits.seconds)}))
                return
    except Refusal as refusal:
        yield Unread("", refusal.message)
    except MemoryError:
        yield Unread("", Message("reading_memory"))
    except RecursionError:
        yield Unread("", Message("reading_nested"))
    except Exception:
        yield Unread("", Message("reading_damaged"))


def never_silent(items: Iterator[Item]) -> Iterator[Item]:
    """Yield what a reader gives; where that is no text at all, say so: a document without text is one not read."""
    silent = True
    for item in items:
        silent = silent and isinstance(item, Passage) and not item.text.strip()
        yield item
    if silent:
        yield Unread("", Message("reading_no_text"))


_LOST = re.compile("[\x00\ud800-\udfff]")


def _pieces(passage: Passage, most: int) -> Iterator[Passage]:
    text = join_numbers(_LOST.sub("\ufffd", passage.text) if _LOST.search(passage.text) else passage.text)
    if not text.strip():
        return
    if len(text) <= most:
        yield Passage(passage.place, text)
        return
    number, at, tabs = 1, 0, 0
    while at < len(text):
        lead = "\t" * min(tabs, most // 2)  # the tabs tell the column in every piece
        end = _good_end(text, at, at + most - len(lead))
        piece = text[at:end]
        if piece.strip():
            yield Passage(passage.place if number == 1 else f"{passage.place} [{number}]", lead + piece)
            number += 1
        if _ROW.fullmatch(passage.place):
            tabs += piece.count("\t")
        at = end


def _good_end(text: str, at: int, most: int) -> int:
    if most >= len(text):
        return len(text)
    for sign in ("\t", "\n", " "):
        end = text.rfind(sign, at + (most - at) // 2, most)
        if end > at:
            return end
    return most


def paragraphs(lines: Iterable[str], most: int = 2_000) -> Iterator[str]:
    """Join the lines of a text to paragraphs: a blank line ends one, and so does its length."""
    kept: list[str] = []
    size = 0
    for line in lines:
        stripped = line.strip()
        if kept and (not stripped or size + len(stripped) > most):
            yield "\n".join(kept)
            kept, size = [], 0
        if stripped:
            kept.append(stripped)
            size += len(stripped) + 1
    if kept:
        yield "\n".join(kept)


FIRST_ROWS = 30
LONGEST_HEADER = 60


class TablePassages:
    """Turns the rows of one table into passages; a table without a place, the lines of a text, is placed by numbers."""

    def __init__(self, place: str, limits: DocumentLimits) -> None:
        self._place = f"{place}!" if place else ""
        self._limits = limits
        self._headers: list[str] = []
        self._seen = 0

    def row(self, number: int, cells: Sequence[str]) -> Iterator[Item]:
        """Yield the passage of a row, and what of it is too far to the right to be read; nothing for an empty row."""
        filled = [" ".join(cell.split("\t")).strip() if "\t" in cell else cell.strip() for cell in cells]
        while filled and not filled[-1]:
            filled.pop()
        if not filled:
            return
        place = f"{self._place}{number}"
        most = self._limits.columns
        kept = filled[:most]
        while kept and not kept[-1]:
            kept.pop()
        if self._names_columns(kept):
            self._headers = [_as_header(cell) for cell in kept]
            yield Passage(place, "\t".join(kept))
        elif kept:
            yield Passage(place, "\t".join(self._with_header(at, cell) for at, cell in enumerate(kept)))
        if len(filled) > most:
            beyond = f"{self._place}{column_letters(most)}{number}"
            yield Unread(beyond, Message("reading_columns", {"columns": most}))

    def _with_header(self, at: int, cell: str) -> str:
        header = self._headers[at] if at < len(self._headers) else ""
        return f"{header}: {cell}" if header and cell else cell

    def _names_columns(self, cells: Sequence[str]) -> bool:
        self._seen += 1
        if self._seen > FIRST_ROWS and not self._headers:
            return False
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or not all(map(_is_words, filled)):
            return False
        known = sum(map(is_heading_word, filled))
        if self._headers:
            return known >= 3 and 2 * known >= len(filled)
        return known >= 2 or 2 * known >= len(filled)


def _is_words(cell: str) -> bool:
    letters = sum(map(str.isalpha, cell))
    digits = sum(map(str.isdigit, cell))
    return (letters > 0 and digits <= 2 and len(cell) <= 2 * LONGEST_HEADER) or cell in ("#", "№", "%", "N°")


def _as_header(cell: str) -> str:
    return " ".join(cell.split())[:LONGEST_HEADER].rstrip(" :：")
