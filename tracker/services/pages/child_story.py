"""One child's story: everything that is recorded of them, read in a fixed number of queries however long it is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.interview_course import Attempt
from tracker.core.interview_terms import AllocationKind, ContactMethod, ContactOutcome, NotHeldReason, VisitEnd
from tracker.core.terms import DeclinedBy
from tracker.services.context import Context, Viewer
from tracker.services.frequent_access import sees_frequent
from tracker.services.pages.children import flags_of
from tracker.services.pages.episode_parts import child_header
from tracker.services.pages.story_plans import plans_told
from tracker.services.pages.story_shapes import (
    ActionTold,
    CouncilAsked,
    Holding,
    InterviewTold,
    MeetingTold,
    Quote,
    StoryPage,
    VisitTold,
)
from tracker.services.transaction import writing
from tracker.store import audit, episodes, merges, people
from tracker.store.db import session as read_session
from tracker.store.models import (
    Action,
    AuthorityRequest,
    Child,
    ContactAttempt,
    Episode,
    Interview,
    InterviewAllocation,
    InterviewEpisode,
    InterviewFormVersion,
    InterviewSection,
    InterviewVisit,
    StrategyMeeting,
)
from tracker.store.visibility import children_visible_to, episodes_visible_to

OWN_WORDS, WOULD_HELP = "own_words", "would_help"
"""The sections of the interview's form that are told here; a form of a council's own keeps their codes."""

_MORE = "_more"

Names = Mapping[int, str]


def child_story(context: Context, viewer: Viewer, child_id: int) -> StoryPage | None:
    """The whole of one child's story, its opening recorded first; None where there is none that this viewer may see."""
    with writing() as current:
        if current.scalar(select(Child.id).where(Child.id == child_id, children_visible_to(viewer))) is None:
            return None
        details = {"part": "story"}
        audit.record(current, "child_viewed", context.actor, context.now, "child", child_id, details)
    session = read_session()
    child, ids = session.get_one(Child, child_id), {child_id, *merges.merged_into(session, child_id)}
    names = people.names_by_id(session)
    seen = and_(Episode.child_id == child_id, episodes_visible_to(viewer))
    told = episodes.with_children(session, seen)
    today, reads_plans = local_date(context.now), sees_frequent(session, context, viewer, child_id)
    return StoryPage(
        child=child_header(session, child, today, context),
        forename=child.forename,
        episodes=tuple(told),
        interviews=_interviews(session, [episode.id for episode in told], names),
        actions=actions_told(session, Action.child_id.in_(ids), names),
        meetings=meetings_told(session, StrategyMeeting.child_id.in_(ids)),
        flags=tuple(reversed(flags_of(session, ids, context))),
        plans=plans_told(session, ids, names, today) if reads_plans else (),
    )


def _interviews(session: Session, episode_ids: Sequence[int], names: Names) -> tuple[InterviewTold, ...]:
    covering = select(InterviewEpisode.interview_id).where(InterviewEpisode.episode_id.in_(episode_ids))
    rows = session.scalars(select(Interview).where(Interview.id.in_(covering)).order_by(Interview.id)).all()
    ids = [row.id for row in rows]
    holders = _by_interview(session, InterviewAllocation, ids, InterviewAllocation.id)
    attempts = _by_interview(session, ContactAttempt, ids, ContactAttempt.at, ContactAttempt.id)
    visits = _by_interview(session, InterviewVisit, ids, InterviewVisit.id)
    asked = _by_interview(session, AuthorityRequest, ids, AuthorityRequest.id)
    quotes = _quotes(session, rows)
    return tuple(
        InterviewTold(
            id=row.id,
            created_at=row.created_at,
            episode_ids=tuple(sorted(link.episode_id for link in row.links)),
            holders=_holders(row, holders[row.id], names),
            **_attempts(attempts[row.id]),
            visits=tuple(_visit(visit) for visit in visits[row.id]),
            asked=tuple(_asked(one) for one in asked[row.id] if one.withdrawn_at is None),
            offered_at=row.offered_at,
            accepted_at=row.accepted_at,
            accepted_by=row.accepted_by,
            completed_at=row.completed_at,
            interviewer=row.interviewer_name,
            declined_at=row.declined_at,
            declined_by=DeclinedBy(row.declined_by) if row.declined_by else None,
            decline_reason=row.decline_reason,
            child_was_asked=row.child_was_asked,
            not_required_approved_at=row.not_required_approved_at,
            not_required_reason=row.not_required_reason,
            words=quotes.get((row.id, OWN_WORDS), ()),
            wishes=quotes.get((row.id, WOULD_HELP), ()),
        )
        for row in rows
    )


