"""The versions of the ladder, what they name, and the clocks that a new one concerns."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from tracker.store.engine import changed
from tracker.store.models import Episode, LadderLook, LadderVersion, Line, Person, Team
from tracker.store.models.reports import LINE_WAITS

_NEWEST_MARK = (
    select(LadderVersion.version_no, LadderVersion.saved_at).order_by(LadderVersion.version_no.desc()).limit(1)
)
# built once: every request asks


def newest_mark(session: Session) -> tuple[int, datetime] | None:
    """What changes with every version saved: the newest one's number and instant; None where none was saved."""
    row = session.execute(_NEWEST_MARK).first()
    return (row[0], row[1]) if row else None


def newest(session: Session) -> LadderVersion | None:
    """The version in force; None where the file's ladder is."""
    return session.scalar(select(LadderVersion).order_by(LadderVersion.version_no.desc()).limit(1))


def version(session: Session, version_no: int) -> LadderVersion | None:
    return session.scalar(select(LadderVersion).where(LadderVersion.version_no == version_no))


def versions(session: Session) -> Sequence[LadderVersion]:
    """Every version, newest first."""
    return session.scalars(select(LadderVersion).order_by(LadderVersion.version_no.desc())).all()


def team_ids(session: Session) -> dict[str, int]:
    """Every team's id, by its name."""
    return dict(session.execute(select(Team.name, Team.id)).all())


def persons_with(session: Session, addresses: Collection[str]) -> Mapping[str, Person]:
    """The people whose addresses these are, leavers too, by address."""
    rows = session.scalars(select(Person).where(Person.email.in_(addresses))).all()
    return {row.email: row for row in rows}


def look_at_every_clock(session: Session, now: datetime) -> int:
    """The next sweep looks at every open clock, and at every waiting line with a deadline; how many they are."""
    later = or_(Episode.sweep_at.is_(None), Episode.sweep_at > now)
    episodes = update(Episode.__table__).where(Episode.clock_open, later).values(sweep_at=now)  # type: ignore[arg-type]
    lines = update(Line.__table__).where(LINE_WAITS, Line.due_at.is_not(None))  # type: ignore[arg-type]
    lines = lines.where(or_(Line.sweep_at.is_(None), Line.sweep_at > now))
    return changed(session, episodes) + changed(session, lines.values(sweep_at=now))


def look(session: Session) -> LadderLook | None:
    """By which ladder the clocks were last looked at."""
    return session.get(LadderLook, 1)


def write_look(session: Session, digest: str, now: datetime, is_settled: bool) -> None:
    row = look(session)
    if row is None:
        session.add(LadderLook(id=1, digest=digest, at=now, is_settled=is_settled))
    else:
        row.digest, row.at, row.is_settled = digest, now, is_settled
