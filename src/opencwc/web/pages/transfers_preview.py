"""The start of ledgers or of planned shipments before they are sent: what their columns are taken for, to change it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from opencwc.finding import message_from_plain
from opencwc.transfers.model import LEDGER_COLUMNS
from opencwc.transfers.shipments import SHIPMENT_FIELDS
from opencwc.web.pages.job import reason_of
from opencwc.web.pages.page import language_of, page
from opencwc.web.service import Service, service_of
from opencwc.web.transferring import Asked, previewed
from opencwc.web.transferring_forms import given_of, words_of
from opencwc.web.uploads import Uploads, form_of, pack_uploads
from opencwc.wording import sentence


class Start(NamedTuple):
    """What is shown of files: the wish of the sandbox, their fields, and the address and the form that ask again.

    ``labels`` are the fields that are called otherwise than in a ledger.
    """

    do: str
    fields: Sequence[str]
    address: str
    form: str
    labels: Mapping[str, str] = {}


PREVIEW = Start("preview", LEDGER_COLUMNS, "/transfers/preview", "#ledgers")
PREVIEW_CHECK = Start(
    "preview_check", SHIPMENT_FIELDS, "/transfers/check/preview", "#many",
    {
        "id": "page_transfers_shipment", "from": "page_transfers_from", "to": "page_transfers_to",
        "via": "page_transfers_via", "consignee": "papers_consignee", "end_user": "page_transfers_end_user",
        "date": "page_transfers_ships_on", "purpose": "page_transfers_purpose", "packing": "page_transfers_packing",
        "retransfer_of": "page_transfers_retransfer", "papers": "page_transfers_papers",
    },
)  # fmt: skip


async def show_start(request: Request, start: Start, files_in: Callable[[FormData], Uploads]) -> Response:
    """Show the start of the files of a form, and what their columns are taken for."""
    form = await form_of(request)
    service = service_of(request)
    try:
        uploads, words = files_in(form), words_of(form)
        given = given_of(words, len(uploads))
        found = await service.answering.run(_previewed, service, start.do, uploads, given)
    finally:
        await form.close()
    lang = language_of(request)
    files = [{**one, "said": _said(one.get("problem"), lang), "notes": _notes(one, lang)} for one in found]
    return page(
        request, "transfers/preview.html", files=files, fields=start.fields, labels=start.labels, given=given,
        address=start.address, form=start.form,
    )  # fmt: skip


def _previewed(
    service: Service, do: str, uploads: Uploads, given: Sequence[Mapping[str, str]]
) -> list[dict[str, Any]]:  # fmt: skip
    must = service.configuration.job_network_must_be_cut
    with tempfile.TemporaryFile(prefix="opencwc-preview-") as file:
        pack_uploads(uploads, file)
        return previewed(file, Asked(do, date.today(), given, network_must_be_cut=must))


def _said(problem: Mapping[str, str] | None, lang: str) -> tuple[str, str] | None:
    """Return what was wrong with a file: in the reader's language where known, and in the words of the error."""
    if not problem:
        return None
    reason = reason_of(problem["what"])
    detail = f"{problem['what']} {problem['remedy']}".strip()
    return (sentence(reason, lang) if reason else "", detail)


def _notes(told: Mapping[str, Any], lang: str) -> list[str]:
    return [sentence(message_from_plain(one), lang) for one in told.get("notes", [])]
