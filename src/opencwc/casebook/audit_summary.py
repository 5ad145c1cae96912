"""What an auditor sees before anything is verified: how long the record is, its newest checkpoints, what is stamped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import Connection, RowMapping, func, select

from opencwc.casebook import tables
from opencwc.casebook.anchor_settings import load_anchor_settings
from opencwc.casebook.anchor_verifier import AnchorVerifier, Vouch
from opencwc.casebook.anchors import NEWEST as NEWEST_ANCHORS
from opencwc.casebook.anchors import Claim, anchors_of
from opencwc.casebook.checkpoint_log import LoggedCheckpoint
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import require
from opencwc.casebook.rows import slices, stored_bytes
from opencwc.errors import NotFoundError, SettingsError
from opencwc.records import from_plain

NEWEST = 10
LONGEST_LOOKED_AT = 20_000
"""Letters of a record in a list that is looked at for what it is about."""


class SeenCheckpoint(Struct, frozen=True):
    """A checkpoint: the record it covers, when and with which key it was signed, and what the log outside says of it.

    ``logged`` is ``None`` where the end of the log, as far as it was read, does not reach back to it.
    """

    number: int
    seq: int
    at: str
    key: str
    logged: bool | None


class SeenStamp(Struct, frozen=True):
    """A checkpoint whose time stamp was asked for; ``at`` is the moment that the authority says, empty while it waits.

    ``seq`` is the record that tells of it, 0 while it waits.
    """

    checkpoint: int
    at: str
    seq: int


class SeenAnchor(Struct, frozen=True):
    """A signed head that was put outside: how many records, when, the note, and the record that tells of it."""

    records: int
    at: str
    note: str
    seq: int


class WordOutside(Struct, frozen=True):
    """Who outside vouches up to which record, the furthest first, and what does not fit; the newest anchors.

    The anchors outside are held against those that the casebook keeps; `opencwc.casebook.casebook_verifier` holds
    them against the records.
    """

    origin: str
    outsiders: tuple[Vouch, ...]
    problems: tuple[str, ...]
    anchors: tuple[SeenAnchor, ...]


class SeenRecord(Struct, frozen=True):
    """A record as an auditor sees it: when, of what kind, by whom, in which case, and what binds it.

    ``case`` is empty where the record is of no case, or of one above the auditor's clearance; ``run`` and ``finding``
    are the numbers that it tells of in a case, 0 for none.
    """

    seq: int
    at: str
    kind: str
    actor: str
    case: str
    commitment: str
    erased: bool
    run: int = 0
    finding: int = 0


class RecordState(Struct, frozen=True):
    """How the record stands: its length, its last moment, its checkpoints in all, the newest of them, the stamps.

    ``last_logged`` is the number of the last checkpoint that the log outside the database knows, 0 where it knows none.
    ``keys`` signed; ``pinned`` are those that the house knows for its own.
    """

    casebook: str
    records: int
    findings: int
    last_at: str
    checkpoints: int
    last_logged: int
    newest: tuple[SeenCheckpoint, ...]
    stamps: tuple[SeenStamp, ...]
    keys: tuple[str, ...]
    outside: WordOutside
    pinned: tuple[str, ...]


def record_state(book: Casebook, person: Person) -> RecordState:
    """Return how the record stands, as far as that can be said without verifying it.

    Raises `NotAllowedError` where the person may not audit, `StorageError` where the log cannot be read.
    """
    require(person, "audit")
    # The log after the state of the database: whatever was committed until then stands in it.
    with book.reading_contents() as connection:  # of records, whose stamps alone are told
        head = connection.execute(select(tables.casebook)).mappings().one()
        at = connection.execute(select(tables.record.c.at).where(tables.record.c.seq == head["seq"])).scalar()
        table = tables.checkpoint
        rows = connection.execute(select(table).order_by(table.c.number.desc()).limit(NEWEST)).mappings().all()
        stamps, keys = _stamps(connection), keys_of(connection)
        outside = _word_outside(connection, head)
    # More lines than are shown: others may have written since.
    logged = book.log.newest(head["id"], 20 * NEWEST)
    newest = tuple(
        SeenCheckpoint(
            row["number"], row["seq"], str(_said(row["statement"]).get("at", "")), row["key"],
            _is_logged(row["number"], row["statement"], stored_bytes(row["signature"]), logged),
        )
        for row in rows
    )  # fmt: skip
    last, at = logged[0].number if logged else 0, str(at or "")
    return RecordState(
        head["id"],
        head["seq"],
        head["findings"],
        at,
        head["checkpoint"],
        last,
        newest,
        stamps,
        keys,
        outside,
        known_keys(book),
    )


def record_length(book: Casebook, person: Person) -> int:
    """Return how many records there are; raise `NotAllowedError` where the person may not audit."""
    require(person, "audit")
    with book.reading() as connection:
        return int(connection.execute(select(tables.casebook.c.seq)).scalar_one())


def show_record(book: Casebook, person: Person, seq: int) -> SeenRecord:
    """Return a record without what it says of its run or finding, which stands in its case.

    Raises `NotFoundError` where there is none.
    """
    require(person, "audit")
    record, case = tables.record, tables.case
    columns = (record.c.seq, record.c.at, record.c.kind, record.c.actor, record.c.commitment, case.c.name, case.c.mark)
    query = select(*columns, record.c.content)
    joined = query.outerjoin(case, case.c.number == record.c.case_number).where(record.c.seq == seq)
    with book.reading_contents() as connection:  # of a record, whose run and finding alone are told
        row = connection.execute(joined).one_or_none()
        if row is None:
            size = connection.execute(select(tables.casebook.c.seq)).scalar_one()
            raise NotFoundError("no_such_record", record=seq, size=size)
    name = row.name if row.name and row.mark <= person.clearance else ""
    commitment = stored_bytes(row.commitment).hex()
    run, finding = _subject(row.content) if name else (0, 0)
    return SeenRecord(row.seq, row.at, row.kind, row.actor, name, commitment, row.content is None, run, finding)


def word_outside(book: Casebook, person: Person) -> WordOutside:
    """Return who outside vouches up to which record, as far as that can be said without reading the records.

    Raises `NotAllowedError` where the person may not audit.
    """
    require(person, "audit")
    with book.reading() as connection:
        return _word_outside(connection, connection.execute(select(tables.casebook)).mappings().one())


def _word_outside(connection: Connection, head: RowMapping) -> WordOutside:
    kept, settings, problems = anchors_of(connection), load_anchor_settings(), []
    held = AnchorVerifier.collect(head["id"], settings, (), lambda _, what: problems.append(what), NEWEST_ANCHORS)
    held.roots = {made.note.head.size: made.note.head.root for made in kept}
    # One that the casebook keeps no root of is for the verification to judge; one beyond its end is not.
    held.claims = [claim for claim in held.claims if claim.size in held.roots or claim.size > head["seq"]]
    held.claims += [Claim(made.note.head.size, made.note.head.root, "", made.note) for made in kept]
    held.weigh(connection, head["seq"], {made.note.head.size: made.at for made in kept})
    newest = tuple(SeenAnchor(made.note.head.size, made.at, made.note.text, made.seq) for made in kept[:NEWEST])
    return WordOutside(settings.origin(head["id"]), tuple(held.outsiders), tuple(problems), newest)


def known_keys(book: Casebook) -> tuple[str, ...]:
    """Return the fingerprints of the keys that are pinned for this casebook, none where the pins cannot be read."""
    try:
        return tuple(pin.fingerprint for pin in book.pins.of(book.id))
    except SettingsError:
        return ()


def keys_of(connection: Connection) -> tuple[str, ...]:
    """Return the fingerprints of the keys that signed checkpoints of a casebook, in their order."""
    table = tables.signing_key
    return tuple(connection.execute(select(table.c.id).order_by(table.c.id)).scalars())


def recheck_share(book: Casebook) -> float:
    """Return the share (0 to 1) of final decisions that is drawn for a blind re-check."""
    with book.reading() as connection:
        return float(connection.execute(select(tables.casebook.c.recheck_share)).scalar_one())


def _stamps(connection: Connection) -> tuple[SeenStamp, ...]:
    record, table = tables.record, tables.time_stamp
    numbers = connection.execute(select(table.c.number).order_by(table.c.number.desc())).scalars().all()
    if not numbers:
        return ()
    stamped: dict[object, tuple[str, int]] = {}
    of_stamps = select(record.c.seq, record.c.content).where(record.c.kind == "time_stamped")
    for seq, content in connection.execute(of_stamps.where(record.c.content.is_not(None))):
        body = _said(content).get("body")
        if isinstance(body, dict):
            stamped[body.get("checkpoint")] = (str(body.get("stamped_at", "")), seq)
    return tuple(SeenStamp(number, *stamped.get(number, ("", 0))) for number in numbers)


def _is_logged(number: int, statement: str, signature: bytes, logged: list[LoggedCheckpoint]) -> bool | None:
    """Tell whether the log names this very checkpoint; the newest line of a number counts, as after a restore."""
    entry = next((entry for entry in logged if entry.number == number), None)
    if entry is not None:
        return entry.sha256 == sha256(statement.encode() + signature).hexdigest()
    return False if not logged or number > logged[0].number else None


def subjects_of_records(book: Casebook, person: Person, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the run and the finding that records are about, as `show_record` does; 0 where there is none.

    Long records, which hold many findings, are about a run that the records around them name.
    """
    require(person, "audit")
    record, case = tables.record, tables.case
    query = (
        select(record.c.seq, record.c.content)
        .join(case, case.c.number == record.c.case_number)
        .where(case.c.mark <= int(person.clearance), func.length(record.c.content) <= LONGEST_LOOKED_AT)
    )
    subjects = {}
    with book.reading_contents() as connection:  # of records, whose run and finding alone are told
        for some in slices(numbers):
            for seq, content in connection.execute(query.where(record.c.seq.in_(some))):
                subjects[int(seq)] = _subject(content)
    return subjects


def _subject(content: str | None) -> tuple[int, int]:
    body = _said(content).get("body") if content is not None else None
    said = body if isinstance(body, dict) else {}
    run, finding = (number if isinstance(number := said.get(of), int) else 0 for of in ("run", "finding"))
    return run, finding


def _said(text: str) -> dict[str, object]:
    try:
        return from_plain(dict[str, object], json.loads(text))
    except ValueError:
        return {}
