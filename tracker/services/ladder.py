"""The ladder in force: the newest version saved, else the file's, with the teams and people that it names found.

Asked for with every request, so it costs one small query as long as nobody saves one, and two more where it names teams
or addresses: a renamed team and somebody who left take effect at once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from tracker.core.alerts import RungPolicy
from tracker.core.ladder_changes import addresses_named, set_since, teams_named
from tracker.core.ladder_definition import Ladder, ladder_of
from tracker.core.ladder_plain import plain_ladder
from tracker.core.rules import Rules
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store import ladder as store
from tracker.store.db import session as current_session
from tracker.store.models import Person
from tracker.store.people import roles_of
from tracker.store.visibility import SEES_ALL

Definition = Mapping[str, Any]
"""A ladder in its plain form (core/ladder_definition.py)."""

SETTLES_AFTER = timedelta(minutes=10)
"""By then whatever was under way by the ladder before has ended: a request, a pass of the sweep."""


@dataclass(frozen=True)
class LadderInForce:
    """`version_no`: 0 where the file's ladder is in force."""

    version_no: int
    definition: Definition


@dataclass(frozen=True)
class _Named:
    """What a ladder names, as it stands now: the ids of its teams, and the addresses of people not to be told."""

    team_ids: tuple[tuple[str, int], ...] = ()
    unheard: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Kept:
    """What this process has read. `mark` of the newest version, and `file`, say whether it still holds."""

    mark: tuple[int, datetime] | None
    file: Definition
    shipped: Rules
    in_force: LadderInForce
    since: Mapping[str, datetime]
    named: _Named
    rules: Rules


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def rules_in_force(shipped: Rules, file: Definition) -> Rules:
    """The council's rules with the ladder in force. `shipped` and `file`: those of settings, the same object always."""
    session = current_session()
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    mark, kept = store.newest_mark(session), _kept.get(engine)
    if kept is None or kept.mark != mark or kept.file is not file or kept.shipped is not shipped:
        in_force = ladder_in_force(session, file)
        since = set_since([(row.saved_at, row.definition) for row in store.versions(session)], file)
        named = _named(session, in_force.definition)
        kept = _Kept(mark, file, shipped, in_force, since, named, _rules(shipped, in_force, named, since))
        _kept[engine] = kept
        return kept.rules
    named = _named(session, kept.in_force.definition)
    if named != kept.named:
        rules = _rules(shipped, kept.in_force, named, kept.since)
        kept = replace(kept, named=named, rules=rules)
        _kept[engine] = kept
    return kept.rules


def _rules(shipped: Rules, in_force: LadderInForce, named: _Named, since: Mapping[str, datetime]) -> Rules:
    ladder = ladder_of(in_force.definition, dict(named.team_ids), named.unheard, since)
    return replace(shipped, ladder=ladder.rungs, triggers=ladder.triggers)


def ladder_in_force(session: Session, file: Definition) -> LadderInForce:
    """The definition in force and its version."""
    row = store.newest(session)
    return LadderInForce(row.version_no, plain_ladder(row.definition)) if row else LadderInForce(0, file)


def resolved(session: Session, definition: Definition) -> Ladder:
    """A definition with the teams and people that it names found."""
    named = _named(session, definition)
    return ladder_of(definition, dict(named.team_ids), named.unheard)


def _named(session: Session, definition: Definition) -> _Named:
    addresses, teams = addresses_named(definition), teams_named(definition)
    ids = tuple(sorted(store.team_ids(session).items())) if teams else ()
    persons = store.persons_with(session, addresses) if addresses else {}
    return _Named(ids, frozenset(address for address, person in persons.items() if why_not_told(person)))


def why_not_told(person: Person) -> str:
    """Why this person may not be named on the ladder; "" where they may: they work here, and see every record."""
    if not person.is_active:
        return f"{person.name} no longer works here, and so is told of nothing."
    if not roles_of(person) & SEES_ALL:
        return f"{person.name} may not see every record, and so could not open what they are told of."
    return ""


def digest_of(ladder: Sequence[RungPolicy]) -> str:
    """Changes whenever the ladder says another time at which to look at a clock."""
    windows = {step.window: step.window and sorted(step.window.weekdays) for step in ladder}
    said = [
        (step.rung, step.offset_hours, step.window and (step.window.opens, step.window.closes, windows[step.window]))
        for step in ladder
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def look_again_if_changed(context: Context) -> int:
    """Every open clock is to be looked at again by the ladder of `context`, if the last look was by another one.

    Once more after that, when whatever was under way meanwhile by the ladder before has ended: it may have written when
    to look next by that one. Part of every sweep, since a file may change while the service is stopped; costs one query
    where nothing changed. How many clocks are to be looked at.
    """
    digest = digest_of(context.rules.ladder)
    session = current_session()
    if _is_looked_at(session, digest, context.now):
        return 0
    with writing() as session:
        audit.hold_chain(session)
        if _is_looked_at(session, digest, context.now):
            return 0
        row = store.look(session)
        store.write_look(session, digest, context.now, is_settled=row is not None and row.digest == digest)
        return store.look_at_every_clock(session, context.now)


def _is_looked_at(session: Session, digest: str, now: datetime) -> bool:
    row = store.look(session)
    return row is not None and row.digest == digest and (row.is_settled or row.at <= now < row.at + SETTLES_AFTER)
