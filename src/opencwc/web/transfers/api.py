"""Transfers: planned shipments are checked at once or by a job, ledgers reconciled by a job, and the answers given."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypedDict

from fastapi import Path, Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from opencwc.casebook.model import Mark
from opencwc.files.csv_cells import cell_of
from opencwc.jobs.queue import Job
from opencwc.language.refusals import is_refusal
from opencwc.records import to_plain
from opencwc.transfers.check.kept import (
    Balance,
    CheckVerdict,
    PaperKind,
    ShownAnswer,
    SimilarName,
    checker_with,
    shown_answer,
)
from opencwc.transfers.check.reader import MOST_KEPT
from opencwc.transfers.check.shipments import SHIPMENT_FIELDS
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.model import CAUSES, LEDGER_COLUMNS, LINE_STATUSES, MATCH_COLUMNS
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.web.casebook.jobs_api import JobAnswer
from opencwc.web.casebook.uploads_api import job_made, submit_uploads
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Closed, Day, DayText, InLang, answers, names_of, problems
from opencwc.web.server.idempotency import KEY_HEADER
from opencwc.web.server.service import Router, Service, book_of, person_of, service_of
from opencwc.web.server.uploads import MOST_FILES, form_of
from opencwc.web.transfers.forms import asked_of_ledgers, asked_of_shipments, ledgers_of, shipments_of, words_of
from opencwc.wording import sentence

router = Router(tags=["transfers"])
MOST_IN_A_BODY = 100
A_PAGE = 100
Number = Annotated[int, Path(ge=1, le=LARGEST)]
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after this one: `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1_000)]
_FILE: dict[str, Any] = {"type": "string", "format": "binary"}
_KEEPING: dict[str, Any] = {
    "case": {"type": "string", "description": "The case to keep it in; opened where there is none of this name."},
    "mark": {"type": "string", "enum": [str(mark) for mark in Mark]},
    "as_of": {"type": "string", "format": "date"},
}


def _columns_of_first(fields: Sequence[str], more: str = "") -> dict[str, Any]:
    return {
        f"map-1-{field}": {
            "type": "string",
            "description": f"The column of the first file with `{field}`, or `=` and a value for all lines{more}.",
        }
        for field in fields
    }


_LEDGERS: dict[str, Any] = {
    "type": "object",
    "required": ["file", "case"],
    "properties": {
        "file": {
            "type": "array",
            "items": _FILE,
            "minItems": 1,
            "maxItems": MOST_FILES,
            "description": "Ledgers: one with both sides, or one for each State; also UN Comtrade's own columns.",
        },
        **_KEEPING,
        "model": {
            "type": "string",
            "enum": ["yes", "no"],
            "description": "Whether the model proposes causes and order, where it is switched on; else rules do.",
        },
        **_columns_of_first(LEDGER_COLUMNS, "; `map-2-...` for the second file"),
    },
}
_SHIPMENTS: dict[str, Any] = {
    "type": "object",
    "required": ["file", "case"],
    "properties": {
        "file": {**_FILE, "description": f"Planned shipments as a table, up to {MOST_KEPT:,}."},
        "certificates": {**_FILE, "description": "End-use certificates at hand, as a table."},
        "names": {
            **_FILE,
            "description": "A list of names to hold consignees and end users against: OpenSanctions `targets.simple`, "
            "or FollowTheMoney entities as CSV or JSON lines.",
        },
        **_KEEPING,
        "lists": {
            "type": "string",
            "description": "Lists to check, such as `CWC,AG`; the Convention's where left out.",
        },
        **_columns_of_first(SHIPMENT_FIELDS),
    },
}


class ReasonAnswer(TypedDict):
    """The verdict of one entry, and why."""

    verdict: CheckVerdict
    rule: str
    says: str


class DutyAnswer(TypedDict):
    """A duty of a transfer and what has become of it."""

    state: Annotated[
        str, Meta(description="`needed`, `late`, `met`, `broken`; `later` where it is due after the transfer.")
    ]
    says: str
    due: Annotated[str | None, Meta(description="The last day, where there is one.")]
    rule: str
    source: str
    evidence: str


class ShipmentAnswer(TypedDict("_FromState", {"from": str})):
    """Whether a shipment may go, with what papers, and by when."""

    row: int
    id: str
    verdict: CheckVerdict
    day: Annotated[DayText, Meta(description="The day as of which the rules were read.")]
    to: str
    reasons: list[ReasonAnswer]
    duties: list[DutyAnswer]
    notes: list[str]
    papers: list[PaperKind]
    alike: Annotated[
        list[SimilarName],
        Meta(description="Names of the list that are like a consignee or end user: for a person to compare."),
    ]


class CheckAnswer(TypedDict):
    """A page of the answers of a check that is kept."""

    run: int
    case: str
    said: list[str]
    certificates: Annotated[list[Balance], Meta(description="What is left of each.")]
    answers: list[ShipmentAnswer]
    next: int | None


Cause = Annotated[str | None, Meta(extra_json_schema={"enum": [*CAUSES, None]})]


class SumAnswer(TypedDict):
    """What the two sides say of one chemical, pair of States and year."""

    rank: int
    score: float
    chemical: str
    entry: str
    exporter: str
    importer: str
    year: int
    exported_kg: float
    imported_kg: float
    difference_kg: float
    over_threshold: bool
    cause: Cause
    cause_probability: float | None
    second_cause: Cause
    why: str


class ReconciliationAnswer(TypedDict):
    """A page of the ranked list of a reconciliation."""

    run: int
    case: str
    said: list[str]
    model: Annotated[str, Meta(description="What proposed the causes; empty where plain rules did.")]
    total: int
    sums: list[SumAnswer]
    next: int | None


class PlannedShipments(Closed):
    """Shipments by field, and the day and the lists to ask for."""

    shipments: Annotated[
        list[dict[str, Annotated[str, Field(max_length=2_000)]]],
        Field(
            min_length=1,
            max_length=MOST_IN_A_BODY,
            description=f"Each by field: {', '.join(SHIPMENT_FIELDS)}. An unknown field is refused.",
        ),
    ]
    as_of: Day | None = None
    lists: Annotated[str, Field(max_length=200)] = ""


@router.post(
    "/api/v1/transfers/check",
    action="screen",
    responses={200: answers("An answer a shipment", answers=list[ShipmentAnswer]), **problems(415)},
)
async def check(request: Request, asked: PlannedShipments, lang: InLang = "en") -> Response:
    """Say of planned shipments whether they may go, with what papers, and by when; nothing is kept."""
    from opencwc.errors import InputError

    for place, shipment in enumerate(asked.shipments):
        if strange := sorted(set(shipment) - set(SHIPMENT_FIELDS)):
            raise InputError(
                "shipment_field_unknown", where=f"shipments.{place}.{strange[0][:50]}", known=tuple(SHIPMENT_FIELDS)
            )
    service = service_of(request)
    results = await service.answering.run(
        check_typed, service, request, asked.shipments, asked.as_of or date.today(), names_of(asked.lists)
    )
    return JSONResponse({"answers": [in_words(answer, lang) for answer in results]})


def check_typed(
    service: Service,
    request: Request,
    shipments: Sequence[Mapping[str, str]],
    as_of: date,
    lists: tuple[str, ...],
) -> list[ShownAnswer]:
    """Answer for shipments as they are typed; what is refused among them is recorded."""
    from opencwc.screening.model import Question
    from opencwc.transfers.check.shipments import shipment_of

    checker = checker_with(service.answering.systematic, Question(as_of, lists))
    texts = [{name: text.strip() for name, text in shipment.items() if text.strip()} for shipment in shipments]
    checked = list(checker.check([shipment_of(row, shipment) for row, shipment in enumerate(texts, 1)]))
    refused = [answer.shipment.said for answer in checked if any(is_refusal(each.message) for each in answer.findings)]
    service.record_refused(person_of(request), refused)
    return [shown_answer(answer) for answer in checked]


def in_words(answer: ShownAnswer, lang: str) -> ShipmentAnswer:
    """Return an answer as the API gives it."""
    return {
        "row": answer.row,
        "id": answer.id,
        "verdict": answer.verdict,
        "day": answer.day.isoformat(),
        "from": answer.sender,
        "to": answer.receiver,
        "reasons": [
            {"verdict": verdict, "rule": rule, "says": sentence(says, lang)} for verdict, rule, says in answer.reasons
        ],
        "duties": [
            {
                "state": duty.state, "says": sentence(duty.says, lang), "due": duty.due or None, "rule": duty.entry,
                "source": duty.source, "evidence": duty.evidence,
            }
            for duty in answer.duties
        ],
        "notes": [sentence(note, lang) for note in (*answer.states, *answer.notes)],
        "papers": list(answer.papers),
        "alike": to_plain(answer.alike),
    }  # fmt: skip


# --------------------------------------------------------------------------------------------------------- jobs


@router.post(
    "/api/v1/transfers/reconciliations",
    action="keep",
    uploads=True,
    status_code=202,
    responses={202: answers("The job, waiting", JobAnswer), **problems(404, 409, 413, 415, 501)},
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _LEDGERS}}},
        "parameters": [KEY_HEADER],
    },
)
async def submit_ledgers(request: Request) -> Response:
    """Keep ledgers in a case and have them reconciled by the worker; the job stands under `/api/v1/jobs`."""
    return await take_ledgers(request, job_made)


@router.post(
    "/api/v1/transfers/checks",
    action="keep",
    uploads=True,
    status_code=202,
    responses={202: answers("The job, waiting", JobAnswer), **problems(404, 409, 413, 415, 501)},
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _SHIPMENTS}}},
        "parameters": [KEY_HEADER],
    },
)
async def submit_shipments(request: Request) -> Response:
    """Keep a file of planned shipments in a case and have it checked by the worker."""
    return await take_shipments(request, job_made)


async def take_ledgers(request: Request, answer: Callable[[Job], Response]) -> Response:
    """Read the form of ledgers, keep them in their case, make the job, and answer with it."""
    form = await form_of(request)
    try:
        uploads, words = ledgers_of(form), words_of(form)
        return await submit_uploads(request, RECONCILE.id, uploads, *asked_of_ledgers(words, uploads), answer)
    finally:
        await form.close()


async def take_shipments(request: Request, answer: Callable[[Job], Response]) -> Response:
    """Read the form of planned shipments, keep its files in their case, make the job, and answer with it."""
    form = await form_of(request)
    try:
        uploads, roles = shipments_of(form)
        asked, mark = asked_of_shipments(words_of(form), uploads, roles)
        service = service_of(request)
        await service.answering.run(
            service.answering.screener, date.fromisoformat(asked["as_of"]), tuple(asked["lists"])
        )  # which knows the lists
        return await submit_uploads(request, CHECK.id, uploads, asked, mark, answer)
    finally:
        await form.close()


# ------------------------------------------------------------------------------------------------------ answers


@router.get(
    "/api/v1/transfers/checks/{number}",
    action="read",
    responses={200: answers("The check", CheckAnswer), **problems(404, 501)},
)
async def show_check(
    request: Request, number: Number, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en"
) -> Response:
    """Give what was answered for the shipments of a check that is kept, page by page; `number` is its run."""
    from opencwc.web.transfers.kept import shown_check

    run = service_of(request).answering.run
    shown = await run(shown_check, book_of(request), person_of(request), number)
    kept_answers = shown.kept.answers
    page = kept_answers[after : after + limit]
    body = {
        "run": shown.number,
        "case": shown.case.name,
        "said": [sentence(message, lang) for message in shown.kept.said],
        "certificates": to_plain(shown.kept.certificates),
        "answers": [in_words(answer, lang) for answer in page],
        "next": after + len(page) if after + len(page) < len(kept_answers) else None,
    }
    return JSONResponse(body)


@router.get(
    "/api/v1/transfers/reconciliations/{number}",
    action="read",
    responses={200: answers("The ranked list", ReconciliationAnswer), **problems(404, 501)},
)
async def show_reconciliation(
    request: Request,
    number: Number,
    over: Annotated[bool, Query(description="Only what is over its threshold.")] = True,
    after: After = 0,
    limit: Limit = A_PAGE,
    lang: InLang = "en",
) -> Response:
    """Give the ranked list of a reconciliation, page by page; `number` is its run."""
    from opencwc.web.transfers.kept import SumFilter, fitting_sums, shown_reconciliation

    run = service_of(request).answering.run
    shown = await run(shown_reconciliation, book_of(request), person_of(request), number)

    def read() -> dict[str, Any]:
        fitting = fitting_sums(shown.kept, SumFilter(over="yes" if over else "all"))
        rest = fitting.filter(fitting["rank"] > after)
        rows = rest.head(limit).to_dicts()
        return {
            "run": shown.number,
            "case": shown.case.name,
            "said": [sentence(message, lang) for message in shown.kept.summary.said],
            "model": shown.kept.summary.model,
            "total": len(fitting),
            "sums": [sum_as_json(shown.kept.chemicals[row["substance"]], row, lang) for row in rows],
            "next": rows[-1]["rank"] if len(rest) > limit else None,
        }

    return JSONResponse(await run(read))


def sum_as_json(chemical: Any, group: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return a sum with the columns of the command, `opencwc.transfers.model.RECONCILED_COLUMNS`."""
    from opencwc.transfers.reconcile.reasons import why

    probability = group["probability"]
    return {
        "rank": group["rank"],
        "score": round(group["score"], 1),
        "chemical": chemical.name,
        "entry": chemical.entry[1],
        "exporter": group["exporter"],
        "importer": group["importer"],
        "year": group["year"],
        **{f"{name}_kg": round(group[name], 3) for name in ("exported", "imported", "difference")},
        "over_threshold": group["over"],
        "cause": group["cause"],
        "cause_probability": None if probability is None else round(probability, 3),
        "second_cause": group["second"],
        "why": sentence(why(group), lang),
    }


