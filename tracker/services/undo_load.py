"""Undo a load: what a report did is taken back, and everything that people have entered since stays.

Begun in one transaction, carried on in chunks that hold the database briefly, and gone on with after a restart. When it
has ended, the same bytes may be loaded again, for example by the right feed. Published figures never change.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from tracker.core.feed import Feed
from tracker.core.line_marks import mark_in, read_mark
from tracker.services import undo_children, undo_episodes
from tracker.services.context import Actor, Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.follow_up import follow_up_children, follow_up_episodes
from tracker.services.rows_for_change import CHANGED_MEANWHILE, actor_sees_all
from tracker.services.transaction import writing
from tracker.store import audit, engine, people, reports
from tracker.store.db import session as current_session
from tracker.store.models import Episode, Line, LoadUndo, Receipt, UndoneRow
from tracker.store.models.reports import LINE_WAITS, STANDS

CHUNK = 100
"""Lines in one transaction."""

FORETOLD = 3_000
"""Lines up to which the page says beforehand, episode by episode, what undoing will do."""

EPISODES, CHILDREN = "episodes", "children"


@dataclass(frozen=True)
class Foretold:
    """What undoing a load would do. Episodes: `withdrawn`, `taken_back` (so many `changes`), `kept` for people's work.

    `is_exact`: False for a large load, where `withdrawn` and `taken_back` are the most there may be.
    """

    withdrawn: int
    taken_back: int
    changes: int
    kept: int
    waiting: int
    settled_by_people: int
    is_exact: bool = True


def problems_of_undoing(session: Session, receipt: Receipt, feeds: Mapping[str, Feed]) -> list[FormProblem]:
    """Why this load cannot be taken back now; empty where it can."""
    if receipt.status in ("undoing", "undone"):
        return [FormProblem("already_undone", "This load was undone already.")]
    if receipt.status == "refused":
        return [FormProblem("refused", "This file was refused: nothing was read from it, so there is nothing to undo.")]
    if receipt.status == "reading":
        return [
            FormProblem("still_reading", "This report is still being read. Undo it once every line has its outcome.")
        ]
    found = []
    if receipt.feed not in feeds:
        sentence = "The feed by which this report came is not configured any more, so its lines cannot be read again."
        found.append(FormProblem("unknown_feed", sentence))
    copies = session.scalars(_later_copies(receipt)).all()
    if copies:
        named = ", ".join(f"receipt {id_}" for id_ in copies)
        sentence = f"The same file was received again and read as a copy of this one: undo {named} first."
        found.append(FormProblem("copied", sentence))
    origins = _corrected_origins(session, receipt)
    if origins:
        named = ", ".join(f"receipt {id_}" for id_ in origins)
        sentence = f"This file corrected waiting lines of {named}. What it did belongs there: undo that load instead."
        found.append(FormProblem("corrections", sentence))
    return found


def foretell(session: Session, receipt: Receipt, feeds: Mapping[str, Feed]) -> Foretold:
    """What undoing would do, for the page that asks for the reason. Nothing is written."""
    waits = session.scalar(select(func.count()).select_from(Line).where(LINE_WAITS, Line.receipt_id == receipt.id)) or 0
    by_people = session.scalar(
        select(func.count()).where(Line.receipt_id == receipt.id, Line.settled_by_id.is_not(None))
    )
    if (receipt.lines_read or 0) > FORETOLD:
        outcomes = reports.outcome_counts(session, receipt.id)
        made, changed = (outcomes[outcome] for outcome in undo_episodes.SPOKE[:2])
        return Foretold(made, changed, changed, 0, waits, by_people or 0, is_exact=False)
    ids = _given(session.scalars(_episode_ids(receipt, 0, None)))
    became: Counter[str] = Counter()
    for plan in undo_episodes.plans(session, receipt, ids, feeds):
        became[plan.became] += 1
        became["changes"] += len(plan.unsaid.values) if plan.became == undo_episodes.TAKEN_BACK else 0
    return Foretold(
        became[undo_episodes.WITHDRAWN],
        became[undo_episodes.TAKEN_BACK],
        became["changes"],
        became[undo_episodes.KEPT],
        waits,
        by_people or 0,
    )


def undo_load(
    context: Context,
    *,
    receipt_id: int,
    reason: str,
    feeds: Mapping[str, Feed],
    at_most: int | None = None,
) -> bool:
    """Begin to undo a load, and go on until it is done, or `at_most` about so many lines are; whether it is done.

    Steps: 1. the load is `undoing`, and its waiting lines are dismissed with the reason; 2. its episodes; 3. its
    children; 4. the load is `undone`. Refused where it cannot be undone, or no reason is given.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(FormProblem("missing_value", "Say why this load is undone.", ("reason",)))
    with writing() as session:
        audit.hold_chain(session)
        receipt = session.get(Receipt, receipt_id, with_for_update=True, populate_existing=True)
        if receipt is None or not actor_sees_all(session, context):
            raise Refused(FormProblem("unknown_receipt", "There is no such receipt.", ("receipt_id",)))
        if receipt.status in ("undoing", "undone"):
            raise Conflict(CHANGED_MEANWHILE)
        problems = problems_of_undoing(session, receipt, feeds)
        if problems:
            raise Refused(problems)
        _begin(session, receipt, reason, context)
    return _go_on(context, receipt_id, feeds, at_most)


