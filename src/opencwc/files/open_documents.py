"""OpenDocument text: paragraphs and tables in the order of the document, then the heads and feet of its pages.

Read too: notes, comments, text boxes, pictures; and, as passages whose place says so, text that was deleted with
tracking of changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opencwc.files.document_reading import DocumentSource
from opencwc.files.office_packages import Holder, Story
from opencwc.files.passages import Item, Passage, Reading, Refusal, Unread
from opencwc.files.pictures import read_inside
from opencwc.finding import Message

_HOLDERS = {"note": "footnote", "annotation": "comment", "text-box": "text box", "deletion": "deleted"}
_STYLED = {"header": "header", "footer": "footer"}
_LEFT_OUT = frozenset({"note-citation", "sequence-decls", "forms", "binary-data", "creator", "date", "date-string"})
_MOST_REPEATED = 300


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of an OpenDocument text; raises `Refusal`: it is locked."""
    package, reading = source.package, source.reading
    manifest = "META-INF/manifest.xml"
    if manifest in package.names and b"encryption-data" in package.read(manifest):
        raise Refusal("reading_encrypted", "reading_remedy_remove_password")
    pictures = [name for name in package.names if name.startswith("Pictures/")]

    def passages() -> Iterator[Item]:
        yield from _Story(reading, within="body").walk(package.chunks("content.xml"))
        if "styles.xml" in package.names:
            try:
                yield from _Story(reading, within="master-styles").walk(package.chunks("styles.xml"))
            except Refusal as refusal:
                yield Unread("styles.xml", refusal.message)
        yield from read_inside(package, pictures, reading)

    return passages()


class _Story(Story):
    """One part, as far as it stands within one element."""

    def __init__(self, reading: Reading, within: str) -> None:
        super().__init__("", reading)
        self._within, self._inside = within, 0
        self._open: list[list[str]] = []
        self._counts: dict[str, int] = {}
        self._skip = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._inside += self._inside > 0 or name == self._within
        if not self._inside:
            return
        if self._skip or name in _LEFT_OUT:
            self._skip += 1
        elif name in ("p", "h"):
            self._open.append([])
        elif name == "s":
            self._put(" " * min(_repeated(attributes, "c"), _MOST_REPEATED))
        elif name in ("tab", "line-break"):
            self._put({"tab": "\t", "line-break": "\n"}[name])
        elif name in _HOLDERS or name in _STYLED:
            self.holders.append(Holder(self._numbered({**_HOLDERS, **_STYLED}[name])))
        elif name in ("table", "table-row", "table-cell", "covered-table-cell"):
            self._start_of_table(name, attributes)

    def _start_of_table(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table":
            place = self._numbered("table")
            self.begin_table(place)
        elif self.tables and name == "table-row":
            self.begin_row()
        elif self.tables:
            self.begin_cell(min(_repeated(attributes, "number-columns-repeated"), _MOST_REPEATED))

    def end(self, name: str) -> None:
        if not self._inside:
            return
        self._inside -= 1
        if self._skip:
            self._skip -= 1
        elif name in ("p", "h") and self._open:
            self._close_paragraph("".join(self._open.pop()))
        elif (name in _HOLDERS or name in _STYLED) and len(self.holders) > 1:
            self.holders.pop()
        elif self.tables:
            self._end_of_table(name)

    def _end_of_table(self, name: str) -> None:
        frame = self.tables[-1]
        if name in ("table-cell", "covered-table-cell") and len(self.holders) > 1:
            text = self.end_cell()
            frame.cells += [text] * (frame.columns if text or len(frame.cells) < _MOST_REPEATED else 0)
        elif name == "table-row":
            self.end_row()
        elif name == "table":
            self.tables.pop()

    def text(self, text: str) -> None:
        if self._inside and not self._skip and self._open:
            self._put(text)

    def _put(self, text: str) -> None:
        if self._open:
            self._open[-1].append(text)

    def _numbered(self, kind: str) -> str:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind} {self._counts[kind]}"

    def _close_paragraph(self, text: str) -> None:
        holder = self.holders[-1]
        if not text.strip():
            return
        if holder.cell is not None:
            holder.cell.append(text.strip())
            return
        if holder.place.startswith("deleted"):
            self.reading.note(Message("reading_deleted_text"))
        holder.paragraphs += 1
        self.out.append(Passage(f"{holder.place} ¶ {holder.paragraphs}".strip(), text.strip("\n")))


def _repeated(attributes: Mapping[str, str], name: str) -> int:
    number = attributes.get(name, "1")
    return int(number) if number.isdecimal() and len(number) < 8 else 1
