"""What other councils were asked, and how they answered (definitions §1, §6): `interviews.authority_*`.

Of the required interviews, by the month of the return. Being asked stops no clock, and an answer closes none.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter

from tracker.core.clock import Period
from tracker.core.figures import ByCohort, Timed, breakdown, median_hours
from tracker.core.interview_terms import AuthorityAnswer
from tracker.core.month_facts import RequestFact
from tracker.core.month_interviews import NOT_REQUIRED, counted, outcome_of
from tracker.core.month_rows import MonthRows, ReturnedEpisode, within

NOT_ANSWERED = "not_answered"
ANSWERS = (*AuthorityAnswer, NOT_ANSWERED)


def authority_figures(rows: MonthRows, period: Period) -> dict[str, ByCohort]:
    """Episodes whose interview another council was asked to hold; by its newest answer, which add up to those asked."""
    returned = within(rows.returned, period, attrgetter("returned_at"))
    required = [one for one in returned if one.requests and outcome_of(one, rows.cut_off) != NOT_REQUIRED]
    asked = [one for one in required if _asked_at(one, rows.cut_off)]
    by_answer = breakdown([(_answer_of(one, rows.cut_off), one.member) for one in asked], ANSWERS)
    return {
        "interviews.authority_asked": counted(asked),
        **{f"interviews.authority_answers.{answer}": by_answer[answer] for answer in ANSWERS},
        "interviews.median_hours_to_authority_answer": median_hours(_to_answer(asked, rows.cut_off)),
    }


def _asked_at(one: ReturnedEpisode, by: datetime) -> datetime | None:
    """When a council was first asked."""
    return min((request.asked_at for request in one.requests if request.asked_at <= by), default=None)


def _answered(one: ReturnedEpisode, by: datetime) -> Sequence[tuple[datetime, RequestFact]]:
    """The answers by then, oldest first."""
    found = [(at, request) for request in one.requests if (at := request.answered_at) and request.answer and at <= by]
    return sorted(found, key=lambda answer: (answer[0], answer[1].id))


def _answer_of(one: ReturnedEpisode, by: datetime) -> str:
    answers = _answered(one, by)
    return str(answers[-1][1].answer) if answers else NOT_ANSWERED


def _to_answer(asked: Iterable[ReturnedEpisode], cut_off: datetime) -> list[Timed]:
    """From first being asked to the first answer, where there is one."""
    timed: list[Timed] = []
    for one in asked:
        answers, asked_at = _answered(one, cut_off), _asked_at(one, cut_off)
        if answers and asked_at:
            timed.append((*one.member, answers[0][0] - asked_at))
    return timed
