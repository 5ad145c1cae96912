"""Keep each step of the custody of a file: received, captured, copied, masked, given out.

Revision: 0010_custody, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_custody"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    texts = ("step", "source_id", "from_id", "person", "at", "name", "url", "taken", "note", "file")
    op.create_table(
        "custody_step",
        sa.Column("seq", number, autoincrement=False, nullable=False, primary_key=True),
        sa.Column("case_number", sa.BigInteger(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in texts],
        sa.PrimaryKeyConstraint("seq", name="pk_custody_step"),
    )
    for column in ("case_number", "source_id"):
        op.create_index(f"ix_custody_step_{column}", "custody_step", [column], unique=False)
