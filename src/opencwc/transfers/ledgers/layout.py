"""Which columns of a file hold the fields of a ledger: by a known form of statistics, else by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError
from opencwc.files.column_mapping import CONSTANT, map_columns, plain_header
from opencwc.files.units import split_unit
from opencwc.transfers.model import LEDGER_COLUMNS

NEEDED = ("reporter", "flow", "partner", "date", "quantity")
_GOODS = frozenset({"chemical", "cas", "hs"})


@dataclass(frozen=True)
class Layout:
    """Where a file holds the fields of a ledger.

    ``columns`` are those of the file by field, or ``=value``; ``form`` is the name of a known form of statistics,
    ``own`` where the columns are called as a ledger's own; ``unit`` is the one that the quantity's column names.
    ``names`` are columns to look into where a State's code is missing; ``contained`` are flows that other lines of the
    form contain already.
    """

    columns: Mapping[str, str]
    form: str = ""
    unit: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    contained: frozenset[str] = frozenset()

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that a ledger cannot do without and that no column holds."""
        goods = () if _GOODS & set(self.columns) else ("chemical",)
        return (*(name for name in NEEDED if name not in self.columns), *goods)

    @property
    def used(self) -> tuple[str, ...]:
        """The columns of the file that are read."""
        columns = (column for column in self.columns.values() if not column.startswith(CONSTANT))
        return tuple(dict.fromkeys((*columns, *self.names.values())))

    @property
    def is_statistics(self) -> bool:
        """Whether it is a known form of statistics."""
        return self.form not in ("", "own")

    def constant(self, name: str) -> str | None:
        """Return the value that a field has in all lines, empty where no column holds it; else ``None``."""
        column = self.columns.get(name, CONSTANT)
        return column[1:] if column.startswith(CONSTANT) else None


def lay_out(header: Sequence[str], given: Mapping[str, str] = MappingProxyType({}), *, where: str = "") -> Layout:
    """Tell which columns hold the fields of a ledger.

    >>> lay_out(["reporteriso", "partneriso", "productcode", "weight", "flow", "year"]).form
    'tradeflows'
    """
    for name, form in ledger_words()["forms"].items():
        if set(form["of"]) <= set(header):
            return _by_form(name, form, header, given, where)
    fields = {column: ledger_words()["fields"][column] for column in LEDGER_COLUMNS}
    columns = map_columns(header, fields, given, where=where)
    own = all(column in (name, f"{CONSTANT}{column[1:]}") for name, column in columns.items())
    return Layout(columns, "own" if own else "", split_unit(columns.get("quantity", ""))[1])


def _by_form(name: str, form: Mapping[str, Any], header: Sequence[str], given: Mapping[str, str], where: str) -> Layout:
    """Return the layout of a known form of statistics; ``given`` says it otherwise for single fields."""
    first = {
        field: next((column for column in columns if column in header), "")
        for field, columns in form["columns"].items()
    }
    known = {field: column for field, column in first.items() if column and field not in given}
    chosen = map_columns(header, dict.fromkeys(LEDGER_COLUMNS, ()), {**known, "unit": "=kg", **given}, where=where)
    columns = {field: column for field, column in chosen.items() if field in {*known, *given, "unit"}}
    names = {"reporter": form["reporter_name"], "partner": form["partner_name"]}
    return Layout(
        MappingProxyType(columns), name, "kg",
        {side: column for side, column in names.items() if column in header and chosen.get(side) != column},
        frozenset(form["contained"]),
    )  # fmt: skip


def refuse_missing(layout: Layout, header: Sequence[str], where: str) -> None:
    """Raise `InputError` where no column of a file holds a field that a ledger cannot do without."""
    if layout.missing:
        first = layout.missing[0]
        raise InputError(
            "no_column_for_fields",
            where=where,
            fields=" and the ".join(layout.missing),
            missing=tuple(layout.missing),
            first=first,
            columns=tuple(header[:40]),
        )


@cache
def ledger_words() -> dict[str, Any]:
    """Return the words of ledgers: forms, names of fields, flows, trade systems, and words for goods that came back."""
    raw = read_yaml(_WORDS)
    raw["fields"] = {name: [str(word) for line in lines for word in line] for name, lines in raw["fields"].items()}
    raw["flows"] = {
        plain_header(str(word)): flow for flow, lines in raw["flows"].items() for line in lines for word in line
    }
    raw["flows"] |= raw["flow_codes"]
    raw["systems"] = {plain_header(str(word)): name for name, words in raw["trade_systems"].items() for word in words}
    return raw


_WORDS = Path(__file__).parents[1] / "data" / "ledger_columns.yaml"
