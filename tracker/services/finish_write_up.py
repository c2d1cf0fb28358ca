"""The end of a write-up: finished for a manager to look at, or taken back by whoever wrote it."""

from tracker.core.form_answers import Missing, missing
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.form_access import form_in_force, interview_to_write, refuse_unless_open
from tracker.services.interview_rows import write_interview
from tracker.services.rows_for_change import interview_for_change
from tracker.services.transaction import writing
from tracker.store import interview_forms
from tracker.store.models import Interview


def finish_write_up(context: Context, *, interview_id: int) -> None:
    """The form goes to a manager, and is locked. One problem for each required question without an answer.

    Refused, too, before the interview was held (`not_held`), and while two texts wait to be settled (`unsettled`).
    Of a decline, which has no form: what a manager asked for is done. `completed_at` is not touched.
    """
    with writing() as session:
        interview_to_write(session, context, interview_id)
        row, _ = interview_for_change(session, context, interview_id)
        if _is_returned_decline(row):
            write_interview(session, row, {"returned_at": None}, context, "interview_written_up", {"sections": {}})
            return
        refuse_unless_open(row)
        held = interview_forms.sections_of(session, interview_id)
        form = form_in_force(session, context, row)
        problems = [problem_of(one) for one in missing(form, {code: one.answers for code, one in held.items()})]
        if row.completed_at is None:
            problems.insert(0, FormProblem("not_held", "Record first when the conversation was held."))
        if interview_forms.unsettled(session, [interview_id]):
            sentence = "Two people wrote in one section. Decide first what stays."
            problems.insert(0, FormProblem("unsettled", sentence))
        if problems:
            raise Refused(problems)
        values = {"written_up_at": context.now, "written_up_by_id": context.actor.person_id, "returned_at": None}
        details = {"sections": {code: one.version for code, one in sorted(held.items())}}
        write_interview(session, row, values, context, "interview_written_up", details)


def problem_of(one: Missing) -> FormProblem:
    """Its field names the section and the question: `analysis.risk_level`."""
    sentence = f"{one.section.title}: “{one.question.label}” has no answer yet."
    return FormProblem("missing_answer", sentence, (f"{one.section.code}.{one.question.code}",))


def reopen_write_up(context: Context, *, interview_id: int) -> None:
    """Whoever wrote it, or has it now, takes it back, as long as no manager has decided."""
    with writing() as session:
        row, _ = interview_for_change(session, context, interview_id)
        if row.written_up_at is None or row.returned_at or row.approved_at or row.closed_at:
            raise Refused(FormProblem("not_waiting", "This does not wait for a manager. Look at it as it stands now."))
        actor_id = context.actor.person_id
        if actor_id is not None and actor_id not in (row.written_up_by_id, row.allocated_to_id):
            raise Refused(FormProblem("not_yours", "Whoever wrote it takes it back; a manager returns it instead."))
        values = {"written_up_at": None, "written_up_by_id": None}
        write_interview(session, row, values, context, "interview_form_reopened")


def _is_returned_decline(row: Interview) -> bool:
    return row.declined_at is not None and row.completed_at is None and row.returned_at is not None
