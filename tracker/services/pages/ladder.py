"""The alert ladder as its page shows it: each step with whom it tells and who that would be now; the versions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.alert_terms import Audience
from tracker.core.directory import ROLE_OF, Recipient
from tracker.core.ladder_changes import LadderDifference, ladder_differences, step_of
from tracker.core.ladder_plain import plain_ladder
from tracker.core.recipients import ToldBy, people_of, told_of
from tracker.services.context import Context
from tracker.services.ladder import Definition, LadderInForce, ladder_in_force, resolved, why_not_told
from tracker.store import ladder as store
from tracker.store import people
from tracker.store.db import session as current_session


@dataclass(frozen=True)
class ToldNow:
    """Who would be told at this moment of work of these teams (none named: of every team, and of no team).

    `people`: (name, the audience in whose stead, or None where it is their own). `others`: addresses and webhooks.
    """

    teams: tuple[str, ...]
    people: tuple[tuple[str, Audience | None], ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class StepRow:
    """A step or a trigger: what it says, whom that reaches now, and what in it no longer holds, in sentences."""

    name: str
    given: Mapping[str, Any]
    is_trigger: bool
    is_on: bool
    now: tuple[ToldNow, ...]
    troubles: tuple[str, ...]


@dataclass(frozen=True)
class LadderVersionRow:
    """A version in the history; number 0 is the file's. `changes`: what it says differently from the one before."""

    version_no: int
    saved_at: datetime | None
    saved_by: str
    note: str
    definition: Definition
    changes: tuple[LadderDifference, ...]


@dataclass(frozen=True)
class LadderPage:
    """`steps` and `triggers` in order of time."""

    version_no: int
    definition: Definition
    steps: tuple[StepRow, ...]
    triggers: tuple[StepRow, ...]
    versions: tuple[LadderVersionRow, ...]


@dataclass(frozen=True)
class PersonToName:
    """Somebody who may be named on the ladder, beside the roles."""

    email: str
    name: str


def in_force(file: Definition) -> LadderInForce:
    """The definition in force and its version."""
    return ladder_in_force(current_session(), file)


def ladder_page(context: Context, file: Definition) -> LadderPage:
    """The ladder in force, and everything that was before it."""
    session = current_session()
    held = ladder_in_force(session, file)
    rows = _step_rows(session, held.definition, context.now)
    return LadderPage(
        version_no=held.version_no,
        definition=held.definition,
        steps=tuple(row for row in rows if not row.is_trigger),
        triggers=tuple(row for row in rows if row.is_trigger),
        versions=versions(file),
    )


def unreached(context: Context, file: Definition) -> list[tuple[StepRow, tuple[str, ...]]]:
    """The steps that would reach nobody now, each with the teams of whose work that is so (none named: of all)."""
    session = current_session()
    rows = _step_rows(session, ladder_in_force(session, file).definition, context.now)
    return [(row, told.teams) for row in rows if row.is_on for told in row.now if not told.people]


def _step_rows(session: Session, definition: Definition, now: datetime) -> list[StepRow]:
    known = _Everybody(
        people.recipients(session),
        people.names_by_id(session),
        {team.id: team.name for team in people.all_teams(session)},
        now,
    )
    ladder = resolved(session, definition)
    told_by = {step.rung: step.told_by for step in ladder.rungs}
    told_by |= {str(one.trigger): one.told_by for one in ladder.triggers}
    given = (*definition["rungs"], *sorted(definition["triggers"], key=lambda one: one["after_hours"]))
    return [
        StepRow(
            name=(name := one.get("rung") or one["trigger"]),
            given=one,
            is_trigger="trigger" in one,
            is_on=one.get("enabled", True),
            now=_told_now(told_by[name], known) if name in told_by else (),
            troubles=tuple(_troubles(session, one, frozenset(known.teams.values()))),
        )
        for one in given
    ]


