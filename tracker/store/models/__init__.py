"""Every table, by noun."""

from tracker.store.models.alerts import Alert, LadderLook, LadderVersion, OutboxMessage
from tracker.store.models.api import ApiToken, IdempotencyKey
from tracker.store.models.breaches import Breach
from tracker.store.models.children import Child, ChildIdentifier, ChildKey, ChildMerge, ChildName
from tracker.store.models.disclosure import Edition, FoiAnswer
from tracker.store.models.episodes import Episode, EpisodeDecision, EpisodeJoin, EpisodeVersion
from tracker.store.models.expected import ReportAbsence, ReportWatch
from tracker.store.models.extracts import CareExtract, CareLink
from tracker.store.models.feeds import FeedDraft, FeedVersion
from tracker.store.models.group_meetings import GroupItem, GroupMeeting, GroupMember, MinutesNote
from tracker.store.models.interview_forms import (
    InterviewFormVersion,
    InterviewReview,
    InterviewSection,
    InterviewSectionConflict,
    InterviewSectionVersion,
    PoliceShare,
)
from tracker.store.models.interviews import (
    AuthorityRequest,
    ContactAttempt,
    Interview,
    InterviewAllocation,
    InterviewEpisode,
    InterviewVisit,
)
from tracker.store.models.kept_figures import KeptFigureIds, KeptFigures
from tracker.store.models.maramps import Maramp, MarampDraft, MarampVersion, QualityCheck
from tracker.store.models.oversight import AuditEntry, MonthCommentary, SummaryRow
from tracker.store.models.people import Person, PersonRole, Team, WebSession
from tracker.store.models.plans import Action, ChildContact, StrategyMeeting
from tracker.store.models.repeats import RepeatFlagRow
from tracker.store.models.reports import Line, LoadUndo, MatchDecision, Receipt, Reexamination, UndoneRow
from tracker.store.models.roads import FolderFile, RoadState
from tracker.store.models.system import DueRun, Heartbeat, SchedulerLease

__all__ = [
    "Action", "Alert", "ApiToken", "AuditEntry", "AuthorityRequest", "Breach", "CareExtract", "CareLink", "Child",
    "ChildContact", "ChildIdentifier", "ChildKey", "ChildMerge", "ChildName", "ContactAttempt", "DueRun", "Edition",
    "Episode", "EpisodeDecision", "EpisodeJoin", "EpisodeVersion", "FeedDraft", "FeedVersion", "FoiAnswer",
    "FolderFile", "GroupItem", "GroupMeeting", "GroupMember", "Heartbeat", "IdempotencyKey", "Interview",
    "InterviewAllocation", "InterviewEpisode", "InterviewFormVersion", "InterviewReview", "InterviewSection",
    "InterviewSectionConflict", "InterviewSectionVersion", "InterviewVisit", "KeptFigureIds", "KeptFigures",
    "LadderLook", "LadderVersion", "Line", "LoadUndo", "Maramp", "MarampDraft", "MarampVersion", "MatchDecision",
    "MinutesNote", "MonthCommentary", "OutboxMessage", "Person", "PersonRole", "PoliceShare", "QualityCheck", "Receipt",
    "Reexamination", "RepeatFlagRow", "ReportAbsence", "ReportWatch", "RoadState", "SchedulerLease", "StrategyMeeting",
    "SummaryRow", "Team", "UndoneRow", "WebSession",
]  # fmt: skip
