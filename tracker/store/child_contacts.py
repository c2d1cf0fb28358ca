"""Whom to ring about a child: those not removed."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.independence import KnownContact
from tracker.core.interview_terms import ContactRelation
from tracker.store.models import ChildContact

_ORDER = {relation: place for place, relation in enumerate(ContactRelation)}


def contacts_of(session: Session, child_id: int) -> list[ChildContact]:
    """The child first, then those who care for them; the oldest entry first among equals."""
    query = select(ChildContact).where(ChildContact.child_id == child_id, ChildContact.removed_at.is_(None))
    rows = session.scalars(query.order_by(ChildContact.id))
    return sorted(rows, key=lambda row: _ORDER[ContactRelation(row.relation)])


def known_contacts(session: Session, child_ids: Collection[int]) -> dict[int, list[KnownContact]]:
    """Child id → who is known around them, as the rules know it; children with nobody are left out."""
    query = select(ChildContact).where(ChildContact.child_id.in_(child_ids), ChildContact.removed_at.is_(None))
    found: dict[int, list[KnownContact]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.child_id].append(KnownContact(ContactRelation(row.relation), row.name, row.email))
    return found
