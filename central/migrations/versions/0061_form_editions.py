"""Uploaded editions of forms, and which of them a paper was made on.

Revision: 0061, after 0060.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_STATE = "state IN ('draft', 'active', 'replaced', 'withdrawn', 'dropped')"
_FORM = "fk_document_form_id_form_edition"
_ACTIVE = sa.text("state = 'active'")


def _person(column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_form_edition_{column}_app_user")
    return sa.ForeignKeyConstraint([column], ["app_user.id"], name=name)


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "form_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.Column("activated_by", sa.Integer(), nullable=True),
        sa.Column("activated_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=500), nullable=False),
        sa.CheckConstraint(_STATE, name=op.f("ck_form_edition_state")),
        sa.CheckConstraint("uploaded_by <> activated_by", name=op.f("ck_form_edition_two_people")),
        _person("uploaded_by"),
        _person("activated_by"),
        _person("ended_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_edition")),
    )
    op.create_index(
        "uq_form_edition_active",
        "form_edition",
        ["kind", "valid_from"],
        unique=True,
        postgresql_where=_ACTIVE,
        sqlite_where=_ACTIVE,
    )
    with op.batch_alter_table("document") as table:
        table.add_column(sa.Column("form_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_document_form_id_form_edition"), "form_edition", ["form_id"], ["id"]
        )
        table.create_index(op.f("ix_document_form_id"), ["form_id"])


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("document") as table:
        table.drop_index(op.f("ix_document_form_id"))
        table.drop_constraint(_FORM, type_="foreignkey")
        table.drop_column("form_id")
    op.drop_table("form_edition")
