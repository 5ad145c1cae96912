"""The list of what a verb has kept, on the page where its files are dropped: each run once, in the one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.permissions import may
from opencwc.finding import Message
from opencwc.jobs.kept_runs import Listed, as_decided, list_runs
from opencwc.verbs import Verb
from opencwc.web.server.downloads import download
from opencwc.web.server.listing import (
    MOST_PRINTED,
    Ending,
    ListAsked,
    ListColumn,
    ListShown,
    ListWanted,
    day_column,
    listed,
)
from opencwc.web.server.page import language_of
from opencwc.web.server.service import Router, person_of, service_of
from opencwc.wording import say


@dataclass(frozen=True)
class SavedRuns:
    """How a page lists the runs of a verb that are kept.

    ``address`` is that of a run without its number. ``title`` heads the list, ``heading`` its first column, in which
    ``named`` names a run, and ``of`` the column of the files. ``counts`` are verdicts, each with the message that heads
    their number; ``decided`` counts them as they stand by what people said, ``sparse`` leaves out a verdict that no run
    has. ``more`` are further columns.
    """

    verb: Verb
    address: str
    title: str
    heading: str
    named: Callable[[Listed, str], str]
    of: str
    counts: tuple[tuple[str, str], ...]
    decided: bool = False
    sparse: bool = False
    more: tuple[ListColumn[Listed], ...] = ()

    def shown(self, request: Request, asked: ListAsked) -> ListShown[Listed]:
        """Return the runs that the person may read, as they are asked for: the latest first."""
        service, person = service_of(request), person_of(request)
        runs: list[Listed] = []
        if may(person, "read") and service.intake is not None:
            runs = list_runs(service.intake.book, person, self.verb.id, MOST_PRINTED)
            runs = as_decided(service.intake.book, person, runs) if self.decided else runs
        return listed(runs, self._columns(runs), asked, language_of(request))

    def _columns(self, runs: Sequence[Listed]) -> tuple[ListColumn[Listed], ...]:
        counted = {verdict for run in runs for verdict, count in run.counts.items() if count}
        return (
            ListColumn("number", self.heading, self.named, lambda run: run.number),
            day_column("when", "page_submissions_when", lambda run: run.at),
            *self.more,
            ListColumn("files", self.of, lambda run, _: run.files),
            ListColumn("case", "casebook_column_case", lambda run, _: run.case),
            *(_counted(verdict, label) for verdict, label in self.counts if verdict in counted or not self.sparse),
        )

    def give_files(self, router: Router) -> None:
        """Have a router give the list as a file, in which no cell is a formula."""

        @router.get(self.address + ".{ending}", action="read")
        def give_saved_runs(request: Request, ending: Ending, wanted: ListWanted) -> Response:
            file = self.shown(request, wanted).file(ending, self.title, language_of(request))
            return download(file, f"{self.verb.id}.{ending}")


def numbered(message: str) -> Callable[[Listed, str], str]:
    """Return what names a run by a message with its number."""
    return lambda run, lang: say(Message(message, {"number": run.number}), lang)


def _counted(verdict: str, label: str) -> ListColumn[Listed]:
    def number(run: Listed) -> int:
        return run.counts.get(verdict, 0)

    return ListColumn(verdict, label, lambda run, _: str(number(run)), number, number=True)
