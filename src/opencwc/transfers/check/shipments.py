"""Planned shipments: a ledger's rows read into days, amounts and States; what cannot be read is kept and said.

Nothing is judged here. `read_shipments` reads a file, `shipment_of` one row as texts by field, `check` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, TypeVar

from opencwc.errors import InputError
from opencwc.files.column_mapping import TablePreview, map_columns
from opencwc.files.numbers import decimal_mark
from opencwc.files.units import split_unit
from opencwc.finding import Message, Subject
from opencwc.language.commerce.shares import Share
from opencwc.transfers.check.shipment_cells import (
    NOWHERE,
    Amount,
    Paper,
    Side,
    amount_of,
    answer_words,
    code_of,
    day_of,
    days_of,
    is_not_above_zero,
    known_words,
    meaning,
    paper_of,
    plain_words,
    purpose_of,
    share_of,
    split_cell,
)

SHIPMENT_FIELDS = (
    "id", "chemical", "cas", "structure", "line", "concentration", "quantity", "unit", "from", "to", "via",
    "consignee", "end_user", "date", "purpose", "packing", "retransfer_of", "origin", "certificates", "papers",
)  # fmt: skip
NAMING = frozenset({"chemical", "cas", "structure", "line"})
"""The fields of which one has to be there: what is shipped."""
Reading = TypeVar("Reading")
Row = tuple[int, Mapping[str, str], "Message | None"]


def countries_of(source: Path | BinaryIO, name: str = "") -> Mapping[int, str]:
    """Return what a table of names says of the country of each row, by the row's number; empty where no column does."""
    from opencwc.files.frames import ROW, open_frame

    with open_frame(source, name) as frame:
        try:
            column = map_columns(frame.header, known_words()["consignees"], where=frame.name).get("country")
        except InputError:  # two may be meant: the country only supports a likeness, so none is taken
            column = None
        if column is None:
            return {}
        return {
            line[ROW]: code_of(text) or text
            for batch in frame.batches()
            for line in batch.iter_rows(named=True)
            if (text := (line[column] or "").strip())
        }


def read_rows(
    source: Path | BinaryIO, name: str, kind: str, given: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, Mapping[str, str], tuple[Message, ...], list[Row]]:
    """Read a table into texts by field: its name, its columns by field, its notes, and its rows.

    ``kind`` says which fields: ``fields`` of shipments or ``certificates``.
    """
    from opencwc.files.frames import open_frame

    with open_frame(source, name) as frame:
        columns = map_columns(frame.header, known_words()[kind], given, where=frame.name)
        return frame.name, columns, tuple(frame.notes), list(rows_as_texts(frame.batches(), columns))


