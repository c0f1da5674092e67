"""A field that is served as before keeps its fingerprint; any other gets that of its JSON."""

from typing import Any

import pytest

from order_projector.projection.bookkeeping import fingerprint, fingerprints

KNOWN = "the known one"


def found(value: Any, before: Any) -> str:
    """Return the fingerprint of a field that had another value before."""
    return fingerprints({"field": value}, {"field": before}, {"field": KNOWN})["field"]


@pytest.mark.parametrize("value", ["a", 10**6, 0, None, 2**70])
def test_a_scalar_that_is_as_it_was_keeps_its_fingerprint(value: Any) -> None:
    assert found(value, value) == KNOWN


def test_an_equal_text_that_was_built_anew_keeps_its_fingerprint() -> None:
    number = 1

    assert found(f"ord_{number}", "ord_1") == KNOWN


def test_the_very_object_that_was_served_before_keeps_its_fingerprint() -> None:
    items = [{"quantity": 1}]

    assert found(items, items) == KNOWN


@pytest.mark.parametrize("value", [{}, {"id": "cust_1", "object": "customer"}])
def test_an_equal_object_of_texts_keeps_its_fingerprint(value: dict[str, str]) -> None:
    assert found(value, dict(value)) == KNOWN


@pytest.mark.parametrize(
    ("value", "before"),
    [
        (1, 2),
        ("a", None),
        (None, 0),
        (1, True),
        (True, 1),
        (1, 1.0),
        (1.0, 1),
        ({"n": 1}, {"n": True}),
        ([1.0], [1]),
        ({"n": 1}, {"n": 1}),
        ({"id": "a"}, {"id": "b"}),
        ({"id": "a"}, {}),
        ({}, {"n": 1}),
        ({}, None),
        ({"id": "a", "n": 1}, {"id": "a", "n": 1.0}),
    ],
)
def test_anything_else_gets_the_fingerprint_of_its_json(value: Any, before: Any) -> None:
    assert found(value, before) == fingerprint(value)


def test_a_field_that_was_not_served_before_gets_the_fingerprint_of_its_json() -> None:
    assert fingerprints({"field": None}, {}, {}) == {"field": fingerprint(None)}


def test_a_field_that_is_no_longer_served_has_no_fingerprint() -> None:
    assert fingerprints({}, {"field": 1}, {"field": KNOWN}) == {}
