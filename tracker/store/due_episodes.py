"""Episodes at which the sweep must look by now: held, and read as values, thousands at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from tracker.core.episodes import MissingEpisode
from tracker.store.episodes import PLAIN_COLUMNS, to_core
from tracker.store.models import Child, Episode

_EPISODE = cast("Table", Episode.__table__)
_CHILD = cast("Table", Child.__table__)


@dataclass(frozen=True)
class DueEpisode:
    """An episode as the rules know it, and beside it the columns of the machinery that the sweep keeps true."""

    core: MissingEpisode
    team_id: int | None
    carried_rungs: Sequence[str]
    kept: Mapping[str, object]

    @property
    def id(self) -> int:
        return self.core.id

    @property
    def clock_no(self) -> int:
        return self.core.clock_no

    @property
    def interview_due_at(self) -> datetime | None:
        return self.core.interview_due_at

    def changed(self, values: Mapping[str, object]) -> dict[str, object]:
        """Those of these columns that stand otherwise."""
        return {name: value for name, value in values.items() if self.kept[name] != value}


KEPT = ("clock_open", "closed_as", "sweep_at", "needs_decision")

_DUE = (
    select(
        *PLAIN_COLUMNS,
        *(_EPISODE.c[name] for name in ("team_id", "carried_rungs", *KEPT)),
        _CHILD.c.date_of_birth,
        _CHILD.c.sex,
        _CHILD.c.ethnicity,
    )
    .join(_CHILD, _CHILD.c.id == _EPISODE.c.child_id)
    .where(_EPISODE.c.id.in_(bindparam("ids", expanding=True)), _EPISODE.c.sweep_at <= bindparam("now"))
    .order_by(_EPISODE.c.sweep_at, _EPISODE.c.id)
    .with_for_update(of=_EPISODE, skip_locked=True)
)


def lock_due(session: Session, ids: Collection[int], now: datetime) -> list[DueEpisode]:
    """Those of `ids` still due, read anew and held; what somebody else holds now is left to the next sweep.

    Raises ValueError where a row holds a word that the rules do not know.
    """
    rows: Any = session.connection().execute(_DUE, {"ids": list(ids), "now": now})
    return [
        DueEpisode(to_core(row, row), row.team_id, row.carried_rungs, {name: getattr(row, name) for name in KEPT})
        for row in rows
    ]


def keep(session: Session, changes: Iterable[tuple[int, Mapping[str, object]]]) -> None:
    """Write columns of the machinery: (episode id, column → value). Their `version` does not rise: it guards what
    people edit, and a form that is open while an alert is raised must not be refused for it."""
    alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for id_, values in changes:
        if values:
            alike.setdefault(tuple(sorted(values)), []).append({"of_id": id_, **values})
    for names, rows in alike.items():
        one = update(_EPISODE).where(_EPISODE.c.id == bindparam("of_id"))
        session.connection().execute(one.values({name: bindparam(name) for name in names}), rows)