def rows_as_texts(batches: Iterable[object], columns: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of a table as texts by field."""
    from opencwc.files.frames import PROBLEM, ROW, problem_of

    constants = {name: column[1:].strip() for name, column in columns.items() if column.startswith("=")}
    if "quantity" in columns and "unit" not in columns:
        constants["unit"] = split_unit(columns["quantity"])[1]
    read = {name: column for name, column in columns.items() if not column.startswith("=")}
    for batch in batches:
        for line in batch.iter_rows(named=True):  # type: ignore[attr-defined]
            texts = {name: (line[column] or "").strip() for name, column in read.items()}
            problem = problem_of(line[PROBLEM]) if line[PROBLEM] else None
            yield line[ROW], {**constants, **{name: text for name, text in texts.items() if text}}, problem


@dataclass(frozen=True)
class Shipment:
    """One planned shipment: the texts of its row by field, and what could be read in them.

    ``purpose`` is one of the words of ``shipment_columns.yaml`` or `WEAPONS`, empty where none is given or known.
    ``days`` are the first and the last day that the date may mean, where it may mean several; ``day`` is then ``None``.
    ``problems`` say what could not be read.
    """

    row: int
    id: str
    texts: Mapping[str, str]
    sender: Side = NOWHERE
    receiver: Side = NOWHERE
    via: tuple[Side, ...] = ()
    day: date | None = None
    days: tuple[date, date] | None = None
    amount: Amount | None = None
    share: Share | None = None
    purpose: str = ""
    retail: bool = False
    retransfer_of: str = ""
    origin: Side = NOWHERE
    certificates: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()
    problems: tuple[Message, ...] = ()
    unreadable: bool = False

    def text(self, name: str) -> str:
        """Return what the row says in a field, empty where it says nothing."""
        return self.texts.get(name, "")

    @property
    def said(self) -> str:
        """How the row names its chemical."""
        return next((self.text(field) for field in ("chemical", "cas", "structure", "line") if self.text(field)), "")

    @property
    def subject(self) -> Subject:
        """The shipment, as findings name it."""
        return Subject(self.row, self.id, self.said)

    @property
    def first_day(self) -> date | None:
        """The day, or the first of those that may be meant."""
        return self.day or (self.days[0] if self.days else None)

    @property
    def last_day(self) -> date | None:
        """The day, or the last of those that may be meant."""
        return self.day or (self.days[1] if self.days else None)

    @property
    def purpose_unread(self) -> Message | None:
        """What is to be said of a purpose that stands for none that is known."""
        return next((problem for problem in self.problems if problem.id == "transfers_check_purpose_unread"), None)

    @property
    def other_purpose(self) -> Message:
        """What is to be said of a purpose for which it may not go."""
        return Message("transfers_check_purpose_other", {"text": self.text("purpose")})

    @property
    def named(self) -> Mapping[str, str]:
        """The texts by which the chemical can be known, by field, the surest first."""
        return {field: self.text(field) for field in ("structure", "cas", "chemical") if self.text(field)}


@dataclass(frozen=True)
class Shipments:
    """A ledger of planned shipments: where it came from, which column holds which field, its rows."""

    name: str
    columns: Mapping[str, str]
    shipments: tuple[Shipment, ...]
    notes: tuple[Message, ...] = field(default=())


def read_shipments(
    source: Path | BinaryIO, name: str = "", given: Mapping[str, str] = MappingProxyType({})
) -> Shipments:
    """Read a ledger of planned shipments from any table file; ``given`` says which column holds a field.

    Raises `InputError` where there is no such file, it holds no table, or its columns cannot be told.
    """
    name, columns, notes, rows = read_rows(source, name, "fields", given)
    _require_goods(columns, name)
    mark = decimal_mark(texts.get("quantity", "") for _, texts, _ in rows)
    return Shipments(name, columns, tuple(shipment_of(*row, decimal=mark) for row in rows), notes)


def _require_goods(columns: Mapping[str, str], where: str) -> None:
    if not set(columns) & NAMING:
        raise InputError("no_column_of_goods", where=where)


def preview(
    source: Path | BinaryIO, name: str = "", given: Mapping[str, str] = MappingProxyType({}), rows: int = 20
) -> TablePreview:
    """Return the start of a ledger of planned shipments and how it would be read.

    Raises `InputError` where there is no such file, or it holds no table.
    """
    from opencwc.files.frames import open_frame

    with open_frame(source, name) as frame:
        starts = list(islice(frame.batches(rows=rows), 1))
        cells = tuple(row for start in starts for row in start.select(frame.header).iter_rows())
        columns: Mapping[str, str] = MappingProxyType({})
        error, problems = None, tuple(frame.notes)
        try:
            columns = map_columns(frame.header, known_words()["fields"], given, where=frame.name)
            _require_goods(columns, frame.name)
            read = [shipment_of(*row) for row in rows_as_texts(starts, columns)]
            problems += tuple({repr(says): says for shipment in read for says in shipment.problems}.values())
        except InputError as why:
            error = why
        missing = () if set(columns) & NAMING or not columns else ("chemical",)
        return TablePreview(frame.header, columns, missing, cells, problems, error)


def shipment_of(row: int, texts: Mapping[str, str], problem: Message | None = None, decimal: str = "") -> Shipment:
    """Read one row from its texts by field (`SHIPMENT_FIELDS`); ``decimal`` is the file's decimal mark, where known.

    >>> shipment = shipment_of(1, {"chemical": "Sarin", "quantity": "5", "unit": "g", "date": "2026-03-01"})
    >>> str(shipment.amount), shipment.day.isoformat()
    ('0.005 kg', '2026-03-01')
    """
    reader = _RowReader([problem] if problem else [])
    quantity, unit = texts.get("quantity", ""), texts.get("unit", "")
    amount = amount_of(quantity, unit, decimal)
    if quantity and amount is None:
        name = "not_above_zero" if is_not_above_zero(quantity, decimal) else "unread"
        reader.say(f"quantity_{name}", f"{quantity} {unit}".strip())
    share = reader.read(share_of, texts.get("concentration", ""), "concentration")
    purpose = reader.read(purpose_of, texts.get("purpose", ""), "purpose")
    retransfer = texts.get("retransfer_of", "")
    plain = plain_words(retransfer)
    return Shipment(
        row=row,
        id=texts.get("id", "") or str(row),
        texts=MappingProxyType(dict(texts)),
        sender=reader.side(texts.get("from", "")),
        receiver=reader.side(texts.get("to", "")),
        via=tuple(reader.side(state) for state in split_cell(texts.get("via", ""))),
        day=reader.read(day_of, texts.get("date", ""), "date"),
        days=days_of(texts.get("date", "")),
        amount=amount,
        share=share,
        purpose=purpose,
        retail=meaning("packings", texts.get("packing", "")) == "retail",
        retransfer_of="" if plain in answer_words("no") else "yes" if plain in answer_words("yes") else retransfer,
        origin=reader.side(texts.get("origin", "")),
        certificates=tuple(split_cell(texts.get("certificates", ""))),
        papers=tuple(reader.paper(paper) for paper in split_cell(texts.get("papers", ""), ";؛；\n|")),
        problems=tuple(reader.problems),
        unreadable=problem is not None,
    )


@dataclass
class _RowReader:
    """Reads the texts of one row, and keeps what it could not read."""

    problems: list[Message]

    def say(self, name: str, text: str) -> None:
        self.problems.append(Message(f"transfers_check_{name}", {"text": text}))

    def read(self, read: Callable[[str], Reading], text: str, name: str) -> Reading:
        reading = read(text)
        if text and not reading:
            self.say(f"{name}_unread", text)
        return reading

    def side(self, text: str) -> Side:
        return Side(text, self.read(code_of, text, "state"))

    def paper(self, text: str) -> Paper:
        paper = paper_of(text)
        if not paper.kind:
            self.say("paper_unread", text)
        return paper
