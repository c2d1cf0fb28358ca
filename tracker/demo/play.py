"""The two years, played: every file through the real intake, every act through the real use cases, in order of time.

What lies before the council began to work here is loaded as history on its first morning (history.py).
Between two acts the sweep runs at the very minute at which something falls due, as the scheduler's would, and the
outbox is delivered after it: breaches, alerts and repeat flags arise as they would have. The emails of the last two
weeks go to the demonstration's mailbox; older ones count as sent, and were cleared away.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from tracker.core.alert_terms import Rung
from tracker.core.clock import local_date, local_midnight, month_of, read_local
from tracker.core.mail import Email
from tracker.core.terms import BreachReason, Role
from tracker.demo.acts import Act, acts_of_interview
from tracker.demo.care_lists import import_lists
from tracker.demo.county import County, DemoEpisode
from tracker.demo.desk import Desk, mornings
from tracker.demo.ending import Matter
from tracker.demo.group import Group
from tracker.demo.history import History, is_history, morning_before
from tracker.demo.interviews import DEADLINE, DemoInterview, office_of, plan_interviews
from tracker.demo.meetings import Meetings
from tracker.demo.office import Leave
from tracker.demo.papers import Papers, evenings
from tracker.demo.people import Joins
from tracker.demo.plans import Plans
from tracker.demo.reports import DailyReport, daily_reports
from tracker.demo.staff import add_staff, add_teams
from tracker.demo.staged_cases import arranged_for
from tracker.demo.world import World
from tracker.services import correct_episode, demonstration, log_episode, people, publish_month
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.context import Actor, Context
from tracker.services.deliver_outbox import deliver
from tracker.services.raise_alerts import sweep
from tracker.services.raise_notices import raise_notices
from tracker.services.receive_report import receive_report
from tracker.services.send_digest import send_digests

MAILBOX_DAYS = 14
MONTHS_PUBLISHED = 3

MAY_START_CLOCKS = frozenset({0, 6})
"""The ranks of acts after which something may be due earlier than before: a report, and what people enter by hand."""

PURSUIT = 2
"""The rank of acts that pursue an interview: attempts, visits, other councils asked."""

TOLD_BEFORE = timedelta(days=2, hours=21)
"""So long before a leave it is entered."""

ARRIVES = timedelta(minutes=4)
"""From the police's making of a report to its receipt."""


class ClearedAway:
    """A mailbox that keeps nothing: for emails that somebody read long ago."""

    @contextmanager
    def connect(self) -> Iterator["ClearedAway"]:
        yield self

    def send(self, email: Email) -> None:
        return None

    def describe(self) -> str:
        return "read and cleared away"


