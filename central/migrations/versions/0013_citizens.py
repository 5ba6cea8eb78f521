"""Citizens in the portal: their sessions, wrong codes, what they sent.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "citizen_code_tries",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("locked_until", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_citizen_code_tries")),
    )
    op.create_table(
        "citizen_session",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_citizen_session_party_id_party")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_citizen_session")),
    )
    op.create_table(
        "citizen_opened_notice",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["notice_access.document_id"],
            name=op.f("fk_citizen_opened_notice_document_id_notice_access"),
        ),
        sa.ForeignKeyConstraint(
            ["token_sha256"],
            ["citizen_session.token_sha256"],
            name=op.f("fk_citizen_opened_notice_token_sha256_citizen_session"),
        ),
        sa.PrimaryKeyConstraint("token_sha256", "document_id", name=op.f("pk_citizen_opened_notice")),
    )
    op.create_table(
        "citizen_submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("signed_by", sa.String(length=8), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("replied_at", UTCDateTime(), nullable=True),
        sa.Column("replied_by", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(length=1000), nullable=False),
        sa.CheckConstraint("signed_by IN ('code', 'identity')", name=op.f("ck_citizen_submission_signed_by")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_citizen_submission_party_id_party")
        ),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_citizen_submission_proceeding_id_proceeding")
        ),
        sa.ForeignKeyConstraint(
            ["replied_by"], ["app_user.id"], name=op.f("fk_citizen_submission_replied_by_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["proceeding_step.id"], name=op.f("fk_citizen_submission_step_id_proceeding_step")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_submission")),
        sa.UniqueConstraint("key", name=op.f("uq_citizen_submission_key")),
        sa.UniqueConstraint("number", name=op.f("uq_citizen_submission_number")),
    )
    op.create_index("ix_citizen_submission_case", "citizen_submission", ["proceeding_id", "id"], unique=False)
    op.create_index("ix_citizen_submission_key_id", "citizen_submission", ["key_id"], unique=False)
    op.create_index("ix_citizen_submission_party_id", "citizen_submission", ["party_id"], unique=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_citizen_submission_case", table_name="citizen_submission")
    op.drop_index("ix_citizen_submission_key_id", table_name="citizen_submission")
    op.drop_index("ix_citizen_submission_party_id", table_name="citizen_submission")
    op.drop_table("citizen_submission")
    op.drop_table("citizen_opened_notice")
    op.drop_table("citizen_session")
    op.drop_table("citizen_code_tries")
