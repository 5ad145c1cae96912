"""Keep which submission a register is edited for: a declarant's own grid.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "register_submission",
        sa.Column("seq", number, autoincrement=False, nullable=False, primary_key=True),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("case_number", "submission", "version")],
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_register_submission"),
    )
    op.create_index("ix_register_submission_submission", "register_submission", ["submission"], unique=False)
