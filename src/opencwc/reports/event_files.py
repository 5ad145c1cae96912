"""Watched reports and events as files, by the name of the format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args

from opencwc.publishing.report_files import Format as ReportFormat
from opencwc.publishing.report_files import report_file
from opencwc.reports.cap import as_cap_archive
from opencwc.reports.event_report import event_report
from opencwc.reports.formats import as_csv, as_json_lines
from opencwc.reports.geojson import as_geojson
from opencwc.reports.misp import as_misp
from opencwc.reports.sources import Source
from opencwc.reports.stix import as_stix
from opencwc.reports.summaries import EventSummary, summaries_of
from opencwc.reports.watched import Watched

MachineFormat = Literal["geojson", "stix", "misp", "cap"]
ENDINGS: dict[str, str] = {"geojson": "geojson", "stix": "stix.json", "misp": "misp.json", "cap": "cap.zip"}
"""The formats of events for machines, each with the ending of its files."""
Format = Literal["csv", "jsonl"] | ReportFormat | MachineFormat
FORMATS: tuple[Format, ...] = ("csv", "jsonl", *get_args(ReportFormat), *get_args(MachineFormat))


def watched_as(
    format: Format, watched: Watched, file: str, lang: str = "en", tlp: str = "green",
    listed: Sequence[Source] = (),
) -> bytes:  # fmt: skip
    """Return watched reports as a file: of CSV and JSON Lines a line a report, of the others what the events are.

    ``file`` is what they came in, ``tlp`` a word of the Traffic Light Protocol 2.0, ``listed`` are the sources as the
    user grades them.
    """
    if format == "csv":
        return as_csv(watched, lang).encode()
    if format == "jsonl":
        return as_json_lines(watched, lang)
    return events_as(format, summaries_of(watched), file, lang, tlp, listed)


def events_as(
    format: ReportFormat | MachineFormat, summaries: Sequence[EventSummary], file: str, lang: str = "en",
    tlp: str = "green", listed: Sequence[Source] = (),
) -> bytes:  # fmt: skip
    """Return events as a file, as `watched_as` does."""
    if format == "geojson":
        return as_geojson(summaries, lang)
    if format == "cap":
        return as_cap_archive(summaries, lang, tlp)
    if format == "stix":
        return as_stix(summaries, lang, tlp, listed)
    if format == "misp":
        return as_misp(summaries, lang, tlp, listed)
    made = max((summary.last.date() for summary in summaries), default=date.today())
    return report_file(event_report(summaries, file, made, lang, tlp), format)
