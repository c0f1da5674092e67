"""The stored document's layout and limits."""

from typing import Any

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.projection import document
from order_projector.projection.bson_size import Unstorable, size_of
from order_projector.projection.document import compose, read_state
from order_projector.projection.ports import OrderWrite, ProjectionState, Unusable, UnusableReason
from tests.support.stored import told

STATE = ProjectionState(
    counter=3,
    revision=2,
    facts={"payment succeeded p.$1": told("{}", known_at=2**40)},
    digests={"id": "00ff"},
    changes=("id",),
    causes=("e1", "e2"),
    pending=("e3",),
    offsets={("topic.with.dots", 4): 2**40},
    traceparent=None,
    retired=("e0",),
)

KEYS = st.text(max_size=8).filter(lambda key: "\0" not in key)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=30,
)


def order_with(metadata: dict[str, Any], state: ProjectionState = STATE) -> OrderWrite:
    return OrderWrite("o", 2, {"id": "o", "metadata": metadata}, state)


def test_the_served_order_stands_at_the_top_level_between_id_and_bookkeeping() -> None:
    assert list(compose(order_with({}))) == ["_id", "id", "metadata", "_projection"]


def test_the_bookkeeping_comes_back_as_it_was() -> None:
    stored = bson.decode(bson.encode(compose(order_with({}))))

    assert read_state(stored) == STATE


@pytest.mark.parametrize(
    ("changed", "reason", "message"),
    [
        ({}, "foreign_document", "a document of that id has no _projection"),
        (
            {"_projection": "ada@example.com"},
            "foreign_document",
            "_projection of its document is not an object",
        ),
        ({"_projection": None}, "foreign_document", "_projection of its document is not an object"),
        ({"_projection": []}, "foreign_document", "_projection of its document is not an object"),
        ({"_projection": {}}, "foreign_document", "_projection of its document has no layout"),
        (
            {"_projection": {"counter": 1, "revision": 1}},
            "foreign_document",
            "_projection of its document has no layout",
        ),
        (
            {"_projection": {"layout": 2}},
            "newer_layout",
            "its document has layout 2, this release reads 1",
        ),
    ],
)
def test_a_document_of_somebody_else_has_no_bookkeeping(
    changed: dict[str, Any], reason: str, message: str
) -> None:
    assert read_state({"_id": "o", **changed}) == Unusable(UnusableReason(reason), message)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("counter", 1.0),
        ("counter", "1"),
        ("counter", True),
        ("counter", 0),
        ("revision", None),
        ("revision", -1),
        ("layout", "1"),
        ("layout", 0),
        ("layout", None),
        ("rules", 0),
        ("written_at", -1),
        ("erased", None),
        ("facts", {"event e1": "{}"}),
        ("facts", [["event e1", "{}", 1, 0]]),
        ("facts", [{"id": "event e1", "text": "{}", "rules": 1}]),
        ("facts", [{"id": "event e1", "text": "{}", "rules": "ada@example.com", "known_at": 0}]),
        ("facts", [{"id": "event e1", "text": None, "rules": 1, "known_at": 0}]),
        ("apart", [7]),
        ("claims", [7]),
        ("imports", [7]),
        ("flags", [{"code": "discount_cut"}]),
        ("revision_flags", [7]),
        ("facts", [7]),
        ("facts", None),
        ("digests", [["id", "00ff"]]),
        ("digests", {"id": 7}),
        ("changes", "id"),
        ("changes", [None]),
        ("causes", [7]),
        ("pending", {"e1": 1}),
        ("retired", 7),
        ("offsets", [["t", 0]]),
        ("offsets", [["t", "0", 1]]),
        ("offsets", [["t", 0, 1.5]]),
        ("offsets", {"t": 1}),
        ("traceparent", 7),
    ],
)
def test_bookkeeping_of_another_shape_makes_no_sense_and_is_told_without_its_values(
    field: str, value: Any
) -> None:
    stored = compose(order_with({}))
    stored["_projection"][field] = value

    unusable = read_state(stored)

    assert isinstance(unusable, Unusable)
    assert unusable.reason is UnusableReason.BOOKKEEPING
    assert unusable.message.startswith(f"_projection.{field} of its document is invalid (")
    assert "ada" not in unusable.message


OPTIONAL = {"layout", "seal"}  # without a layout it is foreign; a seal only reveals damage
FIELDS = [name for name in compose(order_with({}))["_projection"] if name not in OPTIONAL]


@pytest.mark.parametrize("field", FIELDS)
def test_bookkeeping_that_lacks_a_key_makes_no_sense(field: str) -> None:
    stored = compose(order_with({}))
    del stored["_projection"][field]

    assert read_state(stored) == Unusable(
        UnusableReason.BOOKKEEPING, f"_projection.{field} of its document is invalid (missing)"
    )


def test_a_fact_that_stands_there_twice_makes_no_sense() -> None:
    stored = compose(order_with({}))
    stored["_projection"]["facts"] *= 2

    assert read_state(stored) == Unusable(
        UnusableReason.BOOKKEEPING, "_projection.facts of its document holds a fact twice"
    )


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=4))
def test_the_size_counted_is_the_size_in_bson(value: dict[str, Any]) -> None:
    assert size_of(value) == len(bson.encode(value))


def test_the_size_of_a_long_array_counts_the_digits_of_its_indexes() -> None:
    value = {"a": [0] * 1001}

    assert size_of(value) == len(bson.encode(value))


def test_of_more_than_15_served_megabytes_none_fit_and_the_reason_names_the_size() -> None:
    empty = size_of({"_id": "o", **order_with({"x": ""}).order})
    most = "x" * (15_000_000 - empty)

    assert document.why_unstorable(order_with({"x": most})) is None
    assert document.why_unstorable(order_with({"x": most + "x"})) == (
        "order o would take 15000001 bytes, the limit is 15000000"
    )


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"n": 2**63}, "order o: an integer has more than 64 bits"),
        ({"n": [-(2**63) - 1]}, "order o: an integer has more than 64 bits"),
        ({"a\0b": 1}, "order o: a key holds a NUL character"),
        ({"a": "\ud800"}, "order o: a text holds a lone surrogate"),
    ],
)
def test_what_bson_has_not_does_not_fit(metadata: dict[str, Any], reason: str) -> None:
    assert document.why_unstorable(order_with(metadata)) == reason


def test_what_is_no_json_value_does_not_fit() -> None:
    with pytest.raises(Unstorable, match="set is not a JSON value"):
        size_of({"a": {1}})


@pytest.mark.parametrize("json", ["[" + "0," * 450_000 + "0]", '"' + "\U0001f600" * 900_000 + '"'])
def test_what_is_surely_small_fits_in_the_worst_case(json: str) -> None:
    state = ProjectionState(1, 1, {"event e": told(json)}, {}, (), (), (), {})
    metadata = [0] * 450_001 if json[0] == "[" else json[1:-1]
    write = order_with({"x": metadata}, state)

    assert document.surely_small(write)
    assert document.why_unstorable(write) is None


def test_what_may_be_too_large_is_not_surely_small() -> None:
    state = ProjectionState(1, 1, {"event e": told("x" * 1_000_000)}, {}, (), (), (), {})

    assert not document.surely_small(order_with({}, state))
