"""Keep the tree of records, since when the log beside the key has no gaps, and what was put outside as an anchor.

Revision: 0006, after 0005. The tree is made anew from the records by the first who writes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns and make the table."""
    op.add_column("casebook", sa.Column("logged_from", sa.BigInteger(), nullable=False, server_default="0"))
    empty = sa.text("''" if op.get_bind().dialect.name == "postgresql" else "x''")
    op.add_column("casebook", sa.Column("tree", sa.LargeBinary(), nullable=False, server_default=empty))
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "anchor",
        sa.Column("size", number, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_anchor"),
    )
