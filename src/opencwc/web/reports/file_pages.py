"""What is taken along of a run: tables, reports, and the formats of machines."""

from __future__ import annotations

from typing import Annotated, Literal, cast, get_args

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.publishing.report_files import Format as ReportFormat
from opencwc.publishing.report_files import report_file
from opencwc.records import to_json
from opencwc.reports.cap import as_cap
from opencwc.reports.corrected import as_corrections
from opencwc.reports.event_files import ENDINGS, events_as
from opencwc.reports.event_report import event_report
from opencwc.reports.formats import as_csv, as_json_lines
from opencwc.reports.machine_tags import taxonomy
from opencwc.web.reports.event_page import Name
from opencwc.web.reports.kept_events import EventRun, EventsAsked, event_run
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.page import language_of
from opencwc.web.server.service import Router
from opencwc.wording import LANGUAGES

router = Router(include_in_schema=False)
Format = Literal["csv", "jsonl", "pdf", "docx", "html", "xlsx", "geojson", "stix", "misp", "cap", "corrections"]
FORMATS: tuple[Format, ...] = get_args(Format)
TLP_OF_MARKS = {"unclassified": "green", "restricted": "amber", "protected": "red", "highly_protected": "red"}
"""What a mark of the casebook is in the Traffic Light Protocol: what is read here is never simply for everybody."""


@router.get("/watch/runs/{number}/file", action="read")
def give_file(
    request: Request, number: Number, wanted: EventsAsked, format: Format = "csv",
    file_lang: Annotated[str, Query(max_length=2)] = "",
) -> Response:  # fmt: skip
    """Give the reports of a run, or the events that a filter wants, as a file."""
    lang = file_lang if file_lang in LANGUAGES else language_of(request)
    run = event_run(request, number)
    if format == "csv":
        return downloads.download(as_csv(run.watched, lang), f"reports-{number}.csv")
    if format == "jsonl":
        return downloads.download(as_json_lines(run.watched, lang), f"reports-{number}.jsonl")
    if format == "corrections":
        return downloads.download(_corrections(run), f"corrections-{number}.jsonl")
    summaries = [shown.summary for shown in run.today(wanted)]
    if format in ENDINGS:
        content = events_as(format, summaries, lang, tlp_of(run))
        return downloads.download(content, f"events-{number}.{ENDINGS[format]}")
    kept = run.shown.kept.summary
    report = event_report(summaries, kept.file, run.newest.date(), lang)
    return downloads.download(report_file(report, cast(ReportFormat, format)), f"events-{number}.{format}")


@router.get("/watch/runs/{number}/events/{event}/file", action="read")
def give_event_file(
    request: Request, number: Number, event: Name, format: Literal["cap", "geojson", "stix", "misp"] = "cap"
) -> Response:
    """Give one event as a file for machines; of an alert only a draft."""
    lang = language_of(request)
    run = event_run(request, number)
    summary = run.event(event)
    if format == "cap":
        return downloads.download(as_cap(summary, lang), f"{summary.id}.cap.xml")
    content = events_as(format, [summary], lang, tlp_of(run))
    return downloads.download(content, f"{summary.id}.{ENDINGS[format]}")


@router.get("/watch/taxonomy.json", action="rules")
def give_taxonomy() -> Response:
    """Give the taxonomy of the machine tags, as MISP takes it."""
    return downloads.download(to_json(taxonomy()), "machinetag.json")


def _corrections(run: EventRun) -> bytes:
    """Return what people decided as the command takes it: a line of JSON a correction."""
    some = as_corrections(run.decisions)
    return b"".join(to_json(correction) + b"\n" for correction in some if len(correction.reports) > 1)


def tlp_of(run: EventRun) -> str:
    """Return the word of the Traffic Light Protocol for the mark of a run."""
    return TLP_OF_MARKS.get(str(run.shown.run["mark"]), "red")
