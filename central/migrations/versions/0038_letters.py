"""Submissions of citizens are accepted or returned, also as letters; notifications have a paper, are read in
the portal, posted and proved.

Revision: 0038, after 0037.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_TO_POST = sa.text("document_id IS NOT NULL AND posted_on IS NULL")
_SIGNED_BY = "ck_citizen_submission_signed_by"


def upgrade() -> None:
    """Applies the change; earlier submissions that are already a step count as accepted."""
    _submissions()
    with op.batch_alter_table("notification") as table:
        table.add_column(sa.Column("document_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("read_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("posted_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("post_reference", sa.String(60), nullable=False, server_default=""))
        table.add_column(sa.Column("delivered_on", sa.Date(), nullable=True))
        table.create_foreign_key(
            op.f("fk_notification_document_id_document"), "document", ["document_id"], ["id"]
        )
        table.create_check_constraint(
            op.f("ck_notification_post_days"), "delivered_on IS NULL OR posted_on <= delivered_on"
        )
    with op.batch_alter_table("notification") as table:
        table.alter_column("post_reference", server_default=None)
    op.create_index(
        "ix_notification_to_post",
        "notification",
        ["id"],
        postgresql_where=_TO_POST,
        sqlite_where=_TO_POST,
    )


def _submissions() -> None:
    with op.batch_alter_table("citizen_submission") as table:
        table.drop_constraint(op.f(_SIGNED_BY), type_="check")
        table.create_check_constraint(op.f(_SIGNED_BY), "signed_by IN ('code', 'identity', 'letter')")
        table.add_column(sa.Column("via", sa.String(8), nullable=False, server_default="portal"))
        table.add_column(sa.Column("came_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("entered_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("state", sa.String(8), nullable=False, server_default="waiting"))
        table.add_column(sa.Column("refusal", sa.String(24), nullable=False, server_default=""))
        table.create_foreign_key(
            op.f("fk_citizen_submission_entered_by_app_user"), "app_user", ["entered_by"], ["id"]
        )
        table.create_check_constraint(
            op.f("ck_citizen_submission_via"), "via IN ('portal', 'post', 'counter', 'email')"
        )
        table.create_check_constraint(
            op.f("ck_citizen_submission_state"), "state IN ('waiting', 'accepted', 'returned')"
        )
        table.create_check_constraint(
            op.f("ck_citizen_submission_refusal"), "(state = 'returned') = (refusal <> '')"
        )
    op.execute("UPDATE citizen_submission SET came_on = date(at)")
    op.execute("UPDATE citizen_submission SET state = 'accepted' WHERE step_id IS NOT NULL")
    with op.batch_alter_table("citizen_submission") as table:
        table.alter_column("came_on", existing_type=sa.Date(), nullable=False)
        for name in ("via", "state", "refusal"):
            table.alter_column(name, server_default=None)
    op.create_index("ix_citizen_submission_state", "citizen_submission", ["state", "id"])


def downgrade() -> None:
    """Takes it back; letters are deleted, as only the portal's submissions existed before."""
    op.drop_index("ix_notification_to_post", "notification")
    with op.batch_alter_table("notification") as table:
        table.drop_constraint(op.f("ck_notification_post_days"), type_="check")
        table.drop_constraint(op.f("fk_notification_document_id_document"), type_="foreignkey")
        for name in ("document_id", "read_at", "posted_on", "post_reference", "delivered_on"):
            table.drop_column(name)
    op.drop_index("ix_citizen_submission_state", "citizen_submission")
    op.execute(
        "DELETE FROM citizen_attachment WHERE submission_id IN (SELECT id FROM citizen_submission "
        "WHERE signed_by = 'letter')"
    )
    op.execute("DELETE FROM citizen_submission WHERE signed_by = 'letter'")
    with op.batch_alter_table("citizen_submission") as table:
        for name in ("via", "state", "refusal"):
            table.drop_constraint(op.f(f"ck_citizen_submission_{name}"), type_="check")
        table.drop_constraint(op.f("fk_citizen_submission_entered_by_app_user"), type_="foreignkey")
        table.drop_constraint(op.f(_SIGNED_BY), type_="check")
        table.create_check_constraint(op.f(_SIGNED_BY), "signed_by IN ('code', 'identity')")
        for name in ("via", "came_on", "entered_by", "state", "refusal"):
            table.drop_column(name)
