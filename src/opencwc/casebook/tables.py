"""The tables of the casebook, on SQLite and on PostgreSQL alike.

``record`` is the truth: append-only, hash-chained. ``finding`` and ``source_part`` hold what is too large for it and
is committed to in it. Every other table is what the records amount to, written in the same transaction, and
`opencwc.casebook.casebook_verifier` holds it against them. Moments are ISO 8601 texts in UTC; Alembic makes the tables
(``migrations/``).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A key of SQLite's own row number there, of 8 bytes elsewhere."""


def _table(name: str, *items: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *items)


def _key(name: str, kind: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]] = _NUMBER) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _filled(kind: type[sa.types.TypeEngine[Any]], *names: str) -> list[sa.Column[Any]]:
    """Return columns of one type in which every row has a value."""
    return [sa.Column(name, kind, nullable=False) for name in names]


casebook = _table(  # one row: its id, the head of the chain, the last numbers given, the peaks of the tree of records
    "casebook",
    _key("one", sa.SmallInteger),
    *_filled(sa.Text, "id"),
    *_filled(sa.BigInteger, "seq"),
    *_filled(sa.LargeBinary, "link"),
    *_filled(sa.BigInteger, "checkpoint", "findings", "cases", "runs"),
    *_filled(sa.Float, "recheck_share"),
    *_filled(sa.LargeBinary, "sampling_key"),
    *_filled(sa.BigInteger, "logged_from"),
    *_filled(sa.LargeBinary, "tree"),
    sa.CheckConstraint("one = 1", name="single"),
)
record = _table(
    "record",
    _key("seq"),
    *_filled(sa.Text, "at", "kind", "actor"),
    sa.Column("case_number", sa.BigInteger),
    *_filled(sa.LargeBinary, "commitment"),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("content", sa.Text),
    sa.Index(None, "case_number", "seq"),
)
checkpoint = _table(
    "checkpoint",
    _key("number"),
    *_filled(sa.BigInteger, "seq"),
    *_filled(sa.Text, "statement"),
    *_filled(sa.LargeBinary, "signature"),
    *_filled(sa.Text, "key"),
)
signing_key = _table(  # the public keys that checkpoints were signed with
    "signing_key",
    _key("id", sa.Text),
    *_filled(sa.Text, "pem"),
)
time_stamp = _table(  # RFC 3161, of a checkpoint
    "time_stamp",
    _key("number"),
    *_filled(sa.LargeBinary, "request"),
    sa.Column("token", sa.LargeBinary),
)
anchor = _table(  # the signed head of the tree of so many records, as it was put outside, with what witnesses signed
    "anchor",
    _key("size"),
    *_filled(sa.BigInteger, "seq"),
    *_filled(sa.Text, "note"),
)
source = _table(
    "source",
    _key("id", sa.Text),
    *_filled(sa.Text, "name", "media_type"),
    *_filled(sa.BigInteger, "size"),
    *_filled(sa.SmallInteger, "mark"),
    *_filled(sa.BigInteger, "seq"),
    *_filled(sa.Boolean, "erased"),
)
source_part = _table(
    "source_part",
    _key("source_id", sa.Text),
    _key("number"),
    *_filled(sa.LargeBinary, "data"),
)
case = _table(
    "case_file",
    _key("number"),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    *_filled(sa.Text, "title", "status", "owner", "due"),
    *_filled(sa.SmallInteger, "mark"),
    *_filled(sa.Text, "opened_at", "closed_at", "retain_until"),
)
run = _table(
    "run",
    _key("number"),
    *_filled(sa.BigInteger, "case_number"),
    *_filled(sa.Text, "source_id", "verb", "asked", "checked", "maker", "state", "started_at", "finished_at"),
    *_filled(sa.BigInteger, "row_count", "finding_count"),
    *_filled(sa.Text, "tally"),
    *_filled(sa.SmallInteger, "mark"),
    sa.Index(None, "case_number"),
    sa.Index(None, "source_id"),
)
finding = _table(
    "finding",
    _key("id"),
    *_filled(sa.BigInteger, "run", "case_number", "block", "row"),
    *_filled(sa.Text, "subject_id"),
    *_filled(sa.BigInteger, "input_key"),
    *_filled(sa.Text, "verdict", "list", "entry"),
    *_filled(sa.SmallInteger, "status"),
    *_filled(sa.Boolean, "grave"),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("content", sa.Text),
    sa.Column("seal", sa.LargeBinary),
    *_filled(sa.BigInteger, "unit"),
    sa.Column("share", sa.Float),
    sa.Index(None, "block"),
    sa.Index("ix_finding_key", "case_number", "run", "verdict", "list", "entry", "status", "grave", "id"),
    sa.Index(None, "input_key", "id"),
    sa.Index(None, "subject_id", "id"),
    sa.Index("ix_finding_unit_key", "case_number", "run", "verdict", "list", "entry", "status", "grave", "unit"),
    sa.Index("ix_finding_unit", "unit", "verdict", "list", "entry", "status", "grave", "id"),
    sa.Index(
        "ix_finding_share", "share", "unit", sqlite_where=sa.text("share IS NOT NULL"),
        postgresql_where=sa.text("share IS NOT NULL"),
    ),
)  # fmt: skip
unit = _table(  # what a person decides on as a whole, by its first finding: a chemical of a run, a shipment, an event
    "unit",
    _key("number"),
    *_filled(sa.BigInteger, "run", "case_number", "key"),
    *_filled(sa.Text, "name", "search"),
    sa.Index("uq_unit_run_key", "run", "key", unique=True),
    sa.Index(None, "case_number", "number"),
)
finding_count = _table(  # how many findings of a run stand where: counts read it, and lists know by it where to look
    "finding_count",
    _key("run"),
    _key("case_number"),
    _key("verdict", sa.Text),
    _key("list", sa.Text),
    _key("entry", sa.Text),
    _key("status", sa.SmallInteger),
    sa.Column("grave", sa.Boolean, primary_key=True),
    *_filled(sa.BigInteger, "n"),
)
decision = _table(
    "decision",
    _key("seq"),
    *_filled(sa.BigInteger, "finding"),
    *_filled(sa.Text, "person", "at", "outcome"),
    sa.Column("reason", sa.Text),
    sa.Column("correction", sa.Text),
    *_filled(sa.Boolean, "blind"),
    sa.Index(None, "finding", "seq"),
    sa.Index(None, "person", "seq"),
)
bulk_decision = _table(  # decisions that were made at once; ``undone`` is the record that took them back
    "bulk_decision",
    _key("seq"),
    *_filled(sa.Text, "person", "at", "outcome"),
    *_filled(sa.BigInteger, "first", "findings", "undone"),
    sa.Index(None, "person", "seq"),
)
comment = _table(
    "comment",
    _key("seq"),
    *_filled(sa.BigInteger, "case_number"),
    sa.Column("finding", sa.BigInteger),
    *_filled(sa.Text, "person", "at"),
    sa.Column("text", sa.Text),
    sa.Index(None, "case_number", "seq"),
    sa.Index(None, "finding", "seq"),
)
recheck = _table(  # a decided finding that another person decides again without seeing the first decision
    "recheck",
    _key("finding"),
    _key("first_seq"),
    *_filled(sa.Text, "first_person", "reviewer"),
    sa.Column("second_seq", sa.BigInteger),
    sa.Index(None, "reviewer", "second_seq"),
)
request = _table(  # what needs a second person before it is done: an export out of the house, an erasure
    "request",
    _key("seq"),
    *_filled(sa.Text, "kind"),
    *_filled(sa.BigInteger, "case_number"),
    *_filled(sa.Text, "asked_by", "asked", "state", "answered_by"),
    sa.Column("answer_seq", sa.BigInteger),
    sa.Index(None, "case_number", "state"),
)
person = _table(
    "person",
    _key("id", sa.Text),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    *_filled(sa.Text, "name", "role"),
    *_filled(sa.SmallInteger, "clearance"),
    *_filled(sa.Boolean, "active"),
    *_filled(sa.Text, "password", "totp", "totp_offered"),
    *_filled(sa.BigInteger, "totp_step"),
    *_filled(sa.Text, "recovery", "subject", "expected_as"),
    *_filled(sa.Integer, "failures"),
    *_filled(sa.Text, "locked_until", "made_at"),
    sa.Index(None, "subject"),
    sa.Index(None, "expected_as"),
)
session = _table(
    "session",
    _key("id", sa.Text),
    *_filled(sa.Text, "person", "made_at", "seen_at", "ends_at"),
    *_filled(sa.Boolean, "fully_in"),
    sa.Index(None, "person"),
)
token = _table(
    "token",
    _key("id", sa.Text),
    *_filled(sa.Text, "person"),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    *_filled(sa.Text, "name", "scopes", "made_at", "ends_at", "used_at"),
    *_filled(sa.Boolean, "revoked"),
    sa.Index(None, "person"),
)
invitation = _table(  # a one-time link: to become the first administrator, to set a password
    "invitation",
    _key("digest", sa.Text),
    *_filled(sa.Text, "person", "role", "made_at", "ends_at", "used_at"),
)
job = _table(
    "job",
    _key("id", sa.Text),
    *_filled(sa.Text, "kind", "state", "person"),
    *_filled(sa.BigInteger, "case_number"),
    *_filled(sa.Text, "source_id", "asked"),
    sa.Column("run", sa.BigInteger),
    *_filled(sa.BigInteger, "rows_done"),
    sa.Column("rows_all", sa.BigInteger),
    *_filled(sa.Text, "problem", "made_at", "started_at", "beat_at", "finished_at", "worker"),
    *_filled(sa.Boolean, "cancel"),
    sa.Index(None, "state", "made_at"),
    sa.Index(None, "person", "made_at"),
)
submission = _table(  # what is declared of some sites in a year; it stands in its versions and steps
    "submission",
    _key("seq"),
    *_filled(sa.BigInteger, "case_number"),
    *_filled(sa.Text, "profile"),
    *_filled(sa.Integer, "year"),
    *_filled(sa.Text, "sites", "state", "provisional", "incomplete", "opened_by", "opened_at"),
    sa.Index(None, "case_number"),
)
submission_version = _table(  # a frozen file of a submission; its bytes, and what it amounts to, are sources
    "submission_version",
    _key("seq"),
    *_filled(sa.BigInteger, "submission", "case_number", "number"),
    *_filled(sa.Text, "side", "person", "at", "name", "source_id", "amounts_id", "changes", "why", "rule", "due"),
    sa.Index(None, "submission", "seq"),
    sa.Index(None, "case_number"),
    sa.Index(None, "source_id"),
    sa.Index(None, "amounts_id"),
)
submission_step = _table(
    "submission_step",
    _key("seq"),
    *_filled(sa.BigInteger, "submission", "case_number", "version"),
    *_filled(sa.Text, "step", "person", "at", "reason", "state"),
    sa.Index(None, "submission", "seq"),
    sa.Index(None, "case_number"),
)
register_version = _table(  # a frozen register: its file, and its rows as the grid edits them, are sources
    "register_version",
    _key("seq"),
    *_filled(sa.BigInteger, "register", "case_number", "number"),
    *_filled(sa.Text, "name", "person", "at", "source_id", "rows_id"),
    sa.Index(None, "register", "seq"),
    sa.Index(None, "case_number"),
    sa.Index(None, "source_id"),
    sa.Index(None, "rows_id"),
)
register_change = _table(  # what was changed in the grid since the last version; on record once it is kept as the next
    "register_change",
    _key("register"),
    _key("number"),
    *_filled(sa.Text, "person", "at", "content"),
)
register_submission = _table(  # a register that a declarant edits for a submission, and the version it began with
    "register_submission",
    _key("seq"),
    *_filled(sa.BigInteger, "case_number", "submission", "version"),
    *_filled(sa.Text, "person"),
    sa.Index(None, "submission"),
)
custody_step = _table(  # what was done with a file as evidence; the file, and what it was made from, are sources
    "custody_step",
    _key("seq"),
    *_filled(sa.BigInteger, "case_number"),
    *_filled(sa.Text, "step", "source_id", "from_id", "person", "at", "name", "url", "taken", "note", "file"),
    sa.Index(None, "case_number"),
    sa.Index(None, "source_id"),
)
feed = _table(  # a feed of a case, by the record that added it: its address and how many hours lie between two fetches
    "feed",
    _key("seq"),
    *_filled(sa.BigInteger, "case_number", "hours"),
    *_filled(sa.Text, "url", "name", "person", "at"),
    sa.Index(None, "case_number"),
)
feed_fetch = _table(  # when a feed is due, what its last fetch came to, what its server said of it; no matter of record
    "feed_fetch",
    _key("feed"),
    *_filled(sa.BigInteger, "case_number", "failures"),
    *_filled(
        sa.Text, "due_at", "claimed_at", "asked_by", "fetched_at", "heard_at", "answer", "why", "job", "etag",
        "last_modified", "sha256",
    ),
    sa.Index(None, "due_at"),
    sa.Index(None, "case_number"),
)  # fmt: skip
feed_look = _table(  # up to which run a person has looked at what feeds brought; no matter of record
    "feed_look",
    _key("person", sa.Text),
    *_filled(sa.BigInteger, "run"),
    *_filled(sa.Text, "at"),
)
picture_look = _table(  # how an original picture looks, as hashes, by its source: found again, and no matter of record
    "picture_look",
    _key("source_id", sa.Text),
    *_filled(sa.Text, "look"),
)
declarant = _table(  # whose submissions a person of an operator sees: the codes of the sites
    "declarant",
    _key("person", sa.Text),
    *_filled(sa.Text, "sites"),
)
remnant = _table(  # an erasure, by its record, whose remnants in the database's files are still to be overwritten
    "remnant",
    _key("seq"),
    *_filled(sa.Text, "at"),
)
answered_key = _table(  # an Idempotency-Key, the answer that was given under it, and of what that was
    "answered_key",
    _key("person", sa.Text),
    _key("key", sa.Text),
    *_filled(sa.Text, "request"),
    *_filled(sa.SmallInteger, "status"),
    *_filled(sa.Text, "body", "at"),
    sa.Column("given", sa.Text),
)
saved_watch = _table(  # which events a person follows, and how far they had come at the last look; no matter of record
    "saved_watch",
    _key("id", sa.Text),
    *_filled(sa.Text, "person", "name", "asked", "looked", "looked_at", "made_at"),
    sa.Index(None, "person", "made_at"),
)
