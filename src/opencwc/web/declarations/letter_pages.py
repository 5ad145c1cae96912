"""Questions to operators: the letters with their answer forms, and the answers held against the questions."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.declarations.letters import (
    Letter,
    answer_form_json,
    answer_form_workbook,
    file_stem,
    make_letter,
    place_of,
)
from opencwc.declarations.points_to_ask import reasons_in
from opencwc.declarations.replies import Outcome, apply_replies, register_files
from opencwc.declarations.run_papers import KeptPapers, letters_of, questions_in, rows_of
from opencwc.declarations.uploaded_papers import ReadAnswers, read_answers
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.jobs.archives import pack_uploads
from opencwc.jobs.questions_kept import Standing, keep_answers, keep_letters, standings_of
from opencwc.publishing.report_files import report_file
from opencwc.web.casebook.upload_forms import Uploads
from opencwc.web.declarations.form_pages import PaperLang
from opencwc.web.declarations.forms import ANSWERS
from opencwc.web.declarations.judged_registers import shown_papers
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.htmx_headers import announcing, leading_to
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, Service, book_of, person_of, service_of
from opencwc.wording import LANGUAGES, say

router = Router(include_in_schema=False)
DAYS_TO_ANSWER = 21
LETTERS_A_PAGE, QUESTIONS_SHOWN, MOST_TOLD = 50, 30, 300
Paper = Literal["pdf", "docx", "xlsx", "json"]
LETTER, ANSWER_FORM = ("pdf", "docx"), ("xlsx", "json")
"""What a letter, and the form to answer on, come as."""


@router.get("/declarations/runs/{number}/questions", action="read")
def show_questions(
    request: Request,
    number: Number,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    paper_lang: PaperLang = "",
) -> Response:
    """Show what has to be asked back, a letter a plant site, with the files of each."""
    shown, papers = shown_papers(request, number)
    lang = language_of(request)
    letters = enumerate(letters_of(papers, after, LETTERS_A_PAGE), after + 1)
    count = papers.letters.count
    standings = standings_of(book_of(request), person_of(request), shown)
    return page(
        request, "declarations/questions.html", shown=shown, letters=list(letters),
        sent=lambda letter: _sent_on(letter, standings),
        count=count, questions=papers.questions, most=QUESTIONS_SHOWN, authority=papers.authority[:MOST_TOLD],
        letter_files=LETTER, answer_files=ANSWER_FORM,
        place=lambda question: place_of(question, lang), reasons_in=reasons_in,
        paper_lang=paper_lang if paper_lang in LANGUAGES else lang, after=after,
        next=after + LETTERS_A_PAGE if count > after + LETTERS_A_PAGE else None,
    )  # fmt: skip


@router.get("/declarations/runs/{number}/letters/{place}.{format}", action="read")
def download(
    request: Request, number: Number, place: Number, format: Paper, paper_lang: PaperLang = ""
) -> Response:  # fmt: skip
    """Give a letter, or its form to answer on, as a file."""
    shown, papers = shown_papers(request, number)
    letter = letter_at(papers, place)
    lang = paper_lang if paper_lang in LANGUAGES else language_of(request)
    plain = "".join(sign if sign.isascii() else "-" for sign in file_stem(letter)).strip("-") or str(place)
    return downloads.download(letter_file(letter, shown.kept.year, format, lang), f"{plain}-{place}-{lang}.{format}")


@router.post("/declarations/runs/{number}/letters/{place}/sent", action="keep")
def mark_as_sent(request: Request, number: Number, place: Number) -> Response:
    """Keep that a letter went out, with each of its questions."""
    shown, papers = shown_papers(request, number)
    letter = letter_at(papers, place)
    until = date.today() + timedelta(days=DAYS_TO_ANSWER)
    keep_letters(book_of(request), person_of(request), shown, papers, letter.questions, until.isoformat())
    response = leading_to(f"/declarations/runs/{number}/questions")
    told = Message("page_declarations_letter_marked", {"site": letter.site})
    response.headers.update(announcing(say(told, language_of(request)), carry=True))
    return response


def _sent_on(letter: Letter, standings: Mapping[str, Standing]) -> str:
    """Return when a letter went out: the moment of its last question, empty where one did not."""
    sent = [stands.asked for each in letter.questions if (stands := standings.get(each.id)) is not None]
    moments = [asked.at for asked in sent if asked is not None]
    return max(moments) if len(moments) == len(letter.questions) else ""


def letter_at(papers: KeptPapers, place: int) -> Letter:
    """Return a letter by its place, from 1; raise `NotFoundError` where there is none."""
    if not 0 < place <= papers.letters.count:
        raise NotFoundError("register_has_no_such_letter", place=place, count=papers.letters.count)
    return letters_of(papers, place - 1, 1)[0]


def letter_file(letter: Letter, year: int, format: str, lang: str) -> bytes:
    """Return a letter (PDF, DOCX), or its form to answer on (XLSX, JSON)."""
    if format == "xlsx":
        return answer_form_workbook(letter, year, lang)
    if format == "json":
        return answer_form_json(letter, year, lang)
    today = date.today()
    report = make_letter(letter, year, lang, today, today + timedelta(days=DAYS_TO_ANSWER))
    return report_file(report, "pdf" if format == "pdf" else "docx")


@router.post("/declarations/runs/{number}/answers", action="keep", uploads=True)
async def show_outcome(request: Request, number: Number) -> Response:
    """Hold the answers of operators against the questions of a register, and keep those that close one."""
    lang = language_of(request)
    outcome = await _outcome(request, number)
    kept = await service_of(request).answering.run_for(person_of(request).id, _keep, request, number, outcome)
    return page(
        request, "declarations/outcome.html", outcome=outcome, kept=kept, most=MOST_TOLD, number=number,
        place=lambda question: place_of(question, lang),
    )  # fmt: skip


@router.post("/declarations/runs/{number}/corrected.zip", action="keep", uploads=True)
async def download_corrected(request: Request, number: Number) -> Response:
    """Give the register as the answers correct it, with the list of what they changed."""
    outcome = await _outcome(request, number)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in register_files(outcome).items():
            archive.writestr(name, table)
    return downloads.download(content.getvalue(), f"register-{number}-corrected.zip")


async def _outcome(request: Request, number: int) -> Outcome:
    """Return what the answers that were sent come to."""
    service, person = service_of(request), person_of(request)
    async with ANSWERS.sent(request) as sent:
        _, papers = await service.answering.run_for(person.id, shown_papers, request, number)
        return await service.answering.run_for(person.id, _held_against, service, sent.uploads, papers)


def _keep(request: Request, number: int, outcome: Outcome) -> int:
    """Keep the answers with their findings, and return how many are new."""
    shown, papers = shown_papers(request, number)
    return keep_answers(book_of(request), person_of(request), shown, papers, outcome.closed, language_of(request))


def _held_against(service: Service, uploads: Uploads, papers: KeptPapers) -> Outcome:
    answers = _read(service, uploads)
    outcome = apply_replies(questions_in(papers), answers.replies, rows_of(papers))
    return outcome._replace(refused=(*answers.refused, *outcome.refused))


def _read(service: Service, uploads: Uploads) -> ReadAnswers:
    must = service.configuration.job_network_must_be_cut
    with tempfile.TemporaryFile(prefix="opencwc-answers-") as file:
        pack_uploads(uploads, file)
        return read_answers(file, network_must_be_cut=must)
