"""Workbooks: every sheet, hidden ones too, row by row. XLSX is read here as a stream; XLS, XLSB and ODS by calamine.

Besides the cells: comments, and the text of boxes drawn on a sheet. Formulas give the value that was last computed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from opencwc.files.document_reading import DocumentSource
from opencwc.files.number_formats import NumberFormat, number_format, say_number, say_value
from opencwc.files.office_packages import Markup, Package
from opencwc.files.passages import Item, Passage, Reading, Refusal, TablePassages, Unread, paragraphs
from opencwc.finding import Message

_CELL = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OPEN_AND_SAVE = "reading_remedy_save_as_workbook"


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the rows of every sheet.

    Raises `Refusal`: the workbook has no sheet, is locked, or what all sheets need is damaged.
    """
    if source.kind == "xlsx":
        return _read_xlsx(source.package, source.reading)
    if source.kind != "xls":
        for name in source.package.names:  # what another reader will unpack is measured first
            for _ in source.package.chunks(name):
                pass
    return _read_with_calamine(source.data, source.reading)


def _read_xlsx(package: Package, reading: Reading) -> Iterator[Item]:
    main = package.main_part("xl/workbook.xml")
    book = WorkbookPart(reading)
    if main in package.names:
        _walk(book, package, main)
    if not book.sheets:
        raise Refusal("reading_damaged", _OPEN_AND_SAVE)
    _note_what_is_not_read(package, book, reading)
    relations = package.relations(main)
    texts, styles = SharedTexts(reading), Styles(reading)
    for relation in relations.values():
        if relation.target in package.names and relation.kind in ("sharedStrings", "styles"):
            _walk(texts if relation.kind == "sharedStrings" else styles, package, relation.target)
    formats = styles.formats()

    def rows() -> Iterator[Item]:
        for name, id_, _ in book.sheets:
            relation = relations.get(id_)
            if relation is None or relation.target not in package.names:
                yield Unread(name, Message("reading_damaged"))
            elif relation.kind == "worksheet":
                try:
                    sheet = _Sheet(name, texts.texts, formats, reading, since_1904=book.since_1904)
                    yield from sheet.walk(package.chunks(relation.target))
                    yield from _beside(package, relation.target, name, reading)
                except Refusal as refusal:
                    yield Unread(name, refusal.message)

    return rows()


def _walk(markup: Markup, package: Package, part: str) -> None:
    for _ in markup.walk(package.chunks(part)):
        pass


def _note_what_is_not_read(package: Package, book: WorkbookPart, reading: Reading) -> None:
    if any(name.lower().endswith("vbaproject.bin") for name in package.names):
        reading.note(Message("reading_macros"))
    if pictures := sum("/media/" in name for name in package.names):
        reading.note(Message("reading_pictures", {"count": pictures}))
    if hidden := [name for name, _, state in book.sheets if state != "visible"]:
        reading.note(_hidden(hidden))


def _read_with_calamine(data: bytes, reading: Reading) -> Iterator[Item]:
    """Yield the rows of every sheet of an XLS, XLSB or ODS file."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            (sheet.name, sheet.visible == python_calamine.SheetVisibleEnum.Visible) for sheet in book.sheets_metadata
        ]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the library is no Exception
        encrypted = "password" in str(error).lower() or "encrypt" in str(error).lower()
        raise Refusal("reading_encrypted" if encrypted else "reading_damaged", _OPEN_AND_SAVE) from error
    if hidden := [name for name, visible in sheets if not visible]:
        reading.note(_hidden(hidden))

    def rows() -> Iterator[Item]:
        for at, (name, _) in enumerate(sheets):
            table = TablePassages(name, reading.limits)
            try:
                sheet = book.get_sheet_by_index(at)
                first, left = sheet.start or (0, 0)
                for number, cells in enumerate(sheet.to_python(skip_empty_area=True), first + 1):
                    yield from table.row(number, [""] * left + [say_value(cell) for cell in cells])
            except (KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit):
                raise
            except BaseException:
                yield Unread(name, Message("reading_damaged"))

    return rows()


def _hidden(names: list[str]) -> Message:
    return Message("reading_hidden_sheets", {"count": len(names), "sheets": ", ".join(names[:10])})


class WorkbookPart(Markup):
    """The names, ids and states of the sheets, and which calendar the days count in."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.sheets: list[tuple[str, str, str]] = []
        self.since_1904 = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "sheet":
            self.sheets.append(
                (attributes.get("name", ""), attributes.get("id", ""), attributes.get("state", "visible"))
            )
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in ("1", "true")


