"""When a strategy meeting is asked for: triggers of the settings, and when each comes true for an episode. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.missing_episode import MissingEpisode
from tracker.core.policy import Policy
from tracker.core.terms import FlagCode, RiskLevel


@dataclass(frozen=True)
class MeetingTrigger:
    """What asks for a meeting: exactly one of so many hours missing, a risk level, and a repeat rule by its name."""

    name: str
    title: str
    missing_hours: int | None = None
    risk: RiskLevel | None = None
    repeat_rule: str | None = None

    def __post_init__(self) -> None:
        if [self.missing_hours, self.risk, self.repeat_rule].count(None) != 2:
            raise ValueError(f"the meeting trigger {self.name} needs one of missing_hours, risk and repeat_rule")


@dataclass(frozen=True)
class MeetingPolicy:
    """`history_days`: an episode that had ended so many days before it became known asks for nothing."""

    triggers: Sequence[MeetingTrigger] = ()
    history_days: int = 7


SHIPPED_MEETINGS = MeetingPolicy(
    (
        MeetingTrigger("missing_24h", "Missing for more than 24 hours", missing_hours=24),
        MeetingTrigger("missing_72h", "Missing for more than 72 hours", missing_hours=72),
        MeetingTrigger("high_risk", "High risk", risk=RiskLevel.HIGH),
        MeetingTrigger("repeat_3_in_90", "Three or more in 90 days", repeat_rule="3_in_90"),
    )
)


def comes_true(episode: MissingEpisode, triggers: Sequence[MeetingTrigger], policy: Policy) -> dict[str, datetime]:
    """Trigger name → when it came true, or will if nothing changes; those that never do are left out.

    Hours are elapsed ones from the start: a trigger of 24 comes true at the 24th hour of an episode that has not ended
    by then. A risk level holds from the start. What is out of the counts, or no going missing, asks for nothing;
    repeat rules speak of the child and not of an episode.
    """
    if not episode.is_countable(policy):
        return {}
    found = {}
    for trigger in triggers:
        if trigger.missing_hours is not None:
            at = episode.missing_from_at + timedelta(hours=trigger.missing_hours)
            if episode.ended_at is None or at < episode.ended_at:
                found[trigger.name] = at
        elif trigger.risk is not None and trigger.risk == episode.risk:
            found[trigger.name] = episode.missing_from_at
    return found


def come_true(times: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    """Of what `comes_true` gives, what has come true by `now`."""
    return {name: at for name, at in times.items() if at <= now}


def is_history(episode: MissingEpisode, meetings: MeetingPolicy, known_at: datetime) -> bool:
    """It had ended long before it became known: too late for a meeting. A child missing now is never history."""
    return episode.ended_at is not None and episode.ended_at < known_at - timedelta(days=meetings.history_days)


def was_back(episode: MissingEpisode) -> bool:
    """Its end was never known, but the child went missing again since: nothing more is asked of it."""
    return episode.ended_at is None and FlagCode.END_UNKNOWN in episode.flags


def next_check_at(times: Mapping[str, datetime], asked: Collection[str]) -> datetime | None:
    """When a meeting must next be asked for (the past: at once), or None. `asked`: triggers that were asked of it."""
    return min((at for name, at in times.items() if name not in asked), default=None)


def trigger_of_rule(meetings: MeetingPolicy, rule: str) -> MeetingTrigger | None:
    """The trigger that a repeat rule sets off, if there is one."""
    return next((trigger for trigger in meetings.triggers if trigger.repeat_rule == rule), None)
