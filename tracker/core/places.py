"""Where children go missing from and are found: places as written, made alike; districts as configured."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.core.missing_episode import MissingEpisode

_NOT_WORDS = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class District:
    """A district of the council and its tile on the map: column and row, counted from the top left."""

    name: str
    column: int
    row: int


@dataclass(frozen=True)
class Place:
    """A place, or a district; `text` is None for what is not known. `key` names it in addresses without telling it."""

    key: str
    text: str | None
    episode_ids: tuple[int, ...]
    child_ids: tuple[int, ...]


def alike(text: str | None) -> str:
    """What makes two writings one place: words without case, signs and spaces between; empty for "not known"."""
    words = _NOT_WORDS.sub(" ", (text or "").casefold()).strip()
    return "" if words in ("unknown", "not known", "n a", "none") else words


def key_of(text: str | None) -> str:
    """A mark that names a place in an address of the site, for it may be a child's home."""
    return hashlib.sha256(alike(text).encode()).hexdigest()[:16]


def places(written: Iterable[tuple[str | None, MissingEpisode]]) -> list[Place]:
    """The places of these episodes, most episodes first; not known last. Each is called as it is written most often."""
    of: dict[str, list[MissingEpisode]] = defaultdict(list)
    writings: dict[str, Counter[str]] = defaultdict(Counter)
    for text, episode in written:
        of[alike(text)].append(episode)
        writings[alike(text)][(text or "").strip()] += 1
    found = [_place(name, episodes, writings[name]) for name, episodes in of.items()]
    return sorted(found, key=lambda place: (place.text is None, -len(place.episode_ids), place.text or ""))


def _place(name: str, episodes: Sequence[MissingEpisode], writings: Counter[str]) -> Place:
    text = min(writings, key=lambda one: (-writings[one], one)) if name else None
    ids = tuple(sorted(episode.id for episode in episodes))
    return Place(key_of(name), text, ids, tuple(sorted({episode.child_id for episode in episodes})))


def district_of(text: str | None, districts: Iterable[District]) -> str | None:
    """The district that a text is or names last (an address ends with it); None where it names none."""
    words = f" {alike(text)} "
    named = [(_end_of(f" {alike(one.name)} ", words), len(one.name), one.name) for one in districts]
    at, _, name = max(named, default=(-1, 0, ""))
    return name if at >= 0 else None


def _end_of(name: str, words: str) -> int:
    """Where it ends at its last place, so that of two names that end there the longer is meant; -1 where it is not."""
    at = words.rfind(name)
    return at if at < 0 else at + len(name)
