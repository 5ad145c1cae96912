"""Briefs on the events of a run: their list, the form that one is written in, one with its preview, release, files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form, Query, Request
from msgspec import Struct, structs
from pydantic import Field
from starlette.responses import Response

from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.errors import InputError
from opencwc.jobs.briefs import (
    FILES,
    BriefRun,
    BriefVersion,
    FileFormat,
    brief_file,
    brief_run,
    keep_brief,
    release_brief,
)
from opencwc.jobs.source_list import source_list
from opencwc.publishing.model import Paragraph, Report, Text
from opencwc.reports.brief import LONGEST, MOST_EVENTS, UNRATED, BriefDraft, Judgement
from opencwc.reports.brief_report import brief_report
from opencwc.reports.estimates import confidences
from opencwc.reports.private_people import shown_title
from opencwc.reports.sources import CREDIBILITY, RELIABILITY, grades_of
from opencwc.reports.summaries import EventSummary, latest_first
from opencwc.web.reports.face import RUNS
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Closed, Number
from opencwc.web.server.days_and_sizes import with_written_days
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListShown, ListWanted, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import LANGUAGES, say
from opencwc.wording.likelihood import LIKELIHOODS

router = Router(include_in_schema=False)
STATE_TONES = {"draft": "doubt", "one_release": "doubt", "released": "mild", "superseded": "gap"}
_EventName = Annotated[str, Field(max_length=64)]
_Short = Annotated[str, Field(max_length=500)]
_Text = Annotated[str, Field(max_length=LONGEST)]
_Version = Annotated[int, Query(ge=0, le=LARGEST)]


class BriefForm(Closed):
    """A brief as the form sends it: one of ``says`` and so on per event, one of each grade per report.

    ``brief`` is the number of the brief that it is a new version of, 0 of a new one.
    """

    title: Annotated[str, Field(max_length=300)] = ""
    brief_lang: Annotated[str, Field(max_length=2)] = "en"
    event: Annotated[tuple[_EventName, ...], Field(max_length=MOST_EVENTS)] = ()
    says: tuple[_Text, ...] = ()
    likelihood: tuple[_EventName, ...] = ()
    confidence: tuple[_EventName, ...] = ()
    rests_on: tuple[_Text, ...] = ()
    report: tuple[_Short, ...] = ()
    reliability: tuple[_EventName, ...] = ()
    credibility: tuple[_EventName, ...] = ()
    brief: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    seen: Annotated[int, Field(ge=0, le=LARGEST)] = 0

    def draft(self) -> BriefDraft:
        """Return what it says; raise `InputError` where fields do not stand in equal number."""
        of_event = (self.event, self.says, self.likelihood, self.confidence, self.rests_on)
        of_report = (self.report, self.reliability, self.credibility)
        if len(set(map(len, of_event))) > 1 or len(set(map(len, of_report))) > 1:
            raise InputError("brief_form_incomplete", where="event")
        judgements = tuple(Judgement(*fields) for fields in zip(*of_event, strict=True))
        grades = {name: f"{one}{other}" for name, one, other in zip(*of_report, strict=True)}
        return BriefDraft(self.title, self.brief_lang, judgements, grades)


class ReleaseForm(Closed):
    """Which version is released, and what the person has seen."""

    version: Annotated[int, Field(ge=1, le=LARGEST)]
    seen: Annotated[int, Field(ge=0, le=LARGEST)]


@dataclass(frozen=True)
class Asked:
    """An event that a judgement is written on, with the judgement of the version before where there is one."""

    summary: EventSummary
    judgement: Judgement


BRIEF_COLUMNS: tuple[ListColumn[BriefVersion], ...] = (
    ListColumn("title", "page_brief_name", lambda one, _: one.brief.title),
    ListColumn("status", "page_brief_state", lambda one, lang: say(f"brief_state_{one.state}", lang)),
    ListColumn("language", "page_language", lambda one, lang: say(f"language_{one.brief.lang}", lang)),
    ListColumn("version", "page_brief_version", lambda one, _: str(one.version), lambda one: one.version, number=True),
    ListColumn("author", "page_brief_author", lambda one, _: one.author_name),
    ListColumn("at", "page_evidence_when", lambda one, _: one.at),
)


@router.get("/watch/runs/{number}/briefs", action="read")
def show_briefs(request: Request, number: Number, wanted: ListWanted) -> Response:
    """Show the briefs on a run, and the events that another one can be on."""
    having = brief_run(book_of(request), person_of(request), number)
    released = sum(any(one.state == "released" for one in versions) for versions in having.briefs.values())
    decided = latest_first(having.decided)
    return page(
        request, "reports/briefs.html", shown=having.shown, having=having, briefs=_listed(request, having, wanted),
        released=released, tones_of=STATE_TONES, decided=decided, titles=titles_apart(decided),
    )  # fmt: skip


@router.get("/watch/runs/{number}/briefs.{ending}", action="read")
def give_list(request: Request, number: Number, ending: Ending, wanted: ListWanted) -> Response:
    """Give the list of briefs as a file, in which no cell is a formula."""
    having = brief_run(book_of(request), person_of(request), number)
    file = _listed(request, having, wanted).file(ending, "page_brief_list", language_of(request))
    return downloads.download(file, f"briefs-{number}.{ending}")


def _listed(request: Request, having: BriefRun, wanted: ListAsked) -> ListShown[BriefVersion]:
    last = [versions[-1] for versions in having.briefs.values()]
    return listed(reversed(last), BRIEF_COLUMNS, wanted, language_of(request))


def titles_apart(events: Sequence[EventSummary]) -> dict[str, str]:
    """Return by their ids the title of the first report of events that nothing in their headlines tells apart."""
    heard = Counter(say(one.headline) for one in events)
    return {one.id: shown_title(one.lines[0].told) if heard[say(one.headline)] > 1 else "" for one in events}


@router.get("/watch/runs/{number}/briefs/new", action=("read", "keep"))
def show_form(
    request: Request, number: Number, event: Annotated[list[str] | None, Query(max_length=MOST_EVENTS)] = None,
    brief_lang: Annotated[str, Query(max_length=2)] = "", brief: _Version = 0,
) -> Response:  # fmt: skip
    """Show the form of a brief on events that were decided on, filled with its last version where there is one."""
    having = brief_run(book_of(request), person_of(request), number)
    before = having.version(brief) if brief else None
    asked = _asked(having, before, event or ())
    chosen = brief_lang if brief_lang in LANGUAGES else before.brief.lang if before else language_of(request)
    reports = [line.told.report for one in asked for line in one.summary.lines]
    listed = grades_of(source_list(book_of(request), person_of(request)).now.sources, reports)
    given = {**listed, **(before.brief.grades if before else {})}
    grades = {report.id: given.get(report.id, UNRATED) for report in reports}
    return page(
        request, "reports/brief_form.html", shown=having.shown, having=having, asked=asked, before=before,
        brief_lang=chosen, likelihoods=LIKELIHOODS, confidences=confidences(), reliability=RELIABILITY,
        credibility=CREDIBILITY, grades=grades, longest=LONGEST,
    )  # fmt: skip


def _asked(having: BriefRun, before: BriefVersion | None, events: Sequence[str]) -> list[Asked]:
    """Return the events to write on: those of the version before as they are now, and those that are asked for."""
    known: dict[str, Judgement] = {}
    for item in before.brief.items if before else ():
        now = having.event_now(item)
        if now is not None:
            known.setdefault(now.id, item.judgement)
    return [
        Asked(one, known.get(one.id, Judgement(one.id, "", "", "")))
        for one in having.decided
        if one.id in known or one.id in events
    ]


@router.post("/watch/runs/{number}/briefs", action=("read", "keep"))
def keep(request: Request, number: Number, form: Annotated[BriefForm, Form()]) -> Response:
    """Keep a brief as a draft, and lead to it."""
    kept = keep_brief(book_of(request), person_of(request), number, form.draft(), form.brief, form.seen)
    return leading_to(f"{RUNS}/{number}/briefs/{kept.number}")


@router.get("/watch/runs/{number}/briefs/{brief}", action="read")
def show_brief(request: Request, number: Number, brief: Number, version: _Version = 0) -> Response:
    """Show a version of a brief as its pages read, who released it, and what changed of its events since."""
    person = person_of(request)
    having = brief_run(book_of(request), person, number)
    shown_version = having.version(brief, version)
    versions = having.versions(brief)
    is_last = shown_version.version == len(versions)
    paper = having.paper(shown_version)
    return page(
        request, "reports/brief.html", shown=having.shown, having=having, it=shown_version, versions=versions,
        is_last=is_last, changed=[event for event in paper.events if event.changes],
        report=as_page(brief_report(paper)), tones_of=STATE_TONES, formats=tuple(FILES),
        release=_next_release(person, having, shown_version) if is_last else "",
    )  # fmt: skip


def as_page(report: Report) -> Report:
    """Return a brief as a page shows it: in English its days are written out, but for those in a person's own words."""
    if report.lang != "en":
        return report
    sections = tuple(_written_out(one) if one.id == "events" else one for one in report.sections)
    return structs.replace(report, lead=_written_out(report.lead), sections=sections, notes=_written_out(report.notes))


