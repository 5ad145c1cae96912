"""The form of a table, as the page and programs send it."""

from __future__ import annotations

from functools import partial

from opencwc.hello.verb import VERB

from opencwc.errors import InputError
from opencwc.web.casebook.upload_forms import FILE, UploadForm

FORM = UploadForm(
    VERB,
    {"file": FILE | {"description": "A table with a column 'state'."}},
    missing=partial(InputError, "hello_table_missing", where="file"),
)
