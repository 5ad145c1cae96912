"""Keep verdicts and verbs by their names: verdicts were places in an order, and checks of shipments ``transfers``.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from opencwc.casebook.former_names import FORMER_VERBS, FORMER_VERDICTS

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Turn the numbers of verdicts into names, and give runs the names their verbs have now."""
    of_number = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(FORMER_VERDICTS))
    op.drop_index("ix_finding_key", table_name="finding")
    for table in ("finding", "finding_count"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                "verdict", existing_type=sa.SmallInteger(), type_=sa.Text(), existing_nullable=False,
                postgresql_using=f"CASE verdict {of_number} END",
            )  # fmt: skip
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"UPDATE {table} SET verdict = CASE CAST(verdict AS INTEGER) {of_number} END")  # noqa: S608 - constants of ours
    keys = ["case_number", "run", "verdict", "list", "entry", "status", "grave", "id"]
    op.create_index("ix_finding_key", "finding", keys, unique=False)
    for former, name in FORMER_VERBS.items():
        op.execute(sa.text("UPDATE run SET verb = :name WHERE verb = :former").bindparams(name=name, former=former))
