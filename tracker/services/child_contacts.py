"""Whom to ring about a child: added, changed, removed. One removed is kept, with who removed it and when."""

from sqlalchemy.orm import Session

from tracker.core.interview_terms import ContactRelation
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.rows_for_change import CHANGED_MEANWHILE, refuse_unseen_child
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.models import ChildContact

FEWEST_DIGITS = 5
"""A number with fewer is no telephone number of this country."""


def add_contact(
    context: Context,
    *,
    child_id: int,
    relation: ContactRelation,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    note: str | None = None,
) -> int:
    """The contact's id. The telephone number is kept as typed."""
    values = _values(relation, name, phone, email, note)
    with writing() as session:
        audit.hold_chain(session)
        refuse_unseen_child(session, context, child_id, _UNKNOWN_CHILD)
        row = ChildContact(child_id=child_id, added_at=context.now, added_by_id=context.actor.person_id, **values)
        session.add(row)
        session.flush()
        _record(session, context, "child_contact_added", row)
        return row.id


def change_contact(
    context: Context,
    *,
    contact_id: int,
    version: int,
    relation: ContactRelation,
    name: str,
    phone: str | None = None,
    email: str | None = None,
    note: str | None = None,
) -> None:
    """Every value anew. Conflict where somebody else changed or removed it since the page was shown."""
    values = _values(relation, name, phone, email, note)
    with writing() as session:
        row = _for_change(session, context, contact_id, version)
        changed = sorted(key for key, value in values.items() if getattr(row, key) != value)
        if not changed:
            return
        for key in changed:
            setattr(row, key, values[key])
        _record(session, context, "child_contact_changed", row, changed=changed)


def remove_contact(context: Context, *, contact_id: int, version: int) -> None:
    """No longer rung, and no longer asked about when an interview is allocated."""
    with writing() as session:
        row = _for_change(session, context, contact_id, version)
        row.removed_at, row.removed_by_id = context.now, context.actor.person_id
        _record(session, context, "child_contact_removed", row)


_UNKNOWN_CHILD = FormProblem("unknown_child", "There is no such child.", ("child_id",))
_UNKNOWN = FormProblem("unknown_contact", "There is no such contact.", ("contact_id",))


def _values(
    relation: ContactRelation, name: str, phone: str | None, email: str | None, note: str | None
) -> dict[str, object]:
    given = {"phone": phone, "email": email, "note": note}
    values: dict[str, object] = {key: (value or "").strip() or None for key, value in given.items()}
    problems = []
    if not name.strip():
        problems.append(FormProblem("missing_value", "Write a name.", ("name",)))
    if values["phone"] and sum(letter.isdigit() for letter in phone or "") < FEWEST_DIGITS:
        sentence = "This is no telephone number. Words about it belong in the note."
        problems.append(FormProblem("no_telephone_number", sentence, ("phone",)))
    if values["email"] and not _is_address(str(values["email"])):
        problems.append(FormProblem("no_email_address", "This is no e-mail address. Check it.", ("email",)))
    if problems:
        raise Refused(problems)
    return {"relation": str(relation), "name": name.strip(), **values}


def _is_address(text: str) -> bool:
    before, _, after = text.partition("@")
    return bool(before and "." in after.strip(".")) and "@" not in after and not any(map(str.isspace, text))


def _for_change(session: Session, context: Context, contact_id: int, version: int) -> ChildContact:
    audit.hold_chain(session)
    row = session.get(ChildContact, contact_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise Refused(_UNKNOWN)
    refuse_unseen_child(session, context, row.child_id, _UNKNOWN)
    if row.removed_at is not None or row.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return row


def _record(session: Session, context: Context, action: str, row: ChildContact, **more: object) -> None:
    details = {"contact_id": row.id, **more}
    audit.record(session, action, context.actor, context.now, "child", row.child_id, details)
