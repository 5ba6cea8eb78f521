"""The proceedings beside the case, deadlines as rows, the register of devices, law tables, papers, and the
people's roles.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


_ROLES_BEFORE = "role IN ('operator', 'officer', 'leader', 'admin')"
_ROLES = (
    "role IN ('operator', 'officer', 'device_user', 'signer', 'clerk', 'commune', 'treasury', 'lawyer', "
    "'leader', 'admin')"
)


def _set_roles(roles: str) -> None:
    with op.batch_alter_table("app_user") as table:
        table.drop_constraint(op.f("ck_app_user_role"), type_="check")
        table.create_check_constraint(op.f("ck_app_user_role"), roles)


def upgrade() -> None:
    """Applies the change."""
    _set_roles(_ROLES)
    op.create_table(
        "device",
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("camera_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("expressway", sa.Boolean(), nullable=False),
        sa.Column("sign_photo", sa.String(length=64), nullable=True),
        sa.Column("sign_photo_on", sa.Date(), nullable=True),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("node_id", "camera_id", name=op.f("pk_device")),
    )
    op.create_table(
        "document_series",
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "kind", "year", name=op.f("pk_document_series")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.Boolean(), nullable=False),
        sa.Column("signer_id", sa.Integer(), nullable=False),
        sa.Column("signer_title", sa.String(length=40), nullable=False),
        sa.Column("delegation", sa.String(length=120), nullable=True),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signed_at", UTCDateTime(), nullable=False),
        sa.Column("limitation_on", sa.Date(), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=False),
        sa.Column("fine", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("licence_class", sa.String(length=12), nullable=True),
        sa.Column("confiscation", sa.String(length=20), nullable=True),
        sa.Column("circumstances", sa.JSON(), nullable=False),
        sa.Column("pay_within_days", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "NOT organisation OR points = 0", name=op.f("ck_decision_organisation_without_points")
        ),
        sa.CheckConstraint("fine >= 0 AND points >= 0 AND points <= 12", name=op.f("ck_decision_amounts")),
        sa.CheckConstraint(
            "operator_id <> officer_id AND signer_id <> operator_id", name=op.f("ck_decision_people")
        ),
        sa.CheckConstraint("signed_on <= decide_by", name=op.f("ck_decision_within_time")),
        sa.CheckConstraint("signed_on <= limitation_on", name=op.f("ck_decision_within_limitation")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["app_user.id"], name=op.f("fk_decision_officer_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["app_user.id"], name=op.f("fk_decision_operator_id_app_user")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_decision_party_id_party")),
        sa.ForeignKeyConstraint(["signer_id"], ["app_user.id"], name=op.f("fk_decision_signer_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("number", name=op.f("uq_decision_number")),
        sa.UniqueConstraint("unit", "year", "sequence", name=op.f("uq_decision_unit_year_sequence")),
    )
    op.create_index(op.f("ix_decision_party_id"), "decision", ["party_id"], unique=False)
    op.create_table(
        "device_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("camera_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("entered_by", sa.String(length=100), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "kind IN ('approval', 'certificate', 'site_decision')", name=op.f("ck_device_paper_kind")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_device_paper_interval")
        ),
        sa.ForeignKeyConstraint(
            ["node_id", "camera_id"], ["device.node_id", "device.camera_id"], name="device"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_paper")),
    )
    op.create_index("ix_device_paper_device", "device_paper", ["node_id", "camera_id", "kind"], unique=False)
    op.create_table(
        "device_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("camera_id", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=120), nullable=False),
        sa.Column("training", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_device_user_interval")
        ),
        sa.ForeignKeyConstraint(
            ["node_id", "camera_id"], ["device.node_id", "device.camera_id"], name="device"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_device_user_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_user")),
    )
    op.create_index("ix_device_user_device", "device_user", ["node_id", "camera_id"], unique=False)
    op.create_index(op.f("ix_device_user_user_id"), "device_user", ["user_id"], unique=False)
    op.create_table(
        "law_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("approved", sa.JSON(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.Column("activated_by", sa.Integer(), nullable=True),
        sa.Column("activated_at", UTCDateTime(), nullable=True),
        sa.Column("replaced_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'active', 'replaced', 'dropped')", name=op.f("ck_law_table_state")
        ),
        sa.CheckConstraint("uploaded_by <> activated_by", name=op.f("ck_law_table_two_people")),
        sa.ForeignKeyConstraint(
            ["activated_by"], ["app_user.id"], name=op.f("fk_law_table_activated_by_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["app_user.id"], name=op.f("fk_law_table_uploaded_by_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_law_table")),
    )
    op.create_index(
        "uq_law_table_active",
        "law_table",
        ["name"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "signer_power",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("delegation", sa.String(length=120), nullable=True),
        sa.Column("delegated_by", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_signer_power_interval")
        ),
        sa.ForeignKeyConstraint(
            ["delegated_by"], ["app_user.id"], name=op.f("fk_signer_power_delegated_by_app_user")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_signer_power_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signer_power")),
    )
    op.create_index(op.f("ix_signer_power_user_id"), "signer_power", ["user_id"], unique=False)
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("camera_id", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=True),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_withdrawal_interval")),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_withdrawal_by_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("whose", sa.String(length=10), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("legal_basis", sa.String(length=200), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_reason", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_deadline_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_deadline_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index(op.f("ix_deadline_case_id"), "deadline", ["case_id"], unique=False)
    op.create_index("ix_deadline_open", "deadline", ["ended_at", "met_on", "whose", "due_at"], unique=False)
    op.create_index(
        "uq_deadline_decision_present",
        "deadline",
        ["decision_id", "case_id", "code"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND decision_id IS NOT NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND decision_id IS NOT NULL"),
    )
    op.create_index(
        "uq_deadline_present",
        "deadline",
        ["case_id", "code"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND decision_id IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND decision_id IS NULL"),
    )
    op.create_table(
        "decision_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_decision_payment_amount")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_payment_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_payment")),
        sa.UniqueConstraint("reference", name=op.f("uq_decision_payment_reference")),
    )
    op.create_index(
        op.f("ix_decision_payment_decision_id"), "decision_payment", ["decision_id"], unique=False
    )
    op.create_table(
        "decision_relief",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reduced_to", sa.Integer(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('deferral', 'reduction', 'instalments')", name=op.f("ck_decision_relief_kind")
        ),
        sa.CheckConstraint(
            "answered_on IS NULL OR asked_on <= answered_on", name=op.f("ck_decision_relief_days")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_relief_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_relief")),
    )
    op.create_index(op.f("ix_decision_relief_decision_id"), "decision_relief", ["decision_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("drawn_at", UTCDateTime(), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("sealed_values", sa.LargeBinary(), nullable=False),
        sa.Column("values_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("rendered_at", UTCDateTime(), nullable=True),
        sa.Column("signed_at", UTCDateTime(), nullable=True),
        sa.Column("signed_as", sa.String(length=300), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("sent_how", sa.String(length=40), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "state IN ('drawn', 'rendered', 'signed', 'failed')", name=op.f("ck_document_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('rendered', 'signed') OR sha256 IS NOT NULL", name=op.f("ck_document_with_file")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_document_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_document_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(["drawn_by"], ["app_user.id"], name=op.f("fk_document_drawn_by_app_user")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_document_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("key", name=op.f("uq_document_key")),
        sa.UniqueConstraint(
            "unit", "kind", "year", "sequence", name=op.f("uq_document_unit_kind_year_sequence")
        ),
    )
    op.create_index("ix_document_case", "document", ["case_id", "id"], unique=False)
    op.create_index(op.f("ix_document_key_id"), "document", ["key_id"], unique=False)
    op.create_table(
        "watched_plate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_watched_plate_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_watched_plate_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_plate")),
    )
    op.create_index(op.f("ix_watched_plate_plate"), "watched_plate", ["plate"], unique=False)
    op.create_index(
        "uq_watched_plate",
        "watched_plate",
        ["plate"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "withdrawn_case",
        sa.Column("withdrawal_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("stood_at", sa.String(length=40), nullable=False),
        sa.Column("notice_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("money_back", sa.Integer(), nullable=False),
        sa.Column("points_back", sa.Integer(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_withdrawn_case_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawal_id"], ["withdrawal.id"], name=op.f("fk_withdrawn_case_withdrawal_id_withdrawal")
        ),
        sa.PrimaryKeyConstraint("withdrawal_id", "case_id", name=op.f("pk_withdrawn_case")),
    )
    op.create_table(
        "proceeding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("offence_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("handled_by", sa.String(length=120), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("device_user_id", sa.Integer(), nullable=True),
        sa.Column("captured_on", sa.Date(), nullable=False),
        sa.Column("limitation_on", sa.Date(), nullable=False),
        sa.Column("violator_id", sa.Integer(), nullable=True),
        sa.Column("violator_as", sa.String(length=8), nullable=True),
        sa.Column("residence", sa.String(length=16), nullable=False),
        sa.Column("appointment_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawal_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ordinary', 'military', 'diplomatic', 'cloned_plate')", name=op.f("ck_proceeding_kind")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_proceeding_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["device_user_id"], ["app_user.id"], name=op.f("fk_proceeding_device_user_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["offence_id"], ["offence.id"], name=op.f("fk_proceeding_offence_id_offence")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["app_user.id"], name=op.f("fk_proceeding_officer_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["app_user.id"], name=op.f("fk_proceeding_operator_id_app_user")
        ),
        sa.ForeignKeyConstraint(["violator_id"], ["party.id"], name=op.f("fk_proceeding_violator_id_party")),
        sa.ForeignKeyConstraint(
            ["withdrawal_id"], ["withdrawal.id"], name=op.f("fk_proceeding_withdrawal_id_withdrawal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding")),
        sa.UniqueConstraint("case_id", name=op.f("uq_proceeding_case_id")),
        sa.UniqueConstraint("offence_id", name=op.f("uq_proceeding_offence_id")),
    )
    op.create_table(
        "decision_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("offence_id", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("fine", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("living", sa.Boolean(), nullable=False),
        sa.CheckConstraint("low <= fine AND fine <= high", name=op.f("ck_decision_act_fine_in_band")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_act_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["offence_id"], ["offence.id"], name=op.f("fk_decision_act_offence_id_offence")
        ),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_decision_act_proceeding_id_proceeding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_act")),
    )
    op.create_index(op.f("ix_decision_act_decision_id"), "decision_act", ["decision_id"], unique=False)
    op.create_index(op.f("ix_decision_act_proceeding_id"), "decision_act", ["proceeding_id"], unique=False)
    op.create_index(
        "uq_decision_act_living",
        "decision_act",
        ["offence_id"],
        unique=True,
        postgresql_where=sa.text("living"),
        sqlite_where=sa.text("living"),
    )
    op.create_table(
        "decision_proposal",
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("fines", sa.JSON(), nullable=False),
        sa.Column("circumstances", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("with_cases", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_decision_proposal_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_decision_proposal_proceeding_id_proceeding")
        ),
        sa.PrimaryKeyConstraint("proceeding_id", name=op.f("pk_decision_proposal")),
    )
    op.create_table(
        "proceeding_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.id"], name=op.f("fk_proceeding_step_actor_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_proceeding_step_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_step_proceeding_id_proceeding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_step")),
    )
    op.create_index("ix_proceeding_step_case", "proceeding_step", ["proceeding_id", "id"], unique=False)
    op.create_table(
        "track_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(proceeding_id IS NULL) <> (decision_id IS NULL)", name=op.f("ck_track_state_owner")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_track_state_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_track_state_proceeding_id_proceeding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_state")),
        sa.UniqueConstraint("decision_id", "track", name=op.f("uq_track_state_decision_id_track")),
        sa.UniqueConstraint("proceeding_id", "track", name=op.f("uq_track_state_proceeding_id_track")),
    )
    op.create_index("ix_track_state_where", "track_state", ["track", "state", "since"], unique=False)
    op.create_table(
        "proceeding_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("moment", UTCDateTime(), nullable=True),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "(proceeding_id IS NULL) <> (decision_id IS NULL)", name=op.f("ck_proceeding_event_owner")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_proceeding_event_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_proceeding_event_proceeding_id_proceeding")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["proceeding_step.id"], name=op.f("fk_proceeding_event_step_id_proceeding_step")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceeding_event")),
    )
    op.create_index("ix_proceeding_event_case", "proceeding_event", ["proceeding_id", "event"], unique=False)
    op.create_index(
        "ix_proceeding_event_decision", "proceeding_event", ["decision_id", "event"], unique=False
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_proceeding_event_decision", table_name="proceeding_event")
    op.drop_index("ix_proceeding_event_case", table_name="proceeding_event")
    op.drop_table("proceeding_event")
    op.drop_index("ix_track_state_where", table_name="track_state")
    op.drop_table("track_state")
    op.drop_index("ix_proceeding_step_case", table_name="proceeding_step")
    op.drop_table("proceeding_step")
    op.drop_table("decision_proposal")
    op.drop_index(
        "uq_decision_act_living",
        table_name="decision_act",
        postgresql_where=sa.text("living"),
        sqlite_where=sa.text("living"),
    )
    op.drop_index(op.f("ix_decision_act_proceeding_id"), table_name="decision_act")
    op.drop_index(op.f("ix_decision_act_decision_id"), table_name="decision_act")
    op.drop_table("decision_act")
    op.drop_table("proceeding")
    op.drop_table("withdrawn_case")
    op.drop_index(
        "uq_watched_plate",
        table_name="watched_plate",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_watched_plate_plate"), table_name="watched_plate")
    op.drop_table("watched_plate")
    op.drop_index(op.f("ix_document_key_id"), table_name="document")
    op.drop_index("ix_document_case", table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_decision_relief_decision_id"), table_name="decision_relief")
    op.drop_table("decision_relief")
    op.drop_index(op.f("ix_decision_payment_decision_id"), table_name="decision_payment")
    op.drop_table("decision_payment")
    op.drop_index(
        "uq_deadline_present",
        table_name="deadline",
        postgresql_where=sa.text("ended_at IS NULL AND decision_id IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND decision_id IS NULL"),
    )
    op.drop_index(
        "uq_deadline_decision_present",
        table_name="deadline",
        postgresql_where=sa.text("ended_at IS NULL AND decision_id IS NOT NULL"),
        sqlite_where=sa.text("ended_at IS NULL AND decision_id IS NOT NULL"),
    )
    op.drop_index("ix_deadline_open", table_name="deadline")
    op.drop_index(op.f("ix_deadline_case_id"), table_name="deadline")
    op.drop_table("deadline")
    op.drop_table("withdrawal")
    op.drop_index(op.f("ix_signer_power_user_id"), table_name="signer_power")
    op.drop_table("signer_power")
    op.drop_index(
        "uq_law_table_active",
        table_name="law_table",
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.drop_table("law_table")
    op.drop_index(op.f("ix_device_user_user_id"), table_name="device_user")
    op.drop_index("ix_device_user_device", table_name="device_user")
    op.drop_table("device_user")
    op.drop_index("ix_device_paper_device", table_name="device_paper")
    op.drop_table("device_paper")
    op.drop_index(op.f("ix_decision_party_id"), table_name="decision")
    op.drop_table("decision")
    op.drop_table("document_series")
    op.drop_table("device")
    _set_roles(_ROLES_BEFORE)
