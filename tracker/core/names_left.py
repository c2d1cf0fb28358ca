"""Words that may be a name still, in a text from which the names that are held were taken: for a person to read first.

The rule, so that it can be told: a word with a capital is one, unless it is a common word, a word of the name of
somebody who was at the meeting, or stands with a small letter somewhere in the same minutes. A name that nobody entered
and that is written small is not found; a place may be listed. It promises nothing but where to look first.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from tracker.core.names import fold_name
from tracker.core.plain_words import ALSO_NAMES, COMMON

_WORD = re.compile(r"[^\W\d_]+(?:['’‘ʼ`´\-‐‑][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’ʼ]s$")


def small_words(texts: Iterable[str]) -> frozenset[str]:
    """The words that stand with a small letter; not those that are names too, as "rose" tells nothing of "Rose"."""
    found = {part for text in texts for word in _words(text) if word[0].islower() for part in _as_written(word)}
    return frozenset(found - ALSO_NAMES)


def may_be_names(text: str, people: Collection[str], small: Collection[str] = frozenset()) -> tuple[str, ...]:
    """Each word once, as it is first written, in the order of the text. `people`: names of those at the meeting;
    `small`: `small_words` of the whole."""
    known = {part for name in people for part in fold_name(name).split()}
    found: dict[str, str] = {}
    for word in _words(text):
        if len(word) == 1 or not word[0].isupper() or known.issuperset(fold_name(word).split()):
            continue
        if not all(part in COMMON or part in small for part in _as_written(word)):
            found.setdefault(word.casefold(), word)
    return tuple(found.values())


def _words(text: str) -> Sequence[str]:
    return [_POSSESSIVE.sub("", match[0]) for match in _WORD.finditer(unicodedata.normalize("NFC", text))]


def _as_written(word: str) -> list[str]:
    """Its parts in small letters: of "Long-term" long and term. Accents stay: no common word has one."""
    return re.split(r"[\-‐‑]", re.sub("['’‘ʼ`´]", "", word.casefold()))
