"""What to read first before minutes are passed on: words that may be a name, in the document without names."""

from tracker.core.names_left import may_be_names, small_words
from tracker.services.pages.group_shapes import GroupMeetingPage
from tracker.web.group.area import bp
from tracker.web.group.document import written_parts

Where = tuple[str, tuple[str, ...]]
"""The part of the minutes, and its words."""


@bp.app_template_global()
def words_to_read(page: GroupMeetingPage) -> tuple[Where, ...]:
    """Of each part in which there are any."""
    minutes = page.minutes or {}
    parts = written_parts(page)
    small = small_words(text for _, texts in parts for text in texts)
    people = [*(one["name"] for one in minutes["people"]), minutes["chair"], minutes["closed_by"]]
    found: dict[str, dict[str, None]] = {}
    for where, texts in parts:
        for text in texts:
            found.setdefault(where, {}).update(dict.fromkeys(may_be_names(text, people, small)))
    return tuple((where, tuple(words)) for where, words in found.items() if words)
