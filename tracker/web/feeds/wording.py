"""What people read for a feed: the fields in groups, the meanings of coded words, a version's changes."""

from collections.abc import Iterator, Mapping
from typing import Any

from tracker.core.feed_changes import Difference
from tracker.core.feed_guess import REPORT_TIME
from tracker.core.feed_rules import DAYS, names_of
from tracker.core.report_terms import ReportStatus
from tracker.core.terms import EpisodeKind, LivingSetting, RiskLevel
from tracker.services.preview_feed import PreviewOutcome
from tracker.web.words import choices

FIELD_GROUPS: Mapping[str, Mapping[str, str]] = {
    "The occurrence and the child": {
        "police_reference": "Police reference", "police_person_id": "Police person number",
        "council_id": "Our own number for the child", "surname": "Surname",
        "forename": "Forename", "full_name": "Full name, in one column", "date_of_birth": "Date of birth",
        "sex": "Sex", "ethnicity": "Ethnicity", "address": "Home address", "postcode": "Home postcode",
        "setting": "Setting: looked after, or at home", "responsible_authority": "Responsible authority",
        "known_to": "Known to services",
    },
    "When": {
        "missing_from_at": "Missing from: date and time", "missing_date": "Missing from: date",
        "missing_time": "Missing from: time", "found_at": "Found: date and time", "found_date": "Found: date",
        "found_time": "Found: time", "returned_at": "Returned: date and time", "returned_date": "Returned: date",
        "returned_time": "Returned: time", "reported_at": "Reported to the police",
        REPORT_TIME: "When this report was made",
    },
    "What the police say": {
        "status": "Status: missing, found, returned", "kind": "Kind: missing, away, absent", "risk": "Risk level",
        "circumstances": "Circumstances", "prevention_interview_at": "Prevention interview: when",
        "prevention_interview_outcome": "Prevention interview: outcome",
    },
    "Where, and by whom": {
        "missing_from_address": "Missing from where", "last_seen_location": "Last seen where",
        "found_location": "Found where", "found_by": "Found by",
    },
}  # fmt: skip
FIELD_WORDS: Mapping[str, str] = {field: text for group in FIELD_GROUPS.values() for field, text in group.items()}

UNDECIDED = "?"
NOT_KNOWN = "-"
"""In a form: the word stands for nothing known. An empty value would be no choice at all."""

MEANINGS: Mapping[str, list[tuple[str, str]]] = {
    "status": choices(ReportStatus),
    "kind": choices(EpisodeKind),
    "risk": choices(RiskLevel),
    "setting": choices(LivingSetting),
    "sex": [("female", "Female"), ("male", "Male"), ("other", "Other")],
    "known_to": [("yes", "Yes, known"), ("no", "No, not known to them")],
}
UNDECIDED_WORDS: Mapping[str, str] = {"sex": "Leave as written", "known_to": "Undecided: not known"}
"""Where an unknown word keeps no line out; everywhere else its lines wait for a person."""

LINES_WAIT = "Undecided: its lines wait"

OUTCOMES: Mapping[PreviewOutcome, str] = {
    PreviewOutcome.NEW_CHILD: "New child",
    PreviewOutcome.KNOWN_CHILD: "Known child, new episode",
    PreviewOutcome.KNOWN_EPISODE: "Known episode",
    PreviewOutcome.TO_DECIDE: "Needs a decision",
    PreviewOutcome.PROBLEM: "Problem",
    PreviewOutcome.BLANK: "Blank",
}

DAY_WORDS = dict(zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))
KEY_WORDS: Mapping[str, str] = {
    "name": "Name", "force": "Force", "description": "Description", "found_means_returned": "“Found” means back",
    "date_formats": "How dates are written", "own_authority": "Names of our council",
    "reference_pattern": "Pattern of references", "report_time_column": FIELD_WORDS[REPORT_TIME],
    "expected_by": "Expected by", "expected_days": "Expected on",
    "lists_changes_only": "Lists changes only",
}  # fmt: skip


def meaning_choices(field: str) -> list[tuple[str, str]]:
    """What a word of this field may mean, for a select."""
    undecided = UNDECIDED_WORDS.get(field, LINES_WAIT)
    return [(UNDECIDED, undecided), *MEANINGS[field], (NOT_KNOWN, "A blank: not known")]


def meaning_words(field: str, value: str) -> str:
    """What a value of a coded field is called."""
    return dict(MEANINGS.get(field, ())).get(value, value.replace("_", " ")) if value else "a blank: not known"


def change_words(change: Difference) -> tuple[str, str, str]:
    """(what, before, after) of a difference between two versions."""
    key, *rest = change.key
    if key == "columns":
        column = f"Column for: {FIELD_WORDS.get(rest[0], rest[0])}"
        return column, change.before or "not read", change.after or "not read"
    if key == "values":
        field, word = rest
        before, after = (meaning_words(field, text) if text else "no meaning" for text in (change.before, change.after))
        return f"{FIELD_WORDS.get(field, field)}: “{word}”", before, after
    return KEY_WORDS.get(key, key), change.before or "–", change.after or "–"


def facts_of(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(term, value) of what a definition says beside its columns and words."""
    yield "Force", definition["force"]
    yield "“Found” means back", "Yes" if definition.get("found_means_returned") else "No"
    yield KEY_WORDS["date_formats"], ", ".join(map(written, definition.get("date_formats") or ()))
    yield KEY_WORDS["report_time_column"], definition.get("report_time_column", "")
    yield KEY_WORDS["own_authority"], ", ".join(definition.get("own_authority") or ())
    yield KEY_WORDS["reference_pattern"], definition.get("reference_pattern", "")
    by, days = definition.get("expected_by", ""), definition.get("expected_days") or DAYS
    on = "every day" if len(days) == len(DAYS) else ", ".join(DAY_WORDS[day] for day in days)
    yield "Expected", f"by {by}, {on}" if by else ""
    yield (
        "What it lists",
        "Only what is new or has changed" if definition.get("lists_changes_only") else "Every child missing now",
    )


def columns_of(definition: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """(field in words, its columns' names), in the order of the groups."""
    columns = definition.get("columns") or {}
    return [(text, names_of(columns[field])) for field, text in FIELD_WORDS.items() if field in columns]


_PARTS = {"%d": "16", "%m": "11", "%Y": "2026", "%y": "26", "%b": "Nov", "%B": "November"}


def written(date_format: str) -> str:
    """`16/11/2026` for `%d/%m/%Y`; a format with other parts as it stands."""
    text = date_format
    for part, example in _PARTS.items():
        text = text.replace(part, example)
    return date_format if "%" in text else text
