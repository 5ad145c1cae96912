"""The form of a State's texts, as pages and programs send it."""

from __future__ import annotations

from functools import partial
from typing import Any

from opencwc.errors import InputError, SettingsError
from opencwc.legislation.law_check import see_that_measures_hold
from opencwc.legislation.states import known_state
from opencwc.legislation.verb import VERB as LAW
from opencwc.web.casebook.upload_forms import YES_OR_NO, SentForm, UploadForm, several_files
from opencwc.web.convention.measures import measures_of
from opencwc.web.server.service import Service


def _question(service: Service, sent: SentForm) -> dict[str, Any]:
    """Return what is asked of the texts; the model takes part unless the form says no, as for the command."""
    asked = {"state": state_of_form(sent.texts.get("state", "")), "model": sent.says_yes("model", usual="yes")}
    see_that_measures_hold(sent.day, measures_of)
    return asked | {name: True for name in ("trial", "shelf") if sent.says_yes(name)}


def state_of_form(text: str) -> str:
    """Return the alpha-3 code of the State that a form names, by its code or its name; raise `InputError` for none."""
    try:
        if text.strip():
            return known_state(text.strip())
    except SettingsError as error:
        raise InputError("no_such_state_on_form", where="state", **error.values) from None
    raise InputError("state_missing", where="state")


FORM = UploadForm(
    LAW,
    {"file": several_files("All texts of one State that belong together: PDF, DOCX, HTML or plain text.")},
    missing=partial(InputError, "law_file_missing", where="file"),
    question=_question,
    texts={
        "state": {"type": "string", "description": "The State, by its alpha-3 code or its name."},
        "model": YES_OR_NO
        | {
            "default": "yes",
            "description": "Whether the model proposes verdicts, where it is switched on; else rules do.",
        },
        "trial": YES_OR_NO | {"description": "Whether this is a trial, which leaves the shelf of States as it is."},
        "shelf": YES_OR_NO
        | {
            "description": "Whether it takes its place on the shelf also where plain rules make it and the one that"
            " stands there has decisions."
        },
    },
    required=("state",),
)
