"""Alerts of other triggers than a deadline, to others than people; the ladder's versions; what became of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNDELIVERED = "undelivered_at IS NOT NULL AND undelivered_told_at IS NULL"
OTHER = "trigger IS NOT NULL"
FLAG_UNTOLD = "told_at IS NULL AND withdrawn_at IS NULL AND ended_on IS NULL"
FOUND_UNTOLD = (
    "found_at IS NOT NULL AND NOT (returned_at IS NOT NULL) AND excluded IS NULL "
    "AND (told_found_at IS NULL OR told_found_at != found_at)"
)
ACTION_UNTOLD = (
    "done_at IS NULL AND withdrawn_at IS NULL AND (told_due_on IS NULL OR told_due_on != due_on)"
)
LINES_UNTOLD = "lines_told_at IS NULL AND status = 'complete'"
UNTOLD = (
    ("ix_repeat_flag_untold", "repeat_flag", "raised_at", FLAG_UNTOLD),
    ("ix_episode_found_untold", "episode", "found_at", FOUND_UNTOLD),
    ("ix_action_untold", "action", "due_on", ACTION_UNTOLD),
    ("ix_receipt_lines_untold", "receipt", "received_at", LINES_UNTOLD),
)
HOURS = "CASE rung WHEN 'due_soon' THEN -24 WHEN 'overdue_24h' THEN 24 WHEN 'overdue_96h' THEN 96 ELSE 0 END"


def upgrade() -> None:
    _add_ladder()
    _alter_alert()
    _alter_outbox()
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("covered_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_person_covered_by_id_person"), "person", ["covered_by_id"], ["id"])
    with op.batch_alter_table("api_token") as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(), nullable=False, server_default="reports"))
    with op.batch_alter_table("api_token") as batch_op:
        batch_op.alter_column("purpose", server_default=None)
    _mark_as_told()


def _mark_as_told() -> None:
    """What stood before this release is nobody's news: it is told of by no storm of emails."""
    op.add_column("repeat_flag", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE repeat_flag SET told_at = raised_at")
    op.add_column("episode", sa.Column("told_found_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("action", sa.Column("told_due_on", sa.Date(), nullable=True))
    op.execute("UPDATE action SET told_due_on = due_on WHERE due_on < CURRENT_DATE")
    op.add_column("receipt", sa.Column("lines_told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE receipt SET lines_told_at = received_at")
    for name, table, column, condition in UNTOLD:
        op.create_index(name, table, [column], sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def _add_ladder() -> None:
    op.create_table(
        "ladder_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_ladder_version_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_version")),
        sa.UniqueConstraint("version_no", name=op.f("uq_ladder_version_version_no")),
    )
    op.create_table(
        "ladder_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_look")),
    )


def _alter_alert() -> None:
    with op.batch_alter_table("alert") as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("subject_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("trigger", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("child_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("offset_hours", sa.Double(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("to_other", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("escalated_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("escalated_reason", sa.String(), nullable=True))
        batch_op.alter_column("recipient_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(op.f("fk_alert_child_id_child"), "child", ["child_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_alert_escalated_by_id_person"), "person", ["escalated_by_id"], ["id"])
    op.execute(
        "UPDATE alert SET subject = CASE WHEN episode_id IS NULL THEN 'line' ELSE 'episode' END, "
        f"subject_id = COALESCE(episode_id, line_id), offset_hours = {HOURS}"
    )
    with op.batch_alter_table("alert") as batch_op:
        batch_op.alter_column("subject", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("subject_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("offset_hours", server_default=None)
    op.create_index("ix_alert_outbox_id", "alert", ["outbox_id"])
    op.create_index(
        "ix_alert_subject", "alert", ["subject", "subject_id"],
        sqlite_where=sa.text(OTHER), postgresql_where=sa.text(OTHER),
    )  # fmt: skip


def _alter_outbox() -> None:
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("road", sa.String(), nullable=False, server_default="email"))
        batch_op.add_column(sa.Column("provider_id", sa.String(), nullable=True))
        for name in ("delivered_at", "undelivered_at", "undelivered_told_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("undelivered_why", sa.String(), nullable=True))
    op.execute(
        "UPDATE outbox SET undelivered_at = stopped_at, undelivered_why = stopped_why, undelivered_told_at = stopped_at "
        "WHERE sent_at IS NULL AND stopped_at IS NOT NULL AND stopped_why != 'no longer needed'"
    )
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.alter_column("road", server_default=None)
    op.create_index("ix_outbox_provider_id", "outbox", ["provider_id"])
    op.create_index(
        "ix_outbox_undelivered", "outbox", ["undelivered_at"],
        sqlite_where=sa.text(UNDELIVERED), postgresql_where=sa.text(UNDELIVERED),
    )  # fmt: skip


def downgrade() -> None:
    """Alerts of other triggers, and to others than people, have no place in the earlier tables."""
    op.drop_index("ix_outbox_undelivered", "outbox")
    op.drop_index("ix_outbox_provider_id", "outbox")
    with op.batch_alter_table("outbox") as batch_op:
        for name in (
            "undelivered_told_at", "undelivered_why", "undelivered_at", "delivered_at", "provider_id", "road",
        ):  # fmt: skip
            batch_op.drop_column(name)
    op.execute("DELETE FROM alert WHERE trigger IS NOT NULL OR recipient_id IS NULL")
    op.drop_index("ix_alert_subject", "alert")
    op.drop_index("ix_alert_outbox_id", "alert")
    with op.batch_alter_table("alert") as batch_op:
        batch_op.drop_constraint(op.f("fk_alert_escalated_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_alert_child_id_child"), type_="foreignkey")
        batch_op.alter_column("recipient_id", existing_type=sa.Integer(), nullable=False)
        for name in ("escalated_reason", "escalated_by_id", "to_other", "offset_hours", "child_id", "trigger", "subject_id", "subject"):
            batch_op.drop_column(name)
    for name, table, _, _ in UNTOLD:
        op.drop_index(name, table)
    op.drop_column("episode", "told_found_at")
    op.drop_column("receipt", "lines_told_at")
    op.drop_column("action", "told_due_on")
    op.drop_column("repeat_flag", "told_at")
    with op.batch_alter_table("api_token") as batch_op:
        batch_op.drop_column("purpose")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_constraint(op.f("fk_person_covered_by_id_person"), type_="foreignkey")
        batch_op.drop_column("covered_by_id")
    op.drop_table("ladder_look")
    op.drop_table("ladder_version")
