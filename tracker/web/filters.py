"""How values are written on a page: instants in London time, time left, numbers, the words for a code."""

from datetime import date, datetime

from flask import Flask
from markupsafe import Markup, escape

from tracker.core.clock import local, local_date, show_instant
from tracker.web.interview_words import outlook_words
from tracker.web.words import words

MISSING_VALUE = "–"


def instant(at: datetime | None, beside: datetime | None = None) -> str:
    """`23 Nov 2026, 14:05`, in London; with GMT or BST where the hour is ambiguous or the clocks changed before
    `beside`."""
    return MISSING_VALUE if at is None else show_instant(at, beside)


def instant_time(at: datetime | None, beside: datetime | None = None) -> str:
    """The same inside `<time datetime=…>`, kept on one line."""
    if at is None:
        return MISSING_VALUE
    shown = f'<time datetime="{at.isoformat()}" class="app-instant">{show_instant(at, beside)}</time>'
    return Markup(shown)  # noqa: S704 (digits, and the names of months: nothing to escape, and asked for often)


def day(value: date | datetime | None) -> str:
    """`23 November 2026`; of an instant, its London date."""
    if value is None:
        return MISSING_VALUE
    on = local_date(value) if isinstance(value, datetime) else value
    return f"{on.day} {on:%B %Y}"


def time_of_day(at: datetime | None) -> str:
    """`14:05`, in London."""
    return MISSING_VALUE if at is None else f"{local(at):%H:%M}"


def month_name(value: date | str) -> str:
    """`October 2026`, of a date or of a key such as `2026-10`."""
    on = date.fromisoformat(f"{value}-01") if isinstance(value, str) else value
    return f"{on:%B %Y}"


def duration(minutes: float) -> str:
    """`45 min`, `5 h 20 min`, `2 days 4 h`: rounded down, so that time left is never overstated."""
    whole = int(abs(minutes))
    days, rest = divmod(whole, 24 * 60)
    hours, left = divmod(rest, 60)
    if days >= 2:
        return f"{days} days {hours} h" if hours else f"{days} days"
    hours += days * 24
    return f"{hours} h {left} min" if hours and left else f"{hours} h" if hours else f"{left} min"


def time_left(due_at: datetime | None, now: datetime) -> str:
    """`5 h 20 min left`, `3 h overdue`; nothing where no clock runs."""
    if due_at is None:
        return ""
    minutes = (due_at - now).total_seconds() / 60
    if -1 < minutes < 1:
        return "due now" if minutes >= 0 else "just overdue"
    return f"{duration(minutes)} left" if minutes > 0 else f"{duration(minutes)} overdue"


def ago(at: datetime | None, now: datetime) -> str:
    """`3 min ago`, `never`."""
    if at is None:
        return "never"
    minutes = (now - at).total_seconds() / 60
    return "just now" if minutes < 1 else f"{duration(minutes)} ago"


def number(value: float | None) -> str:
    """`1,234` or `12.5`; a dash where there is none."""
    if value is None:
        return MISSING_VALUE
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def percent(value: float | None) -> str:
    """`70.0%`, or in words that there is none."""
    return "no percentage" if value is None else f"{value:.1f}%"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 episode`, `3 episodes`, `1,204 children`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def lines(text: str | None) -> Markup:
    """Typed text with its line breaks kept, everything else escaped."""
    return Markup("<br>").join(escape(line) for line in (text or "").splitlines())


def init_filters(app: Flask) -> None:
    for given in (
        instant, instant_time, day, time_of_day, month_name, duration, time_left, ago, number, percent, plural, lines,
        words, outlook_words,
    ):  # fmt: skip
        app.add_template_filter(given)
