"""Declarations for programs: a register becomes a job, and what is due of one that is kept is given page by page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.declarations.kept import Declaration, KeptDeclarations, Regime, ShownDue, ShownNear, ShownProblem
from opencwc.web.casebook.upload_forms import SUBMITS, job_made
from opencwc.web.declarations import papers_api, points_api, submissions_api
from opencwc.web.declarations.due_list import DueAsked, answer_of, days_of, fitting
from opencwc.web.declarations.forms import REGISTER
from opencwc.web.declarations.judged_registers import shown_register
from opencwc.web.server.api_parameters import LARGEST, DayText, InLang, Limit, Number, answers
from opencwc.web.server.service import Router
from opencwc.wording import say, sentence

router = Router(tags=["declarations"])
A_PAGE = 100
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after so many: `next` of the page before.")]
Kilograms = Annotated[str, Meta(description="A decimal number of kilograms, as text: nothing of it is lost.")]


class DueAnswer(TypedDict):
    """A declaration that falls due: what, on which year, until when, and why."""

    site: str
    plant: str
    chemical: str
    entry: str
    regime: Regime
    declaration: Declaration
    period: int
    due: DayText
    treaty_due: Annotated[DayText | None, Meta(description="The last day of the Convention, beside the profile's.")]
    range: str
    inspection: bool
    kg: Kilograms
    country: str
    why: str
    source: str
    evidence: str
    rows: Annotated[list[int], Meta(description="Rows of the activities that it rests on, the first of them.")]
    change: Annotated[str, Meta(description="`new` or `range` where it was not so the year before, else empty.")]


class NearAnswer(TypedDict):
    """An amount just under a threshold."""

    site: str
    plant: str
    chemical: str
    entry: str
    activity: str
    year: int
    planned: bool
    kg: Kilograms
    limit_kg: Kilograms
    source: str


class FaultAnswer(TypedDict):
    """What could not be read, or is doubtful, and where it stands."""

    table: str
    row: Annotated[int, Meta(description="The number of the data row, from 1; 0 for the table.")]
    field: str
    column: str
    text: str
    says: str
    judged: Annotated[bool, Meta(description="Whether the row takes part in the judgement all the same.")]


class RegisterAnswer(TypedDict):
    """A page of what is due of a register."""

    run: int
    case: str
    year: int
    profile: str
    as_of: DayText
    answer: str
    total: int
    due: list[DueAnswer]
    near: list[NearAnswer]
    faults: list[FaultAnswer]
    next: int | None


@router.post("/api/v1/declarations/jobs", form=REGISTER.schema, **SUBMITS)
async def submit(request: Request) -> Response:
    """Keep a register in a case and have it judged by the worker; the job stands under `/api/v1/jobs`."""
    return await REGISTER.take(request, job_made)


@router.get(
    "/api/v1/declarations/{number}",
    action="read",
    answer=answers("What is due", RegisterAnswer),
    problems=(404, 501),
)
def show_register(
    request: Request, number: Number, wanted: DueAsked, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en"
) -> Response:
    """Give what of a register is due, page by page; what is near and what is wrong stand on the first page."""
    shown = shown_register(request, number)
    kept: KeptDeclarations = shown.kept
    lines = fitting(kept, wanted, lang)
    part = lines[after : after + limit]
    body: RegisterAnswer = {
        "run": shown.number,
        "case": shown.case.name,
        "year": kept.year,
        "profile": kept.profile,
        "as_of": kept.as_of.isoformat(),
        "answer": say(answer_of(kept, days_of(kept.due, date.today())), lang),
        "total": len(lines),
        "due": [_due(line, lang) for line in part],
        "near": [] if after else [_near(near) for near in kept.near],
        "faults": [] if after else [_fault(problem, lang) for problem in kept.problems],
        "next": after + len(part) if after + len(part) < len(lines) else None,
    }
    return JSONResponse(body)


def _due(line: ShownDue, lang: str) -> DueAnswer:
    return {
        "site": line.site, "plant": line.plant, "chemical": line.chemical, "entry": line.entry, "regime": line.regime,
        "declaration": line.declaration, "period": line.period, "due": line.due.isoformat(),
        "treaty_due": line.treaty_due.isoformat() if line.treaty_due else None, "range": line.range,
        "inspection": line.inspection, "kg": _plain(line.kg), "country": line.country, "why": sentence(line.why, lang),
        "source": line.source, "evidence": line.grade, "rows": list(line.rows), "change": line.change,
    }  # fmt: skip


def _plain(kg: Decimal) -> str:
    return f"{kg.normalize():f}"


def _near(near: ShownNear) -> NearAnswer:
    return {
        "site": near.site, "plant": near.plant, "chemical": near.chemical, "entry": near.entry,
        "activity": near.activity, "year": near.year, "planned": near.planned, "kg": _plain(near.kg),
        "limit_kg": _plain(near.limit), "source": near.source,
    }  # fmt: skip


def _fault(problem: ShownProblem, lang: str) -> FaultAnswer:
    return {
        "table": problem.table, "row": problem.row, "field": problem.field, "column": problem.column,
        "text": problem.text, "says": sentence(problem.says, lang), "judged": not problem.unjudged,
    }  # fmt: skip


router.include_router(papers_api.router)
router.include_router(points_api.router)
router.include_router(submissions_api.router)
