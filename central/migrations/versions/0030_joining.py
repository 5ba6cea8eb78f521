"""Nodes come in by invitation, get their broker's password here, and change their keys.

Revision: 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "node_invitation",
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("node_id", sa.String(63), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("pk_node_invitation")),
        sa.UniqueConstraint("node_id", name=op.f("uq_node_invitation_node_id")),
    )
    op.add_column("node", sa.Column("broker_hash", sa.String(200), nullable=True))
    op.add_column("node_key", sa.Column("retired_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("node_key", "retired_at")
    op.drop_column("node", "broker_hash")
    op.drop_table("node_invitation")
