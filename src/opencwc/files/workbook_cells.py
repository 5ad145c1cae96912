"""The cells of a workbook's sheets, each with what a person has to know of it: a formula, an error, a merged area.

XLSX is read from its package as a stream, so that every cell is told with its number format; nothing in it is ever run.
XLS, XLSB and ODS are read by calamine, which tells values and merged areas, but neither formats nor formulas.
Source: ECMA-376 part 1, 18.3 (cells, formulas, merged cells), 18.2.2 (calculation) and 18.17.4.1 (dates).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from opencwc.errors import InputError
from opencwc.files.number_formats import NumberFormat, say_number, say_value
from opencwc.files.office_packages import Markup, Package
from opencwc.files.passages import DocumentLimits, Reading, Refusal
from opencwc.files.workbook import MAX_CELLS, MAX_UNPACKED_BYTES, inspect_workbook
from opencwc.files.workbook_passages import SharedTexts, Styles, WorkbookPart
from opencwc.finding import Message

_LIMITS = DocumentLimits(unpacked_bytes=MAX_UNPACKED_BYTES, levels=200)
_PLACE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST_AREAS = 100_000


class Cell(NamedTuple):
    """A cell as people see it; ``kind`` is ``text``, ``number``, ``day``, ``truth``, ``error`` or ``uncomputed``.

    A day is written as ISO 8601. ``uncomputed`` is a formula whose value was never stored; ``formula`` marks every cell
    that has one.
    """

    text: str
    kind: str = "text"
    formula: bool = False


class Area(NamedTuple):
    """Cells from one corner to the other, rows and columns counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"


class SheetCells(NamedTuple):
    """A sheet: its cells by row and column, counted from 1, and what of it is hidden or merged.

    ``formats`` tells whether the numbers are written as their formats show them, so that ``25%`` is not ``0.25``.
    """

    name: str
    rows: tuple[tuple[int, Mapping[int, Cell]], ...]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()
    formats: bool = True


class WorkbookCells:
    """A workbook that was opened.

    ``outdated`` tells whether the stored values of its formulas may be old ones: the workbook asks to be computed when
    it is opened, so the program that wrote it did not compute them. ``since_1904`` is the calendar of its days.
    """

    def __init__(self, path: Path, where: str = "") -> None:
        """Open a workbook; raise `InputError` where it is damaged, encrypted or unreasonably large unpacked."""
        self.where = where or path.name
        self.kind, _ = inspect_workbook(path, self.where)
        self.since_1904 = self.outdated = False
        self._source: _Xlsx | _Calamine
        if self.kind == "xlsx":
            with _refused(self.where):
                self._source = _Xlsx(path, self.where)
            self.since_1904, self.outdated = self._source.book.since_1904, self._source.book.computes_on_load
        else:
            self._source = _Calamine(path, self.where)
        self.names = self._source.names
        if not self.names:
            raise InputError("workbook_without_sheet", where=self.where)

    def sheet(self, name: str) -> SheetCells:
        """Return a sheet with its cells; raise `InputError` where it cannot be read."""
        with _refused(self.where):
            return self._source.sheet(name)


def column_letters(number: int) -> str:
    """Return the letters of a column counted from 1.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number > 0:
        number, at = divmod(number - 1, 26)
        letters = chr(ord("A") + at) + letters
    return letters


class _refused:
    """Turns the refusal of a part into an error that names the file."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if isinstance(error, Refusal):
            raise error.as_error(self._where) from error


