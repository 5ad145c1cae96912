"""Workbooks (xlsx, xlsm, xlsb, xls, ods), read as data by calamine; nothing in them is ever run."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from opencwc.errors import InputError
from opencwc.files.columns import SAMPLE_ROWS, Chosen, WantedColumns, has_header, named, names_columns
from opencwc.files.frames import PROBLEM, name_columns, plain_problem
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
_SCAN_BYTES = 1_000_000
_PLACE = re.compile(rb'<(?:\w+:)?(?:row|c)\b[^>]{0,200}?\br="([A-Z]{0,3})(\d{1,9})"')
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def read_rows(file: TableFile, wanted: WantedColumns) -> RowContents:
    """Open one sheet of a workbook: the one named, else the first.

    Raises `InputError`: the workbook is damaged, encrypted, unreasonably large unpacked, or has no such sheet.
    """
    sheet = _open_sheet(file)
    named_columns = (wanted.column, wanted.id_column)
    above = _rows_above_header(sheet.records, named_columns)
    headed = has_header(sheet.records[above:], named_columns)
    drop = above + 1 if headed else 0
    columns = named(sheet.records[above]) if headed else tuple(f"col{number}" for number in range(1, sheet.width + 1))
    data = sheet.records[drop:]
    chosen = wanted.choose(columns, [[row[at].strip() or None for row in data] for at in range(sheet.width)])
    no_header = [] if headed else [Message("note_no_header", {"columns": sheet.width})]
    walk = _ColumnWalk(sheet, chosen, file.limits)
    return RowContents(
        kind=sheet.kind,
        columns=columns,
        column=columns[chosen.input],
        id_column=None if chosen.id is None else columns[chosen.id],
        parts=walk.parts(),
        reads=chosen.columns,
        drop=drop,
        notes=(*no_header, *_notes_on(sheet, above if headed else 0)),
        share_read=lambda: walk.share,
    )


def read_frame(file: TableFile) -> FrameContents:
    """Open one sheet of a workbook with all its columns; raise InputError as `read_rows` does."""
    sheet = _open_sheet(file)
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

    return FrameContents(sheet.kind, header, (*no_header, *_notes_on(sheet, above)), parts)


@dataclass(frozen=True)
class _Sheet:
    """The sheet that is read: its first rows as text, and what is said of its workbook."""

    reader: ExcelReader
    where: str
    kind: str
    has_macros: bool
    name: str
    was_named: bool
    sheets: int
    width: int
    records: list[list[str]]

    def load(self, **options: Any) -> pl.DataFrame:
        """Return the rows of the sheet as text."""
        return _load(self.reader, self.name, self.where, **options)


def _open_sheet(file: TableFile) -> _Sheet:
    import fastexcel

    path, where = file.stream.as_file(), file.name
    kind, has_macros = inspect_workbook(path, where)
    reader = _calamine(where, fastexcel.read_excel, path)
    names: list[str] = reader.sheet_names
    name = _sheet_name(names, file.sheet, where)
    start = _load(reader, name, where, n_rows=SAMPLE_ROWS + 1)
    if start.width == 0:
        raise InputError("sheet_empty", where=where, sheet=name, first=names[0], sheets=tuple(names[:40]))
    records = [["" if cell is None else str(cell) for cell in row] for row in start.rows()]
    was_named = file.sheet is not None
    return _Sheet(reader, where, kind, has_macros, name, was_named, len(names), start.width, records)


def _notes_on(sheet: _Sheet, above: int) -> Iterator[Message]:
    """Say what of the workbook is not read as rows; ``above`` rows stand above its header."""
    if titles := sum(any(cell.strip() for cell in row) for row in sheet.records[:above]):
        yield Message("note_title_rows", {"rows": titles})
    if not sheet.was_named and sheet.sheets > 1:
        yield Message("note_sheet", {"sheet": sheet.name, "others": sheet.sheets - 1})
    if sheet.has_macros:
        yield Message("note_macros")


def _rows_above_header(records: list[list[str]], named_columns: tuple[str | None, str | None]) -> int:
    """How many rows stand above the header: blank rows, and titles of one cell in a sheet of several columns."""
    for at, row in enumerate(records[:_MAX_TITLE_ROWS]):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) > 1 or (filled and (len(row) == 1 or has_header([row], named_columns))):
            return at
    return 0


class _ColumnWalk:
    """The wanted columns of a sheet, a slice at a time."""

    def __init__(self, sheet: _Sheet, chosen: Chosen, limits: ValueLimits) -> None:
        self._sheet, self._chosen, self._limits = sheet, chosen, limits
        self.share = 0.0

    def parts(self) -> Iterator[Part]:
        chosen = self._chosen
        loaded = sorted({at for at in (*chosen.reads, chosen.id) if at is not None})
        frame = self._sheet.load(use_columns=loaded)
        inputs = frame.to_series(loaded.index(chosen.input))
        ids = None if chosen.id is None else frame.to_series(loaded.index(chosen.id))
        beside = [frame.to_series(loaded.index(at)) for at in chosen.beside]
        for start in range(0, len(inputs), _PART_ROWS):
            end = start + _PART_ROWS
            cells = inputs[start:end]
            holds_nul = cells.str.contains("\0", literal=True).fill_null(value=False).arg_true()
            problems = dict.fromkeys(holds_nul.to_list(), HOLDS_NUL)
            others = [series[start:end] for series in beside]
            yield examine(cells, None if ids is None else ids[start:end], self._limits, problems, others)
            self.share = min(1.0, end / len(inputs))


def _load(
    reader: ExcelReader, name: str, where: str, *, n_rows: int | None = None, use_columns: list[int] | None = None
) -> pl.DataFrame:
    import polars as pl

    def load() -> pl.DataFrame:
        sheet = reader.load_sheet(
            name, header_row=None, skip_rows=0, n_rows=n_rows, use_columns=use_columns, dtypes="string"
        )
        return sheet.to_polars().select(pl.all().cast(pl.String)) if sheet.width else pl.DataFrame()

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
