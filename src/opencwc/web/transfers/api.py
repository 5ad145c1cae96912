"""Transfers: planned shipments are checked at once or by a job, ledgers reconciled by a job, and the answers given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.files.csv_cells import csv_of
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
from opencwc.transfers.check.shipments import SHIPMENT_FIELDS
from opencwc.transfers.model import CAUSES, LINE_STATUSES, MATCH_COLUMNS
from opencwc.web.casebook.upload_forms import SUBMITS, job_made
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Closed, Day, DayText, InLang, Limit, Number, answers, names_of
from opencwc.web.server.service import Router, person_of, service_of
from opencwc.web.transfers.forms import LEDGERS, PLANNED
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.transfers.reconcile.kept import KeptReconciliation

router = Router(tags=["transfers"])
MOST_IN_A_BODY = 100
A_PAGE = 100
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after this one: `next` of the page before.")]


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
    """What the two sides say of one chemical, pair of States and year; ``also_`` is the other half of the matter."""

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
    also_chemical: str | None
    also_exporter: str | None
    also_importer: str | None
    also_year: int | None
    also_exported_kg: float | None
    also_imported_kg: float | None


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
    answer=answers("An answer a shipment", answers=list[ShipmentAnswer]),
    problems=(415,),
)
def check(request: Request, asked: PlannedShipments, lang: InLang = "en") -> Response:
    """Say of planned shipments whether they may go, with what papers, and by when; nothing is kept."""
    from opencwc.errors import InputError

    for place, shipment in enumerate(asked.shipments):
        if strange := sorted(set(shipment) - set(SHIPMENT_FIELDS)):
            raise InputError(
                "shipment_field_unknown", where=f"shipments.{place}.{strange[0][:50]}", known=tuple(SHIPMENT_FIELDS)
            )
    results = check_typed(request, asked.shipments, asked.as_of or date.today(), names_of(asked.lists))
    return JSONResponse({"answers": [in_words(answer, lang) for answer in results]})


def check_typed(
    request: Request, shipments: Sequence[Mapping[str, str]], as_of: date, lists: tuple[str, ...]
) -> list[ShownAnswer]:
    """Answer for shipments as they are typed; what is refused among them is recorded."""
    from opencwc.screening.model import Question
    from opencwc.transfers.check.shipments import shipment_of

    service = service_of(request)
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


@router.post("/api/v1/transfers/reconciliations", form=LEDGERS.schema, **SUBMITS)
async def submit_ledgers(request: Request) -> Response:
    """Keep ledgers in a case and have them reconciled by the worker; the job stands under `/api/v1/jobs`."""
    return await LEDGERS.take(request, job_made)


@router.post("/api/v1/transfers/checks", form=PLANNED.schema, **SUBMITS)
async def submit_shipments(request: Request) -> Response:
    """Keep a file of planned shipments in a case and have it checked by the worker."""
    return await PLANNED.take(request, job_made)


# ------------------------------------------------------------------------------------------------------ answers


@router.get(
    "/api/v1/transfers/checks/{number}", action="read", answer=answers("The check", CheckAnswer), problems=(404, 501)
)
def show_check(
    request: Request, number: Number, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en"
) -> Response:
    """Give what was answered for the shipments of a check that is kept, page by page; `number` is its run."""
    from opencwc.web.transfers.kept_runs import shown_check

    shown = shown_check(request, number)
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
    answer=answers("The ranked list", ReconciliationAnswer),
    problems=(404, 501),
)
def show_reconciliation(
    request: Request,
    number: Number,
    over: Annotated[bool, Query(description="Only what is over its threshold.")] = True,
    after: After = 0,
    limit: Limit = A_PAGE,
    lang: InLang = "en",
) -> Response:
    """Give the ranked list of a reconciliation, page by page; `number` is its run."""
    from opencwc.web.transfers.kept_runs import SumFilter, fitting_matters, shown_reconciliation

    shown = shown_reconciliation(request, number)
    fitting = fitting_matters(shown.kept, SumFilter(over="yes" if over else "all"))
    rest = fitting.filter(fitting["rank"] > after)
    rows = rest.head(limit).to_dicts()
    return JSONResponse(
        {
            "run": shown.number,
            "case": shown.case.name,
            "said": [sentence(message, lang) for message in shown.kept.summary.said],
            "model": shown.kept.summary.model,
            "total": len(fitting),
            "sums": [sum_as_json(shown.kept, row, lang) for row in rows],
            "next": rows[-1]["rank"] if len(rest) > limit else None,
        }
    )


def sum_as_json(kept: KeptReconciliation, group: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return a sum with the columns of the command, `opencwc.transfers.model.RECONCILED_COLUMNS`."""
    from opencwc.transfers.reconcile.reasons import why

    chemical, probability = kept.chemicals[group["substance"]], group["probability"]
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
        **{f"also_{name}": group[f"also_{name}"] for name in ("chemical", "exporter", "importer", "year")},
        **{
            f"also_{name}_kg": None if group[f"also_{name}"] is None else round(group[f"also_{name}"], 3)
            for name in ("exported", "imported")
        },
    }


@router.get(
    "/api/v1/transfers/reconciliations/{number}/lines",
    action="read",
    answer=answers(f"What became of each line: {', '.join(LINE_STATUSES)}", str, "text/csv"),
    problems=(404, 501),
)
def show_lines(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Give one row a line of the ledgers as CSV: `ledger,id,match_group,status,reason`."""
    from opencwc.web.transfers.kept_runs import shown_reconciliation

    shown = shown_reconciliation(request, number)
    return downloads.download(_lines(shown.kept, lang), f"lines-{number}.csv")


def _lines(kept: KeptReconciliation, lang: str) -> Iterator[bytes]:
    import polars as pl

    from opencwc.transfers.reconcile.reasons import reason_of

    names = [ledger.name for ledger in kept.summary.ledgers]
    columns = ("line", "ledger", "id", "match", "status", "problem")
    within = (pl.col("exporter") == pl.col("importer")).fill_null(value=False)
    table = kept.lines().select(*columns, within=within).sort("line").collect()
    yield csv_of([MATCH_COLUMNS])
    for part in table.iter_slices(5_000):
        yield csv_of(
            (
                names[ledger], identity, str(match + 1) if match >= 0 else "", status,
                reason_of(status, kept.problem(ledger, problem), lang, readable=status != "unreadable" and not within),
            )
            for _, ledger, identity, match, status, problem, within in part.iter_rows()
        )  # fmt: skip
