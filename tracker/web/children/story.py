"""A child's story in sentences: plain and kind, so that it could be given to the person to read of themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.clock import local_date, local_midnight
from tracker.core.missing_episode import MissingEpisode
from tracker.core.story import Chapter, chapters
from tracker.core.terms import EpisodeKind
from tracker.services.pages.child_story import child_story
from tracker.services.pages.children import RepeatFlagView
from tracker.services.pages.prevention import prevention_of
from tracker.services.pages.story_shapes import ActionTold, InterviewTold, MeetingTold, Quote, StoryPage
from tracker.web.children.story_interview import interview_sentences, tag_of
from tracker.web.children.story_plan import plan_steps
from tracker.web.filters import day, duration, instant

__all__ = ["Asked", "Entry", "asked_and_done", "child_story", "story"]


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `kind`: episode, interview, action, meeting, flag or plan. `tag`: (words, colour)."""

    at: datetime
    kind: str
    title: str
    sentences: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    tag: tuple[str, str] | None = None
    episode_id: int | None = None
    maramp_id: int | None = None


@dataclass(frozen=True)
class Asked:
    """What the child said would help, in one conversation or beside any; and what came of it.

    `others`: actions from that conversation which nobody said the child had asked for.
    """

    at: datetime | None
    quotes: tuple[Quote, ...]
    actions: tuple[ActionTold, ...]
    others: tuple[ActionTold, ...] = ()


def story(page: StoryPage) -> tuple[Chapter[Entry], ...]:
    """Everything, the oldest first, by years and months."""
    return chapters(
        [
            *(_of_episode(episode, page) for episode in page.episodes),
            *(_of_interview(interview, page) for interview in page.interviews),
            *(entry for action in page.actions for entry in _of_action(action, page)),
            *(_of_meeting(meeting) for meeting in page.meetings),
            *(_of_flag(flag, page) for flag in page.flags if flag.withdrawn_at is None),
            *(
                Entry(at, "plan", title, sentences, maramp_id=plan.id)
                for plan in page.plans
                for at, title, sentences in plan_steps(plan)
            ),
        ]
    )


def asked_and_done(page: StoryPage) -> tuple[Asked, ...]:
    """Each thing that the child asked for beside what was done, the oldest first; also where nothing has been done."""
    of: dict[int | None, list[ActionTold]] = {}
    for action in page.actions:
        of.setdefault(action.interview_id, []).append(action)
    found = []
    for interview in page.interviews:
        mine = of.pop(interview.id, [])
        theirs = tuple(action for action in mine if action.asked_by_child)
        others = tuple(action for action in mine if not action.asked_by_child)
        if interview.wishes or theirs:
            found.append(Asked(interview.told_at, interview.wishes, theirs, others))
    for actions in of.values():
        found += [Asked(action.created_at, (), (action,)) for action in actions if action.asked_by_child]
    return tuple(sorted(found, key=lambda one: one.at.timestamp() if one.at else 0.0))


_AWAY = {
    EpisodeKind.MISSING: "{name} went missing",
    EpisodeKind.AWAY: "{name} was away from where {name} was to be, and it was known where",
    EpisodeKind.NO_APPARENT_RISK: "{name} was away, and nobody saw a risk",
}


def _of_episode(episode: MissingEpisode, page: StoryPage) -> Entry:
    title = _AWAY[episode.kind].format(name=page.forename)
    if episode.out_of_counts is not None:
        return Entry(
            episode.missing_from_at, "episode", f"{page.forename} was reported as missing, which is not counted",
            (f"Reported from {instant(episode.missing_from_at)}.",), episode_id=episode.id,
        )  # fmt: skip
    sentences = [*_course(episode, page.forename), *_prevention(episode, page.forename)]
    harm = ("Harm was raised", "red") if episode.prevention_interview_raised_harm else None
    return Entry(episode.missing_from_at, "episode", title, tuple(sentences), tag=harm, episode_id=episode.id)


def _course(episode: MissingEpisode, name: str) -> Iterator[str]:
    """Gone, found, back."""
    start, found, back = episode.missing_from_at, episode.found_at, episode.returned_at
    place = f", from {episode.missing_from_address}" if episode.missing_from_address else ""
    yield f"From {instant(start)}{place}."
    if found and (back is None or (back - found).total_seconds() >= 60):
        where = f" at {episode.found_location}" if episode.found_location else ""
        by = f" by {episode.found_by}" if episode.found_by else ""
        yield f"Found{where}{by} on {instant(found, start)}."
    if back:
        yield f"{name} was back on {instant(back, start)}, after {duration((back - start).total_seconds() / 60)}."
    elif found is None:
        yield "No return is recorded."
    else:
        yield "Not yet back home or in care."


