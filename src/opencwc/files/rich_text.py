"""RTF: the text of a document, its tables by row, and what stands beside it.

Read: heads, feet, notes and comments as passages of their own; text that is hidden or was deleted with tracking of
changes, whose place says so. Left out: fonts, styles, pictures, embedded objects (a note says so), field instructions.

Source: Rich Text Format specification 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from opencwc.files.document_reading import DocumentSource
from opencwc.files.passages import Item, Passage, Reading, Refusal, TablePassages
from opencwc.finding import Message

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([\r\n]+)|([^\\{}\r\n]+)|(\\)"
)
_SIGNS = {
    "line": "\n", "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_SYMBOLS = {"~": "\xa0", "_": "-", "-": "\u00ad", "\\": "\\", "{": "{", "}": "}"}
_BESIDE = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header", "footer": "footer",
    "footerl": "footer", "footerr": "footer", "footerf": "footer", "footnote": "footnote", "annotation": "comment",
    "shptxt": "text box",
}  # fmt: skip
_LEFT_OUT = frozenset(
    {
        "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "fldinst", "listtable", "listoverridetable",
        "rsidtbl", "generator", "themedata", "colorschememapping", "datastore", "latentstyles", "filetbl", "revtbl",
        "xmlnstbl", "nonshppict", "sp", "bkmkstart", "bkmkend", "atnid", "atnauthor", "atndate", "atnref", "listtext",
        "pntext", "objdata", "mmathPr", "wgrffmtfilter", "pgptbl", "userprops",
    }
)  # fmt: skip
_READ_THOUGH_STARRED = frozenset({"annotation", "shptxt", "shpinst", "footnote", "shprslt"})
# Character sets of fonts (\fcharset) and the code pages they stand for.
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437",
}  # fmt: skip
_OBJECTS = frozenset({"pict", "object"})


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of an RTF document."""
    return _RichText(source.data, source.reading).passages()


@dataclass
class _Group:
    """What holds within one pair of braces, and is as it was behind it."""

    skipped: bool = False
    font: int = -1
    hidden: bool = False
    deleted: bool = False
    unicode_skip: int = 1
    in_fonts: bool = False
    place: str = ""


@dataclass
class _Holder:
    """What text is put into: the document, or what stands beside it."""

    place: str = ""
    paragraphs: int = 0
    pieces: list[tuple[str, str]] = field(default_factory=list)


