"""How long the form of an interview takes to save: every section, with 2,000 characters in each long text."""

import statistics
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tracker.bench.measures import Measure, median_ms, timed
from tracker.core.interview_form import MORE, InterviewForm, Question, QuestionKind, Section
from tracker.core.terms import Role
from tracker.services import people
from tracker.services.context import Context
from tracker.services.sessions import start_session
from tracker.services.transaction import writing
from tracker.store.models import Child, Episode, Interview, InterviewEpisode

LENGTH = 2_000
TIMES = 20
EMPTY_PAGE = "/account"
"""A page that shows nothing of any child: what any request costs."""


def measure_form(app: Flask, context: Context, cookie: str, lifetime: timedelta) -> Iterator[Measure]:
    """Saved by the lead through Flask's test client, as a page that saves as typed sends it; nothing is unchanged."""
    form = context.rules.interview_form
    interview_id = _interview(context)
    if form is None or interview_id is None:
        yield Measure("form", "Form of an interview", note="there is none")
        return
    lead_id = people.add_person(
        context, email="form@bench.invalid", name="Bench Writer", roles=[Role.LEAD], password=None
    )
    client = app.test_client()
    client.set_cookie(cookie, start_session(context, lead_id, lifetime))
    token = client.get(f"/interviews/{interview_id}/form/token").get_json()["token"]
    empty, _ = median_ms(lambda: client.get(EMPTY_PAGE), TIMES)
    writer = _Writer(client, form, interview_id, {"csrf_token": token, "writer": lead_id})
    writer.save_all()  # begun, and not counted
    wholes, sections = [], []
    for _ in range(TIMES):
        taken = writer.save_all()
        sections += taken
        wholes.append(sum(taken))
    whole = round(statistics.median(wholes), 2)
    sizes = {"sections": len(form.sections), "characters": writer.characters}
    yield Measure(
        "form",
        "Form of an interview, every section full",
        {
            "whole_median_ms": whole,
            "whole_longest_ms": round(max(wholes), 2),
            "section_median_ms": round(statistics.median(sections), 2),
            "section_longest_ms": round(max(sections), 2),
            "empty_page_ms": empty,
            "whole_to_empty_page": round(whole / empty, 1),
            **sizes,
        },
    )


class _Writer:
    """Goes on saving the same form with other words, each section from the version it was answered last."""

    def __init__(self, client: FlaskClient, form: InterviewForm, interview_id: int, own: dict[str, Any]) -> None:
        self.client, self.form, self.interview_id, self.own = client, form, interview_id, own
        self.versions = {section.code: 0 for section in form.sections}
        self.turn = 0
        self.characters = 0

    def save_all(self) -> list[float]:
        """The milliseconds of each section."""
        self.turn += 1
        self.characters = 0
        return [1000 * self._save(section) for section in self.form.sections]

    def _save(self, section: Section) -> float:
        given: dict[str, Any] = {**self.own, "version": self.versions[section.code]}
        for question in section.questions:
            given |= {f"q-{field}": value for field, value in self._answers(question).items()}
        self.characters += sum(len(value) for value in given.values() if isinstance(value, str))
        address = f"/interviews/{self.interview_id}/form/{section.code}"
        answers: list[Any] = []
        seconds = timed(
            lambda: answers.append(self.client.post(address, data=given, headers={"Accept": "application/json"}))
        )
        if answers[0].status_code != 200:
            raise RuntimeError(f"saving {section.code} was answered {answers[0].status}")
        self.versions[section.code] = answers[0].get_json()["version"]
        return seconds

    def _answers(self, question: Question) -> dict[str, str | list[str]]:
        text = f"{self.turn} " + ("word " * LENGTH)[: LENGTH - 4]
        codes = [code for code, _ in question.options]
        answers: dict[str, str | list[str]] = {question.code: text if question.kind is QuestionKind.LONG_TEXT else "A"}
        if codes:
            answers[question.code] = codes if question.kind is QuestionKind.CHOICES else codes[self.turn % 2]
        return answers | ({question.code + MORE: text[:200]} if question.more else {})


def _interview(context: Context) -> int | None:
    """A new interview of the newest episode in the counts, held nowhere else: only for the measuring."""
    with writing() as session:
        query = select(Episode.id).join(Child).where(Episode.excluded.is_(None), Child.merged_into_id.is_(None))
        episode_id = session.scalar(query.order_by(Episode.id.desc()).limit(1))
        if episode_id is None:
            return None
        row = Interview(created_at=context.now, links=[InterviewEpisode(episode_id=episode_id)])
        session.add(row)
        session.flush()
        return row.id
