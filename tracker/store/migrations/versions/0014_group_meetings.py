"""The operational group's meetings: agenda, decisions, minutes; actions that come from them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ACTION_UNTOLD = "done_at IS NULL AND withdrawn_at IS NULL AND (told_due_on IS NULL OR told_due_on != due_on)"
NOT_CLOSED = sa.text("closed_at IS NULL AND cancelled_at IS NULL")


def upgrade() -> None:
    _add_meetings()
    _add_items()
    for table in ("group_member", "minutes_note", "group_item"):
        op.create_index(f"ix_{table}_meeting_id", table, ["meeting_id"])
    op.create_index("ix_group_item_child_id", "group_item", ["child_id"])
    with op.batch_alter_table("action") as batch_op:
        batch_op.add_column(sa.Column("group_item_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_action_group_item_id_group_item"), "group_item", ["group_item_id"], ["id"])
    op.create_index("ix_action_group_item_id", "action", ["group_item_id"])
    # SQLite copied the table and made its indexes anew; of two that serve alike it takes the one made last.
    op.drop_index("ix_action_untold", "action")
    where = sa.text(ACTION_UNTOLD)
    op.create_index("ix_action_untold", "action", ["due_on"], sqlite_where=where, postgresql_where=where)


def _add_meetings() -> None:
    op.create_table(
        "group_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meets_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("chair", sa.String(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("other_business", sa.String(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_reason", sa.String(), nullable=True),
        sa.Column("minutes", sa.JSON(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_people("group_meeting", "planned_by_id", "started_by_id", "closed_by_id", "cancelled_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_meeting")),
    )
    op.create_index("ix_group_meeting_meets_at", "group_meeting", ["meets_at"])
    op.create_index(
        "ix_group_meeting_not_closed",
        "group_meeting",
        ["meets_at"],
        sqlite_where=NOT_CLOSED,
        postgresql_where=NOT_CLOSED,
    )
    op.create_table(
        "group_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("attendance", sa.String(), nullable=True),
        _of_meeting("group_member"),
        *_people("group_member", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
    )
    op.create_table(
        "minutes_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        _of_meeting("minutes_note"),
        *_people("minutes_note", "added_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_note")),
    )


def _add_items() -> None:
    op.create_table(
        "group_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("asked_why", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("left_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_out_by_id", sa.Integer(), nullable=True),
        sa.Column("left_out_reason", sa.String(), nullable=True),
        sa.Column("discussion", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decision_words", sa.String(), nullable=True),
        sa.Column("maramp_on", sa.Date(), nullable=True),
        sa.Column("bring_back_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("strategy_meeting_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_meeting("group_item"),
        *_people("group_item", "added_by_id", "left_out_by_id", "decided_by_id"),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_group_item_child_id_child")),
        sa.ForeignKeyConstraint(
            ["strategy_meeting_id"], ["strategy_meeting.id"], name=op.f("fk_group_item_strategy_meeting_id_strategy_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_item")),
    )


def _of_meeting(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_meeting_id_group_meeting")
    return sa.ForeignKeyConstraint(["meeting_id"], ["group_meeting.id"], name=name)


def _people(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person")) for column in columns
    ]


def downgrade() -> None:
    op.drop_index("ix_action_group_item_id", table_name="action")
    with op.batch_alter_table("action") as batch_op:
        batch_op.drop_constraint(op.f("fk_action_group_item_id_group_item"), type_="foreignkey")
        batch_op.drop_column("group_item_id")
    for table in ("minutes_note", "group_item", "group_member", "group_meeting"):
        op.drop_table(table)
