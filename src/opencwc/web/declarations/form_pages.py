"""The declaration of a judged register: its forms as they stand, what they lack and why, and the files of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import Query, Request
from msgspec.structs import replace
from starlette.responses import Response

from opencwc.declarations.forms.checking import field_named
from opencwc.declarations.forms.composition import declaration_id
from opencwc.declarations.forms.declaration_files import FORMATS, declaration_file
from opencwc.declarations.forms.fault_parts import title_of
from opencwc.declarations.forms.form_fields import column_for, column_heading
from opencwc.declarations.forms.form_report import make_report
from opencwc.declarations.forms.model import Declaration, Document
from opencwc.declarations.run_papers import (
    KeptDeclaration,
    KeptPapers,
    LackingField,
    declaration_of,
    document_of,
    lacking_in,
    opened,
)
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.web.declarations.judged_registers import shown_papers
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.days_and_sizes import day_said
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router
from opencwc.wording import LANGUAGES

router = Router(include_in_schema=False)
SITES_A_PAGE, MOST_LACKING = 10, 500
Format = Literal["pdf", "xlsx", "json", "xml"]
PaperLang = Annotated[str, Query(max_length=2)]
Part = Annotated[int, Query(ge=0, le=LARGEST)]


class Listed(NamedTuple):
    """A declaration in the list of a register's: its place, from 1, its plant sites and the fields it lacks."""

    place: int
    declaration: Declaration
    sites: int
    lacking: int

    @property
    def title(self) -> Message:
        """The regime, the kind and the year declared on."""
        return title_of(self.declaration)


@router.get("/declarations/runs/{number}/forms", action="read")
def show_forms(request: Request, number: Number, paper_lang: PaperLang = "") -> Response:
    """Show the declarations of a register, their files, and what they lack."""
    shown, papers = shown_papers(request, number)
    listed = [
        Listed(place, held.heading, len(held.codes), held.lacking) for place, held in enumerate(papers.declarations, 1)
    ]
    return page(
        request, "declarations/forms.html", shown=shown, kept=shown.kept, listed=listed, formats=FORMATS,
        lacking=[_lacking_shown(papers, one) for one in lacking_in(papers, MOST_LACKING)],
        lacking_count=sum(held.lacking for held in papers.declarations),
        paper_lang=paper_lang if paper_lang in LANGUAGES else language_of(request),
    )  # fmt: skip


@router.get("/declarations/runs/{number}/forms/{place}", action="read")
def show_form(request: Request, number: Number, place: Number, after: Part = 0) -> Response:
    """Show one declaration as its form, some plant sites a page."""
    shown, papers = shown_papers(request, number)
    kept = declaration_at(papers, place)
    held = kept.heading
    some = declaration_of(kept, after, SITES_A_PAGE)
    some = replace(some, chemicals=()) if after else some
    report = make_report(replace(papers.heading, declarations=(some,)), language_of(request), day_said)
    form = next(section for section in report.sections if section.id == "declaration-1")
    lacking = opened(kept.lacks, LackingField, 0, MOST_LACKING)
    further, sites = after + SITES_A_PAGE, len(kept.codes)
    return page(
        request, "declarations/form.html", shown=shown, held=held, place=place, title=title_of(held),
        passed=held.due < date.today(),
        blocks=list(form.blocks), closing=report.closing, formats=FORMATS, after=after,
        lacking=[_lacking_shown(papers, one) for one in lacking], lacking_count=kept.lacking,
        next=further if further < sites else None, sites=sites, until=min(further, sites),
    )  # fmt: skip


@router.get("/declarations/runs/{number}/declaration.{format}", action="read")
def download(
    request: Request, number: Number, format: Format, part: Part = 0, paper_lang: PaperLang = ""
) -> Response:  # fmt: skip
    """Give the declarations of a register as a file, or one of them: ``part`` is its place among them, from 1."""
    _, papers = shown_papers(request, number)
    document, name = written_today(papers, part)
    lang = paper_lang if paper_lang in LANGUAGES else language_of(request)
    ending = f"{name}-{document.year}-{number}" + (f"-{lang}" if format in ("pdf", "xlsx") else "")
    return downloads.download(declaration_file(document, format, lang), f"{ending}.{format}")


def written_today(papers: KeptPapers, part: int) -> tuple[Document, str]:
    """Return the declarations as of today, or one of them by its place from 1, and what their file is called."""
    name = "declarations"
    if part:
        held = declaration_at(papers, part).heading
        name = declaration_id(held.regime, held.declaration)
    return replace(document_of(papers, part), made=date.today()), name


def declaration_at(papers: KeptPapers, place: int) -> KeptDeclaration:
    """Return a declaration by its place, from 1; raise `NotFoundError` where there is none."""
    if not 0 < place <= len(papers.declarations):
        raise NotFoundError("register_has_no_such_declaration", place=place, count=len(papers.declarations))
    return papers.declarations[place - 1]


def _lacking_shown(papers: KeptPapers, lacking: LackingField) -> dict[str, Any]:
    return {
        "title": title_of(papers.declarations[lacking.place - 1].heading), "site": lacking.site, "plant": lacking.plant,
        "chemical": lacking.chemical, "field": field_named(lacking.field.name),
        "column": column_heading(column_for(lacking.field.name)), "rule": lacking.field.rule,
    }  # fmt: skip
