"""Group findings by what a person decides on, and keep which decisions were made at once.

Revision: 0012_units, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from opencwc.casebook.unit_keys import count_units

revision = "0012_units"
down_revision = "0011_picture_looks"
branch_labels = None
depends_on = None

_KEY = ["case_number", "run", "verdict", "list", "entry", "status", "grave", "unit"]
_SHARED = sa.text("share IS NOT NULL")


def upgrade() -> None:
    """Make the tables and columns, and give each finding its unit."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column("finding", sa.Column("unit", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("finding", sa.Column("share", sa.Float(), nullable=True))
    op.create_table(
        "unit",
        sa.Column("number", number, autoincrement=False, nullable=False, primary_key=True),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("run", "case_number", "key")],
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("name", "search")],
        sa.PrimaryKeyConstraint("number", name="pk_unit"),
    )
    op.create_index("uq_unit_run_key", "unit", ["run", "key"], unique=True)
    op.create_index("ix_unit_case_number_number", "unit", ["case_number", "number"], unique=False)
    op.create_table(
        "bulk_decision",
        sa.Column("seq", number, autoincrement=False, nullable=False, primary_key=True),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("person", "at", "outcome")],
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("first", "findings", "undone")],
        sa.PrimaryKeyConstraint("seq", name="pk_bulk_decision"),
    )
    op.create_index("ix_bulk_decision_person_seq", "bulk_decision", ["person", "seq"], unique=False)
    count_units(op.get_bind())
    op.create_index("ix_finding_unit_key", "finding", _KEY, unique=False)
    op.create_index("ix_finding_unit", "finding", ["unit", *_KEY[2:-1], "id"], unique=False)
    op.create_index(
        "ix_finding_share", "finding", ["share", "unit"], unique=False, sqlite_where=_SHARED, postgresql_where=_SHARED
    )
