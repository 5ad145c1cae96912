"""Submissions of declarations: what is declared of some sites in a year, in frozen versions that stand side by side.

A submission belongs to a case. Each version is a file as it was sent, with what it amounts to; both are sources of the
casebook, committed to in the record and never changed. Who is of the house writes for the Authority, a declarant for
the operator, and the original of one is never lost under the changes of the other. A declarant sees the submissions of
its own sites alone; another's is answered as not there.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, NamedTuple

from sqlalchemy import Connection, RowMapping, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, visible_case
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import CaseStatus, Mark, Person, Role
from opencwc.casebook.people import sites_of
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import Giving, giving
from opencwc.casebook.rows import change_row, record_of, row_of
from opencwc.casebook.runs import parts_of_source, write_source
from opencwc.casebook.submission_states import (
    ALLOWED,
    FIRST_STATE,
    MARKS,
    UNMARK,
    State,
    Step,
    marks_after,
    state_after,
)
from opencwc.casebook.transaction import Writer
from opencwc.convention.amendments import amendment_rule
from opencwc.declarations.amounts import MEDIA_TYPE, NAME, Amounts, Difference, differences, other_sites, pack, unpack
from opencwc.declarations.deadline_calendar import AmendmentDue
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError

OPERATOR, AUTHORITY = "operator", "authority"
"""Whose version it is."""
YEARS = range(1997, 2101)
_SUBMISSION, _VERSION, _STEP = tables.submission, tables.submission_version, tables.submission_step
_NEEDS = {Step.COMPLETE: "declare", Step.RELEASE: "release", Step.SUBMIT: "release"}


class VersionFile(NamedTuple):
    """A file to be frozen: its name, its bytes, what it amounts to."""

    name: str
    stream: IO[bytes]
    amounts: Amounts
    media_type: str = ""


class Amendment(NamedTuple):
    """What an amendment says beside its changes: why, what it is of, the day that its time counts from.

    ``of`` is one of `opencwc.convention.amendments.AMENDED`.
    """

    why: str
    of: str
    day: date


@dataclass(frozen=True, slots=True)
class Submission:
    """What is declared of sites in a year; ``provisional`` and ``incomplete`` are the reasons of marks, or empty."""

    seq: int
    case_number: int
    profile: str
    year: int
    sites: tuple[str, ...]
    state: State
    provisional: str
    incomplete: str
    opened_by: str
    opened_at: str


@dataclass(frozen=True, slots=True)
class Version:
    """A frozen file. ``source_id`` is the SHA-256 of its bytes; ``due`` is the last day of an amendment, or empty."""

    seq: int
    number: int
    side: str
    person: str
    at: str
    name: str
    source_id: str
    amounts_id: str
    changes: str
    why: str
    rule: str
    due: str


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step with its person, moment and reason; ``state`` is the one that it led to, ``version`` the last then."""

    seq: int
    version: int
    step: str
    person: str
    at: str
    reason: str
    state: State


