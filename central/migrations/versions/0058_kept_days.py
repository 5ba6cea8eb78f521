"""Stored counts of past days for reports, and triggers that record which of them changed.

Also indexes by day of the largest tables that are counted by it.

Revision: 0058, after 0057.
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

WATCHED = {
    "case_event": ("at, action", "ARRAY[report_day_of({row}.at)]"),
    "case_file": (
        "received_at, operator_at, officer_at, occurred_at, state, rule, vehicle_kind_seen, vehicle_kind, "
        "site_name, camera, node_decision, plate_read, reason, operator_id, officer_id, exercise_of",
        "ARRAY[report_day_of({row}.received_at), report_day_of({row}.operator_at), "
        "report_day_of({row}.officer_at), report_day_of({row}.occurred_at)]",
    ),
    "case_party": (
        "case_id, party_id, role, ended_at",
        "ARRAY(SELECT report_day_of(occurred_at) FROM case_file WHERE id = {row}.case_id)",
    ),
    "deadline": ("code, start, last_day, met_on, ended_reason", "ARRAY[{row}.start, {row}.met_on]"),
    "decision": (
        "signed_on, ended_on, organisation, fine, points, confiscation",
        "ARRAY(SELECT {row}.signed_on UNION ALL SELECT {row}.ended_on "
        "UNION ALL SELECT day FROM proceeding_step WHERE decision_id = {row}.id "
        "UNION ALL SELECT paid_on FROM decision_payment WHERE decision_id = {row}.id)",
    ),
    "decision_act": (
        "decision_id, proceeding_id, offence_id",
        "ARRAY(SELECT signed_on FROM decision WHERE id = {row}.decision_id)",
    ),
    "decision_payment": ("decision_id, source, amount, fee, paid_on", "ARRAY[{row}.paid_on]"),
    "document": ("kind, signed_at", "ARRAY[report_day_of({row}.signed_at)]"),
    "offence": (
        "rule, vehicle_class, law_code, occurred_at, site_name",
        "ARRAY(SELECT report_day_of({row}.occurred_at) UNION ALL SELECT signed_on FROM decision "
        "JOIN decision_act ON decision_act.decision_id = decision.id "
        "JOIN proceeding ON decision_act.proceeding_id = proceeding.id "
        "WHERE proceeding.offence_id = {row}.id)",
    ),
    "party": (
        "area",
        "ARRAY(SELECT report_day_of(occurred_at) FROM case_file JOIN case_party "
        "ON case_party.case_id = case_file.id WHERE case_party.party_id = {row}.id)",
    ),
    "proceeding": (
        "captured_on",
        "ARRAY(SELECT day FROM proceeding_step WHERE proceeding_id = {row}.id UNION ALL SELECT signed_on "
        "FROM decision JOIN decision_act ON decision_act.decision_id = decision.id "
        "WHERE decision_act.proceeding_id = {row}.id)",
    ),
    "proceeding_step": (
        "proceeding_id, decision_id, action, moved, day, detail",
        "ARRAY[{row}.day]",
    ),
}
"""The columns of each table that reports count by, and the days on which a row counts."""

_DAY_OF = """
CREATE FUNCTION report_day_of(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE
AS $$ SELECT (timezone('UTC', at) + interval '7 hours')::date $$"""

_NOTE = """
CREATE FUNCTION report_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_changed_day (day) SELECT day FROM report_day WHERE day = ANY ({old} || {new});
  RETURN NULL;
END $$"""

_WATCH = """
CREATE TRIGGER report_note AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table}
FOR EACH ROW EXECUTE FUNCTION report_note_{table}()"""


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "report_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("watched_from", sa.BigInteger(), nullable=True),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_report_day")),
    )
    op.create_table(
        "report_changed_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_changed_day")),
    )
    op.create_index(op.f("ix_report_changed_day_day"), "report_changed_day", ["day"])
    op.create_index("ix_document_signed", "document", ["signed_at", "kind"])
    op.create_index("ix_deadline_met", "deadline", ["met_on", "code"])
    op.create_index("ix_deadline_start", "deadline", ["code", "start"])
    op.create_index("ix_decision_signed", "decision", ["signed_on"])
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(_DAY_OF)
    for table, (columns, days) in WATCHED.items():
        op.execute(_NOTE.format(table=table, old=days.format(row="OLD"), new=days.format(row="NEW")))
        op.execute(_WATCH.format(table=table, columns=columns))


def downgrade() -> None:
    """Takes it back."""
    if op.get_bind().dialect.name == "postgresql":
        for table in WATCHED:
            op.execute(f"DROP TRIGGER report_note ON {table}")
            op.execute(f"DROP FUNCTION report_note_{table}()")
        op.execute("DROP FUNCTION report_day_of(timestamptz)")
    for name, table in (
        ("ix_document_signed", "document"),
        ("ix_deadline_met", "deadline"),
        ("ix_deadline_start", "deadline"),
        ("ix_decision_signed", "decision"),
    ):
        op.drop_index(name, table_name=table)
    op.drop_table("report_changed_day")
    op.drop_table("report_day")
