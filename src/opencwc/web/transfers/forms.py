"""The forms of ledgers to reconcile and of planned shipments to check, as pages and programs send them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from opencwc.casebook.model import Mark
from opencwc.errors import InputError
from opencwc.transfers.check.reader import CERTIFICATES, MOST_KEPT, NAMES, SHIPMENTS
from opencwc.transfers.check.shipments import SHIPMENT_FIELDS
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.model import LEDGER_COLUMNS
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.web.casebook.upload_forms import FILE, YES_OR_NO, SentForm, UploadForm, several_files
from opencwc.web.server.api_parameters import names_of
from opencwc.web.server.service import Service

_LONGEST_COLUMN = 300
MAPPED = tuple(dict.fromkeys((*LEDGER_COLUMNS, *SHIPMENT_FIELDS)))
_COLUMN = re.compile(rf"map-\d{{1,2}}-(?:{'|'.join(MAPPED)})")


def roles_of(sent: SentForm) -> tuple[str, ...]:
    """Return what each file of a check is: shipments, certificates at hand, a list of names."""
    return tuple(SHIPMENTS if field == "file" else field for field in sent.fields)


def given_of(words: Mapping[str, str], files: int) -> list[dict[str, str]]:
    """Return which column of each file the person named for a field: ``map-1-quantity`` is that of the first file.

    >>> given_of({"map-1-quantity": "Weight", "map-1-unit": "", "map-2-unit": "=kg"}, 2)
    [{'quantity': 'Weight'}, {'unit': '=kg'}]
    """
    given: list[dict[str, str]] = []
    for number in range(1, files + 1):
        named = {field: words.get(f"map-{number}-{field}", "").strip()[:_LONGEST_COLUMN] for field in MAPPED}
        given.append({field: column for field, column in named.items() if column})
    return given


def _asked_of_ledgers(service: Service, sent: SentForm) -> dict[str, Any]:
    return {"given": given_of(sent.texts, len(sent.uploads)), "model": sent.says_yes("model")}


def _asked_of_shipments(service: Service, sent: SentForm) -> dict[str, Any]:
    lists, mark = names_of(sent.texts.get("lists", "")), sent.texts.get("mark", "").lower()
    service.answering.screener(sent.day, lists)  # which knows the lists
    return {
        "given": given_of(sent.texts, 1), "roles": list(roles_of(sent)), "lists": list(lists),
        "mark": "" if mark == str(Mark.UNCLASSIFIED) else mark,
    }  # fmt: skip


def _columns_of_first(fields: Sequence[str], more: str = "") -> dict[str, Any]:
    return {
        f"map-1-{field}": {
            "type": "string",
            "description": f"The column of the first file with `{field}`, or `=` and a value for all lines{more}.",
        }
        for field in fields
    }


LEDGERS = UploadForm(
    RECONCILE,
    {"file": several_files("Ledgers: one with both sides, or one for each State; also UN Comtrade's own columns.")},
    missing=partial(InputError, "ledger_file_missing", where="file"),
    question=_asked_of_ledgers,
    texts={
        "model": YES_OR_NO
        | {"description": "Whether the model proposes causes and order, where it is switched on; else rules do."},
        **_columns_of_first(LEDGER_COLUMNS, "; `map-2-...` for the second file"),
    },
    more=_COLUMN,
)
PLANNED = UploadForm(
    CHECK,
    {
        "file": FILE | {"description": f"Planned shipments as a table, up to {MOST_KEPT:,}."},
        CERTIFICATES: FILE | {"description": "End-use certificates at hand, as a table."},
        NAMES: FILE
        | {
            "description": "A list of names to hold consignees and end users against: OpenSanctions `targets.simple`, "
            "or FollowTheMoney entities as CSV or JSON lines."
        },
    },
    missing=partial(InputError, "shipments_file_missing", where="file"),
    question=_asked_of_shipments,
    texts={
        "lists": {
            "type": "string",
            "description": "Lists to check, such as `CWC,AG`; the Convention's where left out.",
        },
        **_columns_of_first(SHIPMENT_FIELDS),
    },
    more=_COLUMN,
)
