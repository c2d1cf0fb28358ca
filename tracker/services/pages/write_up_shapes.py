"""What the pages of a write-up show, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.core.form_answers import Answer
from tracker.core.interview_form import InterviewForm, Section
from tracker.core.interview_terms import InterviewStage
from tracker.services.errors import FormProblem
from tracker.services.pages.police_shares import ShareView


class WriteUpAct(StrEnum):
    """What this viewer may do with the write-up as it stands."""

    WRITE = "write"
    FINISH = "finish"
    TAKE_BACK = "take_back"
    SEND_BACK = "send_back"  # a decline that a manager returned: what was asked for is done
    REVIEW = "review"
    CLOSE = "close"
    REOPEN = "reopen"
    SHARE = "share"


@dataclass(frozen=True)
class ConflictView:
    """What somebody typed over another's text. `settled_at` None: it waits."""

    id: int
    section: Section
    answers: Mapping[str, Answer]
    kept_at: datetime
    kept_by: str | None
    settled_at: datetime | None
    settled_by: str | None


@dataclass(frozen=True)
class SectionView:
    """One section as it stands. `version` 0: not begun. `needed`: the labels of what completion still asks for."""

    section: Section
    version: int
    answers: Mapping[str, Answer]
    saved_at: datetime | None
    saved_by: str | None
    needed: tuple[str, ...]
    conflicts: tuple[ConflictView, ...]

    @property
    def is_begun(self) -> bool:
        return self.version > 0


@dataclass(frozen=True)
class EarlierVersion:
    """What a section said before."""

    version: int
    answers: Mapping[str, Answer]
    saved_at: datetime
    saved_by: str | None


@dataclass(frozen=True)
class ReviewView:
    decision: str
    comments: str | None
    decided_at: datetime
    decided_by: str | None


@dataclass(frozen=True)
class DeclineView:
    """What a manager looks at where the interview was declined: there is no form."""

    declined_at: datetime
    declined_by: str | None
    reason: str | None
    child_was_asked: bool | None
    child_not_asked_reason: str | None
    carer_asked_instead: str | None


@dataclass(frozen=True)
class EpisodeOf:
    id: int
    missing_from_at: datetime
    returned_at: datetime | None
    found_at: datetime | None


@dataclass(frozen=True)
class WriteUpPage:
    """An interview's write-up. `shut`: why nothing can be written now; None where it can."""

    interview_id: int
    child_id: int
    child_name: str
    episodes: tuple[EpisodeOf, ...]
    stage: InterviewStage
    allocated_to: str | None
    completed_at: datetime | None
    interviewer_name: str | None
    written_up_at: datetime | None
    written_up_by: str | None
    approved_at: datetime | None
    closed_at: datetime | None
    form: InterviewForm
    sections: tuple[SectionView, ...]
    conflicts: tuple[ConflictView, ...]
    reviews: tuple[ReviewView, ...]
    shares: tuple[ShareView, ...]
    decline: DeclineView | None
    shut: FormProblem | None
    may: frozenset[WriteUpAct]

    def section(self, code: str) -> SectionView | None:
        return next((one for one in self.sections if one.section.code == code), None)

    @property
    def unsettled(self) -> tuple[ConflictView, ...]:
        return tuple(one for one in self.conflicts if one.settled_at is None)

    @property
    def first_episode_id(self) -> int:
        return self.episodes[0].id

    @property
    def to_change(self) -> ReviewView | None:
        """What a manager asked to be changed, while it is not done."""
        return self.reviews[-1] if self.stage is InterviewStage.RETURNED and self.reviews else None
