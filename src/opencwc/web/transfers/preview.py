"""The preview of ledgers or planned shipments: their first rows, and which columns hold which fields."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from opencwc.errors import error_from_plain
from opencwc.finding import Message
from opencwc.jobs.archives import pack_uploads
from opencwc.records import from_plain
from opencwc.transfers.check.shipments import SHIPMENT_FIELDS
from opencwc.transfers.model import LEDGER_COLUMNS
from opencwc.transfers.previews import LEDGERS, SHIPMENTS, preview_uploads
from opencwc.web.casebook.job_page import reason_of
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Service, service_of
from opencwc.web.server.uploads import Uploads, form_of
from opencwc.web.transfers.column_names import CHECK_LABELS, say_columns
from opencwc.web.transfers.forms import given_of, words_of
from opencwc.wording import error_sentences, sentence


class PreviewForm(NamedTuple):
    """What is shown of files: the wish of the sandbox, their fields, and the address and the form that ask again.

    ``labels`` are the fields that are called otherwise than in a ledger.
    """

    do: str
    fields: Sequence[str]
    address: str
    form: str
    labels: Mapping[str, str] = {}


PREVIEW = PreviewForm(LEDGERS, LEDGER_COLUMNS, "/transfers/preview", "#ledgers")
PREVIEW_CHECK = PreviewForm(SHIPMENTS, SHIPMENT_FIELDS, "/transfers/check/preview", "#many", CHECK_LABELS)


async def show_preview_of(request: Request, start: PreviewForm, files_in: Callable[[FormData], Uploads]) -> Response:
    """Show the start of the files of a form, and what their columns are taken for."""
    form = await form_of(request)
    service = service_of(request)
    try:
        uploads, words = files_in(form), words_of(form)
        given = given_of(words, len(uploads))
        previews = await service.answering.run(_previewed, service, start.do, uploads, given)
    finally:
        await form.close()
    lang = language_of(request)
    files = [_file_shown(file, start.labels, lang) for file in previews]
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
        return preview_uploads(do, file, given, network_must_be_cut=must)


def _file_shown(file: Mapping[str, Any], labels: Mapping[str, str], lang: str) -> dict[str, Any]:
    """Return what is shown of a file; ``detail`` are the words of an error that is not known here."""
    shown = {**file, "notes": _notes(file, lang), "says": "", "detail": "", "missing": set(file.get("missing", ()))}
    if file.get("problem"):
        error = error_from_plain(file["problem"])
        if said := say_columns(error, labels, lang):
            shown["says"] = f"{said.says} {sentence('page_transfers_columns_choose', lang)}"
            shown["missing"] = said.fields or shown["missing"]
        elif reason := reason_of(error):
            shown["says"] = sentence(reason, lang)
        else:
            shown["detail"] = " ".join(part for part in error_sentences(error, lang) if part)
    return shown


def _notes(file: Mapping[str, Any], lang: str) -> list[str]:
    return [sentence(from_plain(Message, note), lang) for note in file.get("notes", [])]
