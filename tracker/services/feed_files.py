"""A feed as the text of a feed file, and back: for `config/feeds/`, for another installation, for keeping."""

import tomllib
from collections.abc import Mapping
from typing import Any

import tomli_w

from tracker.core.feed import Feed
from tracker.core.feed_definition import FeedProblem, plain_definition, read_definition
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.save_feed import Definitions, save_feed
from tracker.store import feeds as store
from tracker.store.db import session as current_session

LONGEST_FILE = 200_000


def as_feed_file(definition: Mapping[str, Any]) -> str:
    """The text of the feed file that says what this definition says."""
    return tomli_w.dumps(plain_definition(definition), multiline_strings=False)


def read_feed_file(content: bytes) -> dict[str, Any] | tuple[FeedProblem, ...]:
    """The definition in a feed file, in its plain form, or all that is wrong with it. Never raises for any bytes."""
    if len(content) > LONGEST_FILE:
        return (FeedProblem("too_large", f"A feed file is no larger than {LONGEST_FILE // 1000} kB."),)
    try:
        given = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        place = f": {error}" if isinstance(error, tomllib.TOMLDecodeError) else ""
        return (FeedProblem("not_a_feed_file", f"This is no feed file in TOML{place}."),)
    found = read_definition(given)
    return plain_definition(given) if isinstance(found, Feed) else found


def load_feed_file(context: Context, *, content: bytes, note: str, files: Definitions) -> tuple[str, int]:
    """Save a feed file as the newest version of the feed that it names, or of a new one; its name and version.

    Raises Refused with all that is wrong with it.
    """
    found = read_feed_file(content)
    if isinstance(found, tuple):
        raise Refused(FormProblem(one.code, one.sentence, ("file",)) for one in found)
    session = current_session()
    newest = store.newest_version(session, found["name"])
    is_held = newest is not None or found["name"] in files
    version_no = newest.version_no if newest else None
    session.rollback()
    based_on = found["name"] if is_held else None
    return found["name"], save_feed(
        context, definition=found, note=note, based_on=based_on, based_on_version=version_no, files=files
    )
