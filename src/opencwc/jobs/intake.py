"""What the service and its worker ask of the casebook: to take an upload in, to give it out, to keep its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from msgspec import Struct

from opencwc.casebook.cases import case_for_keeping, case_numbered
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import CaseStatus, Filter, KeptFinding, Mark, Person
from opencwc.casebook.people import People
from opencwc.casebook.read_records import give_whole_run
from opencwc.casebook.runs import count_kept, parts_of_source, resume_run, run_named, source_row
from opencwc.errors import ConflictError, NotAllowedError, NotFoundError
from opencwc.jobs.archives import keep_uploads
from opencwc.jobs.queue import Job
from opencwc.jobs.run_and_keep import KeptRun, Place


class Taken(Struct, frozen=True):
    """An upload that is kept: its source and the case it belongs to."""

    source_id: str
    case_number: int


@dataclass(frozen=True)
class Intake:
    """The casebook as the service sees it; ``person_by_id`` finds the person who asked for a job."""

    book: Casebook
    person_by_id: Callable[[str], Person]

    def take(
        self,
        person: Person,
        case: str,
        uploads: Sequence[tuple[str, IO[bytes]]],
        name: str,
        *,
        media_type: str,
        mark: Mark,
        packed: bool,
    ) -> Taken:
        """Keep uploads as a source of a case (`keep_uploads`), which is opened where there is none of this name."""
        kept_case = case_for_keeping(self.book, person, case, mark)
        if kept_case.status is CaseStatus.CLOSED:
            raise ConflictError("case_closed", where="case", case=case)
        source = keep_uploads(self.book, person, uploads, name, mark=mark, media_type=media_type, packed=packed)
        return Taken(source.id, kept_case.number)

    def read(self, job: Job) -> Iterator[bytes]:
        """Give the bytes of the upload."""
        return parts_of_source(self.book, job.source_id)

    def place_of(self, job: Job) -> Place:
        """Return where the findings of a job are kept, in the name of the person who asked for it."""
        with self.book.reading() as connection:
            source = source_row(connection, job.source_id)
        if source is None or source.erased:
            raise NotFoundError("upload_gone", where=job.source_id)
        asked = {name: value for name, value in job.asked.items() if name not in ("attempts", "case")}
        person = partial(self.person_by_id, job.person)
        return Place(self.book, person, str(job.asked["case"]), asked, source, source.mark)

    def resume(self, job: Job, run: KeptRun) -> None:
        """Take up the run of a job, after the findings that are kept of it."""
        if job.run is None:
            raise NotFoundError("job_without_run")
        run.keeper = resume_run(self.book, job.person, job.run)
        run.rows, run.findings = run.keeper.rows, count_kept(self.book, job.run)

    def may_see(self, person: Person, jobs: Sequence[Job]) -> list[Job]:
        """Leave out the jobs of cases and uploads that are above the person's clearance by now."""
        with self.book.reading() as connection:
            cases = {number: case_numbered(connection, number).mark for number in {job.case_number for job in jobs}}
            sources = [source_row(connection, identity) for identity in {job.source_id for job in jobs}]
        marks = {source.id: source.mark for source in sources if source is not None}
        below = [job for job in jobs if cases[job.case_number] <= person.clearance]
        return [job for job in below if marks.get(job.source_id, Mark.UNCLASSIFIED) <= person.clearance]

    def run_of(self, job: Job) -> dict[str, Any] | None:
        """Return the run of a job for who asked for it, ``None`` before it began: who sent it knows it."""
        if job.run is None:
            return None
        with self.book.reading_contents() as connection:
            return run_named(connection, job.run)

    def findings(self, person: Person, run: int) -> Iterator[list[KeptFinding]]:
        """Give the findings of a run page by page, as far as the person may see them; on record before the first."""
        give_whole_run(self.book, person, run)
        return self._findings(person, run)

    def _findings(self, person: Person, run: int) -> Iterator[list[KeptFinding]]:
        after: int | None = 0
        while after is not None:
            page = list_findings(self.book, person, Filter(run=run), after=after, limit=1_000)
            if page.findings:
                yield page.findings
            after = page.next


def intake_of(book: Casebook) -> Intake:
    """Return the casebook as the service and its worker see it."""
    people = People(book)

    def person_by_id(identity: str) -> Person:
        account = people.account(identity)
        if not account.active:
            raise NotAllowedError("account_of_job_not_active")
        return account.person

    return Intake(book, person_by_id)
