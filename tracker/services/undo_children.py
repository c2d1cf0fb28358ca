"""Undoing a load, the children: what its lines alone taught of them is taken back; whom it alone brought is nobody."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tracker.core.daily_report import ReportLine
from tracker.core.feed import Feed
from tracker.core.line_marks import mark_in
from tracker.core.report_terms import LineOutcome
from tracker.core.terms import ExclusionReason
from tracker.services.context import Context
from tracker.services.line_memory import plain
from tracker.services.line_verdicts import LEARNT
from tracker.services.read_lines import FieldsOf
from tracker.services.replay_line import read_again
from tracker.store import audit, children, plans, taught
from tracker.store.models import AuditEntry, Child, Episode, Line, Receipt
from tracker.store.models.reports import STANDS

TAUGHT = (LineOutcome.CREATED, LineOutcome.UPDATED, LineOutcome.UNCHANGED)
REMOVED, TAKEN_BACK, UNTOUCHED = "removed", "taken_back", "untouched"

_BY_THE_SERVICE = frozenset(
    {"child_created", "repeat_flag_raised", "repeat_flag_ended", "repeat_flag_withdrawn"} | audit.READS
)
"""Acts on a child that are nobody's own word."""


@dataclass(frozen=True)
class _Stated:
    """A line that taught, with what it says now."""

    line: Line
    said: ReportLine


@dataclass(frozen=True)
class _Around:
    """What stands around one child: the lines of this load, those of reports that stand, and what people changed."""

    going: list[_Stated]
    staying: list[_Stated]
    changed_by_people: frozenset[str]
    people_acted: bool
    makes: bool

    @property
    def is_nobody(self) -> bool:
        """Whether the load brought the child, and neither another report nor a person speaks of it."""
        return self.makes and not self.staying and not self.people_acted

    def owed(self, what: str) -> list[_Stated]:
        """The lines that go to which the child owes a `name` or a `number`; to a line that brought it, both."""
        return [one for one in self.going if self.makes or (one.line.taught or {}).get(what)]

    @property
    def filled(self) -> set[str]:
        """The details that the child has by these lines alone, as far as is known."""
        if self.makes:
            return {*LEARNT, "is_ours"}
        return {name for one in self.going for name in (one.line.taught or {}).get("filled", ())}


def take_back(
    session: Session, receipt: Receipt, child_ids: Collection[int], feeds: Mapping[str, Feed], context: Context
) -> dict[int, tuple[str, dict[str, object]]]:
    """Child → (what became of it, what was put aside). Episodes must have been dealt with before."""
    rows = session.scalars(select(Child).where(Child.id.in_(child_ids)).order_by(Child.id).with_for_update()).all()
    around = _around(session, receipt, [row.id for row in rows], feeds)
    with_episodes = set(session.scalars(_with_episodes([row.id for row in rows])))
    found: dict[int, tuple[str, dict[str, object]]] = {}
    gone = [row for row in rows if around[row.id].is_nobody and row.id not in with_episodes]
    aside = taught.put_aside(session, [row.id for row in gone])
    for row in rows:
        if row.id in aside:
            row.undone_at = context.now
            found[row.id] = REMOVED, dict(aside[row.id])
        else:
            details = _unteach(session, row, around[row.id], context)
            found[row.id] = (TAKEN_BACK if details else UNTOUCHED), details
    session.flush()
    return found


def _with_episodes(ids: Sequence[int]) -> Select[int]:
    left = Episode.excluded.is_distinct_from(ExclusionReason.LOAD_UNDONE)
    return select(Episode.child_id).where(Episode.child_id.in_(ids), left).distinct()


def _around(session: Session, receipt: Receipt, ids: Sequence[int], feeds: Mapping[str, Feed]) -> dict[int, _Around]:
    query = (
        select(Line, Receipt)
        .join(Receipt, Receipt.id == Line.receipt_id)
        .where(Line.child_id.in_(ids), Line.outcome.in_(TAUGHT))
        .where((Receipt.id == receipt.id) | Receipt.status.in_(STANDS))
        .order_by(Line.id)
    )
    going: dict[int, list[_Stated]] = {id_: [] for id_ in ids}
    staying: dict[int, list[_Stated]] = {id_: [] for id_ in ids}
    makes: set[int] = set()
    fields_of: dict[str, FieldsOf] = {}
    for line, origin in session.execute(query):
        feed = feeds.get(origin.feed)
        if mark_in(line.corrected_cells or line.cells) or line.child_id is None or feed is None:
            continue
        if origin.id == receipt.id and (line.taught or {}).get("child"):
            makes.add(line.child_id)
        said = read_again(line, feed, fields_of.setdefault(feed.name, FieldsOf(feed))).reading.line
        if said is not None:
            (going if origin.id == receipt.id else staying)[line.child_id].append(_Stated(line, said))
    changed, acted = _by_people(session, ids)
    return {
        id_: _Around(going[id_], staying[id_], frozenset(changed.get(id_, ())), id_ in acted, id_ in makes)
        for id_ in ids
    }


