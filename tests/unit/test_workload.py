"""The workload's stream: its contents, and that its orders are those that the shop expects."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from order_projector.verification.expected_orders import expect_orders
from order_projector.workload.order_builder import OrderBuilder
from order_projector.workload.payloads import Dialect
from order_projector.workload.stream import (
    Failed,
    Foreign,
    Hostile,
    Orderless,
    Stream,
    StreamRecord,
    Valid,
    generate,
)
from tests.support.workload_records import (
    default_stream,
    described,
    order_name,
    orders_of_the_short_stream,
    ours,
    redemption_data,
    short_stream,
)

# on one xdist worker, which generates the stream once
pytestmark = pytest.mark.xdist_group("workload")

KINDS = {
    *("redemption.succeeded", "redemption.failed"),
    *("redemption.rollback.succeeded", "redemption.rollback.failed"),
    *("payment.authorized", "payment.succeeded", "payment.failed", "payment.canceled"),
    *("payment.refunded", "order.created", "order.updated", "order.paid", "order.canceled"),
    *("order.fulfilled", "order.processing", "event.voided"),
}


@pytest.fixture
def stream() -> Stream:
    return default_stream()


def test_the_same_seed_makes_the_same_stream_and_another_seed_another() -> None:
    assert generate(50, seed=7) == generate(50, seed=7)
    assert generate(50, seed=7).records != generate(50, seed=8).records


def test_by_default_it_holds_two_thousand_orders_and_ten_thousand_records(stream: Stream) -> None:
    assert len({order_name(record) for record in stream.records} - {None}) == 2_000
    assert len(stream.records) >= 10_000


def test_one_record_in_twenty_is_sent_again_and_one_in_ten_has_no_key(stream: Stream) -> None:
    count = len(stream.records)

    assert sum(record.repeats for record in stream.records) / count == pytest.approx(0.06, abs=0.01)
    assert sum(record.key is None for record in stream.records) / count == pytest.approx(
        0.1, abs=0.01
    )
    assert any(record.key in {b"eu-west", b"\xfe\xff"} for record in stream.records)


def test_every_kind_of_event_comes_in_every_envelope(stream: Stream) -> None:
    seen = {described(record) for record in stream.records if ours(record)}
    kinds = {kind for _, kind in seen}

    assert {kind.removeprefix("customer.") for kind in kinds} == KINDS
    assert any(kind.startswith("customer.redemption") for kind in kinds)
    for envelope in ("plain", "structured", "binary", "webhook"):
        assert {kind.removeprefix("customer.") for form, kind in seen if form == envelope} == KINDS


def test_redemptions_come_alone_and_in_stacks_as_whole_requests_and_as_single_events(
    stream: Stream,
) -> None:
    shapes = {shape(data) for record in stream.records if (data := redemption_data(record))}

    assert shapes == {"single", "child", "parent", "whole single", "whole stack"}


def test_some_orders_are_calculated_by_their_sender_and_some_are_left_to_the_reader(
    stream: Stream,
) -> None:
    orders = [order for record in stream.records for order in redeemed_orders(record)]

    assert any("total_amount" in order for order in orders)
    assert any("total_amount" not in order and "items" in order for order in orders)


def test_some_orders_are_named_by_their_source_id_alone(stream: Stream) -> None:
    orders = [order for record in stream.records for order in redeemed_orders(record)]

    assert any("id" not in order and order["source_id"] for order in orders)


def test_payments_arrive_before_the_redemption_they_pay_for(stream: Stream) -> None:
    paid: set[str | None] = set()
    early = 0
    for record in stream.records:
        if redemption_data(record):
            early += order_name(record) in paid
        elif ours(record) and described(record)[1] == "payment.succeeded":
            paid.add(order_name(record))

    assert early > 20


def test_broken_records_of_every_code_are_among_the_others(stream: Stream) -> None:
    hostile = [each.expected for each in stream.records if isinstance(each.expected, Hostile)]
    codes = {expected.code for expected in hostile}

    assert codes == {
        *("invalid_json", "invalid_envelope", "invalid_event", "unknown_order"),
        "order_too_large",
    }
    assert {type(record.expected) for record in stream.records} == {
        *(Valid, Failed, Foreign, Orderless, Hostile)
    }


def test_a_calculated_order_satisfies_the_formulas_of_an_order(stream: Stream) -> None:
    checked = 0
    for record in stream.records:
        for order in redeemed_orders(record):
            if "total_amount" in order:
                assert_formulas(order)
                checked += 1

    assert checked > 2_000


def test_the_decoded_events_make_the_orders_that_the_sender_expects() -> None:
    assert orders_of_the_short_stream().differences == ()
    assert len(short_stream().totals) == 500


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [5, 12, 202, 206, 333, 340, *range(400, 420)])
def test_the_orders_of_any_stream_are_those_that_the_sender_expects(seed: int) -> None:
    stream = generate(4_000, seed)

    assert expect_orders(stream.records, stream.totals).differences == ()


def test_a_sender_that_is_seen_in_mid_life_says_how_many_units_a_redemption_adds() -> None:
    builder = next(
        found
        for seed in range(100)
        if (found := OrderBuilder.of(1, Random(seed))).head.dialect is Dialect.PLAIN
    )

    builder.begin_in_mid_life()

    assert builder.head.dialect is Dialect.DETAILED


def redeemed_orders(record: StreamRecord) -> Iterator[dict[str, Any]]:
    """Yield every order that a redemption's event gives."""
    data = redemption_data(record)
    if data is not None:
        orders = (data.get("order"), *(each["order"] for each in data.get("redemptions", ())))
        yield from (order for order in orders if order)


def shape(data: dict[str, Any]) -> str:
    if "redemptions" in data:
        return "whole stack" if "parent_redemption" in data else "whole single"
    if "voucher" not in data:
        return "parent"
    return "child" if data["redemption"]["redemption"] else "single"


def assert_formulas(order: dict[str, Any]) -> None:
    """Check the formulas of an order and of its items, with 0 for absent numbers."""
    items = order.get("items", [])
    if items:
        assert order["amount"] == sum(item.get("amount", 0) for item in items)
    assert order.get("items_discount_amount", 0) == total(items, "discount_amount")
    assert order.get("items_applied_discount_amount", 0) == total(items, "applied_discount_amount")
    for stage in ("", "applied_"):
        items_part = order.get(f"items_{stage}discount_amount", 0)
        whole = order.get(f"{stage}discount_amount", 0) + items_part
        assert order.get(f"total_{stage}discount_amount", 0) == whole
    assert order["total_amount"] == order["amount"] - order.get("total_discount_amount", 0) >= 0
    for item in items:
        if "price" in item:
            assert item["amount"] == item["price"] * item["quantity"]
            assert item["subtotal_amount"] == item["amount"] - item.get("discount_amount", 0) >= 0
        assert item.get("discount_quantity", 0) <= item["quantity"]


def total(items: list[dict[str, Any]], name: str) -> int:
    return sum(item.get(name, 0) for item in items)
