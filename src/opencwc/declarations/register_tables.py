"""The tables of a register as they stand in a folder, a workbook or JSON: rows of texts by column, with their places.

Rows above the header are passed over and blank rows are no rows. What a cell cannot say for itself (it is merged with
another, its formula was never computed, it holds an error) is a fault with its place; the cell then reads ``#N/A``.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import repeat
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from opencwc.declarations.model import Place, Problem, TableOrigin, sheet_quoted
from opencwc.declarations.register_words import fields_of, table_named
from opencwc.errors import InputError
from opencwc.files.column_mapping import plain_header
from opencwc.files.columns import names_columns
from opencwc.files.days import YEARS
from opencwc.files.frames import name_columns, open_frame, problem_of
from opencwc.files.number_formats import say_day
from opencwc.files.rows import EMPTY, ValueLimits
from opencwc.files.tables import open_table_file
from opencwc.files.units import split_unit
from opencwc.files.workbook_cells import Area, Cell, SheetCells, WorkbookCells, column_letters
from opencwc.finding import Message

if TYPE_CHECKING:
    import polars as pl

    from opencwc.files.frames import Frame

SITES, ACTIVITIES = "sites", "activities"
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
NOT_AVAILABLE = "#N/A"
ERROR_TEXTS = frozenset(("#REF!", NOT_AVAILABLE, "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!"))
"""What a spreadsheet program writes into a cell whose formula has no value, also where it saves a text file."""
_ROWS_LOOKED_AT = 30
_FORMULA = re.compile(r"'*[=+\-@]")
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DELIMITERS = (",", ";", "\t", "|")
Known = Mapping[str, Mapping[str, str]]
Files = Mapping[str, Path | bytes]
"""Files by the names they came under; bytes where they were unpacked."""


class Fault(NamedTuple):
    """What is said of a cell, by its column; ``bars`` where the cell has no value of its own."""

    column: str
    says: Message
    bars: bool = True


class Row(NamedTuple):
    """A data row: its texts by column, which of them are numbers by their cell, and what is said of its cells.

    ``problem`` says why the row could not be cut into cells.
    """

    texts: dict[str, str]
    numbers: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    problem: Message | None = None


@dataclass
class RegisterTable:
    """A table of a register: ``header`` its columns, ``letters`` what each is called in the origin, and its rows.

    ``formats`` tells whether numbers are written as people see them (``25%`` is not ``0.25``). ``remarks`` are about
    the table as a whole.
    """

    kind: str
    form: str
    name: str
    header: tuple[str, ...]
    letters: Mapping[str, str]
    rows: list[Row] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    remarks: list[Message] = field(default_factory=list)
    since_1904: bool = False
    formats: bool = True

    def add(self, at: int, row: Row) -> None:
        """Add a row that stands at a line or a row of its file."""
        self.rows.append(row)
        self.at.append(at)

    def origin(self, columns: Mapping[str, str], decimal: str = "") -> TableOrigin:
        """Return where the table stood; ``columns`` are its columns by field, ``decimal`` the mark of its numbers."""
        letters = {name: self.letters[column] for name, column in columns.items() if column in self.letters}
        return TableOrigin(self.form, self.name, MappingProxyType(letters), tuple(self.at), decimal)

    def problems(self) -> Iterator[Problem]:
        """Yield what is said of the table as a whole."""
        return (Problem(Place(self.kind), remark) for remark in self.remarks)


def read_tables(source: Path | Files, given: Known, called: str) -> Mapping[str, RegisterTable]:
    """Return the tables of a register by kind, ``sites`` and ``activities``.

    ``source`` is a folder, a file, or files by their names. ``given`` names columns by table and field. Raises
    `InputError`: there is no such file, it holds no such table, two of its tables are called alike, or one cannot be
    read.
    """
    if not isinstance(source, Path):
        if len(source) != 1:
            return _tables_of_files(source, given, called)
        called, alone = next(iter(source.items()))
        if isinstance(alone, bytes):
            return _tables_of_files(source, given, called)
        source = alone
    elif source.is_dir():
        files = [file for file in sorted(source.iterdir()) if file.is_file() and not file.name.startswith((".", "~$"))]
        return _tables_of_files({file.name: file for file in files}, given, called)
    if not source.is_file():
        raise InputError("no_such_register", where=str(source))
    ending = (Path(called).suffix or source.suffix).lower()
    if ending in WORKBOOKS:
        return _tables_of_workbook(source, given, called)
    if ending == ".json":
        return _tables_of_json(source, called)
    if table_named(Path(called).stem) == SITES:
        raise InputError("register_without_activities", where=called)
    return {ACTIVITIES: _table_of_file(source, ACTIVITIES, given.get(ACTIVITIES, {}), called)}


def _tables_of_files(files: Files, given: Known, called: str) -> Mapping[str, RegisterTable]:
    named = {name: kind for name in files if (kind := table_named(Path(name).stem))}
    chosen, left = _one_of_each(named, called)
    tables = {}
    for kind, name in chosen.items():
        ending = Path(name).suffix.lower()
        file = files[name]
        if ending in WORKBOOKS and isinstance(file, Path):
            tables[kind] = _table_of_sheet(WorkbookCells(file, name), "", kind, given.get(kind, {}))
        elif ending == ".json":
            tables[kind] = _table_of_elements(kind, "", _held(file, name))
        else:
            tables[kind] = _table_of_file(file, kind, given.get(kind, {}), name)
        tables[kind].remarks += [Message("declare_table_unread", {"name": other}) for other in left.get(kind, ())]
    return tables


def _one_of_each(named: Mapping[str, str], called: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return by kind which file or sheet is read, and which are left; two that are called alike are an error."""
    chosen: dict[str, str] = {}
    left: dict[str, list[str]] = {}
    for kind in (SITES, ACTIVITIES):
        names = [name for name, its in named.items() if its == kind]
        own = [name for name in names if Path(name).stem.strip().casefold() == kind]
        if len(names) > 1 and len(own) != 1:
            raise InputError("register_table_twice", where=called, table=kind, one=names[0], other=names[1])
        if names:
            chosen[kind] = own[0] if own else names[0]
            left[kind] = [name for name in names if name != chosen[kind]]
    return chosen, left


