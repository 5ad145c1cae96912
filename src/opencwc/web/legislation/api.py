"""Legislation: a State's texts are checked by a job, and the answers, the labels and passages for a question given."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.legislation.coverage_model import labels_on_shelf
from opencwc.legislation.decided_law import decided_to_plain
from opencwc.legislation.formats import MeasureAnswer, PassagePlace, answer_to_plain
from opencwc.legislation.neighbours_report import NeighbourState, OpenMeasurePlain, neighbours_to_plain
from opencwc.web.casebook.upload_forms import SUBMITS, job_made
from opencwc.web.legislation.forms import FORM
from opencwc.web.legislation.kept_laws import labels_of, put_on_shelf, standing_law
from opencwc.web.legislation.neighbour_pages import beside_others
from opencwc.web.legislation.questions import ask_laws
from opencwc.web.server.api_parameters import LARGEST, Closed, DayText, InLang, Limit, Number, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router(tags=["law"])
A_PAGE = 100
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after this many: `next` of the page before.")]


class StandingMeasure(MeasureAnswer):
    """What is proposed for a measure, and how it stands."""

    set: str
    finding: Annotated[int | None, Meta(description="Decide on it under /api/v1/findings.")]
    status: str
    decided: Annotated[str | None, Meta(description="The verdict that a person's decision gives.")]
    decision: Annotated[
        dict[str, Any] | None,
        Meta(
            description="The final decision: outcome, verdict, by, at, reason, place, elements (of which the proposal"
            " says the contrary)."
        ),
    ]


class LawAnswer(TypedDict):
    """A page of what is said of the measures."""

    run: int
    case: str
    state: str
    as_of: DayText
    model: Annotated[str | None, Meta(description="What proposed the verdicts; null where plain rules did.")]
    notes: list[str]
    measures: list[StandingMeasure]
    next: int | None


class LawPassage(PassagePlace):
    """A passage of a law that is kept, or a sentence on the Convention."""

    state: Annotated[str | None, Meta(description="Null where the passage is a sentence on the Convention.")]
    run: int | None
    doubt: Annotated[str | None, Meta(description="Where the text calls itself a draft, a bill or repealed.")]
    citation: Annotated[str, Meta(description="Section, subsection and item, as the law's language cites them.")]
    marks: Annotated[list[list[int]], Meta(description="Where in `text` words stand that meet what is asked.")]


_FOUND: dict[str, Any] = {
    "found": Annotated[
        list[LawPassage], Meta(description="Passages, best first; empty where nothing is good enough. Never free text.")
    ],
    "searched": Annotated[list[str], Meta(description="The States whose laws were searched.")],
}


_BESIDE: dict[str, Any] = {
    "run": int,
    "state": str,
    "as_of": DayText,
    "neighbours": list[NeighbourState],
    "notes": list[str],
    "measures": Annotated[list[OpenMeasurePlain], Meta(description="The measures that are not covered.")],
}
OtherStates = Annotated[
    str, Query(max_length=300, description="Alpha-3 codes, `FRA,ESP`; left out: neighbours that are kept, else all.")
]


class AskedOfLaws(Closed):
    """A question over the laws that are kept, of one State or of all."""

    question: Annotated[str, Field(min_length=1, max_length=1_000)]
    state: Annotated[str, Field(max_length=3, description="The State's alpha-3 code; all where left out.")] = ""


@router.post("/api/v1/law/checks", form=FORM.schema, **SUBMITS)
async def submit_texts(request: Request) -> Response:
    """Keep a State's texts in a case and have them checked by the worker; the job stands under `/api/v1/jobs`."""
    return await FORM.take(request, job_made)


@router.get("/api/v1/law/checks/{number}", action="read", answer=answers("The check", LawAnswer), problems=(404, 501))
def show_check(
    request: Request, number: Number, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en"
) -> Response:
    """Give what is said of every measure, page by page, with its passages and how it stands; `number` is the run."""
    shown, stands = standing_law(request, number)
    checked = shown.kept.checked
    page = checked.answers[after : after + limit]
    acts = checked.law.acts
    measures = []
    for answer in page:
        standing = stands.get((answer.measure.set, answer.measure.id))
        measures.append(
            {
                "set": answer.measure.set,
                **answer_to_plain(answer, lang, acts),
                "finding": standing.finding if standing else None,
                "status": str(standing.status) if standing else "",
                "decided": (standing.decided or None) if standing else None,
                "decision": decided_to_plain(standing.said) if standing and standing.said else None,
            }
        )
    body = {
        "run": shown.number,
        "case": shown.case.name,
        "state": shown.state,
        "as_of": checked.law.as_of.isoformat(),
        "model": checked.model or None,
        "notes": [sentence(note, lang) for note in checked.notes],
        "measures": measures,
        "next": after + len(page) if after + len(page) < len(checked.answers) else None,
    }
    return JSONResponse(body)


@router.get(
    "/api/v1/law/checks/{number}/labels",
    action="read",
    answer=answers("The labels", labels=list[Any]),
    problems=(404, 501),
)
def show_labels(request: Request, number: Number) -> Response:
    """Give what people decided of a check as labels; nothing is learned from them by itself."""
    return JSONResponse({"labels": list(labels_of(*standing_law(request, number)))})


@router.get(
    "/api/v1/law/checks/{number}/neighbours",
    action="read",
    answer=answers("The comparison", **_BESIDE),
    problems=(404, 501),
)
def show_neighbours(request: Request, number: Number, states: OtherStates = "", lang: InLang = "en") -> Response:
    """Give for every open measure which other kept laws have it, in their own words."""
    asked = [code.strip() for code in states.split(",") if code.strip()]
    beside = beside_others(request, number, asked)
    return JSONResponse({"run": number, **neighbours_to_plain(beside.compared, lang)})


@router.post(
    "/api/v1/law/checks/{number}/labels",
    action="decide",
    answer=answers("What is on the shelf", new=int, on_shelf=int),
    problems=(404, 501),
)
def shelve_labels(request: Request, number: Number) -> Response:
    """Put what people decided of a check on the house's shelf of labels; nothing is learned from them by itself."""
    new = put_on_shelf(book_of(request), person_of(request), number)
    return JSONResponse({"new": new, "on_shelf": labels_on_shelf()})


@router.post("/api/v1/law/ask", action="read", answer=answers("Passages", **_FOUND), problems=(501,))
def ask(request: Request, asked: AskedOfLaws, lang: InLang = "en") -> Response:
    """Answer a question with passages of the laws that are kept; one for synthesis and the like is refused."""
    answered = ask_laws(request, asked.question, asked.state, lang)
    passages = []
    for passage in answered.found:
        state, run, file = answered.run_of(passage)
        passages.append(
            {
                "state": state or None, "run": run or None, "file": file, "section": passage.place,
                "heading": passage.heading,
                "language": passage.lang, "start": passage.start, "end": passage.end, "text": passage.text,
                "similarity": round(passage.similarity, 4),
                "doubt": sentence(passage.doubt, lang) if passage.doubt else None,
                "citation": passage.citation, "marks": [list(mark) for mark in passage.marks],
            }
        )  # fmt: skip
    return JSONResponse({"found": passages, "searched": list(answered.runs)})
