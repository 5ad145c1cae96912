"""Tables of shipments, certificates and consignees: which column holds which field, and the texts of each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.transfers.check.shipment_cells import code_of
from opencwc.transfers.check.shipment_words import known_words

SHIPMENT_FIELDS = (
    "id", "chemical", "cas", "structure", "line", "concentration", "quantity", "unit", "from", "to", "via",
    "consignee", "end_user", "date", "purpose", "packing", "retransfer_of", "origin", "certificates", "papers",
)  # fmt: skip
NAMING = frozenset({"chemical", "cas", "structure", "line"})
"""The fields of which one has to be there: what is shipped."""
CERTIFICATE_FIELDS = (
    "id", "issued_by", "recipient", "chemical", "cas", "quantity", "unit", "issued", "expires", "end_use", "end_users",
    "statements", "statement_a", "statement_b", "statement_c", "statement_d", "statement_e",
)  # fmt: skip
Row = tuple[int, Mapping[str, str], "Message | None"]


def countries_of(source: Path | BinaryIO, name: str = "") -> Mapping[int, str]:
    """Return what a table of names says of the country of each row, by the row's number; empty where no column does."""
    from opencwc.files.frames import ROW, open_frame
    from opencwc.transfers.mapping import map_columns

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
        columns = columns_of(frame.header, kind, given, frame.name)
        return frame.name, columns, tuple(frame.notes), list(rows_as_texts(frame.batches(), columns))


def columns_of(header: Sequence[str], kind: str, given: Mapping[str, str], where: str) -> Mapping[str, str]:
    """Return the column of the file for each field of a kind (see `read_rows`)."""
    from opencwc.transfers.mapping import map_columns

    return map_columns(header, known_words()[kind], given, where=where)


def rows_as_texts(batches: Iterable[object], columns: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of a table as texts by field."""
    from opencwc.files.frames import PROBLEM, ROW, problem_of
    from opencwc.transfers.units import split_unit

    constants = {name: column[1:].strip() for name, column in columns.items() if column.startswith("=")}
    if "quantity" in columns and "unit" not in columns:
        constants["unit"] = split_unit(columns["quantity"])[1]
    read = {name: column for name, column in columns.items() if not column.startswith("=")}
    for batch in batches:
        for line in batch.iter_rows(named=True):  # type: ignore[attr-defined]
            texts = {name: (line[column] or "").strip() for name, column in read.items()}
            problem = problem_of(line[PROBLEM]) if line[PROBLEM] else None
            yield line[ROW], {**constants, **{name: text for name, text in texts.items() if text}}, problem
