"""Finds events of open reports by their headlines: those of the latest runs that a person may see."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.jobs.event_decisions import SHELF, decided_events
from opencwc.jobs.kept_runs import RunAtHand, opened_run, runs_at_hand
from opencwc.language.name_search import NameIndex
from opencwc.reports.kept import opened
from opencwc.reports.summaries import EventSummary
from opencwc.web.casebook.finders import Hit, Sought
from opencwc.wording import LANGUAGES, say

MOST_RUNS = 3
"""Runs that are looked into, the latest."""
MOST_EVENTS = 2_000
"""Events of a run that are looked through, those told first."""

MOST_HELD = 12
"""Runs whose headlines are held ready, each for one person."""
_held: dict[tuple[str, str, RunAtHand], NameIndex[EventSummary]] = {}


def find_events(sought: Sought) -> Iterator[Hit]:
    """Yield the events that a question finds, each of the latest run that has it; on record as their runs are read."""
    book, person = sought.book, sought.person
    if book is None or not may(person, "read"):
        return
    seen: set[tuple[str, str]] = set()
    for run in runs_at_hand(book, person, SHELF.verb, MOST_RUNS):
        found = _headlines(book, person, run).find(sought.text)
        if found:
            opened_run(book, person, run.number, SHELF, opened)  # what is given of a run is on record
        for summary, _, score in found:
            if (run.case, summary.id) not in seen:
                seen.add((run.case, summary.id))
                address = f"/watch/runs/{run.number}/events/{quote(summary.id)}"
                yield Hit("event", say(summary.headline, sought.lang), run.case, address, score)


def _headlines(book: Casebook, person: Person, run: RunAtHand) -> NameIndex[EventSummary]:
    """Return the headlines of a run's events in every language, as a person may see them; made anew once it changes."""
    key = (str(book.engine.url), person.id, run)
    if key not in _held:
        kept = opened_run(book, person, run.number, SHELF, opened).kept
        index = kept.index(decided_events(book, person, run.number).decisions)
        events = list(islice(index.summaries, MOST_EVENTS))
        _held[key] = NameIndex((say(event.headline, lang), event) for event in events for lang in LANGUAGES)
        while len(_held) > MOST_HELD:
            _held.pop(next(iter(_held)), None)
    return _held[key]
