"""What was done with a file as evidence, from its coming to what left; each step is a record.

The file itself is a source, kept by its SHA-256 and never changed; what is worked with is a copy, a source too. The
signed head that covers the record of a step proves when it was, once it was anchored or stamped by a third party.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Annotated, NamedTuple

from msgspec import Struct, structs
from sqlalchemy import Connection, distinct, func, select
from sqlalchemy import case as case_when

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, mark_of_case, visible_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Case, CaseStatus, Mark, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving
from opencwc.casebook.requests import approved
from opencwc.casebook.rows import record_of
from opencwc.casebook.runs import give_source, source_row, write_source
from opencwc.casebook.time_stamps import stamped_at
from opencwc.casebook.transaction import Writer
from opencwc.errors import ConflictError, InputError, NotFoundError
from opencwc.records import one_of

RECEIVED, CAPTURED, COPIED, MASKED, GIVEN_OUT, REVEALED = STEPS = (
    "received", "captured", "copied", "masked", "given_out", "revealed",
)  # fmt: skip
LONGEST = 2_000
"""Characters of a name, an address or a note."""
_TABLE = tables.custody_step


class CustodyStep(Struct, frozen=True):
    """One step; ``seq`` is its record, ``source_id`` the SHA-256 of the file, ``from_id`` of what it was made from.

    ``url`` and ``taken`` say from where and when a file was captured, as who brought it says; ``note`` is to whom it
    was given, or why; ``file`` is the SHA-256 of what was given out.
    """

    seq: int
    case_number: int
    step: Annotated[str, one_of(STEPS)]
    source_id: str
    from_id: str
    person: str
    at: str
    name: str
    url: str = ""
    taken: str = ""
    note: str = ""
    file: str = ""


class ProvedStep(Struct, frozen=True):
    """A step, the size and mark of its file, and what proves when it was.

    ``anchor`` is how many records the first anchor has that covers it, ``anchored_at`` when that was signed; 0 and
    empty where none does yet. ``stamped_at`` is the time that a time-stamping authority gives (RFC 3161), empty where
    there is none.
    """

    step: CustodyStep
    size: int
    media_type: str
    mark: Mark
    anchor: int = 0
    anchored_at: str = ""
    stamped_at: str = ""

    @property
    def is_anchored(self) -> bool:
        """Whether somebody outside can vouch for when it was."""
        return bool(self.anchor or self.stamped_at)


def receive(
    book: Casebook,
    person: Person,
    case: str,
    stream: IO[bytes],
    name: str,
    *,
    mark: Mark = Mark.UNCLASSIFIED,
    media_type: str = "",
    url: str = "",
    taken: str = "",
) -> CustodyStep:
    """Keep a file as evidence in a case; one that was ``taken`` from an address at a time was captured.

    Raises:
        ConflictError: the case is closed or erased.
        InputError: a name or an address is too long.
        NotFoundError: there is no such case.

    """
    with book.writing(person.id) as writer:
        kept_case = _open_case(writer, person, case, mark)
        source = write_source(writer, stream, name, mark, media_type)
        step = CAPTURED if taken else RECEIVED
        return _write(writer, kept_case, step, source.id, name=name, url=url, taken=taken)


def keep_copy(
    book: Casebook,
    person: Person,
    case: str,
    original: str,
    stream: IO[bytes],
    name: str,
    *,
    step: str = COPIED,
    media_type: str = "",
    mark: Mark | None = None,
    note: str = "",
) -> CustodyStep:
    """Keep what was made from an original beside it; it has the original's mark, unless who decides gives it a lower.

    Raises:
        ConflictError: the case is closed or erased.
        NotFoundError: the case holds no such original.

    """
    with book.writing(person.id) as writer:
        kept_case = _open_case(writer, person, case, Mark.UNCLASSIFIED)
        _require_held(writer.connection, kept_case, original)
        of_original = source_row(writer.connection, original)
        if of_original is None or of_original.erased:
            raise NotFoundError("source_no_longer_kept", where=original)
        require(person, "keep", of_original.mark)
        if mark is not None and mark < of_original.mark:
            require(person, "decide", of_original.mark)
        source = write_source(writer, stream, name, of_original.mark if mark is None else mark, media_type)
        return _write(writer, kept_case, step, source.id, original, name=name, note=note)


def note_revealed(book: Casebook, person: Person, case: str, masked: str, note: str) -> CustodyStep:
    """Put on record that hidden parts of a masked text were shown; ``note`` says which, and to whom.

    Raises:
        NotFoundError: the case holds no masked text of that SHA-256.

    """
    with book.writing(person.id) as writer:
        kept_case = _open_case(writer, person, case, Mark.UNCLASSIFIED)
        held = (_TABLE.c.case_number == kept_case.number, _TABLE.c.source_id == masked, _TABLE.c.step == MASKED)
        row = writer.connection.execute(select(_TABLE.c.from_id).where(*held).limit(1)).first()
        source = source_row(writer.connection, masked)
        if row is None or source is None:
            raise NotFoundError("no_such_source", where=masked)
        require(person, "keep", source.mark)
        return _write(writer, kept_case, REVEALED, masked, row.from_id, note=note)


def take_copy(book: Casebook, person: Person, case: str, source: str, name: str) -> Iterator[bytes]:
    """Return a file of a case in parts, to be worked with under a name, and put that on record; the file stays.

    Raises:
        NotFoundError: the case has no such file for this person.

    """
    parts = read_evidence(book, person, case, source)
    with book.writing(person.id) as writer:
        kept_case = _open_case(writer, person, case, Mark.UNCLASSIFIED)
        _write(writer, kept_case, COPIED, source, source, name=name)
    return parts


def require_leave(book: Casebook, person: Person, case: str, request: int) -> tuple[str, ...]:
    """Return to whom what is given out of a case must be encrypted, none where it is unclassified.

    Raises:
        ConflictError: nobody approved the request, or it is of another case.
        InputError: the mark of the case calls for recipients, and the request names none.

    """
    with giving(book, person) as given:
        kept_case, recipients = _leave(given.connection, person, case, request)
        given.cases([kept_case])
    return recipients


def give_out(
    book: Casebook, person: Person, case: str, request: int, sources: Sequence[str], file: str, to: str = ""
) -> list[CustodyStep]:
    """Put on record that files of a case are given out in a file of that SHA-256; raises as `require_leave` does."""
    with book.writing(person.id) as writer:
        kept_case, _ = _leave(writer.connection, person, case, request)
        for source in sources:
            _require_held(writer.connection, kept_case, source)
        return [_write(writer, kept_case, GIVEN_OUT, source, note=to, file=file) for source in sources]


def custody_of(book: Casebook, person: Person, case: str) -> list[ProvedStep]:
    """Return the steps of a case as far as a person may see them, in their order, each with what proves its time."""
    with giving(book, person) as given:
        connection = given.connection
        kept_case = visible_case(connection, person, case)
        query = select(_TABLE).where(_TABLE.c.case_number == kept_case.number).order_by(_TABLE.c.seq)
        steps = [record_of(CustodyStep, row) for row in connection.execute(query).mappings()]
        proved = [one for one in _proved(connection, steps) if may(person, "read", one.mark)]
        given.cases([kept_case])
        given.sources({one.step.source_id for one in proved})
        return proved


def case_of_evidence(book: Casebook, person: Person, case: str) -> Case:
    """Return a case by its name; raise `NotFoundError` where there is none for this person."""
    with giving(book, person) as given:
        found = visible_case(given.connection, person, case)
        given.cases([found])
        return found


class CaseEvidence(NamedTuple):
    """A case that holds files as evidence: how many originals, how many steps, and when the last was."""

    case: Case
    originals: int
    steps: int
    last: str


def cases_with_custody(book: Casebook, person: Person) -> list[CaseEvidence]:
    """Return the cases with originals that a person may read, those of the last steps first."""
    source = tables.source
    joined = _TABLE.join(source, source.c.id == _TABLE.c.source_id)
    counted = select(
        _TABLE.c.case_number,
        func.count(distinct(case_when((_TABLE.c.step.in_((RECEIVED, CAPTURED)), _TABLE.c.source_id)))),
        func.count(),
        func.max(_TABLE.c.at),
    )
    counted = counted.select_from(joined).where(source.c.mark <= int(person.clearance))
    with giving(book, person) as given:
        rows = given.connection.execute(counted.group_by(_TABLE.c.case_number)).all()
        held = [CaseEvidence(case_numbered(given.connection, number), *counts) for number, *counts in rows]
        readable = [one for one in held if may(person, "read", one.case.mark)]
        given.cases(one.case for one in readable)
    return sorted(readable, key=lambda one: one.last, reverse=True)


def read_evidence(book: Casebook, person: Person, case: str, source: str) -> Iterator[bytes]:
    """Return a file of a case in parts; `NotFoundError` where the case has none of that SHA-256 for this person."""
    if all(proved.step.source_id != source for proved in custody_of(book, person, case)):
        raise NotFoundError("no_such_source", where=source)
    return give_source(book, person, source)


def opened_records(book: Casebook, person: Person, case: str, steps: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return the records of steps with what opens them: the salt (hex) and the content that were committed to."""
    seen = {proved.step.seq for proved in custody_of(book, person, case)}
    record = tables.record
    with giving(book, person) as given:
        query = select(record.c.seq, record.c.salt, record.c.content).where(record.c.seq.in_(seen & set(steps)))
        rows = given.connection.execute(query).all()
        given.cases([visible_case(given.connection, person, case)])
    return {row.seq: {"salt": bytes(row.salt).hex(), "content": row.content} for row in rows if row.content is not None}


