"""The form of a table of chemicals, or of a document that mentions some, as pages and programs send it."""

from __future__ import annotations

from functools import partial
from typing import Any, get_args

from opencwc.errors import InputError, SettingsError
from opencwc.screening.documents import is_document_by
from opencwc.screening.verb import VERB as SCREEN
from opencwc.web.casebook.upload_forms import FILE, SentForm, UploadForm
from opencwc.web.server.api_parameters import Kind, names_of
from opencwc.web.server.service import Service

KIND_BYTES = 4_096


def _question(service: Service, sent: SentForm) -> dict[str, Any]:
    """Return what is asked of a file; raise `SettingsError` for an unknown kind or list."""
    texts = {name: sent.texts.get(name, "") for name in ("column", "id_column")}
    kind = sent.texts.get("kind") or "auto"
    if kind not in get_args(Kind):
        raise SettingsError("job_kind_unknown", where="kind", known=tuple(get_args(Kind)))
    (name, file), *_ = sent.uploads
    if kind == "auto" and not texts["column"].strip() and is_document_by(name, file.read(KIND_BYTES)):
        kind = "text"
    lists = names_of(sent.texts.get("lists", ""))
    service.answering.screener(sent.day, lists)  # which knows the lists
    return {"lists": list(lists), "kind": kind, **texts}


TEXT: dict[str, Any] = {"type": "string"}
FORM = UploadForm(
    SCREEN,
    {
        "file": FILE
        | {
            "description": "A table of chemicals, or a document that mentions some "
            "(PDF, DOCX, ODT, RTF, HTML, EML, MBOX, or a ZIP of documents)."
        }
    },
    missing=partial(InputError, "file_missing_in_form", where="file"),
    question=_question,
    texts={
        "lists": TEXT,
        "kind": {
            "type": "string",
            "enum": list(get_args(Kind)),
            "description": "`text` reads a file whole, or the column that is named, for what it mentions; "
            "a document is always read so.",
        },
        "column": TEXT,
        "id_column": TEXT,
    },
)
