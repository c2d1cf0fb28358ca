"""The hours in which people read what is not urgent. The first overdue alert never waits for them (definitions §7)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tracker.core.clock import local_date, read_local


@dataclass(frozen=True)
class Window:
    """London time of day, on some days of the week (Monday is 0): from `opens` on, until before `closes`."""

    opens: time = time(8)
    closes: time = time(18)
    weekdays: frozenset[int] = frozenset(range(5))

    def next_open(self, at: datetime) -> datetime:
        """`at` itself where it lies inside the window, else when it next opens."""
        day = local_date(at)
        for ahead in range(8):
            on = day + timedelta(days=ahead)
            if on.weekday() not in self.weekdays:
                continue
            opens_at = read_local(datetime.combine(on, self.opens)).at
            if at < opens_at:
                return opens_at
            if at < read_local(datetime.combine(on, self.closes)).at:
                return at
        raise ValueError("a window that never opens")
