"""What one report tells: kind, stage and stance, when, where, with what and how much of it, and whom it harmed."""

from __future__ import annotations

from opencwc.language.language_recogniser import recognise_language
from opencwc.reports.agents import find_agents
from opencwc.reports.amounts import find_amounts
from opencwc.reports.casualties import find_casualties
from opencwc.reports.kinds import find_nature
from opencwc.reports.model import Date, Report, Told
from opencwc.reports.when import find_date
from opencwc.reports.where import find_place


def tell(report: Report) -> Told:
    """Return what a report tells; where it is on no event, nothing but its language."""
    lang = report.lang.partition("-")[0].lower() or recognise_language(report.whole).language
    nature = find_nature(report, lang)
    if not nature.kind:
        return Told(report, lang)
    date = find_date(report, lang, nature)
    if is_ahead(date, report):
        spans = {**nature.spans, "stage": date.spans, "stance": ()}
        nature = nature._replace(stage="planned", stance="none", spans=spans)
    agents = find_agents(report, lang, nature)
    return Told(
        report,
        lang,
        nature,
        date,
        find_place(report, lang, nature),
        agents,
        find_casualties(report, lang, nature),
        find_amounts(report, lang, agents),
    )


def is_ahead(date: Date, report: Report) -> bool:
    """Tell whether a day comes after the one on which it is told of: then it is planned, whatever the words say."""
    return date.precision == "day" and date.text > report.published.date().isoformat()
