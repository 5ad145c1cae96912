"""One transaction of the casebook: records are added at the head of the chain, and the new head is signed.

What is done in it is one piece of work, or several of which each has a `Writer` that goes on where the last one ended.

There is one writer at a time (SQLite: ``BEGIN IMMEDIATE``; PostgreSQL: the head's row is locked), so that the chain
has one order. What a record changes in the other tables is written through the same connection.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, text

from opencwc.casebook import tables
from opencwc.casebook.chain import FIRST_LINK, canonical, commitment, fresh_salt, link
from opencwc.casebook.keyed_request import commit_key
from opencwc.casebook.merkle_tree import Frontier
from opencwc.casebook.rows import row_of, rows_by_key, stored_bytes
from opencwc.errors import IntegrityError

if TYPE_CHECKING:
    from opencwc.casebook.checkpoint_log import LoggedCheckpoint
    from opencwc.casebook.signing import Signer

KEY_CHANGED = "key_changed"
"""The kind of the record in which a key hands over to the next (`opencwc.casebook.house_keys`)."""
Checkpoint = tuple[str, int, str, int, str]
"""What the log says of a checkpoint: casebook, number, digest, last record and its link."""
_BOOK = tables.casebook
_HEAD = select(_BOOK).with_for_update()
_NEW_HEAD = _BOOK.update()
_NEW_RECORD, _NEW_CHECKPOINT = tables.record.insert(), tables.checkpoint.insert()
_KEY_CHANGE_AT = select(tables.record.c.content).where(
    tables.record.c.seq == bindparam("head"), tables.record.c.kind == KEY_CHANGED
)
_LAST_OF_CASE = (
    select(tables.record.c.content)
    .where(tables.record.c.case_number == bindparam("case"))
    .order_by(tables.record.c.seq.desc())
    .limit(1)
)
_BESIDE_THE_WORK = ("access", "refusal")
"""Kinds of records that tell of a request, and are not what it asked for."""


def now() -> str:
    """Return this moment as it stands in the record: ISO 8601, UTC, microseconds.

    >>> now()[-1], len(now())
    ('Z', 27)
    """
    return datetime.now(UTC).strftime(MOMENT)


MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
"""How a moment in UTC stands in the record."""


def digest_of(checkpoint: RowMapping) -> str:
    """Return the digest of a checkpoint, as the next one and the log name it: of statement and signature, in hex."""
    return sha256(str(checkpoint["statement"]).encode() + stored_bytes(checkpoint["signature"])).hexdigest()


def tree_at(connection: Connection, head: RowMapping) -> Frontier:
    """Return the tree of all records: as the head keeps it, or made anew where an earlier version kept none."""
    try:
        return Frontier.read(head["seq"], stored_bytes(head["tree"]))
    except ValueError:
        frontier = Frontier()
        for row in rows_by_key(
            connection, select(tables.record.c.seq, tables.record.c.commitment), tables.record.c.seq
        ):
            frontier.add(stored_bytes(row["commitment"]))
        return frontier


@dataclass
class Writer:
    """Adds records at the head, for one piece of work.

    ``logged_from`` is the record from which on the log beside the key has every checkpoint, 0 where no record says so.
    """

    connection: Connection
    actor: str
    signer: Signer
    at: str
    casebook_id: str = ""
    seq: int = 0
    link: bytes = FIRST_LINK
    number: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    recheck_share: float = 0.0
    sampling_key: bytes = b""
    restored: bool = False
    logged_from: int = 0
    tree: Frontier = field(default_factory=Frontier)
    takes_over: bool = False
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _of_case: dict[int, int] = field(default_factory=dict)

    @classmethod
    def at_head(cls, connection: Connection, actor: str, signer: Signer, wait: float) -> Writer:
        """Lock the head of the chain, waiting up to some seconds for another writer, and stand at it."""
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait * 1000))}"))
        head = connection.execute(_HEAD).mappings().one()
        writer = cls(connection, actor, signer, now())  # after the wait: no record is dated before the one before it
        writer.stand_at(head)
        return writer

    def next(self, actor: str) -> Writer:
        """Return a writer for the next piece of work, which goes on from here and leaves this one as it is."""
        return replace(
            self, actor=actor, at=now(), numbers=dict(self.numbers), tree=self.tree.copy(), _rows=[],
            _of_case=dict(self._of_case),
        )  # fmt: skip

    def stand_at(self, head: RowMapping) -> None:
        """Go on from a head of the chain."""
        self.casebook_id, self.sampling_key = head["id"], head["sampling_key"]
        self.recheck_share, self.logged_from = head["recheck_share"], head["logged_from"]
        self.seq, self.link, self.number = head["seq"], head["link"], head["checkpoint"]
        self.numbers = {name: head[name] for name in ("findings", "cases", "runs")}
        self.tree = tree_at(self.connection, head)

    def has_checkpoint(self, entry: LoggedCheckpoint) -> bool:
        """Tell whether the database has the checkpoint that a line of the log tells of."""
        row = row_of(self.connection, tables.checkpoint, number=entry.number)
        return row is not None and digest_of(row) == entry.sha256

    def record(self, kind: str, body: dict[str, Any], case: int | None = None) -> int:
        """Add a record and return its number; one of a case says how many records of that case come before it."""
        self.seq += 1
        columns = {"seq": self.seq, "at": self.at, "kind": kind, "actor": self.actor}
        counted = {} if case is None else {"before": self._count_in(case)}
        content, salt = canonical({**columns, "case": case, **counted, "body": body}), fresh_salt()
        committed = commitment(salt, content)
        self.link = link(self.link, committed)
        self.tree.add(committed)
        row = {**columns, "case_number": case, "commitment": committed, "salt": salt, "content": content}
        self._rows.append(row)
        return self.seq

    def _count_in(self, case: int) -> int:
        """Return how many records of a case there are, and count one more."""
        if case not in self._of_case:
            self._of_case[case] = _records_of(self.connection, case)
        self._of_case[case] += 1
        return self._of_case[case] - 1

    def next_number(self, of: str, count: int = 1) -> int:
        """Take the next numbers of ``findings``, ``cases`` or ``runs`` and return the first of them."""
        first = self.numbers[of] + 1
        self.numbers[of] += count
        return first

    def keep_records(self) -> None:
        """Write the records, and the key of the request that the work was done for."""
        if self._rows:
            self._say_since_when_it_is_logged()
            self.connection.execute(_NEW_RECORD, self._rows)
            self._commit_key()

    def keep_head(self) -> None:
        """Write the new head."""
        values = {
            "seq": self.seq, "link": self.link, "checkpoint": self.number, "recheck_share": self.recheck_share,
            "logged_from": self.logged_from, "tree": self.tree.peaks(), **self.numbers,
        }  # fmt: skip
        self.connection.execute(_NEW_HEAD, values)

    @property
    def has_records(self) -> bool:
        """Whether a record was added."""
        return bool(self._rows)

    def _say_since_when_it_is_logged(self) -> None:
        """Say in a casebook of an earlier version that the log has no gaps from now on."""
        if not self.logged_from:
            self.record("log_marked", {"reason": ""})
            self.logged_from = self.seq

    def sign(self) -> Checkpoint:
        """Write a signed checkpoint over all records up to here, and return what the log says of it."""
        statement = self._next_statement()
        signature = self.signer.sign(statement.encode())
        row = {
            "number": self.number, "seq": self.seq, "statement": statement, "signature": signature,
            "key": self.signer.fingerprint,
        }  # fmt: skip
        self.connection.execute(_NEW_CHECKPOINT, row)
        self._keep_key()
        mark = sha256(statement.encode() + signature).hexdigest()
        return (self.casebook_id, self.number, mark, self.seq, self.link.hex())

    def _commit_key(self) -> None:
        work = next((row for row in self._rows if row["kind"] not in _BESIDE_THE_WORK), None)
        if work is not None:
            commit_key(self.connection, {"made": work["kind"], "record": work["seq"]})

    def _next_statement(self) -> str:
        last = row_of(self.connection, tables.checkpoint, number=self.number)
        if last is None and self.number:
            raise IntegrityError("checkpoint_missing", checkpoint=self.number)
        if last is not None and not (self.restored or self.takes_over):
            self._require_its_turn(key_that_may_sign(self.connection, last))
        previous = digest_of(last) if last else "0" * 64
        self.number += 1
        statement = {
            "casebook": self.casebook_id, "number": self.number, "seq": self.seq, "link": self.link.hex(),
            "at": self.at, "previous": previous, "root": self.tree.root().hex(),
        }  # fmt: skip
        return canonical(statement)

    def _require_its_turn(self, expected: str) -> None:
        if self.signer.fingerprint != expected:
            raise IntegrityError("casebook_signed_with_another_key", key=expected, own=self.signer.fingerprint)

    def _keep_key(self) -> None:
        table, fingerprint = tables.signing_key, self.signer.fingerprint
        if row_of(self.connection, table, id=fingerprint) is None:
            self.connection.execute(table.insert(), {"id": fingerprint, "pem": self.signer.public_pem().decode()})


class Works:
    """The pieces of work that are done in one transaction, one after the other."""

    def __init__(self, writer: Writer) -> None:
        self.last = writer
        """The writer of the last work that came to a good end; before the first, one that only stands at the head."""
        self.connection = writer.connection
        self._is_done = self._has_records = False

    @contextmanager
    def next(self, actor: str) -> Iterator[Writer]:
        """Give the writer of the next work; where it fails, its records are none, and the caller undoes its rows."""
        writer = self.last.next(actor)
        yield writer
        writer.keep_records()
        self.last = writer
        self._is_done, self._has_records = True, self._has_records or writer.has_records

    def close(self) -> Checkpoint | None:
        """Write the new head and, where there are new records, its checkpoint; return what the log says of that."""
        if not self._is_done:
            return None
        checkpoint = self.last.sign() if self._has_records else None
        self.last.keep_head()
        return checkpoint


def key_that_may_sign(connection: Connection, last: RowMapping) -> str:
    """Return the key that may sign after a checkpoint: its own, or the one that its last record hands over to."""
    content = connection.execute(_KEY_CHANGE_AT, {"head": last["seq"]}).scalar()
    return str(json.loads(content)["body"]["next"] if content else last["key"])


def _records_of(connection: Connection, case: int) -> int:
    """Return how many records of a case there are: the last says it, unless it was erased or made before it did."""
    record = tables.record
    content = connection.execute(_LAST_OF_CASE, {"case": case}).scalar()
    before = json.loads(content).get("before") if content else None
    if before is not None:
        return int(before) + 1
    return int(connection.execute(select(func.count()).where(record.c.case_number == case)).scalar_one())
