"""What a board asks with, so that each of its statements is built once and not with every request.

A statement differs only with how far the viewer sees and what the board is narrowed to: its `Scope`. Functions that
build one are kept by it (`functools.cache`). Whatever else a request brings goes in as a parameter: building the
statements of a board anew takes several times as long as the database takes to answer them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, or_
from sqlalchemy.orm import Session

from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import is_allocated_to
from tracker.store.db import UTCDateTime, plain_rows
from tracker.store.models import Child, Episode, Interview
from tracker.store.visibility import Sight, children_in_sight, episodes_in_sight, sight_of

NOW: BindParameter[Any] = bindparam("now", type_=UTCDateTime())
VIEWER_ID: BindParameter[Any] = bindparam("viewer_id")
PERSON_ID: BindParameter[Any] = bindparam("person_id")
TEAM_ID: BindParameter[Any] = bindparam("team_id")
IDS: BindParameter[Any] = bindparam("ids", expanding=True)


class Teams(Enum):
    """Whose work a board shows: every team's, one's, or one's with what belongs to no team."""

    EVERY = "every"
    ONE = "one"
    ONE_OR_NONE = "one, and of none"


@dataclass(frozen=True)
class Scope:
    """`mine`: only what is allocated to the viewer."""

    sight: Sight
    teams: Teams = Teams.EVERY
    mine: bool = False

    def episodes(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions on `Episode`: seen by the viewer, and on this board."""
        mine = (is_allocated_to(VIEWER_ID),) if self.mine else ()
        return (*self.episodes_of_team(), *mine)

    def episodes_of_team(self) -> tuple[ColumnElement[bool], ...]:
        """Likewise, whoever has them."""
        return (episodes_in_sight(self.sight, VIEWER_ID), *self._of_team())

    def children(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions on `Child`: seen by the viewer, and of the team."""
        of_team = () if self.teams is Teams.EVERY else (Child.team_id == TEAM_ID,)
        return (children_in_sight(self.sight, VIEWER_ID), *of_team)

    def interviews(self) -> tuple[ColumnElement[bool], ...]:
        """Conditions on `Interview`: whose it is."""
        return (Interview.allocated_to_id == VIEWER_ID,) if self.mine else ()

    def _of_team(self) -> tuple[ColumnElement[bool], ...]:
        if self.teams is Teams.EVERY:
            return ()
        own = Episode.team_id == TEAM_ID
        return (own,) if self.teams is Teams.ONE else (or_(own, Episode.team_id.is_(None)),)


@dataclass(frozen=True)
class Listed:
    """The first rows of a list, `limit` at most, and how many there are in all, asked only where there may be more.

    `whole`: the rows hold whole rows of tables.
    """

    first: Select[*tuple[Any, ...]]
    count: Select[int]
    limit: int
    whole: bool = False


@dataclass(frozen=True)
class Asking:
    """One request for a board."""

    session: Session
    context: Context
    viewer: Viewer
    scope: Scope
    team_id: int | None = None

    def rows(self, statement: Select[*tuple[Any, ...]], **more: object) -> Sequence[Any]:
        """Of a statement over columns. `more`: its parameters beyond those that every statement may have."""
        return plain_rows(self.session, statement, **self._given(more))

    def entities(self, statement: Select[*tuple[Any, ...]], **more: object) -> Sequence[Any]:
        """Of a statement over whole rows of tables."""
        return self.session.execute(statement, self._given(more)).all()

    def number(self, statement: Select[int], **more: object) -> int:
        """The number that a count gives."""
        return int(self.rows(statement, **more)[0][0])

    def listed(self, asked: Listed, **more: object) -> tuple[Sequence[Any], int]:
        """The first rows, and how many there are in all."""
        found = self.entities(asked.first, **more) if asked.whole else self.rows(asked.first, **more)
        return found, self.number(asked.count, **more) if len(found) == asked.limit else len(found)

    def _given(self, more: dict[str, object]) -> dict[str, object]:
        return {"now": self.context.now, "viewer_id": self.viewer.person_id, "team_id": self.team_id, **more}


def asking(
    session: Session,
    context: Context,
    viewer: Viewer,
    team_id: int | None = None,
    *,
    teams: Teams = Teams.ONE,
    mine: bool = False,
) -> Asking:
    """`teams` says how `team_id` narrows; without one there is nothing to narrow to."""
    scope = Scope(sight_of(viewer), Teams.EVERY if team_id is None else teams, mine)
    return Asking(session, context, viewer, scope, team_id)
