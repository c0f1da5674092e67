"""Facts as the text an order's document keeps."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain import facts as domain
from order_projector.domain.facts import Details, Event, Fact, Snapshot, identity
from order_projector.projection import codec

TEXTS = st.text(max_size=8)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
st.register_type_strategy(Mapping, st.dictionaries(TEXTS, JSON, max_size=3))

FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.from_type(domain.Redemption),
    st.from_type(domain.Stack),
    st.from_type(domain.Rollback),
    st.from_type(domain.Payment),
    st.from_type(domain.Refund),
    st.from_type(domain.Snapshot),
)


@settings(max_examples=150, deadline=None)
@given(FACTS)
def test_every_fact_comes_back_as_it_was(fact: Fact) -> None:
    name = identity(fact)

    back = codec.parse(name, codec.dump(name, fact))

    assert back == fact
    assert repr(back) == repr(fact)


def test_metadata_keeps_its_nulls_its_keys_and_their_sequence() -> None:
    metadata: dict[str, Any] = {"b": None, "a.b": {"$ref": [None, 1.0, 2**70]}, "": "ü"}
    fact = Snapshot(Event(1, "e1"), 1, Details(metadata=metadata))

    text = codec.dump("event e1", fact)

    assert text == (
        '{"event":{"created_at":1,"id":"e1"},"at":1,"details":{"excess":0,"metadata":'
        '{"b":null,"a.b":{"$ref":[null,1.0,1180591620717411303424]},"":"ü"}},"kind":"snapshot"}'
    )
    back = codec.parse("event e1", text)
    assert isinstance(back, Snapshot)
    assert list(back.details.metadata or {}) == ["b", "a.b", ""]


def test_an_identity_of_no_known_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        codec.parse("voucher v_1", "{}")
