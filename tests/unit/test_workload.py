"""The workload's stream: its contents, and that its shop calculates correctly."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from order_projector.verification.expected_orders import expect_orders
from order_projector.workload.catalogue import CATALOGUE, SHIPPING
from order_projector.workload.offers import (
    Amount,
    Effect,
    GiftCredits,
    LoyaltyPoints,
    Percent,
    Units,
)
from order_projector.workload.shop import Basket, BasketLine
from order_projector.workload.stream import (
    Failed,
    Foreign,
    Hostile,
    Stream,
    StreamRecord,
    Valid,
    generate,
)

KINDS = {
    *("redemption.succeeded", "redemption.failed"),
    *("redemption.rollback.succeeded", "redemption.rollback.failed"),
    *("payment.authorized", "payment.succeeded", "payment.failed", "payment.canceled"),
    *("payment.refunded", "order.created", "order.updated", "order.paid", "order.canceled"),
    *("order.fulfilled", "order.processing"),
}
PRODUCT = CATALOGUE[0]
TUBE = CATALOGUE[2]


@pytest.fixture(scope="module")
def stream() -> Stream:
    return generate()


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
    assert {type(record.expected) for record in stream.records} == {Valid, Failed, Foreign, Hostile}


def test_a_calculated_order_satisfies_the_formulas_of_an_order(stream: Stream) -> None:
    checked = 0
    for record in stream.records:
        for order in redeemed_orders(record):
            if "total_amount" in order:
                assert_formulas(order)
                checked += 1

    assert checked > 2_000


def test_the_decoded_events_make_the_orders_that_the_sender_expects(stream: Stream) -> None:
    assert expect_orders(stream.records, stream.totals).differences == ()
    assert len(stream.totals) == 2_000


def test_a_percentage_is_rounded_half_up_on_what_earlier_discounts_left() -> None:
    basket = Basket(stated=50_360)

    assert basket.redeem(Amount(10)).discount == 10
    assert basket.redeem(Percent(300)).discount == 1_511
    assert basket.total == 48_839


def test_a_limit_caps_a_percentage_and_the_order_caps_credits_and_points() -> None:
    basket = Basket(stated=10_000)

    assert basket.redeem(Percent(5_000, Effect.ORDER, limit=1_500)).discount == 1_500
    assert basket.redeem(LoyaltyPoints(300, 20, 100)).discount == 6_000
    assert basket.redeem(GiftCredits(60_000)).discount == 2_500


def test_a_split_gives_the_cents_that_are_left_to_the_largest_fractions() -> None:
    basket = Basket(
        [BasketLine(CATALOGUE[1], 1), BasketLine(CATALOGUE[2], 1), BasketLine(CATALOGUE[3], 1)]
    )

    applied = basket.redeem(Amount(1_001, Effect.PROPORTIONALLY))

    assert [effected.discount for effected in applied.lines] == [565, 119, 317]


def test_free_units_join_the_line_of_their_product_and_cost_nothing() -> None:
    basket = Basket([BasketLine(TUBE, 2)])

    basket.redeem(Units(TUBE, 1, Effect.ADD_NEW))

    assert [(line.quantity, line.covered, line.discount) for line in basket.lines] == [(3, 1, 695)]
    assert (basket.amount, basket.total) == (2_085, 1_390)


def test_missing_units_are_added_and_those_that_are_there_become_free() -> None:
    basket = Basket([BasketLine(TUBE, 1), BasketLine(PRODUCT, 1)])

    basket.redeem(Units(TUBE, 2, Effect.ADD_MISSING))
    basket.redeem(Units(SHIPPING, 1, Effect.ADD_MISSING))

    assert [(line.quantity, line.discount) for line in basket.lines] == [(2, 1_390), (1, 0), (1, 0)]
    assert basket.total == 7_450


def test_taking_a_redemption_back_leaves_what_the_others_took_off() -> None:
    basket = Basket([BasketLine(TUBE, 2)])
    units = basket.redeem(Units(SHIPPING, 1, Effect.ADD_MISSING))
    half = basket.redeem(Percent(5_000, Effect.ITEMS))
    basket.redeem(Percent(1_000))

    basket.take_back(units)
    basket.take_back(half)

    assert [line.product for line in basket.lines] == [TUBE]
    assert (basket.amount, basket.discount, basket.total) == (1_390, 70, 1_320)


def ours(record: StreamRecord) -> bool:
    return isinstance(record.expected, Valid | Failed)


def order_name(record: StreamRecord) -> str | None:
    return record.expected.order if isinstance(record.expected, Valid) else None


def described(record: StreamRecord) -> tuple[str, str]:
    """Return the envelope's format and the event's type."""
    headers = dict(record.headers)
    if (kind := headers.get("ce_type")) is not None:
        return "binary", kind.decode()
    content = orjson.loads(record.value or b"")
    if "event" in content:
        return "webhook", content["event"]["type"]
    return ("structured" if "specversion" in content else "plain"), content["type"]


def data_of(record: StreamRecord) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(record.value or b"")
    return content if described(record)[0] == "binary" else content["data"]


def redemption_data(record: StreamRecord) -> dict[str, Any] | None:
    if not ours(record) or not described(record)[1].endswith("redemption.succeeded"):
        return None
    return data_of(record)


def redeemed_orders(record: StreamRecord) -> Iterator[dict[str, Any]]:
    """Every order that a redemption's event gives."""
    data = redemption_data(record)
    if data is not None:
        yield data["order"]
        yield from (each["order"] for each in data.get("redemptions", ()))


def shape(data: dict[str, Any]) -> str:
    if "redemptions" in data:
        return "whole stack" if "parent_redemption" in data else "whole single"
    if "voucher" not in data:
        return "parent"
    return "child" if data["redemption"]["redemption"] else "single"


def assert_formulas(order: dict[str, Any]) -> None:
    """The formulas of an order and of its items, absent numbers being 0."""
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
