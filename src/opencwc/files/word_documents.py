"""DOCX: paragraphs and tables in the order of the document, then what stands beside it.

Read: inserted text, text boxes, headers, footers, notes, comments, formulas, documents and pictures inside; and, as
passages of their own whose place says so, text that was deleted with tracking of changes and text that is hidden. Left
out: the older copy of what is drawn twice, field instructions.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from opencwc.files.document_reading import DocumentSource
from opencwc.files.office_packages import Holder, Story
from opencwc.files.passages import Item, Passage, Reading, Refusal, Unread
from opencwc.files.pictures import read_inside
from opencwc.finding import Message

_BESIDE = ("header", "footer", "footnotes", "endnotes", "comments", "diagramData", "chart")
_PLACES = {"footnotes": "footnote", "endnotes": "endnote", "comments": "comment", "diagramData": "diagram"}
_INSIDE = ("package", "aFChunk")
_LEFT_OUT = frozenset({"Fallback", "instrText", "delInstrText", "pPr", "rPrChange", "sectPr", "tblPr", "tblGrid"})
_DELETED = frozenset({"del", "moveFrom"})
_SEEN, _HIDDEN, _GONE = "", "hidden", "deleted"
_NOTES = {_HIDDEN: "reading_hidden_text", _GONE: "reading_deleted_text"}
_SIGNS = {"br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad", "ptab": "\t"}


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of a DOCX package; raises `Refusal`: the package has no document."""
    package, reading, inner = source.package, source.reading, source.inner
    main = package.main_part("word/document.xml")
    if main not in package.names:
        raise Refusal("reading_damaged", "reading_remedy_save_in_word_processor")
    if any(name.lower().endswith("vbaproject.bin") for name in package.names):
        reading.note(Message("reading_macros"))
    pictures = [name for name in package.names if "/media/" in name]

    def passages() -> Iterator[Item]:
        counts = _Counts()
        yield from _Story("", counts, reading).walk(package.chunks(main))
        beside: dict[str, int] = {}
        for relation in package.relations(main).values():
            if relation.target not in package.names:
                continue
            if relation.kind in _BESIDE:
                beside[relation.kind] = beside.get(relation.kind, 0) + 1
                place = _PLACES.get(relation.kind, f"{relation.kind} {beside[relation.kind]}")
                try:
                    yield from _Story(place, counts, reading).walk(package.chunks(relation.target))
                except Refusal as refusal:
                    yield Unread(place, refusal.message)
            elif relation.kind in _INSIDE:
                yield from inner(package.read(relation.target), posixpath.basename(relation.target))
            elif relation.kind == "oleObject":
                yield Unread(posixpath.basename(relation.target), Message("reading_kind_unknown"))
        yield from read_inside(package, pictures, reading)

    return passages()


@dataclass
class _Counts:
    """Tables and text boxes are counted over the whole document."""

    tables: int = 0
    boxes: int = 0