@dataclass(frozen=True)
class _Everybody:
    """Who there is at an instant: those who may be told, every name, the teams' names by id."""

    people: Sequence[Recipient]
    names: Mapping[int, str]
    teams: Mapping[int, str]
    now: datetime


def _told_now(told_by: ToldBy, known: _Everybody) -> tuple[ToldNow, ...]:
    """One entry where all teams' work tells the same people; else one for each that differs, that of no team first."""
    alike: dict[tuple[tuple[tuple[str, Audience | None], ...], tuple[str, ...]], list[str]] = {}
    for team_id in (None, *known.teams):
        reached = _people_now(told_by.of(team_id).audience, team_id, known)
        told = told_of(told_by, None, team_id, known.people, known.now)
        names = {name for name, _ in reached}
        named = [known.names[one.person_id] for one in told if one.person_id is not None]
        reached += [(name, None) for name in named if name not in names]
        others = tuple(one.address or one.webhook for one in told if one.person_id is None)
        alike.setdefault((tuple(reached), others), []).append(known.teams[team_id] if team_id else "")
    return tuple(
        ToldNow(tuple(filter(None, teams)) if len(alike) > 1 else (), reached, others)
        for (reached, others), teams in alike.items()
    )


def _people_now(
    audiences: Sequence[Audience],
    team_id: int | None,
    known: _Everybody,
) -> list[tuple[str, Audience | None]]:
    """Each person once, in the order of the audiences; of work that is given to nobody."""
    found: dict[int, Audience | None] = {}
    for audience in audiences:
        for person in people_of(audience, None, team_id, known.people, known.now):
            is_theirs = ROLE_OF.get(audience) in person.roles and (
                audience is not Audience.TEAM_MANAGER or None in (team_id, person.team_id) or person.team_id == team_id
            )
            if is_theirs or person.id not in found:
                found[person.id] = None if is_theirs else audience
    return [(known.names[id_], instead) for id_, instead in found.items()]


def _troubles(session: Session, given: Mapping[str, Any], teams: Collection[str]) -> list[str]:
    """What the step names that is no longer so: told as if it were not named."""
    found = [
        f"There is no team named {team['team']}: for its work the usual people are told."
        for team in given.get("teams", ())
        if team["team"] not in teams
    ]
    addresses = {address for one in (given, *given.get("teams", ())) for address in one.get("addresses", ())}
    persons = store.persons_with(session, addresses) if addresses else {}
    return found + [why for person in persons.values() if (why := why_not_told(person))]


def versions(file: Definition) -> tuple[LadderVersionRow, ...]:
    """Newest first; the file's last."""
    session = current_session()
    names = people.names_by_id(session)
    found = [LadderVersionRow(0, None, "", "", file, ())]
    for row in reversed(store.versions(session)):
        by = names.get(row.saved_by_id, "") if row.saved_by_id else "command line"
        plain = plain_ladder(row.definition)
        changes = ladder_differences(found[-1].definition, plain)
        found.append(LadderVersionRow(row.version_no, row.saved_at, by, row.note, plain, changes))
    return tuple(reversed(found))


def saved_since(version_no: int, file: Definition) -> tuple[LadderVersionRow, ...]:
    """What others saved after this version, newest first."""
    return tuple(row for row in versions(file) if row.version_no > version_no)


def version_row(version_no: int, file: Definition) -> LadderVersionRow | None:
    """One version; None where there is none of this number."""
    return next((row for row in versions(file) if row.version_no == version_no), None)


def people_to_name() -> tuple[PersonToName, ...]:
    """Active people who may see every record, by name."""
    return tuple(
        PersonToName(row.email, row.name) for row in people.all_people(current_session()) if not why_not_told(row)
    )


def step_in_force(name: str, file: Definition) -> tuple[LadderInForce, dict[str, Any]] | None:
    """The ladder in force with one step or trigger of it; None where it has none of this name."""
    held = in_force(file)
    given = step_of(held.definition, name)
    return (held, given) if given else None
