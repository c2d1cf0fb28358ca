"""When people here ring and visit: Monday to Friday, 9:00 to 18:00 in London. The clock runs on meanwhile."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from tracker.core.clock import local_date, read_local

OPENS, CLOSES = time(9), time(18)


def working_hours(start: datetime, end: datetime) -> float:
    """Hours of Monday to Friday, 9:00 to 18:00 in London, between two instants; none where the end comes first."""
    hours = 0.0
    day = local_date(start)
    while start < end:
        opens_at, closes_at = _opening(day)
        if opens_at >= end:
            break
        hours += max(0.0, (min(end, closes_at) - max(start, opens_at)).total_seconds() / 3600)
        day += timedelta(days=1)
    return hours


@lru_cache(maxsize=64)
def _opening(day: date) -> tuple[datetime, datetime]:
    """When work begins and ends on a day; at weekends at one instant."""
    opens_at = read_local(datetime.combine(day, OPENS)).at
    return opens_at, read_local(datetime.combine(day, CLOSES)).at if day.weekday() < 5 else opens_at
