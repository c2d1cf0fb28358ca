"""What was tried for the interviews that stand open at the demonstration's end. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from tracker.core.clock import local, local_date
from tracker.core.interview_terms import ContactMethod, ContactOutcome, ContactWith
from tracker.demo.county import DemoEpisode
from tracker.demo.ending import Matter
from tracker.demo.office import Office, instant
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
    case = Case(office, family, episode.child.district.team, given_at, due_at, stays_until=now)
    email = case.email
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


def visit_today(pursuits: Sequence[Pursuit], now: datetime) -> tuple[Pursuit, Pursuit] | None:
    """Of one interviewer's open interviews, one and the same with a visit today; None where that cannot be.

    None too where there is such a visit already, where nothing was given for an hour, or the day is over.
    """
    today = local_date(now)
    planned_at = max(instant(today, time(10)), now + timedelta(hours=1, minutes=20)).replace(minute=30)
    if any(v.ended_as is None and v.planned_at > now and local_date(v.planned_at) == today for v in _visits(pursuits)):
        return None
    if local(planned_at).hour > 18 or local_date(planned_at) != today:
        return None
    free = (p for p in pursuits if not p.visits and p.given[-1].at < now - timedelta(hours=1, minutes=30))
    one = next(free, None)
    if one is None:
        return None
    given, agreed_at = one.given[-1], _minute(now - timedelta(minutes=50))
    kept = tuple(attempt for attempt in one.attempts if attempt.at < agreed_at)
    said_yes = Attempt(agreed_at, given.email, ContactMethod.PHONE, ContactWith.CHILD, ContactOutcome.ACCEPTED)
    visit = Visit(
        agreed_at + timedelta(minutes=4), given.email, _minute(planned_at), 45, "At school, in the quiet room"
    )
    return one, replace(one, attempts=(*kept, said_yes), visits=(visit,))


def _visits(pursuits: Sequence[Pursuit]) -> list[Visit]:
    return [visit for pursuit in pursuits for visit in pursuit.visits]


def _between(first: datetime, last: datetime, share: float) -> datetime:
    return _minute(first + (last - first) * share)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
