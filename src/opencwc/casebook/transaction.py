"""One transaction of the casebook: records are added at the head of the chain, and the new head is signed.

There is one writer at a time (SQLite: ``BEGIN IMMEDIATE``; PostgreSQL: the head's row is locked), so that the chain
has one order. What a record changes in the other tables is written through the same connection.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, select, text

from opencwc.casebook import tables
from opencwc.casebook.chain import FIRST_LINK, canonical, commitment, fresh_salt, link
from opencwc.casebook.keyed_request import commit_key
from opencwc.casebook.rows import row_of
from opencwc.errors import IntegrityError

if TYPE_CHECKING:
    from opencwc.casebook.signing import Signer

_BOOK = tables.casebook
_BESIDE_THE_WORK = ("access", "refusal")
"""Kinds of records that tell of a request, and are not what it asked for."""


def now() -> str:
    """Return this moment as it stands in the record: ISO 8601, UTC, microseconds.

    >>> now()[-1], len(now())
    ('Z', 27)
    """
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class Writer:
    """Adds records at the head; ``close`` writes the new head and its checkpoint."""

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
    checkpoint: tuple[str, int, str, int, str] | None = None
    restored: bool = False
    _rows: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def at_head(cls, connection: Connection, actor: str, signer: Signer, wait: float) -> Writer:
        """Lock the head of the chain, waiting up to some seconds for another writer, and stand at it."""
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait * 1000))}"))
        writer = cls(connection, actor, signer, now())
        writer.stand_at(connection.execute(select(_BOOK).with_for_update()).mappings().one())
        return writer

    def stand_at(self, head: RowMapping) -> None:
        """Go on from a head of the chain."""
        self.casebook_id, self.sampling_key = head["id"], head["sampling_key"]
        self.recheck_share = head["recheck_share"]
        self.seq, self.link, self.number = head["seq"], head["link"], head["checkpoint"]
        self.numbers = {name: head[name] for name in ("findings", "cases", "runs")}

    def record(self, kind: str, body: dict[str, Any], case: int | None = None) -> int:
        """Add a record and return its number."""
        self.seq += 1
        columns = {"seq": self.seq, "at": self.at, "kind": kind, "actor": self.actor}
        content, salt = canonical({**columns, "case": case, "body": body}), fresh_salt()
        committed = commitment(salt, content)
        self.link = link(self.link, committed)
        row = {**columns, "case_number": case, "commitment": committed, "salt": salt, "content": content}
        self._rows.append(row)
        return self.seq

    def next_number(self, of: str, count: int = 1) -> int:
        """Take the next numbers of ``findings``, ``cases`` or ``runs`` and return the first of them."""
        first = self.numbers[of] + 1
        self.numbers[of] += count
        return first

    def close(self) -> None:
        """Write the records, the new head and its signed checkpoint."""
        if self._rows:
            self.connection.execute(tables.record.insert(), self._rows)
            self._sign()
            self._commit_key()
        self.connection.execute(
            _BOOK.update().values(
                seq=self.seq, link=self.link, checkpoint=self.number, recheck_share=self.recheck_share, **self.numbers
            )
        )

    def _sign(self) -> None:
        statement = self._next_statement()
        signature = self.signer.sign(statement.encode())
        row = {
            "number": self.number, "seq": self.seq, "statement": statement, "signature": signature,
            "key": self.signer.fingerprint,
        }  # fmt: skip
        self.connection.execute(tables.checkpoint.insert(), row)
        self._keep_key()
        mark = sha256(statement.encode() + signature).hexdigest()
        self.checkpoint = (self.casebook_id, self.number, mark, self.seq, self.link.hex())

    def _commit_key(self) -> None:
        work = next((row for row in self._rows if row["kind"] not in _BESIDE_THE_WORK), None)
        if work is not None:
            commit_key(self.connection, {"made": work["kind"], "record": work["seq"]})

    def _next_statement(self) -> str:
        last = row_of(self.connection, tables.checkpoint, number=self.number)
        if last is None and self.number:
            raise IntegrityError("checkpoint_missing", checkpoint=self.number)
        previous = sha256(last["statement"].encode() + last["signature"]).hexdigest() if last else "0" * 64
        self.number += 1
        statement = {
            "casebook": self.casebook_id, "number": self.number, "seq": self.seq, "link": self.link.hex(),
            "at": self.at, "previous": previous,
        }  # fmt: skip
        return canonical(statement)

    def _keep_key(self) -> None:
        table, fingerprint = tables.signing_key, self.signer.fingerprint
        if row_of(self.connection, table, id=fingerprint) is None:
            self.connection.execute(table.insert(), {"id": fingerprint, "pem": self.signer.public_pem().decode()})
