"""Workbooks (xlsx, xlsm, xlsb, xls, ods), read as data by calamine; nothing in them is ever run."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from opencwc.errors import InputError
from opencwc.files.columns import SAMPLE_ROWS, Chosen, WantedColumns, has_header, named, names_columns
from opencwc.files.frames import PROBLEM, name_columns, plain_problem
from opencwc.files.identifier_columns import ANY_KIND, TEXT, ReadColumn
from opencwc.files.passages import column_letters
from opencwc.files.rows import EMPTY, HOLDS_NUL, Part, ValueLimits, examine
from opencwc.files.tables import FrameContents, RowContents, TableFile
from opencwc.files.zip_damage import ZIP_DAMAGED
from opencwc.finding import Message

if TYPE_CHECKING:
    import polars as pl
    from fastexcel import ExcelReader

Given = ParamSpec("Given")
Result = TypeVar("Result")

MAX_UNPACKED_BYTES = 2_000_000_000
MAX_RATIO = 200
BIG_PART_BYTES = 50_000_000
# calamine lays a sheet out as a full rectangle of cells of about 32 bytes: one cell far away costs them all.
MAX_CELLS = 64_000_000
_PART_ROWS = 100_000
_MAX_TITLE_ROWS = 20
_MOST_NAMED = 40
_SCAN_BYTES = 1_000_000
_PLACE = re.compile(rb'<(?:\w+:)?(?:row|c)\b[^>]{0,200}?\br="([A-Z]{0,3})(\d{1,9})"')
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def read_rows(file: TableFile, wanted: WantedColumns) -> RowContents:
    """Open the sheet that was named; without a name every sheet that holds anything, each with columns of its own.

    A sheet none of whose columns says what the chemical is, is read as texts, row by row. Where a column is asked for,
    only the sheets that have it are read; the others are named.

    Raises `InputError`: the workbook is damaged, encrypted, unreasonably large unpacked, or has no such sheet.
    """
    book = _open_book(file)
    if file.sheet is not None:
        sheets = [book.open(_sheet_name(book.names, file.sheet, book.where))]
    else:
        sheets = [sheet for sheet in map(book.open, book.names) if sheet.width] or [book.open(book.names[0])]
    if len(sheets) > 1:
        contents = _rows_of_all(sheets, wanted, file.limits)
    else:
        sheets[0].refuse_if_empty(book.names)
        contents = _rows_of(sheets[0], wanted, file.limits)
    return replace(contents, notes=(*contents.notes, *_notes_on_book(book)))


def _rows_of(sheet: _Sheet, wanted: WantedColumns, limits: ValueLimits, *, named_by_sheet: bool = False) -> RowContents:
    """Read one sheet; ``named_by_sheet`` where the place of a row says the sheet too."""
    named_columns = (wanted.column, wanted.id_column)
    above = _rows_above_header(sheet.records, named_columns)
    headed = has_header(sheet.records[above:], named_columns)
    drop = above + 1 if headed else 0
    columns = named(sheet.records[above]) if headed else tuple(f"col{number}" for number in range(1, sheet.width + 1))
    data = sheet.records[drop:]
    chosen = wanted.choose(columns, [[row[at].strip() or None for row in data] for at in range(sheet.width)])
    no_header = [] if headed else [Message("note_no_header", {"columns": sheet.width})]
    walk = _ColumnWalk(sheet, chosen, limits, named_by_sheet=named_by_sheet)
    return RowContents(
        kind=sheet.kind,
        columns=columns,
        column=columns[chosen.input],
        id_column=None if chosen.id is None else columns[chosen.id],
        parts=walk.parts(),
        reads=chosen.columns,
        drop=drop,
        notes=(*no_header, *_notes_on_titles(sheet, above if headed else 0)),
        share_read=lambda: walk.share,
    )


def _rows_of_all(sheets: Sequence[_Sheet], wanted: WantedColumns, limits: ValueLimits) -> RowContents:
    """Read several sheets one after the other, as one table.

    Raises `InputError`: none of them has the column that is asked for.
    """
    read = {sheet.name: contents for sheet in sheets if (contents := _rows_among_others(sheet, wanted, limits))}
    if not read:
        return _rows_of(sheets[0], wanted, limits)
    whole = list(read.values())
    tables = [contents for contents in whole if contents.reads[0].kind != TEXT]
    return replace(
        whole[0],
        columns=tuple(dict.fromkeys(name for contents in tables for name in contents.columns)),
        column=tables[0].column if tables else "",
        id_column=next((contents.id_column for contents in tables if contents.id_column), None),
        further=tuple(whole[1:]),
        notes=tuple(_notes_on_sheets(sheets, read)),
        share_read=lambda: sum(contents.share_read() for contents in whole if contents.share_read) / len(whole),
    )


def _rows_among_others(sheet: _Sheet, wanted: WantedColumns, limits: ValueLimits) -> RowContents | None:
    """Read one of several sheets: as a table, as texts, or not at all where it lacks the column that is asked for."""
    as_texts = wanted.beside and wanted.column is None and wanted.id_column is None
    try:
        contents = _rows_of(sheet, wanted, limits, named_by_sheet=True)
    except InputError as error:
        if error.code not in ("column_unclear", "no_such_column"):
            raise
        return _texts_of(sheet, limits) if as_texts else None
    only_words = not contents.drop and all(column.kind in ("name", ANY_KIND) for column in contents.reads)
    return _texts_of(sheet, limits) if as_texts and only_words else contents


def _texts_of(sheet: _Sheet, limits: ValueLimits) -> RowContents:
    """Read a sheet as texts, one a row that holds anything, with its cells between tabs."""
    walk = _TextWalk(sheet, limits)
    columns = tuple(f"col{number}" for number in range(1, sheet.width + 1))
    return RowContents(
        kind=sheet.kind,
        columns=columns,
        column=columns[0],
        id_column=None,
        parts=walk.parts(),
        reads=(ReadColumn(columns[0], TEXT),),
        share_read=lambda: walk.share,
    )


def read_frame(file: TableFile) -> FrameContents:
    """Open one sheet of a workbook with all its columns; raise InputError as `read_rows` does."""
    book = _open_book(file)
    sheet = book.open(_sheet_name(book.names, file.sheet, book.where))
    sheet.refuse_if_empty(book.names)
    above = _rows_above_header(sheet.records, (None, None))
    headed = names_columns(sheet.records[above])
    header, no_header = name_columns(sheet.records[above], headed=headed)
    drop = above + 1 if headed else above

    def parts(columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        import polars as pl

        positions = [header.index(column) for column in columns]
        frame = sheet.load(use_columns=positions or [0])
        frame = frame.rename(dict(zip(frame.columns, columns, strict=True))) if columns else frame
        is_empty = pl.all_horizontal(pl.all().fill_null("") == "")
        frame = frame.slice(drop).with_columns(pl.when(is_empty).then(pl.lit(plain_problem(EMPTY))).alias(PROBLEM))
        last = (frame[PROBLEM].is_null()).arg_true()
        frame = frame.head(int(last[-1]) + 1) if len(last) else frame.head(0)  # blank rows below are no rows
        for at in range(0, frame.height, _PART_ROWS):
            yield frame.slice(at, _PART_ROWS)

    others = [] if file.sheet is not None or len(book.names) == 1 else [_others_left(book, sheet)]
    notes = (*no_header, *_notes_on_titles(sheet, above), *others, *_notes_on_book(book))
    return FrameContents(sheet.kind, header, notes, parts)


@dataclass(frozen=True)
class _Book:
    """An opened workbook and the names of its sheets."""

    reader: ExcelReader
    where: str
    kind: str
    has_macros: bool
    names: list[str]

    def open(self, name: str) -> _Sheet:
        """Read the first rows of a sheet."""
        start, is_hidden = _load(self.reader, name, self.where, n_rows=SAMPLE_ROWS + 1)
        records = [["" if cell is None else str(cell) for cell in row] for row in start.rows()]
        return _Sheet(self.reader, self.where, self.kind, name, start.width, records, is_hidden=is_hidden)


@dataclass(frozen=True)
class _Sheet:
    """A sheet: how many columns it has, and its first rows as text."""

    reader: ExcelReader
    where: str
    kind: str
    name: str
    width: int
    records: list[list[str]]
    is_hidden: bool

    def load(self, **options: Any) -> pl.DataFrame:
        """Return the rows of the sheet as text."""
        return _load(self.reader, self.name, self.where, **options)[0]

    def refuse_if_empty(self, names: list[str]) -> None:
        """Raise `InputError` where the sheet holds nothing."""
        if not self.width:
            raise InputError("sheet_empty", where=self.where, sheet=self.name, first=names[0], sheets=tuple(names[:40]))


def _open_book(file: TableFile) -> _Book:
    import fastexcel

    path, where = file.stream.as_file(), file.name
    kind, has_macros = inspect_workbook(path, where)
    reader = _calamine(where, fastexcel.read_excel, path)
    return _Book(reader, where, kind, has_macros, reader.sheet_names)


def _notes_on_book(book: _Book) -> Iterator[Message]:
    if book.has_macros:
        yield Message("note_macros")


def _notes_on_titles(sheet: _Sheet, above: int) -> Iterator[Message]:
    """Say how many rows of the sheet stand above its header and are not read."""
    if titles := sum(any(cell.strip() for cell in row) for row in sheet.records[:above]):
        yield Message("note_title_rows", {"rows": titles})


def _others_left(book: _Book, sheet: _Sheet) -> Message:
    return Message("note_sheet", {"sheet": sheet.name, "others": len(book.names) - 1})


def _notes_on_sheets(sheets: Sequence[_Sheet], read: Mapping[str, RowContents]) -> Iterator[Message]:
    """Say which of several sheets were read, which of them as texts, which are hidden, and which were not read."""
    as_tables = [name for name, contents in read.items() if contents.reads[0].kind != TEXT]
    for id_, names in (
        ("note_sheets_read", as_tables),
        ("note_sheets_read_as_texts", [name for name in read if name not in as_tables]),
        ("reading_hidden_sheets", [sheet.name for sheet in sheets if sheet.is_hidden and sheet.name in read]),
        ("note_sheets_not_read", [sheet.name for sheet in sheets if sheet.name not in read]),
    ):
        if names:
            yield Message(id_, {"count": len(names), "sheets": ", ".join(names[:_MOST_NAMED])})
    for name, contents in read.items():
        for note in contents.notes:
            yield Message("note_on_sheet", {"sheet": name, "note": note})


def _rows_above_header(records: list[list[str]], named_columns: tuple[str | None, str | None]) -> int:
    """How many rows stand above the header: blank rows, and titles of one cell in a sheet of several columns."""
    for at, row in enumerate(records[:_MAX_TITLE_ROWS]):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) > 1 or (filled and (len(row) == 1 or has_header([row], named_columns))):
            return at
    return 0


class _ColumnWalk:
    """The wanted columns of a sheet, a slice at a time."""

    def __init__(self, sheet: _Sheet, chosen: Chosen, limits: ValueLimits, *, named_by_sheet: bool) -> None:
        self._sheet, self._chosen, self._limits = sheet, chosen, limits
        self._named_by_sheet = named_by_sheet
        self.share = 0.0

    def parts(self) -> Iterator[Part]:
        chosen = self._chosen
        loaded = sorted({at for at in (*chosen.reads, chosen.id) if at is not None})
        frame = self._sheet.load(use_columns=loaded)
        inputs = frame.to_series(loaded.index(chosen.input))
        ids = None if chosen.id is None else frame.to_series(loaded.index(chosen.id))
        ids = self._places(len(inputs), ids) if self._named_by_sheet else ids
        beside = [frame.to_series(loaded.index(at)) for at in chosen.beside]
        for start in range(0, len(inputs), _PART_ROWS):
            end = start + _PART_ROWS
            cells = inputs[start:end]
            holds_nul = cells.str.contains("\0", literal=True).fill_null(value=False).arg_true()
            problems = dict.fromkeys(holds_nul.to_list(), HOLDS_NUL)
            others = [series[start:end] for series in beside]
            yield examine(cells, None if ids is None else ids[start:end], self._limits, problems, others)
            self.share = min(1.0, end / len(inputs))

    def _places(self, rows: int, ids: pl.Series | None) -> pl.Series:
        """Return the place of each row: the sheet and the row's own id, or the cell of its input."""
        import polars as pl

        column = column_letters(self._chosen.input)
        cells = pl.Series("ids", [f"{self._sheet.name}!{column}{row}" for row in range(1, rows + 1)], dtype=pl.String)
        return cells if ids is None else (f"{self._sheet.name}: " + ids).fill_null(cells)


