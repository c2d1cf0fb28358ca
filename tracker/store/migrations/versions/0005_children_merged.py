"""Children merged, and decisions that can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _when_and_by(what: str) -> list[sa.Column]:
    return [
        sa.Column(f"{what}_at", sa.DateTime(timezone=True), nullable=what == "undone"),
        sa.Column(f"{what}_by_id", sa.Integer(), nullable=True),
    ]


def _foreign(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _add_reference(table: str, column: str, other: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f(f"fk_{table}_{column}_{other}"), other, [column], ["id"])


REFERENCES = (
    ("child", "merged_into_id", "child"),
    ("child_name", "added_by_id", "person"),
    ("child_identifier", "added_by_id", "person"),
    ("episode", "joined_into_id", "episode"),
)


def upgrade() -> None:
    for reference in REFERENCES:
        _add_reference(*reference)
    for table, column in (("child", "merged_into_id"), ("episode", "joined_into_id")):
        held = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=held, postgresql_where=held)
    op.create_table(
        "child_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        *_when_and_by("merged"),
        sa.Column("moved", sa.JSON(), nullable=False),
        *_when_and_by("undone"),
        _foreign("child_merge", "kept_id", "child"),
        _foreign("child_merge", "gone_id", "child"),
        _foreign("child_merge", "merged_by_id", "person"),
        _foreign("child_merge", "undone_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_merge")),
    )
    op.create_index("ix_child_merge_kept_id", "child_merge", ["kept_id"])
    op.create_index("ix_child_merge_gone_id", "child_merge", ["gone_id"])
    op.create_table(
        "episode_join",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("joined_id", sa.Integer(), nullable=False),
        *_when_and_by("joined"),
        sa.Column("moved", sa.JSON(), nullable=False),
        *_when_and_by("undone"),
        _foreign("episode_join", "kept_id", "episode"),
        _foreign("episode_join", "joined_id", "episode"),
        _foreign("episode_join", "joined_by_id", "person"),
        _foreign("episode_join", "undone_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode_join")),
    )
    op.create_index("ix_episode_join_kept_id", "episode_join", ["kept_id"])
    op.create_index("ix_episode_join_joined_id", "episode_join", ["joined_id"])
    op.create_table(
        "match_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=True),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        *_when_and_by("decided"),
        *_when_and_by("undone"),
        sa.Column("undone_reason", sa.String(), nullable=True),
        _foreign("match_decision", "line_id", "line"),
        _foreign("match_decision", "child_id", "child"),
        _foreign("match_decision", "decided_by_id", "person"),
        _foreign("match_decision", "undone_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_decision")),
    )
    op.create_index("ix_match_decision_line_id", "match_decision", ["line_id"])


def downgrade() -> None:
    for table in ("match_decision", "episode_join", "child_merge"):
        op.drop_table(table)
    op.drop_index("ix_child_merged_into_id", "child")
    op.drop_index("ix_episode_joined_into_id", "episode")
    for table, column, other in reversed(REFERENCES):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"fk_{table}_{column}_{other}"), type_="foreignkey")
            batch_op.drop_column(column)
