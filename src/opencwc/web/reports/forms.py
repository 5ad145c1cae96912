"""The form of files of reports, as pages and programs send it."""

from __future__ import annotations

from functools import partial

from opencwc.errors import InputError
from opencwc.reports.verb import VERB as WATCH
from opencwc.web.casebook.upload_forms import UploadForm, several_files

FORM = UploadForm(
    WATCH,
    {"file": several_files("Reports: JSON Lines, feeds, saved pages, documents, e-mail, web archives, tables.")},
    missing=partial(InputError, "watch_file_missing", where="file"),
)
