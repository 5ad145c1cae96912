"""What a person's saved watches have to tell: the events that each wants, and what changed since the last look.

The latest runs of each case count, as far as the person may see them, with what people decided on their events. How
the events stood at the last look is not kept: it is worked out again from the runs and decisions that there were.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Person
from opencwc.casebook.saved_watches import SavedWatch
from opencwc.errors import NotFoundError
from opencwc.jobs.event_decisions import SHELF, decisions_on_events
from opencwc.jobs.kept_runs import Listed, ShownRun, list_runs, opened_run
from opencwc.records import from_plain
from opencwc.reports.corrected import EventDecision
from opencwc.reports.event_changes import Decided, EventNews, Looked, in_order, news_of, unchanged
from opencwc.reports.event_index import EventIndex
from opencwc.reports.kept import KeptWatch, opened
from opencwc.reports.run_union import RunEvent, united
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watch_question import WatchQuestion

MOST_RUNS = 5
"""Runs of a case that count, the latest that no later one holds."""


@dataclass(frozen=True)
class LoadedRun:
    """A run that the person may see, with what people decided on its events."""

    shown: ShownRun[KeptWatch]
    decisions: Sequence[EventDecision]

    @property
    def mark(self) -> str:
        """The higher mark of the run and of its case."""
        return str(max(self.shown.case.mark, Mark[str(self.shown.run["mark"]).upper()]))

    def index(self, decided: int | None = None) -> EventIndex:
        """Return its events after so many decisions; after all of them where no number is given."""
        return self.shown.kept.index(self.decisions[:decided])

    def events(self, decided: int | None = None) -> Sequence[EventSummary]:
        """Return the same one by one."""
        return self.index(decided).summaries

    def some(self, places: Iterable[int], decided: int | None = None) -> list[RunEvent]:
        """Return the events at some places, in their order."""
        index = self.index(decided)
        return [RunEvent(index.events.summary(place), self.shown.number) for place in sorted(places)]


@dataclass(frozen=True)
class WatchNews:
    """The events of all cases that a person may see, or of one ``case``, for the watches of that person."""

    book: Casebook
    person: Person
    case: str = ""
    _loaded: dict[int, LoadedRun | None] = field(default_factory=dict)
    _looks: dict[tuple[object, ...], Looked] = field(default_factory=dict)

    @cached_property
    def runs(self) -> dict[int, LoadedRun]:
        """The runs that count, by their numbers, the latest first, but those that a later one holds."""
        held: set[str] = set()
        counted: Counter[str] = Counter()
        runs = {}
        for listed in self._listed:
            if listed.pages in held or counted[listed.case] == MOST_RUNS:
                continue
            if (run := self._run(listed.number)) is not None:
                runs[listed.number] = run
                held.update(run.shown.kept.summary.parts)
                counted[listed.case] += 1
        return runs

    @cached_property
    def _listed(self) -> list[Listed]:
        """The latest runs, the latest first."""
        return list_runs(self.book, self.person, SHELF.verb)

    @cached_property
    def _case_of(self) -> dict[int, str]:
        """The case of each of the latest runs, the latest first."""
        return {listed.number: listed.case for listed in self._listed}

    def _is_asked(self, number: int) -> bool:
        """Tell whether a run is of the case that is asked about; of one that is not listed any more only it knows."""
        return not self.case or self._case_of.get(number, self.case) == self.case

    @cached_property
    def seen(self) -> dict[int, int]:
        """How many decisions each of the runs has: what one has looked at who sees the events now."""
        return {number: len(run.decisions) for number, run in self.runs.items()}

    @cached_property
    def _now(self) -> dict[int, list[RunEvent]]:
        return self._events(dict.fromkeys(self.runs))

    def of(self, watch: SavedWatch) -> list[EventNews]:
        """Return the events that a watch wants: new ones since its last look first, then changed ones, the others."""
        question = question_of(watch)
        looked = {number: count for number, count in watch.looked.items() if self._is_asked(number)}
        if looked == self.seen:
            return unchanged(event for event in self._that_may_be(question) if question.wants(event.summary))
        known = self._decided(looked)
        decided = [
            Decided(number, decision)
            for number, run in self.runs.items()
            for decision in run.decisions
            if decision not in known
        ]
        looks = self._looked(looked, question)
        return in_order(chain.from_iterable(news_of(case, question.wants, decided) for case in looks))

    @cached_property
    def _runs_of(self) -> dict[int, list[LoadedRun]]:
        """The runs that count, by their cases."""
        runs: dict[int, list[LoadedRun]] = defaultdict(list)
        for run in self.runs.values():
            runs[run.shown.case.number].append(run)
        return runs

    def _that_may_be(self, question: WatchQuestion) -> Iterator[RunEvent]:
        """Yield the events as they stand now that a question may want; the others need not be read."""
        for case, runs in self._runs_of.items():
            if len(runs) == 1:
                yield from runs[0].some(runs[0].index().wanted(question))
            else:
                yield from self._now[case]

    def _decided(self, looked: Mapping[int, int]) -> set[EventDecision]:
        """Return the decisions that runs had when they were looked at; later runs of their cases hold them too."""
        runs = ((self._run(number), count) for number, count in looked.items())
        return {decision for run, count in runs if run is not None for decision in run.decisions[:count]}

    def event(self, number: int, identity: str) -> EventSummary:
        """Return an event of a run; raise `NotFoundError` where there is none that the person may see."""
        run = self._run(number)
        if run is not None and (summary := run.index().named(identity)) is not None:
            return summary
        raise NotFoundError("no_such_event", event=identity[:50], run=number)

    def _looked(self, looked: Mapping[int, int], question: WatchQuestion) -> Iterator[Looked]:
        """Yield for each case how its events stood when runs with so many decisions were looked at.

        Where one run of the case was looked at, and one counts now, only what a question may want is compared.
        """
        before = self._looked_at(looked)
        for case, runs in self._runs_of.items():
            at_look = before.get(case, ())
            if len(runs) == 1 and len(at_look) < 2:
                yield _compared(runs[0], at_look, question)
            else:
                yield self._all_looked(case, looked)

    def _looked_at(self, looked: Mapping[int, int]) -> dict[int, list[tuple[LoadedRun, int]]]:
        """Return the runs that were looked at, with how many decisions, by their cases."""
        at_look: dict[int, list[tuple[LoadedRun, int]]] = defaultdict(list)
        for number, count in looked.items():
            if (run := self._run(number)) is not None:
                at_look[run.shown.case.number].append((run, count))
        return at_look

    def _all_looked(self, case: int, looked: Mapping[int, int]) -> Looked:
        key = (case, *sorted(looked.items()))
        if key not in self._looks:
            self._looks[key] = Looked(self._now[case], self._events(looked).get(case, ()))
        return self._looks[key]

    def _events(self, runs: Mapping[int, int | None]) -> dict[int, list[RunEvent]]:
        """Return the events of runs by case, each run after so many decisions; a run not to be seen any more has none.

        What two cases tell of is not compared: they may hold the same reports for different people.
        """
        by_case: dict[int, list[tuple[int, Sequence[EventSummary]]]] = defaultdict(list)
        for number in sorted(runs, reverse=True):
            run = self._run(number)
            if run is not None:
                by_case[run.shown.case.number].append((number, run.events(runs[number])))
        return {case: united(some) for case, some in by_case.items()}

    def _run(self, number: int) -> LoadedRun | None:
        if not self._is_asked(number):
            return None
        if number not in self._loaded:
            try:
                shown = opened_run(self.book, self.person, number, SHELF, opened)
                decisions = decisions_on_events(self.book, self.person, number)
                self._loaded[number] = LoadedRun(shown, decisions)
            except NotFoundError:
                self._loaded[number] = None
        return self._loaded[number]


def _compared(now: LoadedRun, at_look: Sequence[tuple[LoadedRun, int]], question: WatchQuestion) -> Looked:
    """Return how the events of a run that a question may want stood at the last look, and what their reports were on.

    All events of now that have a report in common with one of then are there, so each finds the heir that it has.
    """
    wanted = now.index().wanted(question)
    if not at_look:
        return Looked(now.some(wanted), ())
    run, count = at_look[0]
    then = run.some(run.index(count).events.of_reports(_ids_in(now.some(wanted))), count)
    beside = now.index().events.of_reports(_ids_in(then))
    return Looked(now.some({*wanted, *beside}), then)


def _ids_in(events: Iterable[RunEvent]) -> set[str]:
    return {line.told.report.id for event in events for line in event.summary.lines}


def question_of(watch: SavedWatch) -> WatchQuestion:
    """Return what a watch asks for."""
    return from_plain(WatchQuestion, watch.asked)
