"""The operational group's workspace: every child on a repeat flag or with an open MARAMP, by what needs doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import age_on, local_date, local_midnight
from tracker.core.frequent import PlanState, next_step, urgency
from tracker.core.interviews import interview_state
from tracker.core.missing_episode import MissingEpisode
from tracker.core.overlap import CountedEpisode, count_once
from tracker.core.terms import InterviewState
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import name_of, record_list
from tracker.services.pages.frequent_shapes import FlagHeld, FrequentFilters, FrequentList, FrequentRow
from tracker.store import episodes, interviews, maramps, people
from tracker.store.db import session as read_session
from tracker.store.models import Child, Episode, Maramp, RepeatFlagRow
from tracker.store.visibility import frequent_visible_to, goes_missing_often

YEAR_DAYS, QUARTER_DAYS = 365, 90
"""The two windows that the list counts, each ending today, both ends in."""

_ASKED = frozenset(
    {InterviewState.COMPLETED_IN_TIME, InterviewState.COMPLETED_LATE, InterviewState.DECLINED, InterviewState.OVERDUE}
)
"""Returns whose interview was asked for and is settled, or late. One still in time, or not required, says nothing."""


@dataclass(frozen=True)
class Counted:
    """What the episodes of one child come to."""

    in_90: int
    in_365: int
    last: MissingEpisode | None
    hours: float
    returns: int
    in_time: int


def frequent_page(context: Context, viewer: Viewer, filters: FrequentFilters, number: int = 1) -> FrequentList:
    """One page of the list, recorded as one list view first; of what was sought, that it was and its length."""
    narrowed = {"rule": filters.rule, "plan": filters.plan, "whose": filters.whose, "page": number}
    narrowed |= {"text_length": len(filters.sought) or None}
    record_list(context, "frequent", narrowed, action="search_made" if filters.sought else "list_viewed")
    return FrequentList.of(frequent_list(context, viewer), filters, number)


def frequent_list(context: Context, viewer: Viewer) -> tuple[FrequentRow, ...]:
    """Every child on a standing flag or with an open MARAMP that this viewer may see, by what needs doing.

    Records nothing: whoever shows it records the view first.
    """
    session, today = read_session(), local_date(context.now)
    query = select(Child).where(frequent_visible_to(viewer, today), goes_missing_often(today))
    held = session.scalars(query.order_by(Child.id)).all()
    rows = rows_of(session, context, held, today)
    return tuple(sorted(rows, key=lambda row: (*_urgency(row, today), row.child_id)))


def _urgency(row: FrequentRow, today: date) -> tuple[int, ...]:
    return urgency(row.step, row.plan, row.is_missing, (row.episodes_90, row.episodes_365), today)


def rows_of(session: Session, context: Context, held: Sequence[Child], today: date) -> list[FrequentRow]:
    """In a fixed number of queries, however many children."""
    ids = [child.id for child in held]
    if not ids:
        return []
    flags, plans = maramps.flags_standing(session, ids, today), maramps.open_of_children(session, ids)
    unchecked, counted = maramps.unchecked_by_child(session, ids), _counted(session, context, ids, today)
    names = people.names_by_id(session)
    titles = {rule.name: rule.title for rule in context.rules.repeat_rules}
    found = []
    for child in held:
        plan = plan_state(plans.get(child.id, ()), names)
        standing = tuple(_flag(row, titles) for row in flags.get(child.id, ()))
        sums, waits = counted[child.id], unchecked.get(child.id, 0)
        found.append(
            FrequentRow(
                child_id=child.id,
                name=name_of(child),
                age=age_on(child.date_of_birth, today) if child.date_of_birth else None,
                is_ours=child.is_ours,
                responsible_authority=child.responsible_authority,
                setting=sums.last.setting if sums.last else None,
                flags=standing,
                episodes_90=sums.in_90,
                episodes_365=sums.in_365,
                last_missing_from_at=sums.last.missing_from_at if sums.last else None,
                is_missing=sums.last is not None and sums.last.ended_at is None,
                hours=sums.hours,
                returns=sums.returns,
                in_time=sums.in_time,
                unchecked=waits,
                plan=plan,
                days_overdue=plan.days_overdue(today) if plan else None,
                step=next_step(
                    plan,
                    undecided=any(not flag.is_reviewed for flag in standing),
                    awaited=any(flag.maramp_on is not None for flag in standing),
                    unchecked=waits,
                    today=today,
                ),
            )
        )
    return found


def plan_state(held: Sequence[Maramp], names: dict[int, str]) -> PlanState | None:
    """Of a child's open MARAMPs: the one whose review is soonest, for that is the one to look at."""
    if not held:
        return None
    row = min(held, key=lambda one: (one.next_review_on or date.max, one.id))
    lead = names.get(row.lead_id) if row.lead_id else row.lead_name
    return PlanState(row.id, row.version_no, lead, row.next_review_on)


def _flag(row: RepeatFlagRow, titles: dict[str, str]) -> FlagHeld:
    return FlagHeld(
        row.id, row.rule, titles.get(row.rule) or row.rule, row.raised_on, row.reviewed_at is not None, row.maramp_on
    )


def _counted(session: Session, context: Context, ids: Sequence[int], today: date) -> dict[int, Counted]:
    """Child id → what the last 365 days come to; those that began before, and overlap into them, are read too."""
    since = local_midnight(today - timedelta(days=YEAR_DAYS + QUARTER_DAYS))
    told = episodes.with_children(session, (Episode.child_id.in_(ids)) & (Episode.missing_from_at >= since))
    held = interviews.interviews_by_episode(session, [episode.id for episode in told])
    by_child: dict[int, list[MissingEpisode]] = {id_: [] for id_ in ids}
    for episode in told:
        by_child[episode.child_id].append(episode)
    policy, found = context.rules.policy, {}
    for child_id, mine in by_child.items():
        year = [one for one in count_once(mine, policy) if _within(one, today, YEAR_DAYS)]
        states = [
            interview_state(episode, held.get(episode.id, []), context.now, policy)
            for episode in mine
            if episode.returned_at and 0 <= (today - episode.start_on).days < YEAR_DAYS
        ]
        found[child_id] = Counted(
            in_90=sum(_within(one, today, QUARTER_DAYS) for one in year),
            in_365=len(year),
            last=year[-1].stands if year else None,
            hours=sum(one.hours or 0 for one in year),
            returns=sum(state in _ASKED for state in states),
            in_time=states.count(InterviewState.COMPLETED_IN_TIME),
        )
    return found


def _within(one: CountedEpisode, today: date, days: int) -> bool:
    return 0 <= (today - one.stands.start_on).days < days
