"""Keep the feeds of a case, and what became of fetching them.

Revision: 0013_feeds, after 0012_units.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_feeds"
down_revision = "0012_units"
branch_labels = None
depends_on = None

_FETCH = (
    "due_at", "claimed_at", "asked_by", "fetched_at", "heard_at", "answer", "why", "job", "etag", "last_modified",
    "sha256",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "feed",
        sa.Column("seq", number, autoincrement=False, nullable=False, primary_key=True),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("case_number", "hours")],
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("url", "name", "person", "at")],
        sa.PrimaryKeyConstraint("seq", name="pk_feed"),
    )
    op.create_table(
        "feed_fetch",
        sa.Column("feed", number, autoincrement=False, nullable=False, primary_key=True),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("case_number", "failures")],
        *[sa.Column(name, sa.Text(), nullable=False) for name in _FETCH],
        sa.PrimaryKeyConstraint("feed", name="pk_feed_fetch"),
    )
    op.create_index("ix_feed_case_number", "feed", ["case_number"], unique=False)
    for column in ("due_at", "case_number"):
        op.create_index(f"ix_feed_fetch_{column}", "feed_fetch", [column], unique=False)