@router.get(
    "/api/v1/transfers/reconciliations/{number}/lines",
    action="read",
    responses={
        200: answers(f"What became of each line: {', '.join(LINE_STATUSES)}", str, "text/csv"),
        **problems(404, 501),
    },
)
async def show_lines(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Give one row a line of the ledgers as CSV: `ledger,id,match_group,status,reason`."""
    from opencwc.web.transfers.kept import shown_reconciliation

    service = service_of(request)
    shown = await service.answering.run(shown_reconciliation, book_of(request), person_of(request), number)
    lines = _lines(service, _line_cells(shown.kept, lang))
    return StreamingResponse(lines, media_type=downloads.CSV, headers=downloads.named(f"lines-{number}.csv"))


def _line_cells(kept: Any, lang: str) -> Iterator[list[list[str]]]:
    import polars as pl

    from opencwc.transfers.reconcile.reasons import reason_of

    names = [ledger.name for ledger in kept.summary.ledgers]
    columns = ("line", "ledger", "id", "match", "status", "problem")
    within = (pl.col("exporter") == pl.col("importer")).fill_null(value=False)
    table = kept.lines().select(*columns, within=within).sort("line").collect()
    for part in table.iter_slices(5_000):
        yield [
            [
                cell_of(names[ledger]), cell_of(identity), str(match + 1) if match >= 0 else "", status,
                cell_of(reason_of(
                    status, kept.problem(ledger, problem), lang, readable=status != "unreadable" and not within
                )),
            ]
            for _, ledger, identity, match, status, problem, within in part.iter_rows()
        ]  # fmt: skip


async def _lines(service: Service, parts: Iterator[list[list[str]]]) -> AsyncIterator[bytes]:
    yield (",".join(MATCH_COLUMNS) + "\r\n").encode()
    while (rows := await service.answering.run(next, parts, None)) is not None:
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        yield out.getvalue().encode()
