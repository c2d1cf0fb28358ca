"""Who holds an interview: allocated, allocated to another, handed over, covered for; and whether they are independent.

Each use case returns the interviews' ids. Whoever is named among the child's contacts as caring for the child is not
independent (definitions §1): they hold it only with a reason.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.independence import cares_as
from tracker.core.interview_terms import AllocationKind, ContactRelation
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.interview_rows import being_arranged, write_interview
from tracker.services.rows_for_change import episode_for_change, episodes_for_change, interview_for_change
from tracker.services.transaction import writing
from tracker.store import child_contacts, people
from tracker.store.models import Episode, Interview, InterviewAllocation, Person

MAY_INTERVIEW = frozenset({Role.INTERVIEWER, Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE})
"""Who may be given an interview: those who can then see the child."""

MAY_ALLOCATE = frozenset({Role.LEAD, Role.MANAGER})
"""Who may hand over an interview that somebody else holds."""

_CARES = {
    ContactRelation.PARENT_OR_CARER: "a parent or carer",
    ContactRelation.PLACEMENT: "the placement",
    ContactRelation.SOCIAL_WORKER: "the social worker",
}
_REASON = "not_independent_reason"


@dataclass(frozen=True)
class _Said:
    """What whoever allocates said of it. `independent` None: nobody was asked."""

    independent: bool | None = None
    reason: str | None = None
    note: str | None = None


_NOTHING_SAID = _Said()


def allocate(
    context: Context,
    *,
    episode_id: int,
    person_id: int,
    independent: bool | None = None,
    not_independent_reason: str | None = None,
    note: str | None = None,
) -> int:
    """Give the interview to a person. The same person again, with nothing new said of it, changes nothing.

    Refused (`not_independent`) where the child's contacts name them as caring for the child and no reason is given.
    """
    said = _said(independent, not_independent_reason, note)
    with writing() as session:
        episode = episode_for_change(session, context, episode_id)
        person = _who_may_hold(session, person_id)
        _refuse_dependent(session, [episode], person, said)
        return _allocate(session, context, episode, person, said)


def bulk_allocate(context: Context, *, episode_ids: Collection[int], person_id: int) -> tuple[int, ...]:
    """All or none, each its own interview."""
    with writing() as session:
        episodes = episodes_for_change(session, context, episode_ids)
        person = _who_may_hold(session, person_id)
        _refuse_dependent(session, episodes, person, _NOTHING_SAID)
        ordered = sorted(episodes, key=lambda row: row.id)
        return tuple(_allocate(session, context, row, person, _NOTHING_SAID) for row in ordered)


def hand_over(
    context: Context,
    *,
    interview_id: int,
    person_id: int,
    independent: bool | None,
    not_independent_reason: str | None = None,
    note: str | None = None,
) -> int:
    """To another person, with a word for them; by whoever has it, or by somebody who may allocate.

    Held and not yet closed, it may be handed over as well: the next writes it up.
    """
    said = _said(independent, not_independent_reason, note)
    with writing() as session:
        row, covered = interview_for_change(session, context, interview_id)
        _refuse_strangers(session, context, row)
        person = _who_may_hold(session, person_id)
        if row.allocated_to_id == person.id:
            raise Refused(FormProblem("holds_it_already", "This person has it already.", ("person_id",)))
        _refuse_finished(row)
        _refuse_dependent(session, covered[:1], person, said)
        kind = AllocationKind.HANDED_OVER if row.allocated_to_id else AllocationKind.ALLOCATED
        _give(session, context, row, person, kind, said)
        return row.id


def cover(context: Context, *, interview_ids: Collection[int], person_id: int) -> tuple[int, ...]:
    """Many at once, because whoever has them is away: all or none. Those that the person has already stay theirs."""
    with writing() as session:
        person = _who_may_hold(session, person_id)
        held = [interview_for_change(session, context, id_) for id_ in sorted(set(interview_ids))]
        _refuse_dependent(session, [covered[0] for _, covered in held], person, _NOTHING_SAID)
        for row, _ in held:
            _refuse_finished(row)
            if row.allocated_to_id != person.id:
                kind = AllocationKind.COVER if row.allocated_to_id else AllocationKind.ALLOCATED
                _give(session, context, row, person, kind, _NOTHING_SAID)
        return tuple(row.id for row, _ in held)


def _said(independent: bool | None, reason: str | None, note: str | None) -> _Said:
    """A reason says that they are not; refused where they are said not to be, and no reason is given."""
    given = (reason or "").strip() or None
    if independent is False and given is None:
        sentence = "Say why somebody who is not independent holds it."
        raise Refused(FormProblem("missing_value", sentence, (_REASON,)))
    return _Said(False if given else independent, given, (note or "").strip() or None)


def _who_may_hold(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None or not person.is_active or not people.roles_of(person) & MAY_INTERVIEW:
        sentence = "Choose somebody who works here and may hold interviews."
        raise Refused(FormProblem("cannot_interview", sentence, ("person_id",)))
    return person


def _refuse_dependent(session: Session, episodes: Sequence[Episode], person: Person, said: _Said) -> None:
    """Refused where a child's contacts name the person as caring for them and no reason is given. No child is named."""
    if said.reason is not None:
        return
    known = child_contacts.known_contacts(session, {row.child_id for row in episodes})
    found = [cares_as(person.name, person.email, known.get(row.child_id, ())) for row in episodes]
    caring = [relation for relation in found if relation is not None]
    if not caring:
        return
    sentence = (
        f"The child’s contacts name this person as {_CARES[caring[0]]}, so they are not independent. Say why they hold "
        "it, or choose somebody else."
    )
    if len(episodes) > 1:
        sentence = (
            f"For {len(caring)} of the {len(episodes)} chosen, this person is named as somebody who cares for the "
            "child, so they are not independent. Choose somebody else, or leave those out and allocate each by itself, "
            "with the reason."
        )
    raise Refused(FormProblem("not_independent", sentence, (_REASON, "person_id")))


