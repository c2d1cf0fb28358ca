"""One return home interview told in sentences: whose it was, how the child was reached, what became of it."""

from collections.abc import Iterator

from tracker.core.interview_terms import AllocationKind, AuthorityAnswer, ContactMethod, ContactWith, VisitEnd
from tracker.core.missing_episode import MissingEpisode
from tracker.core.story import tried
from tracker.core.terms import DeclinedBy
from tracker.services.pages.story_shapes import InterviewTold, StoryPage, VisitTold
from tracker.web.filters import day, duration, instant
from tracker.web.words import words

_BY = {
    ContactMethod.PHONE: "by phone",
    ContactMethod.TEXT_MESSAGE: "by text message",
    ContactMethod.EMAIL: "by email",
    ContactMethod.LETTER: "by letter",
    ContactMethod.VISIT: "by visiting",
    ContactMethod.VIDEO: "by video call",
    ContactMethod.OTHER: "in another way",
}
_TIMES = {1: "once", 2: "twice"}
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}
_TO = {
    AllocationKind.ALLOCATED: "{name} was to hold it",
    AllocationKind.REALLOCATED: "it was then given to {name}",
    AllocationKind.HANDED_OVER: "it was handed over to {name}",
    AllocationKind.COVER: "{name} stood in",
}


def interview_sentences(interview: InterviewTold, page: StoryPage) -> Iterator[str]:
    """In the order in which it went."""
    yield from _whose(interview, page)
    for one in interview.asked:
        yield f"{one.authority} was asked to hold it on {day(one.asked_at)}.{_answer(one.answer)}"
    yield from _reached(interview)
    if interview.offered_at:
        yield f"Offered on {instant(interview.offered_at)}."
    if interview.accepted_at:
        by = f" by {_lower(words(ContactWith(interview.accepted_by)))}" if interview.accepted_by else ""
        yield f"Accepted{by} on {instant(interview.accepted_at)}."
    for visit in interview.visits:
        yield _visit(visit, page.forename)
    yield from _what_became(interview, page)


def tag_of(interview: InterviewTold) -> tuple[str, str] | None:
    if interview.completed_at:
        return "Held", "green"
    if interview.declined_at:
        return "Declined", "teal"
    return None if interview.not_required_approved_at else ("Not held yet", "grey")


def _whose(interview: InterviewTold, page: StoryPage) -> Iterator[str]:
    covered = [episode for episode in page.episodes if episode.id in interview.episode_ids]
    if len(covered) > 1:
        days = ", ".join(day(episode.missing_from_at) for episode in covered)
        yield f"One conversation about {len(covered)} times away: {days}."
    if interview.holders:
        yield f"{_sentence('; '.join(_TO[one.kind].format(name=one.name) for one in interview.holders))}."


def _answer(answer: str | None) -> str:
    return f" {words(AuthorityAnswer(answer))}." if answer else " No answer is recorded."


def _reached(interview: InterviewTold) -> Iterator[str]:
    """ "Tried three times by phone, reached on the third.\""""
    found = tried(interview.attempts)
    if found is None:
        return
    ways = ", ".join(dict.fromkeys(_BY[method] for method in interview.methods))
    often = _TIMES.get(found.times, f"{found.times} times")
    if found.reached_on is None:
        yield f"Tried {often} {ways}; nobody has answered."
    elif found.times == 1:
        yield f"Tried once {ways}, and reached."
    else:
        yield f"Tried {often} {ways}, reached on the {_NTH.get(found.reached_on, f'{found.reached_on}th')}."


def _visit(visit: VisitTold, name: str) -> str:
    planned = f"A meeting was planned for {instant(visit.planned_at)} ({visit.place})"
    if visit.ended_as is VisitEnd.HELD:
        return f"{planned}, and took place."
    if visit.ended_as is None:
        return f"A meeting is planned for {instant(visit.planned_at)} ({visit.place})."
    if visit.ended_as is VisitEnd.NOT_HELD:
        why = f": {_lower(words(visit.not_held_reason))}" if visit.not_held_reason else ""
        return f"{planned}. It did not come about{why.replace('the child', name)}."
    return f"{planned}, and was {'moved' if visit.ended_as is VisitEnd.MOVED else 'cancelled'}."


def _what_became(interview: InterviewTold, page: StoryPage) -> Iterator[str]:
    if interview.completed_at:
        by = f" {interview.interviewer} and {page.forename} spoke" if interview.interviewer else " They spoke"
        yield f"{by.strip()} on {instant(interview.completed_at)}{_after(interview, page)}."
    elif interview.declined_at:
        child = interview.declined_by is DeclinedBy.CHILD
        who = f"{page.forename} did not wish to talk" if child else "A parent or carer declined it"
        asked = "" if child or interview.child_was_asked is None else (
            f" {page.forename} was asked too." if interview.child_was_asked else f" {page.forename} was not asked."
        )  # fmt: skip
        why = f" The reason given: {interview.decline_reason}" if interview.decline_reason else ""
        yield f"{who}, on {instant(interview.declined_at)}.{asked}{why}"
    elif interview.not_required_approved_at:
        why = f" The reason: {interview.not_required_reason}" if interview.not_required_reason else ""
        yield f"A manager agreed on {day(interview.not_required_approved_at)} that none was required.{why}"


def _after(interview: InterviewTold, page: StoryPage) -> str:
    """In how many hours after each return, and whether within the time that the law gives."""
    covered = [e for e in page.episodes if e.id in interview.episode_ids and e.returned_at]
    return "".join(f", {_of_one(interview, episode, len(covered) > 1)}" for episode in covered)


def _of_one(interview: InterviewTold, episode: MissingEpisode, named: bool) -> str:
    assert interview.completed_at is not None
    assert episode.returned_at is not None
    which = f" of {day(episode.returned_at)}" if named else ""
    minutes = (interview.completed_at - episode.returned_at).total_seconds() / 60
    if minutes < 0:
        return f"before the return{which}"
    due = episode.interview_due_at
    in_time = "" if due is None else f" ({'within' if interview.completed_at <= due else 'later than'} the 72 hours)"
    if due is not None and episode.deadline_hours not in (None, 72):
        in_time = in_time.replace("72", str(episode.deadline_hours))
    return f"{duration(minutes)} after the return{which}{in_time}"


def _lower(text: str | None) -> str:
    return (text or "")[:1].lower() + (text or "")[1:]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
