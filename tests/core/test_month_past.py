"""Past rows give the figures that the same episodes give in full; what differs in them is named."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given

from tests.core.made import HOUR, POLICY, gone, unhurried, utc
from tests.core.test_month_slowly import LAST, RULES, worlds
from tracker.core.clock import Period, local_midnight, month_of
from tracker.core.frozen import canonical_json, freeze, thaw
from tracker.core.interviews import ReturnHomeInterview, clock_due_at
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_differences import concerned_in
from tracker.core.month_facts import EDITION, SummaryInput
from tracker.core.month_past import PastEpisode
from tracker.core.month_spans import Span, history_needed_from, past_in, shown_in
from tracker.core.monthly_summary import as_json, behind, monthly_summary
from tracker.core.row_differences import EpisodeDifference, episode_differences

OCTOBER = month_of(date(2026, 10, 1))


def past_times(period: Period, cut_off: datetime) -> list[Span]:
    since = local_midnight(history_needed_from(period, RULES, cut_off))
    return past_in(since, [(shown.start_at, shown.end_at) for shown in shown_in(period)], cut_off)


def past_of(episode: MissingEpisode, interviews: list[ReturnHomeInterview]) -> PastEpisode:
    """Plainly: the earliest of each fact of those linked."""

    def first(name: str) -> datetime | None:
        linked = [getattr(one, name) for one in interviews if episode.id in one.episode_ids]
        return min([at for at in linked if at is not None], default=None)

    due_at = clock_due_at(episode, POLICY)
    whole = episode.id, episode.child_id, episode.is_ours, episode.missing_from_at, episode.found_at
    return PastEpisode(
        *whole, episode.returned_at, episode.notified_at, due_at, first("completed_at"), first("declined_at"),
        first("not_required_approved_at"),
    )  # fmt: skip


def fits(episode: MissingEpisode, mine: list[MissingEpisode], time: Span) -> bool:
    """Ended within its time and conflicts with no other of its child."""
    if episode.returned_at is None or episode.ended_at is None or not episode.is_countable(POLICY):
        return False
    over = max(episode.returned_at, episode.ended_at)
    others = [one for one in mine if one is not episode]
    return over < time[1] and all(
        one.missing_from_at >= episode.ended_at
        or (one.ended_at is not None and one.ended_at <= episode.missing_from_at)
        for one in others
    )


def with_past(rows: SummaryInput, period: Period, cut_off: datetime) -> SummaryInput:
    """The same with every child's past as past rows, where all of it can be told so."""
    times = past_times(period, cut_off)
    told = {alert.episode_id for alert in rows.alerts}
    past: list[PastEpisode] = []
    full: list[MissingEpisode] = []
    for child_id in {episode.child_id for episode in rows.episodes}:
        mine = [one for one in rows.episodes if one.child_id == child_id]
        counting = [one for one in mine if one.out_of_counts is None]
        of_time = {one.id: time for one in counting for time in times if time[0] <= one.missing_from_at < time[1]}
        whole = any(one.id in told for one in mine)  # an alert is counted by whose child it tells of
        if not whole and all(fits(one, counting, of_time[one.id]) for one in counting if one.id in of_time):
            past += [past_of(one, list(rows.interviews)) for one in counting if one.id in of_time]
            full += [one for one in mine if one.id not in of_time]
        else:
            full += mine
    return replace(rows, episodes=full, past=past)


@unhurried(150)
@given(worlds())
def test_the_figures_are_those_of_the_same_episodes_in_full(world: tuple[SummaryInput, Period, datetime]) -> None:
    rows, period, cut_off = world
    in_part = with_past(rows, period, cut_off)
    made = [monthly_summary(one, period, cut_off, LAST, POLICY, RULES) for one in (rows, in_part)]
    assert behind(made[0]) == behind(made[1])
    assert as_json(made[0]) == as_json(made[1])
    concerned = concerned_in(behind(made[0]))
    assert not episode_differences(rows, in_part, concerned, EDITION)
    assert not episode_differences(in_part, rows, concerned, EDITION)