# --- workbooks


def _tables_of_workbook(source: Path, given: Known, called: str) -> Mapping[str, RegisterTable]:
    book = WorkbookCells(source, called)
    named = {name: kind for name in book.names if (kind := table_named(name)) and kind != "explanations"}
    chosen, _ = _one_of_each(named, called)
    if ACTIVITIES not in chosen and SITES not in chosen:
        chosen = {ACTIVITIES: book.names[0]}
    tables = {kind: _table_of_sheet(book, name, kind, given.get(kind, {})) for kind, name in chosen.items()}
    further = [name for name in book.names if name not in chosen.values() and table_named(name) != "explanations"]
    tables[next(iter(tables))].remarks += [_unread(sheet) for name in further if (sheet := book.sheet(name)).rows]
    return tables


def _unread(sheet: SheetCells) -> Message:
    return Message("declare_hidden_sheet_unread" if sheet.hidden else "declare_table_unread", {"name": sheet.name})


def _table_of_sheet(book: WorkbookCells, name: str, kind: str, given: Mapping[str, str]) -> RegisterTable:
    sheet = book.sheet(name or book.names[0])
    records = [(at, cells) for at, cells in sheet.rows if any(cell.text.strip() for cell in cells.values())]
    if not records:
        raise InputError("file_without_table", where=f"{book.where}#{sheet.name}")
    width = max(max(cells) for _, cells in sheet.rows if cells)
    start = [[_text(cells.get(at)) for at in range(1, width + 1)] for _, cells in records[:_ROWS_LOOKED_AT]]
    above, headed = _header_at(start, kind, given)
    header, _ = name_columns(start[above], headed=headed)
    letters = {column: column_letters(number) for number, column in enumerate(header, 1)}
    table = RegisterTable(
        kind, "sheet", sheet.name, header, MappingProxyType(letters),
        since_1904=book.since_1904, formats=sheet.formats,
    )  # fmt: skip
    first = records[above][0] + 1 if headed else records[above][0]
    covered = _covered_cells(sheet, first)
    for at, cells in sheet.rows:
        if at < first:
            continue
        faults = [*_cell_faults(cells, header, book), *_merged_faults(covered.get(at, {}), header, sheet)]
        row = _row_of_cells(cells, header, faults)
        if row.texts:
            table.add(at, row)
    table.remarks += _hidden_parts(sheet, table)
    if book.since_1904 and kind == ACTIVITIES:
        table.remarks.append(Message("declare_days_since_1904"))
    if numbers_as_text := _numbers_as_text(sheet, table):
        table.remarks.append(numbers_as_text)
    return table


