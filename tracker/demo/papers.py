"""The papers of a working day: interviews written up, reviewed and shared, actions done.

On the last evening something is left to everybody: an interview to write up, one begun, one returned, some to review.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from tracker.core.clock import local_date, read_local
from tracker.core.interview_terms import ReviewDecision
from tracker.demo import stories
from tracker.demo.county import County
from tracker.demo.stories import STORIES, Story
from tracker.demo.world import World
from tracker.services import actions, demonstration_papers, police_shares, review_interview, write_interview
from tracker.services.context import Context
from tracker.services.demonstration_papers import Paper

EVENING = time(17, 10)

OUTCOMES = {deed.what: deed.outcome for story in STORIES for deed in story.deeds}

DONE = ("Done.", "Agreed, and starts next week.", "They tried it once and liked it.")

REVIEWS_LEFT = 2
"""So many write-ups at least wait for a manager at the end, where so many were written."""

OVERDUE_LEFT = 4
"""So many actions at most are overdue at the end."""

POLICE_DESK = "Missing persons desk"


def evenings(county: County, since: datetime) -> Iterator[datetime]:
    """Monday to Friday, up to now."""
    for made_at in county.report_times:
        day = local_date(made_at)
        at = read_local(datetime.combine(day, EVENING)).at
        if day.weekday() < 5 and since <= at < county.now:
            yield at


@dataclass
class Papers:
    """One for the whole play, which ends on `ends_on`. `told`: interview → the story it was written up with."""

    rng: Random
    last_at: datetime
    ends_on: date
    told: dict[int, Story] = field(default_factory=dict)
    untold: list[Story] = field(default_factory=list)

    def evening(self, world: World, now: datetime) -> None:
        is_last = now >= self.last_at
        self._review(world, now, is_last)
        self._write(world, now, is_last)
        if is_last:
            self._return_some(world, now)
        self._hear_from_police(world, now)
        self._do_actions(world, now)

    def _write(self, world: World, now: datetime, is_last: bool) -> None:
        """Most write up on the day or the next; on the last evening each leaves their newest."""
        papers = demonstration_papers.to_write_up()
        newest = {paper.holder_id: paper.interview_id for paper in papers}
        for paper in papers:
            is_left = is_last and newest[paper.holder_id] == paper.interview_id
            late = now - paper.since > timedelta(days=3)
            if is_left or not (is_last or late or self.rng.random() < 0.7):
                if is_last and not paper.is_returned and self.rng.random() < 0.4:
                    self._begin(paper, world, now, 3)
                continue
            self._begin(paper, world, now)
            write_interview.finish_write_up(_holder(paper, world, now), interview_id=paper.interview_id)

    def _begin(self, paper: Paper, world: World, now: datetime, most: int = 99) -> None:
        """Type the sections, or the first of them; of one that was returned, only what the manager asked for."""
        context = _holder(paper, world, now)
        if paper.is_returned:
            if story := self.told.get(paper.interview_id):  # returned again, the same text changes nothing
                analysis = story.answers["analysis"]
                amended = {**analysis, "view": analysis["view"] + stories.AMENDED}
                self._save(context, paper, "analysis", amended, 1)
            return
        story = self.told[paper.interview_id] = self._next_story()
        for section, answers in list(story.answers.items())[:most]:
            self._save(context, paper, section, answers, 0)
        if most >= len(story.answers):
            self._add_what_follows(paper, story, context, now)

    def _save(self, context: Context, paper: Paper, section: str, answers: dict[str, object], version: int) -> None:
        given = {question: answer for question, answer in answers.items() if answer}
        write_interview.save_section(
            context, interview_id=paper.interview_id, section=section, answers=given, based_on_version=version
        )

    def _next_story(self) -> Story:
        """Each once, in an order by chance, before any comes again."""
        if not self.untold:
            self.untold = self.rng.sample(STORIES, len(STORIES))
        return self.untold.pop()

    def _add_what_follows(self, paper: Paper, story: Story, context: Context, now: datetime) -> None:
        for deed in story.deeds:
            actions.add_action(
                context,
                child_id=paper.child_id,
                what=deed.what,
                due_on=local_date(now) + timedelta(days=deed.days),
                owner_id=None if deed.owner else context.actor.person_id,
                owner_name=deed.owner,
                asked_by_child=deed.asked_by_child,
                interview_id=paper.interview_id,
            )
        if story.for_police:
            sent = {"sent_at": now, "sent_how": "Secure email", "sent_to": POLICE_DESK}
            police_shares.add_share(context, interview_id=paper.interview_id, what=story.for_police, **sent)

    def _review(self, world: World, now: datetime, is_last: bool) -> None:
        """Managers look at most of what waits; one in six of the written ones goes back with comments."""
        papers = demonstration_papers.to_review()
        for paper in papers[:-REVIEWS_LEFT] if is_last else papers:
            if self.rng.random() < (0.5 if is_last else 0.25):
                continue
            goes_back = paper.interview_id in self.told and self.rng.random() < 0.17
            self._decide(paper, ReviewDecision.RETURNED if goes_back else ReviewDecision.APPROVED, world, now)

    def _decide(self, paper: Paper, decision: ReviewDecision, world: World, now: datetime) -> None:
        comments: str | None = self.rng.choice(stories.RETURNED_COMMENTS)
        if decision is ReviewDecision.APPROVED:
            is_written = paper.interview_id in self.told
            comments = self.rng.choice(stories.APPROVED_COMMENTS) if is_written else stories.DECLINED_NOTE
        review_interview.review(
            _manager(paper, world, now), interview_id=paper.interview_id, decision=decision, comments=comments
        )

    def _return_some(self, world: World, now: datetime) -> None:
        """To each who has something waiting, one comes back, while something is left to review."""
        served = {paper.holder_id for paper in demonstration_papers.to_write_up() if paper.is_returned}
        waiting = demonstration_papers.to_review()
        may_return = max(len(waiting) - REVIEWS_LEFT, 0 if served else 1)
        theirs = [p for p in waiting if p.holder_id not in served and p.interview_id in self.told]
        for paper in {p.holder_id: p for p in reversed(theirs)}.values():
            if may_return > 0:
                may_return -= 1
                self._decide(paper, ReviewDecision.RETURNED, world, now)

    def _hear_from_police(self, world: World, now: datetime) -> None:
        for share in demonstration_papers.open_shares():
            if now - share.since > timedelta(hours=20) and self.rng.random() < 0.6:
                outcome = self.rng.choice((*stories.POLICE_OUTCOMES, None))
                values = {"acknowledged_at": now, "acknowledged_by": POLICE_DESK, "outcome": outcome}
                police_shares.change_share(world.lead(now), share_id=share.id, version=share.version, values=values)

    def _do_actions(self, world: World, now: datetime) -> None:
        """Most are done about their day, a few are left too long; of those few are left on the last evening."""
        left = 0
        for action in demonstration_papers.open_actions():
            assert action.due_on is not None
            days_left = (action.due_on - local_date(now)).days
            chance = 0.08 if days_left > 2 else 0.5 if days_left >= 0 else 0.2
            if now >= self.last_at and action.due_on <= self.ends_on:
                left += action.due_on < self.ends_on
                chance = float(left > OVERDUE_LEFT and action.due_on < self.ends_on)
            if self.rng.random() < chance:
                context = world.lead(now)
                if action.person_id is not None:
                    context = world.acting(now, world.staff.email_of(action.person_id))
                outcome = OUTCOMES.get(action.text) or self.rng.choice(DONE)
                actions.finish_action(context, action_id=action.id, version=action.version, outcome=outcome)


def _holder(paper: Paper, world: World, now: datetime) -> Context:
    """Whoever has the interview; the lead where nobody has."""
    return world.acting(now, world.staff.email_of(paper.holder_id)) if paper.holder_id else world.lead(now)


def _manager(paper: Paper, world: World, now: datetime) -> Context:
    team = next((name for name, id_ in world.staff.teams.items() if id_ == paper.team_id), "")
    return world.manager(now, team)