def _refuse_strangers(session: Session, context: Context, row: Interview) -> None:
    actor_id = context.actor.person_id
    if actor_id in (None, row.allocated_to_id):
        return
    if not people.roles_of(session.get_one(Person, actor_id)) & MAY_ALLOCATE:
        sentence = "Whoever has the interview hands it over, or the lead or a manager does."
        raise Refused(FormProblem("not_theirs", sentence, ("person_id",)))


def _refuse_finished(row: Interview) -> None:
    finished = (row.not_required_approved_at, row.approved_at, row.closed_at)
    if any(finished):
        raise Refused(FormProblem("already_closed", "Nothing is left to do of this interview."))


def _allocate(session: Session, context: Context, episode: Episode, person: Person, said: _Said) -> int:
    row = being_arranged(session, episode, context)
    if row.allocated_to_id == person.id:
        if said != _NOTHING_SAID:
            _say_anew(session, context, row, said)
        return row.id
    kind = AllocationKind.REALLOCATED if row.allocated_to_id else AllocationKind.ALLOCATED
    _give(session, context, row, person, kind, said, cover=[episode])
    return row.id


def _give(
    session: Session,
    context: Context,
    row: Interview,
    person: Person,
    kind: AllocationKind,
    said: _Said,
    cover: Sequence[Episode] = (),
) -> None:
    before = row.allocated_to_id
    session.add(
        InterviewAllocation(
            interview_id=row.id, person_id=person.id, allocated_at=context.now,
            allocated_by_id=context.actor.person_id, kind=str(kind), independent=said.independent,
            not_independent_reason=said.reason, note=said.note,
        )
    )  # fmt: skip
    values: dict[str, object] = {
        "allocated_to_id": person.id,
        "allocated_at": context.now,
        "allocated_by_id": context.actor.person_id,
        _REASON: said.reason,
    }
    details = {"allocated_to_id": person.id, "from_id": before, "kind": str(kind), "independent": said.independent}
    write_interview(session, row, values, context, "interview_allocated", details, cover=cover)


def _say_anew(session: Session, context: Context, row: Interview, said: _Said) -> None:
    """The same person, with something else said of it: their allocation says it from now on."""
    query = select(InterviewAllocation).where(
        InterviewAllocation.interview_id == row.id, InterviewAllocation.person_id == row.allocated_to_id
    )
    held = session.scalar(query.order_by(InterviewAllocation.id.desc()).limit(1))
    values: dict[str, object] = {_REASON: said.reason}
    if held is not None:
        note = said.note or held.note
        if (held.independent, held.not_independent_reason, held.note) == (said.independent, said.reason, note):
            return
        held.independent, held.not_independent_reason, held.note = said.independent, said.reason, note
    details = {"allocated_to_id": row.allocated_to_id, "independent": said.independent}
    write_interview(session, row, values, context, "interview_allocated", details)
