"""One child of the workspace: the row, the pattern of going missing, who is mentioned. Opening it is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.form_answers import label_of
from tracker.core.overlap import count_once
from tracker.core.pattern import Pattern, pattern_of
from tracker.core.said import InterviewWords
from tracker.services.context import Context, Viewer
from tracker.services.frequent_access import sees_frequent
from tracker.services.pages.frequent import rows_of
from tracker.services.pages.frequent_shapes import FrequentRow
from tracker.services.transaction import writing
from tracker.store import audit, episodes, interview_forms, merges
from tracker.store.db import session as read_session
from tracker.store.models import Child, Episode, Interview, InterviewEpisode
from tracker.store.visibility import episodes_visible_to

PEOPLE = (("whereabouts", "with_whom"), ("exploitation", "older_contacts"))
"""The questions under which people, and what points to them, are written."""


@dataclass(frozen=True)
class Mention:
    """Who a child was with, or who came up, as it is written of one interview."""

    interview_id: int
    held_on: date
    label: str
    text: str


@dataclass(frozen=True)
class FrequentChild:
    """`opens`: the episodes of which this viewer may open the page; of the others the row alone is shown."""

    row: FrequentRow
    pattern: Pattern
    mentions: tuple[Mention, ...]
    opens: frozenset[int]


def open_frequent(context: Context, viewer: Viewer, child_id: int, part: str, **more: object) -> Child | None:
    """The child, the opening of this part of the workspace recorded first; None where this viewer may not see it."""
    with writing() as current:
        if not sees_frequent(current, context, viewer, child_id):
            return None
        details = {"part": part, **more}
        audit.record(current, "frequent_viewed", context.actor, context.now, "child", child_id, details)
    return read_session().get_one(Child, child_id)


def frequent_child(context: Context, viewer: Viewer, child_id: int, part: str = "pattern") -> FrequentChild | None:
    """Everything of the child's first page; None where this viewer may not see it."""
    child = open_frequent(context, viewer, child_id, part)
    if child is None:
        return None
    session, today = read_session(), local_date(context.now)
    counted = count_once(episodes.episodes_of_child(session, child_id), context.rules.policy)
    pattern = pattern_of(counted, today)
    shown = [one.stands.id for one in pattern.episodes]
    may_open = select(Episode.id).where(Episode.id.in_(shown), episodes_visible_to(viewer))
    return FrequentChild(
        row=rows_of(session, context, [child], today)[0],
        pattern=pattern,
        mentions=_mentions(words_of(session, held_interviews(session, child_id))),
        opens=frozenset(session.scalars(may_open)),
    )


def held_interviews(session: Session, child_id: int) -> Sequence[Interview]:
    """Those of the child that were held, the newest first."""
    query = (
        select(Interview)
        .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(Episode.child_id == child_id, Interview.completed_at.is_not(None))
    )
    return session.scalars(query.distinct().order_by(Interview.completed_at.desc(), Interview.id.desc())).all()


def words_of(session: Session, held: Sequence[Interview]) -> tuple[InterviewWords, ...]:
    """What is written of each here; those written elsewhere, or whose write-up is not finished, are left out."""
    found = []
    for row in held:
        form = interview_forms.pinned_form(session, row.form_version_id)
        if form is not None and row.completed_at is not None and row.written_up_at is not None:
            answers = interview_forms.answers_by_section(session, row.id)
            found.append(InterviewWords(row.id, local_date(row.completed_at), form, answers))
    return tuple(found)


def _mentions(told: Sequence[InterviewWords]) -> tuple[Mention, ...]:
    found = []
    for words in told:
        for code, question_code in PEOPLE:
            section = words.form.section(code)
            text = words.answers.get(code, {}).get(question_code)
            question = next((one for one in section.questions if one.code == question_code), None) if section else None
            if question is not None and isinstance(text, str) and text:
                found.append(Mention(words.interview_id, words.held_on, label_of(question, question_code), text))
    return tuple(found)


def stands_for(context: Context, viewer: Viewer, child_id: int) -> int | None:
    """The child into which this one was merged, where the viewer may see that; None where there is none."""
    session = read_session()
    standing = merges.standing_for(session, child_id)
    return standing if standing != child_id and sees_frequent(session, context, viewer, standing) else None
