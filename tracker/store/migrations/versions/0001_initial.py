"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('due_run',
    sa.Column('work', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('work', 'key', name=op.f('pk_due_run'))
    )
    op.create_table('heartbeat',
    sa.Column('job', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('job', name=op.f('pk_heartbeat'))
    )
    op.create_table('scheduler_lease',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('token', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_scheduler_lease'))
    )
    op.create_table('team',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team')),
    sa.UniqueConstraint('name', name=op.f('uq_team_name'))
    )
    op.create_table('child',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('surname', sa.String(), nullable=False),
    sa.Column('forename', sa.String(), nullable=False),
    sa.Column('date_of_birth', sa.Date(), nullable=True),
    sa.Column('sex', sa.String(), nullable=True),
    sa.Column('ethnicity', sa.String(), nullable=True),
    sa.Column('address', sa.String(), nullable=True),
    sa.Column('postcode', sa.String(), nullable=True),
    sa.Column('council_id', sa.String(), nullable=True),
    sa.Column('responsible_authority', sa.String(), nullable=True),
    sa.Column('is_ours', sa.Boolean(), nullable=False),
    sa.Column('known_to_services', sa.Boolean(), nullable=True),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_child_team_id_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_child'))
    )
    with op.batch_alter_table('child', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_child_council_id'), ['council_id'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('away_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('away_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_signed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_person_team_id_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email'))
    )
    op.create_table('audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('previous_hash', sa.String(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['person.id'], name=op.f('fk_audit_actor_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit')),
    sa.UniqueConstraint('hash', name=op.f('uq_audit_hash'))
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index('ix_audit_actor_id', ['actor_id', 'id'], unique=False)
        batch_op.create_index('ix_audit_at', ['at'], unique=False)
        batch_op.create_index('ix_audit_subject', ['subject', 'subject_id', 'id'], unique=False)

    op.create_table('child_identifier',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_child_identifier_child_id_child')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_child_identifier'))
    )
    with op.batch_alter_table('child_identifier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_child_identifier_child_id'), ['child_id'], unique=False)
        batch_op.create_index('ix_child_identifier_kind_value', ['kind', 'value'], unique=False)

    op.create_table('child_key',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_child_key_child_id_child')),
    sa.PrimaryKeyConstraint('key', 'child_id', name=op.f('pk_child_key'))
    )
    with op.batch_alter_table('child_key', schema=None) as batch_op:
        batch_op.create_index('ix_child_key_child_id', ['child_id'], unique=False)

    op.create_table('child_name',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('surname', sa.String(), nullable=False),
    sa.Column('forename', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_child_name_child_id_child')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_child_name'))
    )
    with op.batch_alter_table('child_name', schema=None) as batch_op:
        batch_op.create_index('ix_child_name_child_id', ['child_id'], unique=False)

    op.create_table('episode',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('police_force', sa.String(), nullable=True),
    sa.Column('police_reference', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('risk', sa.String(), nullable=True),
    sa.Column('missing_from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('excluded', sa.String(), nullable=True),
    sa.Column('excluded_reason', sa.String(), nullable=True),
    sa.Column('flags', sa.JSON(), nullable=False),
    sa.Column('person_fields', sa.JSON(), nullable=False),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('as_of_line', sa.Integer(), nullable=True),
    sa.Column('setting', sa.String(), nullable=True),
    sa.Column('responsible_authority', sa.String(), nullable=True),
    sa.Column('is_ours', sa.Boolean(), nullable=False),
    sa.Column('known_to_services', sa.Boolean(), nullable=True),
    sa.Column('district', sa.String(), nullable=True),
    sa.Column('missing_from_address', sa.String(), nullable=True),
    sa.Column('last_seen_location', sa.String(), nullable=True),
    sa.Column('found_location', sa.String(), nullable=True),
    sa.Column('found_by', sa.String(), nullable=True),
    sa.Column('prevention_interview_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('prevention_interview_outcome', sa.String(), nullable=True),
    sa.Column('circumstances', sa.String(), nullable=True),
    sa.Column('interview_requested', sa.Boolean(), nullable=False),
    sa.Column('interview_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deadline_hours', sa.Integer(), nullable=True),
    sa.Column('rules_version', sa.String(), nullable=True),
    sa.Column('clock_no', sa.Integer(), nullable=False),
    sa.Column('clock_open', sa.Boolean(), nullable=False),
    sa.Column('carried_rungs', sa.JSON(), nullable=False),
    sa.Column('conflict_settled', sa.Boolean(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('sweep_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_episode_child_id_child')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_episode_created_by_id_person')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_episode_team_id_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_episode'))
    )
    with op.batch_alter_table('episode', schema=None) as batch_op:
        batch_op.create_index('ix_episode_awaiting_return', ['missing_from_at'], unique=False, sqlite_where=sa.text('returned_at IS NULL AND excluded IS NULL'), postgresql_where=sa.text('returned_at IS NULL AND excluded IS NULL'))
        batch_op.create_index('ix_episode_child_id', ['child_id', 'missing_from_at'], unique=False)
        batch_op.create_index('ix_episode_missing_from_at', ['missing_from_at'], unique=False)
        batch_op.create_index('ix_episode_open_clock', ['interview_due_at'], unique=False, sqlite_where=sa.text('clock_open = 1'), postgresql_where=sa.text('clock_open'))
        batch_op.create_index('ix_episode_returned_at', ['returned_at'], unique=False)
        batch_op.create_index('ix_episode_sweep_at', ['sweep_at'], unique=False, sqlite_where=sa.text('sweep_at IS NOT NULL'), postgresql_where=sa.text('sweep_at IS NOT NULL'))
        batch_op.create_index('uq_episode_police_key', ['police_force', 'police_reference'], unique=True)

    op.create_table('interview',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('allocated_to_id', sa.Integer(), nullable=True),
    sa.Column('allocated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('allocated_by_id', sa.Integer(), nullable=True),
    sa.Column('not_independent_reason', sa.String(), nullable=True),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_by_id', sa.Integer(), nullable=True),
    sa.Column('completed_recorded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('interviewer_name', sa.String(), nullable=True),
    sa.Column('declined_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('declined_by', sa.String(), nullable=True),
    sa.Column('decline_reason', sa.String(), nullable=True),
    sa.Column('child_was_asked', sa.Boolean(), nullable=True),
    sa.Column('child_not_asked_reason', sa.String(), nullable=True),
    sa.Column('carer_asked_instead', sa.String(), nullable=True),
    sa.Column('declined_recorded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_required_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_required_by_id', sa.Integer(), nullable=True),
    sa.Column('not_required_reason', sa.String(), nullable=True),
    sa.Column('not_required_approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_required_approved_by_id', sa.Integer(), nullable=True),
    sa.Column('not_required_refused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_required_refused_reason', sa.String(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['allocated_by_id'], ['person.id'], name=op.f('fk_interview_allocated_by_id_person')),
    sa.ForeignKeyConstraint(['allocated_to_id'], ['person.id'], name=op.f('fk_interview_allocated_to_id_person')),
    sa.ForeignKeyConstraint(['completed_by_id'], ['person.id'], name=op.f('fk_interview_completed_by_id_person')),
    sa.ForeignKeyConstraint(['not_required_approved_by_id'], ['person.id'], name=op.f('fk_interview_not_required_approved_by_id_person')),
    sa.ForeignKeyConstraint(['not_required_by_id'], ['person.id'], name=op.f('fk_interview_not_required_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interview'))
    )
    with op.batch_alter_table('interview', schema=None) as batch_op:
        batch_op.create_index('ix_interview_allocated_to_id', ['allocated_to_id'], unique=False)
        batch_op.create_index('ix_interview_completed_at', ['completed_at'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dedupe_key', sa.String(), nullable=False),
    sa.Column('message_id', sa.String(), nullable=False),
    sa.Column('template', sa.String(), nullable=False),
    sa.Column('recipient_id', sa.Integer(), nullable=True),
    sa.Column('to_address', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease', sa.String(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stopped_why', sa.String(), nullable=True),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['recipient_id'], ['person.id'], name=op.f('fk_outbox_recipient_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_outbox_dedupe_key')),
    sa.UniqueConstraint('message_id', name=op.f('uq_outbox_message_id'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_sent_at', ['sent_at'], unique=False)
        batch_op.create_index('ix_outbox_waiting', ['try_at'], unique=False, sqlite_where=sa.text('sent_at IS NULL AND stopped_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL AND stopped_at IS NULL'))

    op.create_table('person_role',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_role_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'role', name=op.f('pk_person_role'))
    )
    op.create_table('receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('feed', sa.String(), nullable=False),
    sa.Column('force', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('filename', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by_id', sa.Integer(), nullable=True),
    sa.Column('report_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_history', sa.Boolean(), nullable=False),
    sa.Column('duplicate_of_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('problem_code', sa.String(), nullable=True),
    sa.Column('problem_sentence', sa.String(), nullable=True),
    sa.Column('lines_read', sa.Integer(), nullable=True),
    sa.Column('ignored_columns', sa.JSON(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('reading', 'complete', 'refused')", name=op.f('ck_receipt_status')),
    sa.ForeignKeyConstraint(['duplicate_of_id'], ['receipt.id'], name=op.f('fk_receipt_duplicate_of_id_receipt')),
    sa.ForeignKeyConstraint(['received_by_id'], ['person.id'], name=op.f('fk_receipt_received_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt'))
    )
    with op.batch_alter_table('receipt', schema=None) as batch_op:
        batch_op.create_index('ix_receipt_reading', ['id'], unique=False, sqlite_where=sa.text("status = 'reading'"), postgresql_where=sa.text("status = 'reading'"))
        batch_op.create_index('ix_receipt_received_at', ['received_at'], unique=False)
        batch_op.create_index('ix_receipt_sha256', ['sha256'], unique=False)

    op.create_table('repeat_flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(), nullable=False),
    sa.Column('raised_on', sa.Date(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('episode_ids', sa.JSON(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by_id', sa.Integer(), nullable=True),
    sa.Column('decision', sa.String(), nullable=True),
    sa.Column('maramp_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_repeat_flag_child_id_child')),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['person.id'], name=op.f('fk_repeat_flag_reviewed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_repeat_flag'))
    )
    with op.batch_alter_table('repeat_flag', schema=None) as batch_op:
        batch_op.create_index('ix_repeat_flag_ends_on', ['ends_on'], unique=False, sqlite_where=sa.text('ended_on IS NULL AND withdrawn_at IS NULL'), postgresql_where=sa.text('ended_on IS NULL AND withdrawn_at IS NULL'))
        batch_op.create_index('ix_repeat_flag_raised_at', ['raised_at'], unique=False)
        batch_op.create_index('ix_repeat_flag_unreviewed', ['raised_at'], unique=False, sqlite_where=sa.text('reviewed_at IS NULL AND withdrawn_at IS NULL'), postgresql_where=sa.text('reviewed_at IS NULL AND withdrawn_at IS NULL'))
        batch_op.create_index('uq_repeat_flag_crossing', ['child_id', 'rule', 'raised_on'], unique=True)

    op.create_table('summary',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('cut_off', sa.DateTime(timezone=True), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('rules_version', sa.String(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('behind', sa.JSON(), nullable=False),
    sa.Column('frozen_rows', sa.JSON(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['published_by_id'], ['person.id'], name=op.f('fk_summary_published_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_summary'))
    )
    with op.batch_alter_table('summary', schema=None) as batch_op:
        batch_op.create_index('uq_summary_version', ['month', 'version'], unique=True)

    op.create_table('web_session',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_web_session_person_id_person')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_web_session'))
    )
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.create_index('ix_web_session_expires_at', ['expires_at'], unique=False)

    op.create_table('breach',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('episode_id', sa.Integer(), nullable=False),
    sa.Column('clock_no', sa.Integer(), nullable=False),
    sa.Column('breached_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('detected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('reason_note', sa.String(), nullable=True),
    sa.Column('reason_by_id', sa.Integer(), nullable=True),
    sa.Column('reason_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['episode_id'], ['episode.id'], name=op.f('fk_breach_episode_id_episode')),
    sa.ForeignKeyConstraint(['reason_by_id'], ['person.id'], name=op.f('fk_breach_reason_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breach'))
    )
    with op.batch_alter_table('breach', schema=None) as batch_op:
        batch_op.create_index('uq_breach_clock', ['episode_id', 'clock_no'], unique=True)

    op.create_table('interview_episode',
    sa.Column('interview_id', sa.Integer(), nullable=False),
    sa.Column('episode_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['episode_id'], ['episode.id'], name=op.f('fk_interview_episode_episode_id_episode')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_interview_episode_interview_id_interview')),
    sa.PrimaryKeyConstraint('interview_id', 'episode_id', name=op.f('pk_interview_episode'))
    )
    with op.batch_alter_table('interview_episode', schema=None) as batch_op:
        batch_op.create_index('ix_interview_episode_episode_id', ['episode_id'], unique=False)

    op.create_table('line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('as_of_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('episode_id', sa.Integer(), nullable=True),
    sa.Column('child_id', sa.Integer(), nullable=True),
    sa.Column('problem_code', sa.String(), nullable=True),
    sa.Column('problem_sentence', sa.String(), nullable=True),
    sa.Column('problem_fields', sa.JSON(), nullable=False),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('candidates', sa.JSON(), nullable=False),
    sa.Column('match_reasons', sa.JSON(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sweep_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('settled_how', sa.String(), nullable=True),
    sa.Column('settled_reason', sa.String(), nullable=True),
    sa.Column('corrected_cells', sa.JSON(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['child.id'], name=op.f('fk_line_child_id_child')),
    sa.ForeignKeyConstraint(['episode_id'], ['episode.id'], name=op.f('fk_line_episode_id_episode')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_line_receipt_id_receipt')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['person.id'], name=op.f('fk_line_settled_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_line'))
    )
    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.create_index('ix_line_episode_id', ['episode_id'], unique=False)
        batch_op.create_index('ix_line_receipt_line', ['receipt_id', 'line_no'], unique=True)
        batch_op.create_index('ix_line_sweep_at', ['sweep_at'], unique=False, sqlite_where=sa.text('sweep_at IS NOT NULL'), postgresql_where=sa.text('sweep_at IS NOT NULL'))
        batch_op.create_index('ix_line_waiting', ['as_of_at'], unique=False, sqlite_where=sa.text("outcome = 'quarantined' AND settled_at IS NULL"), postgresql_where=sa.text("outcome = 'quarantined' AND settled_at IS NULL"))

    op.create_table('alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('dedupe_key', sa.String(), nullable=False),
    sa.Column('episode_id', sa.Integer(), nullable=True),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('clock_no', sa.Integer(), nullable=False),
    sa.Column('rung', sa.String(), nullable=False),
    sa.Column('rungs', sa.JSON(), nullable=False),
    sa.Column('recipient_id', sa.Integer(), nullable=False),
    sa.Column('outbox_id', sa.Integer(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by_id', sa.Integer(), nullable=True),
    sa.Column('acknowledged_reason', sa.String(), nullable=True),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['person.id'], name=op.f('fk_alert_acknowledged_by_id_person')),
    sa.ForeignKeyConstraint(['episode_id'], ['episode.id'], name=op.f('fk_alert_episode_id_episode')),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_alert_line_id_line')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_alert_outbox_id_outbox')),
    sa.ForeignKeyConstraint(['recipient_id'], ['person.id'], name=op.f('fk_alert_recipient_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_alert_dedupe_key')),
    sa.UniqueConstraint('reference', name=op.f('uq_alert_reference'))
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index('ix_alert_episode_id', ['episode_id', 'clock_no'], unique=False)
        batch_op.create_index('ix_alert_line_id', ['line_id'], unique=False)
        batch_op.create_index('ix_alert_raised_at', ['raised_at'], unique=False)
        batch_op.create_index('ix_alert_recipient_id', ['recipient_id', 'raised_at'], unique=False)

    op.create_table('episode_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('episode_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('held_value', sa.String(), nullable=False),
    sa.Column('police_value', sa.String(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('took_police_value', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_episode_decision_decided_by_id_person')),
    sa.ForeignKeyConstraint(['episode_id'], ['episode.id'], name=op.f('fk_episode_decision_episode_id_episode')),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_episode_decision_line_id_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_episode_decision'))
    )
    with op.batch_alter_table('episode_decision', schema=None) as batch_op:
        batch_op.create_index('ix_episode_decision_waiting', ['raised_at'], unique=False, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
        batch_op.create_index('uq_episode_decision_value', ['episode_id', 'field', 'police_value'], unique=True)

    op.create_table('episode_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('episode_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['person.id'], name=op.f('fk_episode_version_changed_by_id_person')),
    sa.ForeignKeyConstraint(['episode_id'], ['episode.id'], name=op.f('fk_episode_version_episode_id_episode')),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_episode_version_line_id_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_episode_version'))
    )
    with op.batch_alter_table('episode_version', schema=None) as batch_op:
        batch_op.create_index('ix_episode_version_episode_id', ['episode_id', 'id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('episode_version', schema=None) as batch_op:
        batch_op.drop_index('ix_episode_version_episode_id')

    op.drop_table('episode_version')
    with op.batch_alter_table('episode_decision', schema=None) as batch_op:
        batch_op.drop_index('uq_episode_decision_value')
        batch_op.drop_index('ix_episode_decision_waiting', sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))

    op.drop_table('episode_decision')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_index('ix_alert_recipient_id')
        batch_op.drop_index('ix_alert_raised_at')
        batch_op.drop_index('ix_alert_line_id')
        batch_op.drop_index('ix_alert_episode_id')

    op.drop_table('alert')
    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.drop_index('ix_line_waiting', sqlite_where=sa.text("outcome = 'quarantined' AND settled_at IS NULL"), postgresql_where=sa.text("outcome = 'quarantined' AND settled_at IS NULL"))
        batch_op.drop_index('ix_line_sweep_at', sqlite_where=sa.text('sweep_at IS NOT NULL'), postgresql_where=sa.text('sweep_at IS NOT NULL'))
        batch_op.drop_index('ix_line_receipt_line')
        batch_op.drop_index('ix_line_episode_id')

    op.drop_table('line')
    with op.batch_alter_table('interview_episode', schema=None) as batch_op:
        batch_op.drop_index('ix_interview_episode_episode_id')

    op.drop_table('interview_episode')
    with op.batch_alter_table('breach', schema=None) as batch_op:
        batch_op.drop_index('uq_breach_clock')

    op.drop_table('breach')
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.drop_index('ix_web_session_expires_at')

    op.drop_table('web_session')
    with op.batch_alter_table('summary', schema=None) as batch_op:
        batch_op.drop_index('uq_summary_version')

    op.drop_table('summary')
    with op.batch_alter_table('repeat_flag', schema=None) as batch_op:
        batch_op.drop_index('uq_repeat_flag_crossing')
        batch_op.drop_index('ix_repeat_flag_unreviewed', sqlite_where=sa.text('reviewed_at IS NULL AND withdrawn_at IS NULL'), postgresql_where=sa.text('reviewed_at IS NULL AND withdrawn_at IS NULL'))
        batch_op.drop_index('ix_repeat_flag_raised_at')
        batch_op.drop_index('ix_repeat_flag_ends_on', sqlite_where=sa.text('ended_on IS NULL AND withdrawn_at IS NULL'), postgresql_where=sa.text('ended_on IS NULL AND withdrawn_at IS NULL'))

    op.drop_table('repeat_flag')
    with op.batch_alter_table('receipt', schema=None) as batch_op:
        batch_op.drop_index('ix_receipt_sha256')
        batch_op.drop_index('ix_receipt_received_at')
        batch_op.drop_index('ix_receipt_reading', sqlite_where=sa.text("status = 'reading'"), postgresql_where=sa.text("status = 'reading'"))

    op.drop_table('receipt')
    op.drop_table('person_role')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_waiting', sqlite_where=sa.text('sent_at IS NULL AND stopped_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL AND stopped_at IS NULL'))
        batch_op.drop_index('ix_outbox_sent_at')

    op.drop_table('outbox')
    with op.batch_alter_table('interview', schema=None) as batch_op:
        batch_op.drop_index('ix_interview_completed_at')
        batch_op.drop_index('ix_interview_allocated_to_id')

    op.drop_table('interview')
    with op.batch_alter_table('episode', schema=None) as batch_op:
        batch_op.drop_index('uq_episode_police_key')
        batch_op.drop_index('ix_episode_sweep_at', sqlite_where=sa.text('sweep_at IS NOT NULL'), postgresql_where=sa.text('sweep_at IS NOT NULL'))
        batch_op.drop_index('ix_episode_returned_at')
        batch_op.drop_index('ix_episode_open_clock', sqlite_where=sa.text('clock_open = 1'), postgresql_where=sa.text('clock_open'))
        batch_op.drop_index('ix_episode_missing_from_at')
        batch_op.drop_index('ix_episode_child_id')
        batch_op.drop_index('ix_episode_awaiting_return', sqlite_where=sa.text('returned_at IS NULL AND excluded IS NULL'), postgresql_where=sa.text('returned_at IS NULL AND excluded IS NULL'))

    op.drop_table('episode')
    with op.batch_alter_table('child_name', schema=None) as batch_op:
        batch_op.drop_index('ix_child_name_child_id')

    op.drop_table('child_name')
    with op.batch_alter_table('child_key', schema=None) as batch_op:
        batch_op.drop_index('ix_child_key_child_id')

    op.drop_table('child_key')
    with op.batch_alter_table('child_identifier', schema=None) as batch_op:
        batch_op.drop_index('ix_child_identifier_kind_value')
        batch_op.drop_index(batch_op.f('ix_child_identifier_child_id'))

    op.drop_table('child_identifier')
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_subject')
        batch_op.drop_index('ix_audit_at')
        batch_op.drop_index('ix_audit_actor_id')

    op.drop_table('audit')
    op.drop_table('person')
    with op.batch_alter_table('child', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_child_council_id'))

    op.drop_table('child')
    op.drop_table('team')
    op.drop_table('scheduler_lease')
    op.drop_table('heartbeat')
    op.drop_table('due_run')
