"""Agenda and minutes as PDF. Every download is recorded before it is made."""

from flask import Response, abort, current_app, request

from tracker.bootstrap import wiring
from tracker.core.clock import local_date
from tracker.services.group_documents import take_agenda, take_minutes
from tracker.web.access import Permission, requires
from tracker.web.group.area import bp
from tracker.web.group.document import agenda_values, minutes_values
from tracker.web.records import ID
from tracker.web.request import now, request_context, signed_in_viewer


@bp.get(f"/group/<{ID}:meeting_id>/agenda.pdf")
@requires(Permission.SEE_FREQUENT)
def agenda_pdf(meeting_id: int) -> Response:
    """With the children's names: for the members."""
    agenda = take_agenda(request_context(), signed_in_viewer(), meeting_id) or abort(404)
    made = wiring(current_app).typesetter.pdf("minutes", agenda_values(agenda), now())
    return _pdf(made, f"group-agenda-{local_date(agenda.page.meets_at)}.pdf")


@bp.get(f"/group/<{ID}:meeting_id>/minutes.pdf")
@requires(Permission.SEE_FREQUENT)
def minutes_pdf(meeting_id: int) -> Response:
    """Children's numbers stand for their names, unless `?names=1` asks for those."""
    names = request.args.get("names") == "1"
    page = take_minutes(request_context(), signed_in_viewer(), meeting_id, names=names) or abort(404)
    last = max([note.added_at for note in page.notes], default=page.closed_at or now())
    made = wiring(current_app).typesetter.pdf("minutes", minutes_values(page, names=names), last)
    return _pdf(made, f"group-minutes-{local_date(page.meets_at)}{'-with-names' if names else ''}.pdf")


def _pdf(made: bytes, name: str) -> Response:
    return Response(made, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})
