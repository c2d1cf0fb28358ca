"""One PostgreSQL database for test after test: emptied after each, which takes a tenth of making it anew.

What a test may leave behind is rows, numbers drawn and connections; all three are taken away. Its tables it leaves as
they are: whatever would change them is refused, and the test has a database of its own instead (see conftest.py).
"""

from contextlib import ExitStack

import sqlalchemy as sa

from tests import postgres

AT_MOST = 200
"""After so many tests it is made anew: rows deleted still take room, and nobody sweeps them up."""

REFUSE_CHANGES = """
    CREATE FUNCTION refuse_changes() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'other tests use this database after this one: tests that change tables need one of their own';
    END $$;
    CREATE EVENT TRIGGER refuse_changes ON ddl_command_end EXECUTE FUNCTION refuse_changes();
"""
SEND_EVERYBODY_AWAY = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
START_NUMBERS_AGAIN = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE last_value IS NOT NULL
"""
TABLES = """
    SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


class EmptiedDatabase:
    """Made from a template in which no table has a row. `url()` says where it is; `empty()` when done with it."""

    def __init__(self, template: str, server: str) -> None:
        self.template, self.server = template, server
        self.uses = 0
        self._held = ExitStack()

    def url(self) -> str:
        if self.uses % AT_MOST == 0:
            self._make()
        self.uses += 1
        return self._url

    def _make(self) -> None:
        self._held.close()
        self._url = self._held.enter_context(postgres.made_from(self.template, self.server))
        self._admin = self._held.enter_context(postgres.administering(self._url))
        self._admin.execute(sa.text(REFUSE_CHANGES))
        self._admin.execute(sa.text("SET session_replication_role = replica"))  # rows go in whatever order
        tables = self._admin.scalars(sa.text(TABLES)).all()
        self._find_rows = sa.text(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
        )
        assert self._with_rows() == [], "the template has rows, which emptying would not bring back"

    def _with_rows(self) -> list[str]:
        return list(self._admin.scalars(self._find_rows))

    def empty(self) -> None:
        self._admin.execute(sa.text(SEND_EVERYBODY_AWAY))
        for table in self._with_rows():
            self._admin.execute(sa.text(f"DELETE FROM {table}"))
        self._admin.execute(sa.text(START_NUMBERS_AGAIN))

    def close(self) -> None:
        self._held.close()
