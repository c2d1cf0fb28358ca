"""The write-up of an interview: sections saved one by one, as typed, and nothing lost where two people write.

`finish_write_up` and `reopen_write_up` stand in a module of their own and are offered here too.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.core.clock import show_instant
from tracker.core.form_answers import LONGEST, Answer, Difference, answers_of, differences, takes_away, too_long
from tracker.core.interview_form import Section
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.finish_write_up import finish_write_up, reopen_write_up
from tracker.services.form_access import form_in_force, interview_to_write, refuse_unless_open
from tracker.services.interview_rows import write_interview
from tracker.services.rows_for_change import interview_for_change
from tracker.services.transaction import writing
from tracker.store import audit, interview_forms
from tracker.store.models import Interview, InterviewSection, InterviewSectionConflict, Person

__all__ = [
    "SavedSection", "SectionConflict", "finish_write_up", "reopen_write_up", "save_section", "settle_conflict",
]  # fmt: skip

HISTORY_EVERY = timedelta(seconds=60)
"""A section that one person goes on typing in has a version in its history, and a row in the trail, so often."""


@dataclass(frozen=True)
class SavedSection:
    """What is held now. Version 0: nothing was typed, and nothing is held."""

    version: int
    saved_at: datetime


class SectionConflict(Conflict):
    """Somebody else saved the section meanwhile. What was typed is kept as `conflict_id`, and nothing is lost."""

    def __init__(
        self, conflict_id: int, section: str, version: int, by: str | None, at: datetime | None,
        held: Mapping[str, Answer], found: Sequence[Difference],
    ) -> None:  # fmt: skip
        self.conflict_id, self.section, self.held_version = conflict_id, section, version
        self.held_by, self.held_at, self.held, self.differences = by, at, held, tuple(found)
        when = f", {show_instant(at)}" if at else ""
        sentence = f"{by or 'Somebody else'} saved this section while you had it open{when}. What you typed is kept."
        super().__init__(FormProblem("section_changed", sentence))


def save_section(
    context: Context,
    *,
    interview_id: int,
    section: str,
    answers: Mapping[str, object],
    based_on_version: int,
    conflict_id: int | None = None,
) -> SavedSection:
    """Save the whole of one section, typed over the version that the page showed (0: none was held).

    Unchanged answers write nothing. Where another version stands, what was typed is kept and SectionConflict raised;
    `conflict_id` says that this text goes on from one kept so, which it then replaces.
    """
    with writing() as session:
        row = interview_to_write(session, context, interview_id)
        refuse_unless_open(row)
        part = _part(session, context, row, section)
        typed = _typed(part, answers)
        held = interview_forms.section_row(session, interview_id, section)
        if typed == (held.answers if held else {}):
            return SavedSection(held.version, held.saved_at) if held else SavedSection(0, context.now)
        if based_on_version == (held.version if held else 0):
            return _write(session, context, row, held, section, typed)
        conflict = _keep(session, context, interview_id, part, held, typed, based_on_version, conflict_id)
    raise conflict


def settle_conflict(
    context: Context, *, conflict_id: int, answers: Mapping[str, object], based_on_version: int
) -> SavedSection:
    """What a person decided between both texts becomes the section; the text that was kept stays readable."""
    with writing() as session:
        unknown = Refused(FormProblem("unknown_conflict", "There is no such text to decide about."))
        kept = session.get(InterviewSectionConflict, conflict_id)
        if kept is None:
            raise unknown
        row = interview_to_write(session, context, kept.interview_id)
        refuse_unless_open(row)
        kept = interview_forms.conflict_row(session, conflict_id)
        if kept is None or kept.settled_at is not None:
            raise Conflict(FormProblem("already_settled", "Somebody else has settled this already."))
        part = _part(session, context, row, kept.section)
        typed = _typed(part, answers)
        held = interview_forms.section_row(session, row.id, kept.section)
        if based_on_version == (held.version if held else 0):
            kept.settled_at, kept.settled_by_id = context.now, context.actor.person_id
            details = {"section": kept.section, "conflict_id": conflict_id}
            audit.record(
                session, "interview_section_conflict_settled", context.actor, context.now, "interview", row.id, details
            )
            if held and typed == held.answers:
                return SavedSection(held.version, held.saved_at)
            return _write(session, context, row, held, kept.section, typed, into_history=True)
        conflict = _keep(session, context, row.id, part, held, typed, based_on_version, None)
    raise conflict


def _part(session: Session, context: Context, row: Interview, section: str) -> Section:
    part = form_in_force(session, context, row).section(section)
    if part is None:
        raise Refused(FormProblem("unknown_section", "The form has no such section."))
    return part


def _typed(part: Section, answers: Mapping[str, object]) -> dict[str, Answer]:
    typed = answers_of(part, answers)
    sentence = f"Write at most {LONGEST:,} characters here. Put what is longer into another place, or into the record."
    problems = [FormProblem("too_long", sentence, (question.code,)) for question in too_long(part, typed)]
    if problems:
        raise Refused(problems)
    return typed


def _write(
    session: Session,
    context: Context,
    row: Interview,
    held: InterviewSection | None,
    section: str,
    typed: dict[str, Answer],
    *,
    into_history: bool = False,
) -> SavedSection:
    """The row is locked and the version is the one shown: compare and set are one."""
    if row.form_version_id is None:
        _begin(session, context, row)
    marked = held is None or into_history or _is_moment(session, context, held, typed)
    if held is None:
        held = InterviewSection(interview_id=row.id, section=section, version=0)
        session.add(held)
    elif marked:
        interview_forms.keep_version(session, held)
    held.answers, held.version = typed, held.version + 1
    held.saved_at, held.saved_by_id = context.now, context.actor.person_id
    session.flush()
    if marked:
        details = {"section": section, "version": held.version}
        audit.record(session, "interview_section_saved", context.actor, context.now, "interview", row.id, details)
    return SavedSection(held.version, held.saved_at)


def _begin(session: Session, context: Context, row: Interview) -> None:
    """From here on the interview keeps the form that it was begun with."""
    version_id = interview_forms.version_of_form(session, form_in_force(session, context, row), context.now)
    values = {"form_version_id": version_id, "form_started_at": context.now}
    row, _ = interview_for_change(session, context, row.id)
    write_interview(session, row, values, context, "interview_form_started", {"form_version_id": version_id})


def _is_moment(session: Session, context: Context, held: InterviewSection, typed: Mapping[str, Answer]) -> bool:
    """Whether what is held goes into the history before it is replaced: typing alone would flood it."""
    if held.saved_by_id != context.actor.person_id or takes_away(held.answers, typed):
        return True
    kept_at = interview_forms.last_kept_at(session, held.interview_id, held.section)
    return kept_at is None or context.now - kept_at >= HISTORY_EVERY


def _keep(
    session: Session,
    context: Context,
    interview_id: int,
    part: Section,
    held: InterviewSection | None,
    typed: dict[str, Answer],
    based_on_version: int,
    conflict_id: int | None,
) -> SectionConflict:
    """Keep what was typed; once for the same text, and in the place of what it goes on from."""
    person_id = context.actor.person_id
    text = json.dumps(typed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    kept = interview_forms.same_conflict(session, interview_id, part.code, person_id, based_on_version, sha256)
    if kept is None:
        before = interview_forms.conflict_row(session, conflict_id) if conflict_id is not None else None
        if before is not None and _goes_on(before, interview_id, part.code, person_id):
            kept = before
            kept.answers, kept.answers_sha256, kept.kept_at = typed, sha256, context.now
        else:
            kept = InterviewSectionConflict(
                interview_id=interview_id, section=part.code, answers=typed, answers_sha256=sha256,
                based_on_version=based_on_version, kept_at=context.now, kept_by_id=person_id,
            )  # fmt: skip
            session.add(kept)
            details = {"section": part.code, "based_on_version": based_on_version}
            audit.record(
                session, "interview_section_conflict_kept", context.actor, context.now, "interview", interview_id,
                details,
            )  # fmt: skip
        session.flush()
    by = session.get(Person, held.saved_by_id) if held and held.saved_by_id else None
    answers: Mapping[str, Answer] = held.answers if held else {}
    return SectionConflict(
        kept.id, part.code, held.version if held else 0, by.name if by else None, held.saved_at if held else None,
        answers, differences(part, answers, typed),
    )  # fmt: skip


def _goes_on(before: InterviewSectionConflict, interview_id: int, section: str, person_id: int | None) -> bool:
    same = (before.interview_id, before.section, before.kept_by_id) == (interview_id, section, person_id)
    return same and before.settled_at is None
