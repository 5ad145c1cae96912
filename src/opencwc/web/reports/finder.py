"""Finds events of open reports by their facts and words: those of the latest runs that a person may see."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.jobs.event_decisions import SHELF, decided_events
from opencwc.jobs.kept_runs import RunAtHand, opened_run, runs_at_hand
from opencwc.reports.event_index import EventIndex
from opencwc.reports.event_search import sought_events
from opencwc.reports.kept import opened
from opencwc.web.casebook.finders import Hit, Sought
from opencwc.web.server.days_and_sizes import with_days
from opencwc.wording import say

MOST_RUNS = 3
"""Runs that are looked into, the latest."""
MOST_HELD = 6
"""Runs whose events are held at hand, each for one person."""
_held: dict[tuple[str, str, RunAtHand], EventIndex] = {}


def find_events(sought: Sought) -> Iterator[Hit]:
    """Yield the events that a question finds, each of the latest run that has it; on record as their runs are read."""
    book, person = sought.book, sought.person
    if book is None or not may(person, "read"):
        return
    seen: set[tuple[str, str]] = set()
    for run in runs_at_hand(book, person, SHELF.verb, MOST_RUNS):
        index = _index(book, person, run)
        found = sought_events(index, sought.text, sought.most)
        if found:
            opened_run(book, person, run.number, SHELF, opened)  # what is given of a run is on record
        for place, score in found:
            summary = index.events.summary(place)
            if (run.case, summary.id) not in seen:
                seen.add((run.case, summary.id))
                address = f"/watch/runs/{run.number}/events/{quote(summary.id)}"
                yield Hit("event", say(with_days(summary.headline, sought.lang), sought.lang), run.case, address, score)


def _index(book: Casebook, person: Person, run: RunAtHand) -> EventIndex:
    """Return the events of a run as a person may see them; they are opened again once the run changes."""
    key = (str(book.engine.url), person.id, run)
    if key not in _held:
        kept = opened_run(book, person, run.number, SHELF, opened).kept
        _held[key] = kept.index(decided_events(book, person, run.number).decisions)
        while len(_held) > MOST_HELD:
            _held.pop(next(iter(_held)), None)
    return _held[key]
