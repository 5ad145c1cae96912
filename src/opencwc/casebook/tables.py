"""The tables of the casebook, on SQLite and on PostgreSQL alike.

``record`` is the truth: append-only, hash-chained. ``finding`` and ``source_part`` hold what is too large for it and
is committed to in it. Every other table is what the records amount to, written in the same transaction, and
`opencwc.casebook.casebook_verifier` holds it against them. Moments are ISO 8601 texts in UTC; Alembic makes the tables
(``migrations/``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""A key of SQLite's own row number there, of 8 bytes elsewhere."""


def _table(name: str, *items: SchemaItem) -> Table:
    return Table(name, metadata, *items)


def _key(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = _NUMBER) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _filled(kind: type[TypeEngine[Any]], *names: str) -> list[Column[Any]]:
    """Return columns of one type in which every row has a value."""
    return [Column(name, kind, nullable=False) for name in names]


casebook = _table(  # one row: its id, the head of the chain, the last numbers given
    "casebook",
    _key("one", SmallInteger),
    *_filled(Text, "id"),
    *_filled(BigInteger, "seq"),
    *_filled(LargeBinary, "link"),
    *_filled(BigInteger, "checkpoint", "findings", "cases", "runs"),
    *_filled(Float, "recheck_share"),
    *_filled(LargeBinary, "sampling_key"),
    CheckConstraint("one = 1", name="single"),
)
record = _table(
    "record",
    _key("seq"),
    *_filled(Text, "at", "kind", "actor"),
    Column("case_number", BigInteger),
    *_filled(LargeBinary, "commitment"),
    Column("salt", LargeBinary),
    Column("content", Text),
    Index(None, "case_number", "seq"),
)
checkpoint = _table(
    "checkpoint",
    _key("number"),
    *_filled(BigInteger, "seq"),
    *_filled(Text, "statement"),
    *_filled(LargeBinary, "signature"),
    *_filled(Text, "key"),
)
signing_key = _table(  # the public keys that checkpoints were signed with
    "signing_key",
    _key("id", Text),
    *_filled(Text, "pem"),
)
time_stamp = _table(  # RFC 3161, of a checkpoint
    "time_stamp",
    _key("number"),
    *_filled(LargeBinary, "request"),
    Column("token", LargeBinary),
)
source = _table(
    "source",
    _key("id", Text),
    *_filled(Text, "name", "media_type"),
    *_filled(BigInteger, "size"),
    *_filled(SmallInteger, "mark"),
    *_filled(BigInteger, "seq"),
    *_filled(Boolean, "erased"),
)
source_part = _table(
    "source_part",
    _key("source_id", Text),
    _key("number"),
    *_filled(LargeBinary, "data"),
)
case = _table(
    "case_file",
    _key("number"),
    Column("name", Text, nullable=False, unique=True),
    *_filled(Text, "title", "status", "owner", "due"),
    *_filled(SmallInteger, "mark"),
    *_filled(Text, "opened_at", "closed_at", "retain_until"),
)
run = _table(
    "run",
    _key("number"),
    *_filled(BigInteger, "case_number"),
    *_filled(Text, "source_id", "verb", "asked", "checked", "maker", "state", "started_at", "finished_at"),
    *_filled(BigInteger, "row_count", "finding_count"),
    *_filled(Text, "tally"),
    *_filled(SmallInteger, "mark"),
    Index(None, "case_number"),
    Index(None, "source_id"),
)
finding = _table(
    "finding",
    _key("id"),
    *_filled(BigInteger, "run", "case_number", "block", "row"),
    *_filled(Text, "subject_id"),
    *_filled(BigInteger, "input_key"),
    *_filled(Text, "verdict", "list", "entry"),
    *_filled(SmallInteger, "status"),
    *_filled(Boolean, "grave"),
    Column("salt", LargeBinary),
    Column("content", Text),
    Column("seal", LargeBinary),
    Index(None, "block"),
    Index("ix_finding_key", "case_number", "run", "verdict", "list", "entry", "status", "grave", "id"),
    Index(None, "input_key", "id"),
    Index(None, "subject_id", "id"),
)
finding_count = _table(  # how many findings of a run stand where: counts read it, and lists know by it where to look
    "finding_count",
    _key("run"),
    _key("case_number"),
    _key("verdict", Text),
    _key("list", Text),
    _key("entry", Text),
    _key("status", SmallInteger),
    Column("grave", Boolean, primary_key=True),
    *_filled(BigInteger, "n"),
)
decision = _table(
    "decision",
    _key("seq"),
    *_filled(BigInteger, "finding"),
    *_filled(Text, "person", "at", "outcome"),
    Column("reason", Text),
    Column("correction", Text),
    *_filled(Boolean, "blind"),
    Index(None, "finding", "seq"),
    Index(None, "person", "seq"),
)
comment = _table(
    "comment",
    _key("seq"),
    *_filled(BigInteger, "case_number"),
    Column("finding", BigInteger),
    *_filled(Text, "person", "at"),
    Column("text", Text),
    Index(None, "case_number", "seq"),
    Index(None, "finding", "seq"),
)
recheck = _table(  # a decided finding that another person decides again without seeing the first decision
    "recheck",
    _key("finding"),
    _key("first_seq"),
    *_filled(Text, "first_person", "reviewer"),
    Column("second_seq", BigInteger),
    Index(None, "reviewer", "second_seq"),
)
request = _table(  # what needs a second person before it is done: an export out of the house, an erasure
    "request",
    _key("seq"),
    *_filled(Text, "kind"),
    *_filled(BigInteger, "case_number"),
    *_filled(Text, "asked_by", "asked", "state", "answered_by"),
    Column("answer_seq", BigInteger),
    Index(None, "case_number", "state"),
)
person = _table(
    "person",
    _key("id", Text),
    Column("login", Text, nullable=False, unique=True),
    *_filled(Text, "name", "role"),
    *_filled(SmallInteger, "clearance"),
    *_filled(Boolean, "active"),
    *_filled(Text, "password", "totp", "totp_offered"),
    *_filled(BigInteger, "totp_step"),
    *_filled(Text, "recovery", "subject", "expected_as"),
    *_filled(Integer, "failures"),
    *_filled(Text, "locked_until", "made_at"),
    Index(None, "subject"),
    Index(None, "expected_as"),
)
session = _table(
    "session",
    _key("id", Text),
    *_filled(Text, "person", "made_at", "seen_at", "ends_at"),
    *_filled(Boolean, "fully_in"),
    Index(None, "person"),
)
token = _table(
    "token",
    _key("id", Text),
    *_filled(Text, "person"),
    Column("digest", Text, nullable=False, unique=True),
    *_filled(Text, "name", "scopes", "made_at", "ends_at", "used_at"),
    *_filled(Boolean, "revoked"),
    Index(None, "person"),
)
invitation = _table(  # a one-time link: to become the first administrator, to set a password
    "invitation",
    _key("digest", Text),
    *_filled(Text, "person", "role", "made_at", "ends_at", "used_at"),
)
job = _table(
    "job",
    _key("id", Text),
    *_filled(Text, "kind", "state", "person"),
    *_filled(BigInteger, "case_number"),
    *_filled(Text, "source_id", "asked"),
    Column("run", BigInteger),
    *_filled(BigInteger, "rows_done"),
    Column("rows_all", BigInteger),
    *_filled(Text, "problem", "made_at", "started_at", "beat_at", "finished_at", "worker"),
    *_filled(Boolean, "cancel"),
    Index(None, "state", "made_at"),
    Index(None, "person", "made_at"),
)
answered_key = _table(  # an Idempotency-Key and the answer that was given under it
    "answered_key",
    _key("person", Text),
    _key("key", Text),
    *_filled(Text, "request"),
    *_filled(SmallInteger, "status"),
    *_filled(Text, "body", "at"),
)
