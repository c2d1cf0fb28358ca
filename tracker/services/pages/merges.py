"""Two records side by side, a merge to be undone, where a merged child went, and who may be held twice."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from tracker.core.daily_report import ReportLine
from tracker.core.matching import Ambiguous, Comparison, FieldReason, Matched, match_child
from tracker.services.child_fields import FIELDS, in_conflict
from tracker.services.context import Context, Viewer
from tracker.services.pages.children import ChildPage, child_page
from tracker.services.pages.episode_rows import episode_rows, name_of, record_list, visible_episodes
from tracker.services.pages.rows import EpisodeRow
from tracker.store import children, merges, people
from tracker.store.db import session as read_session
from tracker.store.models import Child, ChildIdentifier, ChildMerge, Episode, Team
from tracker.store.visibility import children_visible_to


@dataclass(frozen=True)
class MergeView:
    """That a child was merged into another. `gone_name` is the name on the record that went."""

    id: int
    kept_id: int
    gone_id: int
    gone_name: str
    merged_at: datetime
    merged_by: str | None


@dataclass(frozen=True)
class FieldPair:
    """One field of both records. `choice`: `same`, `filled` from the other, `kept` (only this one says it), or
    `conflict`, where a person chooses."""

    name: str
    kept: object
    gone: object
    choice: str


@dataclass(frozen=True)
class MergePage:
    kept: ChildPage
    gone: ChildPage
    fields: tuple[FieldPair, ...]

    @property
    def conflicts(self) -> tuple[str, ...]:
        return tuple(pair.name for pair in self.fields if pair.choice == "conflict")


@dataclass(frozen=True)
class UnmergePage:
    """`going`: the episodes that go back; `added`: those added since, which stay unless a person says otherwise."""

    merge: MergeView
    kept: ChildPage
    going: tuple[EpisodeRow, ...]
    added: tuple[EpisodeRow, ...]


@dataclass(frozen=True)
class PossiblyTheSame:
    """Another child held who may be this one, and why."""

    child_id: int
    name: str
    date_of_birth: date | None
    episodes: int
    reasons: tuple[FieldReason, ...]


@dataclass(frozen=True)
class SuspectedPair:
    """Records that share a name and date of birth, or a number of one system."""

    children: tuple[tuple[int, str, date | None], ...]
    why: str


def merge_page(context: Context, viewer: Viewer, kept_id: int, gone_id: int) -> MergePage | None:
    """Both records, their opening recorded; None where either is not one that this viewer may see."""
    kept, gone = child_page(context, viewer, kept_id), child_page(context, viewer, gone_id)
    if kept is None or gone is None:
        return None
    session = read_session()
    one, other = session.get_one(Child, kept_id), session.get_one(Child, gone_id)
    conflicts = in_conflict(one, other)
    teams = {team.id: team.name for team in session.scalars(select(Team))}
    pairs = []
    for name in FIELDS:
        ours, theirs = getattr(one, name), getattr(other, name)
        choice = (
            "conflict" if name in conflicts
            else "same" if ours == theirs or name == "is_ours"
            else "filled" if ours is None
            else "kept"
        )  # fmt: skip
        shown = [teams.get(value, "") if name == "team_id" and value else value for value in (ours, theirs)]
        if (ours, theirs) != (None, None) and not (name == "is_ours" and choice != "conflict"):
            pairs.append(FieldPair(name, shown[0], shown[1], choice))
    return MergePage(kept, gone, tuple(pairs))


def merged_into(kept_id: int) -> tuple[MergeView, ...]:
    """The standing merges into a child whose page was opened, the newest first."""
    session = read_session()
    return tuple(_view(session, held) for held in merges.merges_into(session, kept_id))


def _view(session: Session, held: ChildMerge) -> MergeView:
    names = people.names_by_id(session)
    gone = session.get_one(Child, held.gone_id)
    by = names.get(held.merged_by_id) if held.merged_by_id else None
    return MergeView(held.id, held.kept_id, held.gone_id, name_of(gone), held.merged_at, by)


def unmerge_page(context: Context, viewer: Viewer, child_id: int, merge_id: int) -> UnmergePage | None:
    """A merge into this child that stands, and what undoing it would move."""
    kept = child_page(context, viewer, child_id)
    session = read_session()
    held = session.get(ChildMerge, merge_id)
    if kept is None or held is None or held.kept_id != child_id or held.undone_at is not None:
        return None
    moved, before = set(held.moved["episodes"]), set(held.moved["episodes_before"])
    query = visible_episodes(viewer, Episode.child_id == child_id)
    rows = episode_rows(session, context, session.execute(query.order_by(Episode.missing_from_at.desc())))
    going = tuple(row for row in rows if row.id in moved)
    added = tuple(row for row in rows if row.id not in moved | before)
    return UnmergePage(_view(session, held), kept, going, added)


def where_it_went(viewer: Viewer, child_id: int) -> MergeView | None:
    """The merge by which a child went into another that this viewer may see; `kept_id` is who stands for it now."""
    session = read_session()
    held = merges.merge_of(session, child_id)
    if held is None:
        return None
    standing = merges.standing_for(session, child_id)
    if session.scalar(select(Child.id).where(Child.id == standing, children_visible_to(viewer))) is None:
        return None
    shown = _view(session, held)
    return MergeView(shown.id, standing, shown.gone_id, shown.gone_name, shown.merged_at, shown.merged_by)


_ENOUGH = 300
"""A common key finds many: so many are compared, those that share most keys first, which keeps the page quick."""


def possibly_the_same(context: Context, viewer: Viewer, child_id: int) -> tuple[PossiblyTheSame, ...]:
    """At most three other children whom the rules of matching would not tell apart from this one for certain."""
    session = read_session()
    child = session.get_one(Child, child_id)
    numbers = _numbers(session, child_id)
    found: set[int] = set()
    if numbers:
        same = select(ChildIdentifier.child_id).where(
            tuple_(ChildIdentifier.kind, ChildIdentifier.value).in_(sorted(numbers))
        )
        found |= set(session.scalars(same))
    keys = children.as_reported(child).keys
    by_keys = Counter(id_ for ids in children.ids_by_key(session, keys).values() for id_ in ids)
    found |= {id_ for id_, _ in by_keys.most_common(_ENOUGH)}
    seen = select(Child).where(Child.id.in_(found - {child_id}), children_visible_to(viewer))
    rows = {row.id: row for row in session.scalars(seen)}
    force, number = next(iter(sorted(numbers)), ("", None))
    force = force.removeprefix(children.identifier_kind(""))
    match = match_child(
        _as_line(child, force, number, context), list(children.known(session, rows.values(), force).values())
    )
    offered = match.candidates if isinstance(match, Ambiguous) else ()
    likely = [(one.child_id, one.reasons) for one in offered]
    if isinstance(match, Matched):
        likely = [(match.child_id, match.reasons)]
    counts = select(Episode.child_id, func.count()).where(Episode.child_id.in_(rows)).group_by(Episode.child_id)
    held = {row.child_id: row[1] for row in session.execute(counts)}
    return tuple(
        PossiblyTheSame(id_, name_of(rows[id_]), rows[id_].date_of_birth, held.get(id_, 0), _told(reasons))
        for id_, reasons in likely
    )


def _told(reasons: tuple[FieldReason, ...]) -> tuple[FieldReason, ...]:
    return tuple(reason for reason in reasons if reason.comparison is not Comparison.BLANK)


def _numbers(session: Session, child_id: int) -> set[tuple[str, str]]:
    police = children.identifier_kind("")
    query = select(ChildIdentifier.kind, ChildIdentifier.value).where(ChildIdentifier.child_id == child_id)
    return {(kind, value) for kind, value in session.execute(query) if kind.startswith(police)}


def _as_line(child: Child, force: str, number: str | None, context: Context) -> ReportLine:
    """The record as matching takes what is compared with the others."""
    return ReportLine(
        as_of=(context.now, 0),
        police_force=force,
        police_reference="",
        missing_from_at=context.now,
        surname=child.surname,
        forename=child.forename,
        date_of_birth=child.date_of_birth,
        police_person_id=number,
        sex=child.sex,
        postcode=child.postcode,
        address=child.address,
    )


MOST_PAIRS = 50


def suspected_duplicates(context: Context, viewer: Viewer) -> tuple[SuspectedPair, ...]:
    """Records that may be one child: the same police number, or the same name and date of birth. At most fifty."""
    record_list(context, "children", {"suspected_duplicates": True})
    session = read_session()
    seen = children_visible_to(viewer)
    shared = (
        select(ChildIdentifier.kind, ChildIdentifier.value)
        .group_by(ChildIdentifier.kind, ChildIdentifier.value)
        .having(func.count(ChildIdentifier.child_id.distinct()) > 1)
        .limit(MOST_PAIRS)
    )
    groups: dict[tuple[int, ...], str] = {}
    for kind, value in session.execute(shared).all():
        of = select(ChildIdentifier.child_id).where(ChildIdentifier.kind == kind, ChildIdentifier.value == value)
        groups.setdefault(
            tuple(session.scalars(select(Child.id).where(Child.id.in_(of), seen).order_by(Child.id))), "number"
        )
    name = (func.lower(Child.surname), func.lower(Child.forename), Child.date_of_birth)
    born = select(*name).where(seen, Child.date_of_birth.is_not(None)).group_by(*name).having(func.count() > 1)
    for surname, forename, date_of_birth in session.execute(born.limit(MOST_PAIRS)).all():
        alike = select(Child.id).where(
            seen, Child.date_of_birth == date_of_birth, name[0] == surname, name[1] == forename
        )
        groups.setdefault(tuple(session.scalars(alike.order_by(Child.id))), "name")
    ids = {id_ for group in groups for id_ in group}
    rows = children.rows_by_id(session, ids)
    found = [
        SuspectedPair(tuple((id_, name_of(rows[id_]), rows[id_].date_of_birth) for id_ in group), why)
        for group, why in groups.items()
        if len(group) > 1
    ]
    return tuple(found[:MOST_PAIRS])
