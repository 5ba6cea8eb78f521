"""Blind second reviews, the monitoring rules, the shift lead and disputed cases.

Revision: 0037, after 0036.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_STATES = (
    "state IN ('accepted', 'confirmed', 'disputed', 'expired', 'in_review', 'military', 'owner_found', "
    "'owner_mismatch', 'owner_not_found', 'received', 'recorded', 'refused', 'rejected', 'returned', "
    "'withdrawn')"
)
_ROLES = (
    "role IN ('operator', 'shift_lead', 'officer', 'device_user', 'signer', 'clerk', 'commune', 'treasury', "
    "'lawyer', 'leader', 'admin')"
)


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("case_file") as table:
        table.drop_constraint(op.f("ck_case_file_state"), type_="check")
        table.create_check_constraint(op.f("ck_case_file_state"), _STATES)
    with op.batch_alter_table("app_user") as table:
        table.drop_constraint(op.f("ck_app_user_role"), type_="check")
        table.create_check_constraint(op.f("ck_app_user_role"), _ROLES)
    op.create_table(
        "watching_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["app_user.id"], name=op.f("fk_watching_rules_set_by_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watching_rules")),
    )
    op.create_table(
        "second_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("first_verdict", sa.String(10), nullable=False),
        sa.Column("first", sa.JSON(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("second_at", UTCDateTime(), nullable=True),
        sa.Column("second_verdict", sa.String(10), nullable=True),
        sa.Column("second", sa.JSON(), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(10), nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_second_review_case_id_case_file")
        ),
        *(
            sa.ForeignKeyConstraint(
                [person], ["app_user.id"], name=op.f(f"fk_second_review_{person}_app_user")
            )
            for person in ("first_id", "second_id", "settled_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_review")),
        sa.UniqueConstraint("case_id", name=op.f("uq_second_review_case_id")),
    )
    op.create_index(op.f("ix_second_review_first_id"), "second_review", ["first_id"])
    op.create_index(op.f("ix_second_review_first_at"), "second_review", ["first_at"])
    unsettled = sa.text("state IN ('open', 'disputed')")
    op.create_index(
        "ix_second_review_unsettled",
        "second_review",
        ["state"],
        postgresql_where=unsettled,
        sqlite_where=unsettled,
    )


def downgrade() -> None:
    """Refused: disputed cases and shift leads have no other state or role."""
    raise NotImplementedError("go back to a copy of the database instead")
