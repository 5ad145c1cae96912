"""Keep which events of open reports a person follows, and how far they had come at the last look.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "saved_watch",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False, primary_key=True),
        *[
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("person", "name", "asked", "looked", "looked_at", "made_at")
        ],
        sa.PrimaryKeyConstraint("id", name="pk_saved_watch"),
    )
    op.create_index("ix_saved_watch_person_made_at", "saved_watch", ["person", "made_at"], unique=False)
