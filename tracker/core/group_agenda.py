"""The agenda of the operational group, made from the repeat flags: who is on it, why, and that nobody is lost.

A child with a standing flag is on the agenda until a meeting has decided on every such flag (definitions §5, and the
table "The operational group's meetings" in docs/definitions.md). Facts in, an agenda out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from tracker.core.clock import local_date
from tracker.core.group_terms import AgendaReason

ORDER = tuple(AgendaReason)

_NO_REVIEWS: Mapping[int, date] = MappingProxyType({})


@dataclass(frozen=True)
class FlagFact:
    """A standing repeat flag. `reviewed_at`, `maramp_on`: of its review by a person, if there was one."""

    child_id: int
    rule: str
    raised_on: date
    raised_at: datetime
    reviewed_at: datetime | None = None
    maramp_on: date | None = None


@dataclass(frozen=True)
class Held:
    """When the group's first meeting and its last one began, of those held."""

    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class DecidedFact:
    """What one meeting decided for a child, and until when the child was sent away, if a day was named."""

    child_id: int
    decided_at: datetime
    bring_back_on: date | None = None


@dataclass(frozen=True)
class Why:
    """One reason, and the day it speaks of: the flag's (with its rule), the one to be brought back on, the MARAMP's."""

    reason: AgendaReason
    on: date | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Proposal:
    """A child who belongs on the agenda, with every reason, the weightiest first."""

    child_id: int
    reasons: tuple[Why, ...]


@dataclass(frozen=True)
class Placed:
    """A child on an agenda that is kept, or left out of it with a reason."""

    child_id: int
    left_out: bool = False


def proposed(
    flags: Iterable[FlagFact],
    decided: Iterable[DecidedFact],
    meets_on: date,
    held: Held | None,
    today: date,
    reviews: Mapping[int, date] = _NO_REVIEWS,
) -> tuple[Proposal, ...]:
    """Who belongs, today, on the agenda of a meeting on a day; each child once, whatever the order of the facts.

    `reviews`: child → the next review of their open MARAMP, which then stands for the day that a flag's review named.

    1. A flag raised after the child's last decision, or never decided on, brings the child: as new where it was raised
    since the last meeting was held, else as not decided yet. 2. The last decision's "bring back on" brings the child
    once that day has come, whether or not a flag still stands. 3. A MARAMP due on a flag that was decided on brings the
    child once its day has come, unless a later decision was made on that day or after it; so does the next review of
    an open MARAMP, whether or not a flag still stands.
    """
    last = _last_decisions(decided)
    found: dict[int, set[Why]] = {}
    for flag in flags:
        known = replace(flag, maramp_on=None) if flag.child_id in reviews else flag
        for why in _of_flag(known, last.get(flag.child_id), meets_on, held, today):
            found.setdefault(flag.child_id, set()).add(why)
    for child_id, decided_last in last.items():
        if decided_last.bring_back_on is not None and decided_last.bring_back_on <= meets_on:
            found.setdefault(child_id, set()).add(Why(AgendaReason.BROUGHT_BACK, decided_last.bring_back_on))
    for child_id, on in reviews.items():
        decision = last.get(child_id)
        if on <= meets_on and (decision is None or local_date(decision.decided_at) < on):
            found.setdefault(child_id, set()).add(Why(AgendaReason.REVIEW_DUE, on))
    made = [Proposal(child_id, tuple(sorted(whys, key=_place))) for child_id, whys in found.items()]
    return tuple(sorted(made, key=lambda one: (_place(one.reasons[0]), one.child_id)))


def to_be_added(proposals: Sequence[Proposal], placed: Collection[Placed]) -> tuple[Proposal, ...]:
    """Those who belong on the agenda and are neither on it nor left out of it with a reason."""
    known = {one.child_id for one in placed}
    return tuple(one for one in proposals if one.child_id not in known)


def _last_decisions(decided: Iterable[DecidedFact]) -> dict[int, DecidedFact]:
    last: dict[int, DecidedFact] = {}
    for fact in decided:
        known = last.get(fact.child_id)
        if known is None or _later(fact) > _later(known):
            last[fact.child_id] = fact
    return last


def _later(fact: DecidedFact) -> tuple[datetime, date]:
    """Of two at one instant the one that brings the child back first stands: it is the safer."""
    back = fact.bring_back_on
    return (fact.decided_at, date.min if back is None else date.fromordinal(date.max.toordinal() - back.toordinal()))


def _of_flag(
    flag: FlagFact, decision: DecidedFact | None, meets_on: date, held: Held | None, today: date
) -> Iterable[Why]:
    settled_on = _settled_on(flag, decision, held, today)
    if settled_on is None:
        is_new = held is None or flag.raised_at > held.last_at
        yield Why(AgendaReason.NEW_FLAG if is_new else AgendaReason.NOT_DECIDED, flag.raised_on, flag.rule)
    elif flag.maramp_on is not None and settled_on < flag.maramp_on <= meets_on:
        yield Why(AgendaReason.REVIEW_DUE, flag.maramp_on)  # one MARAMP, whichever of the child's rules asked for it


def _settled_on(flag: FlagFact, decision: DecidedFact | None, held: Held | None, today: date) -> date | None:
    """The day up to which this flag is dealt with: the group's decision, or the day before the group began."""
    if decision is not None and decision.decided_at >= flag.raised_at:
        return local_date(decision.decided_at)
    reviewed = flag.reviewed_at
    if reviewed is None or (held is not None and reviewed > held.first_at):
        return None
    return (local_date(held.first_at) if held is not None else today) - timedelta(days=1)


def _place(why: Why) -> tuple[int, date, str]:
    return (ORDER.index(why.reason), why.on or date.min, why.rule or "")
