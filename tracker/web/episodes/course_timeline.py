"""The steps of an interview's course, and what was settled on, as entries of the episode's timeline."""

from collections.abc import Iterator

from tracker.core.interview_terms import AllocationKind, ReviewDecision, VisitEnd
from tracker.services.pages.episode_course import EpisodeCourse, ReviewView
from tracker.services.pages.interview_shapes import AllocationView, AttemptView, RequestView, VisitView
from tracker.services.pages.story_shapes import ActionTold, MeetingTold
from tracker.web.episodes.happening import Happening
from tracker.web.filters import day, instant
from tracker.web.words import words

_ALLOCATED = {
    AllocationKind.ALLOCATED: "Interview allocated to {name}",
    AllocationKind.REALLOCATED: "Interview given to {name}",
    AllocationKind.HANDED_OVER: "Interview handed over to {name}",
    AllocationKind.COVER: "{name} covers the interview for an absence",
}


def course_happenings(course: EpisodeCourse) -> Iterator[Happening]:
    """Every step with its own time."""
    yield from (_allocated(one) for one in course.allocations)
    yield from (_attempted(one) for one in course.attempts)
    for request in course.requests:
        yield from _asked(request)
    for visit in course.visits:
        yield from _visited(visit)
    yield from (_reviewed(one) for one in course.reviews)
    for action in course.actions:
        yield from _to_do(action)
    for meeting in course.meetings:
        yield from _meeting(meeting)


def _allocated(one: AllocationView) -> Happening:
    by = f"By {one.by}." if one.by else ""
    return Happening(one.at, _ALLOCATED[one.kind].format(name=one.person), by)


def _attempted(one: AttemptView) -> Happening:
    title = f"Attempt to reach {_lower(words(one.with_whom))}: {_lower(words(one.outcome))}"
    by = f" by {one.recorded_by}" if one.recorded_by else ""
    return Happening(one.at, title, f"{words(one.method)}{by}.")


def _asked(one: RequestView) -> Iterator[Happening]:
    yield Happening(one.asked_at, f"{one.authority} asked to hold the interview", f"{words(one.why)}.")
    if one.answer and one.answered_at:
        yield Happening(one.answered_at, f"{one.authority} answered", f"{words(one.answer)}.")


def _visited(one: VisitView) -> Iterator[Happening]:
    """One held is told as the interview itself."""
    if one.ended_as is None:
        yield Happening(one.planned_at, "Visit planned", one.place, "next")
    elif one.ended_as is not VisitEnd.HELD:
        why = f" {words(one.not_held_reason)}." if one.not_held_reason else ""
        detail = f"Planned for {instant(one.planned_at)}, {one.place}.{why}"
        yield Happening(one.ended_at or one.planned_at, f"Visit: {_lower(words(one.ended_as))}", detail)


def _reviewed(one: ReviewView) -> Happening:
    by = f"By {one.by}." if one.by else ""
    if one.decision is ReviewDecision.APPROVED:
        return Happening(one.at, "What was written is approved", by, "green")
    return Happening(one.at, "Returned with comments", by)


def _to_do(one: ActionTold) -> Iterator[Happening]:
    whose = f"{one.owner}, by" if one.owner else "By"
    asked = " The child asked for it." if one.asked_by_child else ""
    yield Happening(one.created_at, f"To do: {one.what}", f"{whose} {day(one.due_on)}.{asked}")
    if one.done_at:
        yield Happening(one.done_at, f"Done: {one.what}", f"By {one.done_by}." if one.done_by else "", "green")
    elif one.withdrawn_at:
        yield Happening(one.withdrawn_at, f"Taken back: {one.what}", one.withdrawn_reason or "")


def _meeting(one: MeetingTold) -> Iterator[Happening]:
    yield Happening(one.asked_at, "Strategy meeting asked for", one.title)
    if one.held_at:
        yield Happening(one.held_at, "Strategy meeting held", one.outcome or "", "green")
    elif one.withdrawn_at:
        yield Happening(one.withdrawn_at, "The strategy meeting is no longer asked for")
    elif one.decided_at:
        yield Happening(one.decided_at, "Strategy meeting decided against", one.not_needed_reason or "")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
