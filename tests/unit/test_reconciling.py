"""How the records of an order compare with what is stored, and what is done about it."""

from dataclasses import replace

import orjson
import pytest

from order_projector.adapters.kafka.producer.outbound import announced_value
from order_projector.operations.reconciling import (
    Found,
    OrderRecords,
    Reconciliation,
    Standing,
    above,
    fingerprint_of,
    standing,
)
from order_projector.projection.document import STATE_KEY, read_state, served
from order_projector.projection.ports import ProjectionState, StoredOrder
from order_projector.projection.scanning import ScannedOrder
from order_projector.projection.stored import ErasedOrder
from tests.support.events import order_event, paid
from tests.support.sessions import OneOrder

STORED = StoredOrder("ord_1", {"id": "ord_1", "status": "PAID"}, 2, ("status",), ("evt_2",))
ERASED = ErasedOrder("ord_1", 2)


def record(of: StoredOrder | ErasedOrder, revision: int | None = None) -> OrderRecords:
    """Return the record that announces an order, possibly under another revision."""
    return records((revision or of.revision, of))


def records(*announced: tuple[int, StoredOrder | ErasedOrder]) -> OrderRecords:
    """Return the records that announce an order under these revisions, in log order."""
    (revision, value), *later = [
        (number, fingerprint_of(announced_value(of))) for number, of in announced
    ]
    found = OrderRecords(revision, revision, (value,))
    for revision, value in later:
        found = found.followed_by(revision, value)
    return found


OTHER = replace(STORED, order={"id": "ord_1", "status": "CREATED"})


@pytest.mark.parametrize(
    ("last", "stored", "found"),
    [
        (record(STORED), STORED, Standing.EQUAL),
        (record(STORED, 3), STORED, Standing.AHEAD),
        (record(OTHER), STORED, Standing.AHEAD),
        (record(STORED, 1), STORED, Standing.BEHIND),
        (None, STORED, Standing.BEHIND),
        (record(STORED), None, Standing.MISSING),
        (record(ERASED), ERASED, Standing.EQUAL),
        (record(STORED, 1), ERASED, Standing.BEHIND),
        (record(STORED, 3), ERASED, Standing.AHEAD),
        (record(ERASED, 3), STORED, Standing.ERASED),
        # a restored backup announces revisions for the second time
        (records((2, OTHER), (3, OTHER), (2, STORED)), STORED, Standing.AHEAD),
        (records((2, OTHER), (1, STORED), (2, STORED)), STORED, Standing.AHEAD),
        (records((2, STORED), (1, OTHER), (2, STORED)), STORED, Standing.EQUAL),
        (records((2, ERASED), (2, STORED)), STORED, Standing.ERASED),
        # two workers have announced out of order
        (records((2, STORED), (1, OTHER)), STORED, Standing.BEHIND),
    ],
)
def test_records_stand_so(
    last: OrderRecords | None, stored: StoredOrder | ErasedOrder | None, found: Standing
) -> None:
    assert standing(last, stored) is found


def test_the_sequence_of_keys_makes_no_other_value() -> None:
    value = announced_value(STORED)
    turned = dict(reversed(orjson.loads(value or b"").items()))
    assert fingerprint_of(value) == fingerprint_of(orjson.dumps(turned))


def scanned() -> ScannedOrder:
    order = OneOrder()
    order.take([order_event(1, "created", amount=1000)])
    order.take([paid(2, 1000)])
    state = read_state(order.document)
    assert STATE_KEY in order.document
    return ScannedOrder("ord_1", served(order.document), state)


def test_the_revision_becomes_one_more_than_the_highest_record_s_without_changes_and_causes() -> (
    None
):
    found = scanned()
    assert isinstance(found.state, ProjectionState)

    write = above(found, OrderRecords(3, 7, ("00",)))

    assert write is not None
    assert (write.expected, write.order) == (found.state.counter, found.served)
    assert (write.state.revision, write.state.changes, write.state.causes) == (8, (), ())
    assert write.state.counter >= write.state.revision
    assert write.state.facts == found.state.facts


def test_an_order_that_has_moved_on_beyond_the_record_is_left_alone() -> None:
    assert above(scanned(), OrderRecords(1, 1, ("00",))) is None


def test_the_record_of_a_reconciliation_that_found_no_order_says_so() -> None:
    assert Reconciliation().numbers() == {
        "equal": 0, "ahead": 0, "behind": 0, "missing": 0, "erased": 0
    }  # fmt: skip


def test_the_record_of_a_reconciliation_says_what_is_left() -> None:
    result = Reconciliation()
    result.add(Found("ord_1", Standing.MISSING, 3, None, is_done=False))
    assert result.numbers() == {
        "equal": 0, "ahead": 0, "behind": 0, "missing": 1, "erased": 0, "left": 1
    }  # fmt: skip
