"""What a trigger beside the deadlines is about, whom it tells, and when: once for each value of what it goes by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.alert_terms import Trigger
from tracker.core.directory import Recipient
from tracker.core.recipients import Receivers, Told, people_of, told_of
from tracker.core.terms import Role
from tracker.core.triggers import SEES_NO_RECORD, TriggerPolicy

SEES_EVERY_RECORD = frozenset({Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE})
"""As tracker/store/visibility.py has it: a test compares the two."""

MAY_ANSWER = SEES_EVERY_RECORD | {Role.ADMINISTRATOR}
"""Who may be told of what is about no child: all who may do something about it."""


@dataclass(frozen=True)
class Matter:
    """One thing that a trigger tells of.

    `since_at` starts its hours: found, raised, received, the end of an action's day. `value` is what it goes by (such
    as the very `found_at`), so that another value may tell again. `seen_by`: who may see the child beside those who see
    every record. `failed`: receivers whom a message did not reach, by their addresses, never told of just that.
    """

    trigger: Trigger
    subject: str
    subject_id: int
    since_at: datetime
    value: str
    owner_id: int | None = None
    team_id: int | None = None
    child_id: int | None = None
    episode_id: int | None = None
    count: int = 1
    seen_by: frozenset[int] = frozenset()
    failed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class NoticeDue:
    """One receiver is to be told of one matter."""

    matter: Matter
    due_at: datetime
    told: Told

    @property
    def dedupe_key(self) -> str:
        """Matter + value + trigger + receiver: recorded exactly once (definitions §7)."""
        of = self.matter
        return f"{of.subject}:{of.subject_id}:{of.value}:{of.trigger}:{self.told.key}"


def policy_of(triggers: Sequence[TriggerPolicy], trigger: Trigger) -> TriggerPolicy | None:
    """None where the council's ladder does not name it: then nobody is told."""
    return next((policy for policy in triggers if policy.trigger == trigger), None)


def fell_due_at(policy: TriggerPolicy, since_at: datetime) -> datetime:
    return since_at + timedelta(hours=policy.after_hours)


def due_since(policy: TriggerPolicy, now: datetime) -> datetime:
    """What began by this instant has fallen due by `now`."""
    return now - timedelta(hours=policy.after_hours)


def may_be_told(policy: TriggerPolicy, since_at: datetime, now: datetime) -> bool:
    """Whether it has fallen due, and the working hours that the policy waits for have begun since."""
    due_at = fell_due_at(policy, since_at)
    return now >= (policy.window.next_open(due_at) if policy.window else due_at)


def notices_due(matter: Matter, policy: TriggerPolicy, people: Collection[Recipient], now: datetime) -> list[NoticeDue]:
    """Everybody to be told now, each once. Empty: not due yet, or nobody could be told.

    A message that did not arrive goes to a webhook even where no person could be told: it is the second road.
    """
    if not may_be_told(policy, matter.since_at, now):
        return []
    able = [person for person in people if may_see(matter, person) and person.email not in matter.failed]
    told = told_of(policy.told_by, matter.owner_id, matter.team_id, able, now)
    if not told and matter.trigger is Trigger.MAIL_UNDELIVERABLE:
        told = [Told(webhook=name) for name in policy.told_by.of(matter.team_id).webhooks]
    due_at = fell_due_at(policy, matter.since_at)
    known = {person.email: person.id for person in people if person.email}
    return [NoticeDue(matter, due_at, one) for one in told if not _is_shut(one, matter, known)]


def may_see(matter: Matter, person: Recipient) -> bool:
    """A record of a child alerts only those who may open it; what is of no child, those who may do something."""
    if matter.trigger in SEES_NO_RECORD:
        return bool(person.roles & MAY_ANSWER)
    sees = person.roles & SEES_EVERY_RECORD or person.id in matter.seen_by
    return bool(sees) or (matter.trigger is Trigger.ACTION_OVERDUE and person.id == matter.owner_id)


def _is_shut(told: Told, matter: Matter, known: dict[str, int]) -> bool:
    """A bare address or webhook that failed; or an address of a person who may not see it, as which they are told."""
    return told.address in matter.failed or told.webhook in matter.failed or told.address in known


def stands_in_for(
    failed_id: int | None,
    receivers: Receivers,
    owner_id: int | None,
    team_id: int | None,
    people: Collection[Recipient],
    left_out: Collection[int],
    now: datetime,
) -> list[Told]:
    """Whom a matter still reaches when the message to one of those told did not arrive.

    By the ladder, as if whoever could not be reached, and those `left_out` because they were told already or cannot be
    reached either, were not there: whoever comes next for what that person does here, or for all that the step tells
    where they do it no more. `failed_id`: None for an address or a webhook, beside which people were told. Empty:
    nobody is left.
    """
    if failed_id is None:
        return []
    left = [person for person in people if person.id != failed_id and person.id not in left_out]
    theirs = [
        audience
        for audience in receivers.audience
        if any(person.id == failed_id for person in people_of(audience, owner_id, team_id, people, now))
    ]
    found = [
        Told(person.id)
        for audience in theirs or receivers.audience
        for person in people_of(audience, owner_id, team_id, left, now)
    ]
    return list(dict.fromkeys(found))


def tells_again(
    found_at: datetime, told_found_at: datetime | None, corrected_at: datetime | None, due: datetime
) -> bool:
    """Whether a child found and not returned is told of (again), by `due`: when the hours since `found_at` are over.

    The first time, always. After a correction only if its own time passed after it was made: if both times had passed,
    people know already (as of a deadline that moves, definitions §3).
    """
    if told_found_at is None:
        return True
    return found_at != told_found_at and corrected_at is not None and due > corrected_at
