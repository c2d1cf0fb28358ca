"""The interviews of one child as the workspace shows them: the parts that it reads, their actions, the quality checks.

The operational group reads what helps to judge whether the child was heard and what the plan must answer: the sections
of `core.said.SECTIONS`. What happened in detail, health, school, the carer's account and the advice given stay
with those who work with the child (docs/definitions.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date, local_midnight
from tracker.core.form_answers import Answer
from tracker.core.interview_form import Section
from tracker.core.interviews import interview_state
from tracker.core.quality_check import Check, Met, checker_role
from tracker.core.said import SECTIONS
from tracker.core.terms import OPEN_CLOCK_STATES, InterviewState, Role
from tracker.services.context import Context, Viewer
from tracker.services.pages.actions import ActionView, actions_of_interview
from tracker.services.pages.frequent import YEAR_DAYS, rows_of
from tracker.services.pages.frequent_child import held_interviews, open_frequent
from tracker.services.pages.frequent_shapes import FrequentRow
from tracker.services.pages.police_shares import ShareView, shares_of
from tracker.store import episodes, interview_forms, interviews, maramps, people
from tracker.store.db import session as read_session
from tracker.store.models import Episode, Interview, InterviewEpisode, QualityCheck
from tracker.store.visibility import episodes_visible_to

NONE_HELD = OPEN_CLOCK_STATES | {InterviewState.DECLINED, InterviewState.NOT_REQUIRED}
"""States of a return that asked for an interview, and had none."""

WISHES = ("would_help", "share_wishes")
"""Section and question: what the child wishes not to be shared. Whoever reads of a child here reads this first."""


@dataclass(frozen=True)
class CoveredEpisode:
    id: int
    missing_from_at: datetime
    due_at: datetime | None
    in_time: bool | None  # None: it ran no clock


@dataclass(frozen=True)
class HeldInterview:
    """One that was held. `checks`: the newest of each role; `is_written`: there is something to read here.

    `may_check`: it is written up, here or elsewhere; before that nobody can say how good it was.
    """

    id: int
    completed_at: datetime
    held_by: str | None
    episodes: tuple[CoveredEpisode, ...]
    is_written: bool
    may_check: bool
    checks: tuple[Check, ...]

    @property
    def in_time(self) -> bool | None:
        """Of every episode that it covers; None where none ran a clock."""
        known = [episode.in_time for episode in self.episodes if episode.in_time is not None]
        return all(known) if known else None


@dataclass(frozen=True)
class NotHeld:
    """A return of the last 365 days after which no interview was held: how that stands."""

    missing_from_at: datetime
    returned_at: datetime
    state: InterviewState


@dataclass(frozen=True)
class InterviewsPage:
    """`held` and `not_held`: the newest first."""

    row: FrequentRow
    held: tuple[HeldInterview, ...]
    not_held: tuple[NotHeld, ...]


@dataclass(frozen=True)
class InterviewRead:
    """One interview opened in the workspace. `earlier`: checks that a newer one of the same role stands for.

    `role`: for which the viewer checks; `seen_number`: of that role's newest check, 0 for none. `not_shared`: what the
    child wishes not to be shared. `opens`: whether the viewer may open the whole of it.
    """

    row: FrequentRow
    interview: HeldInterview
    sections: tuple[tuple[Section, Mapping[str, Answer]], ...]
    not_shared: str
    actions: tuple[ActionView, ...]
    shares: tuple[ShareView, ...]
    earlier: tuple[Check, ...]
    role: Role | None
    own: Check | None
    is_own: bool
    opens: bool

    @property
    def seen_number(self) -> int:
        return self.own.number if self.own else 0


def interviews_page(context: Context, viewer: Viewer, child_id: int) -> InterviewsPage | None:
    """Every interview that was held, with its checks, and how it stands where none was; None where the viewer may not
    see the child."""
    child = open_frequent(context, viewer, child_id, "interviews")
    if child is None:
        return None
    session = read_session()
    row = rows_of(session, context, [child], local_date(context.now))[0]
    return InterviewsPage(
        row, _views(session, held_interviews(session, child_id)), _not_held(session, context, child_id)
    )


def _not_held(session: Session, context: Context, child_id: int) -> tuple[NotHeld, ...]:
    since = local_midnight(local_date(context.now) - timedelta(days=YEAR_DAYS - 1))
    told = episodes.with_children(session, and_(Episode.child_id == child_id, Episode.returned_at >= since))
    held = interviews.interviews_by_episode(session, [episode.id for episode in told])
    found = []
    for episode in reversed(told):
        state = interview_state(episode, held.get(episode.id, []), context.now, context.rules.policy)
        if episode.returned_at is not None and state in NONE_HELD:
            found.append(NotHeld(episode.missing_from_at, episode.returned_at, state))
    return tuple(found)


def interview_read(context: Context, viewer: Viewer, child_id: int, interview_id: int) -> InterviewRead | None:
    """One of them to read, recorded; None where there is none of this child that the viewer may see."""
    child = open_frequent(context, viewer, child_id, "interview", interview_id=interview_id)
    session = read_session()
    held = [one for one in held_interviews(session, child_id) if one.id == interview_id] if child else []
    if child is None or not held:
        return None
    (interview,), checks = _views(session, held), _checks(session, [interview_id])[interview_id]
    answers = interview_forms.answers_by_section(session, interview_id)
    role = checker_role(viewer.roles)
    return InterviewRead(
        row=rows_of(session, context, [child], local_date(context.now))[0],
        interview=interview,
        sections=_sections(session, held[0], answers),
        not_shared=str(answers.get(WISHES[0], {}).get(WISHES[1], "")),
        actions=actions_of_interview(session, context, interview_id),
        shares=tuple(share for share in shares_of(session, interview_id) if share.withdrawn_at is None),
        earlier=tuple(check for check in reversed(checks) if check not in interview.checks),
        role=role,
        own=next((check for check in interview.checks if check.role is role), None),
        is_own=viewer.person_id in (held[0].completed_by_id, held[0].written_up_by_id),
        opens=_may_open(session, viewer, interview_id),
    )


def checks_of(interview_id: int) -> tuple[Check, ...]:
    """The checks that stand of an interview whose page the viewer has opened: whoever held it learns from them."""
    session = read_session()
    return _newest(_checks(session, [interview_id])[interview_id])


def _views(session: Session, held: Sequence[Interview]) -> tuple[HeldInterview, ...]:
    names, checks, covered = (
        people.names_by_id(session),
        _checks(session, [row.id for row in held]),
        _covered(session, held),
    )
    return tuple(
        HeldInterview(
            id=row.id,
            completed_at=row.completed_at,
            held_by=row.interviewer_name or names.get(row.completed_by_id or 0),
            episodes=covered[row.id],
            is_written=row.form_version_id is not None and row.written_up_at is not None,
            may_check=row.written_up_at is not None or row.written_elsewhere,
            checks=_newest(checks[row.id]),
        )
        for row in held
        if row.completed_at is not None
    )


def _covered(session: Session, held: Sequence[Interview]) -> dict[int, tuple[CoveredEpisode, ...]]:
    query = (
        select(InterviewEpisode.interview_id, Episode)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(InterviewEpisode.interview_id.in_([row.id for row in held]), Episode.joined_into_id.is_(None))
        .order_by(Episode.missing_from_at, Episode.id)
    )
    at = {row.id: row.completed_at for row in held}
    found: dict[int, list[CoveredEpisode]] = {row.id: [] for row in held}
    for interview_id, episode in session.execute(query):
        due, done = episode.interview_due_at, at[interview_id]
        in_time = done <= due if due is not None and done is not None else None
        found[interview_id].append(CoveredEpisode(episode.id, episode.missing_from_at, due, in_time))
    return {id_: tuple(covered) for id_, covered in found.items()}


def _checks(session: Session, interview_ids: Sequence[int]) -> dict[int, list[Check]]:
    """Interview id → every check, oldest first."""
    names = people.names_by_id(session)
    rows = maramps.checks_of(session, interview_ids)
    return {id_: [_check(check, names) for check in rows.get(id_, ())] for id_ in interview_ids}


def _check(row: QualityCheck, names: Mapping[int, str]) -> Check:
    return Check(
        role=Role(row.role),
        number=row.number,
        heard=Met(row.heard),
        understood=Met(row.understood),
        done=Met(row.done),
        comment=row.comment or "",
        checked_at=row.checked_at,
        checked_by=names.get(row.checked_by_id or 0),
    )


def _newest(checks: Sequence[Check]) -> tuple[Check, ...]:
    """The last of each role, in the order in which the roles first checked."""
    return tuple({check.role: check for check in checks}.values())


def _sections(
    session: Session, row: Interview, answers: Mapping[str, Mapping[str, Answer]]
) -> tuple[tuple[Section, Mapping[str, Answer]], ...]:
    form = interview_forms.pinned_form(session, row.form_version_id)
    if form is None or row.written_up_at is None:
        return ()
    read = (form.section(code) for code in SECTIONS)
    return tuple((section, answers[section.code]) for section in read if section and answers.get(section.code))


def _may_open(session: Session, viewer: Viewer, interview_id: int) -> bool:
    covered = select(InterviewEpisode.episode_id).where(InterviewEpisode.interview_id == interview_id)
    query = select(Episode.id).where(Episode.id.in_(covered), episodes_visible_to(viewer)).limit(1)
    return session.scalar(query) is not None
