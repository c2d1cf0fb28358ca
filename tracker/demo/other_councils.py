"""Another council's child: it is asked whether it holds the interview, and answers, or does not. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from tracker.core.interview_terms import AuthorityAnswer

PATIENCE = timedelta(hours=26)
"""After so long without an answer somebody here begins to ring by themselves."""


@dataclass(frozen=True)
class Asked:
    """`answered_at` ahead of now: not answered yet. `held_at`: when that council held it, where it did."""

    authority: str
    at: datetime
    answer: AuthorityAnswer
    answered_at: datetime
    held_at: datetime | None = None
    is_answered: bool = True

    @property
    def until(self) -> datetime:
        """From when on it is pursued here."""
        return min(self.answered_at, self.at + PATIENCE)

    def known_by(self, now: datetime) -> "Asked | None":
        """As it stands at an instant; None before it was asked."""
        if self.at >= now:
            return None
        return self if self.answered_at < now else replace(self, is_answered=False)


def ask(rng: Random, authority: str, at: datetime) -> Asked:
    """In three cases of ten it holds the interview; otherwise it will not, and says so soon, late or too late."""
    asked_at = (at + timedelta(minutes=rng.randint(5, 40))).replace(second=0, microsecond=0)
    answered_at = asked_at + timedelta(hours=rng.choice((1.5, 3, 6, 22, 27, 48, 75)) * rng.uniform(0.8, 1.2))
    answered_at = answered_at.replace(second=0, microsecond=0)
    if rng.random() < 0.3:
        held_at = (answered_at + timedelta(hours=rng.uniform(6, 60))).replace(second=0, microsecond=0)
        return Asked(authority, asked_at, AuthorityAnswer.WILL_HOLD, answered_at, held_at)
    return Asked(authority, asked_at, AuthorityAnswer.WILL_NOT, answered_at)