@dataclass(frozen=True, slots=True)
class SubmissionHistory:
    """A submission with its versions and steps in their order, its mark, and what the person may do next.

    ``case`` is its case's name, empty for a declarant, to whom no case is known. ``last`` is the number of the last
    record of it, by which somebody who acts says what was seen. ``released_by`` released the last version.
    """

    submission: Submission
    versions: tuple[Version, ...]
    steps: tuple[StepTaken, ...]
    mark: Mark
    case: str
    may_next: tuple[str, ...]
    released_by: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of the last record."""
        return max([self.submission.seq, *(one.seq for one in self.versions), *(one.seq for one in self.steps)])


def open_submission(
    book: Casebook, person: Person, case: str, profile: str, year: int, sites: Iterable[str]
) -> Submission:
    """Open a submission of sites in a case; the Authority does, and the operator's people find it by their sites.

    Raises:
        ConflictError: the case is closed or erased.
        InputError: there is no site, or the year cannot be one.

    """
    codes = sorted({site.strip() for site in sites} - {""})
    if not codes:
        raise InputError("submission_needs_sites", where="sites")
    if year not in YEARS:
        raise InputError("number_not_between", where="year", text=str(year), least=YEARS.start, most=YEARS.stop - 1)
    with book.writing(person.id) as writer:
        kept_case = visible_case(writer.connection, person, case, "keep")
        _require_open(kept_case.status)
        body = {"profile": profile, "year": year, "sites": codes}
        seq = writer.record("submission_opened", body, kept_case.number)
        row = {
            **body, "sites": canonical(codes), "seq": seq, "case_number": kept_case.number, "state": FIRST_STATE,
            "provisional": "", "incomplete": "", "opened_by": person.id, "opened_at": writer.at,
        }  # fmt: skip
        writer.connection.execute(_SUBMISSION.insert(), row)
        return _submission(row)


def list_submissions(book: Casebook, person: Person) -> list[Submission]:
    """Return the submissions that a person may know of, the last opened first."""
    require(person, "submissions")
    with giving(book, person) as given:
        rows = given.connection.execute(select(_SUBMISSION).order_by(_SUBMISSION.c.seq.desc())).mappings().all()
        own = sites_of(given.connection, person.id)
        marked = [(row, _mark_of(given.connection, row)) for row in rows if _is_among(row, person, own)]
        seen = [(row, mark) for row, mark in marked if may(person, "submissions", mark)]
        given.nothing()
        for row, mark in seen:
            given.submission(row["seq"], mark, row["case_number"])
        return [_submission(row) for row, _ in seen]


def count_waiting(book: Casebook, person: Person) -> int:
    """Count the submissions that a person may know of and that are not submitted; a number alone is no content."""
    require(person, "submissions")
    with giving(book, person) as given:
        rows = given.connection.execute(select(_SUBMISSION)).mappings().all()
        own = sites_of(given.connection, person.id)
        among = [row for row in rows if row["state"] != State.SUBMITTED and _is_among(row, person, own)]
        given.nothing()
        return sum(may(person, "submissions", _mark_of(given.connection, row)) for row in among)


def amendments_due(book: Casebook, person: Person) -> tuple[AmendmentDue, ...]:
    """Return the days that amendments make, of the submissions that a person may know of, the earliest first.

    What an amendment of a protected submission says (``why``, its sites) is for who opens the submission: it is empty
    here, so that a calendar leaves no trace that no reader has.
    """
    if not may(person, "submissions"):
        return ()
    days: list[AmendmentDue] = []
    with giving(book, person) as given:
        connection = given.connection
        given.nothing()
        amended = select(_VERSION.c.submission).where(_VERSION.c.due != "").distinct()
        rows = connection.execute(select(_SUBMISSION).where(_SUBMISSION.c.seq.in_(amended))).mappings().all()
        own = sites_of(connection, person.id)
        for row in rows:
            mark = _mark_of(connection, row)
            if _is_among(row, person, own) and may(person, "submissions", mark):
                versions = _of_submission(connection, _VERSION, Version, row["seq"])
                told = mark < Mark.PROTECTED
                days += _days_of(_submission(row), versions, told=told)
                if told:
                    given.submission(row["seq"], mark, row["case_number"])
    return tuple(sorted(days))


def show_submission(book: Casebook, person: Person, seq: int) -> SubmissionHistory:
    """Return a submission with its versions and steps; that somebody looked at a protected one is on record."""
    with giving(book, person) as given:
        return _give(given, person, seq)


def read_version(book: Casebook, person: Person, seq: int, number: int) -> tuple[Version, Iterator[bytes]]:
    """Return a version with its bytes as they came; that somebody read a protected one is on record."""
    with giving(book, person) as given:
        version = version_numbered(_give(given, person, seq).versions, number)
        given.sources([version.source_id])
    return version, parts_of_source(book, version.source_id)


def unseen_version(book: Casebook, version: Version) -> Iterator[bytes]:
    """Yield the bytes of a version that nobody is given yet: what is made of them ahead waits until somebody reads."""
    return parts_of_source(book, version.source_id)


def differences_of(book: Casebook, person: Person, seq: int, first: int, second: int) -> tuple[Difference, ...]:
    """Return the differences of two versions by site, plant, chemical, activity and year, in exact decimals."""
    return differences(*_amounts(book, person, seq, (first, second)))


def amounts_of_version(book: Casebook, person: Person, seq: int, number: int) -> Amounts:
    """Return what a version amounts to, and what was found wrong with its file when it came."""
    return _amounts(book, person, seq, (number,))[0]


def own_submission(connection: Connection, person: Person, seq: int) -> SubmissionHistory | None:
    """Return the submission whose rows a declarant edits: every site of it is its own; else ``None``.

    This is the one rule of who has a grid of a submission; `opencwc.casebook.registers` asks it at every read and save.
    """
    row = row_of(connection, _SUBMISSION, seq=seq)
    if row is None or person.role is not Role.DECLARANT or not may(person, "declare", _mark_of(connection, row)):
        return None
    return _history(connection, person, row) if _is_among(row, person, sites_of(connection, person.id)) else None


def add_version(
    book: Casebook,
    person: Person,
    seq: int,
    file: VersionFile,
    *,
    changes: str = "",
    amendment: Amendment | None = None,
    seen: int | None = None,
) -> Version:
    """Freeze a file as the next version; what is submitted already takes an amendment.

    Raises:
        ConflictError: the state does not allow it, the file is that of the last version, or somebody acted meanwhile.
        InputError: what changed, or why, is not said; or the file names a site that the submission is not of.

    """
    with book.writing(person.id) as writer:
        connection = writer.connection
        row = _seen(connection, person, seq, "declare")
        history = _acted_on(connection, person, row, seen)
        step = Step.AMEND if row["state"] == State.SUBMITTED else Step.REVISE
        state = state_after(step, State(row["state"]), submitted_before=_was_submitted(history.steps))
        _require_version_fits(history, person, file, changes, amendment, step)
        version = _write_version(writer, history, person, file, changes.strip(), amendment, state)
        change_row(connection, _SUBMISSION, seq, state=str(state))
        return version


def take_step(
    book: Casebook, person: Person, seq: int, step: Step, reason: str, *, seen: int | None = None
) -> SubmissionHistory:
    """Complete, release or submit the last version; the second release is another person's than the first.

    Raises:
        ConflictError: the state does not allow it, there is no version, the person released it already, or somebody
            acted meanwhile.
        InputError: no reason is given, or the step comes with a version (`add_version`).
        NotAllowedError: a declarant would act on the Authority's version.

    """
    if step not in _NEEDS:
        raise InputError("submission_step_unknown", where="step", step=str(step), known=tuple(map(str, _NEEDS)))
    with book.writing(person.id) as writer:
        row = _seen(writer.connection, person, seq, _NEEDS[step])
        history = _acted_on(writer.connection, person, row, seen)
        others = [who for who in history.released_by if who != person.id]
        state = state_after(step, State(row["state"]), released_by_another=bool(others))
        if not history.versions:
            raise ConflictError("submission_without_version", submission=seq)
        _require_own_side(person, history.versions[-1])
        if step is Step.RELEASE and person.id in history.released_by:
            raise ConflictError("submission_needs_second_person", submission=seq)
        _write_step(writer, history, str(step), reason, state)
    return show_submission(book, person, seq)


def set_mark(
    book: Casebook, person: Person, seq: int, mark: str, reason: str, *, on: bool = True, seen: int | None = None
) -> SubmissionHistory:
    """Mark a submission as ``provisional`` or ``incomplete``, or take the mark away; either has its reason."""
    if mark not in MARKS:
        raise InputError("submission_step_unknown", where="step", step=mark, known=MARKS)
    with book.writing(person.id) as writer:
        row = _seen(writer.connection, person, seq, "declare")
        history = _acted_on(writer.connection, person, row, seen)
        if not on and not row[mark]:
            raise ConflictError("submission_step_not_allowed", step=f"{UNMARK}{mark}", state=row["state"])
        _write_step(writer, history, mark if on else f"{UNMARK}{mark}", reason, State(row["state"]))
    return show_submission(book, person, seq)


def _write_step(writer: Writer, history: SubmissionHistory, step: str, reason: str, state: State) -> None:
    if not reason.strip():
        raise InputError("submission_needs_reason", where="reason")
    submission, version = history.submission, history.versions[-1].number if history.versions else 0
    body = {
        "submission": submission.seq, "version": version, "step": step, "reason": reason.strip(), "state": str(state),
    }  # fmt: skip
    seq = writer.record("submission_step", body, submission.case_number)
    row = {**body, "seq": seq, "case_number": submission.case_number, "person": writer.actor, "at": writer.at}
    writer.connection.execute(_STEP.insert(), row)
    marks = marks_after(step, reason.strip())
    change_row(writer.connection, _SUBMISSION, submission.seq, state=str(state), **marks)


def _write_version(
    writer: Writer,
    history: SubmissionHistory,
    person: Person,
    file: VersionFile,
    changes: str,
    amendment: Amendment | None,
    state: State,
) -> Version:
    submission = history.submission
    source = write_source(writer, file.stream, file.name, history.mark, file.media_type)
    if history.versions and history.versions[-1].source_id == source.id:
        raise ConflictError("submission_version_same", version=history.versions[-1].number)
    amounts = write_source(writer, io.BytesIO(pack(file.amounts)), NAME, history.mark, MEDIA_TYPE)
    rule = amendment_rule(submission.profile, amendment.of, amendment.day) if amendment else None
    body = {
        "submission": submission.seq, "number": len(history.versions) + 1, "side": side_of(person), "name": file.name,
        "changes": changes, "why": amendment.why.strip() if amendment else "", "rule": rule.id if rule else "",
        "due": rule.due(amendment.day).isoformat() if rule and amendment else "",
    }  # fmt: skip
    held = {"source": source.id, "amounts": amounts.id, "state": str(state)}
    seq = writer.record("submission_version", {**body, **held}, submission.case_number)
    row = {
        **body, "seq": seq, "case_number": submission.case_number, "person": person.id, "at": writer.at,
        "source_id": source.id, "amounts_id": amounts.id,
    }  # fmt: skip
    writer.connection.execute(_VERSION.insert(), row)
    return record_of(Version, row_of(writer.connection, _VERSION, seq=seq) or {})  # type: ignore[arg-type]


def side_of(person: Person) -> str:
    """Return for whom a person writes."""
    return OPERATOR if person.role is Role.DECLARANT else AUTHORITY


def _require_version_fits(
    history: SubmissionHistory,
    person: Person,
    file: VersionFile,
    changes: str,
    amendment: Amendment | None,
    step: Step,
) -> None:
    """Raise where a version does not say what it must, or would show an operator another's sites."""
    if history.submission.state is State.RELEASED:
        _require_own_side(person, history.versions[-1])
    if history.versions and not changes.strip():
        raise InputError("submission_needs_changes", where="changes")
    if step is Step.AMEND and (amendment is None or not amendment.why.strip()):
        raise InputError("submission_needs_reason", where="reason")
    if others := other_sites(file.amounts, history.submission.sites):
        raise InputError("submission_of_other_sites", where=file.name, sites=tuple(others[:20]))


