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


def _key(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = _NUMBER) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


casebook = Table(  # one row: its id, the head of the chain, the last numbers given
    "casebook",
    metadata,
    _key("one", SmallInteger),
    Column("id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Column("checkpoint", BigInteger, nullable=False),
    Column("findings", BigInteger, nullable=False),
    Column("cases", BigInteger, nullable=False),
    Column("runs", BigInteger, nullable=False),
    Column("recheck_share", Float, nullable=False),
    Column("sampling_key", LargeBinary, nullable=False),
    CheckConstraint("one = 1", name="single"),
)
record = Table(
    "record",
    metadata,
    _key("seq"),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("case_number", BigInteger),
    Column("commitment", LargeBinary, nullable=False),
    Column("salt", LargeBinary),
    Column("content", Text),
    Index(None, "case_number", "seq"),
)
checkpoint = Table(
    "checkpoint",
    metadata,
    _key("number"),
    Column("seq", BigInteger, nullable=False),
    Column("statement", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("key", Text, nullable=False),
)
signing_key = Table(  # the public keys that checkpoints were signed with
    "signing_key",
    metadata,
    _key("id", Text),
    Column("pem", Text, nullable=False),
)
time_stamp = Table(  # RFC 3161, of a checkpoint
    "time_stamp",
    metadata,
    _key("number"),
    Column("request", LargeBinary, nullable=False),
    Column("token", LargeBinary),
)
source = Table(
    "source",
    metadata,
    _key("id", Text),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mark", SmallInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("erased", Boolean, nullable=False),
)
source_part = Table(
    "source_part",
    metadata,
    _key("source_id", Text),
    _key("number"),
    Column("data", LargeBinary, nullable=False),
)
case = Table(
    "case_file",
    metadata,
    _key("number"),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("mark", SmallInteger, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text, nullable=False),
    Column("retain_until", Text, nullable=False),
)
run = Table(
    "run",
    metadata,
    _key("number"),
    Column("case_number", BigInteger, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("checked", Text, nullable=False),
    Column("maker", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("finding_count", BigInteger, nullable=False),
    Column("tally", Text, nullable=False),
    Column("mark", SmallInteger, nullable=False),
    Index(None, "case_number"),
    Index(None, "source_id"),
)
finding = Table(
    "finding",
    metadata,
    _key("id"),
    Column("run", BigInteger, nullable=False),
    Column("case_number", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("input_key", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("list", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("grave", Boolean, nullable=False),
    Column("salt", LargeBinary),
    Column("content", Text),
    Column("seal", LargeBinary),
    Index(None, "block"),
    Index("ix_finding_key", "case_number", "run", "verdict", "list", "entry", "status", "grave", "id"),
    Index(None, "input_key", "id"),
    Index(None, "subject_id", "id"),
)
finding_count = Table(  # how many findings of a run stand where: counts read it, and lists know by it where to look
    "finding_count",
    metadata,
    _key("run"),
    _key("case_number"),
    _key("verdict", Text),
    _key("list", Text),
    _key("entry", Text),
    _key("status", SmallInteger),
    Column("grave", Boolean, primary_key=True),
    Column("n", BigInteger, nullable=False),
)
decision = Table(
    "decision",
    metadata,
    _key("seq"),
    Column("finding", BigInteger, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("correction", Text),
    Column("blind", Boolean, nullable=False),
    Index(None, "finding", "seq"),
    Index(None, "person", "seq"),
)
comment = Table(
    "comment",
    metadata,
    _key("seq"),
    Column("case_number", BigInteger, nullable=False),
    Column("finding", BigInteger),
    Column("person", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("text", Text),
    Index(None, "case_number", "seq"),
    Index(None, "finding", "seq"),
)
recheck = Table(  # a decided finding that another person decides again without seeing the first decision
    "recheck",
    metadata,
    _key("finding"),
    _key("first_seq"),
    Column("first_person", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("second_seq", BigInteger),
    Index(None, "reviewer", "second_seq"),
)
request = Table(  # what needs a second person before it is done: an export out of the house, an erasure
    "request",
    metadata,
    _key("seq"),
    Column("kind", Text, nullable=False),
    Column("case_number", BigInteger, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("answer_seq", BigInteger),
    Index(None, "case_number", "state"),
)
person = Table(
    "person",
    metadata,
    _key("id", Text),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("clearance", SmallInteger, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password", Text, nullable=False),
    Column("totp", Text, nullable=False),
    Column("totp_offered", Text, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("recovery", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("expected_as", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Index(None, "subject"),
    Index(None, "expected_as"),
)
session = Table(
    "session",
    metadata,
    _key("id", Text),
    Column("person", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("fully_in", Boolean, nullable=False),
    Index(None, "person"),
)
token = Table(
    "token",
    metadata,
    _key("id", Text),
    Column("person", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("used_at", Text, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Index(None, "person"),
)
invitation = Table(  # a one-time link: to become the first administrator, to set a password
    "invitation",
    metadata,
    _key("digest", Text),
    Column("person", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("used_at", Text, nullable=False),
)
job = Table(
    "job",
    metadata,
    _key("id", Text),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("case_number", BigInteger, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("run", BigInteger),
    Column("rows_done", BigInteger, nullable=False),
    Column("rows_all", BigInteger),
    Column("problem", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("beat_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Index(None, "state", "made_at"),
    Index(None, "person", "made_at"),
)
answered_key = Table(  # an Idempotency-Key and the answer that was given under it
    "answered_key",
    metadata,
    _key("person", Text),
    _key("key", Text),
    Column("request", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Text, nullable=False),
)
