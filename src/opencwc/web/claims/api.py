"""Claims for programs: files become a job, the claims of a run are given, checked and decided on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.claims.formats import facts_of
from opencwc.claims.model import Statement
from opencwc.claims.patterns.model import Pattern
from opencwc.claims.speakers import speaker_said
from opencwc.jobs.claim_decisions import decide_on_claim
from opencwc.web.casebook.upload_forms import SUBMITS, job_made
from opencwc.web.claims.check_page import LONGEST, SaidOn, check_text
from opencwc.web.claims.claim_page import ClaimDecisionForm, ClaimName, correction_of
from opencwc.web.claims.claim_run import RELATIONS, ClaimRun, ClaimsAsked, Group, ShownClaim, claim_run
from opencwc.web.claims.forms import FORM
from opencwc.web.claims.list_pages import event_said, masked_claim
from opencwc.web.claims.picture_page import FORM as PICTURES
from opencwc.web.claims.picture_page import examined_pictures
from opencwc.web.server.api_parameters import LARGEST, Closed, InLang, Limit, Number, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router(tags=["claims"])
A_PAGE = 100
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after this many: `next` of the page before.")]


class ClaimsAnswer(TypedDict):
    """A page of the claims of a run: those that differ from the record first."""

    run: int
    case: str
    total: int
    counts: dict[str, int]
    claims: Annotated[
        list[dict[str, Any]],
        Meta(description="Each with its sentence, how it stands to the record, in what it differs, and who says it."),
    ]
    next: int | None


class ClaimAnswer(TypedDict):
    """A claim beside its statement, and its history in the order of time."""

    claim: dict[str, Any]
    statement: dict[str, Any] | None
    history: Annotated[
        list[dict[str, Any]], Meta(description="Each time it was said: its step, day, outlet and sentence.")
    ]
    decision: Annotated[
        dict[str, Any] | None, Meta(description="Who decided last, when and why; nothing where nobody did.")
    ]
    seen: Annotated[int, Meta(description="The last decision: send it with yours.")]


class ClaimsRecordAnswer(TypedDict):
    """A page of the record that claims were held against."""

    run: int
    total: int
    statements: list[dict[str, Any]]
    next: int | None


class PatternsAnswer(TypedDict):
    """The patterns in what is said in the reports of a run."""

    run: int
    patterns: list[dict[str, Any]]


class GroupsAnswer(TypedDict):
    """The claims of a run counted by event, or by who says them; those with the most that differ first."""

    run: int
    groups: Annotated[
        list[dict[str, Any]],
        Meta(description="Each with its `key`, which the filter of claims takes, its `name`, and how many stand how."),
    ]


class CheckedTextAnswer(TypedDict):
    """Each sentence of a text with what the record says of it."""

    sentences: list[dict[str, Any]]


class TextBody(Closed):
    """A text to hold against the record of a run."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    published: Annotated[
        SaidOn, Field(description="When it was published; by itself the last day of the reports of the run.")
    ] = None


class DecisionBody(ClaimDecisionForm):
    """What is right of a claim: as proposed it is accepted, anything else corrects it."""


class DecidedClaimAnswer(TypedDict):
    """Where the finding of the claim stands now."""

    finding: int
    status: str


@router.post("/api/v1/claims/jobs", form=FORM.schema, **SUBMITS)
async def submit(request: Request) -> Response:
    """Keep reports and a record in a case and have the worker compare them; the job stands under `/api/v1/jobs`."""
    return await FORM.take(request, job_made)


@router.get(
    "/api/v1/claims/runs/{number}", action="read", answer=answers("The claims", ClaimsAnswer), problems=(404, 501)
)
def show_claims(
    request: Request, number: Number, wanted: ClaimsAsked, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en"
) -> Response:
    """Give the claims of a run as people decided on them, page by page; `number` is the run."""
    run = claim_run(request, number)
    found = run.fitting(wanted)
    some = found[after : after + limit]
    return JSONResponse({
        "run": number, "case": run.shown.case.name, "total": len(found), "counts": dict(run.counts),
        "claims": [_plain(one, lang) for one in some],
        "next": after + len(some) if after + len(some) < len(found) else None,
    })  # fmt: skip


@router.get(
    "/api/v1/claims/runs/{number}/record",
    action="read",
    answer=answers("The record", ClaimsRecordAnswer),
    problems=(404, 501),
)
def show_record(request: Request, number: Number, after: After = 0, limit: Limit = A_PAGE) -> Response:
    """Give the record that claims were held against, and how many claims stand how to each statement."""
    run = claim_run(request, number)
    groups = run.by_statement()
    some = groups[after : after + limit]
    return JSONResponse({
        "run": number, "total": len(groups),
        "statements": [{**_statement(run.statement(one.key)), "claims": dict(one.counts)} for one in some],
        "next": after + len(some) if after + len(some) < len(groups) else None,
    })  # fmt: skip


@router.get(
    "/api/v1/claims/runs/{number}/claims/{identity}",
    action="read",
    answer=answers("The claim", ClaimAnswer),
    problems=(404, 501),
)
def show_claim(request: Request, number: Number, identity: ClaimName, lang: InLang = "en") -> Response:
    """Give a claim beside its statement, with the places of the words that differ, and its history."""
    run = claim_run(request, number)
    one = run.claim(identity)
    made = one.standing.decision
    decision = None
    if made is not None:
        decision = {
            "person": one.standing.person, "at": made.at, "outcome": str(made.outcome), "reason": made.reason or "",
        }  # fmt: skip
    return JSONResponse({
        "claim": _plain(one, lang), "statement": _statement(one.statement) if one.statement else None,
        "history": _history(run, one, lang), "decision": decision,
        "seen": made.seq if made else 0,
    })  # fmt: skip


