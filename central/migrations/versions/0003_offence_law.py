"""What an offence freezes of the law: act, article, class, party; the fine itself moves to the decision.

Offences recorded before keep their band, points and article in words; their act is their rule, their class
the one their code ends with, and the amount that stood beside the band was its middle, which says nothing
that the band doesn't.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NEW = {
    "act": sa.String(length=40),
    "article": sa.String(length=20),
    "act_en": sa.String(length=300),
    "vehicle_class": sa.String(length=12),
    "party": sa.String(length=8),
    "confidence": sa.String(length=8),
    "reason": sa.String(length=500),
}


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("offence") as table:
        for name, kind in _NEW.items():
            table.add_column(sa.Column(name, kind, nullable=True))
        table.add_column(sa.Column("confiscation", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("proven", sa.Boolean(), nullable=True))
    op.execute(
        "UPDATE offence SET act = rule, article = '', act_en = '', party = 'driver', confidence = 'likely', "
        "reason = '', proven = true, vehicle_class = CASE WHEN law_code LIKE '%-M' THEN 'motorbike' "
        "WHEN law_code LIKE '%-S' THEN 'specialised' ELSE 'car' END"
    )
    with op.batch_alter_table("offence") as table:
        for name, kind in _NEW.items():
            table.alter_column(name, existing_type=kind, nullable=False)
        table.alter_column("proven", existing_type=sa.Boolean(), nullable=False)
        table.alter_column("rule", existing_type=sa.String(length=20), type_=sa.String(length=40))
        table.alter_column("vehicle_kind", existing_type=sa.String(length=12), type_=sa.String(length=20))
        table.drop_constraint(op.f("ck_offence_fine_in_band"), type_="check")
        table.drop_column("fine")
        table.create_check_constraint(op.f("ck_offence_band"), "0 < fine_min AND fine_min < fine_max")
        table.create_check_constraint(op.f("ck_offence_unproven_with_reason"), "proven OR reason <> ''")
    op.create_table(
        "offence_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offence_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_offence_change_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["offence_id"], ["offence.id"], name=op.f("fk_offence_change_offence_id_offence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offence_change")),
    )
    op.create_index(op.f("ix_offence_change_offence_id"), "offence_change", ["offence_id"], unique=False)


def downgrade() -> None:
    """Takes it back; the fine becomes the middle of the band again."""
    op.drop_index(op.f("ix_offence_change_offence_id"), table_name="offence_change")
    op.drop_table("offence_change")
    with op.batch_alter_table("offence") as table:
        table.add_column(sa.Column("fine", sa.Integer(), nullable=True))
    op.execute("UPDATE offence SET fine = (fine_min + fine_max) / 2")
    with op.batch_alter_table("offence") as table:
        table.drop_constraint(op.f("ck_offence_unproven_with_reason"), type_="check")
        table.drop_constraint(op.f("ck_offence_band"), type_="check")
        table.alter_column("fine", existing_type=sa.Integer(), nullable=False)
        for name in (*_NEW, "confiscation", "proven"):
            table.drop_column(name)
        table.create_check_constraint(
            op.f("ck_offence_fine_in_band"), "fine_min <= fine AND fine <= fine_max"
        )
