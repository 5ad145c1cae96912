"""Which column of a file holds which field: by the field's own name, by what others call it, or as the user says.

What is doubtful is never guessed: two columns that fit one field are an error that names both.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from opencwc.errors import InputError
from opencwc.files import find_column
from opencwc.files.units import split_unit, without_marks
from opencwc.finding import Message
from opencwc.wording import did_you_mean

CONSTANT = "="
"""A mapped column that begins with it is no column: ``=kg`` says that the field is ``kg`` in every row."""


@dataclass(frozen=True)
class TablePreview:
    """The start of a file: its columns, what they are taken for, and its first rows as they stand in it.

    ``missing`` are the fields that the user has to name, ``error`` says why the columns cannot be told; ``problems``
    are what is said of the file and not understood in the first rows.
    """

    header: tuple[str, ...]
    columns: Mapping[str, str]
    missing: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    problems: tuple[Message, ...]
    error: InputError | None = None


def map_columns(
    header: Sequence[str],
    fields: Mapping[str, Sequence[str]],
    given: Mapping[str, str] = MappingProxyType({}),
    *,
    where: str = "",
) -> Mapping[str, str]:
    """Return the column of the file for each field that has one, in the order of ``fields``.

    ``fields`` are the names of the fields with what else they are called, in any language; case, accents, punctuation
    and a unit at the end (``Quantity (kg)``) do not matter. A column called as the field itself comes before any other.
    ``given`` says it for single fields: the name of a column, its number from 1, or ``=value`` for a value that holds
    in every row; an empty text leaves the field without a column. Raises `InputError` where two columns fit a field,
    one column fits two, or ``given`` names what is not there.
    """
    refuse_unknown_fields(given, fields, where)
    chosen: dict[str, str] = {}
    for field, column in given.items():
        is_value = column.startswith(CONSTANT) or not column.strip()
        chosen[field] = column.strip() if is_value else header[find_column(column, header, where)]
    taken = set(chosen.values())
    for field, names in fields.items():
        if field not in chosen and (column := _column(field, names, header, taken, where)):
            chosen[field] = column
    _refuse_shared(chosen, given, where)
    return MappingProxyType({field: chosen[field] for field in fields if chosen.get(field)})


def refuse_unknown_fields(given: Iterable[str], known: Iterable[str], where: str = "") -> None:
    """Raise `InputError` where a field is given that is not among the known ones; it names all of them."""
    fields = tuple(known)
    for field in given:
        if field not in fields:
            close = difflib.get_close_matches(field, fields, n=1)
            raise InputError(
                "no_such_field", where=where, field=field, guess=did_you_mean(*map(repr, close)), known=fields
            )


def plain_header(text: str) -> str:
    """Return a name of a column without case, accents and punctuation.

    >>> plain_header("Quantité_(kg)"), plain_header("reporterISO"), plain_header("País  de destino:")
    ('quantite kg', 'reporteriso', 'pais de destino')
    """
    return " ".join(re.findall(r"\w+", without_marks(text.replace("_", " "))))


def _column(field: str, names: Sequence[str], header: Sequence[str], taken: set[str], where: str) -> str:
    own = plain_header(field)
    known = {own, *map(plain_header, names)}
    free = [column for column in header if column not in taken]
    for fits in (
        lambda column: column.strip() == field,
        lambda column: plain_header(column) == own,
        lambda column: plain_header(column) in known,
        lambda column: plain_header(split_unit(column)[0]) in known,
    ):
        fitting = [column for column in free if fits(column)]
        if len(fitting) > 1:
            raise InputError("two_columns_fit", where=where, field=field, one=fitting[0], other=fitting[1])
        if fitting:
            return fitting[0]
    return ""


def _refuse_shared(chosen: Mapping[str, str], given: Mapping[str, str], where: str) -> None:
    by_column: dict[str, str] = {}
    for field, column in chosen.items():
        if not column or column.startswith(CONSTANT):
            continue
        other = by_column.setdefault(column, field)
        if other != field and not (field in given and other in given):
            raise InputError("column_fits_two_fields", where=where, column=column, field=other, beside=field)
