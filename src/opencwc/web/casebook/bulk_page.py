"""One decision for many findings: the preview of what will be decided, the decision, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import parse_qs

from fastapi import Form, Request
from pydantic import Field
from starlette.responses import Response

from opencwc.casebook.bulk_decisions import IN_BULK, decide_bulk, preview_bulk, undo_bulk
from opencwc.casebook.model import UNDECIDED, Filter, Outcome
from opencwc.casebook.units import list_units
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.web.casebook.run_summary import FindingFilter
from opencwc.web.casebook.unit_list import lines_of
from opencwc.web.server.api_parameters import Closed, Number
from opencwc.web.server.htmx_headers import announcing
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import number_said, say

router = Router(include_in_schema=False)
MOST_SHOWN = 12
"""Units that a preview shows."""


class PreviewForm(Closed):
    """Which findings: those of the chosen units, or with ``scope`` ``all`` every one that the filter finds."""

    filter: Annotated[str, Field(max_length=30_000)] = ""
    scope: Literal["selected", "all"] = "selected"
    unit: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=1_000, default_factory=list)]
    two_people: bool = False


class BulkForm(PreviewForm):
    """A decision on what the preview showed, which ``digest`` names."""

    outcome: Literal["accept", "reject", "need_more"]
    reason: Annotated[str, Field(min_length=1, max_length=5_000)]
    digest: Annotated[str, Field(max_length=64)]


@router.post("/casebook/bulk/preview", action="decide")
def preview(request: Request, form: Annotated[PreviewForm, Form()]) -> Response:
    """Show what a decision would do: how many findings of how many units, and what is left out and why."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    wanted = wanted_by(form)
    shown = preview_bulk(book, person, wanted, two_people=form.two_people)
    told = wanted if form.two_people or wanted.grave is not None else replace(wanted, grave=False)
    some = list_units(book, person, told, order="verdict", limit=MOST_SHOWN, waiting=True)
    lines = lines_of(book, some.units, lang)
    return page(request, "casebook/bulk.html", form=form, preview=shown, lines=lines, outcomes=IN_BULK)


@router.post("/casebook/bulk", action="decide")
def decide_all(request: Request, form: Annotated[BulkForm, Form()]) -> Response:
    """Decide on all that the preview showed, or on none, and lead back to the list."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    bulk = decide_bulk(
        book, person, wanted_by(form), Outcome(form.outcome), form.reason, digest=form.digest,
        two_people=form.two_people,
    )  # fmt: skip
    told = say(Message("page_bulk_decided", {"number": number_said(bulk.findings, lang)}), lang)
    return _back(request, told)


@router.post("/casebook/bulk/{seq}/undo", action="decide")
def undo(request: Request, seq: Number) -> Response:
    """Take back a decision on many findings, and lead back to the list."""
    lang = language_of(request)
    bulk = undo_bulk(book_of(request), person_of(request), seq)
    return _back(request, say(Message("page_bulk_undone", {"number": number_said(bulk.findings, lang)}), lang))


def _back(request: Request, told: str) -> Response:
    return Response(status_code=204, headers=announcing(told, carry=True) | {"hx-refresh": "true"})


def wanted_by(form: PreviewForm) -> Filter:
    """Return the filter of what was chosen; what nobody needs to decide is never in it."""
    if form.scope == "selected" and not form.unit:
        raise InputError("no_finding_named")
    asked = {name: values[0] for name, values in parse_qs(form.filter).items() if name in _FIELDS}
    wanted = FindingFilter(**asked).wanted
    wanted = replace(wanted, status=wanted.status or UNDECIDED)
    return replace(wanted, units=tuple(form.unit)) if form.scope == "selected" else wanted


_FIELDS = frozenset(FindingFilter.__dataclass_fields__) - {"from_"}
