"""Agenda and minutes as the values of a document: `templates/reports/minutes.typ` sets both.

Minutes are set from what was frozen, so that the same minutes always give the same document. The one without names
leaves out the names that are held by now, too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.core.clock import local_date, show_day, show_instant
from tracker.core.group_agenda import Why
from tracker.core.group_minutes import number_of, without_names
from tracker.core.group_terms import AgendaReason, Attendance, GroupDecision
from tracker.services.group_documents import Agenda
from tracker.services.pages.group_shapes import ChildPicture, Decided, GroupMeetingPage, ItemRow
from tracker.web.filters import plural
from tracker.web.group.area import bp, why_words
from tracker.web.words import words

TITLE = "Operational group"
WITH_NAMES = "Official-sensitive. Holds children’s names: for members of the group only."
WITHOUT_NAMES = "Official-sensitive. For circulation: children’s numbers stand for their names."

LEFT_OUT = "Left out of the agenda"
SAID_OF_THEM = "What was said of them"
OTHER_BUSINESS = "Any other business"
CORRECTIONS = "Corrections since the minutes were frozen"

Text = tuple[str, str]
"""A term and what is said of it."""


def agenda_values(agenda: Agenda) -> dict[str, object]:
    """Every child with why they are on it, and what must be known, one after another."""
    page = agenda.page
    return {
        "title": f"{TITLE}: agenda",
        "subtitle": show_instant(page.meets_at),
        "mark": WITH_NAMES,
        "facts": [
            ("Where", page.place),
            ("Chair", page.chair),
            ("Invited", "; ".join(one.name for one in page.members)),
        ],
        "people": {"title": "", "headers": [], "rows": []},
        "items": [_agenda_item(row, child) for row, child in agenda.children],
        "empty": "No child is on the agenda.",
        "rest": [_left_out([(one.child_name, one.left_out_reason or "") for one in page.left_out])],
        "seal": "",
    }


def _agenda_item(row: ItemRow, child: ChildPicture) -> dict[str, object]:
    texts: list[Text] = [
        ("Missing", f"{plural(child.in_90_days, 'time')} in 90 days, {plural(child.in_365_days, 'time')} in 365 days")
    ]
    if row.asked_why:
        texts.insert(0, ("Asked for because", row.asked_why))
    if child.past:
        texts.append((f"Decided on {show_day(local_date(child.past[0].meets_at))}", _decided(child.past[0])))
    actions = [[one.what, one.owner, show_day(one.due_on)] for one in child.open_actions]
    heading = f"{row.place}. {row.child_name} ({number_of(row.child_id)})"
    return _item(heading, [why_words(why) for why in row.reasons], texts, actions, f"To be done: {row.child_name}")


def _decided(past: Decided) -> str:
    if past.left_out_reason:
        return f"Left out: {past.left_out_reason}"
    return ". ".join(part for part in (words(past.decision), past.words) if part) or "Nothing was decided"


def minutes_values(page: GroupMeetingPage, *, names: bool) -> dict[str, object]:
    """`names`: the children's names stand in it; otherwise their numbers, in everything that was written too."""
    minutes = page.minutes or {}
    clean = _keep if names else _cleaned(page)
    return {
        "title": f"{TITLE}: minutes",
        "subtitle": show_instant(datetime.fromisoformat(minutes["meets_at"])),
        "mark": WITH_NAMES if names else WITHOUT_NAMES,
        "facts": _facts(minutes),
        "people": {
            "title": "Who was there",
            "headers": ["Name", "Attendance"],
            "rows": [[one["name"], _came(one["attendance"])] for one in minutes["people"]],
        },
        "items": [_minutes_item(no, one, names, clean) for no, one in enumerate(minutes["items"], start=1)],
        "empty": "No child was on the agenda.",
        "rest": _rest(page, minutes, names, clean),
        "seal": f"These minutes were frozen when the meeting was closed. SHA-256: {page.sha256}",
    }


@dataclass(frozen=True)
class MinutesShown:
    """The frozen minutes as the page shows them, with names."""

    people: tuple[dict[str, str], ...]
    items: tuple[dict[str, Any], ...]
    rest: tuple[dict[str, object], ...]


@bp.app_template_global()
def minutes_shown(page: GroupMeetingPage) -> MinutesShown:
    """The same words as in the document, for a page that has its minutes."""
    minutes = page.minutes or {}
    items = []
    for no, one in enumerate(minutes["items"], start=1):
        made = _minutes_item(no, one, True, _keep)
        items.append({**made, "child_id": one["child_id"], "actions": made["actions"]["rows"]})
    came = tuple({"name": one["name"], "came": _came(one["attendance"]).lower()} for one in minutes["people"])
    return MinutesShown(came, tuple(items), tuple(_rest(page, minutes, True, _keep)))


Clean = Callable[[str, int | None], str]
"""A text, and the child whom it is about, if it is about one → the text as it is shown."""


