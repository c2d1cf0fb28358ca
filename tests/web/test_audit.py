"""The audit trail as information governance asks it: by person, by act, by child, as a file."""

from tests import factories
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tracker.services.transaction import writing
from tracker.web.audit.words import detail_words


def rows(page: Page) -> list[str]:
    return [row.text for row in page.all("tr")[1:]]


def test_who_did_what_is_asked_by_name_and_by_act(client_request: ClientRequest) -> None:
    bob = client_request.people["Bob"]
    client_request.sign_in("Bob").get("/my-interviews")
    client_request.sign_in("Alice").get("/today")
    page = client_request.sign_in("Fay").get(f"/audit?person_id={bob}&action=list_viewed")
    assert rows(page) and all("Bob" in row and "Looked at a list" in row for row in rows(page))
    offered = [option.text for option in page.all("option")]
    assert {"Bob Testworker", "Opened the child’s record"} <= set(offered)
    assert client_request.get("/audit?person_id=999999").errors()


def test_the_trail_is_taken_as_a_file(client_request: ClientRequest) -> None:
    client_request.sign_in("Bob").get("/my-interviews")
    page = client_request.sign_in("Fay").get(f"/audit?person_id={client_request.people['Bob']}")
    [link] = [a.attributes["href"] for a in page.all("a") if a.text.startswith("Download CSV")]
    answer = client_request.raw("GET", link.replace("&amp;", "&"))
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    lines = answer.text.splitlines()
    assert lines[0].lstrip("\ufeff") == "entry,at,who,person,action,about,number,details"
    assert len(lines) > 1 and all(",Bob Testworker," in line for line in lines[1:])
    assert client_request.sign_in("Alice").raw("GET", "/audit/entries.csv").status_code == 403
    unread = client_request.sign_in("Fay").get("/audit/entries.csv?subject_id=x", status=302)
    assert unread.location == "/audit?subject_id=x"


def test_a_childs_trail_says_who_looked_apart_from_who_was_told(client_request: ClientRequest) -> None:
    with writing() as current:
        child_id = factories.child(current).id
    client_request.sign_in("Alice").get(f"/children/{child_id}")
    page = client_request.sign_in("Fay").get(f"/audit/children/{child_id}?part=looked")
    assert "Who looked 1" in " ".join(page.text.split())
    assert len(rows(page)) == 1 and "Opened the child’s record" in rows(page)[0]
    told = client_request.get(f"/audit/children/{child_id}?part=told")
    assert "Nothing of this kind is recorded about this child." in told.text
    client_request.get(f"/audit/children/{child_id}?part=nonsense", status=404)


def test_an_address_that_asks_for_nothing_here_is_read_all_the_same(client_request: ClientRequest) -> None:
    client_request.sign_in("Fay").get("/audit?endpoint=x&_scheme=javascript&_external=1&subject=person")
    assert not [a for a in client_request.get("/audit?_scheme=x&_external=1").all("a") if "x:" in a.attributes["href"]]


def test_details_are_told_without_the_signs_of_the_machine() -> None:
    told = {
        "review_due": "review due",
        "2026-07-01/2026-09-30": "2026-07-01/2026-09-30",
        "thames-valley": "thames-valley",
    }
    assert {value: detail_words(value) for value in told} == told
    assert detail_words(["review_due", "new_flag"]) == "review due, new flag"
    assert detail_words({"page": 2, "state": None}) == "page 2, state none"
    assert (detail_words({}), detail_words([]), detail_words(True)) == ("none", "none", "yes")
