"""Cases and what is in them: findings by filter, their counts, the inbox, decisions and comments."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal, TypedDict

from fastapi import Depends, Path, Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.casebook.agreement import agreement
from opencwc.casebook.bulk_decisions import Bulk, decide_bulk, preview_bulk, undo_bulk
from opencwc.casebook.case_report import why
from opencwc.casebook.cases import change_case, list_cases, open_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import Decision, claim_rechecks, comment, decide, set_recheck_share
from opencwc.casebook.findings import (
    MOST_A_PAGE,
    Counts,
    comments_on_case,
    count_findings,
    inbox,
    list_findings,
    show_case,
    show_finding,
)
from opencwc.casebook.model import Case, CaseStatus, Filter, KeptFinding, Mark, Outcome, Person, Status
from opencwc.casebook.units import MOST_A_PAGE as MOST_UNITS
from opencwc.casebook.units import ORDERS, KeptUnit, list_units
from opencwc.errors import InputError
from opencwc.jobs.second_looks import agreement_on_events
from opencwc.jobs.waiting_events import waiting_events
from opencwc.records import fields_of, one_of
from opencwc.verbs import all_verdicts
from opencwc.web.server.api_parameters import LARGEST, Closed, InLang, MarkName, MarkNamed, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router(tags=["cases"])

Name = Annotated[str, Path(max_length=64, description="The name of the case.")]
Day = Annotated[str | None, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$", description="A day; empty takes it away.")]


class SecondLookAnswer(TypedDict):
    """An event that waits for a blind second look: its run and case, its id there, and its heading as it was found."""

    run: int
    case: str
    event: str
    title: str


class CaseAnswer(TypedDict):
    """A case."""

    number: int
    name: str
    title: str
    status: CaseStatus
    owner: Annotated[str, Meta(description="The id of a person.")]
    due: str
    mark: MarkName
    opened_at: str
    closed_at: str
    retain_until: str


class KeptFindingAnswer(TypedDict):
    """A finding as the casebook keeps it."""

    id: int
    run: int
    case: str
    row: int
    subject_id: str
    verdict: Annotated[str, one_of(all_verdicts())]
    list: str
    entry: str
    status: Annotated[str, one_of(str(status) for status in Status)]
    mark: MarkName
    grave: Annotated[bool, Meta(description="Whether two different people must decide.")]
    why: str
    content: Annotated[dict[str, Any] | None, Meta(description="The whole finding; null once it was erased.")]


_OBJECTS = list[dict[str, Any]]
_HISTORY: dict[str, Any] = {
    "finding": KeptFindingAnswer,
    "case": CaseAnswer,
    "run": Annotated[dict[str, Any], Meta(description="The run: its question, and what was checked.")],
    "decisions": list[Decision],
    "comments": _OBJECTS,
    "last_decision": Annotated[int, Meta(description="What `seen` in a decision must say; 0 where none.")],
}


class NewCase(Closed):
    """A case to open."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$")]
    title: Annotated[str, Field(max_length=300)] = ""
    mark: MarkNamed = "unclassified"
    due: Day = None


class ChangedCase(Closed):
    """What shall change of a case; what is left out stays."""

    title: Annotated[str | None, Field(max_length=300)] = None
    status: Literal["open", "in_review", "closed"] | None = None
    owner: Annotated[str | None, Field(max_length=100)] = None
    due: Day = None
    mark: MarkNamed | None = None
    retain_until: Day = None


class Comment(Closed):
    """What somebody has to say on a case, or on one finding of it."""

    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    finding: Annotated[int | None, Field(ge=1, le=LARGEST)] = None


class Correction(Closed):
    """What is right instead; ``place`` is where in a law the words for it stand.

    ``elements`` are those of a measure of which the finding says the contrary: their ids, a semicolon between them.
    """

    verdict: Literal[
        "listed", "review", "exempt", "unreadable", "not_listed", "prohibited", "allowed_with", "allowed",
        "discrepancy", "agreed", "covered", "partial", "none",
    ]  # fmt: skip
    list: Annotated[str | None, Field(max_length=50)] = None
    entry: Annotated[str | None, Field(max_length=50)] = None
    place: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    elements: Annotated[str | None, Field(pattern=r"^[a-z0-9_]+(;[a-z0-9_]+)*$", max_length=1_000)] = None


