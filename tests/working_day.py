"""A working day of interviewers, as the services leave it: one child for each thing that a board must show.

Everybody is invented. Bob holds nearly everything; Iola is away.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from tests import factories
from tests.conftest import NOON
from tracker.core.interview_terms import AskedBecause, ContactMethod, ContactOutcome, ContactRelation, ContactWith
from tracker.core.terms import BreachReason, DeclinedBy, Role
from tracker.services.allocate_interview import allocate, hand_over
from tracker.services.ask_authority import ask_authority
from tracker.services.child_contacts import add_contact
from tracker.services.contact_child import record_attempt
from tracker.services.context import Actor, Context
from tracker.services.not_required import propose_not_required
from tracker.services.plan_visit import plan_visit
from tracker.services.raise_alerts import sweep
from tracker.services.record_interview import record_completed, record_declined
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Breach, Child, Episode, Interview, InterviewEpisode, InterviewReview

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Built:
    """By the child's first name: the newest episode, the child, the interview. `away_id`: Iola."""

    episodes: dict[str, int]
    children: dict[str, int]
    interviews: dict[str, int]
    away_id: int = 0


def ids_now(away_id: int = 0) -> Built:
    """As they stand in the database."""
    made = Built({}, {}, {}, away_id)
    query = session().query(Episode.id, Child).join(Child, Child.id == Episode.child_id).order_by(Episode.id)
    for episode_id, child in query:
        made.episodes[child.forename], made.children[child.forename] = episode_id, child.id
        for (interview_id,) in session().query(InterviewEpisode.interview_id).filter_by(episode_id=episode_id):
            made.interviews[child.forename] = interview_id
    session().rollback()
    return made


def build(
    lead: Context, bob_id: int, other_id: int, team_id: int | None = None, other_team_id: int | None = None
) -> Built:
    """`lead` allocates; Bob holds; `other_id` reviews and hands over. Hywel and Ifan are of the other team."""
    made = _Maker(lead, bob_id)
    early = replace(lead, now=NOON - 6 * HOUR)
    with writing() as current:
        away = factories.person(
            current, Role.INTERVIEWER, name="Iola Awayworker", team_id=team_id, away_from=NOON - 24 * HOUR,
            away_until=NOON + 96 * HOUR,
        ).id  # fmt: skip
    returned = {"Asha": 60, "Bela": 50, "Cato": 40, "Dilys": 44, "Gethin": 20, "Jodi": 30, "Kit": 66}
    for name, ago in returned.items():
        made.gone(name, ago, team_id)
    made.gone("Emrys", 30, team_id, missing=40)
    made.gone("Emrys", 6, team_id, of="Emrys", missing=4)
    made.gone("Fflur", 24, team_id, is_ours=False, responsible_authority="Farshire County Council")
    made.gone("Hywel", 76, other_team_id, notified_at=NOON - 46 * HOUR)
    made.gone("Ifan", 70, other_team_id)
    made.gone("Lowri", 80, team_id)
    made.gone("Mabli", 26, team_id)
    ids = ids_now()
    for name in ("Asha", "Bela", "Cato", "Dilys", "Fflur", "Jodi", "Kit", "Lowri"):
        allocate(early, episode_id=ids.episodes[name], person_id=bob_id)
    for episode_id in made.all_of("Emrys"):
        allocate(early, episode_id=episode_id, person_id=bob_id)
    allocate(early, episode_id=ids.episodes["Ifan"], person_id=away)
    _work(lead, ids, bob_id, other_id)
    return ids_now(away)