def resume_undoing(context: Context, feeds: Mapping[str, Feed], keep_going: Callable[[], bool] = lambda: True) -> int:
    """Go on with every load that is being undone; how many. The scheduler's, after a restart or for a large load."""
    session = current_session()
    ids = [row.id for row in reports.undoing(session) if row.feed in feeds]
    session.rollback()
    for receipt_id in ids:
        _go_on(context, receipt_id, feeds, None, keep_going)
    return len(ids)


def _begin(session: Session, receipt: Receipt, reason: str, context: Context) -> None:
    receipt.status = "undoing"
    waiting = update(Line).where(Line.receipt_id == receipt.id, LINE_WAITS)
    dismissed = {
        "settled_at": context.now,
        "settled_by_id": context.actor.person_id,
        "settled_how": "undone",
        "settled_reason": reason,
        "sweep_at": None,
        "version": Line.version + 1,
    }
    counts = {"lines_dismissed": engine.changed(session, waiting.values(**dismissed))}
    session.add(
        LoadUndo(
            receipt_id=receipt.id,
            reason=reason,
            started_at=context.now,
            started_by_id=context.actor.person_id,
            step=EPISODES,
            after_line=0,
            counts=counts,
        )
    )
    session.flush()
    details = {"feed": receipt.feed}
    audit.record(session, "load_undo_started", context.actor, context.now, "receipt", receipt.id, details)


def _go_on(
    context: Context,
    receipt_id: int,
    feeds: Mapping[str, Feed],
    at_most: int | None,
    keep_going: Callable[[], bool] = lambda: True,
) -> bool:
    """Chunk by chunk, whoever asks: each says in its own transaction where the next begins."""
    done = 0
    while keep_going() and (at_most is None or done < at_most):
        with writing() as session:
            audit.hold_chain(session)
            if not _step(session, receipt_id, feeds, context):
                return True
        done += CHUNK
    return False


def _step(session: Session, receipt_id: int, feeds: Mapping[str, Feed], context: Context) -> bool:
    """One chunk; False once the load is undone. It acts in the name of whoever began."""
    receipt = session.get_one(Receipt, receipt_id, with_for_update=True, populate_existing=True)
    if receipt.status != "undoing":
        return False
    undo = session.get_one(LoadUndo, receipt_id, with_for_update=True, populate_existing=True)
    context = _in_the_name_of(session, undo, context)
    query = select(Line.line_no).where(Line.receipt_id == receipt_id, Line.line_no > undo.after_line)
    upto = session.scalars(query.order_by(Line.line_no).limit(CHUNK)).all()
    if not upto:
        return _next_step(session, receipt, undo, context)
    work = _undo_episodes if undo.step == EPISODES else _undo_children
    became = work(session, receipt, undo.after_line, upto[-1], feeds, context)
    undo.counts = {**undo.counts, **{name: undo.counts.get(name, 0) + count for name, count in became.items()}}
    undo.after_line = upto[-1]
    session.flush()
    return True


def _next_step(session: Session, receipt: Receipt, undo: LoadUndo, context: Context) -> bool:
    if undo.step == EPISODES:
        undo.step, undo.after_line = CHILDREN, 0
        session.flush()
        return True
    undo.finished_at = context.now
    receipt.status = "undone"
    session.flush()
    details = {"feed": receipt.feed, "counts": undo.counts}
    audit.record(session, "load_undone", context.actor, context.now, "receipt", receipt.id, details)
    return False