def _row_of_cells(cells: Mapping[int, Cell], header: Sequence[str], faults: Sequence[Fault]) -> Row:
    texts = {header[at - 1]: text for at, cell in cells.items() if (text := _text(cell))}
    texts |= {fault.column: NOT_AVAILABLE for fault in faults if fault.bars}
    numbers = frozenset(header[at - 1] for at, cell in cells.items() if cell.kind == "number")
    return Row(texts, numbers, tuple(faults))


def _cell_faults(cells: Mapping[int, Cell], header: Sequence[str], book: WorkbookCells) -> Iterator[Fault]:
    """Yield the formulas of a row that have no value, or an old one."""
    for at, cell in cells.items():
        if cell.kind == "uncomputed":
            yield Fault(header[at - 1], Message("declare_formula_uncomputed"))
        elif cell.formula and book.outdated and cell.kind != "error":
            yield Fault(header[at - 1], Message("declare_formula_outdated", {"text": cell.text[:80]}))


def _covered_cells(sheet: SheetCells, first: int) -> Mapping[int, Mapping[int, Area]]:
    """Return by row and column the cells of the data that stand behind another cell of their area."""
    covered: dict[int, dict[int, Area]] = {}
    filled = {at for at, _ in sheet.rows}
    for area in sheet.merged:
        for at in range(max(area.top, first), area.bottom + 1):
            if at in filled:
                columns = covered.setdefault(at, {})
                start = area.left + 1 if at == area.top else area.left
                columns.update((column, area) for column in range(start, min(area.right, area.left + 500) + 1))
    return covered


def _merged_faults(covered: Mapping[int, Area], header: Sequence[str], sheet: SheetCells) -> Iterator[Fault]:
    for at, area in covered.items():
        if at <= len(header):
            reference = f"{sheet_quoted(sheet.name)}!{area}"
            yield Fault(header[at - 1], Message("declare_cell_merged", {"area": reference}))


def _hidden_parts(sheet: SheetCells, table: RegisterTable) -> Iterator[Message]:
    """Yield what of a sheet is hidden; all of it is read."""
    name = sheet_quoted(sheet.name)
    if sheet.hidden:
        yield Message("declare_sheet_hidden", {"name": sheet.name})
    if rows := [at for at in table.at if at in sheet.hidden_rows]:
        runs = ", ".join(f"{name}!{first}:{last}" for first, last in _runs(rows)[:20])
        yield Message("declare_rows_hidden", {"count": len(rows), "rows": runs})
    filled = {letter for row in table.rows for letter in row.texts}
    columns = [
        table.letters[column]
        for number, column in enumerate(table.header, 1)
        if number in sheet.hidden_columns and column in filled
    ]
    if columns:
        yield Message("declare_columns_hidden", {"count": len(columns), "columns": ", ".join(columns[:40])})


