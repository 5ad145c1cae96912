"""The form of files from which a job of a verb is made, as pages and programs send it; one record a verb.

The files are kept in their case as one source, once, however often the form is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import IO, Any, NamedTuple

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import JSONResponse, Response

from opencwc.casebook.keyed_request import doing
from opencwc.casebook.model import Mark, Person
from opencwc.errors import InputError
from opencwc.jobs.queue import Job
from opencwc.verbs import Verb
from opencwc.web.casebook.faces import face_of
from opencwc.web.casebook.jobs_api import JobAnswer, as_json, parts_of
from opencwc.web.server.api_parameters import answers
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.idempotency import keyed_request, once
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.service import Service, person_of, service_of

MOST_FILES = 12
_MOST_FIELDS = 300
_LONGEST_NAME, _LONGEST_NAMES = 200, 200
Uploads = Sequence[tuple[str, IO[bytes]]]
"""Files with the names they came under."""
SUBMITS: dict[str, Any] = {
    "action": "keep",
    "status_code": 202,
    "takes_key": True,
    "answer": answers("The job, waiting", JobAnswer),
    "problems": (404, 409, 413, 415, 501),
}
"""What every route declares by which a program sends the form of a verb."""
YES = ("yes", "true", "1")
FILE: dict[str, Any] = {"type": "string", "format": "binary"}
YES_OR_NO: dict[str, Any] = {"type": "string", "enum": ["yes", "no"]}
KEEPING: dict[str, Any] = {
    "case": {"type": "string", "description": "The case to keep it in; opened where there is none of this name."},
    "mark": {"type": "string", "enum": [str(mark) for mark in Mark]},
    "as_of": {"type": "string", "format": "date"},
}
"""The texts that every form has."""


def several_files(description: str) -> dict[str, Any]:
    """Return the JSON Schema of a field for one file or more."""
    return {"type": "array", "items": FILE, "minItems": 1, "maxItems": MOST_FILES, "description": description}


class SentForm(NamedTuple):
    """What was sent: the files, the field that each came in, the texts, and the media type of the first file."""

    uploads: Uploads
    fields: tuple[str, ...]
    texts: Mapping[str, str]
    media_type: str = ""

    @property
    def day(self) -> date:
        """The day that was asked for, today where none was; raise `InputError` where it is none."""
        try:
            return date.fromisoformat(self.texts["as_of"]) if self.texts.get("as_of") else date.today()
        except ValueError:
            raise InputError("not_a_date", where="as_of") from None

    def says_yes(self, name: str, usual: str = "") -> bool:
        """Return whether a text says yes."""
        return self.texts.get(name, usual).lower() in YES


@dataclass(frozen=True)
class UploadForm:
    """The form of a verb.

    ``files`` are its fields of files with their JSON Schema, the first of which must be sent: ``missing`` makes the
    error where it is not. ``texts`` are its texts beside `KEEPING`, ``more`` the shape of others
    that it takes, ``required`` those that must be there. ``question`` gives what a job is asked beside its case, its
    day and its files, and raises `InputError` where it cannot be asked. ``completed`` adds to what was sent the files
    of the casebook that it names.
    """

    verb: Verb
    files: Mapping[str, Mapping[str, Any]]
    missing: Callable[[], InputError]
    question: Callable[[Service, SentForm], dict[str, Any]] = lambda service, sent: {}
    completed: Callable[[Service, Person, SentForm], SentForm] = lambda service, person, sent: sent
    texts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    more: re.Pattern[str] | None = None
    required: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the form."""
        return {
            "type": "object",
            "required": [next(iter(self.files)), "case", *self.required],
            "properties": {**self.files, **KEEPING, **self.texts},
        }

    @asynccontextmanager
    async def sent(self, request: Request) -> AsyncIterator[SentForm]:
        """Read what was sent; raise `InputError` where there is no file, or a field that the form does not have."""
        form = await form_of(request)
        try:
            yield self._read(form)
        finally:
            await form.close()

    def _read(self, form: FormData) -> SentForm:
        sent: list[tuple[str, UploadFile]] = []
        for name, schema in self.files.items():
            files = [(name, file) for file in form.getlist(name) if isinstance(file, UploadFile) and file.filename]
            if not files and not sent:
                raise self.missing()
            sent += files if schema["type"] == "array" else files[:1]
        uploads = [(plain_name(file.filename or ""), file.file) for _, file in sent]
        media_type = (sent[0][1].content_type or "")[:100]
        return SentForm(uploads, tuple(name for name, _ in sent), self._texts_of(form), media_type)

    def _texts_of(self, form: FormData) -> dict[str, str]:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        if unfit := sorted(name for name, text in texts.items() if "\0" in text):
            raise InputError("text_with_nul", where=unfit[0][:50])
        known = {*KEEPING, *self.texts}
        if strange := sorted(
            name for name in texts if name not in known and not (self.more and self.more.fullmatch(name))
        ):
            raise InputError("field_unknown", where=strange[0][:50])
        return texts

    def asked(self, service: Service, sent: SentForm) -> tuple[dict[str, Any], Mark]:
        """Return what a job is asked, as it stands in the queue, and the mark of its files."""
        case = sent.texts.get("case", "").strip()
        if not case or len(case) > 200 or not case.isprintable():
            raise InputError("case_name_missing", where="case")
        mark = sent.texts.get("mark") or "unclassified"
        if mark.upper() not in Mark.__members__:
            known = ", ".join(str(mark) for mark in Mark)
            raise InputError("no_such_mark", where="mark", known=known)
        names = [name for name, _ in sent.uploads]
        asked: dict[str, Any] = {"case": case, "name": ", ".join(names)[:_LONGEST_NAMES], "as_of": sent.day.isoformat()}
        if self.verb.many:
            asked["files"] = names
        return asked | self.question(service, sent), Mark[mark.upper()]

    async def take(self, request: Request, answer: Callable[[Job], Response]) -> Response:
        """Read the form, keep its files in their case, make the job, and answer with it."""
        service, person = service_of(request), person_of(request)
        jobs, intake = parts_of(service)
        async with self.sent(request) as first:
            sent = await service.answering.run_for(person.id, self.completed, service, person, first)
            asked, mark = await service.answering.run_for(person.id, self.asked, service, sent)

            async def do() -> Response:
                return answer(
                    await service.answering.run_for(person.id, self.make_job, service, person, sent, asked, mark)
                )

            def rebuild(made: Mapping[str, Any]) -> Response | None:
                return answer(jobs.get(made["job"], person.id)) if "job" in made else None

            digest = await service.answering.run_for(person.id, _digest, sent.uploads, self.verb.id, asked, mark)
            return await once(keyed_request(request, intake.book, person, digest), do, rebuild)

    def make_job(
        self, service: Service, person: Person, sent: SentForm, asked: Mapping[str, Any], mark: Mark
    ) -> Job:  # fmt: skip
        """Keep what was sent in its case and make the job that `asked` tells of."""
        jobs, intake = parts_of(service)
        name, many = sent.uploads[0][0], self.verb.many
        with doing(None):  # what is kept is kept once in any case; the job is what was asked for
            taken = intake.take(
                person, asked["case"], sent.uploads, f"{asked['name']}.zip" if many else name,
                media_type=sent.media_type, mark=mark, packed=many,
            )  # fmt: skip
        limit = service.configuration.jobs_waiting
        return jobs.submit(
            person.id, taken.case_number, taken.source_id, dict(asked), kind=self.verb.id, most_waiting=limit
        )


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


def plain_name(name: str) -> str:
    """Return the name of an uploaded file without folders and without signs that cannot be printed."""
    plain = "".join(sign if sign.isprintable() else "_" for sign in name).replace("\\", "/").rsplit("/", 1)[-1]
    return plain[-_LONGEST_NAME:] or "upload"


def _digest(uploads: Uploads, verb: str, asked: Mapping[str, Any], mark: Mark) -> str:
    digest = sha256(json.dumps([verb, asked, str(mark)], sort_keys=True).encode())
    for _, file in uploads:
        file.seek(0)
        while part := file.read(1 << 20):
            digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def job_made(job: Job) -> Response:
    """Answer a program with the job that was made."""
    return JSONResponse(as_json(job), 202, {"Location": f"/api/v1/jobs/{job.id}"})


def leading_to_job(job: Job) -> Response:
    """Lead a page to that of the job that was made."""
    return leading_to(f"{face_of(job.kind).jobs}/{job.id}")


def upload_values(request: Request) -> dict[str, Any]:
    """Return what a form for files shows: the marks that the person may set, and the day."""
    return {"marks": [mark for mark in Mark if mark <= person_of(request).clearance], "today": date.today()}
