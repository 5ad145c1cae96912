"""Keep how original pictures look, as hashes, so that a picture is found again.

Revision: 0011_picture_looks, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_picture_looks"
down_revision = "0010_custody"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "picture_look",
        sa.Column("source_id", sa.Text(), autoincrement=False, nullable=False, primary_key=True),
        sa.Column("look", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_picture_look"),
    )
