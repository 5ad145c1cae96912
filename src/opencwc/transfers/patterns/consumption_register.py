"""The register of what States declare to have consumed: a CSV file in, kg by State, chemical and year out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from opencwc.errors import InputError
from opencwc.finding import Message

REGISTER_COLUMNS = ("state", "chemical", "year", "consumed_kg")


class Consumption(NamedTuple):
    """What States declare to have consumed: (state, chemical as written, year) to kg, and rows that were not read."""

    consumed: Mapping[tuple[str, str, int], float]
    problems: tuple[Message, ...] = ()


def read_consumption(source: str | bytes | Any) -> Consumption:
    """Read a register of consumption: CSV with the columns state, chemical, year, consumed_kg.

    The state is an alpha-3 code, the chemical a CAS number or a name as in the ledger. Raises `InputError` where a
    column is missing; a row that cannot be read is a problem.
    """
    where = str(source) if not isinstance(source, bytes) else ""
    try:
        table = pl.read_csv(source, infer_schema=False, encoding="utf8-lossy")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("register_unreadable", where=where, reason=str(error)) from error
    names = {name.strip().lstrip("\ufeff").casefold(): name for name in table.columns}
    if missing := [name for name in REGISTER_COLUMNS if name not in names]:
        raise InputError(
            "register_lacks_column",
            where=where,
            column=missing[0],
            needed=tuple(REGISTER_COLUMNS),
            columns=tuple(table.columns),
        )
    consumed: dict[tuple[str, str, int], float] = {}
    problems: list[Message] = []
    for row, cells in enumerate(table.select(names[name] for name in REGISTER_COLUMNS).iter_rows(), start=1):
        state, chemical, year, kg = (str(cell or "").strip() for cell in cells)
        try:
            amount, in_year = float(kg), int(year)
        except ValueError:
            amount, in_year = math.nan, 0
        if len(state) != 3 or not state.isalpha() or not chemical or not 1900 <= in_year <= 2200 or not amount >= 0:
            problems.append(Message("pattern_register_unread", {"row": row}))
            continue
        key = (state.upper(), chemical.casefold(), in_year)
        consumed[key] = consumed.get(key, 0.0) + amount
    return Consumption(consumed, tuple(problems))
