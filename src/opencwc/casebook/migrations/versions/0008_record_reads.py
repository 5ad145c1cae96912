"""Keep with an answer that is given again of what it was, so that to give it again is a read as well.

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was answered before is given again without it, for a day."""
    op.add_column("answered_key", sa.Column("given", sa.Text(), nullable=True))
