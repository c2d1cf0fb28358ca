"""Receipts: progress, corrected lines, loads undone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = "status IN ('reading', 'complete', 'refused')"
AFTER = "status IN ('reading', 'complete', 'refused', 'undoing', 'undone')"


def upgrade() -> None:
    op.add_column("line", sa.Column("taught", sa.JSON(), nullable=True))
    op.add_column("child", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("receipt", sa.Column("lines_total", sa.Integer(), nullable=True))
    op.add_column("receipt", sa.Column("columns", sa.JSON(), nullable=True))
    _allow_states(AFTER)
    op.create_index("ix_receipt_force", "receipt", ["force", "report_at"])
    op.create_index(
        "ix_receipt_undoing",
        "receipt",
        ["id"],
        sqlite_where=sa.text("status = 'undoing'"),
        postgresql_where=sa.text("status = 'undoing'"),
    )
    op.create_table(
        "load_undo",
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("after_line", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_load_undo_receipt_id_receipt")),
        sa.ForeignKeyConstraint(["started_by_id"], ["person.id"], name=op.f("fk_load_undo_started_by_id_person")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_load_undo")),
    )
    op.create_table(
        "undone_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("became", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_undone_row_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undone_row")),
    )
    op.create_index("uq_undone_row_subject", "undone_row", ["receipt_id", "subject", "subject_id"], unique=True)
    op.create_table(
        "reexamination",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_audit_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("after_line_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reexamination")),
    )


def downgrade() -> None:
    """Refused by the check where a load was undone: the release before knows no such state."""
    op.drop_table("reexamination")
    op.drop_table("undone_row")
    op.drop_table("load_undo")
    op.drop_index("ix_receipt_undoing", "receipt")
    op.drop_index("ix_receipt_force", "receipt")
    _allow_states(BEFORE)
    for table, names in (("receipt", ("columns", "lines_total")), ("child", ("undone_at",)), ("line", ("taught",))):
        with op.batch_alter_table(table) as batch_op:
            for name in names:
                batch_op.drop_column(name)


def _allow_states(condition: str) -> None:
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.drop_constraint(op.f("ck_receipt_status"), type_="check")
        batch_op.create_check_constraint(op.f("ck_receipt_status"), condition)
