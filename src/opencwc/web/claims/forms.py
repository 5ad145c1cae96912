"""The form of reports and a record, as pages and programs send it."""

from __future__ import annotations

from functools import partial
from typing import Any

from opencwc.claims.verb import VERB as CLAIMS
from opencwc.errors import InputError
from opencwc.web.casebook.upload_forms import SentForm, UploadForm, several_files
from opencwc.web.claims.run_as_record import RECORD_OF, with_kept_record
from opencwc.web.server.service import Service


def _asked(service: Service, sent: SentForm) -> dict[str, Any]:
    if "record" not in sent.fields:
        raise InputError("claims_record_not_given", where="record")
    return {"roles": list(sent.fields)}


FORM = UploadForm(
    CLAIMS,
    {
        "file": several_files("Reports: JSON Lines, feeds, saved pages, documents, e-mail, web archives, tables."),
        "record": several_files(
            "What the record says: a table with `id,date,statement,source,lang`, events of reports, a ledger of trade, "
            "a register, a declaration, or ClaimReview."
        ),
    },
    missing=partial(InputError, "watch_file_missing", where="file"),
    question=_asked,
    completed=with_kept_record,
    texts={
        RECORD_OF: {
            "type": "string",
            "pattern": "^(|(claims|watch|declare|reconcile)-[0-9]{1,18})$",
            "description": "A record that the casebook holds: `watch-12` for the events of run 12, a register, "
            "ledgers, or the record of an earlier comparison.",
        }
    },
)