class Decided(Closed):
    """A decision on findings; ``seen`` is the last decision you have seen of a single one (0: none)."""

    findings: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST)]], Field(min_length=1, max_length=1_000)]
    outcome: Literal["accept", "correct", "reject", "need_more"]
    reason: Annotated[str, Field(min_length=1, max_length=5_000)]
    correction: Correction | None = None
    seen: Annotated[int | None, Field(ge=0, le=LARGEST)] = None


class Share(Closed):
    """The share of final decisions that is drawn for a blind re-check."""

    share: Annotated[float, Field(ge=0, le=1)]


@router.get("/api/v1/cases", action="read", answer=answers("The cases, each with its counts", cases=list[CaseAnswer]))
def cases(request: Request) -> Response:
    """List the cases that you may know of, the due ones first, with the counts of their findings."""
    book, person = book_of(request), person_of(request)
    rows = [
        {**case_json(case), "counts": asdict(count_findings(book, person, Filter(case=case.name)))}
        for case in list_cases(book, person)
    ]
    return JSONResponse({"cases": rows})


@router.post(
    "/api/v1/cases",
    action="keep",
    status_code=201,
    answer=answers("The case", CaseAnswer),
    problems=(409,),
    takes_key=True,
)
def open_new(request: Request, asked: NewCase) -> Response:
    """Open a case."""
    return JSONResponse(case_json(open_as_asked(book_of(request), person_of(request), asked)), 201)


def open_as_asked(book: Casebook, person: Person, asked: NewCase) -> Case:
    """Open a case as a body asks for it."""
    mark = Mark[asked.mark.upper()]
    return open_case(book, person, asked.name, title=asked.title, mark=mark, due=asked.due or "")


@router.get(
    "/api/v1/cases/{name}",
    action="read",
    answer=answers("The case", case=CaseAnswer, counts=Counts, runs=_OBJECTS, comments=_OBJECTS),
    problems=(404,),
)
def case(request: Request, name: Name) -> Response:
    """Give a case with its counts and its runs."""
    shown_case, counts, runs = show_case(book_of(request), person_of(request), name)
    comments = comments_on_case(book_of(request), person_of(request), name)
    body = {"case": case_json(shown_case), "counts": asdict(counts), "runs": [_run_json(run) for run in runs]}
    return JSONResponse({**body, "comments": comments})


@router.patch("/api/v1/cases/{name}", action="manage_case", answer=answers("The case", CaseAnswer), problems=(404, 409))
def change(request: Request, name: Name, asked: ChangedCase) -> Response:
    """Change a case."""
    changes = asked.model_dump(exclude_unset=True)
    return JSONResponse(case_json(change_case(book_of(request), person_of(request), name, **changes)))


@router.post(
    "/api/v1/cases/{name}/comments",
    action="comment",
    status_code=201,
    answer=answers("Its place in the record"),
    problems=(404, 409),
    takes_key=True,
)
def add_comment(request: Request, name: Name, asked: Comment) -> Response:
    """Comment on a case, or on one of its findings."""
    book, person = book_of(request), person_of(request)
    return JSONResponse({"seq": comment(book, person, name, asked.text, asked.finding)}, 201)


@dataclass(frozen=True)
class FindingsWanted:
    """Which findings a program asks for; an empty field asks for nothing."""

    case: Annotated[str, Query(max_length=64)] = ""
    run: Annotated[int, Query(ge=0, le=LARGEST)] = 0
    verdict: Annotated[str, Query(max_length=200, description="Verdicts, such as `listed,review`.")] = ""
    list: Annotated[str, Query(max_length=50)] = ""
    entry: Annotated[str, Query(max_length=50, description="An entry of the list.")] = ""
    status: Annotated[str, Query(max_length=200, description="Statuses, such as `open,disputed`.")] = ""
    grave: bool | None = None
    text: Annotated[str, Query(max_length=2_000, description="The whole input, or the id, of a row.")] = ""
    find: Annotated[str, Query(max_length=200, description="Words that stand in what the findings are called.")] = ""
    below: Annotated[float | None, Query(ge=0, le=100, description="Stated with less than so many per cent.")] = None

    @property
    def filter(self) -> Filter:
        """Return the filter; raise `InputError` where a word of it has no meaning."""
        statuses = statuses_named(self.status)
        return Filter(
            self.case, self.run, verdicts_named(self.verdict), self.list, self.entry, statuses, self.grave, self.text,
            self.find, self.below,
        )  # fmt: skip


