"""Further versions of a month, what they correct, what explains a difference, and who is told of a month."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests import factories
from tests.services.test_publish_month import OCTOBER_5, october
from tracker.core.month_differences import as_plain, from_plain
from tracker.core.terms import Role
from tracker.services import publish_month, verify_month
from tracker.services.context import Actor, Context, Viewer
from tracker.services.due_work import prepare_due_months
from tracker.services.errors import Refused
from tracker.services.month_versions import same_hash
from tracker.services.tell_month import PUBLISHERS, READERS
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode, MonthCommentary, OutboxMessage, Person, SummaryRow

__all__ = ["october"]

WHY = "An interview held in October was recorded in November."


def corrected(october: list[int], context: Context) -> Episode:
    """The unanswered return turns out to have been interviewed in time; the first child's risk was another."""
    with writing() as current:
        row = current.get_one(Episode, october[3])
        factories.interview(current, [row], completed_at=row.returned_at + timedelta(hours=3), context=context)
        current.get_one(Episode, october[0]).risk = "high"
    return session().get_one(Episode, october[3])


def newest() -> SummaryRow:
    return session().query(SummaryRow).order_by(SummaryRow.version.desc()).first()


def test_a_further_version_lists_what_it_corrects_and_why(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    corrected(october, context)
    publish_month.publish(context, "2026-10", reason=f"  {WHY} ")
    row = newest()
    assert (row.version, row.reason) == (2, WHY)
    found = from_plain(row.corrections or {})
    overdue = next(one for one in found.figures if (one.key, one.cohort) == ("interviews.overdue", "all"))
    assert (overdue.before, overdue.after, overdue.came, overdue.left) == (1, 0, (), (october[3],))
    held = next(one for one in found.figures if (one.key, one.cohort) == ("interviews.completed_in_72h", "all"))
    assert (held.before, held.after, held.came, held.left) == (1, 2, (october[3],), ())
    high = next(one for one in found.figures if (one.key, one.cohort) == ("episodes.by_risk.high", "all"))
    assert high.came == (october[0],)
    assert {one.id: one.fields for one in found.episodes} == {
        october[0]: ("risk",), october[3]: ("interview.completed_at",),
    }  # fmt: skip
    assert as_plain(found) == row.corrections
    assert same_hash(row)


def test_the_first_version_has_no_reason_and_no_corrections(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10", reason="not asked for")
    assert (newest().reason, newest().corrections, newest().commentary) == (None, None, None)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_further_version_needs_a_reason(october: list[int], context: Context, reason: str) -> None:
    publish_month.publish(context, "2026-10")
    corrected(october, context)
    with pytest.raises(Refused) as refused:
        publish_month.publish(context, "2026-10", reason=reason)
    assert [(problem.code, problem.fields) for problem in refused.value.problems] == [("reason_missing", ("reason",))]
    assert session().query(SummaryRow).count() == 1


def test_what_a_version_bears_beside_its_figures_is_under_its_hash(october: list[int], context: Context) -> None:
    with writing() as current:
        current.add(MonthCommentary(month="2026-10", text="A quiet month.", written_at=context.now))
    publish_month.publish(context, "2026-10")
    corrected(october, context)
    publish_month.publish(context, "2026-10", reason=WHY)
    row = newest()
    assert row.commentary == "A quiet month."
    assert row.commentary_at == context.now
    for name, other in (("commentary", "A busy month."), ("reason", "Another."), ("corrections", {"figures": []})):
        kept = getattr(row, name)
        setattr(row, name, other)
        assert not same_hash(row), name
        setattr(row, name, kept)
    assert same_hash(row)
    session().rollback()


def test_a_commentary_that_changed_is_reason_enough_for_a_further_version(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    with writing() as current:
        current.add(MonthCommentary(month="2026-10", text="Said later.", written_at=context.now))
    assert publish_month.publish(context, "2026-10", reason="The commentary came later.").version == 2
    assert newest().corrections == {"figures": [], "episodes": []}
    with pytest.raises(Refused, match="the same today"):
        publish_month.publish(context, "2026-10", reason="again")


def test_who_publishes_is_told_beforehand_what_a_further_version_would_correct(
    october: list[int], context: Context
) -> None:
    assert publish_month.further_version(context, "2026-10") is None
    publish_month.publish(context, "2026-10")
    same = publish_month.further_version(context, "2026-10")
    assert same is not None
    assert not same.differences
    corrected(october, context)
    further = publish_month.further_version(context, "2026-10")
    assert further is not None
    assert further.version == 2
    assert {one.id for one in further.differences.episodes} == {october[0], october[3]}
    seen = [row.details["part"] for row in session().query(AuditEntry).filter_by(action="summary_viewed")]
    assert seen == ["corrections"] * 3


def test_an_explanation_names_fields_and_never_what_they_hold(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    with writing() as current:
        row = current.get_one(Episode, october[2])
        row.district, row.missing_from_at = "Upper Nonesuch", row.missing_from_at - timedelta(days=30)
    found = verify_month.verify(context, "2026-10").differences
    assert {one.id: one.fields for one in found.episodes} == {october[2]: ("district", "missing_from_at")}
    assert "Nonesuch" not in json.dumps(as_plain(found)["episodes"])


def test_an_episode_that_came_later_and_one_that_left_are_said_so(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    with writing() as current:
        both = [factories.child(current) for _ in range(2)]
        new = [factories.episode(current, of, OCTOBER_5, hours=2, context=context).id for of in both]
        current.get_one(Episode, october[1]).excluded = "cancelled"
    found = verify_month.verify(context, "2026-10").differences
    assert [(one.id, one.fields, one.gone) for one in found.episodes] == [
        (october[1], ("excluded",), False), *((id_, (), False) for id_ in new),
    ]  # fmt: skip
    started = next(one for one in found.figures if (one.key, one.cohort) == ("episodes.started", "all"))
    assert (started.came, started.left) == (tuple(new), (october[1],))


def test_two_children_who_prove_to_be_one_are_explained(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    one, other = (session().get_one(Episode, id_).child_id for id_ in october[:2])
    with writing() as current:
        current.get_one(Episode, october[1]).child_id = one
    found = verify_month.verify(context, "2026-10").differences
    assert {each.id: each.fields for each in found.episodes} == {october[1]: ("child_id",)}
    missing = next(each for each in found.figures if (each.key, each.cohort) == ("children.missing", "all"))
    assert (missing.of, missing.left) == ("child", (other,))


def test_what_is_not_in_the_published_figures_is_read_and_recorded(october: list[int], context: Context) -> None:
    viewer = Viewer(1, "Alice", frozenset({Role.LEAD}))
    assert verify_month.not_in_published(context, viewer, "2026-10") is None
    publish_month.publish(context, "2026-10")
    corrected(october, context)
    publish_month.publish(context, "2026-10", reason=WHY)
    first = verify_month.not_in_published(context, viewer, "2026-10", 1)
    second = verify_month.not_in_published(context, viewer, "2026-10")
    assert first is not None
    assert second is not None
    assert first.today
    assert first.corrected is None
    assert not second.today
    assert second.reason == WHY
    assert second.corrected
    seen = [row.details for row in session().query(AuditEntry).filter_by(action="summary_viewed")]
    assert seen[-2:] == [{"version": 1, "part": "differences"}, {"version": None, "part": "differences"}]


# Who is told


@pytest.fixture
def everybody(app: Flask) -> dict[str, int]:
    """One person of each role, one with two, one who has left; id by role."""
    with writing() as current:
        ids = {str(role): factories.person(current, role, email=f"{role}@council.invalid").id for role in Role}
        factories.person(current, Role.LEAD, Role.OPERATIONAL_GROUP, email="both@council.invalid")
        factories.person(current, Role.OPERATIONAL_GROUP, email="left@council.invalid", is_active=False)
    return ids


def told(template: str) -> list[str]:
    rows = session().query(OutboxMessage).filter_by(template=template)
    return sorted(row.to_address.removesuffix("@council.invalid") for row in rows)


def test_everybody_who_may_see_the_month_is_told_once_of_each_version(
    october: list[int], everybody: dict[str, int], context: Context
) -> None:
    publish_month.publish(context, "2026-10")
    readers = sorted([*map(str, READERS), "both"])
    assert told("month_published") == readers
    corrected(october, context)
    publish_month.publish(context, "2026-10", reason=WHY)
    assert told("month_published") == sorted(readers * 2)
    bodies = [row.body for row in session().query(OutboxMessage).filter_by(template="month_published")]
    assert all("/month/2026-10?version=" in body for body in bodies)
    assert {row.subject for row in session().query(OutboxMessage)} == {
        "Missing children, October 2026: the figures are published (version 1)",
        "Missing children, October 2026: the figures are published (version 2)",
    }


def test_a_refused_publication_tells_nobody(october: list[int], everybody: dict[str, int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    before = told("month_published")
    with pytest.raises(Refused):
        publish_month.publish(context, "2026-10", reason=WHY)
    assert told("month_published") == before


def test_those_who_may_publish_are_told_once_that_a_month_waits(
    october: list[int], everybody: dict[str, int], context: Context
) -> None:
    assert prepare_due_months(context, 3) == ["2026-10"]
    assert told("month_waiting") == sorted([*map(str, PUBLISHERS), "both"])
    publish_month.prepare_month(context, "2026-10")
    assert told("month_waiting") == sorted([*map(str, PUBLISHERS), "both"])
    assert told("month_published") == []


def test_a_month_that_is_published_already_waits_for_nobody(
    october: list[int], everybody: dict[str, int], context: Context
) -> None:
    publish_month.publish(context, "2026-10")
    prepare_due_months(context, 3)
    assert told("month_waiting") == []


@pytest.fixture
def early(context: Context) -> Context:
    """2 November: October has ended, and some of its deadlines may not have passed yet."""
    return replace(context, now=datetime(2026, 11, 2, 9, tzinfo=UTC))


def test_what_was_published_as_final_is_prepared_no_more(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    corrected(october, context)
    assert prepare_due_months(context, 3) == []
    assert publish_month.prepare_month(context, "2026-10") is None
    assert [row.version for row in session().query(SummaryRow)] == [1]
    assert prepare_due_months(context, 3) == []  # and is not asked again


def test_what_was_published_as_provisional_is_prepared_once_it_can_be_final(
    october: list[int], everybody: dict[str, int], early: Context
) -> None:
    publish_month.publish(early, "2026-10")
    final_at = datetime(2026, 11, 4, tzinfo=UTC)  # 72 hours after the month's end
    for before in (datetime(2026, 11, 3, 1, tzinfo=UTC), final_at - timedelta(seconds=1)):
        assert prepare_due_months(replace(early, now=before), 3) == []
    assert [row.version for row in session().query(SummaryRow)] == [1]
    session().rollback()
    assert prepare_due_months(replace(early, now=final_at), 3) == ["2026-10"]
    assert prepare_due_months(replace(early, now=final_at + timedelta(hours=1)), 3) == []
    assert (newest().version, newest().published_at, newest().document["status"]) == (2, None, "final")
    assert told("month_final") == sorted([*map(str, PUBLISHERS), "both"])
    assert told("month_waiting") == []


def test_final_figures_may_be_published_though_none_differs(october: list[int], early: Context) -> None:
    publish_month.publish(early, "2026-10")
    with pytest.raises(Refused, match="the same today"):
        publish_month.publish(replace(early, now=early.now + timedelta(hours=1)), "2026-10", reason=WHY)
    later = replace(early, now=early.now + timedelta(days=3))
    further = publish_month.further_version(later, "2026-10")
    assert further is not None
    assert (further.makes_final, bool(further.differences)) == (True, False)
    assert publish_month.publish(later, "2026-10", reason="They are final.").version == 2
    assert (newest().document["status"], newest().corrections) == ("final", {"figures": [], "episodes": []})
    with pytest.raises(Refused, match="the same today"):
        publish_month.publish(replace(later, now=later.now + timedelta(days=1)), "2026-10", reason="Again.")


def test_a_month_long_past_reminds_nobody_that_it_was_provisional(
    october: list[int], everybody: dict[str, int], early: Context
) -> None:
    publish_month.publish(early, "2026-10")
    later = replace(early, now=datetime(2027, 3, 2, 9, tzinfo=UTC))
    assert "2026-10" not in prepare_due_months(later, 3)
    assert told("month_final") == []


def test_a_month_before_the_first_episode_held_waits_for_nobody(everybody: dict[str, int], context: Context) -> None:
    assert prepare_due_months(context, 3) == ["2026-10"]
    assert told("month_waiting") == []


def test_who_is_told_is_recorded_by_id_alone(october: list[int], everybody: dict[str, int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    entry = session().query(AuditEntry).filter_by(action="summary_told").one()
    ids = {row.recipient_id for row in session().query(OutboxMessage).filter_by(template="month_published")}
    assert set(entry.details["recipient_ids"]) == ids
    assert (entry.subject, entry.subject_id) == ("month", "2026-10")


def test_the_publishers_name_stands_beside_what_differs(
    october: list[int], everybody: dict[str, int], context: Context
) -> None:
    lead = session().get_one(Person, everybody["lead"])
    publish_month.publish(replace(context, actor=Actor(lead.name, lead.id)), "2026-10")
    found = verify_month.not_in_published(context, Viewer(lead.id, lead.name, frozenset({Role.LEAD})), "2026-10")
    assert found is not None
    assert found.published_by == lead.name
