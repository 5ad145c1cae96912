"""The form of a register to judge, as pages and programs send it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from opencwc.declarations.law import profiles
from opencwc.declarations.verb import VERB
from opencwc.errors import InputError
from opencwc.web.casebook.upload_forms import SentForm, UploadForm, several_files
from opencwc.web.server.service import Service

YEARS = range(1997, 2101)
MARGINS = range(101)
"""Per cent under a threshold that may be near it."""


def _question(service: Service, sent: SentForm) -> dict[str, Any]:
    known, profile = profiles(), sent.texts.get("profile", "").strip() or "treaty"
    if profile not in known:
        raise InputError("no_such_profile", where="profile", profile=profile, known=tuple(known), guess="")
    return {
        "year": _number(sent.texts, "year", sent.day.year, YEARS),
        "profile": profile,
        "margin": _number(sent.texts, "margin", 10, MARGINS),
    }


def _number(texts: Mapping[str, str], name: str, usual: int, known: range) -> int:
    """Return a number of the form; raise `InputError` where it is none of those that are known."""
    text = texts.get(name, "").strip()
    if not text:
        return usual
    number = int(text) if text.isdecimal() and len(text) < 5 else -1
    if number not in known:
        raise InputError("number_not_between", where=name, text=text, least=known.start, most=known.stop - 1)
    return number


REGISTER = UploadForm(
    VERB,
    {
        "file": several_files(
            "The register: a workbook with the sheets `sites` and `activities`, JSON, a ZIP file of the two tables, or "
            "the two tables."
        )
    },
    missing=partial(InputError, "register_file_missing", where="file"),
    question=_question,
    texts={
        "year": {
            "type": "string",
            "pattern": "^[0-9]{4}$",
            "description": "The calendar year in which declarations fall due; that of the day where left out.",
        },
        "profile": {"type": "string", "description": "`treaty`, or the profile of a State, such as `ESP`."},
        "margin": {"type": "string", "description": "How many per cent under a threshold are near; 10 where left out."},
    },
)