def _numbers_as_text(sheet: SheetCells, table: RegisterTable) -> Message | None:
    """Say which cells hold a number as text where others of their column hold numbers: a sum leaves them out."""
    if not sheet.formats:
        return None
    mixed = Counter(column for row in table.rows for column in row.numbers)
    cells = [
        f"{sheet_quoted(table.name)}!{table.letters[column]}{at}"
        for at, row in zip(table.at, table.rows, strict=True)
        for column, text in row.texts.items()
        if mixed[column] and column not in row.numbers and _A_NUMBER.fullmatch(text)
    ]
    if not cells:
        return None
    return Message("declare_numbers_as_text", {"count": len(cells), "cells": ", ".join(cells[:20])})


_A_NUMBER = re.compile(r"\d+(?:[.,٫]\d+)?|\d{1,3}(?:[.٬]\d{3})+[,٫]\d+")
"""A number as people write it, in Arabic-Indic digits too."""


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return numbers as runs of neighbours.

    >>> _runs([4, 5, 6, 9])
    [(4, 6), (9, 9)]
    """
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _text(cell: Cell | None) -> str:
    return clean_text(cell.text) if cell is not None else ""


def clean_text(text: str) -> str:
    """Return a text in one line; what no text file can hold (control characters, half a surrogate pair) is replaced.

    >>> clean_text(" a\\n b\\x01")
    'a b\ufffd'
    """
    if " " not in text and text.isprintable():
        return text
    line = " ".join(text.split())
    return line if line.isprintable() else _UNWRITABLE.sub("\ufffd", line)


def day_of_serial(text: str, *, since_1904: bool) -> str:
    """Return the day that a number in a cell of dates stands for, as ISO 8601; any other text as it is.

    >>> day_of_serial("46000", since_1904=False), day_of_serial("44538", since_1904=True)
    ('2025-12-09', '2025-12-09')
    >>> day_of_serial("2025", since_1904=False)
    '2025'
    """
    if not re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return text
    day = say_day(float(text), since_1904=since_1904)
    return day if day[:4].isdecimal() and int(day[:4]) in YEARS else text


# --- text files


def _table_of_file(source: Path | bytes, kind: str, given: Mapping[str, str], called: str) -> RegisterTable:
    """Read a text file, or a file of another kind that `open_frame` knows (Parquet, JSON Lines)."""
    start = _text_start(source, kind, given, called)
    with open_frame(io.BytesIO(start.left) if start.left is not None else _opened(source), called) as frame:
        form = {"csv": "lines", "tsv": "lines", "jsonl": "lines"}.get(frame.kind, "rows")
        header, _ = name_columns([unguarded(column) for column in frame.header], headed=True)
        letters = MappingProxyType({column: column for column in header})
        table = RegisterTable(kind, form, called, header, letters)
        table.remarks += start.notes or frame.notes
        _add_rows(table, frame, start.first if form == "lines" and frame.kind != "jsonl" else 1)
    return table


def _add_rows(table: RegisterTable, frame: Frame, line: int) -> None:
    """Add the rows of a text file; a record whose cells hold line ends takes more than one line."""
    known: dict[str | None, str] = {None: ""}
    for batch in frame.batches():
        *columns, _, problems = batch.get_columns()
        named = zip(table.header, columns, strict=True)
        filled = {name: column for name, column in named if column.null_count() < batch.height}
        cells = [_cleaned(column, known) for column in filled.values()]
        rows = zip(*cells, strict=True) if cells else repeat(())
        for row, ends, problem in zip(rows, _line_ends(filled.values()), problems.to_list(), strict=False):
            texts = {name: text for name, text in zip(filled, row, strict=True) if text}
            why = problem_of(problem) if problem else None
            if texts or (why is not None and why != EMPTY):
                table.add(line, Row(texts, problem=why))
            line += 1 + ends


def _cleaned(column: pl.Series, known: dict[str | None, str]) -> list[str]:
    """Return the cells of a column as texts; ``known`` holds those that were read before, so that each is read once."""
    new = (cell for cell in column.unique().to_list() if cell not in known)
    known.update((cell, unguarded(clean_text(cell))) for cell in new)
    return [known[cell] for cell in column.to_list()]


def _line_ends(columns: Iterable[pl.Series]) -> Iterable[int]:
    """Return how many line ends the cells of each row hold."""
    broken = [column.to_list() for column in columns if column.str.contains("\n", literal=True).any()]
    if not broken:
        return repeat(0)
    return [sum(cell.count("\n") for cell in row if cell) for row in zip(*broken, strict=True)]


def guarded(text: str) -> str:
    """Return a cell of a text file that a spreadsheet program takes for text: a formula is not run (CWE-1236).

    >>> guarded("=A1"), unguarded(guarded("=A1")), unguarded(guarded("'=A1")), guarded("5")
    ("'=A1", '=A1', "'=A1", '5')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return a cell as it was before it was guarded."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


