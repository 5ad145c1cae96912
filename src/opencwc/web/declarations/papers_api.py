"""The papers of a judged register for programs: its declarations and their files, the letters, the check of a file."""

from __future__ import annotations

from typing import Annotated, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.declarations.forms.checking import field_named
from opencwc.declarations.forms.declaration_files import declaration_file
from opencwc.declarations.kept import Declaration as DeclarationNamed
from opencwc.declarations.kept import Regime
from opencwc.declarations.letters import figure_of, place_of
from opencwc.declarations.run_papers import lacking_in, letters_of
from opencwc.web.declarations.check_pages import checked_upload
from opencwc.web.declarations.form_pages import Format, written_today
from opencwc.web.declarations.forms import DECLARATION, asked_profile
from opencwc.web.declarations.judged_registers import shown_papers
from opencwc.web.declarations.letter_pages import Paper, letter_at, letter_file
from opencwc.web.declarations.submissions_api import FormFault, fault_answer
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Binary, DayText, InLang, Limit, Number, answers
from opencwc.web.server.service import Router, person_of, service_of
from opencwc.wording import say, sentence

router = Router(tags=["declarations"])
REGISTER = "/api/v1/declarations/{number}"
A_PAGE, MOST_LACKING = 50, 1_000
Place = Annotated[int, Query(ge=0, le=LARGEST, description="Which of the declarations, from 1; all where left out.")]
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after so many: `next` of the page before.")]


class FormAnswer(TypedDict):
    """A declaration of a register."""

    place: Annotated[int, Meta(description="Its place among them, from 1: `part` of its file.")]
    regime: Regime
    declaration: DeclarationNamed
    period: int
    due: DayText
    state: str
    sites: list[str]


class LackingAnswer(TypedDict):
    """A field that a form needs and the register lacks."""

    place: int
    site: str
    plant: str
    chemical: str
    field: Annotated[str, Meta(description="The id of the field.")]
    name: str
    rule: str


class FormsAnswer(TypedDict):
    """The declarations of a register, and what their forms lack."""

    run: int
    case: str
    year: int
    profile: str
    declarations: list[FormAnswer]
    lacking: Annotated[list[LackingAnswer], Meta(description="The first of them.")]
    lacking_total: int


class QuestionAnswer(TypedDict):
    """A question of a letter."""

    id: str
    plant: str
    where: str
    says: str
    rule: str
    now: Annotated[str, Meta(description="What stands in the register.")]
    figures: list[str]


class LetterAnswer(TypedDict):
    """A letter to the operator of a plant site."""

    place: Annotated[int, Meta(description="Its place among the letters, from 1.")]
    site: str
    operator: str
    questions: list[QuestionAnswer]


class LettersAnswer(TypedDict):
    """A page of the letters of a register."""

    run: int
    case: str
    year: int
    total: int
    letters: list[LetterAnswer]
    next: int | None


class CheckedDeclaration(TypedDict):
    """What came of checking a declaration."""

    name: str
    year: Annotated[int, Meta(description="Its year; 0 where it does not follow its form.")]
    declarations: int
    attached: Annotated[bool, Meta(description="It was attached to a PDF, whose pages were not read.")]
    profile: str
    as_of: DayText
    total: Annotated[int, Meta(description="How many faults there are.")]
    faults: Annotated[list[FormFault], Meta(description="The first 1,000 of them.")]


