"""What the casebook holds as a record for claims: events of reports, ledgers, registers, and records used before."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO, NamedTuple

from opencwc.casebook.cases import case_numbered
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Person
from opencwc.casebook.permissions import may
from opencwc.casebook.read_records import giving
from opencwc.casebook.runs import read_source, run_named, source_row
from opencwc.claims.comparison_file import unpack
from opencwc.claims.record_file import as_record
from opencwc.claims.verb import VERB as CLAIMS
from opencwc.declarations.reader import REGISTER
from opencwc.declarations.verb import VERB as DECLARE
from opencwc.errors import NotFoundError
from opencwc.jobs import claim_decisions, event_decisions
from opencwc.jobs.archives import ARCHIVE_TYPE
from opencwc.jobs.kept_runs import Listed, list_runs, opened_run, shown_run
from opencwc.reports.corrected import corrected
from opencwc.reports.event_files import watched_as
from opencwc.reports.kept import opened
from opencwc.reports.verb import VERB as WATCH
from opencwc.transfers.reconcile.verb import VERB as RECONCILE

MOST_OFFERED = 20
"""Runs of a verb that are offered, the latest; any other can be named."""
_LONGEST_NUMBER = 18


class KeptRecord(NamedTuple):
    """A run that can be a record: its verb, and the run as it is listed."""

    verb: str
    run: Listed

    @property
    def name(self) -> str:
        """By what it is asked for: ``watch-12``."""
        return f"{self.verb}-{self.run.number}"


def records_offered(book: Casebook, person: Person) -> list[KeptRecord]:
    """Return the runs that can be a record, as far as a person may see them, by verb and then the latest first."""
    return [KeptRecord(verb, run) for verb in _FILES for run in list_runs(book, person, verb, MOST_OFFERED)]


def record_files(book: Casebook, person: Person, name: str) -> tuple[Mark, list[tuple[str, IO[bytes]]]]:
    """Return the mark and the files of a run that is a record; raise `NotFoundError` where there is none so called."""
    verb, _, number = name.partition("-")
    missing = NotFoundError("no_such_kept_record", where="record_of", record=name[:50])
    if verb not in _FILES or not number.isdecimal() or len(number) > _LONGEST_NUMBER:
        raise missing
    with giving(book, person) as given:
        try:
            run = run_named(given.connection, int(number))
        except NotFoundError:
            raise missing from None
        mark = max(case_numbered(given.connection, run["case_number"]).mark, Mark[run["mark"].upper()])
        if run["verb"] != verb or not may(person, "read", mark):
            raise missing
        given.runs([int(number)])
    return mark, list(_FILES[verb](book, person, int(number)))


def _of_claims(book: Casebook, person: Person, number: int) -> Iterator[tuple[str, IO[bytes]]]:
    kept = shown_run(book, person, number, claim_decisions.SHELF, unpack).kept
    yield f"record-{number}.csv", io.BytesIO(as_record(kept.statements))


def _of_events(book: Casebook, person: Person, number: int) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the events of a run as people decided on them."""
    kept = opened_run(book, person, number, event_decisions.SHELF, opened).kept
    watched = corrected(kept.watched, event_decisions.decisions_on_events(book, person, number))
    yield f"events-{number}.csv", io.BytesIO(watched_as("csv", watched, kept.summary.file))


def _of_register(book: Casebook, person: Person, number: int) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the register as it was sent; several tables of one as a ZIP file."""
    tables = [(name, file) for name, file, role in _sent(book, person, number) if role in ("", REGISTER)]
    if len(tables) < 2:
        yield from tables
        return
    packed = tempfile.TemporaryFile(prefix="opencwc-register-")  # noqa: SIM115
    with zipfile.ZipFile(packed, "w") as archive:
        for name, file in tables:
            archive.writestr(name, file.read())
    yield f"register-{number}.zip", packed


def _of_ledgers(book: Casebook, person: Person, number: int) -> Iterator[tuple[str, IO[bytes]]]:
    yield from ((name, file) for name, file, _ in _sent(book, person, number))


def _sent(book: Casebook, person: Person, number: int) -> Iterator[tuple[str, IO[bytes], str]]:
    """Yield the files that a run was made of, each with its name and what it was sent as."""
    with giving(book, person) as given:
        run = run_named(given.connection, number)
        source = source_row(given.connection, run["source_id"]) if run["source_id"] else None
        given.runs([number])
    if source is None or source.erased:
        raise NotFoundError("run_pages_erased")
    content = io.BytesIO(b"".join(read_source(book, person, source.id)))
    if source.media_type != ARCHIVE_TYPE:
        yield source.name, content, ""
        return
    roles = list(run["asked"].get("roles", ()))
    with zipfile.ZipFile(content) as archive:
        for place, member in enumerate(archive.namelist()):
            role = str(roles[place]) if place < len(roles) else ""
            yield member.partition("-")[2], io.BytesIO(archive.read(member)), role


_FILES: Mapping[str, Callable[[Casebook, Person, int], Iterator[tuple[str, IO[bytes]]]]] = {
    CLAIMS.id: _of_claims,
    WATCH.id: _of_events,
    DECLARE.id: _of_register,
    RECONCILE.id: _of_ledgers,
}
"""How the files of a record come from a run, by its verb."""