def _require_own_side(person: Person, version: Version) -> None:
    if person.role is Role.DECLARANT and version.side != OPERATOR:
        raise NotAllowedError("submission_version_of_authority", version=version.number)


def _require_open(status: CaseStatus | str) -> None:
    if status in (CaseStatus.CLOSED, CaseStatus.ERASED):
        raise ConflictError("submission_case_not_open")


def _acted_on(connection: Connection, person: Person, row: RowMapping, seen: int | None) -> SubmissionHistory:
    """Return a submission for who acts on it; raise where its case is closed or it is not as it was seen."""
    _require_open(case_numbered(connection, row["case_number"]).status)
    history = _history(connection, person, row)
    if seen is not None and seen != history.last:
        raise ConflictError("submission_changed_meanwhile", submission=row["seq"])
    return history


def _seen(connection: Connection, person: Person, seq: int, action: str) -> RowMapping:
    """Return the row of a submission; one above the clearance, or of another operator, is answered as not there."""
    require(person, action)
    row = _row(connection, seq)
    mark = _mark_of(connection, row)
    if mark > person.clearance or not _is_among(row, person, sites_of(connection, person.id)):
        raise NotFoundError("no_such_submission", submission=seq)
    return row


def _row(connection: Connection, seq: int) -> RowMapping:
    row = row_of(connection, _SUBMISSION, seq=seq)
    if row is None:
        raise NotFoundError("no_such_submission", submission=seq)
    return row


