"""Annex A list 8 and ssd_missing: counts of twelve months, and what was offered and accepted after the last episode."""

from datetime import date, timedelta

import pytest

from tests.core.made import HOUR, POLICY, gone, london
from tracker.core.annex_a import HEADERS, annex_table, listed_child, twelve_months_to
from tracker.core.interview_answers import Answer, accepted, offered
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.looked_after import Extract, LookedAfterChild
from tracker.core.missing_episode import MissingEpisode
from tracker.core.ssd_missing import ssd_table
from tracker.core.ssda903 import collection_year
from tracker.core.ssda903_rows import missing_rows
from tracker.core.terms import EpisodeKind, LivingSetting

DAY = date(2026, 10, 31)
PERIOD = twelve_months_to(DAY)
START = london("2026-09-01 10:00")
BACK = london("2026-09-02 10:00")
EPISODE = gone(1, 1, START, BACK, notified_at=BACK, setting=LivingSetting.LOOKED_AFTER)


def answers(episode: MissingEpisode, *held: ReturnHomeInterview) -> tuple[Answer, Answer]:
    return offered(episode, held, PERIOD.end_at, POLICY), accepted(episode, held, PERIOD.end_at, POLICY)


def interview(**facts: object) -> ReturnHomeInterview:
    return ReturnHomeInterview(1, frozenset({1}), **facts)


AT = BACK + 5 * HOUR
LATER = PERIOD.end_at + HOUR


@pytest.mark.parametrize(
    ("episode", "held", "expected"),
    [
        (EPISODE, [], (Answer.NO, Answer.NOT_ASKED)),
        (EPISODE, [interview(offered_at=AT)], (Answer.YES, Answer.UNKNOWN)),
        (EPISODE, [interview(accepted_at=AT)], (Answer.YES, Answer.YES)),
        (EPISODE, [interview(completed_at=AT)], (Answer.YES, Answer.YES)),
        (EPISODE, [interview(declined_at=AT)], (Answer.YES, Answer.NO)),
        (EPISODE, [interview(accepted_at=AT, declined_at=AT + HOUR)], (Answer.YES, Answer.NO)),
        (EPISODE, [interview(offered_at=LATER)], (Answer.NO, Answer.NOT_ASKED)),
        (EPISODE, [interview(not_required_approved_at=AT)], (Answer.NOT_REQUIRED, Answer.NOT_ASKED)),
        (gone(1, 1, START), [], (Answer.NOT_ASKED, Answer.NOT_ASKED)),
        (gone(1, 1, START, BACK), [], (Answer.UNKNOWN, Answer.UNKNOWN)),
    ],
    ids=[
        "nothing", "offered", "accepted", "held", "declined", "accepted then declined", "offered later",
        "not required", "not back", "history",
    ],
)  # fmt: skip
def test_offered_and_accepted(
    episode: MissingEpisode, held: list[ReturnHomeInterview], expected: tuple[Answer, Answer]
) -> None:
    assert answers(episode, *held) == expected


def test_a_childs_line_counts_the_twelve_months_and_speaks_of_the_last_missing_episode() -> None:
    history = [
        gone(2, 1, london("2025-10-31 23:50"), london("2025-10-31 23:59")),  # the day before the twelve months
        gone(3, 1, london("2025-11-01 00:00"), london("2025-11-01 05:00")),
        EPISODE,
        gone(4, 1, london("2026-10-20 10:00"), london("2026-10-20 20:00"), kind=EpisodeKind.AWAY),
        gone(5, 1, london("2026-10-31 23:00")),  # not back: the answers are about the one before
    ]
    line = listed_child(1, "C1", history, [interview(completed_at=AT)], PERIOD, POLICY)
    assert line.cells == ("C1", 3, 1, "a) Yes", "a) Yes")
    assert line.last_id == EPISODE.id


def test_a_child_never_missing_has_noughts_and_blanks() -> None:
    line = listed_child(1, "C1", [], [], PERIOD, POLICY)
    assert annex_table([line], DAY).rows == (("C1", 0, 0, "", ""),)
    assert len(HEADERS) == len(line.cells)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 10, 31), date(2025, 11, 1)),
        (date(2028, 2, 28), date(2027, 2, 28)),  # the day after is 29 February
        (date(2028, 2, 29), date(2027, 3, 1)),
    ],
    ids=str,
)
def test_the_twelve_months(day: date, first: date) -> None:
    period = twelve_months_to(day)
    assert (period.start_on, period.last_day) == (first, day)


def test_the_sector_dataset_has_a_row_for_each_stretch() -> None:
    episode = gone(
        1, 1, START, BACK + timedelta(days=2), found_at=BACK, notified_at=BACK, setting=LivingSetting.LOOKED_AFTER
    )
    extract = Extract({1: LookedAfterChild("C1", date(2011, 1, 1))})
    rows = missing_rows([episode], extract, collection_year(2026), POLICY)
    held = [interview(declined_at=BACK + timedelta(days=2, hours=3))]
    table = ssd_table(rows, {1: episode}, {1: held}, PERIOD.end_at, POLICY)
    assert table.rows == (
        ("1", "C1", "2026-09-01", "M", "2026-09-02", "Y", "N"),
        ("1-away", "C1", "2026-09-02", "A", "2026-09-04", "Y", "N"),
    )
    unknown = missing_rows([episode], Extract(), collection_year(2026), POLICY)
    assert ssd_table(unknown, {1: episode}, {}, PERIOD.end_at, POLICY).rows == ()
