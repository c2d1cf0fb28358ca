"""Three invented children on a repeat flag, for the tests of the group's pages: their ids, in order of name."""

from datetime import timedelta

from tests import factories
from tests.conftest import NOON
from tests.web.day import context_of
from tracker.services.transaction import writing

NAMES = (("Ada", "Testly"), ("Ben", "Madeup"), ("Cai", "Inventson"))


def flag_three(people: dict[str, int]) -> list[int]:
    """Each went missing three times in ten days, and so is on both rules."""
    made = []
    for forename, surname in NAMES:
        with writing() as current:
            child = factories.child(current, surname, forename)
            for days in (9, 5, 1):
                start = NOON - timedelta(days=days)
                factories.episode(
                    current, child, start, hours=10, context=context_of(people), risk="medium",
                    missing_from_address="1 Invented Lane", found_location="the bus station",
                )  # fmt: skip
            made.append(child.id)
    return made
