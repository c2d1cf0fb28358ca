"""The feeds in force: those of files, and over them or beside them those that an administrator saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from tracker.core.feed import Feed
from tracker.core.feed_definition import feed_of
from tracker.store import feeds as store
from tracker.store.db import session as current_session
from tracker.store.models import Receipt


@dataclass(frozen=True)
class _Saved:
    """The newest version of every saved feed, as read when `mark` was the newest version saved."""

    mark: tuple[int, datetime] | None
    own_names: tuple[str, ...]
    in_use: Mapping[str, Feed]
    retired: Mapping[str, Feed]


_kept: WeakKeyDictionary[Engine, _Saved] = WeakKeyDictionary()


def feeds_in_force(shipped: Mapping[str, Feed], own_names: tuple[str, ...]) -> dict[str, Feed]:
    """Feed name → feed, for reports that come in. One query, as long as nobody saves one.

    `shipped`: the feeds read from files (settings). `own_names`: how reports write our council (settings).
    """
    saved = _saved(current_session(), own_names)
    return {name: feed for name, feed in {**shipped, **saved.in_use}.items() if name not in saved.retired}


def feeds_to_replay_by(shipped: Mapping[str, Feed], own_names: tuple[str, ...]) -> dict[str, Feed]:
    """The same, with the retired ones: what has come in by them can still be read again."""
    saved = _saved(current_session(), own_names)
    return {**shipped, **saved.in_use, **saved.retired}


def feed_begun_with(
    session: Session, receipt: Receipt, shipped: Mapping[str, Feed], own_names: tuple[str, ...]
) -> Feed | None:
    """The feed by which a report began to be read, and so is read to its end; None where its file is gone."""
    if receipt.feed_version is None:
        return shipped.get(receipt.feed)
    row = store.version(session, receipt.feed, receipt.feed_version)
    return feed_of(row.definition, own_names, row.version_no) if row else None


def _saved(session: Session, own_names: tuple[str, ...]) -> _Saved:
    """Read anew only where a version was saved since, by whatever process."""
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    mark = store.newest_mark(session)
    kept = _kept.get(engine)
    if kept is None or (kept.mark, kept.own_names) != (mark, own_names):
        rows = store.newest_versions(session) if mark else ()
        read = {row.name: feed_of(row.definition, own_names, row.version_no) for row in rows}
        retired = {row.name for row in rows if row.is_retired}
        in_use = {name: feed for name, feed in read.items() if name not in retired}
        kept = _Saved(mark, own_names, in_use, {name: read[name] for name in retired})
        _kept[engine] = kept
    return kept
