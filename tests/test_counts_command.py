"""Counts from the command line: one document with every count and its definition, or sentences."""

import pytest

from tests.test_admin_commands import database, document, run
from tracker.core.period_counts import COUNTS, IMPLIED, REST

__all__ = ["database"]


@pytest.mark.usefixtures("database")
class TestCounts:
    def test_of_a_period_with_their_definitions(self) -> None:
        found = document("counts", "2026-01-01", "2026-03-31")
        assert (found["first_day"], found["last_day"]) == ("2026-01-01", "2026-03-31")
        assert set(found["counts"]) == set(found["definitions"]) == {*COUNTS, *REST, *IMPLIED}
        assert found["counts"]["required"] == {"all": 0, "ours": 0, "other": 0}
        assert (
            "Completed in 72 hours: 0 (ours 0, other councils’ 0)" in run("counts", "2026-01-01", "2026-03-31").stdout
        )

    def test_what_is_no_period_is_a_sentence_and_exit_code_2(self) -> None:
        found = document("counts", "2026-03-31", "2026-01-01", code=2)
        assert found["problems"][0]["code"] == "wrong_order"
        run("counts", "2026-02-30", "2026-03-31", code=2)
