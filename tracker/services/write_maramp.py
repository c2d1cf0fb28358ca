"""MARAMPs: opened, written as a draft, published as a version, closed and opened again.

A draft belongs to whoever writes it. Publishing is refused with a Conflict where somebody else published meanwhile: the
draft stays as it is beside the newer version, until its writer has looked at that and goes on from it.
"""

from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.maramp import LONGEST, MarampPlan, missing_in, plan_of, too_long
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.frequent_access import refuse_unseen_frequent
from tracker.services.rows_for_change import CHANGED_MEANWHILE
from tracker.services.transaction import writing
from tracker.store import audit, maramps, people
from tracker.store.models import Maramp, MarampDraft, MarampVersion, Person, RepeatFlagRow
from tracker.store.visibility import SEES_ALL

MOST = 2_000
"""Characters of a reason."""

NEWER_VERSION = FormProblem(
    "newer_version",
    "Somebody else published a newer version while you wrote. Your draft is kept. Look at what changed, then go on.",
)
_UNKNOWN = FormProblem("unknown_maramp", "There is no such MARAMP.", ("maramp_id",))
_UNKNOWN_CHILD = FormProblem("unknown_child", "There is no such child.", ("child_id",))


def open_maramp(context: Context, *, child_id: int, flag_id: int | None = None) -> int:
    """A new one, with nothing in it yet; its id. `flag_id`: the flag whose review asked for it.

    Refused: an unknown child, a flag of another, or one is open already.
    """
    with writing() as session:
        audit.hold_chain(session)
        refuse_unseen_frequent(session, context, child_id, _UNKNOWN_CHILD)
        if maramps.open_of_children(session, [child_id]):
            raise Refused(FormProblem("already_open", "This child has an open MARAMP already."))
        flag = session.get(RepeatFlagRow, flag_id) if flag_id is not None else None
        if flag_id is not None and (flag is None or flag.child_id != child_id):
            raise Refused(FormProblem("unknown_flag", "There is no such flag.", ("flag_id",)))
        row = Maramp(
            child_id=child_id, opened_at=context.now, opened_by_id=context.actor.person_id,
            next_review_on=flag.maramp_on if flag else None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        _record(session, context, row, "maramp_opened", flag_id=flag_id)
        return row.id


def save_draft(context: Context, *, maramp_id: int, plan: MarampPlan, version: int, based_on: int) -> int:
    """Keep what this person has written so far; the draft's version. `version` 0: they have none yet.

    `based_on`: the number of the published version that their page showed. Refused: closed, or too long. Conflict: the
    draft was saved meanwhile, from another window.
    """
    with writing() as session:
        row = _open_row(session, context, maramp_id)
        if too_long(plan):
            raise Refused(FormProblem("too_long", f"Write at most {LONGEST:,} characters in each box."))
        draft = _own_draft(session, context, maramp_id)
        if (draft.version if draft else 0) != version:
            raise Conflict(CHANGED_MEANWHILE)
        if draft is None:
            draft = MarampDraft(maramp_id=row.id, person_id=_person(context), based_on=based_on)
            session.add(draft)
        draft.content, draft.saved_at = plan.plain(), context.now
        session.flush()
        _record(session, context, row, "maramp_draft_saved")
        return draft.version


def discard_draft(context: Context, *, maramp_id: int, version: int) -> None:
    """The draft goes; the published versions stay."""
    with writing() as session:
        row, draft = _draft_for_change(session, context, maramp_id, version)
        session.delete(draft)
        _record(session, context, row, "maramp_draft_discarded")


def go_on_from(context: Context, *, maramp_id: int, version: int, number: int) -> None:
    """The writer has looked at version `number`: their draft, as it is, is meant to come after it."""
    with writing() as session:
        row, draft = _draft_for_change(session, context, maramp_id, version)
        if number != row.version_no:
            raise Conflict(NEWER_VERSION)
        draft.based_on = number
        _record(session, context, row, "maramp_draft_saved")


def publish(context: Context, *, maramp_id: int, version: int, why: str) -> int:
    """The draft becomes the next version; its number. `why`: what moved the plan on; for people who compare versions.

    Steps: 1. the draft as its page showed it; 2. a newer version than it began from is a Conflict that keeps both; 3.
    refused where the plan lacks what its readers need; 4. the version is kept, and lead and review day are taken from
    it; 5. the draft goes. A new review day may be told of again when it is over.
    """
    with writing() as session:
        row, draft = _draft_for_change(session, context, maramp_id, version)
        if draft.based_on != row.version_no:
            raise Conflict(NEWER_VERSION)
        plan = plan_of(draft.content)
        _refuse_unless_whole(session, context, row, plan, why.strip())
        row.version_no += 1
        row.lead_id, row.lead_name, row.next_review_on = plan.lead_id, plan.lead_name or None, plan.next_review_on
        session.add(
            MarampVersion(
                maramp_id=row.id, number=row.version_no, content=draft.content, why=why.strip(),
                published_at=context.now, published_by_id=context.actor.person_id,
            )
        )  # fmt: skip
        session.delete(draft)
        _record(session, context, row, "maramp_published", number=row.version_no)
        return row.version_no


def close_maramp(context: Context, *, maramp_id: int, version: int, reason: str) -> None:
    """It is not needed any more. Kept, with the reason; drafts stay, for it may be opened again."""
    with writing() as session:
        row = _for_change(session, context, maramp_id, version)
        if row.closed_at is not None:
            raise Refused(FormProblem("closed", "This MARAMP is closed already."))
        row.closed_reason = _reason(reason, "reason", "Write why it is closed.")
        row.closed_at, row.closed_by_id = context.now, context.actor.person_id
        _record(session, context, row, "maramp_closed")


def reopen_maramp(context: Context, *, maramp_id: int, version: int) -> None:
    """It is needed after all. Refused where another was opened meanwhile."""
    with writing() as session:
        row = _for_change(session, context, maramp_id, version)
        if row.closed_at is None:
            raise Refused(FormProblem("still_open", "This MARAMP is open already."))
        if maramps.open_of_children(session, [row.child_id]):
            raise Refused(FormProblem("already_open", "This child has an open MARAMP already."))
        row.closed_at = row.closed_by_id = None
        _record(session, context, row, "maramp_reopened")


def _refuse_unless_whole(session: Session, context: Context, row: Maramp, plan: MarampPlan, why: str) -> None:
    problems = [
        FormProblem("missing_value", one.sentence, (f"{one.key}-{one.field}" if one.key else one.field,))
        for one in missing_in(plan, local_date(context.now))
    ]
    if plan.lead_id is not None and plan.lead_id != row.lead_id and not _may_lead(session, plan.lead_id):
        problems.append(FormProblem("unknown_lead", "Choose the lead professional from the list.", ("lead_id",)))
    if not why:
        problems.append(FormProblem("missing_value", "Write why the plan is changed, or that it is new.", ("why",)))
    elif len(why) > MOST:
        problems.append(FormProblem("too_long", f"Write at most {MOST:,} characters.", ("why",)))
    if problems:
        raise Refused(problems)


def _may_lead(session: Session, person_id: int) -> bool:
    person = session.get(Person, person_id)
    return person is not None and person.is_active and bool(people.roles_of(person) & SEES_ALL)


def _reason(text: str, field: str, missing: str) -> str:
    if not text.strip():
        raise Refused(FormProblem("missing_value", missing, (field,)))
    if len(text.strip()) > MOST:
        raise Refused(FormProblem("too_long", f"Write at most {MOST:,} characters.", (field,)))
    return text.strip()


def _for_change(session: Session, context: Context, maramp_id: int, version: int | None = None) -> Maramp:
    """The row, locked. Refused where the actor may not see its child; Conflict where it is not as their page showed."""
    audit.hold_chain(session)
    row = maramps.held(session, maramp_id)
    if row is None:
        raise Refused(_UNKNOWN)
    refuse_unseen_frequent(session, context, row.child_id, _UNKNOWN)
    if version is not None and row.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return row


def _open_row(session: Session, context: Context, maramp_id: int) -> Maramp:
    row = _for_change(session, context, maramp_id)
    if row.closed_at is not None:
        raise Refused(FormProblem("closed", "This MARAMP is closed. Open it again first."))
    return row


def _draft_for_change(session: Session, context: Context, maramp_id: int, version: int) -> tuple[Maramp, MarampDraft]:
    row = _open_row(session, context, maramp_id)
    draft = _own_draft(session, context, maramp_id)
    if draft is None or draft.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return row, draft


def _own_draft(session: Session, context: Context, maramp_id: int) -> MarampDraft | None:
    return session.get(MarampDraft, (maramp_id, _person(context)), populate_existing=True)


def _person(context: Context) -> int:
    if context.actor.person_id is None:
        raise Refused(FormProblem("no_person", "A plan is written by a person."))
    return context.actor.person_id


def _record(session: Session, context: Context, row: Maramp, action: str, **more: object) -> None:
    details = {"maramp_id": row.id, **more}
    audit.record(session, action, context.actor, context.now, "child", row.child_id, details)
