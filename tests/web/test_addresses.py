"""Addresses in templates are Flask's own, whatever was asked for before in the same request."""

from functools import cache
from typing import Any

from flask import Flask, g, url_for
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.bootstrap import create_app
from tracker.settings import load_settings
from tracker.web.addresses import ANY_ID, address


@cache
def application() -> Flask:
    return create_app(load_settings(environ={}, env="test", database_url="sqlite://", secret_key="t" * 40))


ids = st.integers(0, 9) | st.sampled_from((ANY_ID, ANY_ID - 1)) | st.integers(0, ANY_ID)
texts = st.sampled_from(("today", "", "a b&c/ä", "{}", "{episode_id}", str(ANY_ID), f"x{ANY_ID - 1}"))
more = st.fixed_dictionaries(
    {}, optional={"from": texts, "team": texts | ids | st.none(), "page": ids, "mine": st.booleans(),
                  "state": st.lists(texts, max_size=2)},
)  # fmt: skip
asked = st.one_of(
    st.tuples(st.just("today.index"), st.just({}), more),
    st.tuples(st.just("episodes.show"), st.fixed_dictionaries({"episode_id": ids}), more),
    st.tuples(st.just("interviews.end_visit"), st.fixed_dictionaries({"interview_id": ids, "visit_id": ids}), more),
    st.tuples(st.just("static"), st.fixed_dictionaries({"filename": texts.filter(bool)}), more),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(asked, min_size=1, max_size=6))
def test_an_address_is_what_flask_makes_of_it(several: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
    with application().test_request_context():
        for endpoint, needed, given_ in several:
            assert address(endpoint, **needed, **given_) == url_for(endpoint, **needed, **given_)


def test_a_shape_is_worked_out_once_a_request() -> None:
    with application().test_request_context():
        assert [address("episodes.show", episode_id=id_) for id_ in (1, 22, 333)] == [
            "/episodes/1", "/episodes/22", "/episodes/333",
        ]  # fmt: skip
        assert len(g.addresses) == 1
