"""Rare contents of the workload's stream, which a projector must handle nevertheless."""

import pytest

from order_projector.workload.stream import Stream
from tests.support.workload_records import (
    data_of,
    default_stream,
    described,
    event_id,
    of_type,
    orders_of_the_short_stream,
    ours,
    payment_data,
)

# on one xdist worker, which generates the stream once
pytestmark = pytest.mark.xdist_group("workload")


@pytest.fixture
def stream() -> Stream:
    return default_stream()


def test_payments_come_in_captures_in_other_currencies_and_bounce(stream: Stream) -> None:
    events = [payment_data(record) for record in stream.records]
    taken = {event["payment"]["id"] for kind, event in events if kind == "payment.succeeded"}

    assert sum("capture" in event for _, event in events) > 100
    assert {event["payment"]["currency"] for kind, event in events if kind} == {
        *("EUR", "eur", "USD", None)
    }
    assert any(
        kind == "payment.failed" and event["payment"]["id"] in taken for kind, event in events
    )


def test_voids_come_before_and_after_what_they_void_and_some_void_nothing(stream: Stream) -> None:
    places: dict[str, int] = {}
    for place, record in enumerate(stream.records):
        if ours(record):
            places.setdefault(event_id(record), place)
    voids = {
        data["voids"]: places.get(data["voids"], -1) - places[event_id(record)]
        for record in stream.records
        if ours(record) and described(record)[1] == "event.voided" and (data := data_of(record))
    }

    assert sum(distance > 0 for distance in voids.values()) > 20
    assert sum(distance < 0 for distance in voids.values()) > 20
    assert any(voided not in places for voided in voids)
    assert any(event_id(record) in voids for record in of_type(stream, "event.voided"))


def test_redemptions_are_rolled_back_twice_child_by_child_and_before_they_are_told_of(
    stream: Stream,
) -> None:
    told, children = set[str](), set[str]()
    for record in of_type(stream, "redemption.succeeded"):
        data = data_of(record)
        each = [*data.get("redemptions", ()), data.get("redemption"), data.get("parent_redemption")]
        told.update(one["id"] for one in each if one)
        children.update(one["id"] for one in each if one and one.get("redemption"))
    rollbacks = {
        one["id"]: one["redemption"]
        for record in of_type(stream, "redemption.rollback.succeeded")
        if (one := data_of(record).get("redemption_rollback"))
    }

    assert len(rollbacks) - len(set(rollbacks.values())) > 10
    assert set(rollbacks.values()) & children
    assert len(set(rollbacks.values()) - told) > 5


def test_whole_requests_hold_elements_that_have_failed_or_have_no_order(stream: Stream) -> None:
    elements = [
        each
        for record in of_type(stream, "redemption.succeeded")
        for each in data_of(record).get("redemptions", ())
    ]

    assert any(each["result"] == "FAILURE" for each in elements)
    assert any(each["order"] is None for each in elements)


def test_some_senders_write_an_empty_array_for_an_empty_object(stream: Stream) -> None:
    values = [record.value or b"" for record in stream.records if ours(record)]

    assert sum(b'"metadata":[]' in value for value in values) > 500
    assert sum(b'"metadata":{}' in value for value in values) > 500


def test_some_orders_are_first_seen_in_mid_life_and_their_expected_totals_hold_all_the_same() -> (
    None
):
    expected = orders_of_the_short_stream()
    carried = [
        order_id
        for order_id, flags in expected.flags.items()
        if any(flag["code"] == "carried_discount" for flag in flags)
    ]

    assert len(carried) > 20
    assert expected.differences == ()