@dataclass(frozen=True)
class FindingsPage(FindingsWanted):
    """Which page of findings a program asks for, and in which language."""

    after: Annotated[int, Query(ge=0, le=LARGEST, description="Go on after this finding.")] = 0
    limit: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 100
    lang: InLang = "en"


@router.get(
    "/api/v1/findings",
    action="read",
    answer=answers("A page of findings", findings=list[KeptFindingAnswer], next=int | None),
    problems=(404,),
)
def findings(request: Request, wanted: Annotated[FindingsPage, Depends()]) -> Response:
    """List findings by filter, a page at a time."""
    page = list_findings(book_of(request), person_of(request), wanted.filter, after=wanted.after, limit=wanted.limit)
    return JSONResponse({"findings": [kept_json(finding, wanted.lang) for finding in page.findings], "next": page.next})


class UnitAnswer(TypedDict):
    """What a person decides on as a whole: a chemical of a file with its mentions, a shipment, a measure, an event."""

    number: int
    verb: str
    name: str
    finding: KeptFindingAnswer
    found: Annotated[int, Meta(description="How many of its findings the filter asks for.")]
    mentions: Annotated[int, Meta(description="How many findings it has.")]
    rows: int
    entries: Annotated[list[str], Meta(description="Such as `CWC 2B13`, the Convention's first.")]
    verdicts: dict[str, int]
    statuses: dict[str, int]
    grave: bool
    waiting: Annotated[int, Meta(description="How many of its findings wait for a person.")]
    due: str


@dataclass(frozen=True)
class UnitsPage(FindingsWanted):
    """Which page of units a program asks for, in which order and language."""

    order: Annotated[
        str, Query(max_length=20, description=f"One of {', '.join(ORDERS[1:])}; with `-` before it the other way.")
    ] = ""
    after: Annotated[str, Query(max_length=400, description="The `next` of the page before.")] = ""
    limit: Annotated[int, Query(ge=1, le=MOST_UNITS)] = 50
    lang: InLang = "en"


@router.get(
    "/api/v1/units",
    action="read",
    answer=answers("A page of units", units=list[UnitAnswer], next=str, cut=bool),
    problems=(404,),
)
def units(request: Request, wanted: Annotated[UnitsPage, Depends()]) -> Response:
    """List findings by what a person decides on, a page at a time; `cut` says that only some were sorted."""
    found = list_units(
        book_of(request), person_of(request), wanted.filter, order=wanted.order, after=wanted.after,
        limit=wanted.limit,
    )  # fmt: skip
    rows = [unit_json(unit, wanted.lang) for unit in found.units]
    return JSONResponse({"units": rows, "next": found.next, "cut": found.cut})


@router.get("/api/v1/findings/counts", action="read", answer=answers("The counts", Counts), problems=(404,))
def counts(request: Request, wanted: Annotated[FindingsWanted, Depends()]) -> Response:
    """Count findings by filter: by verdict, by entry, by status."""
    counted: Counts = count_findings(book_of(request), person_of(request), wanted.filter)
    return JSONResponse(asdict(counted))


@router.get("/api/v1/findings/{finding_id}", action="read", answer=answers("The finding", **_HISTORY), problems=(404,))
def finding(request: Request, finding_id: Annotated[int, Path(ge=1, le=LARGEST)], lang: InLang = "en") -> Response:
    """Give a finding with its evidence, what was checked, the decisions on it and the comments."""
    history = show_finding(book_of(request), person_of(request), finding_id)
    decisions = [{**asdict(decision), "outcome": str(decision.outcome)} for decision in history.decisions]
    return JSONResponse(
        {
            "finding": kept_json(history.finding, lang),
            "case": case_json(history.case),
            "run": _run_json(history.run),
            "decisions": decisions,
            "comments": history.comments,
            "last_decision": history.decisions[-1].seq if history.decisions else 0,
        }
    )


