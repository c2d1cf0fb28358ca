"""Feeds saved in the database, each change a version."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_feed_version_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_version")),
    )
    op.create_index("uq_feed_version_name", "feed_version", ["name", "version_no"], unique=True)
    op.create_table(
        "feed_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.String(), nullable=True),
        sa.Column("based_on_version", sa.Integer(), nullable=True),
        sa.Column("sample", sa.LargeBinary(), nullable=True),
        sa.Column("filename", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_feed_draft_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_draft")),
    )
    op.create_index("uq_feed_draft_person_id", "feed_draft", ["person_id"], unique=True)
    op.create_index("ix_feed_draft_updated_at", "feed_draft", ["updated_at"])
    op.add_column("receipt", sa.Column("feed_version", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.drop_column("feed_version")
    op.drop_table("feed_draft")
    op.drop_table("feed_version")
