"""Actions: what is to be done for a child, by whom, by when; and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.rows_for_change import CHANGED_MEANWHILE, refuse_unseen_child
from tracker.services.transaction import writing
from tracker.store import audit, people
from tracker.store.models import (
    Action,
    Episode,
    GroupItem,
    Interview,
    InterviewEpisode,
    Maramp,
    Person,
    StrategyMeeting,
)
from tracker.store.visibility import SEES_ALL

OWNERS = SEES_ALL | {Role.INTERVIEWER}
"""Roles that may have actions: those that work with children's records. Anybody else is named."""

MOST = 2_000
"""Characters of a text."""

_UNKNOWN = FormProblem("unknown_action", "There is no such action.", ("action_id",))
_UNKNOWN_CHILD = FormProblem("unknown_child", "There is no such child.", ("child_id",))


def add_action(
    context: Context,
    *,
    child_id: int,
    what: str,
    due_on: date,
    owner_id: int | None = None,
    owner_name: str | None = None,
    asked_by_child: bool = False,
    episode_id: int | None = None,
    interview_id: int | None = None,
    meeting_id: int | None = None,
    maramp_id: int | None = None,
    answers: Sequence[str] = (),
) -> int:
    """The new action's id. It has one owner: somebody who signs in here, or somebody else by name.

    It comes from one thing at most: where several are given, from the interview, else the meeting, else the MARAMP,
    else the episode. `answers`: of a MARAMP's, codes of what the interviews say that it answers (core.said).
    Refused: an unknown child, owner or source; no text; a day that has passed (in London).
    """
    with writing() as session:
        audit.hold_chain(session)
        refuse_unseen_child(session, context, child_id, _UNKNOWN_CHILD)
        given = NewAction(what, due_on, owner_id, owner_name, asked_by_child, tuple(answers))
        return write_action(session, context, child_id, given, _source(episode_id, interview_id, meeting_id, maramp_id))


@dataclass(frozen=True)
class NewAction:
    """What is to be done, by whom and by when, as it is typed. `answers`: of a MARAMP's, what it answers."""

    what: str
    due_on: date
    owner_id: int | None = None
    owner_name: str | None = None
    asked_by_child: bool = False
    answers: tuple[str, ...] = ()


def write_action(session: Session, context: Context, child_id: int, given: NewAction, source: Mapping[str, int]) -> int:
    """The same in a transaction under way, for a child whom the actor may see; `source` by the name of its column."""
    what, owner_name = given.what.strip(), (given.owner_name or "").strip() or None
    problems = _problems(session, what, given.owner_id, owner_name)
    if given.due_on < local_date(context.now):
        problems.append(_passed())
    problems += _source_problems(session, child_id, source)
    if problems:
        raise Refused(problems)
    row = Action(
        child_id=child_id, what=what, due_on=given.due_on, owner_id=given.owner_id, owner_name=owner_name,
        asked_by_child=given.asked_by_child, created_at=context.now, created_by_id=context.actor.person_id,
        answers=list(given.answers), **source,
    )  # fmt: skip
    session.add(row)
    session.flush()
    details = {"child_id": child_id, **source}
    audit.record(session, "action_added", context.actor, context.now, "action", row.id, details)
    return row.id


def change_action(
    context: Context,
    *,
    action_id: int,
    version: int,
    what: str,
    due_on: date,
    owner_id: int | None = None,
    owner_name: str | None = None,
    asked_by_child: bool = False,
) -> tuple[str, ...]:
    """The names of what changed. Refused as above, where it is done or withdrawn, or the day is moved into the past."""
    with writing() as session:
        row = _for_change(session, context, action_id, version)
        _refuse_closed(row)
        values: dict[str, object] = {
            "what": what.strip(), "due_on": due_on, "owner_id": owner_id,
            "owner_name": (owner_name or "").strip() or None, "asked_by_child": asked_by_child,
        }  # fmt: skip
        changed = tuple(name for name, value in values.items() if getattr(row, name) != value)
        stays = "owner_id" not in changed
        problems = _problems(session, what.strip(), owner_id, values["owner_name"], may_have_left=stays)
        if "due_on" in changed and due_on < local_date(context.now):
            problems.append(_passed())
        if problems:
            raise Refused(problems)
        if changed:
            for name in changed:
                setattr(row, name, values[name])
            _record(session, context, row, "action_changed", {"changed": sorted(changed)})
        return changed


def set_answers(context: Context, *, action_id: int, version: int, answers: Sequence[str]) -> None:
    """Which of what the interviews say an action of a MARAMP answers. Done ones too; one withdrawn answers nothing."""
    with writing() as session:
        row = _for_change(session, context, action_id, version)
        if row.maramp_id is None or row.withdrawn_at is not None:
            raise Refused(FormProblem("not_of_a_plan", "This action is not part of a MARAMP."))
        row.answers = list(answers)
        _record(session, context, row, "action_answers_changed")


def finish_action(
    context: Context, *, action_id: int, version: int, outcome: str, done_at: datetime | None = None
) -> None:
    """Done, when (now, unless it is said), and what came of it. Its owner may, whether or not they see the child."""
    with writing() as session:
        row = _for_change(session, context, action_id, version, or_own=True)
        write_done(session, context, row, outcome, done_at)


