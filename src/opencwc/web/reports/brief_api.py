"""Briefs for programs: listed, written in versions, released by two people, given as files."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from fastapi import Path, Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.jobs.briefs import (
    BriefRun,
    BriefVersion,
    FileFormat,
    State,
    brief_file,
    brief_run,
    keep_brief,
    release_brief,
)
from opencwc.records import to_plain
from opencwc.reports.brief import LONGEST, MOST_EVENTS, Brief, BriefDraft, Judgement
from opencwc.web.reports.brief_pages import file_name
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Binary, Closed, InLang, Lang, Number, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router(tags=["watch"])
ADDRESS = "/api/v1/watch/runs/{number}/briefs"
ONE = ADDRESS + "/{brief}"
BriefNumber = Annotated[int, Path(ge=1, le=LARGEST, description="The number of a brief of this run, from 1.")]
WantedVersion = Annotated[int, Query(ge=0, le=LARGEST, description="The number of a version; 0 is the last one.")]
Seen = Annotated[int | None, Field(ge=0, le=LARGEST)]
Likelihood = Literal["almost_no_chance", "very_unlikely", "unlikely", "even", "likely", "very_likely", "almost_certain"]
Word = Annotated[str, Field(min_length=1, max_length=64)]
Grade = Annotated[str, Field(pattern="^[A-Fa-f][1-6]$")]


class ReleasedAnswer(TypedDict):
    """Who released a version, and when."""

    person: str
    at: str


class VersionOfBrief(TypedDict):
    """A version of a brief and where it stands."""

    number: int
    version: int
    title: str
    lang: str
    state: State
    author: str
    at: str
    releases: list[ReleasedAnswer]
    files: Annotated[dict[str, str], Meta(description="The SHA-256 of each released file, by its format.")]
    superseded_by: Annotated[int, Meta(description="The version that superseded it; 0 where none did.")]


class BriefsAnswer(TypedDict):
    """The last version of every brief on a run."""

    run: int
    briefs: list[VersionOfBrief]
    decided: Annotated[list[str], Meta(description="The events that a brief can be on: somebody decided on them.")]
    seen: Annotated[int, Meta(description="Send it with a brief or a release: nobody has acted since.")]


class ChangedEvent(TypedDict):
    """An event of a brief: the version that it was written on, and what changed since."""

    event: str
    version: str
    changes: list[str]


class BriefAnswer(TypedDict):
    """A version of a brief, what was written, and what changed of its events since."""

    brief: VersionOfBrief
    written: dict[str, Any]
    events: list[ChangedEvent]
    versions: list[VersionOfBrief]
    seen: int


class JudgementBody(Closed):
    """What is judged of an event: in one's own words, how likely it is and, apart from that, how sure one is."""

    event: Word
    says: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    likelihood: Likelihood
    confidence: Literal["low", "moderate", "high"]
    rests_on: Annotated[str, Field(max_length=LONGEST)] = ""


class BriefBody(Closed):
    """A brief to keep; `brief` is the number of the one that it is a new version of, 0 of a new one."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    lang: Lang
    judgements: Annotated[list[JudgementBody], Field(min_length=1, max_length=MOST_EVENTS)]
    grades: Annotated[dict[Annotated[str, Field(max_length=500)], Grade], Field(default_factory=dict)]
    brief: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    seen: Seen = None


class ReleaseBody(Closed):
    """Which version is released: the last one."""

    version: Annotated[int, Field(ge=1, le=LARGEST)]
    seen: Seen = None


def _version(one: BriefVersion) -> VersionOfBrief:
    return {
        "number": one.number, "version": one.version, "title": one.brief.title, "lang": one.brief.lang,
        "state": one.state, "author": one.author_name, "at": one.at,
        "releases": [{"person": released.name, "at": released.at} for released in one.releases],
        "files": dict(one.files), "superseded_by": one.superseded_by,
    }  # fmt: skip


def _written(brief: Brief) -> dict[str, Any]:
    judgements = [to_plain(item.judgement) for item in brief.items]
    return {"title": brief.title, "lang": brief.lang, "judgements": judgements, "grades": dict(brief.grades)}


def _answer(having: BriefRun, one: BriefVersion, lang: str) -> JSONResponse:
    events = [
        {
            "event": event.summary.id,
            "version": event.item.version,
            "changes": [sentence(change, lang) for change in event.changes],
        }
        for event in having.events(one.brief)
    ]
    versions = [_version(version) for version in having.versions(one.number)]
    body = {"brief": _version(one), "written": _written(one.brief), "events": events, "versions": versions}
    return JSONResponse({**body, "seen": having.seen})


@router.get(ADDRESS, action="read", answer=answers("The briefs", BriefsAnswer), problems=(404, 501))
def show_briefs(request: Request, number: Number) -> Response:
    """Give the briefs on the events of a run, the last version of each, and the events that one can be on."""
    having = brief_run(book_of(request), person_of(request), number)
    briefs = [_version(versions[-1]) for versions in having.briefs.values()]
    decided = [one.id for one in having.decided]
    return JSONResponse({"run": number, "briefs": briefs, "decided": decided, "seen": having.seen})


@router.post(ADDRESS, action=("read", "keep"), answer=answers("The brief", BriefAnswer), problems=(404, 409, 501))
def keep(request: Request, number: Number, body: BriefBody, lang: InLang = "en") -> Response:
    """Keep a brief as a draft: a new one, or the next version of one. Each event is pinned as it stands now."""
    judgements = tuple(Judgement(**one.model_dump()) for one in body.judgements)
    draft = BriefDraft(body.title, body.lang, judgements, body.grades)
    book, person = book_of(request), person_of(request)
    kept = keep_brief(book, person, number, draft, body.brief, body.seen)
    return _answer(brief_run(book, person, number), kept, lang)


@router.get(ONE, action="read", answer=answers("The brief", BriefAnswer), problems=(404, 501))
def show_brief(
    request: Request, number: Number, brief: BriefNumber, version: WantedVersion = 0, lang: InLang = "en"
) -> Response:
    """Give a version of a brief, who released it, and what changed of its events since it was written."""
    having = brief_run(book_of(request), person_of(request), number)
    return _answer(having, having.version(brief, version), lang)


@router.post(
    ONE + "/releases",
    action=("release", "read", "keep"),
    answer=answers("The brief", BriefAnswer),
    problems=(404, 409, 501),
)
def release(request: Request, number: Number, brief: BriefNumber, body: ReleaseBody, lang: InLang = "en") -> Response:
    """Release the last version of a brief; with the release of a second person its files are kept and it stands."""
    book, person = book_of(request), person_of(request)
    released = release_brief(book, person, number, brief, body.version, body.seen)
    return _answer(brief_run(book, person, number), released, lang)


@router.get(
    ONE + "/file",
    action="read",
    answer=answers("The brief as a file", Binary, "application/octet-stream"),
    problems=(404, 501),
)
def give_file(
    request: Request, number: Number, brief: BriefNumber, format: FileFormat = "pdf", version: WantedVersion = 0
) -> Response:
    """Give a version of a brief as a PDF or Word file: a released one as it was kept, a draft marked as one."""
    book, person = book_of(request), person_of(request)
    having = brief_run(book, person, number)
    wanted = having.version(brief, version)
    return downloads.download(brief_file(book, person, having, wanted, format), file_name(wanted, format))
