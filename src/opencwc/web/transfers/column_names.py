"""Why the columns of a file are not clear, in the reader's language and in the words of the boxes on the page.

Errors cross the border of the sandbox as English words for the command line (`opencwc.transfers.mapping`); on a page
nobody has its options.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from opencwc.finding import Message, Value
from opencwc.wording import say, sentence

CHECK_LABELS: Mapping[str, str] = {
    "id": "page_transfers_shipment", "from": "page_transfers_from", "to": "page_transfers_to",
    "via": "page_transfers_via", "consignee": "papers_consignee", "end_user": "page_transfers_end_user",
    "date": "page_transfers_ships_on", "purpose": "page_transfers_purpose", "packing": "page_transfers_packing",
    "retransfer_of": "page_transfers_retransfer", "papers": "page_transfers_papers",
}  # fmt: skip
"""The fields of planned shipments that are called otherwise than in a ledger."""
_SAID = tuple(
    (re.compile(pattern, re.DOTALL), name)
    for pattern, name in (
        (r"No column holds the (?P<fields>[a-z_ ]+)\.", "missing"),
        (r"Two columns can hold the (?P<field>[a-z_]+): (?P<one>['\"].+['\"]) and (?P<other>['\"].+['\"])\.", "two"),
        (
            r"The column (?P<column>['\"].+['\"]) can hold the (?P<field>[a-z_]+) and the (?P<beside>[a-z_]+)\.",
            "shared",
        ),
        (r"No column says what is shipped\.", "shipped"),
        (r"There is no column (?P<column>['\"].+['\"])\.", "gone"),
    )
)


class ColumnsSaid(NamedTuple):
    """What is wrong with the columns of a file, and which boxes have to be chosen in."""

    says: str
    fields: frozenset[str]


def say_columns(what: str, labels: Mapping[str, str], lang: str) -> ColumnsSaid | None:
    """Return what is wrong with columns, from the English words of the error; ``None`` where it is something else.

    >>> say_columns("No column holds the partner and the date.", {}, "en").says
    'No column is known for: Other State, Day or year.'
    """
    for pattern, name in _SAID:
        if found := pattern.fullmatch(what):
            told = found.groupdict()
            fields = told.pop("fields", "").split(" and the ") if "fields" in told else []
            fields += [told[part] for part in ("field", "beside") if part in told]
            values: dict[str, Value] = {
                name: _label(text, labels, lang) if name in ("field", "beside") else f"\u2068{text[1:-1]}\u2069"
                for name, text in told.items()
            }
            values["fields"] = say("list_separator", lang).join(_label(field, labels, lang) for field in fields)
            return ColumnsSaid(sentence(Message(f"page_transfers_columns_{name}", values), lang), frozenset(fields))
    return None


def _label(field: str, labels: Mapping[str, str], lang: str) -> str:
    return say(labels.get(field, f"page_transfers_field_{field}"), lang)
