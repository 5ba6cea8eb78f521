"""Further facts of a case: what the node saw, how exact its clock was, what the officer charges and from
which state; one leased case per person; plates compared by their bytes.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BACK_TO_THE_QUEUE = """
UPDATE case_file SET state = 'received', lease_owner_id = NULL, lease_until = NULL, version = version + 1
WHERE state = 'in_review' AND EXISTS (
  SELECT 1 FROM case_file AS held
  WHERE held.state = 'in_review' AND held.lease_owner_id = case_file.lease_owner_id AND held.id < case_file.id
)
"""


_CHARGED_BY_TWO = (
    "state NOT IN ('confirmed', 'recorded') OR (operator_id IS NOT NULL AND officer_id IS NOT NULL "
    "AND plate IS NOT NULL AND node_decision <> 'undecidable')"
)


def upgrade() -> None:
    """Applies the change."""
    op.add_column("case_file", sa.Column("clock_uncertainty_ms", sa.Integer(), nullable=True))
    op.add_column("case_file", sa.Column("vehicle_kind_seen", sa.String(length=12), nullable=True))
    op.add_column("case_file", sa.Column("officer_from", sa.String(length=20), nullable=True))
    op.add_column("case_file", sa.Column("charge", sa.JSON(), nullable=True))
    op.add_column("case_file", sa.Column("decision_signed_at", UTCDateTime(), nullable=True))
    op.execute("UPDATE case_file SET clock_uncertainty_ms = 0, vehicle_kind_seen = vehicle_kind")
    op.execute(_BACK_TO_THE_QUEUE)
    with op.batch_alter_table("case_file") as table:
        table.alter_column("clock_uncertainty_ms", existing_type=sa.Integer(), nullable=False)
        table.alter_column("vehicle_kind_seen", existing_type=sa.String(length=12), nullable=False)
    if op.get_bind().dialect.name == "postgresql":
        # The server would write the check that names the column again, in its own wording.
        op.drop_constraint(op.f("ck_case_file_charged_by_two"), "case_file", type_="check")
        op.execute('ALTER TABLE case_file ALTER COLUMN plate TYPE VARCHAR(24) COLLATE "C"')
        op.create_check_constraint(op.f("ck_case_file_charged_by_two"), "case_file", _CHARGED_BY_TWO)
    op.create_index(
        "uq_case_file_in_review",
        "case_file",
        ["lease_owner_id"],
        unique=True,
        postgresql_where=sa.text("state = 'in_review'"),
        sqlite_where=sa.text("state = 'in_review'"),
    )


def downgrade() -> None:
    """Refused: decisions would be lost."""
    raise NotImplementedError("go back to a copy of the database instead")
