"""Finds events of open reports by their headlines: those of the latest runs that a person may see."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote

from opencwc.casebook.permissions import may
from opencwc.jobs.event_decisions import SHELF, decided_events
from opencwc.jobs.kept_runs import list_runs, opened_run
from opencwc.language.name_search import NameIndex
from opencwc.reports.event_index import EventIndex
from opencwc.reports.kept import opened
from opencwc.reports.summaries import EventSummary
from opencwc.web.casebook.finders import Hit, Sought
from opencwc.wording import LANGUAGES, say

MOST_RUNS = 3
"""Runs that are looked into, the latest."""
MOST_EVENTS = 2_000
"""Events of a run that are looked through, those told first."""


def find_events(sought: Sought) -> Iterator[Hit]:
    """Yield the events that a question finds, each of the latest run that has it; on record as their runs are read."""
    book, person = sought.book, sought.person
    if book is None or not may(person, "read"):
        return
    seen: set[tuple[str, str]] = set()
    for run in list_runs(book, person, SHELF.verb, MOST_RUNS):
        shown = opened_run(book, person, run.number, SHELF, opened)
        index = shown.kept.index(decided_events(book, person, run.number).decisions)
        for summary, _, score in _names_of(index).find(sought.text):
            if (run.case, summary.id) not in seen:
                seen.add((run.case, summary.id))
                address = f"/watch/runs/{run.number}/events/{quote(summary.id)}"
                yield Hit("event", say(summary.headline, sought.lang), run.case, address, score)


def _names_of(index: EventIndex) -> NameIndex[EventSummary]:
    """Return the headlines of events in every language, made once for a run as people decided on it."""

    def make() -> NameIndex[EventSummary]:
        events = list(islice(index.summaries, MOST_EVENTS))
        return NameIndex((say(event.headline, lang), event) for event in events for lang in LANGUAGES)

    return index.remembered("headlines", make)