class _RichText:
    """One document while it is read."""

    _in_table = False

    def __init__(self, data: bytes, reading: Reading) -> None:
        self._data, self._reading = data, reading
        self._group = _Group()
        self._groups: list[_Group] = []
        self._holders = [_Holder()]
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._bytes = bytearray()
        self._to_skip = 0
        self._starred = False
        self._out: list[Item] = []
        self._cells: list[str] = []
        self._tables = self._row = self._objects = 0
        self._table: TablePassages | None = None
        self._counts: dict[str, int] = {}

    def passages(self) -> Iterator[Item]:
        """Yield the passages."""
        at = 0
        while at < len(self._data):
            match = _TOKEN.match(self._data, at)
            if match is None:
                at += 1
                continue
            at = match.end()
            word, number, byte, symbol, brace, _, plain, _ = match.groups()
            if word is not None:
                value = int(number) if number else None
                if word == b"bin" and value is not None:
                    at += max(0, value)
                else:
                    self._take_word(word.decode("ascii"), value)
            elif byte is not None:
                self._take_bytes(bytes([int(byte, 16)]))
            elif symbol is not None:
                self._take_symbol(symbol.decode("latin-1"))
            elif brace is not None:
                self._take_brace(brace)
            elif plain is not None:
                self._take_bytes(plain)
            if self._out:
                yield from self._out
                self._out.clear()
        self._end_paragraph()
        self._end_table()
        yield from self._out
        if self._objects:
            self._reading.note(Message("reading_pictures", {"count": self._objects}))

    def _take_brace(self, brace: bytes) -> None:
        self._flush()
        self._to_skip = 0
        if brace == b"{":
            if len(self._groups) >= self._reading.limits.levels:
                raise Refusal("reading_nested")
            self._groups.append(self._group)
            self._group = replace(self._group)
        elif self._groups:
            before = self._groups.pop()
            if self._group.place != before.place and len(self._holders) > 1:
                self._end_paragraph()
                self._holders.pop()
            self._group = before

    def _take_symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif symbol in "\r\n":
            self._end_paragraph()
        else:
            self._put(_SYMBOLS.get(symbol, ""))

    def _take_word(self, word: str, value: int | None) -> None:
        starred, self._starred = self._starred, False
        if word == "u" and value is not None:
            self._put_code(value)
            return
        self._flush()
        if word in _OBJECTS and not self._group.skipped:
            self._objects += 1
        if word in _LEFT_OUT or (starred and word not in _READ_THOUGH_STARRED):
            self._group.skipped = True
            self._group.in_fonts = word == "fonttbl"
        elif word in _BESIDE and not self._group.skipped:
            kind = _BESIDE[word]
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._group.place = f"{kind} {self._counts[kind]}"
            self._group.hidden = self._group.deleted = False
            self._holders.append(_Holder(self._group.place))
        elif word in _SIGNS:
            self._put(_SIGNS[word])
        elif (action := _ACTIONS.get(word)) and (not self._group.skipped or self._group.in_fonts):
            action(self, 1 if value is None else value)

    def _set_font(self, value: int) -> None:
        self._group.font = value

    def _set_charset(self, value: int) -> None:
        if self._group.in_fonts:
            self._fonts[self._group.font] = _CHARSETS.get(value, "")

    def _set_page(self, value: int) -> None:
        try:
            self._page = codecs.lookup(f"cp{value}").name
        except LookupError:
            self._page = "cp1252"

    def _set_unicode_skip(self, value: int) -> None:
        self._group.unicode_skip = min(max(0, value), 100)

    def _set_hidden(self, value: int) -> None:
        self._group.hidden = value != 0

    def _set_deleted(self, value: int) -> None:
        self._group.deleted = value != 0

    def _set_plain(self, _: int) -> None:
        self._group.hidden = self._group.deleted = False

    def _take_bytes(self, data: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        if not self._group.skipped:
            self._bytes += data

    def _put_code(self, value: int) -> None:
        self._flush()
        code = value + 0x10000 if value < 0 else value
        self._put(chr(code) if 0 < code < 0x110000 else "\ufffd")
        self._to_skip = self._group.unicode_skip

    def _flush(self) -> None:
        """Decode the bytes that came in a row in the code page of their font."""
        if self._bytes:
            page = self._fonts.get(self._group.font) or self._page
            data, self._bytes = bytes(self._bytes), bytearray()
            self._put(data.decode(page, "replace"))

    def _put(self, text: str) -> None:
        if text and not self._group.skipped:
            self._flush()
            state = "deleted" if self._group.deleted else "hidden" if self._group.hidden else ""
            self._holders[-1].pieces.append((state, text))

    def _end_paragraph(self, _: int = 0) -> None:
        self._flush()
        holder = self._holders[-1]
        pieces, holder.pieces = holder.pieces, []
        if not any(text.strip() for _, text in pieces):
            return
        self._end_table()
        holder.paragraphs += 1
        place = f"{holder.place} ¶ {holder.paragraphs}".strip()
        for state in ("", "hidden", "deleted"):
            text = _joined("".join(text for own, text in pieces if own == state))
            if text.strip():
                self._out.append(Passage(f"{place} {state}".strip(), text.strip("\n")))
                if state:
                    self._reading.note(Message(f"reading_{state}_text"))

    def _end_cell(self, _: int) -> None:
        self._flush()
        holder = self._holders[-1]
        self._cells.append(_joined("".join(text for _, text in holder.pieces)).strip())
        holder.pieces = []

    def _end_row(self, _: int) -> None:
        if not self._cells:
            return
        if self._table is None:
            self._tables += 1
            self._row = 0
            self._table = TablePassages(f"table {self._tables}", self._reading.limits)
        self._row += 1
        self._out.extend(self._table.row(self._row, self._cells))
        self._cells = []

    def _end_table(self) -> None:
        self._end_row(0)
        self._table = None

    def _paragraph_or_line(self, _: int) -> None:
        """End a paragraph; between the cells of a row it is a new line in one of them."""
        if self._group.place == "" and self._in_table:
            self._put("\n")
        else:
            self._end_paragraph()

    def _set_in_table(self, _: int) -> None:
        self._in_table = True

    def _reset_paragraph(self, _: int) -> None:
        self._in_table = False


_ACTIONS: dict[str, Callable[[_RichText, int], None]] = {
    "f": _RichText._set_font,
    "fcharset": _RichText._set_charset,
    "ansicpg": _RichText._set_page,
    "uc": _RichText._set_unicode_skip,
    "v": _RichText._set_hidden,
    "deleted": _RichText._set_deleted,
    "plain": _RichText._set_plain,
    "par": _RichText._paragraph_or_line,
    "sect": _RichText._end_paragraph,
    "page": _RichText._end_paragraph,
    "cell": _RichText._end_cell,
    "nestcell": _RichText._end_cell,
    "row": _RichText._end_row,
    "nestrow": _RichText._end_row,
    "intbl": _RichText._set_in_table,
    "pard": _RichText._reset_paragraph,
}


def _joined(text: str) -> str:
    """Return a text in which the halves of a character that came as two codes are one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
