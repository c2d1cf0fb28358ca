"""What people are told of beside the deadline of an interview: after how many hours, and whom (definitions §7)."""

from dataclasses import dataclass

from tracker.core.alert_terms import Audience, Trigger
from tracker.core.alert_window import Window
from tracker.core.recipients import Receivers, ToldBy


@dataclass(frozen=True)
class TriggerPolicy:
    """`after_hours` from what starts it (found, raised, received, the end of an action's or a review's day); whom it
    tells.

    `window`: None where it waits for nobody's working hours. A trigger that a ladder does not name tells nobody.
    """

    trigger: Trigger
    after_hours: float
    told_by: ToldBy
    window: Window | None = None


def _shipped(trigger: Trigger, after_hours: float, *audience: Audience) -> TriggerPolicy:
    return TriggerPolicy(trigger, after_hours, ToldBy(Receivers(audience)))


SHIPPED_TRIGGERS = (
    _shipped(Trigger.FOUND_NOT_RETURNED, 12, Audience.TEAM_MANAGER, Audience.LEAD),
    _shipped(Trigger.REPEAT_FLAG, 0, Audience.TEAM_MANAGER, Audience.LEAD),
    _shipped(Trigger.NO_REPORT, 0, Audience.LEAD, Audience.ADMINISTRATOR),
    _shipped(Trigger.LINES_WAITING, 4, Audience.LEAD),
    _shipped(Trigger.ACTION_OVERDUE, 0, Audience.ACTION_OWNER, Audience.TEAM_MANAGER),
    _shipped(Trigger.MARAMP_REVIEW_OVERDUE, 0, Audience.LEAD_PROFESSIONAL, Audience.TEAM_MANAGER, Audience.LEAD),
    _shipped(Trigger.MAIL_UNDELIVERABLE, 0, Audience.LEAD, Audience.ADMINISTRATOR),
    _shipped(Trigger.ENGINE_STALE, 0, Audience.ADMINISTRATOR, Audience.LEAD),
)

SEES_NO_RECORD = frozenset({Trigger.NO_REPORT, Trigger.MAIL_UNDELIVERABLE, Trigger.ENGINE_STALE})
"""Triggers that are about no child, so that an administrator, who sees no records, may be told of them."""
