"""The workspace of frequent runaways: who sees whom, the pattern, the checks, and the MARAMP from draft to PDF."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.web.conftest import PEOPLE, ClientRequest
from tests.web.day import context_of
from tracker.core.clock import local_date
from tracker.core.terms import Role
from tracker.services.transaction import writing
from tracker.settings import load_settings
from tracker.store import interview_forms
from tracker.store.db import session
from tracker.store.models import (
    Action,
    AuditEntry,
    Child,
    Episode,
    Interview,
    InterviewEpisode,
    InterviewSection,
    Maramp,
    MarampDraft,
    MarampVersion,
    QualityCheck,
    RepeatFlagRow,
)

TODAY = local_date(NOON)
FORM = load_settings(environ={}, env="test", database_url="sqlite://", secret_key="t" * 40).interview_form
ANSWERS = {
    "own_words": {"words": "I was cold and I rang my brother."},
    "reasons": {"push": ["placement_far"], "pull": ["family"]},
    "whereabouts": {"with_whom": "A boy called Zed"},
    "would_help": {"help_now": "To see my brother on Saturdays", "share_wishes": "Do not tell my dad"},
    "analysis": {"view": "She misses her brother", "risk_level": "high"},
    "carer": {"account": "The carer’s own account"},
}


@dataclass(frozen=True)
class World:
    """A child on both flags with an interview that is written up; another who went missing once."""

    often: int
    once: int
    interview: int


@pytest.fixture
def made(client_request: ClientRequest) -> World:
    return build(client_request.people)


def build(people: dict[str, int]) -> World:
    context = context_of(people)
    with writing() as current:
        often, once = (factories.child(current, f"{name}son", name) for name in ("Oftena", "Oncela"))
        rows = [
            factories.episode(
                current, often, NOON - timedelta(days=7 * ago + 3, hours=16), hours=10, context=context,
                missing_from_address="1 Invented Lane", found_location="Invented Station", found_by="police",
            )
            for ago in (8, 6, 4, 2, 0)
        ]  # fmt: skip
        factories.episode(current, once, NOON - timedelta(days=5), hours=3, context=context)
        held = Interview(
            created_at=NOON - timedelta(days=2), completed_at=NOON - timedelta(days=1), completed_by_id=people["Bob"],
            interviewer_name="Bob Testworker", form_version_id=interview_forms.version_of_form(current, FORM, NOON),
            written_up_at=NOON - timedelta(hours=20), written_up_by_id=people["Bob"], allocated_to_id=people["Bob"],
        )  # fmt: skip
        held.links = [InterviewEpisode(episode_id=rows[-1].id)]
        current.add(held)
        current.flush()
        for section, answers in ANSWERS.items():
            current.add(
                InterviewSection(interview_id=held.id, section=section, version=1, answers=answers, saved_at=NOON)
            )
        return World(often.id, once.id, held.id)


def plan(**more: str) -> dict[str, object]:
    """What the form of a whole plan sends."""
    return {
        "version": "0", "based_on": "0", "act": "publish", "why": "First plan", "child_says": "“I miss my brother.”",
        "strengths": "Her aunt", "lead_id": "", "lead_name": "Ms Invented", "next_review_on-day": "14",
        "next_review_on-month": "12", "next_review_on-year": "2026",
        "r1-what": "Nights alone at the station", "r1-rests_on": "Two police reports", "r1-likelihood": "4",
        "r1-impact": "5", "r2-what": "", "r2-rests_on": "", "r2-likelihood": "", "r2-impact": "",
        "s1-what": "Saturdays with her brother", "s1-who": "The home", **more,
    }  # fmt: skip


def open_plan(client: ClientRequest, child_id: int, **more: str) -> int:
    """A MARAMP opened and published by whoever is signed in."""
    sent = client.post(f"/frequent/{child_id}/maramps/open", {})
    maramp_id = int(sent.location.split("/")[3])
    done = client.post(f"/frequent/maramps/{maramp_id}/write", plan(**more))
    assert done.location == f"/frequent/maramps/{maramp_id}"
    return maramp_id


def test_the_group_sees_who_is_on_a_flag_and_nobody_else(client_request: ClientRequest, made: World) -> None:
    client = client_request.sign_in("Charlie")
    page = client.get("/frequent")
    assert "Oftena" in page.text and "Oncela" not in page.text
    assert "5 in 90 days, 5 in 365" in page.text and "50 hours missing" in page.text and "1 to check" in page.text
    shown = client.get(f"/frequent/{made.often}")
    assert "All five began at 1 Invented Lane." in shown.text and "A boy called Zed" in shown.text
    hrefs = {a.attributes.get("href", "") for a in shown.all("a")}
    assert not any(href.startswith(("/children/", "/episodes/")) for href in hrefs), "records are not the group's"
    for path in ("", "/interviews", "/said", f"/interviews/{made.interview}", "/charts/child-calendar.svg"):
        client.get(f"/frequent/{made.once}{path}", status=404)
    client.get(f"/children/{made.often}", status=403)
    assert f"'/frequent/{made.often}'" in str(client_request.sign_in("Alice").get(f"/children/{made.often}").elements)
    assert f"'/frequent/{made.once}'" not in str(client_request.get(f"/children/{made.once}").elements)
    assert f"/children/{made.often}" in str(client_request.sign_in("Alice").get(f"/frequent/{made.often}").elements)
    assert client_request.get(f"/frequent/{made.once}").h1.endswith("Oncela Oncelason")


@pytest.mark.parametrize("name", [name for name, roles in PEOPLE.items() if name in ("Bob", "Ed", "Fay") and roles])
def test_who_has_no_part_in_it_sees_nothing(client_request: ClientRequest, made: World, name: str) -> None:
    client = client_request.sign_in(name)
    for path in ("", f"/{made.often}", f"/{made.often}/interviews/{made.interview}", f"/{made.often}/said"):
        client.get(f"/frequent{path}", status=403)


def test_the_list_is_narrowed(client_request: ClientRequest, made: World) -> None:
    client = client_request.sign_in("Charlie")
    for narrowed, there in (
        ("plan=none", True), ("plan=overdue", False), ("whose=other", False), ("whose=ours", True),
        ("rule=3_in_90", True), ("rule=nonsense", True), ("plan=nonsense", True),
    ):  # fmt: skip
        assert ("Oftena" in client.get(f"/frequent?{narrowed}").text) == there, narrowed


def test_a_child_is_found_by_name_or_by_the_number_in_the_minutes(client_request: ClientRequest, made: World) -> None:
    client = client_request.sign_in("Charlie")
    for typed, there in (("ftenA", True), ("oftena x", False), (str(made.often), True), ("0", False), ("  ", True)):
        went = client.post("/frequent/find", {"sought": typed})
        assert re.fullmatch(r"/frequent(\?search=[\w-]{12})?", went.location), "what was typed is in no address"
        assert ("Oftena" in client.get(went.location).text) == there, typed
    assert "held no longer" in client.get("/frequent?search=nonsense").text
    searches = select(AuditEntry).where(AuditEntry.action == "search_made", AuditEntry.subject == "frequent")
    assert [row.details["filter"]["text_length"] for row in session().scalars(searches.order_by(AuditEntry.id))] == [
        5, 8, len(str(made.often)), 1,
    ]  # fmt: skip


def test_an_address_that_names_what_is_not_asked_there_is_read_all_the_same(client_request: ClientRequest) -> None:
    client = client_request.sign_in("Alice")
    for path in ("/frequent", "/episodes", "/children"):
        client.get(f"{path}?endpoint=x&_scheme=javascript&_method=POST&_anchor=x")


def test_pictures_are_read_by_those_who_see_the_child(client_request: ClientRequest, made: World) -> None:
    client_request.sign_in("Charlie")
    for name in ("child-calendar", "weekday-hour"):
        answer = client_request.raw("GET", f"/frequent/{made.often}/charts/{name}.svg")
        assert answer.mimetype == "image/svg+xml" and "no-store" in answer.headers["Cache-Control"]
        assert not {"NaN", "null", "undefined"} & set(re.findall(r">([^<>]+)</text>", answer.text)), name
    client_request.get(f"/frequent/{made.often}/charts/other.svg", status=404)


def test_an_interview_is_read_in_part_and_checked(client_request: ClientRequest, made: World) -> None:
    path = f"/frequent/{made.often}/interviews/{made.interview}"
    page = client_request.sign_in("Charlie").get(path)
    assert "I was cold" in page.text and "Do not tell my dad" in page.text and "account" not in page.text
    assert "The whole write-up" not in page.text and "Nobody has checked" in page.text
    sent = {"number": "0", "heard": "yes", "understood": "partly", "done": "no"}
    refused = client_request.post(f"{path}/check", {**sent, "comment": " "}, status=200)
    assert refused.errors() == ["Write what was missing, so that whoever held the interview can do something about it."]
    nothing = client_request.post(f"{path}/check", {"number": "0"}, status=200)
    assert len(nothing.errors()) == 3
    client_request.post(f"{path}/check", {**sent, "comment": "Nobody asked the school"})
    page = client_request.get(path)
    assert "Nobody asked the school" in page.text and "Reasons understood: partly" in page.text
    lost = client_request.post(f"{path}/check", {**sent, "comment": "Typed late"}, status=409)
    assert "Typed late" in lost.text, "what was typed is kept"
    assert "The whole write-up" in client_request.sign_in("Alice").get(path).text
    own = client_request.sign_in("Bob").get(f"/interviews/{made.interview}/form")
    assert "Nobody asked the school" in own.text, "whoever held it reads what was found"
    assert session().scalars(select(QualityCheck.role)).all() == [str(Role.OPERATIONAL_GROUP)]


def test_a_plan_from_the_first_draft_to_the_second_version(client_request: ClientRequest, made: World) -> None:
    client = client_request.sign_in("Dana")
    gaps = client.get(f"/frequent/{made.often}/said")
    assert "Nothing in the plan answers this." in gaps.text and "There is no open MARAMP." in gaps.text
    maramp_id = int(client.post(f"/frequent/{made.often}/maramps/open", {}).location.split("/")[3])
    path = f"/frequent/maramps/{maramp_id}"
    sent = client.post(f"{path}/write", {"version": "0", "based_on": "0", "act": "publish", "r1-what": "Alone"}, 200)
    assert "Write what this risk rests on: what is known, and from where." in sent.errors()
    assert "Write why the plan is changed, or that it is new." in sent.errors() and "Alone" in sent.text
    assert sent.value_of("version") == "1", "the draft is kept all the same"
    wish, reason = f"wish.{made.interview}.help_now", "reasons.push.placement_far"
    client.post(f"{path}/write", plan(version="1", **{"s1-answers": wish, "r1-answers": reason}))
    page = client.get(path)
    assert "Nights alone at the station" in page.text and "20 of 25, high" in page.text
    assert "Lead professional: Ms Invented" in page.text and "Review by 14 December 2026" in page.text
    side = client.get(f"/frequent/{made.often}/said").text
    assert "Safety plan: Saturdays with her brother" in side
    assert "The plan names it as a risk, and no step or action answers it." in side
    client.post(
        f"{path}/actions/add",
        {"what": "Ask for a nearer home", "owner_name": "Ms Invented", "due_on-day": "20", "due_on-month": "11",
         "due_on-year": "2026", "answers": reason},
    )  # fmt: skip
    assert "Action: Ask for a nearer home" in client.get(f"/frequent/{made.often}/said").text
    second = {
        "r1-likelihood": "3", "r2-what": "Debt", "r2-rests_on": "The police", "r2-likelihood": "2", "r2-impact": "2",
        "s1-gone": "y", "s2-what": "A call each night", "s2-who": "Her aunt",
    }  # fmt: skip
    client.post(f"{path}/write", plan(based_on="1", why="Reviewed", **second))
    changed = client.get(f"{path}/compare?from=1&to=2").text
    assert "Risk: added" in changed and "Step of the safety plan: taken out" in changed
    first = client.get(f"{path}?version=1").text
    assert "This is version 1" in first and "Saturdays with her brother" in first
    client.get(f"{path}?version=9", status=404)
    client.get(f"{path}/compare?from=1&to=9", status=404)
    newest = client.get(path).text
    assert "15 of 25" in newest and "It was 20 in the version before." in newest and "A call each night" in newest


def test_who_publishes_second_keeps_both_texts(client_request: ClientRequest, made: World) -> None:
    maramp_id = open_plan(client_request.sign_in("Dana"), made.often)
    path = f"/frequent/maramps/{maramp_id}/write"
    alice = client_request.sign_in("Alice")
    alice.post(path, plan(act="save", based_on="1", strengths="Her dog"))
    assert "has a draft" in client_request.sign_in("Dana").get(path).text
    client_request.post(path, plan(based_on="1", why="After the visit", child_says="“And my dog.”"))
    sent = client_request.sign_in("Alice").post(
        path, plan(version="1", based_on="1", why="Mine", strengths="Her dog, her cat")
    )
    assert sent.location == path
    page = client_request.get(path)
    assert "Somebody published version 2 since you began" in page.text and "“And my dog.”" in page.text
    assert "Her dog, her cat" in page.text, "my text is still there"
    client_request.post(f"/frequent/maramps/{maramp_id}/go-on", {"version": "2", "number": "2"})
    client_request.post(path, plan(version="3", based_on="2", why="Both", strengths="Her dog, her cat, mine"))
    numbers = session().scalars(select(MarampVersion.number).order_by(MarampVersion.number)).all()
    assert numbers == [1, 2, 3] and session().scalar(select(MarampDraft.person_id)) is None
    lost = client_request.post(path, plan(version="7", why="Typed late"), status=409)
    assert "Typed late" in lost.text


def test_discarded_closed_opened_again(client_request: ClientRequest, made: World) -> None:
    client = client_request.sign_in("Dana")
    maramp_id = open_plan(client, made.often)
    path = f"/frequent/maramps/{maramp_id}"
    client.post(f"{path}/write", plan(act="save", based_on="1"))
    client.post(f"{path}/discard", {"version": "1"})
    assert session().scalar(select(MarampDraft.person_id)) is None
    version = str(session().get_one(Maramp, maramp_id, populate_existing=True).version)
    session().rollback()
    assert client.post(f"{path}/close", {"version": version, "reason": " "}, status=200).errors() == [
        "Write why it is closed."
    ]
    client.post(f"{path}/close", {"version": version, "reason": "Settled with her aunt"})
    page = client.get(path)
    assert "Settled with her aunt" in page.text and "Review and change it" not in page.text
    assert client.get(f"{path}/write", status=302).location == path
    client.post(f"{path}/reopen", {"version": page.value_of("version")})
    assert "Review and change it" in client.get(path).text


def test_on_paper_and_as_pdf_with_each_taking_recorded(client_request: ClientRequest, made: World) -> None:
    maramp_id = open_plan(client_request.sign_in("Dana"), made.often)
    path = f"/frequent/maramps/{maramp_id}"
    client_request.sign_in("Charlie")
    assert "Official-sensitive" in client_request.get(f"{path}/print?version=1").text
    answer = client_request.raw("GET", f"{path}/maramp.pdf?version=1")
    assert answer.data.startswith(b"%PDF") and "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"] == f"attachment; filename=maramp-{maramp_id}-version-1.pdf"
    told = session().scalars(select(AuditEntry).where(AuditEntry.action == "maramp_downloaded")).all()
    assert [(row.subject_id, row.details["number"]) for row in told] == [(str(made.often), 1)]
    client_request.get(f"{path}/maramp.pdf?version=2", status=404)
    assert client_request.raw("GET", f"{path}/scores.svg").mimetype == "image/svg+xml"


def test_the_group_reads_a_plan_and_changes_none(client_request: ClientRequest, made: World) -> None:
    maramp_id = open_plan(client_request.sign_in("Dana"), made.often)
    path = f"/frequent/maramps/{maramp_id}"
    page = client_request.sign_in("Charlie").get(path)
    assert "Nights alone at the station" in page.text and "Review and change it" not in page.text
    for way in ("write", "close", "actions/add"):
        client_request.get(f"{path}/{way}", status=403)
    client_request.post(f"/frequent/{made.often}/maramps/open", {}, status=403)


def test_an_overdue_review_is_red_here_and_on_the_boards(client_request: ClientRequest, made: World) -> None:
    with writing() as current:
        current.add(Maramp(child_id=made.often, opened_at=NOON, version_no=0, next_review_on=TODAY - timedelta(days=2)))
    page = client_request.sign_in("Charlie").get("/frequent?plan=overdue")
    assert "Review overdue: was due 14 November 2026, 2 days ago" in page.text
    assert page.all("tr", class_="app-row--red")
    assert "MARAMPs past their review day" in client_request.sign_in("Dana").get("/my-team?team=all").text
    assert "MARAMPs past their review day" in client_request.sign_in("Alice").get("/today").text
    assert "MARAMPs past their review day" not in client_request.sign_in("Bob").get("/today").text


def test_opened_from_the_review_of_a_flag(client_request: ClientRequest, made: World) -> None:
    flag_id = session().scalars(select(RepeatFlagRow.id).where(RepeatFlagRow.child_id == made.often)).first()
    session().rollback()
    client = client_request.sign_in("Alice")
    path = f"/children/{made.often}/flags/{flag_id}"
    assert "Open the MARAMP" not in client.get(path).text
    client.post(path, {"decision": "A plan", "maramp_on-day": "20", "maramp_on-month": "11", "maramp_on-year": "2026"})
    page = client.get(path)
    assert "Open the MARAMP" in page.text and "Open the MARAMP that was decided on" in client.get("/frequent").text
    client.post(f"/frequent/{made.often}/maramps/open", {"flag": str(flag_id)})
    row = session().scalars(select(Maramp)).one()
    assert row.next_review_on is not None and row.next_review_on.day == 20


def test_an_action_of_a_plan_says_so_and_what_it_answers(client_request: ClientRequest, made: World) -> None:
    client = client_request.sign_in("Dana")
    maramp_id = open_plan(client, made.often)
    client.post(
        f"/frequent/maramps/{maramp_id}/actions/add",
        {"what": "Ring", "owner_id": str(client.people["Bob"]), "due_on-day": "20", "due_on-month": "11",
         "due_on-year": "2026"},
    )  # fmt: skip
    action_id = session().scalars(select(Action.id)).one()
    session().rollback()
    assert f"/frequent/maramps/{maramp_id}" in str(client.get(f"/actions/{action_id}").elements)
    path = f"/frequent/maramps/{maramp_id}/actions/{action_id}/answers"
    client.post(path, {"version": "1", "answers": "reasons.pull.family"})
    assert session().scalars(select(Action.answers)).one() == ["reasons.pull.family"]
    session().rollback()
    client.post(path, {"version": "1", "answers": "reasons.pull.family"}, status=409)
    client.get(f"/frequent/maramps/{maramp_id}/actions/99/answers", status=404)


def test_an_old_link_of_a_merged_child_leads_on(client_request: ClientRequest, made: World) -> None:
    with writing() as current:
        gone = factories.child(current)
        gone.merged_into_id = made.often
        current.flush()
        gone_id = gone.id
    client_request.sign_in("Charlie")
    assert client_request.get(f"/frequent/{gone_id}", status=302).location == f"/frequent/{made.often}"
    assert session().scalar(select(Episode.id).where(Episode.child_id == gone_id)) is None
    assert session().get_one(Child, gone_id).merged_into_id == made.often
