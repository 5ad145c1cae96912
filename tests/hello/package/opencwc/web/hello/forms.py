"""The form of a table, as the page and programs send it."""

from __future__ import annotations

from opencwc.hello.verb import VERB

from opencwc.web.casebook.upload_forms import FILE, UploadForm

FORM = UploadForm(
    VERB,
    {"file": FILE | {"description": "A table with a column 'state'."}},
    missing=("table_file_missing", "Choose a table of States."),
)
