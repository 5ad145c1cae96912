"""The preview of a register before it is judged: what its columns are taken for, its first rows, its faults by cell."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from opencwc.declarations.phrases import FIELD_LABELS
from opencwc.declarations.previews import preview_register
from opencwc.declarations.register_words import fields_of
from opencwc.errors import OpenCWCError, error_from_plain
from opencwc.finding import Message, Value
from opencwc.jobs.archives import pack_uploads
from opencwc.records import from_plain
from opencwc.web.casebook.upload_forms import Uploads
from opencwc.web.declarations.forms import REGISTER, given_of, register_alone
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Service, person_of, service_of
from opencwc.wording import error_sentences, say, sentence

_WRONG = {"two_columns_fit": "two", "column_fits_two_fields": "shared", "no_such_column": "gone"}
"""The messages ``page_transfers_columns_...`` by the codes of errors; both have the same values."""


async def show_preview(request: Request) -> Response:
    """Show the start of the register that was dropped, and what its columns are taken for."""
    service, person, lang = service_of(request), person_of(request), language_of(request)
    async with REGISTER.sent(request) as sent:
        given = given_of(sent.texts)
        register = await service.answering.run_for(person.id, _previewed, service, register_alone(sent).uploads, given)
    problems = [_problem_shown(problem) for problem in register.get("problems", [])]
    return page(
        request, "declarations/preview.html", tables=[_table_shown(table, lang) for table in register["tables"]],
        given=given, labels=FIELD_LABELS, problems=problems, problem_count=register.get("problem_count", 0),
        sites=register.get("sites", 0), activities=register.get("activities", 0),
        wrong=_words_of(register.get("problem"), lang),
    )  # fmt: skip


def _previewed(service: Service, uploads: Uploads, given: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    must = service.configuration.job_network_must_be_cut
    with tempfile.TemporaryFile(prefix="opencwc-preview-") as file:
        pack_uploads(uploads, file)
        return preview_register(file, given, network_must_be_cut=must)


def _table_shown(table: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return what is shown of a table; ``needed`` are the fields for which a column has to be chosen."""
    needed = set(table["missing"])
    wrong = _words_of(table["problem"], lang)
    if table["problem"]:
        error = error_from_plain(table["problem"])
        needed |= {str(error.values[name]) for name in ("field", "beside") if name in error.values}
    elif needed:
        fields = say("list_separator", lang).join(label_of(field, lang) for field in table["missing"])
        wrong = sentence(Message("page_transfers_columns_missing", {"fields": fields}), lang)
    return {**table, "fields": tuple(fields_of(table["kind"])), "needed": needed, "wrong": wrong}


def _words_of(problem: dict[str, Any] | None, lang: str) -> str:
    """Say what is wrong, in the words of the boxes on the page where it is about columns; empty where nothing is."""
    if not problem:
        return ""
    error = error_from_plain(problem)
    if error.code in _WRONG:
        return sentence(Message(f"page_transfers_columns_{_WRONG[error.code]}", _values_of(error, lang)), lang)
    return " ".join(part for part in error_sentences(error, lang) if part)


def _values_of(error: OpenCWCError, lang: str) -> dict[str, Value]:
    return {
        name: label_of(str(value), lang) if name in ("field", "beside") else f"\u2068{value}\u2069"
        for name, value in error.values.items()
    }


def label_of(field: str, lang: str) -> str:
    """Return what a field of a register is called on the page; a further column is called as it is."""
    return say(FIELD_LABELS[field], lang) if field in FIELD_LABELS else field


def _problem_shown(problem: Mapping[str, Any]) -> dict[str, Any]:
    place = problem["place"]
    return {
        **problem, "says": from_plain(Message, problem["says"]),
        "place": from_plain(Message, place) if isinstance(place, dict) else place,
    }  # fmt: skip
