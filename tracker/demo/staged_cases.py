"""What was tried for the interviews that stand open at the demonstration's end. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from tracker.core.clock import local, local_date
from tracker.core.interview_terms import AuthorityAnswer, ContactMethod, ContactOutcome, ContactWith
from tracker.demo.county import DemoEpisode
from tracker.demo.ending import Matter
from tracker.demo.office import Office, instant
from tracker.demo.other_councils import Asked
from tracker.demo.pursuit import Attempt, Case, Family, Pursuit, Visit

SILENCE = (
    (ContactMethod.PHONE, ContactOutcome.NO_ANSWER),
    (ContactMethod.TEXT_MESSAGE, ContactOutcome.MESSAGE_LEFT),
    (ContactMethod.PHONE, ContactOutcome.NO_ANSWER),
)

UNTRIED = frozenset({Matter.POLICE_SAY_STILL_MISSING, Matter.ASKED_ELSEWHERE})

OPENS, CLOSES = time(9), time(18)


def arranged_for(now: datetime) -> datetime:
    """When the visit is that answers the alert of the overdue one: some hours after now, by day."""
    at = now + timedelta(hours=6)
    if local(at).hour < OPENS.hour:
        return instant(local_date(at), time(9, 30))
    return at if local(at).hour < CLOSES.hour else instant(local_date(at) + timedelta(days=1), time(9, 30))


def staged_case(office: Office, episode: DemoEpisode, known_at: datetime, now: datetime) -> Pursuit | None:
    """None: nobody has been given it."""
    assert episode.stage is not None
    assert episode.returned_at is not None
    matter, due_at = episode.stage.matter, episode.returned_at + timedelta(hours=72)
    given_at = known_at + min(timedelta(hours=4), (now - known_at) * 0.4)
    if matter is Matter.DUE_SOON_UNALLOCATED or given_at < known_at + timedelta(minutes=20):
        return None
    family = Family(0.0, 0.0, 0.0, at_placement=episode.child.looked_after)
    team, away = episode.child.district.team, office.away_at_the_end
    email = away.email if matter is Matter.TO_COVER else None
    case = Case(office, family, team, given_at, due_at, stays_until=now, email=email)
    until = min(now, due_at, away.from_at if email else now) - timedelta(hours=1)
    tries = SILENCE[: 1 if email else None] if matter not in UNTRIED else ()
    whom = ContactWith.PLACEMENT if episode.child.looked_after else ContactWith.PARENT_OR_CARER
    for number, (method, outcome) in enumerate(tries, start=1):
        at = by_day(_between(given_at, until, number / (len(tries) + 1)), given_at)
        case.attempts.append(Attempt(at, case.email, method, whom, outcome))
    case.attempts.sort(key=lambda attempt: attempt.at)
    if planned := _visit_of(matter, due_at, given_at, now):
        planned_at, agreed_at = planned
        agreed_at = by_day(_minute(agreed_at), max(a.at for a in case.attempts) + timedelta(minutes=5))
        case.attempts.append(Attempt(agreed_at, case.email, ContactMethod.PHONE, whom, ContactOutcome.ACCEPTED))
        place = "At the placement" if episode.child.looked_after else "At home"
        case.visits.append(Visit(agreed_at + timedelta(minutes=4), case.email, _minute(planned_at), 45, place))
    return case.only_given(now)


def _visit_of(matter: Matter, due_at: datetime, given_at: datetime, now: datetime) -> tuple[datetime, datetime] | None:
    """When the visit is, and when it was agreed."""
    if matter is Matter.OVERDUE_ACKNOWLEDGED:
        return arranged_for(now), due_at + timedelta(hours=2)
    planned_at = due_at - timedelta(hours=1)
    is_by_day = OPENS.hour <= local(planned_at).hour < CLOSES.hour
    if matter is Matter.DUE_SOON and planned_at > now and is_by_day:
        return planned_at, _between(given_at, now, 0.9)
    return None


def asked_elsewhere(episode: DemoEpisode, pursuit: Pursuit, now: datetime) -> Asked:
    """Another council was asked as soon as somebody had the interview, and has not answered."""
    asked_at = _minute(pursuit.given[0].at + timedelta(minutes=15))
    answered_at = now + timedelta(hours=20)
    return Asked(episode.child.authority, asked_at, AuthorityAnswer.WILL_NOT, answered_at, is_answered=False)


def visit_ahead(
    office: Office, email: str, pursuits: Sequence[Pursuit], now: datetime
) -> tuple[Pursuit, Pursuit] | None:
    """Of one interviewer's open interviews, one and the same with a visit later today; after hours, on the coming day.

    None where there is such a visit already, where nothing was given in time to agree on one, or they are away.
    """
    planned_at = _next_free(now)
    stand = [v for pursuit in pursuits for v in pursuit.visits if v.ended_as is None and v.planned_at > now]
    if any(local_date(v.planned_at) == local_date(planned_at) for v in stand) or office.leave_of(email, planned_at):
        return None
    agreed_at = by_day(_minute(now - timedelta(minutes=50)), None)
    free = (p for p in pursuits if not p.visits and p.given[-1].at < agreed_at - timedelta(minutes=30))
    one = next(free, None)
    if one is None:
        return None
    kept = tuple(attempt for attempt in one.attempts if attempt.at < agreed_at)
    said_yes = Attempt(agreed_at, email, ContactMethod.PHONE, ContactWith.CHILD, ContactOutcome.ACCEPTED)
    visit = Visit(agreed_at + timedelta(minutes=4), email, planned_at, 45, "At school, in the quiet room")
    return one, replace(one, attempts=(*kept, said_yes), visits=(visit,))


def _next_free(now: datetime) -> datetime:
    """Half past an hour of the working day that is still ahead, or that comes."""
    today = local_date(now)
    at = max(instant(today, time(10, 30)), (now + timedelta(hours=1, minutes=20)).replace(minute=30, second=0))
    at = at.replace(microsecond=0)
    if local_date(at) == today and local(at).hour <= CLOSES.hour:
        return at
    return instant(today + timedelta(days=1), time(10, 30))


def by_day(at: datetime, not_before: datetime | None) -> datetime:
    """In working hours: what would fall before or after them was done late in the afternoon before."""
    wall = local(at)
    if not OPENS.hour <= wall.hour < CLOSES.hour:
        day = wall.date() - timedelta(days=1 if wall.hour < OPENS.hour else 0)
        at = instant(day, time(17, wall.minute))
    return max(at, _minute(not_before + timedelta(minutes=1))) if not_before else at


def _between(first: datetime, last: datetime, share: float) -> datetime:
    return _minute(first + (last - first) * share)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