class _Book(WorkbookPart):
    """The sheets of a workbook, and whether it asks to be computed when it is opened."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.computes_on_load = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        super().start(name, attributes)
        if name == "calcPr":
            self.computes_on_load = attributes.get("fullCalcOnLoad", "0") in ("1", "true")


class _Xlsx:
    """The package of an XLSX file."""

    def __init__(self, path: Path, where: str) -> None:
        self._where = where
        self._reading = Reading(_LIMITS)
        self._package = Package(path.read_bytes(), self._reading)
        main = self._package.main_part("xl/workbook.xml")
        self.book = _Book(self._reading)
        if main in self._package.names:
            self._walk(self.book, main)
        self._relations = self._package.relations(main)
        self._sheets = {
            name: (id_, state)
            for name, id_, state in self.book.sheets
            if (relation := self._relations.get(id_)) and relation.kind == "worksheet"
        }
        self.names = list(self._sheets)
        self._texts: SharedTexts | None = None
        self._formats: list[NumberFormat] = []

    def sheet(self, name: str) -> SheetCells:
        if self._texts is None:
            self._read_shared_parts()
        id_, state = self._sheets[name]
        part = self._relations[id_].target
        if part not in self._package.names:
            raise Refusal("reading_damaged")
        texts = self._texts.texts if self._texts else []
        parser = _SheetParser(texts, self._formats, since_1904=self.book.since_1904, where=f"{self._where}#{name}")
        parser.parse(self._package.chunks(part))
        return SheetCells(
            name,
            tuple(sorted(parser.rows.items())),
            state != "visible",
            frozenset(parser.hidden_rows),
            frozenset(parser.hidden_columns),
            tuple(parser.merged),
        )

    def _read_shared_parts(self) -> None:
        self._texts, styles = SharedTexts(self._reading), Styles(self._reading)
        for relation in self._relations.values():
            if relation.target in self._package.names and relation.kind in ("sharedStrings", "styles"):
                self._walk(self._texts if relation.kind == "sharedStrings" else styles, relation.target)
        self._formats = styles.formats()

    def _walk(self, markup: Markup, part: str) -> None:
        for _ in markup.walk(self._package.chunks(part)):
            pass


class _SheetParser:
    """The cells of one sheet. It takes the events of the parser itself: a register may have millions of cells."""

    def __init__(self, texts: list[str], formats: list[NumberFormat], *, since_1904: bool, where: str) -> None:
        self.rows: dict[int, dict[int, Cell]] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged: list[Area] = []
        self._texts, self._formats, self._since_1904, self._where = texts, formats, since_1904, where
        self._row = self._column = self._cells = 0
        self._kind, self._style, self._raw = "n", "", ""
        self._formula = self._in_value = False
        self._small = 0

    def parse(self, chunks: Iterator[bytes]) -> None:
        """Read the sheet to its end; raise `Refusal` where it stops making sense."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refusal("reading_damaged") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2] if ":" in name else name
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._in_value = not self._small
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._row = _int(attributes.get("r")) or self._row + 1
            self._column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.add(self._row)
        elif name == "rPh":
            self._small += 1
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = _int(attributes.get("min")), min(_int(attributes.get("max")), 20_000)
            self.hidden_columns.update(range(first, last + 1))
        elif name == "mergeCell" and len(self.merged) < _MOST_AREAS and (area := _area(attributes.get("ref", ""))):
            self.merged.append(area)

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        letters = attributes.get("r", "").rstrip("0123456789")
        self._column = _column_number(letters) or self._column + 1
        self._kind, self._style, self._raw = attributes.get("t", "n"), attributes.get("s", ""), ""
        self._formula = False
        self._cells += 1
        if self._cells > MAX_CELLS // 2:
            raise InputError("sheet_too_large", where=self._where, rows=self._row, columns=self._column, part="")

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2] if ":" in name else name
        self._in_value = False
        if name == "c" and (self._raw or self._formula):
            self.rows.setdefault(self._row, {})[self._column] = self._cell()
        elif name == "rPh":
            self._small -= 1

    def _text(self, text: str) -> None:
        if self._in_value:
            self._raw += text

    def _cell(self) -> Cell:
        raw, formula = self._raw, self._formula
        if formula and not raw and self._kind != "str":
            return Cell("", "uncomputed", True)
        match self._kind:
            case "s":
                at = _int(raw)
                return Cell(self._texts[at] if at < len(self._texts) else "", "text", formula)
            case "b":
                return Cell("TRUE" if raw.strip() == "1" else "FALSE", "truth", formula)
            case "e":
                return Cell(raw.strip(), "error", formula)
            case "d":
                return Cell(raw.strip(), "day", formula)
            case "str" | "inlineStr":
                return Cell(_unescaped(raw), "text", formula)
        style = _int(self._style)
        how = self._formats[style] if style < len(self._formats) else NumberFormat()
        return Cell(_number(raw.strip(), how, self._since_1904), "day" if how.day else "number", formula)


