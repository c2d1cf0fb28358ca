"""What happened in one episode, in order of time: the page's timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tracker.services.pages.episodes import AlertView, BreachView, EpisodePage, InterviewView
from tracker.web.episodes.wording import WITHDRAWN_WORDS
from tracker.web.filters import duration, instant
from tracker.web.words import words


@dataclass(frozen=True)
class Happening:
    """One entry. `colour`: empty, `red`, `green`, or `next` for what lies ahead."""

    at: datetime
    title: str
    detail: str = ""
    colour: str = ""


def timeline(page: EpisodePage, now: datetime) -> list[Happening]:
    """Every dated fact of the episode, the earliest first; what was told to several people at once is one entry."""
    found = [
        *_of_the_episode(page),
        *_of_the_clock(page, now),
        *(entry for interview in page.interviews for entry in _of_interview(interview, page)),
        *(entry for breach in page.breaches for entry in _of_breach(breach)),
        *_of_alerts(page.alerts),
    ]
    return sorted(found, key=lambda entry: entry.at)


def _of_the_episode(page: EpisodePage) -> Iterator[Happening]:
    facts = page.facts
    yield Happening(facts.missing_from_at, "Went missing", facts.missing_from_address or "")
    if facts.reported_at:
        yield Happening(facts.reported_at, "Reported to the police")
    if facts.found_at:
        by = f"by {facts.found_by}" if facts.found_by else ""
        yield Happening(facts.found_at, "Found", ", ".join(part for part in (facts.found_location, by) if part))
    if facts.returned_at:
        yield Happening(facts.returned_at, "Returned", "The 72 hours count from here." if page.clock else "")
    if facts.prevention_interview_at:
        detail = "By the police; it does not take the place of the return home interview."
        yield Happening(facts.prevention_interview_at, "Prevention interview", detail)


def _of_the_clock(page: EpisodePage, now: datetime) -> Iterator[Happening]:
    clock = page.clock
    if clock is None:
        return
    if clock.notified_at:
        late = (clock.notified_at - clock.returned_at).total_seconds() / 60
        detail = f"{duration(late)} after the return." if late >= 1 else "At once."
        yield Happening(clock.notified_at, "We were told of the return", detail)
    if clock.is_open and now <= clock.due_at:
        yield Happening(clock.due_at, "The interview is due", "", "next")


def _of_interview(interview: InterviewView, page: EpisodePage) -> Iterator[Happening]:
    others = len(interview.episode_ids) - 1
    covers = f"It covers {others} other episode{'s' if others > 1 else ''} too." if others else ""
    if interview.allocated_at and interview.allocated_to:
        yield Happening(interview.allocated_at, f"Interview allocated to {interview.allocated_to}")
    if interview.offered_at:
        yield Happening(interview.offered_at, "Interview offered")
    if interview.accepted_at:
        yield Happening(interview.accepted_at, "Offer accepted")
    if interview.planned_at:
        yield Happening(interview.planned_at, "Visit planned", "", "next")
    if interview.completed_at:
        late = page.facts.interview_due_at is not None and interview.completed_at > page.facts.interview_due_at
        by = f"By {interview.interviewer_name}." if interview.interviewer_name else ""
        title = "Interview held, after the deadline" if late else "Interview held"
        yield Happening(interview.completed_at, title, f"{by} {covers}".strip(), "" if late else "green")
    if interview.declined_at:
        yield Happening(interview.declined_at, "Interview declined", f"By: {_lower(words(interview.declined_by))}.")
    if interview.not_required_at:
        by = f"by {interview.not_required_by}" if interview.not_required_by else ""
        yield Happening(interview.not_required_at, f"Proposed as not required {by}".strip())
    if interview.not_required_approved_at:
        by = f"By {interview.not_required_approved_by}." if interview.not_required_approved_by else ""
        yield Happening(interview.not_required_approved_at, "Approved: no interview is required", by, "green")
    if interview.not_required_refused_at:
        yield Happening(interview.not_required_refused_at, "Not approved: an interview is required")


def _of_breach(breach: BreachView) -> Iterator[Happening]:
    if breach.withdrawn_at is None:
        yield Happening(breach.breached_at, "The deadline passed", "", "red")
    else:
        yield Happening(breach.breached_at, "The deadline then held passed", "Withdrawn later.")
        why = WITHDRAWN_WORDS.get(breach.withdrawn_reason or "", "")
        yield Happening(breach.withdrawn_at, "The missed deadline was withdrawn", f"Because {why}." if why else "")
    if breach.reason_at:
        detail = ". ".join(part for part in (words(breach.reason), breach.reason_note) if part)
        yield Happening(breach.reason_at, f"Reason given by {breach.reason_by or 'somebody'}", detail)


def _of_alerts(alerts: tuple[AlertView, ...]) -> Iterator[Happening]:
    told: dict[tuple[datetime, str], list[str]] = {}
    for alert in alerts:
        told.setdefault((alert.raised_at, words(alert.rung)), []).append(alert.recipient)
    for (at, rung), people in told.items():
        yield Happening(at, f"Alert: {_lower(rung)}", f"To {_listed(people)}.")
    for alert in alerts:
        if alert.acknowledged_at:
            plan = f"Planned for {instant(alert.planned_at)}." if alert.planned_at else ""
            reason = f"{words(alert.acknowledged_reason)}." if alert.acknowledged_reason else ""
            title = f"Alert acknowledged by {alert.acknowledged_by or 'somebody'}"
            yield Happening(alert.acknowledged_at, title, f"{reason} {plan}".strip())


def _listed(names: list[str]) -> str:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