class _TextStart(NamedTuple):
    """How a text file begins: the line of its first data row, and what is left of it below the titles.

    ``left`` is ``None`` where no title stands above the header, so that it can be read as it is; else ``notes`` say
    what was assumed of its encoding.
    """

    first: int
    left: bytes | None = None
    notes: tuple[Message, ...] = ()


def _opened(source: Path | bytes) -> Path | io.BytesIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source


def _text_start(source: Path | bytes, kind: str, given: Mapping[str, str], called: str) -> _TextStart:
    file = open_table_file(_opened(source), called, ValueLimits())
    try:
        if file.binary or file.text.start.lstrip("\ufeff \t\n").startswith(("[", "{")):
            return _TextStart(1)
        start = file.text.start.lstrip("\ufeff")
        above = _titles_above(start, kind, given)
        lines = start.split("\n")
        if not above:
            return _TextStart(_first_data_line(lines))
        left = b"".join(file.text.chunks()).split(b"\n", above)[above]
        if file.text.failure:  # the last line may be cut short: the reader of the whole file says so
            return _TextStart(_first_data_line(lines))
        return _TextStart(above + _first_data_line(lines[above:]), codecs.BOM_UTF8 + left, tuple(file.text.notes))
    finally:
        file.stream.close()


def _titles_above(start: str, kind: str, given: Mapping[str, str]) -> int:
    """Return how many lines stand above the header, 0 where no line looks like one."""
    lines = start.split("\n")[:_ROWS_LOOKED_AT]
    best, above = 1, 0
    for delimiter in _DELIMITERS:
        for at, line in enumerate(lines):
            score = _header_score(line.replace('"', "").split(delimiter), kind, given)
            if score > best:
                best, above = score, at
    titles = [line for line in lines[:above] if line.strip() and not line.startswith("sep=")]
    return above if titles else 0


def _first_data_line(lines: Sequence[str]) -> int:
    """Return the line, from 1, on which the first row of data begins."""
    at = 1 if lines and re.fullmatch(r"sep=[,;\t|]", lines[0]) else 0
    while at < len(lines) and not lines[at].strip(" "):
        at += 1
    if at >= len(lines):
        return 1
    cells = re.split(r"[,;\t|]", lines[at].replace('"', ""))
    if not names_columns(cells):
        return at + 1
    quotes = lines[at].count('"')
    end = at
    while quotes % 2 and end + 1 < len(lines):
        end += 1
        quotes += lines[end].count('"')
    return end + 2


def _header_at(records: Sequence[Sequence[str]], kind: str, given: Mapping[str, str]) -> tuple[int, bool]:
    """Return which of the first rows names the columns, and whether one does."""
    scores = [_header_score(record, kind, given) for record in records]
    if max(scores) > 1:
        return scores.index(max(scores)), True
    return 0, names_columns(records[0])