def _open_case(writer: Writer, person: Person, name: str, mark: Mark) -> Case:
    case = visible_case(writer.connection, person, name, "keep")
    require(person, "keep", max(case.mark, mark))
    if case.status in (CaseStatus.CLOSED, CaseStatus.ERASED):
        raise ConflictError("case_not_open", case=name, state=case.status)
    return case


def _write(
    writer: Writer,
    case: Case,
    step: str,
    source: str,
    original: str = "",
    *,
    name: str = "",
    url: str = "",
    taken: str = "",
    note: str = "",
    file: str = "",
) -> CustodyStep:
    told = {"name": name, "url": url, "taken": taken, "note": note, "file": file}
    if any(len(text) > LONGEST for text in told.values()):
        raise InputError("custody_name_too_long", where=name[:100], most=LONGEST)
    body = {"step": step, "source": source, "from": original, **told}
    seq = writer.record("custody_step", body, case.number)
    made = CustodyStep(seq, case.number, step, source, original, writer.actor, writer.at, **told)
    writer.connection.execute(_TABLE.insert(), structs.asdict(made))
    return made


def _require_held(connection: Connection, case: Case, source: str) -> None:
    held = (_TABLE.c.case_number == case.number, _TABLE.c.source_id == source)
    if connection.execute(select(_TABLE.c.seq).where(*held).limit(1)).first() is None:
        raise NotFoundError("no_such_source", where=source)


