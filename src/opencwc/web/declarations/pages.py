"""Declarations: a register is dropped, a job judges it, and a page says what is due, by when, where and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple, cast

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.convention.clauses import in_short
from opencwc.convention.declaration_rules import Reading
from opencwc.declarations.kept import KeptDeclarations
from opencwc.declarations.law import profiles
from opencwc.declarations.law_notes import reading_titled
from opencwc.declarations.phrases import reading_said
from opencwc.declarations.verb import VERB
from opencwc.finding import Message
from opencwc.jobs.kept_runs import ShownRun
from opencwc.web.casebook.job_page import show_job
from opencwc.web.casebook.saved_runs import SavedRuns, numbered
from opencwc.web.casebook.upload_forms import leading_to_job, upload_values
from opencwc.web.declarations import (
    ask_pages,
    calendar_page,
    check_pages,
    form_pages,
    grid_pages,
    letter_pages,
    overview_page,
    submission_pages,
    version_pages,
)
from opencwc.web.declarations.check_pages import titled_profiles
from opencwc.web.declarations.due_list import (
    DueShownAsked,
    answer_of,
    chemicals_said,
    choices_of,
    days_of,
    due_file,
    due_listed,
    range_said,
    readings_of,
    unconfirmed_readings,
    usual_order,
    without_readings,
)
from opencwc.web.declarations.forms import READINGS, REGISTER, YEARS
from opencwc.web.declarations.judged_registers import shown_register
from opencwc.web.declarations.preview import show_preview
from opencwc.web.declarations.register_lists import FIRST, TITLES, Part, first_of, part_listed
from opencwc.web.declarations.year_before_files import submissions_offered
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListWanted
from opencwc.web.server.page import language_of, page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router

router = Router(include_in_schema=False)
router.include_router(submission_pages.router)
router.include_router(version_pages.router)
A_PAGE, MOST_FAULTS = 100, 500
_FOLDER = Path(__file__).parent / "examples"
EXAMPLES = {name: (_FOLDER / name).read_text(encoding="utf-8") for name in ("sites.csv", "activities.csv")}
"""A register to click and try: invented."""
RUNS = SavedRuns(
    VERB, "/declarations/runs", "page_declarations_kept", "page_declarations_run",
    numbered("page_declarations_run_number"), "page_declarations_file",
    (
        ("due", "declarations_to_declare"), ("near", "verdict_near"), ("review", "declarations_to_review"),
        ("ask", "page_declarations_view_ask"), ("unreadable", "declarations_unreadable"),
    ),
    more=(ListColumn("year", "page_declarations_year", lambda run, _: str(run.asked.get("year", ""))),),
)  # fmt: skip
RUNS.give_files(router)


class ReadingOffered(NamedTuple):
    """A reading that can be turned: its id, what it is of, its choices with what each says, the usual one, source."""

    id: str
    title: Message
    choices: tuple[tuple[str, Message], ...]
    usual: str
    source: str

    @classmethod
    def of(cls, reading: Reading) -> ReadingOffered:
        """Return it as the form offers it."""
        choices = tuple((choice, reading_said(reading.id, choice)) for choice in reading.choices)
        return cls(reading.id, reading_titled(reading.id), choices, reading.choice, in_short(reading.source))


@router.get("/declarations", action="rules")
def show(request: Request, wanted: ListWanted) -> Response:
    """Show where a register is dropped, and those that were judged before."""
    today = date.today()
    years = [year for year in range(today.year - 3, today.year + 3) if year in YEARS]
    return page(
        request, "declarations/page.html", profiles=titled_profiles(request), years=years, examples=list(EXAMPLES),
        submissions=submissions_offered(request), readings=[ReadingOffered.of(reading) for reading in READINGS],
        runs=RUNS, kept=RUNS.shown(request, wanted), **upload_values(request),
    )  # fmt: skip


@router.get("/declarations/examples/{name}", action="rules")
def example(name: str) -> Response:
    """Give an invented table to try out."""
    return downloads.example(EXAMPLES, name)


@router.post("/declarations/register", action="keep", uploads=True)
async def submit(request: Request) -> Response:
    """Keep the register in a case, have it judged, and lead to the page of the job."""
    return await REGISTER.take(request, leading_to_job)


router.get("/declarations/jobs/{job_id}", action="keep")(show_job)
router.post("/declarations/preview", action="keep", uploads=True)(show_preview)
router.include_router(check_pages.router)
router.include_router(form_pages.router)
router.include_router(letter_pages.router)
router.include_router(grid_pages.router)


@router.get("/declarations/runs/{number}", action="read")
def show_run(
    request: Request, number: Number, wanted: DueShownAsked, asked: ListWanted, part: Brief = "",
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:  # fmt: skip
    """Show what of a register is due: the answer, what to do next, the list, the days, what is near, what is wrong.

    ``part`` asks for one of the two last alone, as a list.
    """
    shown, today = shown_register(request, number), date.today()
    if part in TITLES:
        return _show_part(request, shown, cast(Part, part), asked, after)
    kept = shown.kept
    lang = language_of(request)
    table, some = due_listed(kept, wanted, lang, today), wanted.part(after, A_PAGE)
    days = days_of(kept.due, today)
    titles = profiles().get(kept.profile, {})
    return page(
        request, "declarations/run.html", shown=shown, kept=kept, wanted=wanted, list=table, lines=table.rows[some],
        after=some.start, next=some.stop if table.found > some.stop and not wanted.whole else None,
        answer=answer_of(kept, days), days=days, choices=choices_of(kept), profile=titles.get(lang, kept.profile),
        unjudged=sum(problem.unjudged for problem in kept.problems), most_faults=MOST_FAULTS, view="due",
        most_first=FIRST, faults=first_of("faults", kept, lang), near=first_of("near", kept, lang),
        papers=kept.papers is not None, called=chemicals_said(kept, lang), range_said=range_said,
        usual=usual_order(table.rows), read_as=readings_of(table.rows[some]), without_readings=without_readings,
        unconfirmed=unconfirmed_readings(),
    )  # fmt: skip


def _show_part(
    request: Request, shown: ShownRun[KeptDeclarations], part: Part, asked: ListAsked, after: int
) -> Response:
    """Show the faults, or the amounts just under a threshold, as a list."""
    lang = language_of(request)
    table, some = part_listed(part, shown.kept, asked, lang), asked.part(after, A_PAGE)
    return page(
        request, "declarations/run_part.html", shown=shown, part=part, title=TITLES[part], list=table,
        lines=table.lines(some), called=chemicals_said(shown.kept, lang), after=some.start,
        next=some.stop if table.found > some.stop and not asked.whole else None,
    )  # fmt: skip


@router.get("/declarations/runs/{number}/lists/{part}.{ending}", action="read")
def download_part(request: Request, number: Number, part: Part, ending: Ending, asked: ListWanted) -> Response:
    """Give the faults, or the amounts just under a threshold, as a file, in which no cell is a formula."""
    lang = language_of(request)
    table = part_listed(part, shown_register(request, number).kept, asked, lang)
    return downloads.download(table.file(ending, TITLES[part], lang), f"{part}-{number}.{ending}")


@router.get("/declarations/runs/{number}/due.{ending}", action="read")
def download(request: Request, number: Number, ending: Ending, wanted: DueShownAsked) -> Response:
    """Give what is shown as a file, in which no cell is a formula."""
    kept = shown_register(request, number).kept
    content = due_file(kept, wanted, language_of(request), ending, "page_declarations_calendar", date.today())
    return downloads.download(content, f"due-{number}.{ending}")


router.include_router(overview_page.router)
router.include_router(ask_pages.router)
router.include_router(calendar_page.router)