def _keep(text: str, _child_id: int | None = None) -> str:
    return text


def _cleaned(page: GroupMeetingPage) -> Clean:
    def clean(text: str, child_id: int | None = None) -> str:
        return without_names(text, sorted(page.named, key=lambda one: (one.child_id != child_id, one.child_id)))

    return clean


_WRITTEN = ("Asked for because", "Discussion", "In words")
_PARTS = (LEFT_OUT, SAID_OF_THEM, OTHER_BUSINESS, CORRECTIONS)


def written_parts(page: GroupMeetingPage) -> list[tuple[str, list[str]]]:
    """What people wrote, as it stands in the document without names: the part of the minutes, and its texts."""
    minutes, clean = page.minutes or {}, _cleaned(page)
    found: list[tuple[str, list[str]]] = []
    for no, one in enumerate(minutes["items"], start=1):
        made = _minutes_item(no, one, False, clean)
        texts = [text for term, text in made["texts"] if term in _WRITTEN]
        actions = [text for what, who, _by in made["actions"]["rows"] for text in (what, who)]
        found.append((number_of(one["child_id"]), [*texts, *actions]))
    for part in _rest(page, minutes, False, clean):
        if part["title"] in _PARTS:
            found.append((str(part["title"]), [text for _, text in part["texts"]]))
    return found


def _facts(minutes: Mapping[str, Any]) -> list[Text]:
    began, closed = (datetime.fromisoformat(minutes[name]) for name in ("started_at", "closed_at"))
    return [
        ("Where", minutes["place"]),
        ("Chair", minutes["chair"]),
        ("Began", show_instant(began)),
        ("Closed", f"{show_instant(closed)}, by {minutes['closed_by']}"),
    ]


def _came(attendance: str | None) -> str:
    return words(Attendance(attendance)) if attendance else "Not recorded"


def _minutes_item(no: int, one: Mapping[str, Any], names: bool, clean: Clean) -> dict[str, Any]:
    child_id = one["child_id"]
    texts: list[Text] = [("Decision", words(GroupDecision(one["decision"]))), ("In words", one["words"])]
    if one["discussion"]:
        texts.insert(0, ("Discussion", one["discussion"]))
    if one["asked_why"]:
        texts.insert(0, ("Asked for because", one["asked_why"]))
    for term, name in (("MARAMP by", "maramp_on"), ("Bring back on", "bring_back_on")):
        if one[name]:
            texts.append((term, show_day(date.fromisoformat(one[name]))))
    actions = [
        [clean(action["what"], child_id), clean(action["owner"], child_id), _day(action["due_on"])]
        for action in one["actions"]
    ]
    shown = [(term, clean(text, child_id)) for term, text in texts]
    who = _who(one, names)
    reasons = [why_words(_why(why)) for why in one["reasons"]]
    return _item(f"{no}. {who}", reasons, shown, actions, f"Actions: {who}")


def _item(
    heading: str, reasons: list[str], texts: Sequence[Text], actions: list[list[str]], title: str
) -> dict[str, Any]:
    return {
        "heading": heading,
        "reasons": reasons,
        "texts": texts,
        "actions": {"title": title, "headers": ["What", "Who", "By"], "rows": actions},
    }


def _who(one: Mapping[str, Any], names: bool) -> str:
    number = number_of(one["child_id"])
    return f"{one['forename']} {one['surname']} ({number})" if names else number


def _why(why: Mapping[str, Any]) -> Why:
    return Why(AgendaReason(why["reason"]), date.fromisoformat(why["on"]) if why["on"] else None, why["rule"])


def _rest(page: GroupMeetingPage, minutes: Mapping[str, Any], names: bool, clean: Clean) -> list[dict[str, Any]]:
    left = [(_who(one, names), clean(one["why"], one["child_id"])) for one in minutes["left_out"]]
    said = [(_who(one, names), clean(one["discussion"], one["child_id"])) for one in minutes["left_out"]
            if one["discussion"]]  # fmt: skip
    next_at = minutes["next_at"]
    notes = [(f"{show_instant(one.added_at)}, {one.added_by}", clean(one.text, None)) for one in page.notes]
    return [
        _left_out(left),
        {"title": SAID_OF_THEM, "texts": said, "none": ""},
        {
            "title": OTHER_BUSINESS,
            "texts": [("", clean(minutes["other_business"], None))] if minutes["other_business"] else [],
            "none": "None.",
        },
        {
            "title": "Next meeting",
            "texts": [("", show_instant(datetime.fromisoformat(next_at)))] if next_at else [],
            "none": "Not arranged yet.",
        },
        {"title": CORRECTIONS, "texts": notes, "none": ""},
    ]


def _left_out(rows: Sequence[Text]) -> dict[str, object]:
    return {"title": LEFT_OUT, "texts": list(rows), "none": ""}


def _day(text: str) -> str:
    return show_day(date.fromisoformat(text))
