"""Whether somebody who is to hold an interview is independent of the child's care (definitions §1). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.core.interview_terms import CARES_FOR_CHILD, ContactRelation
from tracker.core.names import fold_name


@dataclass(frozen=True)
class KnownContact:
    """Somebody around a child, as far as it tells whether they care for the child."""

    relation: ContactRelation
    name: str
    email: str | None = None


def cares_as(name: str, email: str, contacts: Iterable[KnownContact]) -> ContactRelation | None:
    """As what a person of this name and address cares for the child whose contacts these are; None: as nothing known.

    Known by the e-mail address in whatever case, else by the same name: accents, apostrophes and the order of its
    parts make no difference. A namesake is taken for the person: a reason is asked for, and "a namesake" is one.
    """
    who, address = _folded(name), _address(email)
    for contact in contacts:
        if contact.relation not in CARES_FOR_CHILD:
            continue
        if (address and _address(contact.email) == address) or (who and _folded(contact.name) == who):
            return contact.relation
    return None


def _folded(name: str) -> tuple[str, ...]:
    return tuple(sorted(fold_name(name).split()))


def _address(email: str | None) -> str:
    return (email or "").strip().casefold()