def _is_among(row: RowMapping, person: Person, own: Sequence[str]) -> bool:
    """Tell whether a submission is of a declarant's own sites, every one of them; the house sees all."""
    sites = json.loads(row["sites"])
    return person.role is not Role.DECLARANT or (bool(sites) and set(sites) <= set(own))


def _mark_of(connection: Connection, row: RowMapping) -> Mark:
    """Return the mark of a submission: the higher of its case's and of its versions' files."""
    source = tables.source
    files = select(_VERSION.c.source_id).where(_VERSION.c.submission == row["seq"])
    marks = connection.execute(select(source.c.mark).where(source.c.id.in_(files))).scalars()
    return max([case_numbered(connection, row["case_number"]).mark, *map(Mark, marks)])


def _history(connection: Connection, person: Person, row: RowMapping) -> SubmissionHistory:
    submission = _submission(row)
    versions = _of_submission(connection, _VERSION, Version, row["seq"])
    steps = _of_submission(connection, _STEP, StepTaken, row["seq"])
    mark, case = _mark_of(connection, row), case_numbered(connection, row["case_number"])
    released_by = _released_by(versions, steps)
    is_open = case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED)
    own_side = bool(versions) and (person.role is not Role.DECLARANT or versions[-1].side == OPERATOR)
    steps_now = [step for step in Step if submission.state in ALLOWED[step] and may(person, _needs(step), mark)]
    may_next = tuple(
        str(step)
        for step in steps_now
        if is_open
        and (own_side or step in (Step.REVISE, Step.AMEND))
        and not (step is Step.RELEASE and person.id in released_by)
    )
    name = "" if person.role is Role.DECLARANT else case.name
    return SubmissionHistory(submission, versions, steps, mark, name, may_next, released_by)


