"""The rows of invented work on interviews, for measurements: allocated, attempted, offered, planned, asked elsewhere.

Of the open clocks a fifth are unallocated, half of the others have attempts, and a third a visit ahead; of the
interviews held one in a hundred waits to be written up and one to be reviewed. The rest are written elsewhere.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tracker.core.interview_terms import AskedBecause, ContactMethod, ContactOutcome, ContactRelation, ContactWith
from tracker.store.db import Base
from tracker.store.models import (
    AuthorityRequest,
    ChildContact,
    ContactAttempt,
    Interview,
    InterviewAllocation,
    InterviewEpisode,
    InterviewVisit,
)

Row = tuple[type[Base], dict[str, Any]]

HELD_EACH = 40
"""Open clocks to an interviewer: more than anybody could hold in three days."""


def interviewers_for(open_clocks: int) -> int:
    return max(5, open_clocks // HELD_EACH)


class Work:
    """Makes the rows of work. Chance is its own, so that the episodes are the same whatever is worked on them."""

    def __init__(self, now: datetime, number: int) -> None:
        self.now = now
        self.rng = Random(number + 7)  # noqa: S311 (a simulation)

    def on_open(self, interview_id: int, episode_id: int, child_id: int, returned_at: datetime, who: int) -> list[Row]:
        """An interview being arranged by `who`; nothing where nobody has been allocated yet."""
        rng = self.rng
        if rng.random() < 0.2:
            return []
        allocated_at = returned_at + (self.now - returned_at) * rng.random()
        steps: dict[str, Any] = {}
        rows = list(self._attempts(interview_id, allocated_at, who))
        reached = rows and rows[-1][1]["outcome"] == str(ContactOutcome.ACCEPTED)
        if reached:
            steps = {"offered_at": rows[-1][1]["at"], "accepted_at": rows[-1][1]["at"], "accepted_by": "child"}
        if reached or rng.random() < 0.1:
            visit = self._visit(interview_id, returned_at, who)
            steps["planned_at"] = visit[1]["planned_at"]
            rows.append(visit)
        if rng.random() < 0.05:
            rows.append(self._asked(interview_id, allocated_at, who))
        rows.append((ChildContact, self._contact(child_id)))
        return [
            *self._of(interview_id, episode_id, allocated_at, who, steps),
            *rows,
        ]

    def _of(
        self, interview_id: int, episode_id: int, allocated_at: datetime, who: int, steps: Mapping[str, Any]
    ) -> Iterator[Row]:
        yield (
            Interview,
            {
                "id": interview_id,
                "created_at": allocated_at,
                "allocated_to_id": who,
                "allocated_at": allocated_at,
                **{name: steps.get(name) for name in ("offered_at", "accepted_at", "accepted_by", "planned_at")},
                **dict.fromkeys(("completed_at", "declined_at", "declined_by", "written_up_at")),
                "written_elsewhere": False,
            },
        )
        yield InterviewEpisode, {"interview_id": interview_id, "episode_id": episode_id}
        yield self.allocation(interview_id, allocated_at, who)

    def allocation(self, interview_id: int, allocated_at: datetime, who: int) -> Row:
        return InterviewAllocation, {"interview_id": interview_id, "person_id": who, "allocated_at": allocated_at}

    def after_holding(self, held_at: datetime) -> dict[str, Any]:
        """The columns of one that was held: to be written up, to be reviewed, or neither."""
        chance = self.rng.random()
        return {
            **dict.fromkeys(("offered_at", "accepted_at", "accepted_by", "planned_at")),
            "written_up_at": held_at + timedelta(hours=20) if 0.01 <= chance < 0.02 else None,
            "written_elsewhere": chance >= 0.02,
        }

    def _attempts(self, interview_id: int, since: datetime, who: int) -> Iterator[Row]:
        unanswered = (ContactOutcome.NO_ANSWER, ContactOutcome.MESSAGE_LEFT)
        tried = self.rng.choice((0, 0, 1, 1, 2, 3))
        for place in range(tried):
            last = place == tried - 1 and self.rng.random() < 0.6
            at = since + (self.now - since) * (place + 1) / (tried + 1)
            values = {
                "interview_id": interview_id,
                "at": at,
                "method": str(ContactMethod.PHONE),
                "with_whom": str(ContactWith.PARENT_OR_CARER),
                "outcome": str(ContactOutcome.ACCEPTED if last else self.rng.choice(unanswered)),
                "recorded_at": at,
                "recorded_by_id": who,
            }
            yield ContactAttempt, values

    def _visit(self, interview_id: int, returned_at: datetime, who: int) -> Row:
        """Some hours ahead of now; one in eight later than the deadline."""
        hours = self.rng.uniform(1, 24) if self.rng.random() < 0.875 else self.rng.uniform(73, 90)
        return InterviewVisit, {
            "interview_id": interview_id,
            "planned_at": max(self.now, returned_at) + timedelta(hours=hours),
            "minutes": 60,
            "place": "At home",
            "calendar_uid": f"bench-{interview_id}",
            "recorded_at": self.now,
            "recorded_by_id": who,
        }

    def _asked(self, interview_id: int, at: datetime, who: int) -> Row:
        return AuthorityRequest, {
            "interview_id": interview_id,
            "authority": "Farshire County Council",
            "why": str(AskedBecause.RESPONSIBLE_ELSEWHERE),
            "asked_at": at,
            "asked_how": str(ContactMethod.EMAIL),
            "recorded_at": at,
            "recorded_by_id": who,
        }

    def _contact(self, child_id: int) -> dict[str, Any]:
        return {
            "child_id": child_id,
            "relation": str(ContactRelation.PARENT_OR_CARER),
            "name": "An invented carer",
            "phone": "07700 900000",
            "added_at": self.now,
        }
