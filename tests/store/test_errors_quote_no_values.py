"""What a database error says may be logged or shown: it must not quote what was about to be stored."""

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests import factories
from tests.conftest import NOON
from tracker.services.transaction import writing
from tracker.store.models import Child


def test_the_text_of_an_error_does_not_quote_a_childs_name(app: Flask) -> None:
    with pytest.raises(IntegrityError) as raised, writing() as session:
        held = factories.child(session, "Quillworth")
        session.add(Child(id=held.id, surname="Quillworth", forename="Ambrose", created_at=NOON))
        session.expunge(held)
        session.flush()
    assert "Ambrose" not in str(raised.value)
