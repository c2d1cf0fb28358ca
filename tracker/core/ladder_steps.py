"""The steps of the alert ladder: when after a deadline each is reached, and by which name the month counts it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.alert_terms import Audience, Rung
from tracker.core.alert_window import Window
from tracker.core.recipients import Receivers, ToldBy


@dataclass(frozen=True)
class RungPolicy:
    """A step of the ladder: hours from the deadline (negative before it), whom it tells, and in which hours.

    `rung` is its name: a shipped one, or the council's own, which `title` may put in words. `window`: None where it
    waits for nobody's working hours. `set_at`: when it was put on the ladder as it is; None for one of a file.
    """

    rung: str
    offset_hours: float
    told_by: ToldBy
    window: Window | None = None
    title: str = ""
    set_at: datetime | None = None

    def reached_at(self, due_at: datetime) -> datetime:
        return due_at + timedelta(hours=self.offset_hours)

    def first_reached_at(self, due_at: datetime) -> datetime:
        """The first instant at which `is_reached`: the very deadline is still in time, the next microsecond is not."""
        at = self.reached_at(due_at)
        at = at if self.offset_hours < 0 else at + timedelta.resolution
        return self.window.next_open(at) if self.window else at

    def is_reached(self, due_at: datetime, now: datetime) -> bool:
        """24 h before means 24 h or less left; from the deadline on, past it: at the deadline it is still in time."""
        return now >= self.first_reached_at(due_at)

    def was_past_when_set(self, due_at: datetime) -> bool:
        """A step after the deadline that this clock had passed before the step was put on the ladder."""
        return self.set_at is not None and self.offset_hours >= 0 and self.reached_at(due_at) < self.set_at


def ladder_step(
    rung: str, offset_hours: float, *audience: Audience, addresses: tuple[str, ...] = (), window: Window | None = None
) -> RungPolicy:
    """A step that tells the same people whichever team it is of."""
    return RungPolicy(rung, offset_hours, ToldBy(Receivers(audience, addresses)), window)


_SHIPPED_HOURS = {Rung.DUE_SOON: -24.0, Rung.OVERDUE: 0.0, Rung.OVERDUE_24H: 24.0, Rung.OVERDUE_96H: 96.0}


def shipped_rung(rung: str, offset_hours: float) -> Rung:
    """The shipped rung under which a council's own step counts in the month: the highest that is not after it."""
    if rung in set(Rung):
        return Rung(rung)
    return max(
        (name for name, hours in _SHIPPED_HOURS.items() if hours <= offset_hours),
        default=Rung.DUE_SOON,
        key=_SHIPPED_HOURS.__getitem__,
    )
