"""What the watched folder and the HTTPS pull remember."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "folder_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=True),
        sa.Column("inode", sa.String(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_to", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_folder_file_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder_file")),
    )
    op.create_index(
        "ix_folder_file_waits",
        "folder_file",
        ["feed", "name"],
        unique=True,
        sqlite_where=sa.text("receipt_id IS NULL"),
        postgresql_where=sa.text("receipt_id IS NULL"),
    )
    op.create_index(
        "ix_folder_file_stays",
        "folder_file",
        ["feed", "name", "size", "mtime_ns", "sha256"],
        unique=True,
        sqlite_where=sa.text("receipt_id IS NOT NULL AND moved_at IS NULL"),
        postgresql_where=sa.text("receipt_id IS NOT NULL AND moved_at IS NULL"),
    )
    op.create_index("ix_folder_file_receipt_id", "folder_file", ["receipt_id"], unique=True)
    op.create_table(
        "road_state",
        sa.Column("road", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("sentence", sa.String(), nullable=True),
        sa.Column("url_sha256", sa.String(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_road_state_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("road", "name", name=op.f("pk_road_state")),
    )


def downgrade() -> None:
    op.drop_table("road_state")
    op.drop_table("folder_file")
