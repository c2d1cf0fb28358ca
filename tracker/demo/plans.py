"""MARAMPs and quality checks in the play: the children who go missing most have a plan, most of them reviewed since.

One plan is left past its review day and one as a draft, for whoever opens the demonstration; some interviews are
checked by the operational group, others wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from tracker.core.clock import local_date
from tracker.core.frequent import NextStep
from tracker.core.maramp import MarampPlan, PlanRisk, SafetyStep
from tracker.core.quality_check import Met
from tracker.core.said import Said, SaidKind
from tracker.core.terms import Role
from tracker.demo.world import World
from tracker.services import actions, demonstration_papers, write_maramp
from tracker.services.check_quality import check_interview
from tracker.services.context import Context, Viewer
from tracker.services.pages.frequent import frequent_list
from tracker.services.pages.frequent_shapes import FrequentRow

WITH_PLAN = 6
"""So many children are given a plan when interviews begin to be written up here."""

FIRST_REVIEW, NEXT_REVIEW = timedelta(days=12), timedelta(days=28)

RISKS = (
    ("Somebody older meets the child away from home and gives them lifts and presents", "Two interviews and the home"),
    ("Hours alone at night, without money or a way to call for help", "The police’s reports of this autumn"),
    ("Falling out of school altogether", "The school’s attendance record"),
    ("Quarrels at home that nobody settles", "What the child and the carer each say"),
)
STEPS = (
    ("A plan for the phone, agreed with the child: whom to text, and to be collected without questions", "The carer"),
    ("Time with their brother each Saturday, with its dates known a month ahead", "The social worker"),
    ("The youth worker meets the child on Friday evenings", "The youth service"),
    ("The police visit the flat that was named, and tell us what came of it", "The neighbourhood team"),
)
SAYS = (
    "“I want to know when I see my brother. Nobody says.”",
    "“If you ring me, don’t shout. I come back when you don’t shout.”",
    "“There is nothing to do there. I want to stay at my school.”",
)
STRENGTHS = "A grandmother whom they trust, a good friend at school, drawing. They answer texts from the youth worker."
REVIEWED = "Reviewed with the police, the school and the home: one risk is less likely, one step is new."
MISSED = "The child’s own wish stands in the form, and nothing that was agreed answers it."


@dataclass
class Plans:
    """One for the whole play. `evenings`: on which it acts, in order."""

    rng: Random
    evenings: Sequence[datetime]

    def evening(self, world: World, now: datetime) -> None:
        if now == self.evenings[0]:
            for row in self._often(world, now)[:WITH_PLAN]:
                self._begin(world, now, row)
        if now == self.evenings[len(self.evenings) // 2]:
            self._review(world, now)
        if now == self.evenings[-1]:
            for row in [one for one in self._often(world, now) if one.plan is None][:1]:
                self._draft(world.lead(now), row, self._plan(world, local_date(now) + NEXT_REVIEW))
            self._check(world, now)

    def _often(self, world: World, now: datetime) -> list[FrequentRow]:
        """Whoever went missing most often in 90 days first."""
        context = world.lead(now)
        assert context.actor.person_id is not None
        viewer = Viewer(context.actor.person_id, context.actor.name, frozenset({Role.LEAD}))
        rows = frequent_list(context, viewer)
        return sorted(rows, key=lambda row: (-row.episodes_90, -row.episodes_365, row.child_id))

    def _begin(self, world: World, now: datetime, row: FrequentRow) -> None:
        context = world.lead(now)
        maramp_id, version = self._draft(context, row, self._plan(world, local_date(now) + FIRST_REVIEW))
        write_maramp.publish(context, maramp_id=maramp_id, version=version, why="First plan, after the group met.")

    def _draft(self, context: Context, row: FrequentRow, plan: MarampPlan) -> tuple[int, int]:
        maramp_id = write_maramp.open_maramp(context, child_id=row.child_id)
        return maramp_id, write_maramp.save_draft(context, maramp_id=maramp_id, plan=plan, version=0, based_on=0)

    def _plan(self, world: World, review_on: date) -> MarampPlan:
        risks, steps = self.rng.sample(RISKS, 2), self.rng.sample(STEPS, 2)
        managers = world.staff.of_role(Role.MANAGER)
        return MarampPlan(
            risks=(PlanRisk("r1", *risks[0], 4, 5), PlanRisk("r2", *risks[1], 3, 3)),
            strengths=STRENGTHS,
            child_says=self.rng.choice(SAYS),
            steps=tuple(SafetyStep(f"s{place}", *step) for place, step in enumerate(steps, 1)),
            lead_id=world.staff.ids[self.rng.choice(managers).email],
            next_review_on=review_on,
        )

    def _reviewed(self, plan: MarampPlan, told: Sequence[Said], review_on: date) -> MarampPlan:
        """The first risk is less likely, a step is new; most of what the interviews say by now is answered."""
        reasons = [one.code for one in told if one.kind in (SaidKind.PUSH, SaidKind.PULL, SaidKind.WISH)]
        signs = [one.code for one in told if one.kind in (SaidKind.HARM, SaidKind.EXPLOITATION)]
        new = next(step for step in STEPS if step[0] not in {held.what for held in plan.steps})
        steps = (*plan.steps, SafetyStep("s3", *new))
        return replace(
            plan,
            risks=(replace(plan.risks[0], likelihood=3, answers=tuple(signs)), *plan.risks[1:]),
            steps=tuple(replace(step, answers=tuple(reasons[place::4])) for place, step in enumerate(steps)),
            next_review_on=review_on,
        )

    def _review(self, world: World, now: datetime) -> None:
        """All but one: its review day passes."""
        context = world.lead(now)
        planned = [row for row in self._often(world, now) if row.plan is not None]
        for row in planned[1:]:
            assert row.plan is not None
            told = demonstration_papers.said_of(row.child_id)
            maramp_id, number = row.plan.id, row.plan.version_no
            held = demonstration_papers.plan_held(maramp_id, number)
            plan = self._reviewed(held, told, local_date(now) + NEXT_REVIEW)
            version = write_maramp.save_draft(context, maramp_id=maramp_id, plan=plan, version=0, based_on=number)
            write_maramp.publish(context, maramp_id=maramp_id, version=version, why=REVIEWED)
            actions.add_action(
                context, child_id=row.child_id, maramp_id=maramp_id, what="Agree the dates with their brother’s home",
                due_on=local_date(now) + timedelta(days=20), owner_id=plan.lead_id, asked_by_child=True,
                answers=[one.code for one in told if one.kind is SaidKind.WISH][:1],
            )  # fmt: skip

    def _check(self, world: World, now: datetime) -> None:
        """The group looks at half of the interviews that wait for it."""
        group = world.staff.of_role(Role.OPERATIONAL_GROUP)
        waiting = [row.child_id for row in self._often(world, now) if row.unchecked and row.step != NextStep.NO_PLAN]
        for interview_id in demonstration_papers.to_check(waiting)[::2] if group else ():
            met = self.rng.random() < 0.7
            check_interview(
                world.acting(now, group[0].email), interview_id=interview_id, seen_number=0, heard=Met.YES,
                understood=Met.YES if met else Met.PARTLY, done=Met.YES if met else Met.NO,
                comment="" if met else MISSED,
            )  # fmt: skip
