"""One transaction of the casebook: records are added at the head of the chain, and the new head is signed.

There is one writer at a time (SQLite: ``BEGIN IMMEDIATE``; PostgreSQL: the head's row is locked), so that the chain
has one order. What a record changes in the other tables is written through the same connection.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text

from opencwc.casebook import tables
from opencwc.casebook.chain import canonical, commitment, fresh_salt, link
from opencwc.errors import IntegrityError

if TYPE_CHECKING:
    from opencwc.casebook.signing import Signer

_BOOK = tables.casebook


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
    casebook_id: str
    seq: int
    link: bytes
    number: int
    at: str
    numbers: dict[str, int]
    recheck_share: float
    sampling_key: bytes
    checkpoint: tuple[str, int, str, int, str] | None = None
    restored: bool = False
    _rows: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def at_head(cls, connection: Connection, actor: str, signer: Signer, wait: float) -> Writer:
        """Lock the head of the chain, waiting up to some seconds for another writer, and stand at it."""
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait * 1000))}"))
        head = connection.execute(select(_BOOK).with_for_update()).mappings().one()
        numbers = {name: head[name] for name in ("findings", "cases", "runs")}
        return cls(
            connection, actor, signer, head["id"], head["seq"], head["link"], head["checkpoint"], now(), numbers,
            head["recheck_share"], head["sampling_key"],
        )  # fmt: skip

    def record(self, kind: str, body: dict[str, Any], case: int | None = None) -> int:
        """Add a record and return its number."""
        self.seq += 1
        said = {"seq": self.seq, "at": self.at, "kind": kind, "actor": self.actor, "case": case, "body": body}
        content = canonical(said)
        salt = fresh_salt()
        committed = commitment(salt, content)
        self.link = link(self.link, committed)
        self._rows.append(
            {
                "seq": self.seq, "at": self.at, "kind": kind, "actor": self.actor, "case_number": case,
                "commitment": committed, "salt": salt, "content": content,
            }
        )  # fmt: skip
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

    def _next_statement(self) -> str:
        table = tables.checkpoint
        last = self.connection.execute(select(table).where(table.c.number == self.number)).mappings().first()
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
        table = tables.signing_key
        fingerprint = self.signer.fingerprint
        if self.connection.execute(select(table.c.id).where(table.c.id == fingerprint)).first() is None:
            self.connection.execute(table.insert(), {"id": fingerprint, "pem": self.signer.public_pem().decode()})
