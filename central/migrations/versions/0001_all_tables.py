"""All tables.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
_POSTGRESQL_GUARDS = (
    "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$",
    "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
)


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("cleared_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(op.f("ix_alarm_node_id"), "alarm", ["node_id"], unique=False)
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["node_id", "kind", "subject"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", UTCDateTime(), nullable=True),
        sa.Column("disabled_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "role IN ('operator', 'officer', 'leader', 'admin')", name=op.f("ck_app_user_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("username", name=op.f("uq_app_user_username")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_actor"), "audit_entry", ["actor"], unique=False)
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"], unique=False)
    op.create_table(
        "media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_media")),
    )
    op.create_table(
        "node",
        sa.Column("id", sa.String(length=63), nullable=False),
        sa.Column("enrolled_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("session", sa.String(length=80), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("last_seen_at", UTCDateTime(), nullable=True),
        sa.Column("software", sa.String(length=100), nullable=False),
        sa.Column("outbox_packages", sa.Integer(), nullable=False),
        sa.Column("disk_free_bytes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node")),
    )
    op.create_index(op.f("ix_node_last_seen_at"), "node", ["last_seen_at"], unique=False)
    op.create_table(
        "offence_number_series",
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "year", name=op.f("pk_offence_number_series")),
    )
    op.create_table(
        "partial_file",
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", "sha256", name=op.f("pk_partial_file")),
    )
    op.create_index(op.f("ix_partial_file_updated_at"), "partial_file", ["updated_at"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=300), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("topic", "payload_sha256", name=op.f("uq_quarantine_topic_payload_sha256")),
    )
    op.create_index(op.f("ix_quarantine_last_at"), "quarantine", ["last_at"], unique=False)
    op.create_table(
        "camera",
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("site", sa.String(length=80), nullable=False),
        sa.Column("site_name", sa.String(length=200), nullable=False),
        sa.Column("calibration", sa.String(length=80), nullable=False),
        sa.Column("certificate", sa.String(length=100), nullable=False),
        sa.Column("approved_from", UTCDateTime(), nullable=True),
        sa.Column("approved_until", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("last_frame_at", UTCDateTime(), nullable=True),
        sa.Column("fps", sa.Float(), nullable=False),
        sa.Column("armed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name=op.f("fk_camera_node_id_node")),
        sa.PrimaryKeyConstraint("node_id", "id", name=op.f("pk_camera")),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(length=12), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("node", sa.String(length=63), nullable=False),
        sa.Column("camera", sa.String(length=80), nullable=False),
        sa.Column("site", sa.String(length=80), nullable=False),
        sa.Column("site_name", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("node_decision", sa.String(length=12), nullable=False),
        sa.Column("occurred_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("vehicle_kind", sa.String(length=12), nullable=False),
        sa.Column("vehicle_colour", sa.String(length=40), nullable=True),
        sa.Column("plate_read", sa.String(length=24), nullable=True),
        sa.Column("plate", sa.String(length=24), nullable=True),
        sa.Column("plate_colour", sa.String(length=8), nullable=True),
        sa.Column("plate_kind", sa.String(length=24), nullable=True),
        sa.Column("plate_confidence", sa.Float(), nullable=False),
        sa.Column("notice_due_at", UTCDateTime(), nullable=False),
        sa.Column("limitation_at", UTCDateTime(), nullable=False),
        sa.Column("duplicate_of_id", sa.Integer(), nullable=True),
        sa.Column("lease_owner_id", sa.Integer(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("operator_at", UTCDateTime(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("officer_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("lookup_due_at", UTCDateTime(), nullable=True),
        sa.Column("lookup_tries", sa.Integer(), nullable=False),
        sa.Column("owner_match", sa.Boolean(), nullable=True),
        sa.Column("mismatch_resolved_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state <> 'in_review' OR (lease_owner_id IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_case_file_lease"),
        ),
        sa.CheckConstraint(
            "state <> 'rejected' OR reason IS NOT NULL", name=op.f("ck_case_file_rejected_with_reason")
        ),
        sa.CheckConstraint(
            "state IN ('accepted', 'confirmed', 'expired', 'in_review', 'military', 'owner_found', 'owner_mismatch', 'owner_not_found', 'received', 'recorded', 'refused', 'rejected', 'returned')",  # noqa: E501
            name=op.f("ck_case_file_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'recorded') OR (operator_id IS NOT NULL AND officer_id IS NOT NULL AND plate IS NOT NULL AND node_decision <> 'undecidable')",  # noqa: E501
            name=op.f("ck_case_file_charged_by_two"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'recorded') OR owner_match IS TRUE OR mismatch_resolved_by IS NOT NULL",  # noqa: E501
            name=op.f("ck_case_file_charged_with_match"),
        ),
        sa.CheckConstraint("operator_id <> officer_id", name=op.f("ck_case_file_two_people")),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"], ["case_file.id"], name=op.f("fk_case_file_duplicate_of_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["lease_owner_id"], ["app_user.id"], name=op.f("fk_case_file_lease_owner_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["mismatch_resolved_by"], ["app_user.id"], name=op.f("fk_case_file_mismatch_resolved_by_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["app_user.id"], name=op.f("fk_case_file_officer_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["app_user.id"], name=op.f("fk_case_file_operator_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("event_id", name=op.f("uq_case_file_event_id")),
    )
    op.create_index(
        "ix_case_file_lease",
        "case_file",
        ["lease_owner_id"],
        unique=False,
        postgresql_where=sa.text("lease_owner_id IS NOT NULL"),
        sqlite_where=sa.text("lease_owner_id IS NOT NULL"),
    )
    op.create_index("ix_case_file_deadline", "case_file", ["state", "limitation_at"], unique=False)
    op.create_index("ix_case_file_decided", "case_file", ["operator_id", "operator_at"], unique=False)
    op.create_index(op.f("ix_case_file_lookup_due_at"), "case_file", ["lookup_due_at"], unique=False)
    op.create_index(
        "ix_case_file_natural_key", "case_file", ["plate", "rule", "site", "occurred_at"], unique=False
    )
    op.create_index(
        "ix_case_file_queue", "case_file", ["state", "queue", "notice_due_at", "id"], unique=False
    )
    op.create_table(
        "health_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name=op.f("fk_health_record_node_id_node")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_record")),
        sa.UniqueConstraint("node_id", "at", name=op.f("uq_health_record_node_id_at")),
    )
    op.create_table(
        "node_key",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("enrolled_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name=op.f("fk_node_key_node_id_node")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_node_key")),
    )
    op.create_index(op.f("ix_node_key_node_id"), "node_key", ["node_id"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id_app_user")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_case_event_actor_id_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_event_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    op.create_index(op.f("ix_case_event_case_id"), "case_event", ["case_id"], unique=False)
    op.create_table(
        "case_evidence",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_case_evidence_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_evidence")),
    )
    op.create_table(
        "offence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("law_code", sa.String(length=40), nullable=False),
        sa.Column("legal_basis", sa.String(length=200), nullable=False),
        sa.Column("act_vi", sa.String(length=300), nullable=False),
        sa.Column("fine_min", sa.Integer(), nullable=False),
        sa.Column("fine_max", sa.Integer(), nullable=False),
        sa.Column("fine", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(length=24), nullable=False),
        sa.Column("plate_colour", sa.String(length=8), nullable=True),
        sa.Column("vehicle_kind", sa.String(length=12), nullable=False),
        sa.Column("site", sa.String(length=80), nullable=False),
        sa.Column("site_name", sa.String(length=200), nullable=False),
        sa.Column("occurred_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("fine_min <= fine AND fine <= fine_max", name=op.f("ck_offence_fine_in_band")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_offence_points")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_offence_case_id_case_file")),
        sa.ForeignKeyConstraint(["officer_id"], ["app_user.id"], name=op.f("fk_offence_officer_id_app_user")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["app_user.id"], name=op.f("fk_offence_operator_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offence")),
        sa.UniqueConstraint("case_id", name=op.f("uq_offence_case_id")),
        sa.UniqueConstraint("number", name=op.f("uq_offence_number")),
        sa.UniqueConstraint("unit", "year", "sequence", name=op.f("uq_offence_unit_year_sequence")),
    )
    op.create_index(op.f("ix_offence_plate"), "offence", ["plate"], unique=False)
    op.create_table(
        "package",
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("node_id", sa.String(length=63), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=True),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("jws", sa.String(), nullable=False),
        sa.Column("chain", sa.String(length=8), nullable=False),
        sa.Column("certificate", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["node_key.key_id"], name=op.f("fk_package_key_id_node_key")),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name=op.f("fk_package_node_id_node")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_package")),
        sa.UniqueConstraint("key_id", "sequence", name=op.f("uq_package_key_id_sequence")),
    )
    op.create_index(
        "ix_package_gap",
        "package",
        ["node_id"],
        unique=False,
        sqlite_where=sa.text("chain = 'gap'"),
        postgresql_where=sa.text("chain = 'gap'"),
    )
    op.create_index(op.f("ix_package_node_id"), "package", ["node_id"], unique=False)
    op.create_table(
        "registry_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("problem", sa.String(length=12), nullable=True),
        sa.Column("problem_detail", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("vehicle", sa.JSON(), nullable=True),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("sealed_owner", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_registry_answer_case_id_case_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_answer")),
    )
    op.create_index(op.f("ix_registry_answer_case_id"), "registry_answer", ["case_id"], unique=False)
    op.create_table(
        "review_skip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_review_skip_case_id_case_file")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_review_skip_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_skip")),
    )
    op.create_index(op.f("ix_review_skip_user_id"), "review_skip", ["user_id"], unique=False)
    op.create_table(
        "package_file",
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["package.event_id"], name=op.f("fk_package_file_event_id_package")
        ),
        sa.PrimaryKeyConstraint("event_id", "sha256", name=op.f("pk_package_file")),
    )
    op.create_index(op.f("ix_package_file_sha256"), "package_file", ["sha256"], unique=False)
    guards = _SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_GUARDS
    for statement in guards:
        op.execute(statement)


def downgrade() -> None:
    """Refused: it would delete evidence and the audit log."""
    raise NotImplementedError("the first schema is not taken back; drop the database if you mean it")
