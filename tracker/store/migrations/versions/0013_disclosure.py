"""What has left the group: published quarters, and answers to requests."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("cut_off", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules_version", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        *_when_and_by("edition", "issued", optional=False),
        *_when_and_by("edition", "withdrawn", optional=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
    )
    op.create_index("uq_edition_first_on", "edition", ["first_on"], unique=True)
    op.create_table(
        "foi_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        *_when_and_by("foi_answer", "answered", optional=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foi_answer")),
    )
    op.create_index("ix_foi_answer_first_on", "foi_answer", ["first_on"])


def _when_and_by(table: str, what: str, *, optional: bool) -> tuple[sa.Column, sa.Column, sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_{what}_by_id_person")
    return (
        sa.Column(f"{what}_at", sa.DateTime(timezone=True), nullable=optional),
        sa.Column(f"{what}_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint([f"{what}_by_id"], ["person.id"], name=name),
    )


def downgrade() -> None:
    op.drop_index("ix_foi_answer_first_on", "foi_answer")
    op.drop_table("foi_answer")
    op.drop_index("uq_edition_first_on", "edition")
    op.drop_table("edition")
