"""The cases as a list: what each holds, what waits in it, until when, and with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from opencwc.casebook.cases import list_cases
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import Counts, count_findings
from opencwc.casebook.model import Case, CaseStatus, Filter, Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.requests import requests_of
from opencwc.web.casebook.run_summary import waiting_among
from opencwc.web.server.listing import ListAsked, ListColumn, ListShown, listed
from opencwc.wording import say


@dataclass(frozen=True)
class CaseLine:
    """A case in the list: how many findings it has, how many wait, and its owner."""

    case: Case
    counts: Counts
    waiting: int
    owner: str
    asked: int
    """How many exports and erasures of it wait for an answer."""


def _numbers(name: str, label: str, number: Callable[[CaseLine], int]) -> ListColumn[CaseLine]:
    return ListColumn(name, label, lambda line, lang: str(number(line)), number, number=True)


CASE_COLUMNS: tuple[ListColumn[CaseLine], ...] = (
    ListColumn(
        "case", "casebook_column_case", lambda line, lang: " ".join(filter(None, (line.case.name, line.case.title)))
    ),
    ListColumn(
        "status", "casebook_column_status", lambda line, lang: say(f"casebook_case_{line.case.status}", lang),
        lambda line: list(CaseStatus).index(line.case.status),
    ),
    _numbers("findings", "casebook_findings", lambda line: line.counts.all),
    _numbers("waiting", "casebook_column_waiting", lambda line: line.waiting),
    ListColumn(
        "due", "casebook_column_due", lambda line, lang: line.case.due,
        lambda line: (not line.case.due, line.case.due),
    ),
    ListColumn("owner", "casebook_column_owner", lambda line, lang: line.owner),
    ListColumn(
        "mark", "casebook_column_mark", lambda line, lang: say(f"casebook_mark_{line.case.mark}", lang),
        lambda line: line.case.mark,
    ),
)  # fmt: skip


def listed_cases(book: Casebook, person: Person, asked: ListAsked, lang: str) -> ListShown[CaseLine]:
    """Return the cases that a person may see, as they are asked for."""
    cases = list_cases(book, person)
    names = names_by_id(book, [case.owner for case in cases])
    requests = Counter(request.case for request in requests_of(book, person, waiting=True))
    lines = []
    for case in cases:
        counts = count_findings(book, person, Filter(case=case.name))
        owner = names.get(case.owner, case.owner)
        lines.append(CaseLine(case, counts, waiting_among(counts), owner, requests[case.name]))
    return listed(lines, CASE_COLUMNS, asked, lang)
