"""One MARAMP as pages, paper and PDF show it, and what differs between two texts of it. Opening it is recorded."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.maramp import MarampPlan, plan_of
from tracker.core.maramp_changes import plan_changes
from tracker.core.plan_gaps import beside_the_plan
from tracker.core.said import PoliceWords, PreventionWords, Said, said
from tracker.services.context import Context, Viewer
from tracker.services.pages.actions import ActionView, actions_of_maramp
from tracker.services.pages.frequent import rows_of
from tracker.services.pages.frequent_child import held_interviews, open_frequent, words_of
from tracker.services.pages.maramp_shapes import (
    Comparison,
    DraftView,
    MarampPage,
    MarampSummary,
    SaidPage,
    VersionView,
)
from tracker.services.transaction import writing
from tracker.store import audit, maramps, people
from tracker.store.db import session as read_session
from tracker.store.models import Episode, Interview, Maramp, MarampDraft, MarampVersion, PoliceShare
from tracker.store.visibility import SEES_ALL

Names = Mapping[int, str]


def maramp_page(context: Context, viewer: Viewer, maramp_id: int, part: str = "maramp") -> MarampPage | None:
    """The whole of it, its opening recorded first; None where there is none of a child that this viewer may see."""
    child_id = read_session().scalar(select(Maramp.child_id).where(Maramp.id == maramp_id))
    child = open_frequent(context, viewer, child_id, part, maramp_id=maramp_id) if child_id is not None else None
    if child is None:
        return None
    session, today = read_session(), local_date(context.now)
    row, names = session.get_one(Maramp, maramp_id), people.names_by_id(session)
    versions = tuple(_version(one, names) for one in maramps.versions_of(session, [maramp_id]))
    drafts = maramps.drafts_of(session, maramp_id)
    actions = actions_of_maramp(session, context, maramp_id)
    plan = versions[-1].plan if versions else None
    late = row.closed_at is None and row.next_review_on is not None and row.next_review_on < today
    return MarampPage(
        id=row.id,
        child_id=child.id,
        row=rows_of(session, context, [child], today)[0],
        opened_at=row.opened_at,
        next_review_on=row.next_review_on,
        days_overdue=(today - row.next_review_on).days if late and row.next_review_on else None,
        closed_at=row.closed_at,
        closed_by=names.get(row.closed_by_id or 0),
        closed_reason=row.closed_reason,
        version=row.version,
        versions=versions,
        own=next((_draft(one, names) for one in drafts if one.person_id == viewer.person_id), None),
        others=tuple(
            (names.get(one.person_id, ""), one.saved_at) for one in drafts if one.person_id != viewer.person_id
        ),
        actions=actions,
        told=beside_the_plan(told_of(session, child.id), plan, [one for one in actions if one.stands]),
    )


def told_of(session: Session, child_id: int) -> tuple[Said, ...]:
    """What the interviews of a child say; what the police were told of them, with what came of it, and what their own
    prevention interviews raised."""
    held = held_interviews(session, child_id)
    return said(words_of(session, held), _police(session, held), _prevention(session, child_id))


def _police(session: Session, held: Sequence[Interview]) -> list[PoliceWords]:
    """What was sent and not withdrawn."""
    query = select(PoliceShare).where(
        PoliceShare.interview_id.in_([row.id for row in held]),
        PoliceShare.sent_at.is_not(None),
        PoliceShare.withdrawn_at.is_(None),
    )
    return [
        PoliceWords(row.id, row.interview_id, local_date(row.sent_at), row.what, row.outcome)
        for row in session.scalars(query.order_by(PoliceShare.sent_at, PoliceShare.id))
        if row.sent_at is not None
    ]


def _prevention(session: Session, child_id: int) -> list[PreventionWords]:
    """Of the episodes that count for something: those taken out of the counts say nothing of the child."""
    query = select(Episode).where(
        Episode.child_id == child_id, Episode.prevention_interview_raised_harm.is_(True), Episode.excluded.is_(None)
    )
    return [
        PreventionWords(
            row.id, local_date(row.prevention_interview_at or row.missing_from_at), row.prevention_interview_outcome
        )
        for row in session.scalars(query.order_by(Episode.missing_from_at, Episode.id))
    ]


def maramps_of(child_id: int) -> tuple[MarampSummary, ...]:
    """Every MARAMP of a child whose page the viewer has opened: open ones first, then the newest."""
    return tuple(
        MarampSummary(row.id, row.version_no, row.opened_at, row.closed_at, row.next_review_on)
        for row in maramps.of_child(read_session(), child_id)
    )


def said_page(context: Context, viewer: Viewer, child_id: int) -> SaidPage | None:
    """What is said of a child beside the plan of their open MARAMP; None where the viewer may not see the child."""
    child = open_frequent(context, viewer, child_id, "said")
    if child is None:
        return None
    session = read_session()
    row = rows_of(session, context, [child], local_date(context.now))[0]
    plan: MarampPlan | None = None
    actions: tuple[ActionView, ...] = ()
    if row.plan is not None:
        newest = maramps.version_of(session, row.plan.id, row.plan.version_no)
        plan = plan_of(newest.content) if newest else None
        actions = actions_of_maramp(session, context, row.plan.id)
    return SaidPage(row, beside_the_plan(told_of(session, child_id), plan, [one for one in actions if one.stands]))


def compared(page: MarampPage, earlier: int, later: int) -> Comparison | None:
    """What changed from one version to another; None where there are no such versions."""
    before, after = page.numbered(earlier), page.numbered(later)
    if before is None or after is None:
        return None
    return Comparison(f"Version {earlier}", f"Version {later}", tuple(plan_changes(before.plan, after.plan)))


def draft_compared(page: MarampPage) -> Comparison | None:
    """What the viewer's draft would change of the newest version; None where they have none."""
    if page.own is None:
        return None
    newest = page.newest
    before = newest.plan if newest else MarampPlan()
    title = f"Version {newest.number}" if newest else "Nothing published yet"
    return Comparison(title, "Your draft", tuple(plan_changes(before, page.own.plan)))


