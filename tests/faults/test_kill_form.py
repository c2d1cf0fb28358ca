"""kill -9 of a real `tracker serve` while a section is saved as typed: what was answered as saved is there, whole."""

import http.client
import json
import random
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from flask import Flask

from tests.conftest import NOON
from tests.faults import commands
from tests.faults.smtp_servers import closed_port
from tests.faults.test_kill_push import serving
from tests.services import world
from tracker.services.context import Context
from tracker.services.record_interview import allocate
from tracker.services.sessions import start_session
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Interview, InterviewSection

KILLS = max(2, commands.kills() // 6)


@dataclass
class Typist:
    """Types on and on, and sends each state as a page does. `saved`: version → text, as it was answered."""

    interview_id: int
    person_id: int
    cookie: str
    version: int = 0
    tries: int = 0
    saved: dict[int, str] = field(default_factory=dict)

    def type_on(self, port: int) -> None:
        """Until no answer comes any more."""
        try:
            token, cookies = self._token(port)
            while True:
                self.tries += 1
                text = f"Text {self.tries}. " + "word " * 400
                told = self._send(port, token, cookies, text.strip())
                self.version = int(told["version"])
                self.saved[self.version] = text.strip()
        except (OSError, http.client.HTTPException, ValueError):
            return

    def _token(self, port: int) -> tuple[str, str]:
        headers = {"Cookie": f"tracker={self.cookie}", "Accept": "application/json"}
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", f"/interviews/{self.interview_id}/form/token", headers=headers)
            answer = connection.getresponse()
            kept = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
            return str(json.loads(answer.read())["token"]), f"tracker={self.cookie}; {kept}"

    def _send(self, port: int, token: str, cookies: str, text: str) -> dict[str, object]:
        given = {"csrf_token": token, "version": self.version, "writer": self.person_id, "q-words": text}
        headers = {
            "Cookie": cookies, "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("POST", f"/interviews/{self.interview_id}/form/own_words", urlencode(given), headers)
            answer = connection.getresponse()
            document: dict[str, object] = json.loads(answer.read())
        assert answer.status in (200, 409), document
        if answer.status == 409:  # the save before the kill was kept and its answer was lost: go on from it
            self.version += 1
            return self._send(port, token, cookies, text)
        return document


def test_killed_while_it_saves_nothing_acknowledged_is_lost(app: Flask, database_url: str, context: Context) -> None:
    chance = random.Random(20261126)
    lead = world.people().alice
    interview_id = allocate(context, episode_id=world.episode(context), person_id=lead.person_id)
    typist = Typist(interview_id, lead.person_id, start_session(context, lead.person_id, timedelta(hours=12)))
    session().rollback()
    for _ in range(KILLS):
        port, before = closed_port(), len(typist.saved)
        with serving(database_url, port):
            typing = threading.Thread(target=typist.type_on, args=(port,))
            typing.start()
            assert commands.wait_until(lambda before=before: len(typist.saved) > before + 3, 60), "it saves"
            time.sleep(chance.random() * 0.1)  # in the middle of a save, or between two
        typing.join(timeout=60)
        assert not typing.is_alive()
        session().rollback()
        held = session().get_one(InterviewSection, (interview_id, "own_words"), populate_existing=True)
        newest = max(typist.saved)
        assert held.version in (newest, newest + 1), "at most the one that was never answered came after"
        whole = f"Text {typist.tries}. " + "word " * 400
        expected = typist.saved[newest] if held.version == newest else whole.strip()
        assert held.answers == {"words": expected}, "the newest that was answered, or the one after it, whole"
        session().rollback()
    assert session().get_one(Interview, interview_id).form_started_at == NOON
    assert list(audit.broken_links(session())) == []
