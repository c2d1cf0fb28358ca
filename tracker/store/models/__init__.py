"""Every table, by noun."""

from tracker.store.models.alerts import Alert, OutboxMessage
from tracker.store.models.breaches import Breach
from tracker.store.models.children import Child, ChildIdentifier, ChildKey, ChildMerge, ChildName
from tracker.store.models.episodes import Episode, EpisodeDecision, EpisodeJoin, EpisodeVersion
from tracker.store.models.interviews import Interview, InterviewAllocation, InterviewEpisode
from tracker.store.models.oversight import AuditEntry, SummaryRow
from tracker.store.models.people import Person, PersonRole, Team, WebSession
from tracker.store.models.repeats import RepeatFlagRow
from tracker.store.models.reports import Line, MatchDecision, Receipt
from tracker.store.models.system import DueRun, Heartbeat, SchedulerLease

__all__ = [
    "Alert", "AuditEntry", "Breach", "Child", "ChildIdentifier", "ChildKey", "ChildMerge", "ChildName", "DueRun",
    "Episode", "EpisodeDecision", "EpisodeJoin", "EpisodeVersion", "Heartbeat", "Interview", "InterviewAllocation",
    "InterviewEpisode", "Line", "MatchDecision", "OutboxMessage", "Person", "PersonRole", "Receipt", "RepeatFlagRow",
    "SchedulerLease", "SummaryRow", "Team", "WebSession",
]  # fmt: skip