class _TextWalk:
    """The rows of a sheet as texts, a slice at a time; blank rows are none."""

    def __init__(self, sheet: _Sheet, limits: ValueLimits) -> None:
        self._sheet, self._limits = sheet, limits
        self.share = 0.0

    def parts(self) -> Iterator[Part]:
        import polars as pl

        frame = self._sheet.load()
        frame = frame.select(
            pl.concat_str(pl.all().fill_null(""), separator="\t").str.strip_chars_end().alias("text"),
            (f"{self._sheet.name}!" + pl.int_range(1, pl.len() + 1).cast(pl.String)).alias("place"),
        ).filter(pl.col("text") != "")
        for start in range(0, frame.height, _PART_ROWS):
            texts, places = frame.slice(start, _PART_ROWS)
            examined = examine(texts, places, self._limits)
            unread = pl.Series(list(examined.problems), dtype=pl.UInt32)
            # The tabs in front stay: by them the cell of a character is told.
            yield replace(examined, inputs=texts.scatter(unread, None) if len(unread) else texts)
            self.share = min(1.0, (start + _PART_ROWS) / frame.height)


def _load(
    reader: ExcelReader, name: str, where: str, *, n_rows: int | None = None, use_columns: list[int] | None = None
) -> tuple[pl.DataFrame, bool]:
    """Return the rows of a sheet as text, and whether it is hidden."""
    import polars as pl

    def load() -> tuple[pl.DataFrame, bool]:
        sheet = reader.load_sheet(
            name, header_row=None, skip_rows=0, n_rows=n_rows, use_columns=use_columns, dtypes="string"
        )
        rows = sheet.to_polars().select(pl.all().cast(pl.String)) if sheet.width else pl.DataFrame()
        return rows, sheet.visible != "visible"

    return _calamine(where, load)


