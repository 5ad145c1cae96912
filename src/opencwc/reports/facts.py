"""What one report tells: kind, stage and stance, when, where, with what and how much of it, and whom it harmed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from opencwc.language.language_recogniser import recognise_language
from opencwc.reports.agents import find_agents
from opencwc.reports.amounts import find_amounts
from opencwc.reports.casualties import find_casualties
from opencwc.reports.commands_to_programs import commands_in, without
from opencwc.reports.incident_rows import told_by_columns
from opencwc.reports.kinds import find_natures
from opencwc.reports.model import Date, Nature, Report, Told
from opencwc.reports.qualifiers import with_qualifiers
from opencwc.reports.when import find_date
from opencwc.reports.where import find_place


def tell(report: Report) -> Told:
    """Return what a report tells; where it is on no event, nothing but its language."""
    return tell_all([report])[0]


def tell_all(reports: Sequence[Report]) -> list[Told]:
    """Return what each report tells, at less cost than one by one."""
    asked = [(report, language_of(report)) for report in reports]
    read = [(without(report.plain, commands_in(report.plain)), lang) for report, lang in asked if report.given is None]
    told = map(_told, *zip(*read, strict=True), find_natures(read)) if read else iter(())
    return [
        told_by_columns(report, lang, report.given) if report.given is not None else replace(next(told), report=report)
        for report, lang in asked
    ]


def language_of(report: Report) -> str:
    """Return the language that a report is said to be in, or the one it is recognised to be in."""
    return report.lang.partition("-")[0].lower() or recognise_language(report.plain.whole).language


def _told(report: Report, lang: str, nature: Nature) -> Told:
    if not nature.kind:
        return Told(report, lang)
    date = find_date(report, lang, nature)
    if is_ahead(date, report):
        spans = {**nature.spans, "stage": date.spans, "stance": ()}
        nature = nature._replace(stage="planned", stance="none", spans=spans)
    elif is_over(date, report) and nature.stage == "planned":
        nature = nature._replace(stage="reported", stance="asserts", spans={**nature.spans, "stage": date.spans})
    agents = find_agents(report, lang, nature)
    return Told(
        report,
        lang,
        nature,
        date,
        find_place(report, lang, nature),
        agents,
        with_qualifiers(report, lang, find_casualties(report, lang, nature)),
        find_amounts(report, lang, agents),
    )


def is_ahead(date: Date, report: Report) -> bool:
    """Tell whether a day comes after the one on which it is told of: then it is planned, whatever the words say."""
    return date.precision == "day" and date.text > report.published.date().isoformat()


def is_over(date: Date, report: Report) -> bool:
    """Tell whether a day comes before the one on which it is told of: then it is planned no more."""
    return date.precision == "day" and date.text < report.published.date().isoformat()
