"""The invented interviewers' work hangs together, what came of it follows from it, what they write fits the form."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tracker.core.clock import local, local_date
from tracker.core.form_answers import answers_of, missing
from tracker.core.interview_terms import REACHED, ContactOutcome, VisitEnd
from tracker.demo import contacts
from tracker.demo.county import County, simulate
from tracker.demo.interviews import DEADLINE, DemoInterview, Outcome, office_of, plan_interviews
from tracker.demo.pursuit import Pursuit
from tracker.demo.stories import STORIES
from tracker.settings import load_settings

NOW = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def county() -> County:
    return simulate(NOW, 2026, 365)


@pytest.fixture(scope="module")
def plans(county: County) -> list[DemoInterview]:
    return plan_interviews(county)


def pursuits(plans: list[DemoInterview]) -> list[Pursuit]:
    return [plan.pursuit for plan in plans if plan.pursuit] + [p for plan in plans for _, p in plan.earlier]


def test_what_was_done_is_in_an_order_that_can_be(plans: list[DemoInterview]) -> None:
    for pursuit in pursuits(plans):
        attempts, visits = [a.at for a in pursuit.attempts], [v.agreed_at for v in pursuit.visits]
        assert [g.at for g in pursuit.given] == sorted(g.at for g in pursuit.given)
        assert attempts == sorted(attempts)
        assert visits == sorted(visits)
        assert all(at >= pursuit.given[0].at and at < NOW for at in (*attempts, *visits))
        assert all(visit.agreed_at < visit.planned_at for visit in pursuit.visits)
        assert all(v.ended_as is not None for v in pursuit.visits[:-1])  # at most one stands
        assert all(v.ended_at > v.agreed_at for v in pursuit.visits if v.ended_at)


@pytest.mark.parametrize("hour", [2, 8, 12, 17, 22])
@pytest.mark.parametrize(("day", "seed"), [(16, 2026), (21, 2026), (22, 1), (26, 2)])
def test_nobody_acts_on_an_interview_before_it_was_given_to_them(day: int, hour: int, seed: int) -> None:
    """At whatever hour it ends: a person sees no child before an interview of theirs was theirs."""
    for plan in plan_interviews(simulate(datetime(2026, 11, day, hour, 17, tzinfo=UTC), seed, 30)):
        given: dict[str, datetime] = {}
        for pursuit in (*(p for _, p in plan.earlier), *filter(None, [plan.pursuit])):
            for one in pursuit.given:
                given.setdefault(one.email, one.at)
            done = [(a.email, a.at) for a in pursuit.attempts] + [(v.email, v.agreed_at) for v in pursuit.visits]
            assert all(given[email] <= at for email, at in done)
        if plan.recorded_at and plan.interviewer:
            assert given[plan.interviewer] <= plan.recorded_at


def test_a_visit_is_agreed_after_somebody_accepted_and_an_outcome_follows_from_what_was_done(
    plans: list[DemoInterview],
) -> None:
    for pursuit in pursuits(plans):
        yes = [a.at for a in pursuit.attempts if a.outcome is ContactOutcome.ACCEPTED]
        assert all(any(at < visit.agreed_at for at in yes) for visit in pursuit.visits)
    done = [p for p in plans if p.outcome is Outcome.COMPLETED and p.pursuit and p.pursuit.ended_at == p.happened_at]
    held = [p for p in done if p.pursuit and p.pursuit.visits and p.pursuit.visits[-1].ended_as is VisitEnd.HELD]
    assert len(held) > 0.85 * len(done)
    assert all(p.pursuit and p.pursuit.visits[-1].ended_at == p.happened_at for p in held)
    said_no = [p.pursuit for p in plans if p.pursuit and p.pursuit.declined and p.pursuit.ended_at == p.happened_at]
    assert said_no
    assert all(pursuit.attempts[-1].outcome is ContactOutcome.DECLINED for pursuit in said_no)


def test_nobody_rings_or_visits_while_away(county: County, plans: list[DemoInterview]) -> None:
    office = office_of(county)
    for pursuit in pursuits(plans):
        assert not any(office.leave_of(attempt.email, attempt.at) for attempt in pursuit.attempts)
        held = [visit for visit in pursuit.visits if visit.ended_as is VisitEnd.HELD]
        assert not any(office.leave_of(visit.email, visit.planned_at) for visit in held)
    away = [leave for leave in office.leaves if leave.from_at <= NOW < leave.until_at]
    assert len({leave.email for leave in away}) == len(away) == 1


def test_unanswered_attempts_and_visits_that_fall_through_make_it_late_more_often(plans: list[DemoInterview]) -> None:
    def missed(chosen: list[DemoInterview]) -> float:
        late = [p for p in chosen if p.happened_at and p.happened_at > _due(p)]
        assert len(chosen) > 20
        return len(late) / len(chosen)

    done = [p for p in plans if p.outcome is Outcome.COMPLETED and p.pursuit and p.asked is None]
    silent = [p for p in done if p.pursuit and sum(a.outcome not in REACHED for a in p.pursuit.attempts) >= 3]
    at_once = [p for p in done if p.pursuit and all(a.outcome in REACHED for a in p.pursuit.attempts)]
    through = [p for p in done if p.pursuit and any(v.ended_as is VisitEnd.NOT_HELD for v in p.pursuit.visits)]
    assert missed(silent) > 2 * missed(at_once)
    assert missed(through) > 2 * missed(at_once)


def _due(plan: DemoInterview) -> datetime:
    returned = plan.episodes[-1].returned_at
    assert returned is not None
    return returned + DEADLINE


def test_on_the_last_day_those_who_are_there_have_a_visit_ahead(county: County, plans: list[DemoInterview]) -> None:
    ahead = {
        visit.email
        for plan in plans
        if plan.outcome is Outcome.OPEN and plan.pursuit
        for visit in plan.pursuit.visits
        if visit.ended_as is None and visit.planned_at > NOW and local_date(visit.planned_at) == local_date(NOW)
    }
    assert len(ahead) >= 2


@pytest.mark.parametrize("hour", [2, 8, 12, 17, 22])
@pytest.mark.parametrize("day", [16, 22, 26])
def test_at_any_hour_there_is_a_visit_ahead_one_to_cover_and_a_council_that_has_not_answered(
    day: int, hour: int
) -> None:
    now = datetime(2026, 11, day, hour, 17, tzinfo=UTC)
    county = simulate(now, 2026, 30)
    away = office_of(county).away_at_the_end
    assert away.from_at <= now < away.until_at
    still_open = [p for p in plan_interviews(county) if p.outcome is Outcome.OPEN and p.pursuit]
    assert len({plan.interviewer for plan in still_open}) == 4
    assert any(plan.interviewer == away.email for plan in still_open)
    assert any(plan.asked and not plan.asked.is_answered for plan in still_open)
    visits = [visit for plan in still_open if plan.pursuit for visit in plan.pursuit.visits if visit.ended_as is None]
    soon = [v for v in visits if now < v.planned_at <= now + timedelta(hours=24) and v.email != away.email]
    assert soon
    assert all(8 <= local(visit.planned_at).hour <= 18 for visit in soon)


def test_people_work_by_day(plans: list[DemoInterview]) -> None:
    for pursuit in pursuits([plan for plan in plans if plan.episodes[-1].stage is None]):
        assert all(8 <= local(attempt.at).hour <= 19 for attempt in pursuit.attempts)


def test_other_councils_are_asked_and_some_hold_it_or_do_not_answer(plans: list[DemoInterview]) -> None:
    asked = [plan.asked for plan in plans if plan.asked]
    assert all(not plan.episodes[-1].child.is_ours for plan in plans if plan.asked)
    assert any(one.held_at for one in asked)
    assert any(one.held_at is None for one in asked)
    assert all(one.at < one.answered_at for one in asked)
    late = [one for one in asked if one.answered_at > one.at + timedelta(hours=26)]
    assert late
    assert all(one.until < one.answered_at for one in late)


@pytest.mark.parametrize("story", STORIES, ids=range(len(STORIES)))
def test_each_story_answers_the_shipped_form(story: object) -> None:
    """Every code is one of the form's, and nothing that is required lacks an answer."""
    form = load_settings(environ={}, env="test").rules.interview_form
    assert form is not None
    given = {}
    for code, answers in story.answers.items():  # type: ignore[attr-defined]
        section = form.section(code)
        assert section is not None, code
        said = {question: answer for question, answer in answers.items() if answer}
        assert set(said) <= set(section.fields), code
        for question in section.questions:
            codes = {option for option, _ in question.options}
            if codes and question.code in said:
                chosen = said[question.code]
                assert set([chosen] if isinstance(chosen, str) else chosen) <= codes
        given[code] = answers_of(section, said)
        assert set(given[code]) == set(said)
    assert not missing(form, given)


def test_telephone_numbers_are_from_the_ranges_kept_for_drama() -> None:
    rng = Random(1)
    assert all(contacts._mobile(rng)[:-3] == "07700 900" for _ in range(50))
    assert all(contacts._landline(rng)[:-3] == "01632 960" for _ in range(50))
