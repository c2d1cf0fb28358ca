"""The simulated county has the Board's numbers, hangs together, and ends as it should, whenever it is built."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tracker.core.clock import local, local_date
from tracker.core.episodes import MissingEpisode, count_once
from tracker.core.interviews import ReturnHomeInterview, deadline_of, interview_due_at, interview_state
from tracker.core.policy import Policy
from tracker.core.repeats import holds_on
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import EpisodeKind, ExclusionReason, InterviewState
from tracker.demo.county import County, knows_return, simulate
from tracker.demo.ending import Matter
from tracker.demo.interviews import DemoInterview, Outcome, plan_interviews
from tracker.demo.people import DISTRICTS, STAFF
from tracker.demo.reports import COLUMNS, backfile, daily_reports

POLICY = Policy()
THREE_IN_365 = SHIPPED_REPEAT_RULES[0]

AUTUMN = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
SMALL_HOURS = datetime(2026, 3, 30, 2, 10, tzinfo=UTC)  # before the morning's report, the day after a clock change
AFTER_THE_REPORT = datetime(2027, 1, 1, 6, 1, tzinfo=UTC)


IN_THE_HOUR_THAT_OCCURS_TWICE = datetime(2026, 10, 25, 1, 7, tzinfo=UTC)
MOMENTS = [(AUTUMN, 2026), (SMALL_HOURS, 1), (AFTER_THE_REPORT, 2), (IN_THE_HOUR_THAT_OCCURS_TWICE, 2026)]


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def county(request: pytest.FixtureRequest) -> County:
    return simulate(*request.param)


@pytest.fixture(scope="module")
def plans(county: County) -> list[DemoInterview]:
    return plan_interviews(county)


def as_held(county: County) -> dict[int, list[MissingEpisode]]:
    """Child → its episodes as the core would hold them after the last report."""
    held: dict[int, list[MissingEpisode]] = defaultdict(list)
    for number, episode in enumerate(county.episodes):
        returned = episode.returned_at if knows_return(episode, county.last_report_at) else None
        row = MissingEpisode(
            id=number,
            child_id=episode.child.number,
            missing_from_at=episode.missing_from_at,
            kind=episode.kind,
            found_at=episode.found_at if returned else None,
            returned_at=returned,
            excluded=ExclusionReason.CANCELLED if episode.cancelled else None,
            date_of_birth=episode.child.born_on,
        )
        held[episode.child.number].append(replace(row, interview_due_at=deadline_of(row, POLICY)))
    return held


def test_the_two_years_have_the_boards_figures(county: County) -> None:
    """694 and 132 (19.0 %) in the last 365 days, 636 and 97 (15.3 %) before, by the rules that the pages use."""
    held = as_held(county)
    today = local_date(county.now)
    for last_on, children, repeat_children in ((today, 694, 132), (today - timedelta(days=365), 636, 97)):
        starts = {child: [c.stands.start_on for c in count_once(rows, POLICY)] for child, rows in held.items()}
        in_year = [s for s in starts.values() if any(0 <= (last_on - on).days < 365 for on in s)]
        assert len(in_year) == children
        assert sum(holds_on(s, last_on, THREE_IN_365) for s in in_year) == repeat_children


def test_no_child_reaches_18_and_no_episode_overlaps_another(county: County) -> None:
    for rows in as_held(county).values():
        counted = count_once(rows, POLICY)
        assert all(len(c.members) == 1 for c in counted)
        assert not any(row.out_of_counts is ExclusionReason.ADULT for row in rows)
    by_child = defaultdict(list)
    for episode in county.episodes:
        by_child[episode.child.number].append(episode)
    for episodes in by_child.values():
        for one, later in pairwise(episodes):
            assert one.returned_at is not None
            assert one.returned_at <= later.missing_from_at


def test_the_county_has_a_plausible_shape(county: County) -> None:
    episodes = county.episodes
    assert 3000 <= len(episodes) <= 4000
    times = Counter(episode.child.number for episode in episodes)
    assert sum(count >= 10 for count in times.values()) >= 20
    hours = Counter(local(episode.missing_from_at).hour // 6 for episode in episodes)
    assert max(hours, key=lambda band: hours[band]) == 3
    assert 0.33 <= sum(e.child.looked_after for e in episodes) / len(episodes) <= 0.5
    assert 0.08 <= sum(not e.child.is_ours for e in episodes) / len(episodes) <= 0.18
    kinds = Counter(episode.kind for episode in episodes)
    assert kinds[EpisodeKind.MISSING] > 10 * kinds[EpisodeKind.NO_APPARENT_RISK] > 0
    under_a_day = [e for e in episodes if e.found_at and e.found_at - e.missing_from_at < timedelta(hours=24)]
    assert 0.7 <= len(under_a_day) / len(episodes) <= 0.95


def test_everybody_is_plainly_invented(county: County) -> None:
    surnames = [child.surname for child in county.children]
    assert len(set(surnames)) == len(surnames)
    assert len({child.born_on for child in county.children}) == len(surnames)
    for child in county.children:
        outward, inward = child.postcode.split()
        assert outward in {district.outward for district in DISTRICTS}
        assert set(inward[1:]) <= set("CIKMOV")  # letters that no real postcode ends in
    assert all(member.email.endswith(".invalid") for member in STAFF)


def test_exactly_two_interviews_are_overdue_at_the_end(county: County, plans: list[DemoInterview]) -> None:
    ids = {episode.reference: number for number, episode in enumerate(county.episodes)}
    interviews = [
        ReturnHomeInterview(
            id=number,
            episode_ids=frozenset(ids[episode.reference] for episode in plan.episodes),
            completed_at=plan.happened_at if plan.outcome is Outcome.COMPLETED else None,
            declined_at=plan.happened_at if plan.outcome is Outcome.DECLINED else None,
            not_required_approved_at=plan.approved_at,
        )
        for number, plan in enumerate(plans)
    ]
    by_episode = defaultdict(list)
    for interview in interviews:
        for episode_id in interview.episode_ids:
            by_episode[episode_id].append(interview)
    states = Counter(
        interview_state(episode, by_episode[episode.id], county.now, POLICY)
        for rows in as_held(county).values()
        for episode in rows
    )
    assert states[InterviewState.OVERDUE] == 2
    assert states[InterviewState.DUE_SOON] >= 3
    assert states[InterviewState.AWAITING_RETURN] >= 4
    closed = [InterviewState.COMPLETED_IN_TIME, InterviewState.COMPLETED_LATE, InterviewState.DECLINED]
    assert 0.62 <= states[InterviewState.COMPLETED_IN_TIME] / sum(states[state] for state in closed) <= 0.72


def test_interviews_happen_in_an_order_that_can_be(county: County, plans: list[DemoInterview]) -> None:
    for plan in plans:
        ends = [episode.returned_at for episode in plan.episodes]
        told = [e.told_by_hand_at or e.end_known_at for e in plan.episodes]
        assert all(at <= plan.known_at for at in told if at)
        acts = [at for at in (plan.known_at, plan.allocated_at, plan.recorded_at, plan.approved_at) if at]
        assert acts == sorted(acts)
        assert acts[-1] < county.now
        if plan.offered_at:
            assert plan.allocated_at
            assert plan.allocated_at <= plan.offered_at < county.now
        if plan.happened_at and plan.recorded_at:
            assert max(end for end in ends if end) <= plan.happened_at <= plan.recorded_at
    covered = Counter(episode.reference for plan in plans for episode in plan.episodes)
    assert set(covered.values()) == {1}
    assert len(covered) < len(county.episodes)
    assert any(len(plan.episodes) > 1 for plan in plans)


def test_weekends_are_worse(plans: list[DemoInterview]) -> None:
    shares = {}
    for weekend in (True, False):
        of = [p for p in plans if p.outcome is Outcome.COMPLETED and (local(p.known_at).weekday() >= 4) == weekend]
        in_time = [p for p in of if p.happened_at and p.happened_at <= _due(p)]
        shares[weekend] = len(in_time) / len(of)
    assert shares[True] < shares[False]


def _due(plan: DemoInterview) -> datetime:
    returned = plan.episodes[-1].returned_at
    assert returned is not None
    return interview_due_at(returned, 72)


def test_there_is_a_file_for_every_morning_and_each_episode_is_in_one(county: County) -> None:
    reports = list(daily_reports(county))
    assert len(reports) == 730
    assert [report.made_at for report in reports] == sorted({report.made_at for report in reports})
    assert all(local(report.made_at).hour == 6 for report in reports)
    assert reports[-1].made_at <= county.now < reports[-1].made_at + timedelta(hours=25)
    told = {row["Occurrence No"] for report in reports for row in report.rows if row}
    assert told == {episode.reference for episode in county.episodes} | {
        row["Occurrence No"] for row in reports[-1].rows[-3:] if row
    }
    assert len(told) == len(county.episodes) + 2  # and two lines that wait for a person
    assert any(not row for report in reports for row in report.rows)
    assert {report.filename.rsplit(".")[-1] for report in reports} == {"csv", "xlsx"}
    assert all(set(row) <= set(COLUMNS) for report in reports for row in report.rows)


def test_the_police_history_of_a_morning_has_whatever_their_files_had_told_until_then(county: County) -> None:
    told: set[object] = set()
    for place, report in enumerate(daily_reports(county)):
        told |= {row["Occurrence No"] for row in report.rows if row}
        if place % 7 == 0 and report.made_at < county.last_report_at:
            assert told <= {row["Occurrence No"] for row in backfile(county, report.made_at).rows}, report.made_at


def test_a_line_tells_only_what_was_known_that_morning(county: County) -> None:
    by_reference = {episode.reference: episode for episode in county.episodes}
    for report in daily_reports(county):
        for row in report.rows:
            episode = by_reference.get(str(row.get("Occurrence No")))
            if episode is None:
                continue
            told = row.get("Date/Time Returned") is not None
            knows = bool(episode.end_known_at and episode.end_known_at <= report.made_at and not episode.cancelled)
            assert told == knows
            latest = max(at for name, at in row.items() if isinstance(at, datetime) and name != "Report Run At")
            assert latest <= local(report.made_at).replace(tzinfo=None)


def test_the_same_seed_gives_the_same_county_and_another_another() -> None:
    one, again, other = simulate(AUTUMN, 5, 90), simulate(AUTUMN, 5, 90), simulate(AUTUMN, 6, 90)
    assert one == again
    assert [report.rows for report in daily_reports(one)] == [report.rows for report in daily_reports(again)]
    assert plan_interviews(one) == plan_interviews(again)
    assert one.episodes != other.episodes


def test_a_short_demonstration_has_its_share_of_the_figures_and_the_same_ending() -> None:
    county = simulate(AUTUMN, 1, 40)
    assert (county.windows[0].children, county.windows[0].repeat_children) == (76, 14)
    assert len(county.report_times) == 40
    assert {episode.stage.matter for episode in county.episodes if episode.stage} == set(Matter)