class SharedTexts(Markup):
    """The texts that cells share; what stands in small above a character to say how it is read is left out."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.texts: list[str] = []
        self._text: list[str] = []
        self._in_text = False
        self._small = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "si":
            self._text = []
        elif name == "rPh":
            self._small += 1
        self._in_text = name == "t" and not self._small

    def end(self, name: str) -> None:
        """An element ends."""
        self._in_text = False
        if name == "si":
            self.texts.append(_unescaped("".join(self._text)))
        elif name == "rPh":
            self._small -= 1

    def text(self, text: str) -> None:
        """Characters."""
        if self._in_text:
            self._text.append(text)


class Styles(Markup):
    """The number format of each style."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self._codes: dict[int, str] = {}
        self._of_style: list[int] = []
        self._in_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "numFmt":
            self._codes[_int(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self._of_style.append(_int(attributes.get("numFmtId")))

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "cellXfs":
            self._in_cells = False

    def formats(self) -> list[NumberFormat]:
        """Return the number formats by style."""
        return [number_format(number, self._codes.get(number, "")) for number in self._of_style]


class _Sheet(Markup):
    """The rows of one sheet on their way out."""

    def __init__(
        self, name: str, texts: list[str], formats: list[NumberFormat], reading: Reading, *, since_1904: bool
    ) -> None:
        super().__init__(reading)
        self._table = TablePassages(name, reading.limits)
        self._texts, self._formats, self._since_1904 = texts, formats, since_1904
        self._row = self._column = 0
        self._cells: dict[int, str] = {}
        self._kind = self._raw = ""
        self._style = 0
        self._in_value = False
        self._small = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            self._row = _int(attributes.get("r")) or self._row + 1
            self._column, self._cells = 0, {}
        elif name == "c":
            place = _CELL.fullmatch(attributes.get("r", ""))
            self._column = _column_number(place[1]) if place else self._column + 1
            self._kind, self._style, self._raw = attributes.get("t", "n"), _int(attributes.get("s")), ""
        elif name == "rPh":
            self._small += 1
        self._in_value = name in ("v", "t") and not self._small

    def end(self, name: str) -> None:
        self._in_value = False
        if name == "c":
            if self._raw:
                self._cells[self._column] = self._said()
        elif name == "row":
            self._give_row()
        elif name == "rPh":
            self._small -= 1

    def text(self, text: str) -> None:
        if self._in_value:
            self._raw += text

    def _give_row(self) -> None:
        if self._cells:
            # One column more than is kept, so that the table tells of it; a cell far away costs nothing.
            width = min(max(self._cells), self.reading.limits.columns + 1)
            cells = [self._cells.get(at, "") for at in range(1, width + 1)]
            if max(self._cells) > width and not cells[-1]:
                cells[-1] = "…"
            self.out.extend(self._table.row(self._row, cells))

    def _said(self) -> str:
        if self._kind == "s":
            at = _int(self._raw)
            return self._texts[at] if at < len(self._texts) else ""
        if self._kind == "b":
            return "TRUE" if self._raw.strip() == "1" else "FALSE"
        if self._kind in ("str", "inlineStr", "e", "d"):
            return _unescaped(self._raw)
        how = self._formats[self._style] if self._style < len(self._formats) else NumberFormat()
        return say_number(self._raw.strip(), how, since_1904=self._since_1904)


class _Beside(Markup):
    """Comments (each at its cell) and the paragraphs of drawn text boxes."""

    def __init__(self, sheet: str, reading: Reading) -> None:
        super().__init__(reading)
        self._sheet, self._place = sheet, ""
        self._boxes = 0
        self._text: list[str] = []
        self._in_text = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in ("comment", "threadedComment"):
            self._place, self._text = f"{self._sheet}!{attributes.get('ref', '')} comment", []
        elif name == "txBody":
            self._boxes += 1
            self._place, self._text = f"{self._sheet} text box {self._boxes}", []
        self._in_text = name in ("t", "text")

    def end(self, name: str) -> None:
        self._in_text = False
        if name == "p" and self._text:
            self._text.append("\n")
        elif name in ("comment", "threadedComment", "txBody"):
            self.out.extend(
                Passage(self._place, paragraph) for paragraph in paragraphs("".join(self._text).split("\n"))
            )

    def text(self, text: str) -> None:
        if self._in_text:
            self._text.append(text)


def _beside(package: Package, sheet_part: str, name: str, reading: Reading) -> Iterator[Item]:
    for relation in package.relations(sheet_part).values():
        if relation.kind in ("comments", "threadedComment", "drawing") and relation.target in package.names:
            yield from _Beside(name, reading).walk(package.chunks(relation.target))


def _unescaped(text: str) -> str:
    """Return the characters that a workbook writes as ``_x000D_`` (ECMA-376 part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _int(text: Any) -> int:
    try:
        return max(0, int(text))
    except (TypeError, ValueError):
        return 0