class _Calamine:
    """A workbook of another kind."""

    def __init__(self, path: Path, where: str) -> None:
        import python_calamine

        self._where = where
        self._book: Any = self._call(lambda: python_calamine.CalamineWorkbook.from_path(str(path)))
        visible = python_calamine.SheetVisibleEnum.Visible
        self._hidden = {sheet.name: sheet.visible != visible for sheet in self._book.sheets_metadata}
        self.names = list(self._hidden)

    def sheet(self, name: str) -> SheetCells:
        rows, merged = self._call(lambda: self._read(name))
        return SheetCells(name, rows, self._hidden[name], merged=merged, formats=False)

    def _read(self, name: str) -> tuple[tuple[tuple[int, Mapping[int, Cell]], ...], tuple[Area, ...]]:
        sheet = self._book.get_sheet_by_name(name)
        first, left = sheet.start or (0, 0)
        rows = tuple(
            (number, {left + at: cell for at, value in enumerate(values, 1) if (cell := _cell_of(value)) is not None})
            for number, values in enumerate(sheet.to_python(skip_empty_area=True), first + 1)
        )
        areas = [(corner, other) for corner, other in (sheet.merged_cell_ranges or [])[:_MOST_AREAS]]
        return rows, tuple(Area(top + 1, start + 1, bottom + 1, end + 1) for (top, start), (bottom, end) in areas)

    def _call(self, call: Any) -> Any:
        """Call into calamine; what goes wrong there is the file's fault, even a panic, which is no ``Exception``."""
        try:
            return call()
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as error:
            reason = str(error).split("\n", 1)[0][:200]
            raise InputError("workbook_unreadable", where=self._where, reason=reason) from error


def _cell_of(value: object) -> Cell | None:
    """Return a cell of calamine's; ``None`` for an empty one."""
    if value in ("", None):
        return None
    if isinstance(value, str):
        return Cell(value, "error" if value in _ERRORS else "text")
    kind = "truth" if isinstance(value, bool) else "day" if isinstance(value, (date, datetime)) else "number"
    return Cell(say_value(float(value) if type(value) is int else value), kind)


@lru_cache(maxsize=50_000)
def _number(raw: str, how: NumberFormat, since_1904: bool) -> str:
    return say_number(raw, how, since_1904=since_1904)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _refuse_doctype(*_: object) -> None:
    raise Refusal(Message("reading_doctype"), "reading_remedy_check_origin")


def _area(reference: str) -> Area | None:
    """Return the area of a reference such as ``A4:A6``; ``None`` for a single cell or none."""
    corner, _, other = reference.partition(":")
    first, last = _PLACE.fullmatch(corner), _PLACE.fullmatch(other)
    if first is None or last is None:
        return None
    return Area(int(first[2]), _column_number(first[1]), int(last[2]), _column_number(last[1]))


@lru_cache(maxsize=20_000)
def _column_number(letters: str) -> int:
    """Return the number of a column by its letters; 0 for what are none."""
    number = 0
    for letter in letters.upper() if _LETTERS.fullmatch(letters) else "":
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _int(text: object) -> int:
    try:
        return max(0, int(text))  # type: ignore[call-overload,no-any-return]
    except (TypeError, ValueError):
        return 0


_ERRORS = frozenset(("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!"))
