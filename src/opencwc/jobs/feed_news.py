"""What feeds brought: how many new items came from each in a run, and in the runs since a person last looked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from threading import Lock

import numpy as np

from opencwc.casebook.database import Casebook
from opencwc.casebook.feeds import feed_look, note_feed_look
from opencwc.casebook.model import Person
from opencwc.jobs.event_decisions import SHELF
from opencwc.jobs.kept_runs import Listed, list_runs, opened_run
from opencwc.reports.kept import opened
from opencwc.reports.report_columns import name_hash

MOST_HELD = 1_000
"""Runs whose counts are held ready: what a run brought never changes."""
_held: OrderedDict[tuple[str, str], Mapping[int, int]] = OrderedDict()
_lock = Lock()


class FeedNews:
    """What came of feeds in the latest runs that a person may see."""

    def __init__(self, book: Casebook, person: Person) -> None:
        self._book, self._person = book, person

    @cached_property
    def _runs(self) -> Mapping[int, Listed]:
        return {run.number: run for run in list_runs(self._book, self._person, SHELF.verb)}

    @cached_property
    def looked(self) -> int:
        """The last run that there was at the person's last look, 0 before the first."""
        return feed_look(self._book, self._person)

    @property
    def newest(self) -> int:
        """The last run that there is now."""
        return max(self._runs, default=0)

    def brought(self, url: str, run: int | None) -> int | None:
        """Return how many new items a feed brought in a run; nothing where the person sees no such run."""
        listed = self._runs.get(run or 0)
        return None if listed is None else self._counts(listed).get(name_hash(url), 0)

    def since_look(self, url: str, case: str) -> int:
        """Return how many new items a feed brought its case since the person last looked."""
        later = (run for run in self._runs.values() if run.number > self.looked and run.case == case)
        return sum(self._counts(run).get(name_hash(url), 0) for run in later)

    def _counts(self, run: Listed) -> Mapping[int, int]:
        """Return how many reports a run brought that no earlier one had, by the hash of the file they came from."""
        key = (str(self._book.engine.url), run.pages)
        with _lock:
            if key in _held:
                _held.move_to_end(key)
                return _held[key]
        kept = opened_run(self._book, self._person, run.number, SHELF, opened).kept
        files, counts = np.unique(kept.events.files_from(kept.summary.taken), return_counts=True)
        made = dict(zip(files.tolist(), counts.tolist(), strict=True))
        with _lock:
            _held[key] = made
            while len(_held) > MOST_HELD:
                _held.popitem(last=False)
        return made


def note_looked(book: Casebook, person: Person, run: int) -> None:
    """Note that a person has looked at what feeds brought up to a run, of those that the person may see."""
    note_feed_look(book, person, min(run, FeedNews(book, person).newest))
