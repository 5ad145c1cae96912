"""What is kept of each row while a file streams past, batch by batch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
import polars as pl

from opencwc.errors import InputError
from opencwc.files.frame_parts import PROBLEM
from opencwc.files.rows import WHITE_SPACE
from opencwc.transfers.ledgers.layout import Layout, ledger_words
from opencwc.transfers.ledgers.quantity_columns import QuantityColumn
from opencwc.transfers.ledgers.text_columns import Array, ConstantColumn, TextColumn


@dataclass
class StreamedRows:
    """What is kept of each row while the file streams past.

    ``statements`` numbers the different triples of name, CAS number and HS code (by the numbers of their texts),
    ``stated`` has the number of each row.
    """

    layout: Layout
    quantities: QuantityColumn
    ids: list[pl.Series] = field(default_factory=list)
    returned: list[Array] = field(default_factory=list)
    concentrations: list[pl.Series] = field(default_factory=list)
    odd_concentrations: dict[int, str] = field(default_factory=dict)
    row_problems: dict[int, str] = field(default_factory=dict)
    blank_rows: list[Array] = field(default_factory=list)
    statements: dict[tuple[int, int, int], int] = field(default_factory=dict)
    stated: list[Array] = field(default_factory=list)
    rows: int = 0

    @cached_property
    def texts(self) -> dict[str, TextColumn]:
        """The numbered columns by field."""
        constants = {name: self.layout.constant(name) for name in _TEXT_FIELDS}
        return {
            name: TextColumn() if value is None else ConstantColumn(value.strip()) for name, value in constants.items()
        }

    def take(self, batch: pl.DataFrame) -> None:
        """Take in one batch of the file."""
        numbers = {name: texts.take(self._column(batch, name)) for name, texts in self.texts.items()}
        self._take_statements(numbers)
        constant = self.layout.constant("quantity")
        if constant is None:
            amounts = self._column(batch, "quantity")
        else:
            amounts = pl.Series([constant]).new_from_index(0, batch.height)
        self._take_unread_rows(batch, self.quantities.take(amounts))
        if "id" in self.layout.columns:
            self.ids.append(self._column(batch, "id").str.strip_chars(WHITE_SPACE) + "")  # a copy: the batch can go
        self._take_concentrations(self._column(batch, "concentration"))
        self._take_remarks(self._column(batch, "remarks"))
        self.rows += batch.height

    def _column(self, batch: pl.DataFrame, name: str) -> pl.Series:
        """Return the texts of a field, null where it has none; a State is named where its code is missing."""
        if self.layout.constant(name) is not None:
            return pl.Series([None], dtype=pl.String).new_from_index(0, batch.height)
        column, other = self.layout.columns[name], self.layout.names.get(name)
        if other is None:
            return batch[column]
        blank = pl.col(column).is_null() | (pl.col(column).str.strip_chars(WHITE_SPACE) == "")
        return batch.select(pl.when(blank).then(pl.col(other)).otherwise(pl.col(column)).alias(column))[column]

    def _take_statements(self, numbers: Mapping[str, Array]) -> None:
        """Number the different triples of name, CAS number and HS code."""
        texts = [numbers[name].astype(np.int64) for name in ("chemical", "cas", "hs")]
        if any(len(column) and int(column.max()) >= 1 << 21 for column in texts):
            raise InputError("ledger_too_many_chemicals")
        keys, places = np.unique((texts[0] << 42) | (texts[1] << 21) | texts[2], return_inverse=True)
        mask = (1 << 21) - 1
        stated = [
            self.statements.setdefault((key >> 42, (key >> 21) & mask, key & mask), len(self.statements))
            for key in keys.tolist()
        ]
        kind = np.uint16 if max(stated, default=0) < 65_536 else np.uint32
        self.stated.append(np.array(stated, np.uint32)[places].astype(kind))
        for name in ("chemical", "cas", "hs"):
            self.texts[name].numbers()  # they are in the triple

    def _take_unread_rows(self, batch: pl.DataFrame, blank: Array) -> None:
        problems = batch[PROBLEM]
        if problems.null_count() < len(problems):
            rows = problems.is_not_null().arg_true()
            said = problems.gather(rows).to_list()
            self.row_problems |= dict(zip((rows + self.rows).to_list(), said, strict=True))
        if blank.any():
            used = [column for column in self.layout.used if column in batch.columns]
            without = batch.with_row_index("__at").filter(pl.Series(blank)).select("__at", *used)
            nothing = pl.all_horizontal(pl.col(used).fill_null("").str.strip_chars(WHITE_SPACE) == "")
            empty = without.filter(nothing)["__at"]
            if len(empty):
                self.blank_rows.append(empty.to_numpy().astype(np.int64) + self.rows)

    def _take_concentrations(self, series: pl.Series) -> None:
        values = series.cast(pl.Float32, strict=False)
        if series.null_count() < len(series) and values.null_count():
            written = series.str.strip_chars(WHITE_SPACE)
            odd = (values.is_null() & (written != "")).fill_null(value=False).arg_true()
            texts = written.gather(odd).to_list()
            self.odd_concentrations |= dict(zip((odd + self.rows).to_list(), texts, strict=True))
        self.concentrations.append(values)

    def _take_remarks(self, series: pl.Series) -> None:
        if series.null_count() == len(series) or not series.str.len_bytes().sum():
            self.returned.append(np.zeros(len(series), bool))
            return
        self.returned.append(series.str.contains(_returns()).fill_null(value=False).to_numpy())


@cache
def _returns() -> str:
    words = sorted(map(str, ledger_words()["returns"]), key=len, reverse=True)
    spaced = "|".join(re.escape(word) for word in words if not _HAN.search(word))
    unspaced = "|".join(word for word in words if _HAN.search(word))
    return rf"(?i)\b(?:{spaced})\b|{unspaced}"


_HAN = re.compile("[\u4e00-\u9fff]")
_TEXT_FIELDS = ("reporter", "partner", "flow", "date", "unit", "chemical", "cas", "hs")
