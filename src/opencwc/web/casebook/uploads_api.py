"""Make a job of a form of uploads: keep them in their case as one source, once, however often the form is sent."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from fastapi import Request
from starlette.responses import JSONResponse, Response

from opencwc.casebook.answered_keys import AnsweredKeys
from opencwc.casebook.model import Mark
from opencwc.jobs.archives import pack_uploads
from opencwc.jobs.queue import Job
from opencwc.web.casebook.jobs_api import as_json, parts_of
from opencwc.web.server.idempotency import once
from opencwc.web.server.service import person_of, service_of
from opencwc.web.server.uploads import Uploads

Answer = Callable[[Job], Response]
"""How a request is answered once its job is made."""


async def submit_uploads(
    request: Request,
    kind: str,
    uploads: Uploads,
    asked: dict[str, Any],
    mark: Mark,
    answer: Answer,
) -> Response:
    """Keep uploads as one source of their case, make the job of a kind over them, and answer with it."""
    service = service_of(request)
    person = person_of(request)
    jobs, intake = parts_of(service)

    def keep() -> Job:
        with tempfile.TemporaryFile(prefix="opencwc-uploads-") as file:
            pack_uploads(uploads, file)
            taken = intake.take(person, str(asked["case"]), file, f"{asked['name']}.zip", "application/zip", mark)
        limit = service.configuration.jobs_waiting
        return jobs.submit(person.id, taken.case_number, taken.source_id, asked, kind=kind, most_waiting=limit)

    async def do() -> Response:
        return answer(await service.answering.run(keep))

    digest = await service.answering.run(_digest, uploads, kind, asked, mark)
    return await once(request, AnsweredKeys(intake.book.engine), person, digest, do)


def _digest(uploads: Uploads, kind: str, asked: dict[str, Any], mark: Mark) -> str:
    digest = sha256(json.dumps([kind, asked, str(mark)], sort_keys=True).encode())
    for _, file in uploads:
        file.seek(0)
        while part := file.read(1 << 20):
            digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def job_made(job: Job) -> Response:
    """Answer with a job that was made."""
    return JSONResponse(as_json(job), 202, {"Location": f"/api/v1/jobs/{job.id}"})
