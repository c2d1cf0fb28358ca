"""What lies in the watched folder, and how each road by which reports come in stands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.core.report_terms import Road
from tracker.store.engine import changed, insert_once
from tracker.store.models import FolderFile, RoadState
from tracker.store.models.roads import FILE_STAYS, FILE_WAITS


def waiting_files(session: Session) -> Sequence[FolderFile]:
    """What lies in the folder and has no receipt, by feed and name."""
    query = select(FolderFile).where(FILE_WAITS).order_by(FolderFile.feed, FolderFile.name)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def staying_files(session: Session) -> Sequence[FolderFile]:
    """What has its receipt and could not be moved yet."""
    query = select(FolderFile).where(FILE_STAYS).order_by(FolderFile.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def give_receipt(session: Session, file_id: int, receipt_id: int, sha256: str, seen: Mapping[str, object]) -> bool:
    """The file that waits, still the one that was seen, has its receipt; False if another process was first."""
    same = [getattr(FolderFile, name) == value for name, value in seen.items()]
    taken = update(FolderFile).where(FolderFile.id == file_id, FolderFile.receipt_id.is_(None), *same)
    values = {"receipt_id": receipt_id, "sha256": sha256, "code": "received", "sentence": "It has its receipt."}
    return changed(session, taken.values(**values)) == 1


def forget_waiting(session: Session, file_ids: Collection[int]) -> None:
    """Let go of files that are no longer there; never of one that has its receipt by now."""
    session.execute(delete(FolderFile).where(FolderFile.id.in_(file_ids), FolderFile.receipt_id.is_(None)))


def set_file(session: Session, file_id: int, **values: object) -> None:
    session.execute(update(FolderFile).where(FolderFile.id == file_id).values(**values))


def state_of(session: Session, road: Road, name: str = "") -> RoadState | None:
    query = select(RoadState).where(RoadState.road == road, RoadState.name == name)
    return session.scalar(query.execution_options(populate_existing=True))


def states(session: Session) -> Sequence[RoadState]:
    """Every road with a state, by road and name."""
    query = select(RoadState).order_by(RoadState.road, RoadState.name)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def make_state(session: Session, road: Road, name: str) -> None:
    """The road has a state from now on, if it had none: nothing is known of it, so a pull is due."""
    insert_once(session, RoadState, {"road": road, "name": name, "failures": 0})


def set_state(session: Session, road: Road, name: str = "", **values: Any) -> None:
    """Write over a road's state, made where absent."""
    make_state(session, road, name)
    session.execute(update(RoadState).where(RoadState.road == road, RoadState.name == name).values(**values))


def note_success(session: Session, road: Road, name: str, now: datetime) -> None:
    """The last try went well."""
    set_state(session, road, name, tried_at=now, ok_at=now, failures=0, failing_since=None, code=None, sentence=None)


def note_failure(session: Session, road: Road, name: str, now: datetime, code: str, sentence: str) -> int:
    """The last try failed, and why; how many have failed in a row."""
    held = state_of(session, road, name)
    failures = (held.failures if held else 0) + 1
    since = (held.failing_since if held else None) or now
    set_state(
        session, road, name, tried_at=now, failures=failures, failing_since=since, code=code, sentence=sentence
    )  # fmt: skip
    return failures


def claim_pull(session: Session, held: RoadState, worker: str, now: datetime, until: datetime) -> bool:
    """This worker is the one who fetches it, until then. Compare-and-set: of two that try, one gets it."""
    mine = (
        update(RoadState)
        .where(RoadState.road == held.road, RoadState.name == held.name)
        .where(RoadState.claimed_by.is_not_distinct_from(held.claimed_by))
        .where(RoadState.claimed_until.is_not_distinct_from(held.claimed_until))
        .where(RoadState.next_at.is_not_distinct_from(held.next_at))
        .values(claimed_by=worker, claimed_until=until, tried_at=now)
    )
    return changed(session, mine) == 1


def end_claim(session: Session, name: str, worker: str, until: datetime) -> bool:
    """Let go of the claim; False if it ran out and another took it: then how ours ended is not to be written."""
    mine = update(RoadState).where(RoadState.road == Road.PULL, RoadState.name == name)
    mine = mine.where(RoadState.claimed_by == worker, RoadState.claimed_until == until)
    return changed(session, mine.values(claimed_by=None, claimed_until=None)) == 1


def forget_pulls(session: Session, besides: Collection[str]) -> int:
    """Let go of the state of pulls that the settings name no longer; how many."""
    gone = delete(RoadState).where(RoadState.road == Road.PULL, RoadState.name.not_in(besides))
    return changed(session, gone)


def forget_folder(session: Session) -> None:
    """The folder is watched no longer: what waits in it is not ours to speak of."""
    session.execute(delete(FolderFile).where(FolderFile.receipt_id.is_(None)))
    session.execute(delete(RoadState).where(RoadState.road == Road.FOLDER))


def has_folder_state(session: Session) -> bool:
    query = select(RoadState.road).where(RoadState.road == Road.FOLDER).limit(1)
    return session.scalar(query) is not None


def troubled(session: Session, since: datetime) -> Sequence[FolderFile]:
    """Files that have lain in the folder since then or longer, with a receipt or without."""
    query = select(FolderFile).where(or_(FILE_WAITS, FILE_STAYS), FolderFile.first_seen_at <= since)
    return session.scalars(query.order_by(FolderFile.feed, FolderFile.name)).all()
