"""The words of every email: files in templates/emails, filled in strictly.

They hold a random reference, the deadline and a link that needs sign-in, and by their signatures can hold no more:
nothing about a child, and not even the number of a record (definitions §7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tracker.core.alert_terms import Trigger
from tracker.core.alerts import SUMMED_UP_AFTER_DAYS, RungPolicy, shipped_rung
from tracker.core.clock import Period, show_day, show_instant
from tracker.core.digest import DigestItem

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "emails"

OVERDUE_LIST = "/episodes?state=overdue"
ALERTS_LIST = "/alerts?whose=me&state=unanswered"


@dataclass(frozen=True)
class EmailText:
    template: str
    subject: str
    body: str


def alert_text(subject: str, step: RungPolicy, due_at: datetime, reference: str, base_url: str) -> EmailText:
    """What tells one person of one rung. `subject` is `episode` or `line`."""
    if subject == "line":
        template = "line_due_soon" if step.offset_hours < 0 else "line_overdue"
    else:
        template = str(shipped_rung(step.rung, step.offset_hours))
    due = show_instant(due_at, always_zone=True)
    form = _alert_form(template, due, f"{step.offset_hours:g}", f"{base_url}/alerts/")
    return EmailText(template, form.subject.replace(_REFERENCE, reference), form.body.replace(_REFERENCE, reference))


_REFERENCE = "\0" * 16
"""Stands for the reference where a text is kept for many; no text holds it otherwise."""


@lru_cache(maxsize=4096)
def _alert_form(template: str, due: str, hours: str, link: str) -> EmailText:
    """Of thousands of alerts found at once many are due in the same minute, and differ in the reference only."""
    return _fill(template, due=due, hours=hours, reference=_REFERENCE, link=link + _REFERENCE)


def summed_up_text(count: int, now: datetime, base_url: str) -> EmailText:
    """One message for everything long overdue: how many, and where the list is."""
    return _fill(
        "summed_up",
        count=count,
        days=SUMMED_UP_AFTER_DAYS,
        written=show_instant(now, always_zone=True),
        link=base_url + OVERDUE_LIST,
    )


def several_text(count: int, now: datetime, base_url: str) -> EmailText:
    """One message for what one pass found beyond a few: how many, and where the list is."""
    written = show_instant(now, always_zone=True)
    return _fill("several", count=count, written=written, link=base_url + ALERTS_LIST)


@dataclass(frozen=True)
class SilentFeed:
    """A feed from which nothing has come: by when it was expected, oldest first, and when the last report came."""

    title: str
    expected: tuple[str, ...]
    last: str | None


def alerts_list(trigger: Trigger) -> str:
    """Where the alerts of a trigger that nobody has answered are listed."""
    return f"/alerts?state=unanswered&rung={trigger}"


def notice_text(trigger: Trigger, count: int, lines: int, due_at: datetime, reference: str, base_url: str) -> EmailText:
    """What tells one person of what a trigger found: of one matter, or how many there are.

    `due_at`: when the one, or the first of them, fell due. `lines`: how many lines wait, where they are reports'.
    """
    return _fill(
        str(trigger),
        count=count,
        lines=lines,
        due=show_instant(due_at, always_zone=True),
        reference=reference,
        link=base_url + (f"/alerts/{reference}" if count == 1 else alerts_list(trigger)),
    )


def engine_stale_text(since_at: datetime, until: datetime, reference: str, base_url: str) -> EmailText:
    """What tells one person that nothing looked at the deadlines between two instants."""
    return _fill(
        str(Trigger.ENGINE_STALE),
        since=show_instant(since_at, always_zone=True),
        until=show_instant(until, always_zone=True),
        reference=reference,
        link=f"{base_url}/alerts/{reference}",
    )


def stood_in_text(count: int, base_url: str) -> EmailText:
    """One message for several alerts that did not reach somebody for whom this person stands in."""
    return _fill("stood_in", count=count, link=f"{base_url}/alerts?state=unanswered&whose=me")


def digest_text(day: date, items: Sequence[DigestItem], base_url: str, *, of_team: bool = False) -> EmailText:
    """How one person's work stands in the morning: counts, and where to begin; a team's on its own board."""
    counts = {str(item.name): item.count for item in items}
    return _fill(
        "digest",
        day=show_day(day),
        counts=counts,
        total=sum(counts.values()),
        link=f"{base_url}/{'my-team' if of_team else ''}",
    )


def no_report_text(silent: Sequence[SilentFeed], link: str) -> EmailText:
    """What tells one person that reports have not come. A feed's title is an administrator's, never a child's."""
    return _fill("no_report", silent=silent, link=link)


def test_message_text(reference: str, now: datetime, base_url: str) -> EmailText:
    """What shows that a road gets through."""
    queued = show_instant(now, always_zone=True)
    return _fill("test_message", reference=reference, queued=queued, link=f"{base_url}/engine")


def month_published_text(period: Period, version: int, base_url: str) -> EmailText:
    """What tells of a published month: which, and where its figures are; none of them is in it."""
    link = f"{base_url}/month/{period.key}?version={version}"
    return _fill("month_published", month=show_month(period), version=version, link=link)


def month_waiting_text(period: Period, base_url: str) -> EmailText:
    """What tells those who may publish that a month waits for them."""
    return _fill("month_waiting", month=show_month(period), link=f"{base_url}/month/{period.key}")


def month_final_text(period: Period, base_url: str) -> EmailText:
    """What tells them that a month published while it was provisional has its final figures."""
    return _fill("month_final", month=show_month(period), link=f"{base_url}/month/{period.key}/differences")


def show_month(period: Period) -> str:
    return f"{period.start_on:%B %Y}"


def escalated_text(due_at: datetime, reference: str, base_url: str) -> EmailText:
    """What tells one person that somebody who was told before them asks them to act now."""
    due = show_instant(due_at, always_zone=True)
    return _fill("escalated", due=due, reference=reference, link=f"{base_url}/alerts/{reference}")


def minutes_text(day: date, meeting_id: int, base_url: str) -> EmailText:
    """What tells one member of the operational group that minutes are ready: the day, and the meeting's own page."""
    return _fill("group_minutes", day=show_day(day), link=f"{base_url}/group/{meeting_id}")


def message_domain(base_url: str) -> str:
    """The right half of a Message-ID: the name under which this service is reached."""
    return urlsplit(base_url).hostname or "localhost"


def _fill(template: str, **values: object) -> EmailText:
    """Raises jinja2.UndefinedError for a value that a template asks for and is not given."""
    subject = _environment().get_template(f"{template}-subject.txt").render(values)
    body = _environment().get_template(f"{template}-body.txt").render(values)
    return EmailText(template, " ".join(subject.split()), body.strip() + "\n")


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=select_autoescape())
