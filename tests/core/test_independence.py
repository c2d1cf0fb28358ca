"""Whoever cares for the child is known by address or by name; nobody else is."""

import pytest

from tracker.core.independence import KnownContact, cares_as
from tracker.core.interview_terms import CARES_FOR_CHILD, ContactRelation

WORKER = KnownContact(ContactRelation.SOCIAL_WORKER, "Łucja O’Invented-Brïn", "lucja@council.invalid")


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Somebody Else", " LUCJA@council.invalid "),
        ("lucja oinvented brin", "other@council.invalid"),
        ("O'Invented-Brin, Lucja", "other@council.invalid"),
    ],
)
def test_known_by_address_or_by_name(name: str, email: str) -> None:
    assert cares_as(name, email, [WORKER]) is ContactRelation.SOCIAL_WORKER


def test_somebody_else_is_independent_as_far_as_is_known() -> None:
    assert cares_as("Lucja Invented", "other@council.invalid", [WORKER]) is None
    assert cares_as("Lucja", "", [KnownContact(ContactRelation.PLACEMENT, "", None)]) is None


@pytest.mark.parametrize("relation", list(ContactRelation))
def test_only_those_who_care_for_the_child_count(relation: ContactRelation) -> None:
    found = cares_as("Ada Invented", "ada@council.invalid", [KnownContact(relation, "Ada Invented")])
    assert (found is relation) is (relation in CARES_FOR_CHILD)