def _by_people(session: Session, ids: Sequence[int]) -> tuple[dict[int, set[str]], set[int]]:
    """Which details people changed of each child, and on which children they acted at all."""
    changed: dict[int, set[str]] = {}
    acted: set[int] = set()
    query = select(AuditEntry.subject_id, AuditEntry.action, AuditEntry.details).where(
        AuditEntry.subject == "child",
        AuditEntry.subject_id.in_([str(id_) for id_ in ids]),
        AuditEntry.action.not_in(_BY_THE_SERVICE),
    )
    for subject_id, action, details in session.execute(query):
        if action == "child_changed" and details.get("by") == "line":
            continue
        acted.add(int(subject_id))
        changed.setdefault(int(subject_id), set()).update(details.get("changed", ()))
    return changed, acted | plans.worked_on_children(session, ids)


def _unteach(session: Session, row: Child, around: _Around, context: Context) -> dict[str, object]:
    """Details, then names and numbers: what only the lines that go have said. Returns what was put aside."""
    aside: dict[str, object] = {}
    changed = _details(session, row, around)
    if around.makes and around.staying:
        _hand_over(session, around.staying[0].line, "child")
        changed |= _own_name(row, around)
    session.flush()
    names, numbers = _only_theirs(session, row, around)
    if changed or names or numbers:
        taught.forget(session, row, names, numbers)
        aside = {
            "changed": sorted(changed),
            "names": [list(one) for one in names],
            "numbers": [list(n) for n in numbers],
        }
    if changed:
        details = {"changed": sorted(changed), "by": "line"}
        audit.record(session, "child_changed", context.actor, context.now, "child", row.id, details)
    return aside


def _details(session: Session, row: Child, around: _Around) -> set[str]:
    """Each detail that the load filled has the value that the first line that stands states, or none."""
    changed = set()
    for name in sorted(around.filled - around.changed_by_people):
        said = {plain(getattr(one.said, name)) for one in around.going} - {None}
        stating = next((one for one in around.staying if getattr(one.said, name) is not None), None)
        value = plain(getattr(stating.said, name)) if stating else True if name == "is_ours" else None
        if stating is not None:
            _hand_over(session, stating.line, filled=name)
        if getattr(row, name) in said and getattr(row, name) != value:
            setattr(row, name, value)
            changed.add(name)
    return changed


def _hand_over(session: Session, line: Line, *owed: str, filled: str | None = None) -> None:
    """What the child owed to a line that goes (`child`, `name`, `number`, a detail), it owes to this from now on."""
    held = {"child": False, "name": False, "number": False, "filled": [], **(line.taught or {})}
    line_taught = {
        **held,
        **dict.fromkeys(owed, True),
        "filled": sorted({*held["filled"], *([filled] if filled else [])}),
    }
    session.execute(update(Line).where(Line.id == line.id).values(taught=line_taught))
    set_committed_value(line, "taught", line_taught)


def _own_name(row: Child, around: _Around) -> set[str]:
    """The name that the child was brought with, where no line that stands and no person uses it."""
    stands = [_name(one) for one in around.staying]
    own = (row.surname, row.forename)
    if own in stands or own not in map(_name, around.going) or around.changed_by_people & _NAMES:
        return set()
    row.surname, row.forename = stands[0]
    return {name for name, old, new in zip(("surname", "forename"), own, stands[0], strict=True) if old != new}


_NAMES = frozenset({"surname", "forename"})


def _only_theirs(session: Session, row: Child, around: _Around) -> tuple[list[taught.Pair], list[taught.Pair]]:
    """Names and numbers that the child owes to lines that go. Once a person has named it, no name is taken back."""
    names = _owed(session, around, "name", _name) - {(row.surname, row.forename)}
    numbers = _owed(session, around, "number", _number)
    if around.changed_by_people & _NAMES:
        names = set()
    return (
        [name for name in taught.names_of(session, row.id) if name in names],
        [number for number in taught.numbers_of(session, row.id) if number in numbers],
    )


def _owed(
    session: Session, around: _Around, what: str, said: Callable[[_Stated], taught.Pair | None]
) -> set[taught.Pair]:
    """What nobody but lines that go has said; where a line that stands says it too, it is owed to that from now on."""
    owed = {said(one) for one in around.owed(what)} - {None}
    for one in around.staying:
        if said(one) in owed:
            owed.discard(said(one))
            _hand_over(session, one.line, what)
    return {pair for pair in owed if pair is not None}


def _name(one: _Stated) -> taught.Pair:
    return one.said.surname, one.said.forename


def _number(one: _Stated) -> taught.Pair | None:
    number = one.said.police_person_id
    return (children.identifier_kind(one.said.police_force), number) if number else None
