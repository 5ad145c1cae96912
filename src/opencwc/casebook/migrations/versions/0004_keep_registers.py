"""Keep registers in versions, and what is changed in one before it is kept as the next.

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _key(name: str) -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column(name, number, autoincrement=False, nullable=False, primary_key=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "register_version",
        _key("seq"),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("register", "case_number", "number")],
        *_texts("name", "person", "at", "source_id", "rows_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_register_version"),
    )
    op.create_table(
        "register_change",
        _key("register"),
        _key("number"),
        *_texts("person", "at", "content"),
        sa.PrimaryKeyConstraint("register", "number", name="pk_register_change"),
    )
    for columns in (("register", "seq"), ("case_number",), ("source_id",), ("rows_id",)):
        op.create_index(f"ix_register_version_{'_'.join(columns)}", "register_version", columns, unique=False)