@unhurried(40)
@given(worlds())
def test_what_is_frozen_thaws_to_the_same(world: tuple[SummaryInput, Period, datetime]) -> None:
    in_part = with_past(*world)
    again = thaw(freeze(in_part))
    assert sorted(again.past) == sorted(in_part.past)
    assert canonical_json(freeze(again)) == canonical_json(freeze(in_part))


JUNE = gone(7, 1, utc("2026-06-10 20:00"), utc("2026-06-11 08:00"), notified_at=utc("2026-06-11 09:00"))
HELD = ReturnHomeInterview(3, frozenset({7}), completed_at=utc("2026-06-12 09:00"))


def told_in_part(episode: MissingEpisode, *interviews: ReturnHomeInterview) -> SummaryInput:
    found = with_past(SummaryInput([episode], list(interviews)), OCTOBER, LAST)
    assert [one.id for one in found.past] == [7]
    return found


def test_an_episode_of_june_is_past_in_october_and_counts_there() -> None:
    figures = monthly_summary(told_in_part(JUNE, HELD), OCTOBER, LAST, LAST, POLICY, RULES).figures
    for key in ("episodes.started", "interviews.completed_in_72h", "interviews.pct_in_72h_of_notice"):
        assert [figure.ids for figure in figures[f"comparison.series.2026-06.{key}"].values()] == [(7,), (7,), ()]
        assert not any(figure.ids for figure in figures[f"comparison.series.2026-05.{key}"].values())
    assert not any(figure.ids for figure in figures["episodes.started"].values())


@pytest.mark.parametrize(
    ("changed", "held", "fields"),
    [
        (replace(JUNE, notified_at=None), HELD, ("notified_at",)),
        (replace(JUNE, is_ours=False), HELD, ("is_ours",)),
        (JUNE, replace(HELD, completed_at=utc("2026-06-20 09:00")), ("interview.completed_at",)),
        (JUNE, replace(HELD, completed_at=None, declined_at=utc("2026-06-12 09:00")),
         ("interview.completed_at", "interview.declined_at")),
    ],
    ids=["notice", "whose", "held later", "declined"],
)  # fmt: skip
def test_what_differs_in_a_past_row_is_named(
    changed: MissingEpisode, held: ReturnHomeInterview, fields: tuple[str, ...]
) -> None:
    before, now = told_in_part(JUNE, HELD), told_in_part(changed, held)
    in_full = SummaryInput([changed], [held])
    assert episode_differences(before, now, [7], EDITION) == (EpisodeDifference(7, fields),)
    assert episode_differences(before, in_full, [7], EDITION) == (EpisodeDifference(7, fields),)


def test_what_only_the_whole_episode_tells_is_no_difference_to_a_past_row() -> None:
    """It changes no figure of a month that only the series shows."""
    in_full = SummaryInput([replace(JUNE, district="Northmade")], [HELD])
    assert not episode_differences(told_in_part(JUNE, HELD), in_full, [7], EDITION)


def test_one_that_ends_after_its_time_is_not_past() -> None:
    late = gone(7, 1, utc("2026-08-31 12:00"), utc("2026-09-01 00:00") + HOUR)
    assert not with_past(SummaryInput([late], []), OCTOBER, LAST).past


def test_nothing_is_past_before_the_cut_off_has_come() -> None:
    since, shown = utc("2025-05-01 00:00"), [(shown.start_at, shown.end_at) for shown in shown_in(OCTOBER)]
    before, between = (since, utc("2025-09-30 23:00")), (utc("2025-11-01 00:00"), utc("2026-08-31 23:00"))
    assert past_in(since, shown, utc("2026-08-31 23:00")) == [before, between]
    assert past_in(since, shown, utc("2026-08-31 22:59")) == [before]
    assert past_in(since, shown, utc("2025-09-30 22:59")) == []
    assert past_in(utc("2025-09-30 23:00"), shown, LAST) == [between]