def _header_score(cells: Iterable[str], kind: str, given: Mapping[str, str]) -> int:
    """Return how many cells of a row are called as fields are."""
    named = {plain_header(column) for column in given.values() if column.strip(" 0123456789") and column[0] != "="}
    known = _field_names(kind) | named
    return sum(1 for cell in cells if cell.strip() and _is_known(cell, known))


def _is_known(cell: str, known: frozenset[str] | set[str]) -> bool:
    return len(cell) < 100 and (plain_header(cell) in known or plain_header(split_unit(cell)[0]) in known)


@cache
def _field_names(kind: str) -> frozenset[str]:
    return frozenset(plain_header(name) for own, names in fields_of(kind).items() for name in (own, *names))


# --- JSON


def _tables_of_json(source: Path, called: str) -> Mapping[str, RegisterTable]:
    held = _held(source, called)
    if isinstance(held, list):
        return {ACTIVITIES: _table_of_elements(ACTIVITIES, "", held)}
    if not isinstance(held, _Members):
        raise InputError("register_without_activities", where=called)
    named = {name: kind for name, value in held.items if (kind := table_named(name)) and isinstance(value, list)}
    chosen, left = _one_of_each(named, called)
    values = dict(held.items)
    tables = {kind: _table_of_elements(kind, name, values[name]) for kind, name in chosen.items()}
    for kind, names in left.items():
        tables[kind].remarks += [Message("declare_table_unread", {"name": name}) for name in names]
    return tables


class _Members(NamedTuple):
    """An object of JSON with its members as they stand, one that stands twice as well."""

    items: tuple[tuple[str, object], ...]


def _held(source: Path | bytes, called: str) -> object:
    """Return what a file of JSON holds; numbers keep their digits."""
    try:
        content = source if isinstance(source, bytes) else source.read_bytes()
        text = content.decode("utf-8-sig")
        return json.loads(
            text,
            parse_float=Decimal,
            parse_int=_whole_number,
            parse_constant=str,
            object_pairs_hook=lambda pairs: _Members(tuple(pairs)),
        )
    except (ValueError, RecursionError) as error:
        raise InputError("register_not_json", where=called, reason=str(error)[:200]) from error


def _table_of_elements(kind: str, member: str, elements: object) -> RegisterTable:
    """Read the elements of an array, each an object of cells by column."""
    if not isinstance(elements, list):
        raise InputError("register_without_activities", where=member)
    keys = dict.fromkeys(key for element in elements if isinstance(element, _Members) for key, _ in element.items)
    header, _ = name_columns(tuple(map(clean_text, keys)), headed=True)
    names = dict(zip(keys, header, strict=True))
    letters = MappingProxyType({column: clean_text(key) for key, column in names.items()})
    table = RegisterTable(kind, "json", member, header, letters)
    for at, element in enumerate(elements):
        if element is None or (isinstance(element, _Members) and not element.items):
            continue
        if not isinstance(element, _Members):
            starts = clean_text(_json_text(element))[:80]
            table.add(at, Row({}, problem=Message("declare_row_no_object", {"starts": starts})))
            continue
        row = _row_of_members(element, names)
        if row.texts:
            table.add(at, row)
    return table


def _row_of_members(element: _Members, names: Mapping[str, str]) -> Row:
    texts = {names[key]: text for key, value in element.items if (text := clean_text(_json_text(value)))}
    numbers = frozenset(names[key] for key, value in element.items if isinstance(value, Decimal))
    twice = [key for key, count in Counter(key for key, _ in element.items).items() if count > 1]
    faults = tuple(Fault(names[key], Message("declare_member_twice", {"name": key[:80]})) for key in twice)
    return Row(texts | {fault.column: NOT_AVAILABLE for fault in faults}, numbers, faults)


def _whole_number(text: str) -> Decimal:
    return Decimal(text)


def _json_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}" if -40 < value.adjusted() < 40 else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else json.dumps(_plain(value), ensure_ascii=False, default=str)


def _plain(value: object) -> object:
    if isinstance(value, _Members):
        return {key: _plain(inner) for key, inner in value.items}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