@router.get(REGISTER + "/forms", action="read", answer=answers("The declarations", FormsAnswer), problems=(404, 501))
def show_forms(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Give the declarations of a judged register, and what their forms lack."""
    shown, papers = shown_papers(request, number)
    body: FormsAnswer = {
        "run": shown.number, "case": shown.case.name, "year": papers.heading.year,
        "profile": papers.heading.profile,
        "declarations": [
            {
                "place": place, "regime": held.heading.regime, "declaration": held.heading.declaration,
                "period": held.heading.period, "due": held.heading.due.isoformat(), "state": held.heading.state,
                "sites": list(held.codes),
            }
            for place, held in enumerate(papers.declarations, 1)
        ],
        "lacking": [
            {
                "place": one.place, "site": one.site, "plant": one.plant, "chemical": one.chemical,
                "field": one.field.name, "name": say(field_named(one.field.name), lang), "rule": one.field.rule,
            }
            for one in lacking_in(papers, MOST_LACKING)
        ],
        "lacking_total": sum(held.lacking for held in papers.declarations),
    }  # fmt: skip
    return JSONResponse(body)


@router.get(
    REGISTER + "/declaration.{format}",
    action="read",
    answer=answers("The declaration", Binary, "application/octet-stream"),
    problems=(404, 501),
)
def write_declaration(
    request: Request, number: Number, format: Format, part: Place = 0, lang: InLang = "en"
) -> Response:
    """Write the declarations of a judged register, or one of them, as XML, JSON, XLSX or PDF."""
    _, papers = shown_papers(request, number)
    document, name = written_today(papers, part)
    content = declaration_file(document, format, lang)
    return downloads.download(content, f"{name}-{document.year}-{number}.{format}")


@router.get(REGISTER + "/letters", action="read", answer=answers("The letters", LettersAnswer), problems=(404, 501))
def show_letters(
    request: Request, number: Number, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en"
) -> Response:
    """Give what has to be asked back, a letter a plant site, page by page."""
    shown, papers = shown_papers(request, number)
    part, total = letters_of(papers, after, limit), papers.letters.count
    body: LettersAnswer = {
        "run": shown.number, "case": shown.case.name, "year": shown.kept.year, "total": total,
        "letters": [
            {
                "place": place, "site": letter.site, "operator": letter.operator,
                "questions": [
                    {
                        "id": asked.id, "plant": asked.plant, "where": place_of(asked, lang),
                        "says": sentence(asked.says, lang), "rule": asked.rule, "now": asked.now,
                        "figures": [figure_of(shown, lang) for shown in asked.figures],
                    }
                    for asked in letter.questions
                ],
            }
            for place, letter in enumerate(part, after + 1)
        ],
        "next": after + len(part) if after + len(part) < total else None,
    }  # fmt: skip
    return JSONResponse(body)


@router.get(
    REGISTER + "/letters/{place}.{format}",
    action="read",
    answer=answers("The letter, or the form to answer on", Binary, "application/octet-stream"),
    problems=(404, 501),
)
def write_letter(request: Request, number: Number, place: Number, format: Paper, lang: InLang = "en") -> Response:
    """Write a letter as PDF or DOCX, or its form to answer on as XLSX or JSON."""
    shown, papers = shown_papers(request, number)
    content = letter_file(letter_at(papers, place), shown.kept.year, format, lang)
    return downloads.download(content, f"letter-{number}-{place}-{lang}.{format}")


@router.post(
    "/api/v1/declarations/check",
    action="screen",
    form={
        **DECLARATION.schema,
        "required": ["file"],
        "properties": {
            name: kind for name, kind in DECLARATION.schema["properties"].items() if name not in ("case", "mark")
        },
    },
    answer=answers("Its faults", CheckedDeclaration),
    problems=(413, 415, 501),
)
async def check(request: Request, lang: InLang = "en") -> Response:
    """Check a declaration that somebody wrote: every fault with its rule and its place; nothing of it is kept."""
    service, person = service_of(request), person_of(request)
    async with DECLARATION.sent(request) as sent:
        day, profile = sent.day.isoformat(), asked_profile(sent.texts)
        question = {"as_of": day, "profile": profile}
        checked = await service.answering.run_for(person.id, checked_upload, service, question, sent.uploads)
        name = sent.uploads[0][0]
    body: CheckedDeclaration = {
        "name": name, "year": checked.year, "declarations": checked.declarations,
        "attached": checked.attached, "profile": profile, "as_of": day, "total": checked.total,
        "faults": [fault_answer(fault, lang) for fault in checked.faults],
    }  # fmt: skip
    return JSONResponse(body)
