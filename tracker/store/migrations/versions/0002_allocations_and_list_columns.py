"""Every allocation of an interview; what lists of episodes filter by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interview_allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("allocated_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_allocation_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interview_allocation_person_id_person")),
        sa.ForeignKeyConstraint(
            ["allocated_by_id"], ["person.id"], name=op.f("fk_interview_allocation_allocated_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_allocation")),
    )
    op.create_index("ix_interview_allocation_interview_id", "interview_allocation", ["interview_id"])
    op.create_index("ix_interview_allocation_person_id", "interview_allocation", ["person_id"])
    op.add_column("episode", sa.Column("closed_as", sa.String(), nullable=True))
    op.add_column("episode", sa.Column("needs_decision", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_episode_closed_as", "episode", ["closed_as", "missing_from_at"])
    op.create_index(
        "ix_episode_needs_decision",
        "episode",
        ["missing_from_at"],
        sqlite_where=sa.text("needs_decision = 1"),
        postgresql_where=sa.text("needs_decision"),
    )


def downgrade() -> None:
    op.drop_index("ix_episode_needs_decision", "episode")
    op.drop_index("ix_episode_closed_as", "episode")
    with op.batch_alter_table("episode") as batch_op:
        batch_op.drop_column("needs_decision")
        batch_op.drop_column("closed_as")
    op.drop_table("interview_allocation")
