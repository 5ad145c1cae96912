"""The form of files of reports, as pages and programs send it."""

from __future__ import annotations

from functools import partial

from opencwc.errors import InputError
from opencwc.reports.verb import VERB as WATCH
from opencwc.web.casebook.upload_forms import UploadForm, several_files

FORM = UploadForm(
    WATCH,
    {"file": several_files("Files of reports, such as JSON Lines with id, published, source, url, lang, title, text.")},
    missing=partial(InputError, "watch_file_missing", where="file"),
)
