"""What somebody outside was asked about findings, and what they answered: kept beside the findings of a run.

It stands, as what pages show does (`run_pages`), as the source of a further run in the case: so it has the mark of the
findings, leaves with the case, and is erased with it. An answer decides nothing: it is a comment on its finding, and a
person accepts it by a decision (`decisions`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Struct
from sqlalchemy import Connection, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, visible_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.model import CaseStatus, Mark, Person
from opencwc.casebook.permissions import require
from opencwc.casebook.read_records import giving
from opencwc.casebook.run_pages import FINDINGS
from opencwc.casebook.runs import begin_run, decoded_run, keep_source, parts_of_source, run_named, source_row
from opencwc.errors import ConflictError
from opencwc.records import from_json, one_of, to_json

NAME = "correspondence.json"
CORRESPONDENCE = "correspondence"
"""The word under which the question of such a run says that it holds letters or answers."""
ASKED = "asked"
KINDS = (ASKED, "corrected", "confirmed", "withdrawn")


class Exchange(Struct, frozen=True):
    """A question that went out about a finding, or the answer that came: its kind, and what stands in it.

    ``finding`` is 0 where the question is about none. ``question`` is the id that letter and answer bear; ``before`` is
    what stood in the user's file, ``value`` what is right instead, ``words`` are those of who answered; ``where`` is
    the file and the place that they stand in.
    """

    finding: int
    question: str
    kind: Annotated[str, one_of(KINDS)]
    before: str = ""
    value: str = ""
    words: str = ""
    where: str = ""

    @property
    def answers(self) -> bool:
        """Whether it is an answer."""
        return self.kind != ASKED


class Taken(Struct, frozen=True):
    """An exchange with who took it into the casebook, when, and the run whose finding it is of."""

    exchange: Exchange
    person: str
    at: str
    run: int


class _File(Struct, frozen=True):
    run: int
    person: str
    exchanges: tuple[Exchange, ...]


def keep_correspondence(
    book: Casebook, person: Person, number: int, exchanges: Sequence[Exchange], comments: Mapping[int, str]
) -> int:
    """Keep what was asked or answered about findings of a run, and return how many are new.

    What is kept already is not kept again. ``comments`` are by finding the words of an answer as a person reads them.
    Raises `ConflictError` where the case is closed or erased.
    """
    with book.reading_contents() as connection:
        run = run_named(connection, number)
        case = case_numbered(connection, run["case_number"])
    require(person, "keep", case.mark)
    if case.status in (CaseStatus.CLOSED, CaseStatus.ERASED):
        raise ConflictError("case_not_open", case=case.name, state=case.status)
    known = {taken.exchange for taken in correspondence_in(book, person, case.name) if taken.run == number}
    fresh = tuple(dict.fromkeys(exchange for exchange in exchanges if exchange not in known))
    if not fresh:
        return 0
    content = io.BytesIO(to_json(_File(number, person.id, fresh)))
    source = keep_source(book, person, content, NAME, mark=_mark(run), media_type="application/json")
    asked = {FINDINGS: number, CORRESPONDENCE: True}
    keeper = begin_run(
        book, person, case.name, verb=run["verb"], asked=asked, checked={"file": NAME}, maker={}, source=source
    )
    keeper.finish({"rows": 0, "by_verdict": {}}, rows=0)
    for exchange in fresh:
        if exchange.finding and (text := comments.get(exchange.finding)):
            comment(book, person, case.name, text, exchange.finding)
    return len(fresh)


def correspondence_in(book: Casebook, person: Person, name: str) -> list[Taken]:
    """Return what was asked and answered about the findings of a case, as far as a person may see it, in order."""
    taken = []
    with giving(book, person) as given:
        runs = _runs(given.connection, person, visible_case(given.connection, person, name).number)
        given.runs(run["number"] for run in runs)
    for run in runs:
        file = from_json(_File, b"".join(parts_of_source(book, run["source_id"])))
        taken += [Taken(exchange, file.person, run["started_at"], file.run) for exchange in file.exchanges]
    return taken


def _runs(connection: Connection, person: Person, case: int) -> list[dict[str, Any]]:
    """Return the runs of a case that hold correspondence which is still there, the earliest first."""
    table = tables.run
    query = select(table).where(
        table.c.case_number == case, table.c.state == "done", table.c.mark <= int(person.clearance),
        table.c.asked.contains(f'"{CORRESPONDENCE}":true'),
    )  # fmt: skip
    rows = [decoded_run(row) for row in connection.execute(query.order_by(table.c.number)).mappings()]
    sources = {row["source_id"]: source_row(connection, row["source_id"]) for row in rows}
    return [row for row in rows if (source := sources[row["source_id"]]) is not None and not source.erased]


def _mark(run: Mapping[str, Any]) -> Mark:
    return Mark[str(run["mark"]).upper()]