def _work(lead: Context, ids: Built, bob_id: int, other_id: int) -> None:
    bob, of = replace(lead, actor=Actor("Bob", bob_id)), ids.episodes
    add_contact(
        lead, child_id=ids.children["Asha"], relation=ContactRelation.PARENT_OR_CARER, name="Nia Invented",
        phone="07700 900123", note="after four o’clock",
    )  # fmt: skip
    add_contact(
        lead, child_id=ids.children["Bela"], relation=ContactRelation.CHILD, name="Bela", phone="+44 7700 900456"
    )
    for hours in (5, 2):
        record_attempt(
            bob, episode_id=of["Asha"], at=NOON - hours * HOUR, method=ContactMethod.PHONE,
            with_whom=ContactWith.PARENT_OR_CARER, outcome=ContactOutcome.NO_ANSWER,
        )  # fmt: skip
    record_attempt(
        bob, episode_id=of["Bela"], at=NOON - 4 * HOUR, method=ContactMethod.PHONE, with_whom=ContactWith.CHILD,
        outcome=ContactOutcome.ACCEPTED,
    )  # fmt: skip
    plan_visit(bob, episode_id=of["Bela"], planned_at=NOON + 3 * HOUR, minutes=60, place="The library café, upstairs")
    plan_visit(
        replace(bob, now=NOON - 5 * HOUR),
        episode_id=of["Cato"],
        planned_at=NOON - 2 * HOUR,
        minutes=60,
        place="At home",
    )
    plan_visit(bob, episode_id=of["Kit"], planned_at=NOON + 30 * HOUR, minutes=45, place="At school")
    record_completed(bob, episode_ids=[of["Dilys"]], completed_at=NOON - 30 * HOUR)
    record_completed(bob, episode_ids=[of["Jodi"]], completed_at=NOON - 20 * HOUR)
    _returned(ids_now().interviews["Jodi"], other_id)
    held = allocate(replace(lead, now=NOON - 3 * HOUR), episode_id=of["Gethin"], person_id=other_id)
    hand_over(
        replace(lead, actor=Actor("Other", other_id)), interview_id=held, person_id=bob_id, independent=True,
        note="He would rather talk in the car than indoors.",
    )  # fmt: skip
    ask_authority(
        lead, episode_id=of["Fflur"], authority="Farshire County Council", why=AskedBecause.RESPONSIBLE_ELSEWHERE,
        asked_at=NOON - 20 * HOUR, asked_how=ContactMethod.EMAIL,
    )  # fmt: skip
    propose_not_required(lead, episode_id=of["Mabli"], reason="Seen by us within the hour.")
    record_declined(
        bob, episode_ids=[of["Lowri"]], declined_at=NOON - 9 * HOUR, declined_by=DeclinedBy.CHILD, reason="no wish to"
    )
    sweep(replace(lead, actor=Actor("scheduler")))
    with writing() as current:
        current.query(Breach).filter_by(episode_id=of["Hywel"]).update({"reason": str(BreachReason.LATE_NOTICE)})


def _returned(interview_id: int, by_id: int) -> None:
    with writing() as current:
        row = current.get_one(Interview, interview_id)
        row.written_up_at, row.returned_at = NOON - 10 * HOUR, NOON - 2 * HOUR
        current.add(
            InterviewReview(
                interview_id=interview_id, decision="returned", decided_at=NOON - 2 * HOUR, decided_by_id=by_id,
                comments="Please say what she asked us to do.",
            )
        )  # fmt: skip


class _Maker:
    def __init__(self, context: Context, bob_id: int) -> None:
        self.context, self.bob_id = context, bob_id

    def gone(
        self, name: str, ago: float, team_id: int | None, *, of: str | None = None, missing: float = 9, **more: object
    ) -> None:
        back = NOON - ago * HOUR
        with writing() as current:
            held = current.query(Child).filter_by(forename=of).one() if of else None
            child = held or factories.child(current, f"{name}son", name)
            factories.episode(
                current,
                child,
                back - missing * HOUR,
                back,
                context=self.context,
                team_id=team_id,
                risk="medium",
                **more,
            )

    def all_of(self, name: str) -> list[int]:
        query = session().query(Episode.id).join(Child, Child.id == Episode.child_id).filter(Child.forename == name)
        found = [id_ for (id_,) in query.order_by(Episode.id)]
        session().rollback()
        return found
