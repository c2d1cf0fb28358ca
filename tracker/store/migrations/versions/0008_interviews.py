"""The course of an interview, its form, actions, strategy meetings, whom to ring."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TO_WRITE_UP = "completed_at IS NOT NULL AND written_up_at IS NULL AND NOT written_elsewhere"
TO_REVIEW = (
    "approved_at IS NULL AND returned_at IS NULL AND closed_at IS NULL AND NOT written_elsewhere "
    "AND (written_up_at IS NOT NULL OR (declined_at IS NOT NULL AND completed_at IS NULL))"
)
BY = ("written_up", "approved", "closed")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _instants(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in names]


def upgrade() -> None:
    _create_tables()
    op.add_column("episode", sa.Column("prevention_interview_raised_harm", sa.Boolean(), nullable=True))
    op.add_column("episode", *_instants("meeting_check_at"))
    _partial("ix_episode_meeting_check_at", "episode", ["meeting_check_at"], "meeting_check_at IS NOT NULL")
    # Whoever is missing now is looked at once, by the next sweep.
    op.execute(
        "UPDATE episode SET meeting_check_at = missing_from_at "
        "WHERE found_at IS NULL AND returned_at IS NULL AND excluded IS NULL AND joined_into_id IS NULL"
    )
    with op.batch_alter_table("interview_allocation") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="allocated"))
        batch_op.add_column(sa.Column("independent", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("not_independent_reason", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(), nullable=True))
    with op.batch_alter_table("interview_allocation") as batch_op:
        batch_op.alter_column("kind", server_default=None)
    _alter_interview()


def _alter_interview() -> None:
    with op.batch_alter_table("interview") as batch_op:
        for name in ("offered_to", "accepted_by", "entered_offered_to", "entered_accepted_by"):
            batch_op.add_column(sa.Column(name, sa.String(), nullable=True))
        for column in _instants(
            "accepted_at", "entered_offered_at", "entered_accepted_at", "planned_at", "form_started_at", "written_up_at",
            "returned_at", "approved_at", "closed_at",
        ):  # fmt: skip
            batch_op.add_column(column)
        for name in (*(f"{what}_by_id" for what in BY), "form_version_id"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("written_elsewhere", sa.Boolean(), nullable=False, server_default=sa.false()))
        for what in BY:
            batch_op.create_foreign_key(op.f(f"fk_interview_{what}_by_id_person"), "person", [f"{what}_by_id"], ["id"])
        batch_op.create_foreign_key(
            op.f("fk_interview_form_version_id_interview_form_version"),
            "interview_form_version",
            ["form_version_id"],
            ["id"],
        )
    with op.batch_alter_table("interview") as batch_op:
        batch_op.alter_column("written_elsewhere", server_default=None)
    op.execute("UPDATE interview SET entered_offered_at = offered_at")  # all that could be said of an offer until now
    # What was settled before there was a form here is written up elsewhere, and waits for nobody.
    closed_at = "COALESCE(completed_recorded_at, declined_recorded_at, not_required_approved_at)"
    op.execute(
        f"UPDATE interview SET written_elsewhere = {'TRUE' if op.get_bind().dialect.name == 'postgresql' else '1'}, "
        f"closed_at = {closed_at} WHERE {closed_at} IS NOT NULL"
    )
    _partial("ix_interview_planned_at", "interview", ["planned_at"], "planned_at IS NOT NULL")
    _partial("ix_interview_to_write_up", "interview", ["completed_at", "allocated_to_id"], TO_WRITE_UP)
    _partial("ix_interview_to_review", "interview", ["written_up_at"], TO_REVIEW)


def _create_tables() -> None:
    op.create_table(
        "interview_form_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_form_version")),
        sa.UniqueConstraint("sha256", name=op.f("uq_interview_form_version_sha256")),
    )
    op.create_table(
        "child_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_child_contact_added_by_id_person")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_child_contact_child_id_child")),
        sa.ForeignKeyConstraint(["removed_by_id"], ["person.id"], name=op.f("fk_child_contact_removed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_contact")),
    )
    op.create_index("ix_child_contact_child_id", "child_contact", ["child_id"])
    op.create_table(
        "authority_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_how", sa.String(), nullable=False),
        sa.Column("asked_of", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answer_note", sa.String(), nullable=True),
        sa.Column("answer_recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_recorded_by_id"], ["person.id"], name=op.f("fk_authority_request_answer_recorded_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_authority_request_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_authority_request_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_request")),
    )
    op.create_index("ix_authority_request_interview_id", "authority_request", ["interview_id"])
    _partial(
        "ix_authority_request_unanswered", "authority_request", ["asked_at"], "answer IS NULL AND withdrawn_at IS NULL"
    )
    op.create_table(
        "contact_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("with_whom", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_contact_attempt_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_contact_attempt_recorded_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["person.id"], name=op.f("fk_contact_attempt_withdrawn_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
    )
    op.create_index("ix_contact_attempt_interview_id", "contact_attempt", ["interview_id", "at"])
    op.create_table(
        "interview_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("comments", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_interview_review_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_review_interview_id_interview")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_review")),
    )
    op.create_index("ix_interview_review_interview_id", "interview_review", ["interview_id"])
    op.create_table(
        "interview_section",
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_section_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_interview_section_saved_by_id_person")),
        sa.PrimaryKeyConstraint("interview_id", "section", name=op.f("pk_interview_section")),
    )
    op.create_table(
        "interview_section_conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("answers_sha256", sa.String(), nullable=False),
        sa.Column("based_on_version", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_section_conflict_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(
            ["kept_by_id"], ["person.id"], name=op.f("fk_interview_section_conflict_kept_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_interview_section_conflict_settled_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_section_conflict")),
        sa.UniqueConstraint(
            "interview_id",
            "section",
            "kept_by_id",
            "based_on_version",
            "answers_sha256",
            name=op.f("uq_interview_section_conflict_interview_id"),
        ),
    )
    op.create_index("ix_interview_section_conflict_interview_id", "interview_section_conflict", ["interview_id"])
    op.create_table(
        "interview_section_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_section_version_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["person.id"], name=op.f("fk_interview_section_version_saved_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_section_version")),
    )
    op.create_index(
        "ix_interview_section_version_of", "interview_section_version", ["interview_id", "section", "version"]
    )
    op.create_table(
        "interview_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("calendar_uid", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("not_held_reason", sa.String(), nullable=True),
        sa.Column("ended_note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_interview_visit_ended_by_id_person")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_visit_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_interview_visit_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_visit")),
    )
    op.create_index("ix_interview_visit_interview_id", "interview_visit", ["interview_id"])
    op.create_table(
        "police_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_how", sa.String(), nullable=True),
        sa.Column("sent_to", sa.String(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_police_share_created_by_id_person")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_police_share_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_police_share_sent_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_police_share")),
    )
    op.create_index("ix_police_share_interview_id", "police_share", ["interview_id"])
    _partial("ix_police_share_open", "police_share", ["created_at"], "acknowledged_at IS NULL AND withdrawn_at IS NULL")
    op.create_table(
        "strategy_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=True),
        sa.Column("flag_id", sa.Integer(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("not_needed_reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_strategy_meeting_asked_by_id_person")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_strategy_meeting_child_id_child")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_strategy_meeting_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_strategy_meeting_episode_id_episode")),
        sa.ForeignKeyConstraint(["flag_id"], ["repeat_flag.id"], name=op.f("fk_strategy_meeting_flag_id_repeat_flag")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy_meeting")),
        sa.UniqueConstraint("key", name=op.f("uq_strategy_meeting_key")),
    )
    op.create_index("ix_strategy_meeting_child_id", "strategy_meeting", ["child_id"])
    _partial(
        "ix_strategy_meeting_standing",
        "strategy_meeting",
        ["due_at"],
        "held_at IS NULL AND decided_at IS NULL AND withdrawn_at IS NULL",
    )
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=True),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("asked_by_child", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_name", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_action_child_id_child")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_action_created_by_id_person")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_action_done_by_id_person")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_action_episode_id_episode")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_action_interview_id_interview")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["strategy_meeting.id"], name=op.f("fk_action_meeting_id_strategy_meeting")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_action_owner_id_person")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["person.id"], name=op.f("fk_action_withdrawn_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
    )
    op.create_index("ix_action_child_id", "action", ["child_id"])
    op.create_index("ix_action_interview_id", "action", ["interview_id"])
    _partial("ix_action_open", "action", ["due_on"], "done_at IS NULL AND withdrawn_at IS NULL")
    _partial("ix_action_owner_open", "action", ["owner_id", "due_on"], "done_at IS NULL AND withdrawn_at IS NULL")


def downgrade() -> None:
    for name in ("planned_at", "to_write_up", "to_review"):
        op.drop_index(f"ix_interview_{name}", "interview")
    with op.batch_alter_table("interview") as batch_op:
        batch_op.drop_constraint(op.f("fk_interview_form_version_id_interview_form_version"), type_="foreignkey")
        for what in BY:
            batch_op.drop_constraint(op.f(f"fk_interview_{what}_by_id_person"), type_="foreignkey")
        for name in (
            "offered_to",
            "accepted_by",
            "entered_offered_to",
            "entered_accepted_by",
            "accepted_at",
            "entered_offered_at",
            "entered_accepted_at",
            "planned_at",
            "form_started_at",
            "written_up_at",
            "returned_at",
            "approved_at",
            "closed_at",
            *(f"{what}_by_id" for what in BY),
            "form_version_id",
            "written_elsewhere",
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("interview_allocation") as batch_op:
        for name in ("kind", "independent", "not_independent_reason", "note"):
            batch_op.drop_column(name)
    op.drop_index("ix_episode_meeting_check_at", "episode")
    with op.batch_alter_table("episode") as batch_op:
        batch_op.drop_column("meeting_check_at")
        batch_op.drop_column("prevention_interview_raised_harm")
    for table in (
        "action",
        "strategy_meeting",
        "police_share",
        "interview_visit",
        "interview_section_version",
        "interview_section_conflict",
        "interview_section",
        "interview_review",
        "contact_attempt",
        "authority_request",
        "child_contact",
        "interview_form_version",
    ):
        op.drop_table(table)
