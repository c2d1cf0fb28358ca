"""MARAMPs with their versions and drafts, actions that come from them, and the quality checks of interviews."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = "closed_at IS NULL"
UNTOLD = (
    "closed_at IS NULL AND next_review_on IS NOT NULL "
    "AND (told_review_on IS NULL OR told_review_on != next_review_on)"
)
ACTION_UNTOLD = "done_at IS NULL AND withdrawn_at IS NULL AND (told_due_on IS NULL OR told_due_on != due_on)"


def upgrade() -> None:
    _add_maramp()
    _add_versions()
    _add_checks()
    with op.batch_alter_table("action") as batch_op:
        batch_op.add_column(sa.Column("maramp_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.create_foreign_key(op.f("fk_action_maramp_id_maramp"), "maramp", ["maramp_id"], ["id"])
    with op.batch_alter_table("action") as batch_op:
        batch_op.alter_column("answers", server_default=None)
    op.create_index("ix_action_maramp_id", "action", ["maramp_id"])
    _renew_index_of_untold_actions()


def _renew_index_of_untold_actions() -> None:
    """SQLite copied the table and made its indexes anew; of two that serve alike it takes the one made last."""
    op.drop_index("ix_action_untold", "action")
    where = sa.text(ACTION_UNTOLD)
    op.create_index("ix_action_untold", "action", ["due_on"], sqlite_where=where, postgresql_where=where)


def _add_maramp() -> None:
    op.create_table(
        "maramp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("lead_name", sa.String(), nullable=True),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("told_review_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_maramp_child_id_child")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_maramp_opened_by_id_person")),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_maramp_lead_id_person")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_maramp_closed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maramp")),
    )
    op.create_index("ix_maramp_child_id", "maramp", ["child_id"])
    for name, condition in (("ix_maramp_open", OPEN), ("ix_maramp_untold", UNTOLD)):
        where = sa.text(condition)
        op.create_index(name, "maramp", ["next_review_on"], sqlite_where=where, postgresql_where=where)


def _add_versions() -> None:
    op.create_table(
        "maramp_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("maramp_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["maramp_id"], ["maramp.id"], name=op.f("fk_maramp_version_maramp_id_maramp")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_maramp_version_published_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maramp_version")),
        sa.UniqueConstraint("maramp_id", "number", name=op.f("uq_maramp_version_maramp_id")),
    )
    op.create_table(
        "maramp_draft",
        sa.Column("maramp_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["maramp_id"], ["maramp.id"], name=op.f("fk_maramp_draft_maramp_id_maramp")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_maramp_draft_person_id_person")),
        sa.PrimaryKeyConstraint("maramp_id", "person_id", name=op.f("pk_maramp_draft")),
    )


def _add_checks() -> None:
    op.create_table(
        "quality_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("heard", "understood", "done")),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_quality_check_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_quality_check_checked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_check")),
        sa.UniqueConstraint("interview_id", "role", "number", name=op.f("uq_quality_check_interview_id")),
    )


def downgrade() -> None:
    op.drop_index("ix_action_maramp_id", "action")
    with op.batch_alter_table("action") as batch_op:
        batch_op.drop_constraint(op.f("fk_action_maramp_id_maramp"), type_="foreignkey")
        batch_op.drop_column("answers")
        batch_op.drop_column("maramp_id")
    for name in ("quality_check", "maramp_draft", "maramp_version", "maramp"):
        op.drop_table(name)
