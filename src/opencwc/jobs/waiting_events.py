"""The events that wait for a person's blind second look, as they were found: what the inbox leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.finding import Message
from opencwc.jobs.event_decisions import SHELF, decided_events
from opencwc.jobs.kept_runs import shown_run
from opencwc.jobs.second_looks import looks_waiting
from opencwc.reports.corrected import corrected
from opencwc.reports.kept import unpack
from opencwc.reports.summaries import summaries_of
from opencwc.reports.watched import Watched


class WaitingEvent(NamedTuple):
    """An event that waits: the run and case that it stands in, its id, and its heading as it was found."""

    run: int
    case: str
    event: str
    headline: Message


def waiting_events(book: Casebook, person: Person) -> list[WaitingEvent]:
    """Return the events that a person is asked to look at a second time, by run."""
    runs = dict.fromkeys(look.run for look in looks_waiting(book, person))
    return [event for run in sorted(runs) for event in _in_run(book, person, run)]


def _in_run(book: Casebook, person: Person, run: int) -> Iterator[WaitingEvent]:
    decided = decided_events(book, person, run)
    shown = shown_run(book, person, run, SHELF, unpack)
    watched = corrected(shown.kept.watched, decided.decisions)
    wanted = {number for number, line in enumerate(watched.lines) if line.told.report.id in decided.hidden}
    waiting = tuple(event for event in watched.events if not wanted.isdisjoint(event.items))
    for summary in summaries_of(Watched(watched.lines, waiting)):
        yield WaitingEvent(run, shown.case.name, summary.id, summary.headline)
