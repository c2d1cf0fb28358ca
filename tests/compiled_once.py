"""What each application would compile anew, compiled once for all of a worker's tests: templates, addresses, SQL.

Every test has an application of its own, since many change theirs; compiling was two thirds of what its pages cost, and
a fifth of what a service did. A template is known by its name and its text, an address by its rule, a statement by the
key that SQLAlchemy gives it.
"""

from collections.abc import Callable
from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class KeptTemplates(BytecodeCache):
    """Jinja's own place for compiled templates, in memory. It asks for each by name and by the text it now has."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.compiled[bucket.key, bucket.checksum] = bucket.code


class KeptRule(Rule):
    """A rule whose two builders of addresses are taken from an equal rule before it."""

    built: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in self.built:
            self.built[key] = super()._compile_builder(append_unknown)
        return self.built[key]


def compile_once() -> None:
    """From now on, for every application of this process."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": KeptTemplates()}
    Flask.url_rule_class = KeptRule


_dialects: dict[str, Dialect] = {}
_statements: LRUCache[object, object] = LRUCache(4000)


def keep_statements(engine: Engine) -> None:
    """From now on this engine takes the SQL of a statement from whichever engine of its kind made it first.

    SQLAlchemy knows compiled statements by the dialect they are for, so all engines of a kind have the same. Of what
    its server can do a dialect learns when its own engine first connects.
    """
    if engine.dialect.name not in _dialects:
        engine.connect().close()
        _dialects[engine.dialect.name] = engine.dialect
    engine.dialect = _dialects[engine.dialect.name]
    engine.update_execution_options(compiled_cache=_statements)
