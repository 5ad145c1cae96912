"""A register as a grid edits it: two sheets of texts, changes to them, and what the register's own reader says of it.

Nothing is read here that the reader does not read: a cell is a text, and its faults are those of `register_of`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from opencwc.declarations.model import ACTIVITY_FIELDS, SITE_FIELDS, Problem, Register
from opencwc.declarations.register_reader import raw_rows, register_of
from opencwc.declarations.register_tables import ACTIVITIES, SITES, RegisterTable, Row, clean_text
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.records import from_json, to_json

FIELDS: Mapping[str, Sequence[str]] = {SITES: SITE_FIELDS, ACTIVITIES: ACTIVITY_FIELDS}
MOST_ROWS, MOST_CELLS, LONGEST_TEXT = 500_000, 50_000, 2_000
"""Rows of a sheet, cells of one change, characters of a cell."""
Texts = Mapping[str, str]


class Cell(NamedTuple):
    """A cell of a change: the id of its row, its field, and the text that it gets."""

    row: int
    field: str
    text: str


class Added(NamedTuple):
    """A row of a change that is new: its id, and the id of the row that it stands after, 0 for the first place."""

    row: int
    after: int


class Change(Struct, frozen=True, omit_defaults=True):
    """What somebody does to a sheet at once: rows are added, then cells get their texts, then rows are removed.

    ``undoes`` is the number of an earlier change that is taken back instead.
    """

    table: str = ""
    added: tuple[Added, ...] = ()
    cells: tuple[Cell, ...] = ()
    removed: tuple[int, ...] = ()
    undoes: int = 0


@dataclass(frozen=True)
class Sheet:
    """A table of a register: its fields, the ids of its rows in their order, and the cells of each that hold a text."""

    kind: str
    fields: tuple[str, ...]
    order: tuple[int, ...]
    texts: Mapping[int, Texts]

    def changed(self, change: Change) -> Sheet:
        """Return the sheet after a change.

        Raises:
            InputError: the change names a row or a field that is not there, or makes too many rows.

        """
        texts = dict(self.texts)
        order = self._with(change.added)
        texts |= {row: {} for row, _ in change.added}
        for row, field, text in change.cells:
            if row not in texts or field not in self.fields:
                raise InputError("register_row_gone", where=self.kind)
            texts[row] = {name: held for name, held in {**texts[row], field: text}.items() if held}
        gone = set(change.removed)
        if gone - texts.keys():
            raise InputError("register_row_gone", where=self.kind)
        if gone:
            order = [row for row in order if row not in gone]
            texts = {row: held for row, held in texts.items() if row not in gone}
        if len(order) > MOST_ROWS:
            raise InputError("register_too_many_rows", where=self.kind, most=MOST_ROWS)
        return Sheet(self.kind, self.fields, tuple(order), texts)

    def _with(self, added: Sequence[Added]) -> list[int]:
        """Return the ids of the rows with those that are added, each behind the one that it follows."""
        following: dict[int, list[int]] = defaultdict(list)
        known = {0, *self.texts}
        for row, after in added:
            if row in known or after not in known:
                raise InputError("register_row_gone", where=self.kind)
            known.add(row)
            following[after].append(row)
        if not added:
            return list(self.order)
        order: list[int] = []
        for row in (0, *self.order):
            waiting = [row]
            while waiting:
                one = waiting.pop()
                order.append(one)
                waiting += reversed(following.get(one, ()))
        return order[1:]

    @property
    def next_row(self) -> int:
        """An id that no row has."""
        return max(self.texts, default=0) + 1


Sheets = Mapping[str, Sheet]


class CellFault(NamedTuple):
    """What the reader says of a cell, or of a row where ``field`` is empty; ``row`` is its id, 0 for the sheet."""

    table: str
    row: int
    field: str
    problem: Problem


@dataclass(frozen=True)
class ReadSheets:
    """Sheets as the reader reads them: the register, and its faults in their order."""

    register: Register
    faults: tuple[CellFault, ...]

    def faults_of(self, table: str, rows: Iterable[int]) -> dict[tuple[int, str], list[CellFault]]:
        """Return the faults of some rows by row and field."""
        wanted = set(rows)
        found: dict[tuple[int, str], list[CellFault]] = {}
        for fault in self.faults:
            if fault.table == table and fault.row in wanted:
                found.setdefault((fault.row, fault.field), []).append(fault)
        return found


def empty_sheets() -> Sheets:
    """Return a register without a row."""
    return {kind: Sheet(kind, tuple(fields), (), {}) for kind, fields in FIELDS.items()}


def sheets_of(rows: Mapping[str, Iterable[Texts]]) -> Sheets:
    """Return rows of texts by table as sheets; columns that are no fields of a table stand behind them."""
    sheets = {}
    for kind, own in FIELDS.items():
        held = [{field: text for field, text in row.items() if text} for row in rows.get(kind, ())]
        further = dict.fromkeys(field for row in held for field in row if field not in own)
        numbered = dict(enumerate(held, 1))
        sheets[kind] = Sheet(kind, (*own, *further), tuple(numbered), numbered)
    return sheets


def sheets_of_register(register: Register) -> Sheets:
    """Return a register that was read from a file as sheets.

    Raises:
        InputError: something is said of a row or a cell of the file that its text alone would not say: the grid would
            judge what the file leaves open.

    """
    rows = raw_rows(register)
    sheets = sheets_of({kind: list(held.values()) for kind, held in rows.items()})
    lost = [Lost(*problem.place, register.locate(problem.place)) for problem in register.problems if problem.unjudged]
    require_told_again(sheets, rows, lost)
    return sheets


class Lost(NamedTuple):
    """A cell of a file for which its row is not judged: its table, row and field, and where it stands in the file."""

    table: str
    row: int
    field: str
    where: Message | str


def require_told_again(sheets: Sheets, rows: Mapping[str, Iterable[int]], lost: Iterable[Lost]) -> None:
    """Raise `InputError` where sheets would have a row judged that was not; ``rows`` are its numbers by table."""
    ids = {kind: {number: id for id, number in enumerate(numbers, 1)} for kind, numbers in rows.items()}
    again = {(fault.table, fault.row, fault.field) for fault in read_sheets(sheets).faults if fault.problem.unjudged}
    for table, row, field, where in lost:
        if (table, ids.get(table, {}).get(row, 0), field) not in again:
            raise InputError("register_cell_not_for_grid", where=where if isinstance(where, str) else "", place=where)


def pack_sheets(sheets: Sheets) -> bytes:
    """Return sheets as a register in JSON, which the reader reads as well; the first row of a table names all fields.

    Rows without a text are left out.
    """
    held = {}
    for kind, sheet in sheets.items():
        rows = [dict(sheet.texts[row]) for row in sheet.order if sheet.texts[row]]
        if rows or kind == ACTIVITIES:
            held[kind] = [{**dict.fromkeys(sheet.fields, ""), **rows[0]}, *rows[1:]] if rows else []
    return to_json(held)


def unpack_sheets(content: bytes) -> Sheets:
    """Return what was packed; raise `InputError` where it is something else."""
    try:
        rows = from_json(dict[str, list[dict[str, str]]], content)
    except ValueError:
        raise InputError("kept_declarations_unreadable") from None
    sheets = dict(sheets_of(rows))
    for kind, held in rows.items():  # a column that is empty in every row stays a column
        if held and kind in sheets:
            further = (field for field in held[0] if field not in sheets[kind].fields)
            sheet = sheets[kind]
            sheets[kind] = Sheet(kind, (*sheet.fields, *further), sheet.order, sheet.texts)
    return sheets


def change_of(content: str | bytes) -> Change:
    """Return a change as it was written; raise `InputError` where it is none."""
    try:
        return from_json(Change, content.encode() if isinstance(content, str) else content)
    except ValueError:
        raise InputError("register_change_unreadable", where="change") from None


def cleaned(change: Change) -> Change:
    """Return a change whose texts are as the reader has them: in one line.

    Raises:
        InputError: it has too many cells, or a text is too long.

    """
    if len(change.cells) > MOST_CELLS or len(change.added) > MOST_CELLS:
        raise InputError("register_too_many_cells", where=change.table, most=MOST_CELLS)
    cells = tuple(Cell(cell.row, cell.field, clean_text(cell.text)) for cell in change.cells)
    if any(len(cell.text) > LONGEST_TEXT for cell in cells):
        raise InputError("register_cell_too_long", where=change.table, most=LONGEST_TEXT)
    return Change(change.table, change.added, cells, change.removed, change.undoes)


def standing_changes(changes: Iterable[tuple[int, Change]]) -> list[tuple[int, Change]]:
    """Return the changes, each with its number, that nobody took back.

    >>> one, two = Change("sites", removed=(1,)), Change("sites", removed=(2,))
    >>> [number for number, _ in standing_changes([(1, one), (2, two), (3, Change(undoes=2))])]
    [1]
    """
    numbered = list(changes)
    undone = {change.undoes for _, change in numbered}
    return [(number, change) for number, change in numbered if not change.undoes and number not in undone]


def sheets_after(sheets: Sheets, changes: Iterable[Change]) -> Sheets:
    """Return sheets after changes, in their order; raise `InputError` where one does not fit."""
    after = dict(sheets)
    for change in changes:
        if change.table not in after:
            raise InputError("register_change_unreadable", where="change")
        after[change.table] = after[change.table].changed(change)
    return after


def read_sheets(sheets: Sheets, name: str = "") -> ReadSheets:
    """Read sheets as the reader reads a file; its rows are those that hold a text, numbered as the grid shows them."""
    tables, ids = {}, {}
    for kind, sheet in sheets.items():
        held = [(at, row) for at, row in enumerate(sheet.order, 1) if sheet.texts[row]]
        if not held and kind == SITES:
            continue
        table = RegisterTable(
            kind, "rows", kind, sheet.fields, MappingProxyType({field: field for field in sheet.fields})
        )
        for at, row in held:
            table.add(at, Row(dict(sheet.texts[row])))
        tables[kind], ids[kind] = table, [row for _, row in held]
    given = {kind: {field: field for field in FIELDS[kind]} for kind in tables}
    register = register_of(tables, given, name)
    faults = tuple(_fault(problem, ids) for problem in register.problems)
    return ReadSheets(register, faults)


def _fault(problem: Problem, ids: Mapping[str, Sequence[int]]) -> CellFault:
    table, row, field = problem.place
    return CellFault(table, ids[table][row - 1] if row else 0, field, problem)
