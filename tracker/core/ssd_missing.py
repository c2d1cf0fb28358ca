"""The table ssd_missing of the Standard Safeguarding Dataset: a row for each stretch that the looked-after return has,
with whether an interview was offered and accepted. Dates are ISO, answers Y, N, NA or nothing (specification 2024-25).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tracker.core.interview_answers import Answer, accepted, offered
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.policy import Policy
from tracker.core.ssda903 import MissingRow, RowNote
from tracker.core.ssda903_checks import day_of
from tracker.core.tables import Table

HEADERS = (
    "miss_table_id", "miss_person_id", "miss_missing_episode_start_date", "miss_missing_episode_type",
    "miss_missing_episode_end_date", "miss_missing_rhi_offered", "miss_missing_rhi_accepted",
)  # fmt: skip

_WORDS = {Answer.YES: "Y", Answer.NO: "N", Answer.NOT_REQUIRED: "NA", Answer.UNKNOWN: "", Answer.NOT_ASKED: ""}


def ssd_table(
    rows: Sequence[MissingRow],
    episodes: Mapping[int, MissingEpisode],
    held: Mapping[int, Sequence[ReturnHomeInterview]],
    now: datetime,
    policy: Policy,
) -> Table:
    """`episodes` and `held` by the episode's id. Rows that name no child stay behind, as in the return.

    The part of an episode from being found to the return has its own id: the episode's, with `-away`.
    """
    found = []
    for row in rows:
        if row.child and row.episode_id is not None:
            episode = episodes[row.episode_id]
            given = held.get(episode.id, ())
            suffix = "-away" if RowNote.FOUND_NOT_BACK in row.notes else ""
            found.append(
                (
                    f"{episode.id}{suffix}", row.child, _iso(row.mis_start), row.missing, _iso(row.mis_end),
                    _WORDS[offered(episode, given, now, policy)], _WORDS[accepted(episode, given, now, policy)],
                )
            )  # fmt: skip
    return Table("ssd_missing", "Standard Safeguarding Dataset: ssd_missing", HEADERS, tuple(found))


def _iso(text: str) -> str:
    day = day_of(text)
    return day.isoformat() if day else ""