def _prevention(episode: MissingEpisode, name: str) -> Iterator[str]:
    view = prevention_of(episode)
    if view is None:
        return
    if view.held_at is None and not view.outcome:
        yield f"That the police spoke with {name} afterwards is not recorded."
        return
    when = f" on {instant(view.held_at, view.returned_at or view.held_at)}" if view.held_at else ""
    yield f"The police spoke with {name}{when}." + (f" They wrote: {view.outcome}" if view.outcome else "")


def _of_interview(interview: InterviewTold, page: StoryPage) -> Entry:
    title = {
        "completed_at": f"A conversation with {page.forename}",
        "declined_at": "A conversation was offered, and declined",
        "not_required_approved_at": "No conversation was needed",
    }
    closed = next((name for name in title if getattr(interview, name)), None)
    arranging = f"A conversation with {page.forename} is being arranged"
    return Entry(
        interview.told_at, "interview", title[closed] if closed else arranging,
        tuple(interview_sentences(interview, page)), (*interview.words, *interview.wishes), tag_of(interview),
    )  # fmt: skip


def _of_action(action: ActionTold, page: StoryPage) -> Iterator[Entry]:
    """When it was settled on; and when it was done, where that was another day."""
    whose = f" by {action.owner}" if action.owner else ""
    asked = f"{page.forename} asked for this. " if action.asked_by_child else ""
    to_do = f"{asked}To be done{whose} by {day(action.due_on)}."
    done = _done(action)
    same_day = action.done_at is not None and local_date(action.done_at) == local_date(action.created_at)
    first = (to_do, done) if done and (same_day or action.done_at is None) else (to_do,)
    yield Entry(action.created_at, "action", f"To do: {action.what}", first)
    if action.done_at and not same_day:
        yield Entry(action.done_at, "action", f"Done: {action.what}", (done,), tag=("Done", "green"))


def _done(action: ActionTold) -> str:
    if action.done_at:
        by = f" by {action.done_by}" if action.done_by else ""
        return f"Done{by} on {day(action.done_at)}." + (f" {action.outcome}" if action.outcome else "")
    if action.withdrawn_at:
        why = f" {action.withdrawn_reason}" if action.withdrawn_reason else ""
        return f"Taken back on {day(action.withdrawn_at)}.{why}"
    return ""


def _of_meeting(meeting: MeetingTold) -> Entry:
    """A meeting of those who work with the child."""
    said = [f"Asked for because: {meeting.title}." + (f" {meeting.reason}" if meeting.reason else "")]
    if meeting.held_at:
        said.append(f"Held on {instant(meeting.held_at)}." + (f" {meeting.outcome}" if meeting.outcome else ""))
    elif meeting.withdrawn_at:
        said.append("It was taken back: what had asked for it proved not to be so.")
    elif meeting.decided_at:
        said.append(f"Decided on {day(meeting.decided_at)} that none was needed: {meeting.not_needed_reason}")
    else:
        said.append(f"Planned for {instant(meeting.planned_at)}." if meeting.planned_at else "Not held yet.")
    return Entry(meeting.asked_at, "meeting", "A meeting of the people around the child", tuple(said))


def _of_flag(flag: RepeatFlagView, page: StoryPage) -> Entry:
    """A rule that several times away make true; told at the start of the last that made it so."""
    starts = {episode.id: episode.missing_from_at for episode in page.episodes}
    known: Sequence[datetime] = [starts[id_] for id_ in flag.episode_ids if id_ in starts]
    same_day = [at for at in known if local_date(at) == flag.raised_on]
    at = max(same_day or known, default=None)
    said = [f"{flag.title}: {len(flag.episode_ids)} times by now."]
    if flag.reviewed_at:
        by = f" by {flag.reviewed_by}" if flag.reviewed_by else ""
        said.append(f"Looked at{by} on {day(flag.reviewed_at)}: {flag.decision}")
    if flag.maramp_on:
        said.append(f"A plan of several services (MARAMP) on {day(flag.maramp_on)}.")
    return Entry(at or local_midnight(flag.raised_on), "flag", "Away several times", tuple(said))
