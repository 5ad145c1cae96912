"""Packages of parts (Office Open XML, OpenDocument): unpacked in bounded steps, their XML read without a tree.

No DTD is accepted, so no entity is ever expanded or fetched; a relationship that leads outside the package is not
followed; nothing that a package holds is run.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from xml.parsers import expat

from opencwc.files.passages import UNPACK_YOURSELF, Item, Reading, Refusal, TablePassages
from opencwc.files.zip_damage import ZIP_DAMAGED
from opencwc.finding import Message

CHUNK_BYTES = 65_536
BIG_PART_BYTES = 10_000_000
_DAMAGED = (*ZIP_DAMAGED, OSError, ValueError, KeyError)
_COPY_AGAIN = "reading_remedy_copy_again"


class Relation(NamedTuple):
    """What a part leads to: the last word of its type, and the name of the other part."""

    kind: str
    target: str


class Package:
    """A ZIP file whose parts are unpacked only as far as the limits of the reading allow."""

    def __init__(self, data: bytes, reading: Reading) -> None:
        self._reading = reading
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self.parts = self._archive.infolist()
        except _DAMAGED as error:
            raise Refusal("reading_cut_short", _COPY_AGAIN) from error
        if len(self.parts) > reading.limits.parts:
            raise Refusal(Message("reading_parts", {"parts": reading.limits.parts}), UNPACK_YOURSELF)
        self.names = {part.filename: part for part in self.parts}

    def require_safe(self) -> None:
        """Raise `Refusal` where any part is locked, or the parts would unpack to more than is read."""
        for part in self.parts:
            self._require_safe(part)
        if (size := sum(part.file_size for part in self.parts)) > self._reading.limits.unpacked_bytes:
            raise Refusal(Message("reading_bomb", {"bytes": size}), UNPACK_YOURSELF)

    def _require_safe(self, part: zipfile.ZipInfo) -> None:
        if part.flag_bits & 1:
            raise Refusal("reading_encrypted", "reading_remedy_remove_password")
        limits = self._reading.limits
        is_bomb = part.file_size > BIG_PART_BYTES and part.file_size > limits.ratio * max(1, part.compress_size)
        if is_bomb or part.file_size > limits.unpacked_bytes:
            raise Refusal(Message("reading_bomb", {"bytes": part.file_size}), UNPACK_YOURSELF)

    def chunks(self, name: str | zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield a part in small pieces; one that is locked, a bomb, or damaged is refused on the way."""
        try:
            info = name if isinstance(name, zipfile.ZipInfo) else self.names[name]
            self._require_safe(info)
            with self._archive.open(info) as part:
                while chunk := part.read(CHUNK_BYTES):
                    self._reading.unpack(len(chunk))
                    yield chunk
        except _DAMAGED as error:
            raise Refusal("reading_damaged", _COPY_AGAIN) from error

    def read(self, name: str | zipfile.ZipInfo) -> bytes:
        """Return a whole part."""
        return b"".join(self.chunks(name))

    def relations(self, name: str) -> dict[str, Relation]:
        """Return what a part leads to inside the package, by the id it is named with there."""
        folder, _, own = name.rpartition("/")
        path = posixpath.join(folder, "_rels", f"{own}.rels")
        if path not in self.names:
            return {}
        relations: dict[str, Relation] = {}

        class Relations(Markup):
            def start(self, name: str, attributes: Mapping[str, str]) -> None:
                if name == "Relationship" and attributes.get("TargetMode") != "External":
                    kind = attributes.get("Type", "").rpartition("/")[2]
                    target = attributes.get("Target", "")
                    whole = (
                        target.lstrip("/")
                        if target.startswith("/")
                        else posixpath.normpath(posixpath.join(folder, target))
                    )
                    relations[attributes.get("Id", "")] = Relation(kind, whole)

        for _ in Relations(self._reading).walk(self.chunks(path)):
            pass
        return relations

    def main_part(self, habit: str) -> str:
        """Return the part that the package is about."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target in self.names:
                return relation.target
        return habit


def kind_of_package(package: Package) -> str:
    """Return ``docx``, ``xlsx``, ``xlsb``, ``ods`` or ``odt``, ``zip`` for files that are no parts of one document.

    Raises `Refusal`: it is a document of a kind that is not read, or one that is not safe to unpack.
    """
    kind = _kind_of_package(package)
    if kind != "zip":
        package.require_safe()
    return kind


def _kind_of_package(package: Package) -> str:
    main = package.main_part("")
    names = package.names
    if main.endswith((".xml", ".bin")):
        if main.startswith("word/") or "word/document.xml" in names:
            return "docx"
        if main.startswith("xl/"):
            return "xlsb" if main.endswith(".bin") else "xlsx"
    for part, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb")):
        if part in names:
            return kind
    if {"mimetype", "content.xml"} <= set(names):
        mimetype = package.read("mimetype")[:200]
        if b"opendocument.spreadsheet" in mimetype:
            return "ods"
        if b"opendocument.text" in mimetype:
            return "odt"
        raise Refusal("reading_kind_ppt", "reading_remedy_save_as_pdf")
    if any(name.startswith("ppt/") for name in names):
        raise Refusal("reading_kind_ppt", "reading_remedy_save_as_pdf")
    return "zip"


class Markup:
    """The events of one XML part; a kind of part fills in `start`, `end` and `text`, and puts its finds in `out`."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.out: deque[Item] = deque()
        self._levels = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins; names are without their namespaces."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Characters."""

    def walk(self, chunks: Iterator[bytes]) -> Iterator[Item]:
        """Read the part to its end, or to where it stops making sense (`Refusal`)."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
                yield from self._take()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            yield from self._take()
            raise Refusal("reading_damaged", _COPY_AGAIN) from error
        yield from self._take()

    def _take(self) -> Iterator[Item]:
        while self.out:
            yield self.out.popleft()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._levels += 1
        if self._levels > self.reading.limits.levels:
            raise Refusal("reading_nested")
        self.start(
            _local(name), {_local(key): value for key, value in attributes.items()} if attributes else attributes
        )

    def _end(self, name: str) -> None:
        self._levels -= 1
        self.end(_local(name))


@dataclass
class Holder:
    """What paragraphs are put into: the story, a note, a text box (``place``), or a cell of a table (``cell``)."""

    place: str
    paragraphs: int = 0
    cell: list[str] | None = None


@dataclass
class TableFrame:
    """A table that is open: its rows so far, the cells of this one, and over how many columns the open cell goes."""

    place: str
    rows: TablePassages
    number: int = 0
    cells: list[str] = field(default_factory=list)
    columns: int = 1


class Story(Markup):
    """One part of a text document: what its paragraphs are put into, and the tables that are open."""

    def __init__(self, place: str, reading: Reading) -> None:
        super().__init__(reading)
        self.holders = [Holder(place)]
        self.tables: list[TableFrame] = []

    def begin_table(self, place: str) -> None:
        """Open a table, within the one that is open if there is one."""
        self.tables.append(TableFrame(place, TablePassages(place, self.reading.limits)))

    def begin_row(self) -> None:
        """Open a row of the innermost table."""
        self.tables[-1].number += 1
        self.tables[-1].cells = []

    def begin_cell(self, columns: int = 1) -> None:
        """Open a cell, which takes the paragraphs that follow."""
        self.tables[-1].columns = columns
        self.holders.append(Holder("", cell=[]))

    def end_cell(self) -> str:
        """Close the cell and return its paragraphs."""
        return "\n".join(self.holders.pop().cell or [])

    def end_row(self) -> None:
        """Close the row, and give it out."""
        frame = self.tables[-1]
        self.out.extend(frame.rows.row(frame.number, frame.cells))


def _refuse_doctype(*_: object) -> None:
    raise Refusal("reading_doctype", UNPACK_YOURSELF)


@lru_cache(maxsize=2_000)
def _local(name: str) -> str:
    return name.rpartition(" ")[2]