def _days_of(one: Submission, versions: Sequence[Version], *, told: bool) -> Iterator[AmendmentDue]:
    amendments = [version for version in versions if version.due]
    for version in amendments:
        yield AmendmentDue(
            date.fromisoformat(version.due), one.seq, one.year, one.profile, one.sites if told else (), version.rule,
            version.why if told else "", version is not amendments[-1] or one.state is State.SUBMITTED,
        )  # fmt: skip


def _needs(step: Step) -> str:
    return _NEEDS.get(step, "declare")


def _of_submission(connection: Connection, table: Any, kind: Any, seq: int) -> tuple[Any, ...]:
    query = select(table).where(table.c.submission == seq).order_by(table.c.seq)
    return tuple(record_of(kind, row) for row in connection.execute(query).mappings())


def _released_by(versions: Sequence[Version], steps: Sequence[StepTaken]) -> tuple[str, ...]:
    """Return who released the last version since it was completed."""
    last = versions[-1].seq if versions else 0
    return tuple(step.person for step in steps if step.step == Step.RELEASE and step.seq > last)


def _was_submitted(steps: Iterable[StepTaken]) -> bool:
    return any(step.step == Step.SUBMIT for step in steps)


def version_numbered(versions: Sequence[Version], number: int) -> Version:
    """Return a version by its number; raise `NotFoundError` where there is none, or it was erased."""
    if not 0 < number <= len(versions) or not versions[number - 1].source_id:
        raise NotFoundError("no_such_submission_version", version=number)
    return versions[number - 1]


def _amounts(book: Casebook, person: Person, seq: int, numbers: Sequence[int]) -> list[Amounts]:
    with giving(book, person) as given:
        history = _give(given, person, seq)
        versions = [version_numbered(history.versions, number) for number in numbers]
        given.sources(version.amounts_id for version in versions)
    return [unpack(b"".join(parts_of_source(book, version.amounts_id))) for version in versions]


def _give(given: Giving, person: Person, seq: int) -> SubmissionHistory:
    row = _seen(given.connection, person, seq, "submissions")
    history = _history(given.connection, person, row)
    given.submission(seq, history.mark, row["case_number"])
    return history


def _submission(row: RowMapping | dict[str, Any]) -> Submission:
    return record_of(Submission, row, sites=tuple(json.loads(row["sites"])))  # type: ignore[arg-type]