def _undo_episodes(
    session: Session, receipt: Receipt, after: int, upto: int, feeds: Mapping[str, Feed], context: Context
) -> Counter[str]:
    ids = _given(session.scalars(_episode_ids(receipt, after, upto)))
    known = _dealt_with(session, receipt, "episode", ids)
    counts: Counter[str] = Counter()
    acts: list[audit.Act] = []
    touched: list[Episode] = []
    planned = undo_episodes.plans(session, receipt, [id_ for id_ in ids if id_ not in known], feeds)
    for plan in planned:
        changed = undo_episodes.carry_out(session, plan, receipt, context)
        counts[f"episodes_{plan.became}"] += 1
        _keep(session, receipt, "episode", plan.row.id, plan.became, {"changed": sorted(changed)})
        if changed:
            details = {"changed": sorted(changed), "receipt_id": receipt.id, "undone": plan.became}
            acts.append(audit.Act("episode_changed", "episode", plan.row.id, details))
            touched.append(plan.row)
    audit.record_many(session, acts, context.actor, context.now)
    follow_up_episodes(session, touched, context)
    follow_up_children(session, dict.fromkeys(row.child_id for row in touched), context)
    return counts


def _undo_children(
    session: Session, receipt: Receipt, after: int, upto: int, feeds: Mapping[str, Feed], context: Context
) -> Counter[str]:
    query = select(Line.child_id).where(Line.receipt_id == receipt.id, Line.line_no > after, Line.line_no <= upto)
    ids = _given(session.scalars(query.distinct()))
    known = _dealt_with(session, receipt, "child", ids)
    new = [id_ for id_ in ids if id_ not in known]
    counts: Counter[str] = Counter()
    born: list[int] = []
    for child_id, (became, aside) in undo_children.take_back(session, receipt, new, feeds, context).items():
        counts[f"children_{became}"] += 1
        _keep(session, receipt, "child", child_id, became, aside)
        if became == undo_children.TAKEN_BACK:
            born.append(child_id)
    rows = session.scalars(select(Episode).where(Episode.child_id.in_(born))).all() if born else []
    follow_up_episodes(session, rows, context)  # without a date of birth, an adult may be a child again
    follow_up_children(session, born, context)
    return counts


def _episode_ids(receipt: Receipt, after: int, upto: int | None) -> Select[int | None]:
    query = select(Line.episode_id).where(
        Line.receipt_id == receipt.id,
        Line.line_no > after,
        Line.episode_id.is_not(None),
        Line.outcome.in_(undo_episodes.SPOKE),
    )
    return (query if upto is None else query.where(Line.line_no <= upto)).distinct()


def _given(ids: Iterable[int | None]) -> list[int]:
    return [id_ for id_ in ids if id_ is not None]


def _dealt_with(session: Session, receipt: Receipt, subject: str, ids: Sequence[int]) -> set[int]:
    """Those of an earlier chunk: a load may speak of one episode in several lines."""
    query = select(UndoneRow.subject_id).where(
        UndoneRow.receipt_id == receipt.id, UndoneRow.subject == subject, UndoneRow.subject_id.in_(ids)
    )
    return set(session.scalars(query))


def _keep(
    session: Session, receipt: Receipt, subject: str, subject_id: int, became: str, details: dict[str, object]
) -> None:
    row = UndoneRow(receipt_id=receipt.id, subject=subject, subject_id=subject_id, became=became, details=details)
    session.add(row)


def _in_the_name_of(session: Session, undo: LoadUndo, context: Context) -> Context:
    if undo.started_by_id is None:
        return context
    name = people.names_by_id(session).get(undo.started_by_id, context.actor.name)
    return Context(context.now, context.rules, Actor(name, undo.started_by_id), context.base_url, context.own_names)


def _later_copies(receipt: Receipt) -> Select[int]:
    return select(Receipt.id).where(
        Receipt.sha256 == receipt.sha256,
        Receipt.feed == receipt.feed,
        Receipt.status.in_(STANDS),
        Receipt.id > receipt.id,
    )


def _corrected_origins(session: Session, receipt: Receipt) -> list[int]:
    """The receipts whose waiting lines rows of this one have settled."""
    query = select(Line.cells).where(Line.receipt_id == receipt.id, Line.settled_how == "corrected_outside")
    places = (read_mark(mark_in(cells)) for cells in session.scalars(query))
    return sorted({place[0] for place in places if place})
