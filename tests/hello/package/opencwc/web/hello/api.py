"""The API of hello: a table becomes a job, one name is answered at once."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Request
from opencwc.hello.greeting import greet
from opencwc.web.hello.forms import FORM
from starlette.responses import JSONResponse, Response

from opencwc.finding import finding_to_plain
from opencwc.web.casebook.upload_forms import SUBMITS, job_made
from opencwc.web.server.service import Router

router = Router(tags=["hello"])


@router.get("/api/v1/hello", action="screen")
def answer(name: Annotated[str, Query(max_length=200)]) -> Response:
    """Greet one State."""
    return JSONResponse(finding_to_plain(greet(1, name, date.today().isoformat())))


@router.post("/api/v1/hello/jobs", form=FORM.schema, **SUBMITS)
async def submit(request: Request) -> Response:
    """Keep a table in a case and have its States greeted by the worker."""
    return await FORM.take(request, job_made)
