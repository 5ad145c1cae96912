"""The form of a table, as the page and programs send it."""

from __future__ import annotations

from fastapi import Request
from opencwc.hello.verb import VERB
from starlette.responses import Response

from opencwc.web.casebook.uploads_api import Answer, submit_uploads
from opencwc.web.server.uploads import asked_in_case, files_of, form_of, no_file, texts_of


async def take_table(request: Request, answer: Answer) -> Response:
    """Keep the table of a form in its case, make the job, and answer with it."""
    form = await form_of(request)
    try:
        uploads = files_of(form, "file") or no_file("hello_table_missing")
        asked, mark = asked_in_case(texts_of(form, {"case", "mark", "as_of"}), uploads)
        return await submit_uploads(request, VERB.id, uploads, asked, mark, answer)
    finally:
        await form.close()