def _calamine(where: str, call: Callable[Given, Result], *arguments: Given.args, **options: Given.kwargs) -> Result:
    """Call into calamine; whatever goes wrong there is the file's fault, even a panic, which is no ``Exception``."""
    try:
        return call(*arguments, **options)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        reason = str(error).split("\n", 1)[0][:200]
        if "password" in reason.lower() or "encrypt" in reason.lower():
            raise _encrypted(where) from error
        raise InputError("workbook_unreadable", where=where, reason=reason) from error


def _sheet_name(names: list[str], sheet: str | None, where: str) -> str:
    if not names:
        raise InputError("workbook_without_sheet", where=where)
    if sheet is None:
        return names[0]
    for name in names:
        if name.strip().casefold() == sheet.strip().casefold():
            return name
    raise InputError("no_such_sheet", where=where, sheet=sheet, first=names[0], sheets=tuple(names[:40]))


def _encrypted(where: str) -> InputError:
    return InputError("workbook_locked", where=where)


def inspect_workbook(path: Path, where: str) -> tuple[str, bool]:
    """The kind of workbook and whether it holds macros; refuses what would unpack to more than it should."""
    if not zipfile.is_zipfile(path):
        return _inspect_ole(path, where), False
    try:
        with zipfile.ZipFile(path) as archive:
            kind = _kind(archive, where)
            _refuse_bombs(archive, where)
            _measure(archive, where)
            return kind, any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
    except (*ZIP_DAMAGED, OSError, ValueError) as error:
        raise InputError("workbook_damaged", where=where, reason=str(error)) from error


