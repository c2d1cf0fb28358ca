"""The words of a report line: text made plain, coded values, names in one cell, yes and no."""

import re
import unicodedata
from collections.abc import Mapping

from tracker.core.feed import fold
from tracker.core.report_terms import ReportStatus
from tracker.core.terms import EpisodeKind, LivingSetting, RiskLevel

LONGEST_VALUE = 10_000
"""Characters; a longer value keeps its line out."""

NOT_KNOWN = frozenset({
    "unknown", "unk", "notknown", "nk", "notrecorded", "notstated", "notgiven", "notprovided", "notapplicable", "na",
    "tbc", "tba",
})  # fmt: skip
"""Words, folded, that say that a value is not known: read as a blank where a blank may stand."""

OWN_WORDS: Mapping[str, Mapping[str, str]] = {
    "status": {"locatedandreturned": ReportStatus.RETURNED, "notmissing": ReportStatus.CANCELLED,
               "createdinerror": ReportStatus.CANCELLED, "canceled": ReportStatus.CANCELLED},
    "kind": {"absent": EpisodeKind.NO_APPARENT_RISK, "m": EpisodeKind.MISSING, "a": EpisodeKind.AWAY},
    "risk": {"absent": RiskLevel.NO_APPARENT_RISK, "notassessed": "", "notyetassessed": "", "ungraded": ""},
    "setting": {"lac": LivingSetting.LOOKED_AFTER, "cla": LivingSetting.LOOKED_AFTER},
    "sex": {"f": "female", "girl": "female", "woman": "female", "m": "male", "boy": "male", "man": "male"},
    "known_to": {"y": "yes", "true": "yes", "1": "yes", "known": "yes", "open": "yes",
                 "n": "no", "false": "no", "0": "no", "none": "no", "neither": "no", "closed": "no"},
}  # fmt: skip
"""Our own words beside the names of the values themselves; A and M are SSDA903's, "absent" the police's former word."""

VALUES: Mapping[str, frozenset[str]] = {
    "status": frozenset(ReportStatus),
    "kind": frozenset(EpisodeKind),
    "risk": frozenset(RiskLevel),
    "setting": frozenset(LivingSetting),
    "sex": frozenset({"female", "male", "other"}),
    "known_to": frozenset({"yes", "no"}),
}
"""Every value that a word of a coded field may be mapped to."""

_LOOKUP = {
    name: {**{fold(value): str(value) for value in VALUES[name]}, **{word: str(v) for word, v in own.items()}}
    for name, own in OWN_WORDS.items()
}
_TITLES = frozenset({"mr", "mrs", "miss", "ms", "master"})
_PARTICLES = frozenset({"van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "la", "le", "bin", "ibn",
                        "al", "el", "st", "ter", "ten", "mac", "mc", "o"})  # fmt: skip


def tidy(text: str, keep_lines: bool = False) -> str:
    """One form for one text: spaces of any kind single, marks without width and control characters gone."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    if keep_lines:
        return "\n".join(filter(None, (tidy(line) for line in composed.splitlines())))
    if not (composed.isascii() and composed.isprintable()):
        spaced = (" " if character.isspace() else character for character in composed)
        composed = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return " ".join(composed.split())


def coded_value(field: str, text: str, table: Mapping[str, str]) -> str | None:
    """The value that a word stands for, first by the feed's table, then by our own words; "" says "not known".

    None: nobody knows the word. A status and a kind must be known; of the rest "not known" may be said.
    """
    word = fold(text)
    ours = table.get(word)
    if ours is not None:
        word = fold(ours)
        if not word:
            return ""
    elif field not in ("status", "kind") and (not word or word in NOT_KNOWN):
        return ""
    return _LOOKUP[field].get(word)


def is_placeholder(text: str) -> bool:
    """Whether a number or reference only fills its cell: no letter or digit, all zeros, or "not known"."""
    word = fold(text)
    return word in NOT_KNOWN or not word.strip("0x")


def known_to_services(text: str, table: Mapping[str, str]) -> bool | None:
    """Yes or no from a coded word, or from free text that begins with yes; anything else is not known."""
    value = coded_value("known_to", text, table)
    if value is None and fold(re.split(r"[^\w]", text, maxsplit=1)[0]) in ("yes", "y"):
        value = "yes"
    return {"yes": True, "no": False}.get(value or "")


def split_full_name(text: str) -> tuple[str, str]:
    """(surname, forename) of `SURNAME, Forename`, `Forename Surname`, `Forename SURNAME` or `SURNAME Forename`.

    Without a comma or capitals to go by, the last word is the surname, with the particles before it.
    """
    if "," in text:
        surname, _, forename = text.partition(",")
        return " ".join(surname.split()), " ".join(_untitled(forename.split()))
    words = _untitled(text.split())
    if len(words) < 2:
        return " ".join(words), ""
    loud = [len(word) > 1 and word.isupper() for word in words]
    if any(loud) and not all(loud):
        if loud[0]:
            until = loud.index(False)
            return " ".join(words[:until]), " ".join(words[until:])
        if loud[-1]:
            start = len(words) - loud[::-1].index(False)
            return " ".join(words[start:]), " ".join(words[:start])
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold().strip(".'") in _PARTICLES:
        start -= 1
    return " ".join(words[start:]), " ".join(words[:start])


def _untitled(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and words[0].casefold().rstrip(".") in _TITLES else words
