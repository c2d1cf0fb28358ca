"""Other names and numbers of a child, added or taken away by a person: kept for matching, whatever the reports say."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.merge_children import FORMER_COUNCIL_ID
from tracker.services.rows_for_change import CHANGED_MEANWHILE, refuse_unseen_child
from tracker.services.transaction import writing
from tracker.store import audit, children
from tracker.store.children import identifier_kind
from tracker.store.models import Child, ChildIdentifier, ChildName

OTHER_SYSTEM = "other_system"
"""A number of a system that sends no reports: a school's, a health service's."""


def kinds_of_numbers(forces: Collection[str]) -> tuple[str, ...]:
    """The kinds under which a number can be kept, by the forces whose reports come."""
    return (*(identifier_kind(force) for force in sorted(set(forces))), FORMER_COUNCIL_ID, OTHER_SYSTEM)


def add_name(context: Context, *, child_id: int, surname: str, forename: str) -> None:
    """Another name by which the child is known; a report under it finds the child from now on."""
    surname, forename = surname.strip(), forename.strip()
    problems = [
        FormProblem("missing_value", "Write the name.", (field,))
        for field, text in (("surname", surname), ("forename", forename))
        if not text
    ]
    if problems:
        raise Refused(problems)
    with writing() as session:
        child = _held(session, context, child_id)
        held = select(ChildName).where(ChildName.child_id == child.id, ChildName.surname == surname)
        if session.scalar(held.where(ChildName.forename == forename).limit(1)) is not None:
            raise Refused(FormProblem("held_already", "This name is held already.", ("surname",)))
        by = context.actor.person_id
        session.add(ChildName(child_id=child.id, surname=surname, forename=forename, added_by_id=by))
        _found_by(session, child, "child_name_added", {}, context)


def remove_name(context: Context, *, child_id: int, name_id: int) -> None:
    """It proved to be wrong. The name that the child bears now is corrected instead."""
    with writing() as session:
        child = _held(session, context, child_id)
        held = session.get(ChildName, name_id)
        if held is None or held.child_id != child.id:
            raise Conflict(CHANGED_MEANWHILE)
        name = (held.surname, held.forename)
        if name == (child.surname, child.forename):
            sentence = "This is the child’s present name. Correct it instead."
            raise Refused(FormProblem("present_name", sentence))
        of_the_same = select(ChildName).where(ChildName.child_id == child.id)
        for one in session.scalars(of_the_same.where(ChildName.surname == name[0], ChildName.forename == name[1])):
            session.delete(one)
        _found_by(session, child, "child_name_removed", {}, context)


def add_number(context: Context, *, child_id: int, kind: str, value: str, forces: Collection[str]) -> None:
    """The child's number in another system; a police force's own finds the child from now on."""
    value = value.strip()
    if not value:
        raise Refused(FormProblem("missing_value", "Write the number.", ("value",)))
    if kind not in kinds_of_numbers(forces):
        raise Refused(FormProblem("unknown_kind", "Choose whose number it is.", ("kind",)))
    with writing() as session:
        child = _held(session, context, child_id)
        held = select(ChildIdentifier.child_id).where(ChildIdentifier.kind == kind, ChildIdentifier.value == value)
        holders = set(session.scalars(held))
        if child.id in holders:
            raise Refused(FormProblem("held_already", "This number is held already.", ("value",)))
        if holders:
            other = min(holders)
            sentence = f"Child {other} has this number. If they are one child, merge the two records instead."
            raise Refused(FormProblem("number_of_another", sentence, ("value",)))
        by = context.actor.person_id
        session.add(ChildIdentifier(child_id=child.id, kind=kind, value=value, added_by_id=by))
        _found_by(session, child, "child_number_added", {"kind": kind}, context)


def remove_number(context: Context, *, child_id: int, number_id: int) -> None:
    with writing() as session:
        child = _held(session, context, child_id)
        held = session.get(ChildIdentifier, number_id)
        if held is None or held.child_id != child.id:
            raise Conflict(CHANGED_MEANWHILE)
        kind = held.kind
        session.delete(held)
        _found_by(session, child, "child_number_removed", {"kind": kind}, context)


def _held(session: Session, context: Context, child_id: int) -> Child:
    audit.hold_chain(session)
    refuse_unseen_child(session, context, child_id, FormProblem("unknown_child", "There is no such child."))
    return session.get_one(Child, child_id, with_for_update=True, populate_existing=True)


def _found_by(session: Session, child: Child, action: str, details: dict[str, object], context: Context) -> None:
    """By what is held now, and by nothing else."""
    children.renew_keys(session, [child.id])
    audit.record(session, action, context.actor, context.now, "child", child.id, details)
