"""Jobs as rows: leased, retried, dead-lettered. Waiting look-ups become such rows.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("run_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("lease_owner", sa.String(length=120), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_job_lease")),
        sa.CheckConstraint("state IN ('waiting', 'dead')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_job_kind_key")),
    )
    op.create_index("ix_job_due", "job", ["state", "kind", "run_at", "id"], unique=False)
    payload = "CAST('{\"case\": ' || id || '}' AS JSON)" if _is_postgresql() else "'{\"case\": ' || id || '}'"
    op.execute(
        "INSERT INTO job (kind, key, payload, state, revision, run_at, attempts, error, created_at) "  # noqa: S608 (constants)
        f"SELECT 'registry.look_up', CAST(id AS VARCHAR), {payload}, 'waiting', 1, lookup_due_at, 0, '', "
        "lookup_due_at FROM case_file WHERE state = 'accepted' AND lookup_due_at IS NOT NULL"
    )
    op.drop_index("ix_case_file_lookup_due_at", "case_file")
    op.drop_column("case_file", "lookup_due_at")
    op.drop_column("case_file", "lookup_tries")


def downgrade() -> None:
    """Refused: pending work would be lost."""
    raise NotImplementedError("go back to a copy of the database instead")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