def _by_interview(session: Session, kind: Any, ids: Collection[int], *order: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.scalars(select(kind).where(kind.interview_id.in_(ids)).order_by(*order)):
        found[row.interview_id].append(row)
    return found


def _holders(row: Interview, past: Iterable[InterviewAllocation], names: Names) -> tuple[Holding, ...]:
    """Everybody whose it was, in order; of interviews from before each was kept, the one who has it."""
    found = [Holding(names[one.person_id], AllocationKind(one.kind), one.allocated_at) for one in past]
    if not found and row.allocated_to_id is not None and row.allocated_at is not None:
        found = [Holding(names[row.allocated_to_id], AllocationKind.ALLOCATED, row.allocated_at)]
    return tuple(found)


def _attempts(rows: Iterable[ContactAttempt]) -> dict[str, Any]:
    standing = [row for row in rows if row.withdrawn_at is None]
    return {
        "attempts": tuple(Attempt(row.at, ContactOutcome(row.outcome)) for row in standing),
        "methods": tuple(ContactMethod(row.method) for row in standing),
    }


def _visit(row: InterviewVisit) -> VisitTold:
    ended = VisitEnd(row.ended_as) if row.ended_as else None
    why = NotHeldReason(row.not_held_reason) if row.not_held_reason else None
    return VisitTold(row.planned_at, row.place, ended, why)


def _asked(row: AuthorityRequest) -> CouncilAsked:
    return CouncilAsked(row.authority, row.asked_at, row.answer, row.answered_at)


def _quotes(session: Session, rows: Sequence[Interview]) -> dict[tuple[int, str], tuple[Quote, ...]]:
    """(interview, section) → what was written there, by the labels of the form that it was written with."""
    wanted = select(InterviewSection).where(
        InterviewSection.interview_id.in_([row.id for row in rows]),
        InterviewSection.section.in_([OWN_WORDS, WOULD_HELP]),
    )
    sections = session.scalars(wanted).all()
    versions = {row.id: row.form_version_id for row in rows}
    used = {versions[section.interview_id] for section in sections}
    query = select(InterviewFormVersion).where(InterviewFormVersion.id.in_([id_ for id_ in used if id_ is not None]))
    forms = {form.id: form.definition for form in session.scalars(query)}
    return {
        (section.interview_id, section.section): tuple(
            _quotes_of(section, forms.get(versions[section.interview_id] or 0, {}))
        )
        for section in sections
    }


def _quotes_of(section: InterviewSection, form: Mapping[str, Any]) -> Iterable[Quote]:
    """Texts in the order of the form; what is chosen from a list is none of the child's words, and is left out."""
    asked = next((one for one in form.get("sections", ()) if one["code"] == section.section), None)
    questions = asked["questions"] if asked else ()
    labels = {one["code"]: one["label"] for one in questions}
    told_at_length = {one["code"] for one in questions if one["kind"] == "long_text"} or {"words"}
    verbatim = bool(asked["verbatim"]) if asked else section.section == OWN_WORDS
    texts = {field: text for field, text in section.answers.items() if isinstance(text, str) and text}
    places = {code: place for place, code in enumerate(labels)}
    for field in sorted(texts, key=lambda name: (places.get(name.removesuffix(_MORE), len(places)), name)):
        code = field.removesuffix(_MORE)
        label = labels.get(code, code.replace("_", " ").capitalize())
        yield Quote(label, texts[field], verbatim and field in told_at_length)


def actions_told(session: Session, which: ColumnElement[bool], names: Names) -> tuple[ActionTold, ...]:
    """In the order in which they were settled on."""
    query = select(Action).where(which).order_by(Action.created_at, Action.id)
    return tuple(
        ActionTold(
            id=row.id,
            what=row.what,
            due_on=row.due_on,
            owner=names.get(row.owner_id) if row.owner_id else row.owner_name,
            asked_by_child=row.asked_by_child,
            interview_id=row.interview_id,
            created_at=row.created_at,
            done_at=row.done_at,
            done_by=names.get(row.done_by_id) if row.done_by_id else None,
            outcome=row.outcome,
            withdrawn_at=row.withdrawn_at,
            withdrawn_reason=row.withdrawn_reason,
        )
        for row in session.scalars(query)
    )


def meetings_told(session: Session, which: ColumnElement[bool]) -> tuple[MeetingTold, ...]:
    """In the order in which they were asked for."""
    same = ("id", "title", "reason", "asked_at", "planned_at", "held_at", "outcome", "decided_at", "not_needed_reason",
            "withdrawn_at")  # fmt: skip
    query = select(StrategyMeeting).where(which)
    rows = session.scalars(query.order_by(StrategyMeeting.asked_at, StrategyMeeting.id))
    return tuple(MeetingTold(**{name: getattr(row, name) for name in same}) for row in rows)
