"""Published months say why a further version was issued and what it corrects, and bear the lead's commentary."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BY = "fk_summary_commentary_by_id_person"

ENDS = ("returned_at", "found_at")


def upgrade() -> None:
    with op.batch_alter_table("summary") as batch_op:
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("corrections", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("commentary", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("commentary_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("commentary_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f(BY), "person", ["commentary_by_id"], ["id"])
    op.create_table(
        "month_commentary",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["person.id"], name=op.f("fk_month_commentary_written_by_id_person")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_month_commentary")),
    )
    # Whose absence reaches over the first day of a period is answered from these alone.
    op.drop_index("ix_episode_returned_at", "episode")
    for name in ENDS:
        op.create_index(f"ix_episode_{name}", "episode", [name, "missing_from_at", "child_id"])


def downgrade() -> None:
    for name in ENDS:
        op.drop_index(f"ix_episode_{name}", "episode")
    op.create_index("ix_episode_returned_at", "episode", ["returned_at"])
    op.drop_table("month_commentary")
    with op.batch_alter_table("summary") as batch_op:
        batch_op.drop_constraint(op.f(BY), type_="foreignkey")
        for name in ("commentary_at", "commentary_by_id", "commentary", "corrections", "reason"):
            batch_op.drop_column(name)
