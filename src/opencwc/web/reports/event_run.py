"""What the pages of watched reports read: a run with its events as people decided on them, filtered and ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import AfterValidator

from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.jobs.event_decisions import SHELF, decided_events
from opencwc.jobs.kept_runs import ShownRun, opened_run
from opencwc.jobs.second_looks import SecondLook
from opencwc.reports.corrected import EventDecision, contradictions
from opencwc.reports.event_index import EventIndex, ShownEvents
from opencwc.reports.event_index import EventsAsked as Asked
from opencwc.reports.kept import KeptWatch, opened
from opencwc.reports.summaries import STAGES, STATES, EventSummary
from opencwc.reports.topics.topic_picture import TopicPicture
from opencwc.reports.watched import Watched
from opencwc.web.server.page_parameters import AddressFilter, Brief, asked_day
from opencwc.web.server.service import book_of, person_of
from opencwc.wording import say
from opencwc.wording.states import states_by_name

A_DAY = timedelta(days=1)


def _one_of(*known: str) -> AfterValidator:
    """Take any other word for none."""
    return AfterValidator(lambda word: word if word in known else "")


@dataclass(frozen=True)
class EventFilter(AddressFilter):
    """Which events to list. ``since`` is the day from which on something is new; ``text`` stands in their reports.

    ``region`` is the number of a region of M49.
    """

    kind: Brief = ""
    stage: Annotated[Brief, _one_of(*STAGES)] = ""
    country: Brief = ""
    region: Brief = ""
    state: Annotated[Brief, _one_of(*STATES)] = ""
    origins: Annotated[Brief, _one_of("several", "one")] = ""
    text: Annotated[str, Query(max_length=200)] = ""
    since: Brief = ""

    @property
    def asked(self) -> Asked:
        """What it asks of an event, whatever the reader saw before."""
        return Asked(self.kind, self.stage, self.country, self.region, self.origins, self.text)


EventsAsked = Annotated[EventFilter, Depends()]


@dataclass(frozen=True)
class EventRun:
    """A run of watched reports that somebody may see, with what people decided on its events.

    ``waiting`` are the second looks that the person has to make, ``looks`` those that are done; ``names`` are the
    names of people by their ids.
    """

    shown: ShownRun[KeptWatch]
    decisions: Sequence[EventDecision]
    waiting: Sequence[SecondLook] = ()
    looks: Sequence[SecondLook] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def index(self) -> EventIndex:
        """The events as people decided on them, in columns."""
        return self.shown.kept.index(self.decisions)

    @property
    def watched(self) -> Watched:
        """All reports, and the events as people decided on them."""
        return self.index.watched

    @property
    def summaries(self) -> Sequence[EventSummary]:
        """The events as people decided on them."""
        return self.index.summaries

    @cached_property
    def topics(self) -> TopicPicture:
        """The watch on topics, by the origins as people decided on them."""
        return self.shown.kept.topics(self.decisions)

    @property
    def waiting_events(self) -> list[EventSummary]:
        """The events that wait for the person's second look."""
        return self.index.of_reports(frozenset().union(*(look.reports for look in self.waiting)))

    def waits(self, summary: EventSummary) -> bool:
        """Tell whether an event waits for the person's second look."""
        return any(one.id == summary.id for one in self.waiting_events)

    def looks_at(self, summary: EventSummary) -> list[tuple[Message, bool]]:
        """Return what came of second looks at an event, each with whether its difference stands undecided."""
        ids = {line.told.report.id for line in summary.lines}
        found = []
        for look in self.looks:
            if ids & look.reports:
                later = any(one.named & look.reports and one.at > look.at for one in self.decisions)
                who = ", ".join(self.names.get(person, person) for person in sorted(look.people))
                found.append((look.outcome(who), not look.agrees and not later))
                found += [(difference, not later) for difference in look.differences]
        return found

    @property
    def contrary(self) -> dict[int, int]:
        """The places of decisions that say the contrary of an earlier one, each with the place of the earlier."""
        return {later: earlier for earlier, later in contradictions(self.decisions)}

    def event(self, identity: str) -> EventSummary:
        """Return the event of an id, or the one that the report is on now by which an event had this id before.

        Raises `NotFoundError` where there was none.
        """
        if (found := self.index.named(identity)) is None:
            raise NotFoundError("no_such_event", event=identity[:50], run=self.shown.number)
        return found

    def since(self, wanted: EventFilter) -> datetime:
        """Return from when on something is new: the day asked for, else the day before the newest report."""
        usual = (self.index.events.newest - A_DAY).date()
        return datetime.combine(asked_day(wanted.since, usual).day, time(), UTC)

    def today(self, wanted: EventFilter) -> ShownEvents:
        """Return the events that a filter wants: new ones first, then changed ones, then the others."""
        since = self.since(wanted)
        changing = [decision for decision in self.decisions if decision.verb != "confirm"]
        decided = [decision for decision in changing if datetime.fromisoformat(decision.at) >= since]
        places = self.index.remembered(wanted.asked, lambda: self.index.fitting(wanted.asked))
        return self.index.since(places, since, decided).in_state(wanted.state)


def event_run(request: Request, number: int) -> EventRun:
    """Return a run of watched reports; raise `NotFoundError` where there is none that the person may see."""
    book, person = book_of(request), person_of(request)
    shown = opened_run(book, person, number, SHELF, opened)
    decided = decided_events(book, person, number)
    return EventRun(shown, decided.decisions, decided.waiting, decided.looks, decided.names)


@dataclass(frozen=True)
class EventChoices:
    """What the filters offer: the kinds, stages and countries that there are, with their names where they have any."""

    kinds: tuple[str, ...]
    stages: tuple[str, ...]
    countries: tuple[str, ...]


def choices_of(index: EventIndex, lang: str) -> EventChoices:
    """Return what the filters of a run offer."""
    kinds = sorted(index.values("kind"), key=lambda kind: say(f"watch_kind_{kind}", lang))
    present = index.values("stage")
    return EventChoices(
        tuple(kinds),
        tuple(stage for stage in STAGES if stage in present),
        tuple(code for _, code in states_by_name(index.values("country"), lang)),
    )
