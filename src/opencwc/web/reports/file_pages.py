"""What is taken along of a run: tables, reports, and the formats of machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.jobs.source_list import source_list
from opencwc.records import to_json
from opencwc.reports.cap import as_cap
from opencwc.reports.corrected import as_corrections
from opencwc.reports.event_files import ENDINGS, Format, MachineFormat, events_as, watched_as
from opencwc.reports.event_files import FORMATS as FILE_FORMATS
from opencwc.reports.machine_tags import taxonomy
from opencwc.reports.sources import Source
from opencwc.web.reports.event_page import Name
from opencwc.web.reports.event_run import EventRun, EventsAsked, event_run
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.page import language_of
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import LANGUAGES

router = Router(include_in_schema=False)
FORMATS = (*FILE_FORMATS, "corrections")
TLP_OF_MARKS = {"unclassified": "green", "restricted": "amber", "protected": "red", "highly_protected": "red"}
"""What a mark of the casebook is in the Traffic Light Protocol: what is read here is never simply for everybody."""


@router.get("/watch/runs/{number}/file", action="read")
def give_file(
    request: Request, number: Number, wanted: EventsAsked, format: Format | Literal["corrections"] = "csv",
    file_lang: Annotated[str, Query(max_length=2)] = "",
) -> Response:  # fmt: skip
    """Give the reports of a run, or the events that a filter wants, as a file."""
    lang = file_lang if file_lang in LANGUAGES else language_of(request)
    run = event_run(request, number)
    if format == "corrections":
        return downloads.download(_corrections(run), f"corrections-{number}.jsonl")
    file = run.shown.kept.summary.file
    if format == "csv" or format == "jsonl":
        return downloads.download(watched_as(format, run.watched, file, lang), f"reports-{number}.{format}")
    summaries = run.today(wanted).summaries
    content = events_as(format, summaries, file, lang, tlp_of(run), _listed(request))
    return downloads.download(content, f"events-{number}.{ENDINGS.get(format, format)}")


@router.get("/watch/runs/{number}/events/{event}/file", action="read")
def give_event_file(request: Request, number: Number, event: Name, format: MachineFormat = "cap") -> Response:
    """Give one event as a file for machines; of an alert only a draft."""
    lang = language_of(request)
    run = event_run(request, number)
    summary = run.event(event)
    if format == "cap":
        return downloads.download(as_cap(summary, lang, tlp_of(run)), f"{summary.id}.cap.xml")
    content = events_as(format, [summary], run.shown.kept.summary.file, lang, tlp_of(run), _listed(request))
    return downloads.download(content, f"{summary.id}.{ENDINGS[format]}")


@router.get("/watch/taxonomy.json", action="rules")
def give_taxonomy() -> Response:
    """Give the taxonomy of the machine tags, as MISP takes it."""
    return downloads.download(to_json(taxonomy()), "machinetag.json")


def _corrections(run: EventRun) -> bytes:
    """Return what people decided as the command takes it: a line of JSON a correction."""
    some = as_corrections(run.decisions)
    return b"".join(to_json(correction) + b"\n" for correction in some if correction.relates)


def _listed(request: Request) -> Sequence[Source]:
    """Return the sources as people graded them."""
    return source_list(book_of(request), person_of(request)).now.sources


def tlp_of(run: EventRun) -> str:
    """Return the word of the Traffic Light Protocol for the mark of a run."""
    return TLP_OF_MARKS.get(str(run.shown.run["mark"]), "red")