@router.post(
    "/api/v1/decisions", action="decide", answer=answers("Where they stand"), problems=(404, 409), takes_key=True
)
def decide_on(request: Request, asked: Decided) -> Response:
    """Decide on findings, all or none; a grave one stands when a second person has said the same."""
    book, person = book_of(request), person_of(request)
    correction = asked.correction.model_dump(exclude_none=True) if asked.correction else None
    seen = asked.seen if len(asked.findings) == 1 else None
    outcome = Outcome(asked.outcome)
    stands = decide(book, person, asked.findings, outcome, asked.reason, correction=correction, seen=seen)
    return JSONResponse({"status": {str(identity): str(status) for identity, status in stands.items()}})


class FilterBody(Closed):
    """Which findings a decision is for: those that the filter finds, or with ``units`` those of some units of them."""

    case: Annotated[str, Field(max_length=64)] = ""
    run: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    verdict: Annotated[str, Field(max_length=200)] = ""
    list: Annotated[str, Field(max_length=50)] = ""
    entry: Annotated[str, Field(max_length=50)] = ""
    status: Annotated[str, Field(max_length=200)] = ""
    grave: bool | None = None
    text: Annotated[str, Field(max_length=2_000)] = ""
    find: Annotated[str, Field(max_length=200)] = ""
    below: Annotated[float | None, Field(ge=0, le=100)] = None
    units: Annotated[tuple[Annotated[int, Field(ge=1, le=LARGEST)], ...], Field(max_length=1_000)] = ()

    @property
    def filter(self) -> Filter:
        """Return the filter; raise `InputError` where a word of it has no meaning."""
        fields = {name: getattr(self, name) for name in FindingsWanted.__dataclass_fields__}
        return replace(FindingsWanted(**fields).filter, units=self.units)


class BulkAsked(Closed):
    """A filter, and whether what a second person must sign too is taken in."""

    filter: FilterBody
    two_people: bool = False


class BulkDecided(BulkAsked):
    """One decision and one reason for all that a preview showed, which ``digest`` names."""

    outcome: Literal["accept", "reject", "need_more"]
    reason: Annotated[str, Field(min_length=1, max_length=5_000)]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


_LEFT_OUT = Annotated[
    dict[str, int], Meta(description="By why: `two_people`, `yours`, `decided`, `settled`, `closed`, `over`.")
]
_BULK: dict[str, Any] = {
    "bulk": Annotated[int, Meta(description="What takes it back names it.")],
    "findings": int,
    "status": Annotated[dict[str, int], Meta(description="Where they stand, by status.")],
}


@router.post(
    "/api/v1/decisions/preview",
    action="decide",
    answer=answers(
        "What would be decided", findings=int, units=int, second=int, left_out=_LEFT_OUT, digest=str, ids=list[int]
    ),
    problems=(404,),
)
def preview_decision(request: Request, asked: BulkAsked) -> Response:
    """Say what a decision on a filter would do: how many findings of how many units, and what is left out and why.

    `second` are those that a second person must sign too. What is above your clearance is not counted.
    """
    wanted = asked.filter.filter
    shown = preview_bulk(book_of(request), person_of(request), wanted, two_people=asked.two_people)
    return JSONResponse(asdict(shown))


@router.post(
    "/api/v1/decisions/bulk",
    action="decide",
    answer=answers("What was decided", **_BULK),
    problems=(404, 409),
    takes_key=True,
)
def decide_on_all(request: Request, asked: BulkDecided) -> Response:
    """Decide on all that a preview showed, or on none; each finding gets its own decision on record."""
    bulk = decide_bulk(
        book_of(request), person_of(request), asked.filter.filter, Outcome(asked.outcome), asked.reason,
        digest=asked.digest, two_people=asked.two_people,
    )  # fmt: skip
    return JSONResponse(_bulk_json(bulk))


