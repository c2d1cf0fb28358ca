"""Figures of a period that are counted in the background, and the ids behind each."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ASKED = sa.text("made_at IS NULL AND failed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "kept_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("rules_mark", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_by", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cut_off", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rules_version", sa.String(), nullable=True),
        sa.Column("last_change", sa.Integer(), nullable=True),
        sa.Column("document", sa.JSON(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_kept_figures_asked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_figures")),
    )
    op.create_index("ix_kept_figures_days", "kept_figures", ["start_on", "end_on"])
    op.create_index(
        "uq_kept_figures_asked",
        "kept_figures",
        ["start_on", "end_on", "rules_mark"],
        unique=True,
        sqlite_where=ASKED,
        postgresql_where=ASKED,
    )
    op.create_table(
        "kept_figure_ids",
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("cohort", sa.String(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["kept_id"], ["kept_figures.id"], name=op.f("fk_kept_figure_ids_kept_id_kept_figures")),
        sa.PrimaryKeyConstraint("kept_id", "key", "cohort", name=op.f("pk_kept_figure_ids")),
    )


def downgrade() -> None:
    op.drop_table("kept_figure_ids")
    op.drop_table("kept_figures")