@router.get(
    "/api/v1/claims/runs/{number}/events",
    action="read",
    answer=answers("The events", GroupsAnswer),
    problems=(404, 501),
)
def show_events(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Count the claims of a run by event."""
    run = claim_run(request, number)
    return JSONResponse({"run": number, "groups": [_group(one, event_said(one, lang)) for one in run.by_event()]})


@router.get(
    "/api/v1/claims/runs/{number}/speakers",
    action="read",
    answer=answers("The speakers", GroupsAnswer),
    problems=(404, 501),
)
def show_speakers(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Count the claims of a run by who is heard in them."""
    run = claim_run(request, number)
    groups = [_group(one, speaker_said(one.key, lang)) for one in run.by_speaker()]
    return JSONResponse({"run": number, "groups": groups})


@router.get(
    "/api/v1/claims/runs/{number}/patterns",
    action="read",
    answer=answers("The patterns", PatternsAnswer),
    problems=(404, 501),
)
def show_patterns(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Give the patterns in what is said, each with what it rests on."""
    run = claim_run(request, number)
    return JSONResponse({"run": number, "patterns": patterns_plain(run, run.shown.kept.patterns, lang)})


@router.post(
    "/api/v1/claims/runs/{number}/pictures", action="read", form=PICTURES,
    answer=answers("The patterns", PatternsAnswer), problems=(404, 413, 415, 501),
)  # fmt: skip
async def examine_pictures(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Give which pictures of a report were used or taken long before it, with what that rests on."""
    run = claim_run(request, number)
    _, found = await examined_pictures(request, run)
    return JSONResponse({"run": number, "patterns": patterns_plain(run, found, lang)})


def patterns_plain(run: ClaimRun, patterns: Iterable[Pattern], lang: str) -> list[dict[str, Any]]:
    """Return patterns as JSON has them, each with what it rests on."""
    return [
        {
            "id": pattern.id, "kind": pattern.kind, "says": sentence(pattern.says, lang),
            "evidence": [
                {
                    "made": row.evidence.made.isoformat(), "source": row.evidence.source, "report": row.evidence.report,
                    "sentence": row.text, "statement": row.evidence.statement, "picture": row.evidence.picture,
                    "claim": row.shown.claim.id if row.shown else None,
                }
                for row in run.evidence_rows(pattern)
            ],
        }
        for pattern in patterns
    ]  # fmt: skip


@router.post(
    "/api/v1/claims/runs/{number}/claims/{identity}/decision",
    action="decide",
    answer=answers("What was decided", DecidedClaimAnswer),
    problems=(404, 409, 501),
)
def decide(request: Request, number: Number, identity: ClaimName, body: DecisionBody) -> Response:
    """Say what is right of a claim, with a reason."""
    run = claim_run(request, number)
    standing = run.claim(identity).standing
    status = decide_on_claim(
        book_of(request), person_of(request), run.shown.kept, standing, correction_of(body), body.reason, body.seen
    )
    return JSONResponse({"finding": standing.finding, "status": str(status)})


@router.post(
    "/api/v1/claims/runs/{number}/check",
    action="read",
    answer=answers("The sentences", CheckedTextAnswer),
    problems=(404, 501),
)
def check(request: Request, number: Number, body: TextBody, lang: InLang = "en") -> Response:
    """Hold a text against the record of a run; nothing of it is kept."""
    run = claim_run(request, number)
    sentences = [
        {
            **facts_of(one.claim, lang),
            "said": sentence(one.headline, lang),
            "statement": _statement(one.statement) if one.statement else None,
            "before": [_plain(other, lang) for other in one.before],
        }
        for one in check_text(run, body.text, body.published)
    ]
    return JSONResponse({"sentences": sentences})


def _plain(one: ShownClaim, lang: str) -> dict[str, Any]:
    return {
        "id": one.claim.id, **facts_of(masked_claim(one), lang), "said": sentence(one.headline, lang),
        "speaker": one.speaker, "source": one.report.source, "published": one.day.isoformat(),
        "event": one.line.event, "status": str(one.standing.status), "finding": one.standing.finding,
    }  # fmt: skip


def _group(one: Group, name: str) -> dict[str, Any]:
    return {
        "key": one.key, "name": name, "claims": len(one.claims), "outlets": one.outlets,
        **{relation: one.counts.get(relation, 0) for relation in RELATIONS},
    }  # fmt: skip


def _history(run: ClaimRun, one: ShownClaim, lang: str) -> list[dict[str, Any]]:
    history = run.history(one)
    return [
        {
            "step": row.mention.step, "said": row.mention.saying.said.isoformat(), "source": row.mention.saying.source,
            "report": row.mention.saying.report, "sentence": row.text, "changed": list(row.mention.changed),
            "claim": row.shown.claim.id if row.shown else None, "words": sentence(row.said, lang),
        }
        for row in (run.history_rows(history) if history else [])
    ]  # fmt: skip


def _statement(one: Statement) -> dict[str, Any]:
    return {"id": one.id, "date": one.made.isoformat(), "statement": one.text, "source": one.source, "lang": one.lang}
