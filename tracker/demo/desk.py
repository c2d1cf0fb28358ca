"""The desk of a working morning: managers answer the alerts of the day before, the lead reviews the new repeat flags.

What came in the last days is left: some alerts unanswered, some flags unreviewed, for whoever opens the demonstration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from tracker.core.alert_terms import Rung
from tracker.core.clock import local_date, read_local
from tracker.core.daily_report import normalise_reference
from tracker.core.terms import BreachReason, Role
from tracker.demo.county import County, DemoEpisode
from tracker.demo.ending import Matter
from tracker.demo.interviews import DEADLINE, DemoInterview, Outcome
from tracker.demo.world import World
from tracker.services import demonstration
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.correct_episode import give_breach_reason
from tracker.services.demonstration import Unanswered
from tracker.services.review_repeat import review_flag

OPENS = time(9, 20)

ANSWERED_BY = {
    Rung.OVERDUE: (Role.MANAGER, 0.85),
    Rung.OVERDUE_24H: (Role.SERVICE_MANAGER, 0.7),
    Rung.OVERDUE_96H: (Role.HEAD_OF_SERVICE, 0.6),
}
"""Who answers which rung, and how often they do."""

LEFT = timedelta(days=3)
"""Flags raised in this last stretch are left unreviewed."""

DECISIONS = (
    "Strategy meeting held; plan in place.",
    "Discussed at the operational group; MARAMP agreed.",
    "Placement reviewed with the carer; no meeting needed.",
)


def mornings(county: County) -> Iterator[datetime]:
    """When the desk opens: Monday to Friday, up to now."""
    for made_at in county.report_times:
        day = local_date(made_at)
        at = read_local(datetime.combine(day, OPENS)).at
        if day.weekday() < 5 and at < county.now:
            yield at


@dataclass
class Desk:
    """One for the whole play; `since` is when it last looked at the alerts."""

    county: County
    plans: dict[str, DemoInterview]
    rng: Random
    since: datetime

    def __post_init__(self) -> None:
        self._by_reference = {normalise_reference(episode.reference): episode for episode in self.county.episodes}

    def morning(self, world: World, now: datetime) -> None:
        for alert in demonstration.unanswered_alerts(list(ANSWERED_BY), self.since):
            role, share = ANSWERED_BY[Rung(alert.rung)]
            email = world.staff.email_of(alert.recipient_id)
            is_theirs = any(member.email == email for member in world.staff.of_role(role))
            if is_theirs and self.rng.random() < share:
                self._answer(world, now, alert, email)
        self.since = now
        if self.county.now - now > LEFT:
            self._review(world, now)

    def _answer(self, world: World, now: datetime, alert: Unanswered, email: str) -> None:
        """Acknowledge, with the plan if one is ahead; the team's manager also says why the deadline was missed."""
        episode = self._by_reference[alert.police_reference]
        if episode.stage and episode.stage.matter in (Matter.OVERDUE, Matter.OVERDUE_ACKNOWLEDGED):
            return  # left for whoever opens the demonstration, and answered by play.py
        plan = self.plans[episode.reference]
        reason = _reason(plan, episode, self.rng)
        context = world.acting(now, email)
        ahead = plan.happened_at if plan.happened_at and plan.happened_at > now else None
        acknowledge(context, reference=alert.reference, reason=reason, planned_at=ahead)
        if alert.rung == Rung.OVERDUE and not _was_in_time(plan, episode, now):
            give_breach_reason(context, episode_id=alert.episode_id, reason=reason)

    def _review(self, world: World, now: datetime) -> None:
        for flag_id in demonstration.unreviewed_flags():
            decision = self.rng.choice(DECISIONS)
            maramp_on = local_date(now) + timedelta(days=7) if "MARAMP" in decision else None
            review_flag(world.lead(now), flag_id=flag_id, decision=decision, maramp_on=maramp_on)


def _was_in_time(plan: DemoInterview, episode: DemoEpisode, now: datetime) -> bool:
    """Recorded by now, and held by the deadline: then no breach stands."""
    settled_at, closed_at = plan.approved_at or plan.recorded_at, plan.approved_at or plan.happened_at
    if settled_at is None or closed_at is None or episode.returned_at is None:
        return False
    return settled_at <= now and closed_at <= episode.returned_at + DEADLINE


def _reason(plan: DemoInterview, episode: DemoEpisode, rng: Random) -> BreachReason:
    assert episode.returned_at is not None
    if plan.known_at - episode.returned_at > timedelta(hours=30):
        return BreachReason.LATE_NOTICE
    if len(plan.episodes) > 1:
        return BreachReason.MISSING_AGAIN
    if plan.outcome is Outcome.DECLINED:
        return BreachReason.DECLINED_LATE
    if not episode.child.is_ours:
        return BreachReason.OUT_OF_AREA
    return rng.choice(
        (BreachReason.COULD_NOT_BE_CONTACTED, BreachReason.COULD_NOT_BE_CONTACTED, BreachReason.NO_CAPACITY)
    )
