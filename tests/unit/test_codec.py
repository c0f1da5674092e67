"""Facts as the text that an order's document stores."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain import facts as domain
from order_projector.domain.details import EventDetails
from order_projector.domain.facts import (
    EventStamp,
    Fact,
    Rollback,
    Snapshot,
    identity,
)
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
    fact = Snapshot(EventStamp(1, "e1"), 1, EventDetails(metadata=metadata))

    text = codec.dump("event e1", fact)

    assert text == (
        '{"event":{"created_at":1,"id":"e1"},"at":1,"details":{"discrepancy":0,"metadata":'
        '{"b":null,"a.b":{"$ref":[null,1.0,1180591620717411303424]},"":"ü"}},"kind":"snapshot"}'
    )
    back = codec.parse("event e1", text)
    assert isinstance(back, Snapshot)
    assert list(back.details.metadata or {}) == ["b", "a.b", ""]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("voucher v_1", "{}", "holds a fact of an unknown kind"),
        ("", "{}", "holds a fact of an unknown kind"),
        ("refund ref_1", "{", "holds a refund that cannot be read"),
        ("refund ref_1", '{"id":"ada@example.com"}', "holds a refund that cannot be read"),
        ("payment succeeded p_1", "null", "holds a payment that cannot be read"),
    ],
)
def test_what_is_no_fact_of_this_release_is_refused_without_a_word_of_what_it_says(
    name: str, text: str, reason: str
) -> None:
    with pytest.raises(codec.UnreadableFact) as caught:
        codec.load(name, text)
    assert str(caught.value) == reason
    assert caught.value.__cause__ is None


def test_a_fact_does_not_stand_under_the_identity_of_another() -> None:
    fact = Rollback("rr_1", EventStamp(1, "e1"), 1, redemption="r_1")
    text = codec.dump("rollback rr_1", fact)

    for name in ("rollback rr_2", "redemption rr_1"):
        with pytest.raises(codec.UnreadableFact):
            codec.load(name, text)
    assert codec.load("rollback rr_1", text) is fact