def _inspect_ole(path: Path, where: str) -> str:
    """``xls``, unless the compound file is an encrypted workbook or no workbook ([MS-OFFCRYPTO] 2.3, [MS-XLS] 2.1)."""
    holds = {"encrypted": False, "xls": False}
    tail = b""
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            raise InputError("workbook_cut_short", where=where)
        file.seek(0)
        while chunk := file.read(_SCAN_BYTES):
            window = tail + chunk
            holds["encrypted"] |= _ENCRYPTED_STREAM in window
            holds["xls"] |= any(stream.encode("utf-16-le") in window for stream in ("Workbook", "Book"))
            tail = window[-64:]
    if holds["encrypted"]:
        raise _encrypted(where)
    if not holds["xls"]:
        raise InputError("office_file_is_no_workbook", where=where)
    return "xls"


def _kind(archive: zipfile.ZipFile, where: str) -> str:
    names = set(archive.namelist())
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise _encrypted(where)
    for part, kind in (("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb")):
        if part in names:
            return kind
    if {"mimetype", "content.xml"} <= names and b"spreadsheet" in archive.read("mimetype")[:200]:
        return "ods"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise InputError("office_file_is_no_workbook", where=where)
    raise InputError("file_is_zip_archive", where=where)


def _refuse_bombs(archive: zipfile.ZipFile, where: str) -> None:
    total = sum(part.file_size for part in archive.infolist())
    packed = any(
        part.file_size > BIG_PART_BYTES and part.file_size > MAX_RATIO * max(1, part.compress_size)
        for part in archive.infolist()
    )
    if total > MAX_UNPACKED_BYTES or packed:
        raise InputError("workbook_unpacks_too_large", where=where, bytes=total)


def _measure(archive: zipfile.ZipFile, where: str) -> None:
    """Unpack every XML part once: a part larger than it declares, and a rectangle of too many cells, are found here."""
    for part in archive.infolist():
        if not part.filename.endswith((".xml", ".rels")):
            continue
        is_sheet = part.filename.startswith("xl/worksheets/")
        rows = columns = 0
        tail = b""
        with archive.open(part) as unpacked:
            while chunk := unpacked.read(_SCAN_BYTES):
                window = tail + chunk
                if is_sheet:
                    rows, columns = _extent(window, rows, columns)
                    tail = window[-300:]
        if rows * columns > MAX_CELLS:
            raise InputError("sheet_too_large", where=where, rows=rows, columns=columns, part=part.filename)


def _extent(window: bytes, rows: int, columns: int) -> tuple[int, int]:
    for letters, number in _PLACE.findall(window):
        rows = max(rows, int(number))
        if letters:
            column = 0
            for letter in letters:
                column = 26 * column + letter - ord("A") + 1
            columns = max(columns, column)
    return rows, columns
