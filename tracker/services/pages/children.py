"""Children: the search, and one child with everything known of their going missing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, func, select, union
from sqlalchemy.orm import Session

from tracker.core.clock import age_on, local_date
from tracker.core.daily_report import normalise_reference
from tracker.core.matching_keys import number_keys
from tracker.core.written_times import UnreadableTime, read_date
from tracker.services.context import Context, Viewer
from tracker.services.merge_children import FORMER_COUNCIL_ID
from tracker.services.pages.children_alike import ids_alike
from tracker.services.pages.episode_filters import begins_with, select_children_named
from tracker.services.pages.episode_parts import child_header, interview_views
from tracker.services.pages.episode_rows import episode_rows, name_of, record_list, visible_episodes
from tracker.services.pages.episode_shapes import ChildHeader, InterviewView
from tracker.services.pages.rows import PAGE_SIZE, EpisodeRow, Page
from tracker.services.transaction import writing
from tracker.store import audit, merges, people
from tracker.store.db import session as read_session
from tracker.store.models import (
    Child,
    ChildIdentifier,
    ChildKey,
    ChildName,
    Episode,
    Interview,
    InterviewEpisode,
    RepeatFlagRow,
)
from tracker.store.visibility import children_visible_to


@dataclass(frozen=True)
class ChildRow:
    id: int
    name: str
    date_of_birth: date | None
    age: int | None
    is_ours: bool
    responsible_authority: str | None
    episodes: int
    last_missing_from_at: datetime | None


DATES_SAID = ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d %B %Y", "%d %b %Y")
"""How a date of birth is given on the telephone and written down; ISO besides."""


@dataclass(frozen=True)
class RepeatFlagView:
    """One crossing of a repeat rule. `stands`: neither ended nor withdrawn."""

    id: int
    rule: str
    title: str
    action: str
    raised_on: date
    ends_on: date
    ended_on: date | None
    episode_ids: tuple[int, ...]
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    reviewed_at: datetime | None
    reviewed_by: str | None
    decision: str | None
    maramp_on: date | None
    stands: bool


@dataclass(frozen=True)
class ChildPage:
    """`episodes` in order of start, for a picture over time; `flags` newest first."""

    child: ChildHeader
    version: int
    names: tuple[str, ...]  # every other name they were reported under
    identifiers: tuple[tuple[str, str], ...]  # (kind, value)
    episodes: tuple[EpisodeRow, ...]
    flags: tuple[RepeatFlagView, ...]
    interviews: tuple[InterviewView, ...]


@dataclass(frozen=True)
class FoundChildren(Page[ChildRow]):
    """`alike`: nobody is held under what was typed; these have names like it."""

    alike: bool = False


def child_search(context: Context, viewer: Viewer, text: str, page: int = 1) -> FoundChildren:
    """Children by part of any name, date of birth, a number of theirs or a police reference; an empty text lists all.

    Where nobody is found, those whose names are like it: a slip on the telephone must not make a second record.
    Records one search: that a text was given and its length, never the text.
    """
    typed = text.strip()
    record_list(
        context,
        "children",
        {"text_length": len(typed) or None, "page": page},
        action="search_made" if typed else "list_viewed",
    )
    seen = children_visible_to(viewer)
    found = _listed(context, [seen, *([_is_found_by(typed)] if typed else [])], page)
    if typed and not found.total:
        alike = _listed(context, [seen, Child.id.in_(ids_alike(read_session(), typed, seen))], 1)
        return FoundChildren(alike.rows, alike.total, alike=alike.total > 0)
    return FoundChildren(found.rows, found.total, found.number)


def child_list(context: Context, viewer: Viewer, ids: Sequence[int], page: int = 1) -> Page[ChildRow]:
    """These children, as far as this viewer may see them: those behind a figure. Records one list view."""
    record_list(context, "children", {"ids": len(ids), "page": page})
    # written out: a figure may have more children than a statement may have parameters
    these = Child.id.in_(bindparam("ids", list(ids), expanding=True, literal_execute=True))
    return _listed(context, [children_visible_to(viewer), these], page)


def _listed(context: Context, seen: Sequence[ColumnElement[bool]], page: int) -> Page[ChildRow]:
    """25 a page by name, with the total."""
    session = read_session()
    seen = [*seen, Child.undone_at.is_(None)]
    total = session.scalar(select(func.count()).select_from(Child).where(*seen)) or 0
    number = max(1, page)
    query = select(Child).where(*seen).order_by(func.lower(Child.surname), func.lower(Child.forename), Child.id)
    rows = session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    counts = _episode_counts(session, [row.id for row in rows])
    return Page(tuple(_child_row(row, counts.get(row.id, (0, None)), context) for row in rows), total, number)


def _is_found_by(typed: str) -> ColumnElement[bool]:
    """Each part is found by its own index; joined with OR they would be found by none."""
    former = select(ChildIdentifier.child_id).where(
        ChildIdentifier.kind == FORMER_COUNCIL_ID, ChildIdentifier.value == typed
    )
    ways = [select_children_named(typed), select(Child.id).where(Child.council_id == typed), former]
    born = _born(typed)
    if born:
        ways.append(select(Child.id).where(Child.date_of_birth == born))
    reference = normalise_reference(typed)
    if any(character.isdigit() for character in reference):
        ways.append(select(Episode.child_id).where(begins_with(Episode.police_reference, reference)))
        ways.append(select(ChildKey.child_id).where(ChildKey.key.in_(number_keys(reference))))
    return Child.id.in_(union(*ways))


def _born(typed: str) -> date | None:
    """The date of birth that was typed, if it is one: day before month, as it is said here."""
    try:
        return read_date(typed, DATES_SAID)
    except UnreadableTime:
        return None


def _episode_counts(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, datetime | None]]:
    query = select(Episode.child_id, func.count(), func.max(Episode.missing_from_at)).where(Episode.child_id.in_(ids))
    return {child_id: (held, last) for child_id, held, last in session.execute(query.group_by(Episode.child_id))}


def _child_row(row: Child, counted: tuple[int, datetime | None], context: Context) -> ChildRow:
    return ChildRow(
        id=row.id,
        name=name_of(row),
        date_of_birth=row.date_of_birth,
        age=age_on(row.date_of_birth, local_date(context.now)) if row.date_of_birth else None,
        is_ours=row.is_ours,
        responsible_authority=row.responsible_authority,
        episodes=counted[0],
        last_missing_from_at=counted[1],
    )


def child_page(context: Context, viewer: Viewer, child_id: int) -> ChildPage | None:
    """One child, their opening recorded first; None where there is none that this viewer may see."""
    with writing() as current:
        if current.scalar(select(Child.id).where(Child.id == child_id, children_visible_to(viewer))) is None:
            return None
        audit.record(current, "child_viewed", context.actor, context.now, "child", child_id)
    session = read_session()
    child = session.get_one(Child, child_id)
    found = session.execute(
        visible_episodes(viewer, Episode.child_id == child_id).order_by(Episode.missing_from_at, Episode.id)
    )
    names = select(ChildName).where(ChildName.child_id == child_id).order_by(ChildName.id)
    numbers = select(ChildIdentifier).where(ChildIdentifier.child_id == child_id).order_by(ChildIdentifier.id)
    current_name = name_of(child)
    others = dict.fromkeys(f"{name.forename} {name.surname}" for name in session.scalars(names))
    return ChildPage(
        child=child_header(session, child, local_date(context.now), context),
        version=child.version,
        names=tuple(name for name in others if name != current_name),
        identifiers=tuple((number.kind, number.value) for number in session.scalars(numbers)),
        episodes=episode_rows(session, context, found),
        flags=flags_of(session, {child_id, *merges.merged_into(session, child_id)}, context),
        interviews=interview_views(session, _interviews_of(session, child_id), viewer),
    )


def _interviews_of(session: Session, child_id: int) -> Sequence[Interview]:
    query = (
        select(Interview)
        .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(Episode.child_id == child_id)
    )
    return session.scalars(query.distinct().order_by(Interview.id)).all()


def flags_of(session: Session, ids: Collection[int], context: Context) -> tuple[RepeatFlagView, ...]:
    """Of the child, and of the records that were merged into it."""
    rules = {rule.name: rule for rule in context.rules.repeat_rules}
    names = people.names_by_id(session)
    today = local_date(context.now)
    query = select(RepeatFlagRow).where(RepeatFlagRow.child_id.in_(ids))
    rows = session.scalars(query.order_by(RepeatFlagRow.raised_on.desc(), RepeatFlagRow.id.desc()))
    return tuple(
        RepeatFlagView(
            id=row.id,
            rule=row.rule,
            title=rules[row.rule].title if row.rule in rules else row.rule,
            action=rules[row.rule].action if row.rule in rules else "",
            raised_on=row.raised_on,
            ends_on=row.ends_on,
            ended_on=row.ends_on if row.ends_on <= today else None,
            episode_ids=tuple(row.episode_ids),
            withdrawn_at=row.withdrawn_at,
            withdrawn_reason=row.withdrawn_reason,
            reviewed_at=row.reviewed_at,
            reviewed_by=names.get(row.reviewed_by_id) if row.reviewed_by_id else None,
            decision=row.decision,
            maramp_on=row.maramp_on,
            stands=row.withdrawn_at is None and row.ends_on > today,
        )
        for row in rows
    )
