"""Ledgers in: a table file of any kind becomes lines that are alike, whatever its columns are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import polars as pl

from opencwc.errors import InputError
from opencwc.files.column_mapping import TablePreview
from opencwc.files.frames import BATCH_ROWS, PROBLEM, Frame, open_frame
from opencwc.finding import Message
from opencwc.transfers.ledgers.amounts import read_amounts, read_concentrations
from opencwc.transfers.ledgers.draft import SPREADSHEETS, LedgerDraft
from opencwc.transfers.ledgers.layout import Layout, lay_out, refuse_missing
from opencwc.transfers.ledgers.line_fields import (
    NOWHERE,
    as_codes,
    read_dates,
    read_flows,
    read_goods,
    read_ids,
    read_side,
    say_former,
)
from opencwc.transfers.ledgers.row_stream import QuantityColumn, StreamedRows
from opencwc.transfers.memory import give_back
from opencwc.transfers.model import Ledger

if TYPE_CHECKING:
    from opencwc.screening.screener import Screener

_BATCHES_KEPT = 16
"""Batches after which the memory of those that have passed is given back."""
_EXACT_POINTS = (*SPREADSHEETS, "parquet", "json", "jsonl")
"""Kinds of files whose numbers are no texts, so that a point is a decimal mark."""


def read_ledger(
    source: Path | BinaryIO,
    name: str = "",
    given: Mapping[str, str] = MappingProxyType({}),
    screener: Screener | None = None,
) -> Ledger:
    """Read a ledger from a table file of any kind.

    ``given`` says which column holds a field, by name or number, or ``=value`` for all lines (``{"unit": "=kg"}``).
    Raises `InputError` where there is no such file, it holds no table, or its columns cannot be told.
    """
    with open_frame(source, name) as frame:
        layout = lay_out(frame.header, given, where=frame.name)
        refuse_missing(layout, frame.header, frame.name)
        return _read(frame, layout, _read_ahead(frame.batches(columns=layout.used)), screener)


def preview(
    source: Path | BinaryIO,
    name: str = "",
    given: Mapping[str, str] = MappingProxyType({}),
    rows: int = 20,
    screener: Screener | None = None,
) -> TablePreview:
    """Return the start of a ledger's file and how it would be read; a stream is read from where it stands."""
    with open_frame(source, name) as frame:
        start = next(frame.batches(rows=rows), pl.DataFrame({column: [] for column in (*frame.header, PROBLEM)}))
        cells = tuple(start.select(frame.header).iter_rows())
        layout, error, problems = Layout(MappingProxyType({})), None, tuple(frame.notes)
        try:
            layout = lay_out(frame.header, given, where=frame.name)
            refuse_missing(layout, frame.header, frame.name)
            ledger = _read(frame, layout, iter([start]), screener)
            problems = (*ledger.notes, *ledger.problems)
        except InputError as why:
            error = why
        return TablePreview(frame.header, layout.columns, layout.missing, cells, problems, error)


def _read_ahead(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield batches, the next of which is read on a second core meanwhile."""
    with ThreadPoolExecutor(1, thread_name_prefix="ledger") as pool:
        following = pool.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = pool.submit(next, batches, None)
            yield batch


def _read(frame: Frame, layout: Layout, batches: Iterable[pl.DataFrame], screener: Screener | None) -> Ledger:
    rows = StreamedRows(layout, QuantityColumn(layout.is_statistics or frame.kind in _EXACT_POINTS))
    for number, batch in enumerate(batches, 1):
        rows.take(batch)
        if number % _BATCHES_KEPT == 0:
            give_back()
    draft = LedgerDraft(frame.kind, layout, rows, [*frame.notes])
    ledger = _ledger_of(draft, frame.name, screener or _screener())
    if rows.rows > BATCH_ROWS:
        give_back()
    return ledger


def _ledger_of(draft: LedgerDraft, name: str, screener: Screener) -> Ledger:
    """Read field by field, letting go of what is done with."""
    _ = draft.unread  # what a row is as a whole is said first
    reporter, partner = read_side(draft, "reporter"), read_side(draft, "partner")
    columns = {"reporter": as_codes(reporter), "partner": as_codes(partner)}
    columns["id"] = read_ids(draft, columns["reporter"])
    columns["export"], returned = read_flows(draft)
    columns["day"], columns["year"] = read_dates(draft)
    say_former(draft, reporter, columns["year"])
    say_former(draft, partner, columns["year"])
    draft.problems.say((reporter == partner) & (reporter != NOWHERE), Message("ledger_same_state"))
    del reporter, partner
    goods = read_goods(draft, screener)
    columns |= {"substance": goods.substance, "hs": goods.hs, "kg": read_amounts(draft)}
    columns["returned"] = returned | (columns["kg"] < 0).fill_null(value=False)
    columns["concentration"] = read_concentrations(draft)
    if draft.layout.is_statistics:
        draft.notes.append(Message("ledger_statistics"))
    problems, numbers = draft.problems.settled()
    lines = pl.DataFrame([
        pl.Series("row", np.arange(1, draft.rows.rows + 1, dtype=np.uint32)),
        *(columns[field].alias(field) for field in _LINE_COLUMNS),
        pl.Series("problem", numbers),
    ])  # fmt: skip
    return Ledger(name, lines, goods.substances, problems, draft.layout.columns, tuple(draft.notes))


def _screener() -> Screener:
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.screener import Screener

    return Screener(Rulebook.of())


_LINE_COLUMNS = (
    "id", "reporter", "partner", "export", "substance", "day", "year", "kg", "concentration", "hs", "returned",
)  # fmt: skip
