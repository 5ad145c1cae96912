"""The captures of pages in the runs of a case: every address that was captured there, with all its captures."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.errors import NotFoundError
from opencwc.jobs.event_decisions import SHELF
from opencwc.jobs.kept_runs import ShownRun, list_runs, opened_run
from opencwc.reports.kept import KeptWatch, opened
from opencwc.reports.page_history import CapturedPages, CapturedRun, PageHistory

MOST_RUNS = 10
"""Runs of a case that are looked into: the one that is asked for, and the latest others."""


class CasePages(NamedTuple):
    """The pages of a case; ``runs`` of ``all`` of its runs were looked into."""

    shown: ShownRun[KeptWatch]
    pages: CapturedPages
    runs: int
    all: int

    def page(self, url: str) -> PageHistory:
        """Return the page of an address; raise `NotFoundError` where it was not captured."""
        page = self.pages.page(url)
        if page is None:
            raise NotFoundError("no_such_page_capture", where=url[:200], run=self.shown.number)
        return page


def pages_of_case(book: Casebook, person: Person, number: int) -> CasePages:
    """Return the pages of the case of a run; raise `NotFoundError` where the person may not see the run."""
    shown = opened_run(book, person, number, SHELF, opened)
    of_case = [one.number for one in list_runs(book, person, SHELF.verb) if one.case == shown.case.name]
    others = [other for other in of_case if other != number]
    runs = [shown, *(opened_run(book, person, other, SHELF, opened) for other in others[: MOST_RUNS - 1])]
    return CasePages(shown, CapturedPages(map(_captured, runs)), len(runs), len(others) + 1)


def _captured(run: ShownRun[KeptWatch]) -> CapturedRun:
    at = datetime.fromisoformat(str(run.run["started_at"]))
    events, summary = run.kept.events, run.kept.summary
    brought = events.brought(summary.taken)
    return CapturedRun(run.number, events.lines, events.reports, brought, summary.failed, at)
