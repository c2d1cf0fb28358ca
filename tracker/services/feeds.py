"""The feeds in force: those that files ship, then what an administrator saved over them or beside them."""

from collections.abc import Mapping

from tracker.core.feed import Feed


def feeds_in_force(shipped: Mapping[str, Feed]) -> dict[str, Feed]:
    """Feed name → feed. `shipped`: the feeds read from files (settings)."""
    return dict(shipped)