@router.post(
    "/api/v1/decisions/bulk/{seq}/undo",
    action="decide",
    answer=answers("What was taken back", **_BULK),
    problems=(404, 409),
)
def undo_decisions(request: Request, seq: Annotated[int, Path(ge=1, le=LARGEST)]) -> Response:
    """Take back what you decided at once: until a second person signs, or anything else is built on it."""
    return JSONResponse(_bulk_json(undo_bulk(book_of(request), person_of(request), seq)))


def _bulk_json(bulk: Bulk) -> dict[str, Any]:
    return {"bulk": bulk.seq, "findings": bulk.findings, "status": bulk.statuses}


@router.get(
    "/api/v1/inbox",
    action="decide",
    answer=answers(
        "What waits for you", findings=list[KeptFindingAnswer], next=int | None, second_looks=list[SecondLookAnswer]
    ),
)
def waiting(
    request: Request, limit: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 100, lang: InLang = "en"
) -> Response:
    """List what waits for you: the grave first, then by due date; blind re-checks are among it, not told apart.

    `second_looks` are events of open reports that you are asked to look at without seeing what others decided.
    """
    book, person = book_of(request), person_of(request)
    claim_rechecks(book, person)
    findings = [kept_json(finding, lang) for finding in inbox(book, person, limit=limit)]
    looks = [
        {"run": one.run, "case": one.case, "event": one.event, "title": sentence(one.headline, lang)}
        for one in waiting_events(book, person)
    ]
    return JSONResponse({"findings": findings, "next": None, "second_looks": looks})


@router.get("/api/v1/rechecks", action="read", answer=answers("How far people agree"))
def agreed(request: Request) -> Response:
    """Say how far first and blind decisions agree, on findings and on events: Cohen's kappa with its 95% interval.

    `events` is on the grouping of reports, `event_kinds` and `event_stages` where both said them.
    """
    book, person = book_of(request), person_of(request)
    on_events = agreement_on_events(book, person)
    return JSONResponse({
        **agreement(book, person)._asdict(), "events": on_events.grouping._asdict(),
        "event_kinds": on_events.kinds._asdict(), "event_stages": on_events.stages._asdict(),
    })  # fmt: skip


@router.put("/api/v1/rechecks", action="decide", answer=answers("The share"))
def set_share(request: Request, asked: Share) -> Response:
    """Set the share of final decisions that is drawn for a blind re-check."""
    set_recheck_share(book_of(request), person_of(request), asked.share)
    return JSONResponse({"share": asked.share})


def case_json(case: Case) -> dict[str, Any]:
    """Return a case as plain values."""
    return {**fields_of(CaseAnswer, case, status=str(case.status), mark=str(case.mark))}


def kept_json(finding: KeptFinding, lang: str) -> dict[str, Any]:
    """Return a kept finding as plain values, its reason said."""
    words = why(finding.content or {}, lang)
    return {**fields_of(KeptFindingAnswer, finding, status=str(finding.status), mark=str(finding.mark), why=words)}


def unit_json(unit: KeptUnit, lang: str) -> dict[str, Any]:
    """Return a unit as plain values."""
    entries = [" ".join(entry) for entry in unit.entries]
    return {**fields_of(UnitAnswer, unit, finding=kept_json(unit.finding, lang), entries=entries)}


def _run_json(run: dict[str, Any]) -> dict[str, Any]:
    return {**run, "mark": str(Mark(run["mark"]))}


def statuses_named(text: str) -> tuple[Status, ...]:
    """Return the statuses of a filter, such as ``open,disputed``; raise `InputError` where no status is called so."""
    names = [name.strip().upper() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in Status.__members__]:
        known = ", ".join(str(status) for status in Status)
        raise InputError("status_filter_unknown", where="status", status=unknown[0].lower(), known=known)
    return tuple(Status[name] for name in names)


def verdicts_named(text: str) -> tuple[str, ...]:
    """Return the verdicts of a filter, such as ``listed,review``."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
