"""What the county is played in: the council's rules and people, and the episodes as they are held."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tracker.core.feed import Feed
from tracker.core.mail import Mailer
from tracker.core.meetings import MeetingPolicy
from tracker.core.rules import Rules
from tracker.core.terms import Role
from tracker.demo.pursuit import Visit
from tracker.demo.staff import Staff
from tracker.services import demonstration
from tracker.services.context import Actor, Context
from tracker.services.demonstration import Held
from tracker.settings import Settings

SCHEDULER = Actor("scheduler")

LIVE_FOR = timedelta(days=430)
"""For how long the council has worked here, so that the last whole month and the same month a year before were lived
through. What was before it loaded as history."""

TEAMS_FOR = timedelta(days=400)
"""For how long the council has had its teams: a little longer than the thirteen months that the month's page shows."""

ALLOCATED_FOR = timedelta(days=230)
"""For how long interviews have been allocated here: all that weighed on anybody while the forecast is compared."""

COURSES_FOR = timedelta(days=180)
"""For how long attempts and visits have been recorded here: as long as the forecast is compared, and some days."""

FORMS_FOR = timedelta(days=21)
"""For how long interviews have been written up here; those before are written up elsewhere."""

MEETINGS_FOR = timedelta(days=35)
"""For how long strategy meetings have been asked for here."""


@dataclass
class World:
    """`mailer`: where the last two weeks' emails go; None where there is no mailbox for them.

    `live_from`: when the council began to work here, and loaded what it held of the time before.
    `teams_from`: when the council formed its teams, and began to file episodes under them.
    `allocated_from`: when it began to allocate its interviews here, which others had held before;
    `courses_from`: to record attempts and visits here; `forms_from`: to write its interviews up here;
    `meetings_from`: to ask for strategy meetings here.
    `known_ids`: police reference → episode; `interview_ids`, `request_ids`: likewise. `visit_ids`: of those planned.
    `proposed`: episode → the interview proposed as not required, until a manager approves.
    """

    settings: Settings
    feed: Feed
    mailer: Mailer | None
    live_from: datetime
    teams_from: datetime
    allocated_from: datetime
    courses_from: datetime
    forms_from: datetime
    meetings_from: datetime
    staff: Staff = field(default_factory=lambda: Staff({}, {}))
    proposed: dict[int, int] = field(default_factory=dict)
    known_ids: dict[str, int] = field(default_factory=dict)
    interview_ids: dict[str, int] = field(default_factory=dict)
    request_ids: dict[str, int] = field(default_factory=dict)
    visit_ids: dict[Visit, int] = field(default_factory=dict)

    def rules(self, now: datetime) -> Rules:
        """The council's, strategy meetings left out until it began to ask for them here."""
        rules = self.settings.rules
        return rules if now >= self.meetings_from else replace(rules, meetings=MeetingPolicy())

    def context(self, now: datetime, actor: Actor = SCHEDULER) -> Context:
        return Context(now, self.rules(now), actor, self.settings.base_url, self.settings.council.own_names)

    def acting(self, now: datetime, email: str) -> Context:
        """As one of the staff."""
        return self.context(now, self.staff.actor(email))

    def lead(self, now: datetime) -> Context:
        return self.acting(now, self.staff.of_role(Role.LEAD)[0].email)

    def manager(self, now: datetime, team: str) -> Context:
        """The team's manager, or whoever stands in for one who has not joined yet."""
        managers = self.staff.of_role(Role.MANAGER)
        of_team = [member for member in managers if member.team == team]
        return self.acting(now, (of_team or managers)[0].email)

    def held(self, reference: str) -> Held:
        """The episode as it is now. Raises LookupError where no report has made it: the play would be wrong."""
        found = demonstration.held_episode(self.feed.force, reference)
        if found is None:
            raise LookupError(f"no episode is held under {reference}")
        self.known_ids[reference] = found.id
        return found

    def episode_id(self, reference: str) -> int:
        return self.known_ids.get(reference) or self.held(reference).id