def _leave(connection: Connection, person: Person, name: str, request: int) -> tuple[Case, tuple[str, ...]]:
    case = visible_case(connection, person, name, "export")
    mark = mark_of_case(connection, case)
    require(person, "export", mark)
    approval = approved(connection, person, request, "export")
    if approval.case_number != case.number:
        raise ConflictError("custody_request_of_other", request=request, case=name)
    recipients = tuple(approval.asked.get("recipients", ()))
    if mark > Mark.UNCLASSIFIED and not recipients:
        raise InputError("export_must_be_encrypted", case=name, mark=mark)
    return case, recipients


def _proved(connection: Connection, steps: Sequence[CustodyStep]) -> list[ProvedStep]:
    anchors = _anchors(connection)
    stamps = _stamps(connection)
    source = tables.source
    kept = select(source.c.id, source.c.size, source.c.media_type, source.c.mark)
    rows = connection.execute(kept.where(source.c.id.in_({step.source_id for step in steps}))).all()
    files: dict[str, tuple[int, str, Mark]] = {row.id: (row.size, row.media_type, Mark(row.mark)) for row in rows}
    proved = []
    for step in steps:
        size, media_type, mark = files.get(step.source_id, (0, "", Mark.UNCLASSIFIED))
        anchor, anchored_at = next(((size, at) for size, at in anchors if size >= step.seq), (0, ""))
        stamped = next((at for seq, at in stamps if seq >= step.seq), "")
        proved.append(ProvedStep(step, size, media_type, mark, anchor, anchored_at, stamped))
    return proved


def _anchors(connection: Connection) -> list[tuple[int, str]]:
    """Return the anchors, the smallest first: how many records each covers, and when it was signed."""
    anchor, record = tables.anchor, tables.record
    query = select(anchor.c.size, record.c.at).join(record, record.c.seq == anchor.c.seq).order_by(anchor.c.size)
    return [(row.size, row.at) for row in connection.execute(query)]


def _stamps(connection: Connection) -> list[tuple[int, str]]:
    """Return the time stamps that were taken in: up to which record each covers, and the time that it gives."""
    checkpoint, stamp = tables.checkpoint, tables.time_stamp
    query = select(checkpoint.c.seq, stamp.c.token).join(stamp, stamp.c.number == checkpoint.c.number)
    query = query.where(stamp.c.token.is_not(None)).order_by(checkpoint.c.seq)
    return [(row.seq, stamped_at(bytes(row.token))) for row in connection.execute(query)]
