"""The form of a State's texts, as pages and programs send it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from opencwc.casebook.model import Mark
from opencwc.errors import InputError, SettingsError
from opencwc.legislation.law_check import see_that_measures_hold
from opencwc.legislation.states import known_state
from opencwc.legislation.verb import VERB as LAW
from opencwc.web.casebook.uploads_api import Answer, submit_uploads
from opencwc.web.convention.measures import measures_of
from opencwc.web.server.service import service_of
from opencwc.web.server.uploads import Uploads, asked_in_case, files_of, form_of, no_file, texts_of

KNOWN_WORDS = frozenset({"case", "mark", "as_of", "model", "state", "trial", "shelf"})
_YES = ("yes", "true", "1")


def texts_sent(form: FormData) -> Uploads:
    """Return the texts of a form; raise `InputError` where there are none."""
    return files_of(form, "file") or no_file("law_file_missing")


def asked_of_texts(words: Mapping[str, str], uploads: Uploads) -> tuple[dict[str, Any], Mark]:
    """Return the question of a job over a State's texts as it stands in the queue, and its mark.

    The model takes part unless the form says no, as for the command.
    """
    asked, mark = asked_in_case(words, uploads)
    model = words.get("model", "yes").lower() in _YES
    asked |= {"state": state_of_form(words.get("state", "")), "model": model}
    see_that_measures_hold(date.fromisoformat(asked["as_of"]), measures_of)
    return asked | {name: True for name in ("trial", "shelf") if words.get(name, "").lower() in _YES}, mark


def state_of_form(text: str) -> str:
    """Return the alpha-3 code of the State that a form names, by its code or its name; raise `InputError` for none."""
    try:
        if text.strip():
            return known_state(text.strip())
    except SettingsError as error:
        raise InputError("no_such_state_on_form", where="state", **error.values) from None
    raise InputError("state_missing", where="state")


async def take_texts(request: Request, answer: Answer) -> Response:
    """Read the form of a State's texts, keep them in their case, make the job, and answer with it."""
    form = await form_of(request)
    try:
        uploads = texts_sent(form)
        words = texts_of(form, KNOWN_WORDS)
        asked, mark = await service_of(request).answering.run(asked_of_texts, words, uploads)
        return await submit_uploads(request, LAW.id, uploads, asked, mark, answer)
    finally:
        await form.close()
