"""The questions that a list, an inbox or a dashboard asks of a casebook, timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import count_findings, inbox, list_findings
from opencwc.casebook.model import UNDECIDED, Filter, Mark, Person, Role, Status

REVIEWER = Person("p-other", "other", "Other", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
RESTRICTED = Person("p-low", "low", "Low", Role.REVIEWER, Mark.RESTRICTED)
QUESTIONS = {
    "everything": Filter(),
    "one case": Filter(case="case-1"),
    "one run": Filter(run=3),
    "listed": Filter(verdict=("listed",)),
    "listed or for review": Filter(verdict=("listed", "review")),
    "not listed": Filter(verdict=("not_listed",)),
    "not listed, yet open (none)": Filter(verdict=("not_listed",), status=(Status.OPEN,)),
    "CWC 1A01": Filter(list="CWC", entry="1A01"),
    "CWC 1B10 (none)": Filter(list="CWC", entry="1B10"),
    "waits for a person": Filter(status=UNDECIDED),
    "accepted": Filter(status=(Status.ACCEPTED,)),
    "grave and open": Filter(grave=True, status=(Status.OPEN,)),
    "case, entry and status": Filter(case="case-2", list="CWC", entry="2B13", status=(Status.OPEN,)),
    "this very input": Filter(text="CCO77"),
    "this very id": Filter(text="R50000"),
}


class Timed(NamedTuple):
    """A question, how much it found, and the median seconds of five askings each."""

    what: str
    found: int
    page: float
    count: float
    middle: float


def timed(book: Casebook, findings: int) -> Iterator[Timed]:
    """Ask each question for a person who sees everything, and some for one who does not."""
    for person, who in ((REVIEWER, ""), (RESTRICTED, ", clearance restricted")):
        for what, question in QUESTIONS.items():
            page = _median(partial(list_findings, book, person, question))
            count = _median(partial(count_findings, book, person, question))
            middle = _median(partial(list_findings, book, person, question, after=findings // 2))
            yield Timed(what + who, count_findings(book, person, question).all, page, count, middle)


def inbox_seconds(book: Casebook) -> float:
    """Return how long an inbox takes."""
    return _median(partial(inbox, book, REVIEWER))


def _median(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    return sorted(times)[2]
