"""loader editions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not known of what was read before: the next ingest reads it again, and records it.
    with op.batch_alter_table("document_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("loader_edition", sa.Integer(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
