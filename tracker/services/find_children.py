"""Which held child a person may mean, and a new child where none is meant."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.daily_report import ReportLine
from tracker.core.feed import fold
from tracker.core.matching import Candidate, Comparison, FieldReason, compare, search_keys
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.rows_for_change import children_seen_by_actor
from tracker.services.transaction import writing
from tracker.store import audit, children
from tracker.store.models import Child, Episode

MOST_OFFERED = 5


@dataclass(frozen=True)
class NewChild:
    """A child not held before. `is_ours` None: by the responsible authority, ours where none is given."""

    surname: str
    forename: str
    date_of_birth: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    address: str | None = None
    postcode: str | None = None
    council_id: str | None = None
    responsible_authority: str | None = None
    is_ours: bool | None = None


@dataclass(frozen=True)
class SimilarChild:
    """A child held who may be the one meant, with the reasons by field, the likeliest first."""

    child_id: int
    name: str
    date_of_birth: date | None
    address: str | None
    episodes: int
    weight: int
    reasons: tuple[FieldReason, ...]


def find_children(
    context: Context, *, surname: str, forename: str, date_of_birth: date | None = None
) -> tuple[SimilarChild, ...]:
    """Held children like this one whom the actor may see, at most five. Records one search, without the name."""
    asked = NewChild(surname.strip(), forename.strip(), date_of_birth)
    with writing() as session:
        details = {"filter": {"name_length": len(asked.surname) + len(asked.forename), "by": "similar_child"}}
        audit.record(session, "search_made", context.actor, context.now, "child", None, details)
        line = _as_line(asked, context.now)
        seen = set(
            session.scalars(children_seen_by_actor(session, context).where(Child.id.in_(_found(session, asked))))
        )
        rows = children.rows_by_id(session, seen)
        known = children.known(session, rows.values(), line.police_force)
        offered = sorted(
            (compare(line, child) for child in known.values()), key=lambda one: (-one.weight, one.child_id)
        )
        best = [candidate for candidate in offered if candidate.weight > 0][:MOST_OFFERED]
        return tuple(_similar(session, rows[candidate.child_id], candidate) for candidate in best)


def has_twin(session: Session, given: NewChild, now: datetime) -> bool:
    """Whether a held child, whoever may see it, has this name and this date of birth."""
    line = _as_line(given, now)
    rows = children.rows_by_id(session, _found(session, given))
    compared = (compare(line, child) for child in children.known(session, rows.values(), "").values())
    return any(_same_name_and_birth(candidate) for candidate in compared)


def _same_name_and_birth(candidate: Candidate) -> bool:
    by_field = {reason.field: reason.comparison for reason in candidate.reasons}
    return all(by_field[field] is Comparison.MATCH for field in ("surname", "forename", "date_of_birth"))


def add_child(session: Session, context: Context, given: NewChild) -> Child:
    """A new row with its name and keys. Refused: no name, or a date of birth ahead."""
    problems = [
        FormProblem("missing_value", "Write the child's name.", (field,))
        for field in ("surname", "forename")
        if not getattr(given, field).strip()
    ]
    if given.date_of_birth and given.date_of_birth > local_date(context.now):
        sentence = "This date of birth lies in the future. Check it."
        problems.append(FormProblem("in_the_future", sentence, ("date_of_birth",)))
    if problems:
        raise Refused(problems)
    authority = _text(given.responsible_authority)
    row = children.add_child(
        session,
        surname=given.surname.strip(),
        forename=given.forename.strip(),
        date_of_birth=given.date_of_birth,
        now=context.now,
        sex=_text(given.sex),
        ethnicity=_text(given.ethnicity),
        address=_text(given.address),
        postcode=_text(given.postcode),
        council_id=_text(given.council_id),
        responsible_authority=authority,
        is_ours=is_ours(authority, context) if given.is_ours is None else given.is_ours,
    )
    details = {"by_hand": sorted(name for name, value in vars(given).items() if value is not None)}
    audit.record(session, "child_created", context.actor, context.now, "child", row.id, details)
    return row


def is_ours(responsible_authority: str | None, context: Context) -> bool:
    """Ours where no other authority is named (definitions §1)."""
    own = {fold(name) for name in context.own_names}
    return responsible_authority is None or fold(responsible_authority) in own


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _found(session: Session, asked: NewChild) -> set[int]:
    held = (asked.council_id, asked.postcode, asked.address)
    keys = search_keys(asked.surname, asked.forename, asked.date_of_birth, None, *held)
    return set().union(*children.ids_by_key(session, keys).values())


def _as_line(asked: NewChild, now: datetime) -> ReportLine:
    """The name as matching takes it: what a person asks for is compared as a report's line would be."""
    return ReportLine(
        as_of=(now, 0),
        police_force="",
        police_reference="",
        missing_from_at=now,
        surname=asked.surname.strip(),
        forename=asked.forename.strip(),
        date_of_birth=asked.date_of_birth,
        council_id=asked.council_id,
        postcode=asked.postcode,
        address=asked.address,
        sex=asked.sex,
    )


def _similar(session: Session, row: Child, candidate: Candidate) -> SimilarChild:
    held = session.scalar(select(func.count()).select_from(Episode).where(Episode.child_id == row.id)) or 0
    name = f"{row.forename} {row.surname}"
    return SimilarChild(row.id, name, row.date_of_birth, row.address, held, candidate.weight, candidate.reasons)
