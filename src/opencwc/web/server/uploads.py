"""Several files in one form, as pages and programs send them: their names, their case, and the archive they become."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import IO, Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from opencwc.casebook.model import Mark
from opencwc.errors import InputError
from opencwc.web.server.problems import HttpProblem

MOST_FILES = 12
_MOST_FIELDS = 300
_LONGEST_NAME, _LONGEST_NAMES = 100, 100
Uploads = Sequence[tuple[str, IO[bytes]]]
"""Files with the names they came under."""


async def form_of(request: Request) -> FormData:
    """Read a form with files."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HttpProblem(415, "no-such-kind", "no_file_in_form", where="Content-Type")
    try:
        return await request.form(max_files=MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=10_000)
    except (MultiPartException, HTTPException) as error:
        if isinstance(error, HTTPException) and error.status_code != 400:  # a body that is longer than it may be
            raise
        reason = str(getattr(error, "message", "") or getattr(error, "detail", ""))
        if "Too many files" in reason:
            raise InputError("too_many_files", where="file", most=MOST_FILES) from error
        raise InputError("file_form_unreadable", where="file", most=MOST_FILES) from error


def texts_of(form: FormData, known: Set[str], more: re.Pattern[str] | None = None) -> dict[str, str]:
    """Return the texts of a form; raise `InputError` for a field that is neither known nor of the shape of ``more``."""
    words = {name: value for name, value in form.items() if isinstance(value, str)}
    if unfit := sorted(name for name, word in words.items() if "\0" in word):
        raise InputError("text_with_nul", where=unfit[0][:50])
    strange = sorted(name for name in words if name not in known and not (more and more.fullmatch(name)))
    if strange:
        raise InputError("field_unknown", where=strange[0][:50])
    return words


def day_of(words: Mapping[str, str]) -> date:
    """Return the day of a form, today where it names none."""
    try:
        return date.fromisoformat(words["as_of"]) if words.get("as_of") else date.today()
    except ValueError:
        raise InputError("not_a_date", where="as_of") from None


def asked_in_case(words: Mapping[str, str], uploads: Uploads) -> tuple[dict[str, Any], Mark]:
    """Return what every job over uploads is asked with (its case, its day, its files), and the mark of the uploads."""
    case = words.get("case", "").strip()
    if not case or len(case) > 200 or not case.isprintable():
        raise InputError("case_name_missing", where="case")
    mark = words.get("mark") or "unclassified"
    if mark.upper() not in Mark.__members__:
        known = ", ".join(str(mark) for mark in Mark)
        raise InputError("no_such_mark", where="mark", known=known)
    names = [name for name, _ in uploads]
    asked = {"case": case, "name": ", ".join(names)[:_LONGEST_NAMES], "as_of": day_of(words).isoformat()}
    return {**asked, "files": names}, Mark[mark.upper()]


def files_of(form: FormData, field: str) -> Uploads:
    """Return the files of a field, under plain names."""
    uploads = [upload for upload in form.getlist(field) if isinstance(upload, UploadFile) and upload.filename]
    return [(_plain_name(upload.filename or ""), upload.file) for upload in uploads]


def no_file(code: str) -> Uploads:
    """Raise `InputError`: there is no file."""
    raise InputError(code, where="file")


def _plain_name(name: str) -> str:
    plain = "".join(sign if sign.isprintable() else "_" for sign in name).replace("\\", "/").rsplit("/", 1)[-1]
    return plain[-_LONGEST_NAME:] or "upload"