def changed_meanwhile(page: MarampPage) -> Comparison | None:
    """What others published since the viewer's draft was begun; None where it is the newest that it began from."""
    if page.own is None or not page.is_behind or page.newest is None:
        return None
    begun = page.numbered(page.own.based_on)
    before = begun.plan if begun else MarampPlan()
    title = f"Version {begun.number}, from which you began" if begun else "Nothing published yet"
    return Comparison(title, f"Version {page.newest.number}", tuple(plan_changes(before, page.newest.plan)))


def leads() -> tuple[tuple[int, str], ...]:
    """Who may lead a plan here, (id, name): active people who may open every record. Anybody else is named."""
    found = people.all_people(read_session())
    return tuple((row.id, row.name) for row in found if row.is_active and people.roles_of(row) & SEES_ALL)


def person_names() -> dict[int, str]:
    """Everybody's name by id, leavers included: for what changed in a plan that names people."""
    return people.names_by_id(read_session())


def record_download(context: Context, page: MarampPage, number: int) -> None:
    """That this version was taken as a file; before it leaves."""
    with writing() as session:
        details = {"maramp_id": page.id, "number": number}
        audit.record(session, "maramp_downloaded", context.actor, context.now, "child", page.child_id, details)


def _version(row: MarampVersion, names: Names) -> VersionView:
    plan = plan_of(row.content)
    lead = names.get(plan.lead_id) if plan.lead_id is not None else plan.lead_name or None
    by = names.get(row.published_by_id or 0)
    return VersionView(row.number, plan, lead, row.why, row.published_at, by)


def _draft(row: MarampDraft, names: Names) -> DraftView:
    return DraftView(
        row.person_id, names.get(row.person_id, ""), plan_of(row.content), row.based_on, row.saved_at, row.version
    )
