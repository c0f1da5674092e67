"""A dead letter names an order or a customer by its key, or by a whole text in its value."""

import pytest

from order_projector.operations.dead_letters.naming import holds_name
from order_projector.projection.ports import Coordinates, Record

NAMES = frozenset({"ord_9", "1001", "shop 7"})


def record(value: bytes | None, key: bytes | None = None) -> Record:
    return Record(Coordinates("order.dead-letters", 0, 0), key, value, (), 0)


@pytest.mark.parametrize(
    "value",
    [
        b'{"data": {"order": {"id": "ord_9"}}}',
        b'{"data": {"order": {"source_id": "1001"}}}',
        b'{"orders": {"ord_9": 1}}',
        b'["\\u006frd_9"]',
        b'{"data": {"order": {"id": "ord_9"}',  # cut off
        b'{"data": {"order": {"source_id": "1001"}',
        b"\xff order=ord_9",
        b"an order of shop 7,",
    ],
)
def test_a_name_is_found_wherever_it_is_a_text(value: bytes) -> None:
    assert holds_name(record(value), NAMES)


@pytest.mark.parametrize(
    "value",
    [
        b'{"data": {"order": {"id": "ord_90"}}}',
        b'{"data": {"order": {"id": "my-ord_9"}}}',
        b'{"data": {"order": {"id": "ord_1", "amount": 1001}}}',
        b'{"data": {"order": {"id": "ord_90", "amount": 1001',  # cut off
        b'{"note": "this is about ord_9 and others"}',
        b"",
        None,
    ],
)
def test_another_order_of_a_longer_name_and_a_number_are_not_it(value: bytes | None) -> None:
    """A dead letter of somebody else must not be discarded."""
    assert not holds_name(record(value), NAMES)


def test_the_key_counts_as_a_whole() -> None:
    assert holds_name(record(b"{}", key=b"ord_9"), NAMES)
    assert not holds_name(record(b"{}", key=b"ord_90"), NAMES)
