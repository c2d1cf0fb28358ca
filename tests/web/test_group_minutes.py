"""Minutes on their way out: what is left of names in them, and the email that leads to them."""

from sqlalchemy import select

from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tests.web.group_day import flag_three
from tests.web.test_group import begun, closed, items, meeting, record, text_of
from tracker.services.child_names import add_name
from tracker.services.context import Context
from tracker.services.people import set_password
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import ChildContact, OutboxMessage


def test_words_that_may_be_a_name_are_listed_and_a_nickname_entered_afterwards_is_left_out(
    client_request: ClientRequest, people: dict[str, int], context: Context
) -> None:
    ada, ben, _ = flag_three(people)
    with writing() as current:
        current.add(ChildContact(child_id=ada, relation="parent_or_carer", name="Bev Quillerby", added_at=NOON))
    client = client_request.sign_in("Charlie")
    meeting_id = begun(client, people)
    said = "ADA’S mum Bev rang. Zedders was seen with Toby at School; Charlie will ask."
    for place, item in enumerate(items(meeting_id)):
        record(client, item, **({"discussion": said} if not place else {}))
    box = client.get(f"/group/{meeting_id}/attendance").all("input", name="present")[0].attributes["value"]
    client.post(f"/group/{meeting_id}/attendance", {"version": str(meeting(meeting_id).version), "present": box})
    client.post(f"/group/{meeting_id}/close", {"version": str(meeting(meeting_id).version)})
    page = client.get(f"/group/{meeting_id}")
    assert "Words that may be a name: read these first" in page.text
    assert f"Child {ada}: Zedders, Toby" in page.text and f"Child {ben}:" not in page.text
    told = text_of(client, f"/group/{meeting_id}/minutes.pdf")
    assert f"Child {ada}’S mum Child {ada}’s parent or carer rang. Zedders was seen" in told
    add_name(context, child_id=ada, forename="Zedders", surname="Testly")
    assert f"Child {ada}: Toby" in client.get(f"/group/{meeting_id}").text
    assert f"rang. Child {ada} was seen with Toby" in text_of(client, f"/group/{meeting_id}/minutes.pdf")
    named = text_of(client, f"/group/{meeting_id}/minutes.pdf?names=1")
    assert "ADA’S mum Bev rang. Zedders was seen" in named


def test_the_emails_link_leads_through_signing_in_to_the_minutes_and_tells_nobody_else_anything(
    client_request: ClientRequest, people: dict[str, int], context: Context
) -> None:
    flag_three(people)
    meeting_id = closed(client_request.sign_in("Charlie"), people)
    message = session().scalars(select(OutboxMessage).where(OutboxMessage.template == "group_minutes")).one()
    path = f"/group/{meeting_id}"
    assert f"{path}\n" in message.body
    session().rollback()
    set_password(context, person_id=people["Charlie"], password="plainly invented words")
    client_request.sign_out()
    asked = client_request.get(path, status=302).location
    page = client_request.get(asked)
    assert "Ada" not in page.text and "18 Nov" not in page.text
    sent = {"email": "charlie@council.invalid", "password": "plainly invented words",
            "csrf_token": page.value_of("csrf_token")}  # fmt: skip
    assert client_request.raw("POST", asked, data=sent).headers["Location"] == path
    assert "Ada Testly" in client_request.get(path).text
    client_request.sign_in("Bob").get(path, status=403)
