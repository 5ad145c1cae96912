"""What the grid shows of a register: some rows of a sheet, each cell with its faults, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Query

from opencwc.declarations import model
from opencwc.declarations.register_sheets import CellFault, Sheet
from opencwc.declarations.register_tables import ACTIVITIES, SITES
from opencwc.declarations.register_template import UNITS
from opencwc.finding import Message
from opencwc.web.declarations.opened_registers import OpenedRegister
from opencwc.web.declarations.preview import label_of
from opencwc.web.server.api_parameters import LARGEST
from opencwc.web.server.page_parameters import AddressFilter, Brief
from opencwc.wording import say, sentence

ROWS_A_PAGE, FAULTS_LISTED = 50, 100
FAULTS_ONLY = "faults"
OFFERED: Mapping[str, Sequence[str]] = {
    "activity": model.ACTIVITIES, "unit": UNITS, "kind": model.KINDS, "planned": ("yes", "no"),
}  # fmt: skip
"""The words that a field is offered; any other text may be written, and the reader says where it cannot read it."""


@dataclass(frozen=True)
class GridAsked(AddressFilter):
    """Which rows of a register to show: a table, the place of the first from 0 or a row among them, or faults alone."""

    table: Brief = ACTIVITIES
    first: Annotated[int, Query(ge=0, le=LARGEST)] = 0
    row: Annotated[int, Query(ge=0, le=LARGEST)] = 0
    only: Brief = ""

    @property
    def kind(self) -> str:
        """The table that is shown."""
        return self.table if self.table in (SITES, ACTIVITIES) else ACTIVITIES


AskedOfGrid = Annotated[GridAsked, Depends()]


class ShownCell(NamedTuple):
    """A cell as it is shown: its field, its text, what is said of it, and whether that keeps the row from judgement."""

    field: str
    text: str
    faults: tuple[str, ...]
    unjudged: bool


class ShownRow(NamedTuple):
    """A row as it is shown: its id, its number in the sheet from 1, its cells, and what is said of it as a whole."""

    id: int
    number: int
    cells: tuple[ShownCell, ...]
    faults: tuple[str, ...]


class ListedFault(NamedTuple):
    """A fault in the list below the grid; ``number`` is that of its row, 0 for the sheet."""

    row: int
    number: int
    field: str
    says: str
    unjudged: bool


@dataclass(frozen=True)
class GridView:
    """A part of a sheet: its rows, where they begin among ``total`` rows, its columns with their labels, its faults."""

    asked: GridAsked
    sheet: Sheet
    rows: tuple[ShownRow, ...]
    first: int
    total: int
    labels: Mapping[str, str]
    listed: tuple[ListedFault, ...]
    faults: int

    @property
    def filled(self) -> list[str]:
        """The columns in which a row that is shown has something, for paper."""
        written = {cell.field for row in self.rows for cell in row.cells if cell.text or cell.faults}
        return [field for field in self.sheet.fields if field in written]

    @property
    def next(self) -> int | None:
        """Where the next rows begin, ``None`` where there are none."""
        return self.first + ROWS_A_PAGE if self.first + ROWS_A_PAGE < self.total else None

    @property
    def before(self) -> int | None:
        """Where the rows before these begin, ``None`` where there are none."""
        return max(0, self.first - ROWS_A_PAGE) if self.first else None


def view_of(opened: OpenedRegister, asked: GridAsked, lang: str) -> GridView:
    """Return the rows that were asked for."""
    sheet = opened.sheets[asked.kind]
    faults = [fault for fault in opened.read.faults if fault.table == asked.kind]
    order: Sequence[int] = sheet.order
    if asked.only == FAULTS_ONLY:
        wrong = {fault.row for fault in faults}
        order = [row for row in order if row in wrong]
    first = _first_of(order, asked)
    shown = order[first : first + ROWS_A_PAGE]
    numbers = {row: number for number, row in enumerate(sheet.order, 1)}
    by_cell = opened.read.faults_of(asked.kind, shown)
    listed = tuple(_listed(fault, numbers, lang) for fault in faults[:FAULTS_LISTED])
    return GridView(
        asked, sheet, tuple(_row(sheet, row, numbers[row], by_cell, lang) for row in shown), first, len(order),
        {field: label_of(field, lang) for field in sheet.fields}, listed, len(faults),
    )  # fmt: skip


def _listed(fault: CellFault, numbers: Mapping[int, int], lang: str) -> ListedFault:
    says, unjudged = sentence(fault.problem.says, lang), fault.problem.unjudged
    return ListedFault(fault.row, numbers.get(fault.row, 0), fault.field, says, unjudged)


def _first_of(order: Sequence[int], asked: GridAsked) -> int:
    if asked.row and asked.row in order:
        return order.index(asked.row) // ROWS_A_PAGE * ROWS_A_PAGE
    last = max(0, (len(order) - 1) // ROWS_A_PAGE * ROWS_A_PAGE)
    return min(asked.first, last)


def _row(
    sheet: Sheet, row: int, number: int, by_cell: Mapping[tuple[int, str], Sequence[CellFault]], lang: str
) -> ShownRow:
    cells = []
    for field in sheet.fields:
        faults = by_cell.get((row, field), ())
        told = tuple(sentence(fault.problem.says, lang) for fault in faults)
        cells.append(
            ShownCell(field, sheet.texts[row].get(field, ""), told, any(fault.problem.unjudged for fault in faults))
        )
    of_row = [found for (of, field), found in by_cell.items() if of == row and field not in sheet.fields]
    whole = tuple(sentence(fault.problem.says, lang) for found in of_row for fault in found)
    return ShownRow(row, number, tuple(cells), whole)


def answer_of(opened: OpenedRegister, lang: str) -> str:
    """Return the answer that stands in the heading: how much of the register has to be looked at."""
    count = len(opened.read.faults)
    rows = sum(len(sheet.order) for sheet in opened.sheets.values())
    if not rows:
        return say_of("page_grid_empty", lang)
    if not count:
        return say_of("page_grid_sound", lang)
    return say_of("page_grid_faults", lang, count=count)


def say_of(id: str, lang: str, **values: Any) -> str:
    """Return a message in a language."""
    return say(Message(id, values), lang)
