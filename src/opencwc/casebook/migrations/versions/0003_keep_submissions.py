"""Keep the submissions of declarations, their versions and steps, and the sites that a declarant is bound to.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _key(name: str, kind: type[sa.types.TypeEngine[int]] | sa.types.TypeEngine[int] | None = None) -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column(name, kind or number, autoincrement=False, nullable=False, primary_key=True)


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "submission",
        _key("seq"),
        *_numbers("case_number"),
        *_texts("profile"),
        sa.Column("year", sa.Integer(), nullable=False),
        *_texts("sites", "state", "provisional", "incomplete", "opened_by", "opened_at"),
        sa.PrimaryKeyConstraint("seq", name="pk_submission"),
    )
    op.create_table(
        "submission_version",
        _key("seq"),
        *_numbers("submission", "case_number", "number"),
        *_texts("side", "person", "at", "name", "source_id", "amounts_id", "changes", "why", "rule", "due"),
        sa.PrimaryKeyConstraint("seq", name="pk_submission_version"),
    )
    op.create_table(
        "submission_step",
        _key("seq"),
        *_numbers("submission", "case_number", "version"),
        *_texts("step", "person", "at", "reason", "state"),
        sa.PrimaryKeyConstraint("seq", name="pk_submission_step"),
    )
    op.create_table(
        "declarant",
        sa.Column("person", sa.Text(), nullable=False, primary_key=True),
        *_texts("sites"),
        sa.PrimaryKeyConstraint("person", name="pk_declarant"),
    )
    for table, *columns in (
        ("submission", "case_number"),
        ("submission_version", "submission", "seq"),
        ("submission_version", "case_number"),
        ("submission_version", "source_id"),
        ("submission_version", "amounts_id"),
        ("submission_step", "submission", "seq"),
        ("submission_step", "case_number"),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns, unique=False)