class _Story(Story):
    """One part: the body, a header, the notes."""

    def __init__(self, place: str, counts: _Counts, reading: Reading) -> None:
        super().__init__(place, reading)
        self._counts = counts
        self._open: list[list[tuple[str, str]]] = []
        self._above: list[str] = []
        self._in_text = self._is_hidden = False
        self._deleted = self._skip = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._skip or name in _LEFT_OUT:
            self._skip += 1
            return
        above = self._above[-1] if self._above else ""
        self._above.append(name)
        self._in_text = name in ("t", "delText") or (name == "v" and above == "pt")
        if name in _DELETED:
            self._deleted += 1
        elif name == "r":
            self._is_hidden = False
        elif name == "vanish" and above == "rPr":
            self._is_hidden = attributes.get("val", "1") not in ("0", "false", "off")
        elif name == "p":
            self._open.append([])
        elif name in _SIGNS or (name == "tab" and above == "r"):
            self._put(_SIGNS.get(name, "\t"))
        elif name in ("tbl", "tr", "tc", "gridSpan"):
            self._start_of_table(name, attributes)
        elif name == "txbxContent":
            self._counts.boxes += 1
            self.holders.append(Holder(f"text box {self._counts.boxes}"))
        elif name in ("footnote", "endnote", "comment"):
            self.holders.append(Holder(f"{name} {attributes.get('id', '')}".strip()))

    def _start_of_table(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "tbl":
            self._counts.tables += 1
            place = f"table {self._counts.tables}"
            self.begin_table(place)
        elif name == "tr" and self.tables:
            self.begin_row()
        elif name == "tc" and self.tables:
            self.begin_cell()
        elif name == "gridSpan" and self.tables:
            span = attributes.get("val", "1")
            self.tables[-1].columns = max(1, min(int(span), 300)) if span.isdecimal() and len(span) < 5 else 1

    def end(self, name: str) -> None:
        if self._skip:
            self._skip -= 1
            return
        self._above.pop()
        self._in_text = False
        if name in _DELETED:
            self._deleted -= 1
        elif name == "p" and self._open:
            self._close_paragraph(self._open.pop())
        elif name == "tc" and self.tables and len(self.holders) > 1:
            frame = self.tables[-1]
            frame.cells += [self.end_cell(), *[""] * (frame.columns - 1)]
        elif name == "tr" and self.tables:
            self.end_row()
        elif name == "tbl" and self.tables:
            self.tables.pop()
        elif name in ("txbxContent", "footnote", "endnote", "comment") and len(self.holders) > 1:
            self.holders.pop()
        elif name == "pt" and not self._open:
            self._put("\n")

    def text(self, text: str) -> None:
        if self._in_text and not self._skip:
            self._put(text)

    def _put(self, text: str) -> None:
        if self._open:
            state = _GONE if self._deleted else _HIDDEN if self._is_hidden else _SEEN
            self._open[-1].append((state, text))

    def _close_paragraph(self, pieces: list[tuple[str, str]]) -> None:
        text = "".join(piece for state, piece in pieces if state == _SEEN)
        place = self._place_of_paragraph() if any(piece.strip() for _, piece in pieces) else ""
        cell = self.holders[-1].cell
        if cell is not None and text.strip():
            cell.append(text.strip())
        elif text.strip():
            self.out.append(Passage(place, text.strip("\n")))
        for state in (_HIDDEN, _GONE):
            if unseen := _stretches(pieces, state):
                self.reading.note(Message(_NOTES[state]))
                self.out.append(Passage(f"{place} {state}", unseen))

    def _place_of_paragraph(self) -> str:
        holder = self.holders[-1]
        if holder.cell is not None:
            return f"{self.tables[-1].place}!{self.tables[-1].number}" if self.tables else ""
        holder.paragraphs += 1
        if not holder.place:
            return f"¶ {holder.paragraphs}"
        if holder.paragraphs == 1 and holder.place.startswith(("footnote", "endnote", "comment")):
            return holder.place
        return f"{holder.place} ¶ {holder.paragraphs}"


def _stretches(pieces: list[tuple[str, str]], state: str) -> str:
    """Return the stretches of a paragraph in one state, each with what is left of the words that it was cut out of."""
    runs = [(own, "".join(piece for _, piece in many)) for own, many in groupby(pieces, key=lambda run: run[0])]
    seen = [piece if own == _SEEN else "" for own, piece in runs]
    stretches = (
        f"{_last_word(before)}{piece}{_first_word(behind)}"
        for before, (own, piece), behind in zip(["", *seen], runs, [*seen[1:], ""], strict=False)
        if own == state and piece.strip()
    )
    return " … ".join(stretches).strip()


def _last_word(text: str) -> str:
    return text.rsplit(maxsplit=1)[-1] if text[-1:].strip() else ""


def _first_word(text: str) -> str:
    return text.split(maxsplit=1)[0] if text[:1].strip() else ""
