"""Why the columns of a file are not clear, in the reader's language and in the words of the boxes on the page.

The errors themselves speak to the command line (`opencwc.files.column_mapping`); on a page nobody has its options.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from opencwc.errors import OpenCWCError
from opencwc.finding import Message, Value
from opencwc.wording import say, sentence

CHECK_LABELS: Mapping[str, str] = {
    "id": "page_transfers_shipment", "from": "page_transfers_from", "to": "page_transfers_to",
    "via": "page_transfers_via", "consignee": "papers_consignee", "end_user": "page_transfers_end_user",
    "date": "page_transfers_ships_on", "purpose": "page_transfers_purpose", "packing": "page_transfers_packing",
    "retransfer_of": "page_transfers_retransfer", "papers": "page_transfers_papers",
}  # fmt: skip
"""The fields of planned shipments that are called otherwise than in a ledger."""
_CODES = {
    "no_column_for_fields": "missing",
    "two_columns_fit": "two",
    "column_fits_two_fields": "shared",
    "no_column_of_goods": "shipped",
    "no_such_column": "gone",
}
"""The messages ``page_transfers_columns_...`` by the codes of errors; both have the same values."""


class ColumnsSaid(NamedTuple):
    """What is wrong with the columns of a file, and which boxes have to be chosen in."""

    says: str
    fields: frozenset[str]


def say_columns(error: OpenCWCError, labels: Mapping[str, str], lang: str) -> ColumnsSaid | None:
    """Return what is wrong with columns; ``None`` where an error says something else.

    >>> from opencwc.errors import InputError
    >>> error = InputError("no_column_for_fields", missing=("partner", "date"))
    >>> say_columns(error, {}, "en").says
    'No column found for: Partner State, Date or year.'
    """
    if error.code not in _CODES:
        return None
    missing = error.values.get("missing")
    fields = [str(field) for field in missing] if isinstance(missing, tuple) else []
    fields += [str(error.values[name]) for name in ("field", "beside") if name in error.values]
    values: dict[str, Value] = {
        name: field_said(str(value), labels, lang) if name in ("field", "beside") else f"\u2068{value}\u2069"
        for name, value in error.values.items()
    }
    values["fields"] = say("list_separator", lang).join(field_said(field, labels, lang) for field in fields)
    return ColumnsSaid(
        sentence(Message(f"page_transfers_columns_{_CODES[error.code]}", values), lang), frozenset(fields)
    )


def field_said(field: str, labels: Mapping[str, str], lang: str) -> str:
    """Say what the box of a field is called."""
    return say(labels.get(field, f"page_transfers_field_{field}"), lang)
