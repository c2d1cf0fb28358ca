"""The settings of the daily digest."""

from datetime import time

from pydantic import BaseModel, ConfigDict

from tracker.core.digest import DigestPolicy
from tracker.core.terms import Role


class DigestSection(BaseModel):
    """At which London time, to whom, and whether it says so where nothing waits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: time = DigestPolicy.at
    roles: frozenset[Role] = DigestPolicy.roles
    all_clear: bool = False

    @property
    def policy(self) -> DigestPolicy:
        return DigestPolicy(self.at, self.roles, self.all_clear)
