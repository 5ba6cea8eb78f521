"""A second factor: each person's authenticator, each session's code.

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.add_column("app_user", sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("app_user", sa.Column("totp_confirmed_at", UTCDateTime(), nullable=True))
    op.add_column("app_user", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
    op.execute("UPDATE app_user SET totp_last_step = 0")
    with op.batch_alter_table("app_user") as table:
        table.alter_column("totp_last_step", existing_type=sa.BigInteger(), nullable=False)
    op.add_column("user_session", sa.Column("second_factor_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("user_session", "second_factor_at")
    for column in ("totp_last_step", "totp_confirmed_at", "totp_sealed"):
        op.drop_column("app_user", column)
