"""The preview of ledgers or planned shipments: their first rows, and which columns hold which fields."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import Request
from starlette.responses import Response

from opencwc.errors import error_from_plain
from opencwc.finding import Message
from opencwc.jobs.archives import pack_uploads
from opencwc.records import from_plain
from opencwc.transfers.check.shipments import SHIPMENT_FIELDS
from opencwc.transfers.model import LEDGER_COLUMNS
from opencwc.transfers.previews import LEDGERS, SHIPMENTS, preview_uploads
from opencwc.web.casebook.job_page import reason_of
from opencwc.web.casebook.upload_forms import UploadForm, Uploads
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Service, person_of, service_of
from opencwc.web.transfers import forms
from opencwc.web.transfers.column_names import CHECK_LABELS, say_columns
from opencwc.wording import error_sentences, sentence


class PreviewForm(NamedTuple):
    """What is shown of files: their form, the wish of the sandbox, their fields, the address and the form to ask again.

    ``labels`` are the fields that are called otherwise than in a ledger. Of the files of a check only the first has
    columns to map.
    """

    files: UploadForm
    do: str
    fields: Sequence[str]
    address: str
    form: str
    labels: Mapping[str, str] = {}


PREVIEW = PreviewForm(forms.LEDGERS, LEDGERS, LEDGER_COLUMNS, "/transfers/preview", "#ledgers")
PREVIEW_CHECK = PreviewForm(
    forms.PLANNED, SHIPMENTS, SHIPMENT_FIELDS, "/transfers/check/preview", "#many", CHECK_LABELS
)


async def show_preview_of(request: Request, start: PreviewForm) -> Response:
    """Show the start of the files of a form, and what their columns are taken for."""
    service, person, lang = service_of(request), person_of(request), language_of(request)
    async with start.files.sent(request) as sent:
        uploads = [upload for upload, field in zip(sent.uploads, sent.fields, strict=True) if field == "file"]
        given = forms.given_of(sent.texts, len(uploads))
        previews = await service.answering.run_for(person.id, _previewed, service, start.do, uploads, given)
    files = [_file_shown(file, start.labels, lang) for file in previews]
    return page(
        request, "transfers/preview.html", files=files, fields=start.fields, labels=start.labels, given=given,
        address=start.address, form=start.form, shipments=start.do == SHIPMENTS,
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
        if wrong_columns := say_columns(error, labels, lang):
            shown["says"] = f"{wrong_columns.says} {sentence('page_transfers_columns_choose', lang)}"
            shown["missing"] = wrong_columns.fields or shown["missing"]
        elif reason := reason_of(error):
            shown["says"] = sentence(reason, lang)
        else:
            shown["detail"] = " ".join(part for part in error_sentences(error, lang) if part)
    return shown


def _notes(file: Mapping[str, Any], lang: str) -> list[str]:
    return [sentence(from_plain(Message, note), lang) for note in file.get("notes", [])]
