"""Correct what is held of a child: the name, the date of birth, the address, who is responsible."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.services.context import Context
from tracker.services.episode_facts import clean
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.find_children import is_ours
from tracker.services.follow_up import follow_up_child, follow_up_episode
from tracker.services.rows_for_change import CHANGED_MEANWHILE, refuse_unseen_child
from tracker.services.transaction import writing
from tracker.store import audit, children, episodes
from tracker.store.models import Child, Episode, Team

CORRECTABLE = (
    "surname", "forename", "date_of_birth", "sex", "ethnicity", "address", "postcode", "council_id",
    "responsible_authority", "is_ours", "known_to_services", "team_id",
)  # fmt: skip
"""The fields that a person may correct; a value of None takes the held one away."""

_NEVER_EMPTY = frozenset({"surname", "forename", "is_ours"})
_UNKNOWN = FormProblem("unknown_child", "There is no such child.", ("child_id",))


def correct_child(context: Context, *, child_id: int, version: int, values: Mapping[str, object]) -> tuple[str, ...]:
    """Write what differs; the names of what changed. A former name stays known, so that reports still find the child.

    A date of birth decides whether an episode is an adult's, so every episode is followed up. Raises Conflict where
    somebody changed the child meanwhile, ValueError for a field that no page may correct.
    """
    if not set(values) <= set(CORRECTABLE):
        raise ValueError(f"not correctable: {sorted(set(values) - set(CORRECTABLE))}")
    given = clean(values)
    if given.get("responsible_authority") is not None and "is_ours" not in given:
        given["is_ours"] = is_ours(str(given["responsible_authority"]), context)
    with writing() as session:
        audit.hold_chain(session)
        refuse_unseen_child(session, context, child_id, _UNKNOWN)
        row = session.get_one(Child, child_id, with_for_update=True, populate_existing=True)
        if row.version != version:
            raise Conflict(CHANGED_MEANWHILE)
        changed = {name: value for name, value in given.items() if getattr(row, name) != value}
        problems = _problems(session, changed, context)
        if problems:
            raise Refused(problems)
        if changed:
            _write(session, row, changed, context)
        return tuple(changed)


def _problems(session: Session, changed: Mapping[str, object], context: Context) -> list[FormProblem]:
    found = [
        FormProblem("missing_value", "This cannot be left empty.", (name,))
        for name, value in changed.items()
        if name in _NEVER_EMPTY and value is None
    ]
    born = changed.get("date_of_birth")
    if born is not None and born > local_date(context.now):  # type: ignore[operator]
        sentence = "This date of birth lies in the future. Check it."
        found.append(FormProblem("in_the_future", sentence, ("date_of_birth",)))
    if changed.get("team_id") is not None and session.get(Team, changed["team_id"]) is None:
        found.append(FormProblem("unknown_team", "There is no such team.", ("team_id",)))
    return found


def _write(session: Session, row: Child, changed: Mapping[str, object], context: Context) -> None:
    old_team = row.team_id
    for name, value in changed.items():
        setattr(row, name, value)
    session.flush()
    children.learn(session, {row.id: [children.as_reported(row)]})
    children.renew_keys(session, [row.id])  # former names are looked for with the new date of birth too
    details = {"changed": sorted(changed), "by_hand": sorted(changed)}
    audit.record(session, "child_changed", context.actor, context.now, "child", row.id, details)
    for episode in session.scalars(select(Episode).where(Episode.child_id == row.id)).all():
        if "team_id" in changed and episode.team_id == old_team:
            values = {"team_id": row.team_id}
            episodes.write_changes(session, episode, values, context.now, person_id=context.actor.person_id)
        follow_up_episode(session, episode, context)
    follow_up_child(session, row.id, context)