def write_done(session: Session, context: Context, row: Action, outcome: str, done_at: datetime | None = None) -> None:
    """The same in a transaction under way, of an action that is held and that the actor may finish."""
    _refuse_closed(row)
    problems = _text_problems(outcome.strip(), "outcome", "Write what came of it.")
    if done_at is not None and done_at > context.now:
        problems.append(FormProblem("in_the_future", "This lies in the future. Check it.", ("done_at",)))
    if problems:
        raise Refused(problems)
    row.done_at, row.done_by_id, row.outcome = done_at or context.now, context.actor.person_id, outcome.strip()
    _record(session, context, row, "action_done")


def reopen_action(context: Context, *, action_id: int, version: int) -> None:
    """It proves not to be done, or wanted after all. What was written of it stays until it is done again."""
    with writing() as session:
        row = _for_change(session, context, action_id, version)
        if row.done_at is None and row.withdrawn_at is None:
            raise Refused(FormProblem("still_open", "This action is open already."))
        row.done_at = row.done_by_id = None
        row.withdrawn_at = row.withdrawn_by_id = None
        _record(session, context, row, "action_reopened")


def withdraw_action(context: Context, *, action_id: int, version: int, reason: str) -> None:
    """It is not to be done any more. Kept, with the reason."""
    with writing() as session:
        row = _for_change(session, context, action_id, version)
        _refuse_closed(row)
        if problems := _text_problems(reason.strip(), "reason", "Write why it is not to be done."):
            raise Refused(problems)
        row.withdrawn_at, row.withdrawn_by_id = context.now, context.actor.person_id
        row.withdrawn_reason = reason.strip()
        _record(session, context, row, "action_withdrawn")


def _for_change(session: Session, context: Context, action_id: int, version: int, *, or_own: bool = False) -> Action:
    """The row, locked. Refused where the actor does not see its child; `or_own`: nor owns it."""
    audit.hold_chain(session)
    query = select(Action).where(Action.id == action_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise Refused(_UNKNOWN)
    if not (or_own and row.owner_id is not None and row.owner_id == context.actor.person_id):
        refuse_unseen_child(session, context, row.child_id, _UNKNOWN)
    if row.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return row


def _record(
    session: Session, context: Context, row: Action, action: str, details: dict[str, object] | None = None
) -> None:
    audit.record(
        session, action, context.actor, context.now, "action", row.id, {"child_id": row.child_id, **(details or {})}
    )


def _refuse_closed(row: Action) -> None:
    if row.done_at is not None or row.withdrawn_at is not None:
        raise Refused(FormProblem("closed", "This action is done or withdrawn. Open it again first."))


def _passed() -> FormProblem:
    return FormProblem("in_the_past", "This day has passed. Enter today or a later day.", ("due_on",))


def _text_problems(text: str, field: str, missing: str) -> list[FormProblem]:
    if not text:
        return [FormProblem("missing_value", missing, (field,))]
    if len(text) > MOST:
        return [FormProblem("too_long", f"Write at most {MOST:,} characters.", (field,))]
    return []


def _problems(
    session: Session, what: str, owner_id: int | None, owner_name: object, *, may_have_left: bool = False
) -> list[FormProblem]:
    """`may_have_left`: the owner is the one that it had already."""
    found = _text_problems(what, "what", "Write what is to be done.")
    if (owner_id is None) == (owner_name is None):
        sentence = "Choose who is to do it, or enter the name of somebody who does not sign in here: one of the two."
        found.append(FormProblem("one_owner", sentence, ("owner_id", "owner_name")))
    elif isinstance(owner_name, str) and len(owner_name) > 200:
        found.append(FormProblem("too_long", "Write at most 200 characters.", ("owner_name",)))
    elif owner_id is not None and not may_have_left:
        person = session.get(Person, owner_id)
        if person is None or not person.is_active or not people.roles_of(person) & OWNERS:
            found.append(FormProblem("unknown_owner", "Choose somebody from the list.", ("owner_id",)))
    return found


def _source(
    episode_id: int | None, interview_id: int | None, meeting_id: int | None, maramp_id: int | None
) -> dict[str, int]:
    """One source: of an interview's episodes another may be moved away, and the action stays with its interview."""
    if interview_id is not None:
        return {"interview_id": interview_id}
    if meeting_id is not None:
        return {"meeting_id": meeting_id}
    if maramp_id is not None:
        return {"maramp_id": maramp_id}
    return {} if episode_id is None else {"episode_id": episode_id}


def _source_problems(session: Session, child_id: int, source: Mapping[str, int]) -> list[FormProblem]:
    queries = {
        "episode_id": select(Episode.id).where(Episode.child_id == child_id, Episode.joined_into_id.is_(None)),
        "meeting_id": select(StrategyMeeting.id).where(StrategyMeeting.child_id == child_id),
        "group_item_id": select(GroupItem.id).where(GroupItem.child_id == child_id),
        "maramp_id": select(Maramp.id).where(Maramp.child_id == child_id, Maramp.closed_at.is_(None)),
        "interview_id": select(Interview.id)
        .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(Episode.child_id == child_id),
    }
    columns = {
        "episode_id": Episode.id, "meeting_id": StrategyMeeting.id, "group_item_id": GroupItem.id,
        "maramp_id": Maramp.id, "interview_id": Interview.id,
    }  # fmt: skip
    return [
        FormProblem("unknown_source", "This is not a record of this child.", (name,))
        for name, id_ in source.items()
        if session.scalar(queries[name].where(columns[name] == id_).limit(1)) is None
    ]
