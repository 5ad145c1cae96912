"""Keep up to which run a person has looked at what feeds brought.

Revision: 0014_feed_looks, after 0013_feeds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_feed_looks"
down_revision = "0013_feeds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "feed_look",
        sa.Column("person", sa.Text(), autoincrement=False, nullable=False, primary_key=True),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_feed_look"),
    )
