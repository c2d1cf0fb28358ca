"""What was tried for the interviews that stand open at the demonstration's end. Pure."""

from datetime import datetime, timedelta

from tracker.core.interview_terms import ContactMethod, ContactOutcome, ContactWith
from tracker.demo.county import DemoEpisode
from tracker.demo.ending import Matter
from tracker.demo.office import Office
from tracker.demo.pursuit import Attempt, Case, Family, Pursuit, Visit

SILENCE = (
    (ContactMethod.PHONE, ContactOutcome.NO_ANSWER),
    (ContactMethod.TEXT_MESSAGE, ContactOutcome.MESSAGE_LEFT),
    (ContactMethod.PHONE, ContactOutcome.NO_ANSWER),
)

ARRANGED_FOR = timedelta(hours=6)
"""So long after now is the visit that answers the alert of the overdue one."""


def staged_case(office: Office, episode: DemoEpisode, known_at: datetime, now: datetime) -> Pursuit | None:
    """None: nobody has been given it."""
    assert episode.stage is not None
    assert episode.returned_at is not None
    matter, due_at = episode.stage.matter, episode.returned_at + timedelta(hours=72)
    given_at = known_at + min(timedelta(hours=4), (now - known_at) * 0.4)
    if matter is Matter.DUE_SOON_UNALLOCATED or given_at < known_at + timedelta(minutes=20):
        return None
    family = Family(0.0, 0.0, 0.0, at_placement=episode.child.looked_after)
    case = Case(office, family, episode.child.district.team, given_at, due_at)
    email = case.present_at(now)
    whom = ContactWith.PLACEMENT if episode.child.looked_after else ContactWith.PARENT_OR_CARER
    tries = 0 if matter is Matter.POLICE_SAY_STILL_MISSING else len(SILENCE)
    until = min(now, due_at) - timedelta(hours=1)
    for number in range(1, tries + 1):
        method, outcome = SILENCE[number - 1]
        case.attempts.append(Attempt(_between(given_at, until, number / (tries + 1)), email, method, whom, outcome))
    planned_at = None
    if matter is Matter.OVERDUE_ACKNOWLEDGED:
        planned_at, agreed_at = now + ARRANGED_FOR, due_at + timedelta(hours=2)
    elif due_at - now < timedelta(hours=4) and due_at > now:
        planned_at, agreed_at = due_at - timedelta(hours=1), _between(given_at, now, 0.9)
    if planned_at:
        case.attempts.append(Attempt(_minute(agreed_at), email, ContactMethod.PHONE, whom, ContactOutcome.ACCEPTED))
        place = "At the placement" if episode.child.looked_after else "At home"
        case.visits.append(Visit(_minute(agreed_at + timedelta(minutes=4)), email, _minute(planned_at), 45, place))
    return case.only_given(now)


def _between(first: datetime, last: datetime, share: float) -> datetime:
    return _minute(first + (last - first) * share)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
