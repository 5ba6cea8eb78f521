"""A camera's inspection certificate is a paper of the device, one for each interval; the single one that
stood with the camera, and with each package, goes.

What was entered for a camera that is registered as a device becomes its paper, unless it has one. The audit
log keeps what was entered for the others.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.execute(f"""
        INSERT INTO device_paper (node_id, camera_id, kind, number, issuer, valid_from, valid_to, entered_at,
            entered_by, revoked_reason)
        SELECT c.node_id, c.id, 'certificate', c.certificate, '', {_day("c.approved_from")},
            {_day("c.approved_until")}, d.entered_at, 'migration', ''
        FROM camera c JOIN device d ON d.node_id = c.node_id AND d.camera_id = c.id
        WHERE c.approved_from IS NOT NULL AND c.approved_until IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM device_paper p
            WHERE p.node_id = c.node_id AND p.camera_id = c.id AND p.kind = 'certificate')
    """)  # noqa: S608 (constants)
    with op.batch_alter_table("camera") as table:
        for column in ("certificate", "approved_from", "approved_until"):
            table.drop_column(column)
    with op.batch_alter_table("package") as table:
        table.drop_column("certificate")


def _day(column: str) -> str:
    """The day in Vietnam of a moment in UTC."""
    if op.get_bind().dialect.name == "sqlite":
        return f"DATE({column}, '+7 hours')"
    return f"CAST({column} AT TIME ZONE 'Asia/Ho_Chi_Minh' AS DATE)"


def downgrade() -> None:
    """Takes it back; the papers stay."""
    with op.batch_alter_table("package") as table:
        table.add_column(sa.Column("certificate", sa.String(length=8), nullable=True))
    op.execute("UPDATE package SET certificate = 'unknown'")
    with op.batch_alter_table("package") as table:
        table.alter_column("certificate", existing_type=sa.String(length=8), nullable=False)
    with op.batch_alter_table("camera") as table:
        table.add_column(sa.Column("certificate", sa.String(length=100), nullable=True))
        table.add_column(sa.Column("approved_from", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("approved_until", UTCDateTime(), nullable=True))
    op.execute("UPDATE camera SET certificate = ''")
    with op.batch_alter_table("camera") as table:
        table.alter_column("certificate", existing_type=sa.String(length=100), nullable=False)
