"""A version of a submission as pages and programs send it: its files, read in a confined process, then frozen."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import Field
from starlette.datastructures import FormData, UploadFile

from opencwc.casebook.submission_states import State
from opencwc.casebook.submissions import (
    Amendment,
    Submission,
    Version,
    VersionFile,
    add_version,
    show_submission,
)
from opencwc.declarations.amounts import Amounts
from opencwc.declarations.confined_amounts import read_amounts
from opencwc.declarations.handed_in import Unfit
from opencwc.errors import InputError
from opencwc.jobs.archives import one_or_all, packed_uploads
from opencwc.web.casebook.upload_forms import Uploads, form_of, plain_name, several_files
from opencwc.web.server.api_parameters import Closed, Day
from opencwc.web.server.htmx_headers import asked_of
from opencwc.web.server.service import book_of, person_of, service_of

_TEXT: dict[str, Any] = {"type": "string", "maxLength": 5_000}
VERSION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": several_files(
            "A register, or one declaration as XML, JSON or XLSX; a PDF of it may come beside it and is kept as it is."
        ),
        "seen": {
            "type": "string", "pattern": "^[0-9]{1,18}$",
            "description": "`last` of the submission as you saw it; refused where somebody has acted since.",
        },
        "changes": _TEXT | {"description": "What changed against the version before; needed but for the first."},
        "why": _TEXT | {"description": "Why an amendment is made; needed for one."},
        "of": {"type": "string", "enum": ["data", "company", "inspection"]},
        "day": {"type": "string", "format": "date", "description": "The day that an amendment's time counts from."},
    },
}  # fmt: skip


class VersionForm(Closed):
    """What is said with a file; ``why``, ``of`` and ``day`` belong to an amendment."""

    seen: Annotated[int | None, Field(ge=0)] = None
    changes: Annotated[str, Field(max_length=5_000)] = ""
    why: Annotated[str, Field(max_length=5_000)] = ""
    of: Literal["data", "company", "inspection"] = "data"
    day: Day | None = None


async def keep_sent(request: Request, number: int) -> tuple[Version, Amounts] | Unfit:
    """Freeze the files that a form sends as the next version; a declaration off its form is given back, and not kept.

    Raises:
        ConflictError, InputError, NotFoundError: as `add_version` and `read_amounts` do.

    """
    service, person = service_of(request), person_of(request)
    form = await form_of(request)
    try:
        return await service.answering.run_for(person.id, _keep, request, number, form)
    finally:
        await form.close()


def _keep(request: Request, number: int, form: FormData) -> tuple[Version, Amounts] | Unfit:
    book, person = book_of(request), person_of(request)
    submission = show_submission(book, person, number).submission  # who may not see it has nothing read
    texts = {name: value for name, value in form.items() if isinstance(value, str) and value}
    asked = asked_of(VersionForm, **texts)
    files = [file for file in form.getlist("file") if isinstance(file, UploadFile) and file.filename]
    if not files:
        raise InputError("register_file_missing", where="file")
    return keep_files(request, submission, [(plain_name(file.filename or ""), file.file) for file in files], asked)


def keep_files(
    request: Request, submission: Submission, uploads: Uploads, asked: VersionForm
) -> tuple[Version, Amounts] | Unfit:
    """Freeze files as the next version of a submission, once they are read in a confined process."""
    book, person, service = book_of(request), person_of(request), service_of(request)
    question = {"year": submission.year, "profile": submission.profile, "as_of": date.today().isoformat()}
    with packed_uploads(uploads) as archive:
        must = service.configuration.job_network_must_be_cut
        read = read_amounts(archive, question, network_must_be_cut=must)
        if isinstance(read, Unfit):
            return read
        name, stream = one_or_all(uploads, archive)
        amendment = None
        if submission.state is State.SUBMITTED:
            amendment = Amendment(asked.why, asked.of, asked.day or date.today())
        file = VersionFile(name, stream, read)
        seen, changes = asked.seen, asked.changes
        version = add_version(book, person, submission.seq, file, changes=changes, amendment=amendment, seen=seen)
        return version, read
