"""What the council held before it began to work here: the police's file of those months, and its own spreadsheet.

Loaded on one morning as a council's own history would be, `tracker ingest --history` and `tracker interviews load`:
nobody is told of what was long over, and the days from then on are played one by one.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.clock import local
from tracker.core.terms import DeclinedBy
from tracker.demo.acts import decline_of, held_by
from tracker.demo.county import County
from tracker.demo.interviews import DemoInterview, Outcome
from tracker.demo.reports import backfile
from tracker.demo.world import World
from tracker.services.load_interviews import load_interviews
from tracker.services.receive_report import receive_report

_COLUMNS = (
    "police_reference", "outcome", "completed_at", "declined_by", "reason", "child_was_asked",
    "child_not_asked_reason", "carer_asked_instead", "interviewer_name",
)  # fmt: skip


def morning_before(county: County, since: datetime) -> datetime | None:
    """The last report of the days before `since`; None where the county begins later."""
    return max((at for at in county.report_times if at < since), default=None)


def is_history(plan: DemoInterview, by: datetime) -> bool:
    """Whether it stood in the council's own spreadsheet by then. What is not required is decided here."""
    return plan.outcome in (Outcome.COMPLETED, Outcome.DECLINED) and bool(plan.recorded_at and plan.recorded_at <= by)


@dataclass(frozen=True)
class History:
    """`made_at`: of the police's file. `plans`: the interviews of the council's spreadsheet."""

    county: County
    made_at: datetime
    plans: Sequence[DemoInterview]

    def load(self, world: World, now: datetime) -> None:
        """Both files. Raises ValueError where a row of the spreadsheet was not recorded: the play would be wrong."""
        report = backfile(self.county, self.made_at)
        receive_report(
            world.lead(now),
            content=report.content,
            filename=report.filename,
            feed=world.feed,
            source="demonstration",
            is_history=True,
            limits=world.settings.limits,
        )
        loaded = load_interviews(
            world.lead(now),
            content=_as_csv(self._rows()),
            filename=f"interviews-until-{local(self.made_at).date().isoformat()}.csv",
            feed=world.feed,
            limits=world.settings.limits,
        )
        if loaded.refusal or loaded.problems:
            raise ValueError(f"{len(loaded.problems)} rows of the invented spreadsheet were not recorded")

    def _rows(self) -> Iterator[dict[str, str]]:
        """One row an episode: an interview for several stands in several, at one time."""
        for plan in self.plans:
            assert plan.happened_at is not None
            row = {"completed_at": plan.happened_at.isoformat(), "outcome": str(plan.outcome)}
            row |= _declined(plan) if plan.outcome is Outcome.DECLINED else {"interviewer_name": held_by(plan)}
            yield from ({"police_reference": episode.reference, **row} for episode in plan.episodes)


def _declined(plan: DemoInterview) -> dict[str, str]:
    said = decline_of(plan)
    by_carer = said.declined_by is DeclinedBy.PARENT_OR_CARER
    return {
        "declined_by": "parent or carer" if by_carer else "child",
        "reason": said.reason,
        "child_was_asked": "yes" if said.child_was_asked else "no" if by_carer else "",
        "child_not_asked_reason": said.child_not_asked_reason or "",
        "carer_asked_instead": said.carer_asked_instead or "",
    }


def _as_csv(rows: Iterator[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
