"""Make the casebook.

Revision: 0001, the first.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TYPES = {"sqlite": ("INTEGER", "BLOB"), "postgresql": ("BIGINT", "BYTEA")}
"""What NUMBER and BYTES of the SQL file are called in each database."""


def upgrade() -> None:
    """Make the tables, by the statements of the SQL file beside this one."""
    number, data = _TYPES[op.get_context().dialect.name]
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in sql.replace(" NUMBER ", f" {number} ").replace(" BYTES", f" {data}").rstrip(";\n").split(";\n"):
        op.execute(statement)
