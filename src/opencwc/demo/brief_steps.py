"""What the people of the demonstration decide on events of open reports, and the briefs that they write and release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.jobs.briefs import BriefVersion, brief_run, keep_brief, release_brief
from opencwc.jobs.event_decisions import decide_on_events
from opencwc.jobs.kept_runs import list_runs
from opencwc.reports.brief import BriefDraft, Judgement
from opencwc.reports.corrected import EventDecision
from opencwc.reports.verb import VERB as WATCH

_Step: TypeAlias = Mapping[str, Any]


def decide_on_reports(book: Casebook, person: Person, step: _Step) -> None:
    """Decide on reports of the last run of open reports as a step says."""
    reports, beside, apart = (tuple(step.get(name, ())) for name in ("reports", "beside", "apart"))
    decision = EventDecision(
        step["on_events"],
        reports,
        beside,
        apart,
        step["reason"],
        kind=step.get("kind", ""),
        stage=step.get("stage", ""),
    )
    decide_on_events(book, person, _last_run(book, person), decision)


def write_brief(book: Casebook, person: Person, step: _Step, years: Mapping[str, int]) -> BriefVersion:
    """Keep the brief of a step as a draft; each judgement names its event by one of the reports on it."""
    run = _last_run(book, person)
    event_of = {line.told.report.id: one.id for one in brief_run(book, person, run).decided for line in one.lines}
    judgements = tuple(
        Judgement(event_of[one["report"]], one["says"], one["likelihood"], one["confidence"], one["rests_on"])
        for one in step["judgements"]
    )
    draft = BriefDraft(step["title"].format(**years), step["lang"], judgements)
    return keep_brief(book, person, run, draft)


def release(book: Casebook, person: Person, brief: BriefVersion) -> None:
    """Release a brief, as the first person or the second."""
    release_brief(book, person, _last_run(book, person), brief.number, brief.version)


def _last_run(book: Casebook, person: Person) -> int:
    return list_runs(book, person, WATCH.id, limit=1)[0].number
