"""How the demonstration ends: the open matters that stand on Today when it is built, each placed against now.

Pure. Two interviews overdue, some due soon, some children still missing, one found and not returned, one that the
police say is still missing though a return is held, and one logged by hand that the police then report; an interview
of somebody who is away, and one of which another council was asked and has not answered.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.core.clock import is_ambiguous
from tracker.core.terms import RiskLevel
from tracker.demo.people import TEAMS
from tracker.demo.roster import DemoChild


class Matter(StrEnum):
    OVERDUE = "overdue"
    OVERDUE_ACKNOWLEDGED = "overdue_acknowledged"
    DUE_SOON = "due_soon"
    DUE_SOON_UNALLOCATED = "due_soon_unallocated"
    TO_COVER = "to_cover"
    ASKED_ELSEWHERE = "asked_elsewhere"
    STILL_MISSING = "still_missing"
    FOUND_NOT_RETURNED = "found_not_returned"
    POLICE_SAY_STILL_MISSING = "police_say_still_missing"
    LOGGED_BY_HAND = "logged_by_hand"


NEVER_INTERVIEWED = frozenset({
    Matter.OVERDUE, Matter.OVERDUE_ACKNOWLEDGED, Matter.DUE_SOON, Matter.DUE_SOON_UNALLOCATED,
    Matter.TO_COVER, Matter.ASKED_ELSEWHERE, Matter.POLICE_SAY_STILL_MISSING,
})  # fmt: skip
"""Whose interview is still to be held at the end."""


@dataclass(frozen=True)
class Stage:
    """One open matter and its instants.

    `by_hand_at`: when somebody here entered it, before the police said so. `least`, `most`: how often the child who
    plays it goes missing in the last year. `team`: in whose districts the child is; `is_ours`: not another council's.
    """

    matter: Matter
    missing_from_at: datetime
    found_at: datetime | None = None
    returned_at: datetime | None = None
    by_hand_at: datetime | None = None
    risk: RiskLevel = RiskLevel.MEDIUM
    least: int = 1
    most: int = 2
    looked_after: bool | None = None
    team: str | None = None
    is_ours: bool = True

    def fits(self, times: int, child: DemoChild) -> bool:
        return (
            self.least <= times <= self.most
            and self.looked_after in (None, child.looked_after)
            and self.team in (None, child.district.team)
            and self.is_ours == child.is_ours
        )


def stages(now: datetime, last_report_at: datetime) -> tuple[Stage, ...]:
    """Every open matter of the ending. Deadlines are set against `now`, news against the last report."""

    def back(matter: Matter, due_in_hours: float, missing_hours: float, least: int = 1, most: int = 2) -> Stage:
        returned = clear_minute(now + timedelta(hours=due_in_hours - 72))
        start = clear_minute(returned - timedelta(hours=missing_hours))
        return Stage(matter, start, returned, returned, least=least, most=most)

    def before_report(hours: float) -> datetime:
        return clear_minute(last_report_at - timedelta(hours=hours))

    return (
        back(Matter.OVERDUE, -5.3, 9.5),
        back(Matter.OVERDUE_ACKNOWLEDGED, -31, 20, least=3, most=60),
        back(Matter.DUE_SOON, 2.2, 6.5),
        replace(back(Matter.TO_COVER, 15.4, 13, most=60), team=TEAMS[-1]),
        replace(back(Matter.ASKED_ELSEWHERE, 40.7, 8, most=60), is_ours=False),
        back(Matter.DUE_SOON_UNALLOCATED, 21.6, 4.2),
        Stage(Matter.STILL_MISSING, before_report(9.2), risk=RiskLevel.MEDIUM),
        Stage(Matter.STILL_MISSING, before_report(20.6), risk=RiskLevel.HIGH, least=3, most=3),
        Stage(Matter.STILL_MISSING, before_report(197), risk=RiskLevel.HIGH),
        Stage(Matter.FOUND_NOT_RETURNED, before_report(30.4), before_report(10.1), risk=RiskLevel.HIGH),
        Stage(
            Matter.POLICE_SAY_STILL_MISSING,
            before_report(38.3),
            before_report(12.2),
            before_report(12.2),
            before_report(11.8),
            looked_after=True,
            most=60,
        ),
        Stage(Matter.LOGGED_BY_HAND, before_report(13.7), by_hand_at=before_report(12.5), least=2, most=60),
    )


def clear_minute(at: datetime, after: datetime | None = None) -> datetime:
    """A whole minute outside the hour that occurs twice, so that what the files say is what was meant.

    Two hours later, or earlier where that is still after `after`.
    """
    at = at.replace(second=0, microsecond=0)
    if not is_ambiguous(at):
        return at
    earlier = at - timedelta(hours=2)
    return earlier if after and earlier > after else at + timedelta(hours=2)
