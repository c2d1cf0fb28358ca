"""A feed as the text of a feed file, and back: for `config/feeds/`, for another installation, for keeping."""

import tomllib
from collections.abc import Mapping
from typing import Any

import tomli_w

from tracker.core.feed import Feed
from tracker.core.feed_definition import FeedProblem, plain_definition, read_definition

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
