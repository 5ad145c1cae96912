"""What a person's saved watches have to tell: the events that each wants, and what changed since the last look.

The latest runs of each case count, as far as the person may see them, with what people decided on their events. How
the events stood at the last look is not kept: it is worked out again from the runs and decisions that there were.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
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
from opencwc.reports.kept import KeptWatch, opened
from opencwc.reports.run_union import RunEvent, united
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watch_question import WatchQuestion, is_event

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

    def events(self, decided: int | None = None) -> Sequence[EventSummary]:
        """Return its events after so many decisions; after all of them where no number is given."""
        decisions = self.decisions[:decided]
        kept = self.shown.kept
        return kept.index(decisions).summaries


@dataclass(frozen=True)
class WatchNews:
    """The events of all cases that a person may see, or of one ``case``, for the watches of that person."""

    book: Casebook
    person: Person
    case: str = ""
    _loaded: dict[int, LoadedRun | None] = field(default_factory=dict)
    _looks: dict[tuple[tuple[int, int], ...], list[Looked]] = field(default_factory=dict)

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
    def events(self) -> list[RunEvent]:
        """The events as they stand now."""
        return list(chain.from_iterable(self._now.values()))

    @cached_property
    def _now(self) -> dict[int, list[RunEvent]]:
        return self._events(dict.fromkeys(self.runs))

    def of(self, watch: SavedWatch) -> list[EventNews]:
        """Return the events that a watch wants: new ones since its last look first, then changed ones, the others."""
        wants = question_of(watch).wants
        looked = {number: count for number, count in watch.looked.items() if self._is_asked(number)}
        if looked == self.seen:
            return unchanged(event for event in self.events if wants(event.summary))
        known = self._decided(looked)
        decided = [
            Decided(number, decision.named, decision.said)
            for number, run in self.runs.items()
            for decision in run.decisions
            if decision not in known
        ]
        return in_order(chain.from_iterable(news_of(case, wants, decided) for case in self._looked(looked)))

    def _decided(self, looked: Mapping[int, int]) -> set[EventDecision]:
        """Return the decisions that runs had when they were looked at; later runs of their cases hold them too."""
        runs = ((self._run(number), count) for number, count in looked.items())
        return {decision for run, count in runs if run is not None for decision in run.decisions[:count]}

    def event(self, number: int, identity: str) -> EventSummary:
        """Return an event of a run; raise `NotFoundError` where there is none that the person may see."""
        run = self._run(number)
        for summary in run.events() if run is not None else ():
            if is_event(summary, identity):
                return summary
        raise NotFoundError("no_such_event", event=identity[:50], run=number)

    def _looked(self, runs: Mapping[int, int]) -> list[Looked]:
        """Return for each case how its events stood when runs with so many decisions were looked at."""
        key = tuple(sorted(runs.items()))
        if key not in self._looks:
            before = self._events(runs)
            self._looks[key] = [Looked(now, before.get(case, ())) for case, now in self._now.items()]
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


def question_of(watch: SavedWatch) -> WatchQuestion:
    """Return what a watch asks for."""
    return from_plain(WatchQuestion, watch.asked)
