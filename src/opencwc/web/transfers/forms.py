"""The forms of ledgers to reconcile and of planned shipments to check, as pages and programs send them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

from opencwc.casebook.model import Mark
from opencwc.transfers.check.reader import CERTIFICATES, NAMES, SHIPMENTS
from opencwc.transfers.check.shipments import SHIPMENT_FIELDS
from opencwc.transfers.model import LEDGER_COLUMNS
from opencwc.web.server.api_parameters import names_of
from opencwc.web.server.uploads import Uploads, asked_in_case, files_of, no_file, texts_of

_LONGEST_COLUMN = 300
KNOWN_WORDS = frozenset({"case", "mark", "as_of", "model", "lists"})
MAPPED = tuple(dict.fromkeys((*LEDGER_COLUMNS, *SHIPMENT_FIELDS)))
_COLUMN = re.compile(rf"map-\d{{1,2}}-(?:{'|'.join(MAPPED)})")


def ledgers_of(form: FormData) -> Uploads:
    """Return the ledgers of a form; raise `InputError` where there are none."""
    return files_of(form, "file") or no_file("ledger_file_missing")


def shipments_of(form: FormData) -> tuple[Uploads, tuple[str, ...]]:
    """Return the files of a check, and what each is: shipments, certificates at hand, a list of names.

    Raises `InputError` where there are no shipments among them.
    """
    uploads = list(files_of(form, "file")[:1] or no_file("shipments_file_missing"))
    roles = [SHIPMENTS]
    for role in (CERTIFICATES, NAMES):
        if beside := files_of(form, role)[:1]:
            uploads += beside
            roles.append(role)
    return uploads, tuple(roles)


def words_of(form: FormData) -> dict[str, str]:
    """Return the texts of a form."""
    return texts_of(form, KNOWN_WORDS, _COLUMN)


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


def asked_of_ledgers(words: Mapping[str, str], uploads: Uploads) -> tuple[dict[str, Any], Mark]:
    """Return the question of a job of reconciliation as it stands in the queue, and its mark."""
    asked, mark = asked_in_case(words, uploads)
    model = words.get("model", "").lower() in ("yes", "true", "1")
    return {**asked, "given": given_of(words, len(uploads)), "model": model}, mark


def asked_of_shipments(
    words: Mapping[str, str], uploads: Uploads, roles: Sequence[str]
) -> tuple[dict[str, Any], Mark]:  # fmt: skip
    """Return the question of a job that checks shipments as it stands in the queue, and its mark."""
    asked, mark = asked_in_case(words, uploads)
    lists = list(names_of(words.get("lists", "")))
    return {
        **asked,
        "given": given_of(words, 1),
        "roles": list(roles),
        "lists": lists,
        "mark": "" if mark is Mark.UNCLASSIFIED else str(mark),
    }, mark