def _written_out(value: Any) -> Any:
    """Return a part of a brief with its days written out; paragraphs and titles are people's and outlets' own words."""
    if isinstance(value, str):
        return with_written_days(value, "en")
    if isinstance(value, tuple | list):
        return tuple(map(_written_out, value))
    if not isinstance(value, Struct) or isinstance(value, Paragraph | Text):
        return value
    return structs.replace(value, **{name: _written_out(getattr(value, name)) for name in value.__struct_fields__})


def _next_release(person: Person, having: BriefRun, version: BriefVersion) -> str:
    """Return what a person can do to release a version: be the first, be the second, or wait for another one."""
    if version.is_released or not (may(person, "release", having.mark) and may(person, "keep", having.mark)):
        return ""
    if not version.releases:
        return "first"
    return "own" if person.id in [one.person for one in version.releases] else "second"


@router.post("/watch/runs/{number}/briefs/{brief}/releases", action=("release", "read", "keep"))
def release(request: Request, number: Number, brief: Number, form: Annotated[ReleaseForm, Form()]) -> Response:
    """Release the last version of a brief as the first or the second person."""
    release_brief(book_of(request), person_of(request), number, brief, form.version, form.seen)
    return leading_to(f"{RUNS}/{number}/briefs/{brief}")


@router.get("/watch/runs/{number}/briefs/{brief}/file", action="read")
def give_file(
    request: Request, number: Number, brief: Number, format: FileFormat = "pdf", version: _Version = 0
) -> Response:
    """Give a version of a brief as a file: a released one as it was kept, a draft marked as one."""
    book, person = book_of(request), person_of(request)
    having = brief_run(book, person, number)
    wanted = having.version(brief, version)
    return downloads.download(brief_file(book, person, having, wanted, format), file_name(wanted, format))


def file_name(version: BriefVersion, format: FileFormat) -> str:
    """Return what the file of a version is called."""
    draft = "" if version.is_released else "-draft"
    return f"brief-{version.number}-version-{version.version}{draft}.{format}"