@dataclass
class Player:
    """Plays one county into one world."""

    county: County
    world: World
    advance: Callable[[int, datetime], None] = lambda _days, _at: None
    _swept_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    _due_at: datetime | None = None
    _may_be_due: bool = True

    def __post_init__(self) -> None:
        self._loads_at = morning_before(self.county, self.world.live_from)

    def play(self) -> None:
        """From the staff's first day to now. `advance` is told of the days that each file was for, and of the last."""
        self.world.staff = add_teams(self._administrator(self._first_day))
        self._join(Joins.FIRST_DAY, self.world, self._first_day)
        for act in self._acts():
            self._tick_until(act.at)
            act.do(self.world, act.at)
            self._may_be_due |= act.rank in MAY_START_CLOCKS
        self._tick_until(self.county.now)
        self._sweep(self.county.now)
        import_lists(self.world, self.county)
        self._join(Joins.LAST_DAY, self.world, self.county.now)

    @property
    def _first_day(self) -> datetime:
        return (self._loads_at or self.county.report_times[0]) - timedelta(days=1)

    def _administrator(self, now: datetime) -> Context:
        return self.world.context(now, Actor("command line"))

    def _join(self, joins: Joins, world: World, now: datetime) -> None:
        add_staff(world.staff, joins, self._administrator(now))

    def _acts(self) -> list[Act]:
        plans = plan_interviews(self.county)
        acts = list(self._of_interviews(plans))
        acts += [self._arrival(report) for report in daily_reports(self.county) if self._is_live(report.made_at)]
        by_reference = {episode.reference: plan for plan in plans for episode in plan.episodes}
        desk = Desk(self.county, by_reference, Random(self.county.seed + 3), self._first_day)  # noqa: S311
        meetings = Meetings(self.county, Random(self.county.seed + 6))  # noqa: S311 (a simulation)
        at_desk = [at for at in mornings(self.county) if self._is_live(at)]
        acts += [Act(at, 5, does) for at in at_desk for does in (desk.morning, meetings.morning)]
        at_work = list(evenings(self.county, self.world.forms_from))
        ends_on = local_date(self.county.now)
        papers = Papers(Random(self.county.seed + 5), at_work[-1], ends_on)  # noqa: S311 (a simulation)
        acts += [Act(at, 5, papers.evening) for at in at_work]
        maramps = Plans(Random(self.county.seed + 7), at_work)  # noqa: S311 (a simulation)
        acts += [Act(at, 5, maramps.evening) for at in at_work]  # after the papers of the same evening
        teams_at = max(self.world.teams_from, self._first_day)
        acts.append(Act(teams_at, 0, partial(self._join, Joins.WITH_TEAMS)))
        acts += self._absences()
        acts += self._by_hand()
        acts += self._digests()
        acts += self._publications()
        acts += Group(self.county.now, Random(self.county.seed + 7)).acts(self._first_day)  # noqa: S311 (a simulation)
        return sorted(acts, key=lambda act: (act.at, act.rank))

    def _is_live(self, at: datetime) -> bool:
        return self._loads_at is None or at > self._loads_at

    def _of_interviews(self, plans: list[DemoInterview]) -> Iterator[Act]:
        """History is loaded. What was under way on that morning is given to whoever had it, and what was found not
        required is decided then; how it had been pursued stands nowhere here. All that follows is done at its time."""
        if self._loads_at is None:
            yield from (act for plan in plans for act in acts_of_interview(plan))
            return
        at = self._loads_at + ARRIVES
        history = History(self.county, self._loads_at, [plan for plan in plans if is_history(plan, at)])
        yield Act(at, 0, partial(self._load, history))
        for plan in plans:
            if not is_history(plan, at):
                acts = [act for act in acts_of_interview(plan) if act.at > at or act.rank != PURSUIT]
                yield from (replace(act, at=max(act.at, at)) for act in acts)

    def _load(self, history: History, world: World, now: datetime) -> None:
        """Nothing was due here before: the first tick comes after it."""
        history.load(world, now)
        self._swept_at = now
        self.advance(sum(at <= history.made_at for at in self.county.report_times), now)

    def _arrival(self, report: DailyReport) -> Act:
        return Act(min(report.made_at + ARRIVES, self.county.now), 0, partial(self._receive, report))

    def _receive(self, report: DailyReport, world: World, now: datetime) -> None:
        receive_report(
            world.context(now),
            content=report.content,
            filename=report.filename,
            feed=world.feed,
            source="demonstration",
            limits=world.settings.limits,
        )
        self.advance(1, now)

    def _absences(self) -> Iterator[Act]:
        """The administrator enters each leave some days before it."""
        for leave in office_of(self.county).leaves:
            if leave.until_at <= self._first_day:
                continue
            at = max(leave.from_at - TOLD_BEFORE, self._first_day)
            yield Act(at, 0, partial(self._enter, leave))

    def _enter(self, leave: Leave, world: World, now: datetime) -> None:
        people.set_absence(
            self._administrator(now),
            person_id=world.staff.ids[leave.email],
            away_from=leave.from_at,
            away_until=leave.until_at,
        )

    def _by_hand(self) -> Iterator[Act]:
        """What people entered of their own for the ending."""
        does = {
            Matter.POLICE_SAY_STILL_MISSING: _record_returned,
            Matter.LOGGED_BY_HAND: self._log,
            Matter.OVERDUE_ACKNOWLEDGED: self._acknowledge,
        }
        for episode in self.county.episodes:
            if episode.stage and episode.stage.matter in does:
                at = episode.told_by_hand_at or _due_at(episode) + timedelta(hours=2.5)
                yield Act(at, 6, partial(does[episode.stage.matter], episode))

    def _log(self, episode: DemoEpisode, world: World, now: datetime) -> None:
        """The lead logs an episode of a child held: a carer rang before the police reported it."""
        earlier = next(e for e in self.county.episodes if e.child == episode.child and e.stage is None)
        log_episode.log_episode(
            world.lead(now),
            child_id=world.held(earlier.reference).child_id,
            missing_from_at=episode.missing_from_at,
            risk=episode.risk,
            district=episode.child.district.name,
            circumstances="A carer rang the duty desk.",
            confirm=True,
        )

    def _acknowledge(self, episode: DemoEpisode, world: World, now: datetime) -> None:
        """The team's manager answers that the interview is arranged for a little after the demonstration's end."""
        episode_id = world.episode_id(episode.reference)
        waiting = demonstration.unanswered_alerts([Rung.OVERDUE], _due_at(episode))
        managers = {world.staff.ids[m.email]: m.email for m in world.staff.of_role(Role.MANAGER)}
        alert = next(a for a in waiting if a.episode_id == episode_id and a.recipient_id in managers)
        context = world.acting(now, managers[alert.recipient_id])
        planned_at = arranged_for(self.county.now)
        acknowledge(
            context, reference=alert.reference, reason=BreachReason.COULD_NOT_BE_CONTACTED, planned_at=planned_at
        )

    def _publications(self) -> Iterator[Act]:
        """The last finished months, each published on the fifth of the next."""
        month = month_of(local_date(self.county.now)).previous()
        for _ in range(MONTHS_PUBLISHED):
            at = local_midnight(month.end_on + timedelta(days=4)) + timedelta(hours=10)
            if at < self.county.now and month.start_on >= local_date(self.county.report_times[0]):
                yield Act(at, 7, partial(_publish, month.key))
            month = month.previous()

    def _tick_until(self, at: datetime) -> None:
        """The scheduler's ticks up to an instant, one a minute: only those at which something is due.

        The database is asked anew only once something may have become due earlier than it said before.
        """
        while self._may_be_due or (self._due_at and self._tick_of(self._due_at) <= at):
            self._may_be_due = False
            self._due_at = demonstration.next_sweep_at()
            if self._due_at and self._tick_of(self._due_at) <= at:
                self._sweep(self._tick_of(self._due_at))
                self._may_be_due = True

    def _tick_of(self, due_at: datetime) -> datetime:
        """The next whole minute, which the last sweep was not at."""
        return max(due_at, self._swept_at).replace(second=0, microsecond=0) + timedelta(minutes=1)

    def _sweep(self, now: datetime) -> None:
        self._swept_at = now
        context = self.world.context(now)
        told = sweep(context).alerts
        if self._is_recent(now):  # what the other triggers found before was seen to long ago
            told += raise_notices(context).alerts
        if told:
            self._deliver(context)

    def _is_recent(self, at: datetime) -> bool:
        return self.county.now - at < timedelta(days=MAILBOX_DAYS)

    def _deliver(self, context: Context) -> None:
        deliver(context, self.world.mailer if self._is_recent(context.now) and self.world.mailer else ClearedAway())

    def _digests(self) -> Iterator[Act]:
        """The digest of each morning whose emails are still in the mailbox."""
        for made_at in self.county.report_times:
            at = read_local(datetime.combine(local_date(made_at), self.world.settings.digest.at)).at
            if self._is_recent(at) and at < self.county.now:
                yield Act(at, 8, self._digest)

    def _digest(self, world: World, now: datetime) -> None:
        context = world.context(now)
        send_digests(context, world.settings.digest.policy)
        self._deliver(context)


def _record_returned(episode: DemoEpisode, world: World, now: datetime) -> None:
    """The placement rang: the lead enters the return before the police know of it."""
    assert episode.returned_at is not None
    held = world.held(episode.reference)
    correct_episode.record_returned(
        world.lead(now), episode_id=held.id, version=held.version, returned_at=episode.returned_at
    )


def _publish(month: str, world: World, now: datetime) -> None:
    publish_month.publish(world.lead(now), month)


def _due_at(episode: DemoEpisode) -> datetime:
    assert episode.returned_at is not None
    return episode.returned_at + DEADLINE
