"""Invalid events in plain envelopes: those a JSON Schema rejects, and those only decoding can."""

from typing import Any

from tests.support.events import event
from tests.support.plain_events import (
    ITEM,
    LARGEST,
    changed,
    coupon,
    created,
    nested,
    payment,
    redeemed,
    request,
    with_data,
)

INVALID: dict[str, Any] = {
    "an array": [created()],
    **{
        f"an envelope without {name}": {key: it for key, it in created().items() if key != name}
        for name in ("id", "created_at", "data")
    },
    "an id that is a number": changed("order.paid", id=1),
    "an empty id": changed("order.paid", id=""),
    "an id of 257 characters": changed("order.paid", id="x" * 257),
    "a NUL in an id": changed("order.paid", id="a\0b"),
    "a time that is a number": changed("order.paid", created_at=1772359200),
    **{
        f"a time as {text!r}": changed("order.paid", created_at=text)
        for text in (
            *("", "today", "2026-03-01", "2026-13-01T10:00:00Z", "2026-02-30T10:00:00Z"),
            *("2026-03-01T24:00:00Z", "2026-03-01T10:60:00Z", "0000-03-01T10:00:00Z"),
            *("2026-03-01T10:00:00+25:00", "2026-03-01T10:00:00.Z", "2026-04-31T10:00:00Z"),
        )
    },
    "data that is a list": changed("order.paid", data=[{}]),
    "an empty array for the data of an order": changed("order.paid", data=[]),
    "an empty array for an order": event("order.paid", {"order": []}),
    "an empty array for a redemption": with_data("redemption.succeeded", redemption=[]),
    "an empty array for a payment": with_data("payment.succeeded", payment=[]),
    "an empty array for a refund": with_data("payment.refunded", refund=[]),
    "an array for a customer": created(customer=[{}]),
    "an array for metadata": created(metadata=[1]),
    "a customer's empty source id alone": created(customer={"source_id": ""}),
    "a bundle of nothing": redeemed(bundle={"quantity": 0}),
    "a bundle of one and a half": redeemed(bundle={"quantity": 1.5}),
    "a bundle that is a number": redeemed(bundle=2),
    "used credits that are a text": redeemed(gift={"amount": "5"}),
    "used points below zero": redeemed(loyalty_card={"points": -1}),
    "a void that names no event": with_data("event.voided", voids=None),
    "a void that names an empty event": with_data("event.voided", voids=""),
    "a void of no order": with_data("event.voided", order=None),
    "an erasure of no order": with_data("order.erased", order=None),
    "an erasure by a source id": with_data("order.erased", order={"source_id": "s"}),
    "data that is null": changed("order.paid", data=None),
    "the data of a failed redemption as text": changed("redemption.failed", data="x"),
    "an order without a name": event("order.paid", {"order": {}}),
    "no order": event("order.paid", {}),
    "an order that is a text": event("order.paid", {"order": "ord_1"}),
    "an empty order id": created(id=""),
    "an order id that is a number": created(id=1),
    "an order id of 257 characters": created(id="x" * 257),
    "a NUL in an order id": created(id="\0"),
    "an empty source id alone": event("order.paid", {"order": {"source_id": ""}}),
    "another status": created(status="LOST"),
    "a status in small letters": created(status="paid"),
    "an amount of half a cent": created(amount=0.5),
    "an amount as text": created(amount="5"),
    "an amount that is true": created(amount=True),
    "a negative amount": created(amount=-1),
    "an amount beyond 2^53 - 1": created(amount=LARGEST + 1),
    "an updated_at that is no time": created(updated_at="now"),
    "a customer that is a text": created(customer="cust_1"),
    "a customer id that is a number": created(customer={"id": 1}),
    "items that are an object": created(items={"0": ITEM}),
    "501 items": created(items=[ITEM] * 501),
    "an item that is a text": created(items=["prod_1"]),
    "a quantity below zero": created(items=[ITEM | {"quantity": -1}]),
    "a quantity beyond 2^31 - 1": created(items=[{"quantity": 2**31}]),
    "a quantity of one and a half": created(items=[{"quantity": 1.5}]),
    "an item whose empty source id is alone": created(items=[{"source_id": "", "quantity": 1}]),
    "a product's price below zero": created(items=[{"product": {"price": -1}}]),
    "a product's price beyond 2^53 - 1": created(items=[{"product": {"price": LARGEST + 1}}]),
    "a product's empty id": created(items=[{"product": {"id": ""}}]),
    "a product's id of 257 characters": created(items=[{"product": {"id": "x" * 257}}]),
    "a NUL in a product's source id": created(items=[{"sku": {"source_id": "\0"}}]),
    "a product's empty source id alone": created(items=[{"product": {"source_id": ""}}]),
    "a product that is a text": created(items=[{"product": "prod_1"}]),
    "metadata that is a text": created(metadata="x"),
    "a NUL in a metadata key": created(metadata={"a\0": 1}),
    "a NUL in a key deep in metadata": created(metadata={"a": [{"b": {"\0": 1}}]}),
    "an empty child in a list of a stack": created(redemptions={"r_1": {"stacked": [""]}}),
    "a number in a list of a stack": created(redemptions={"r_1": {"stacked": [1]}}),
    "501 children of a stack": created(redemptions={"r_1": {"stacked": ["r"] * 501}}),
    "an empty key in redemptions": created(redemptions={"": {"stacked": ["r_2"]}}),
    "neither shape of a redemption": event("redemption.succeeded", {"order": {"id": "ord_1"}}),
    "a redemption that is null": event(
        "redemption.succeeded", {"order": {"id": "ord_1"}, "redemption": None}
    ),
    "no redemptions in a request": request(order={"id": "ord_1"}),
    "nulls alone in a request": request(None, order={"id": "ord_1"}),
    "no redemptions beside one": request(order={"id": "ord_1"}, redemption={"id": "r_1"}),
    "101 redemptions in a request": request(*[{"id": "r_1"}] * 101, order={"id": "ord_1"}),
    "a redemption without an id": with_data("redemption.succeeded", redemption={"date": None}),
    "a redemption's date that is no time": redeemed(date="2026-03-01"),
    "a redemption's amount of half a cent": redeemed(amount=0.5),
    "a child with a number for a parent": redeemed(redemption=5),
    "a voucher that is a text": with_data("redemption.succeeded", voucher="v_1"),
    "an amount_off of half a cent": coupon(amount_off=0.5),
    "an amount_off as text": coupon(amount_off="5"),
    "a percentage as text": coupon(percent_off="10"),
    "a percentage below zero": coupon(percent_off=-1),
    "a unit_off beyond 2^31 - 1": coupon(unit_off=2**31),
    "501 units": coupon(units=[{"unit_off": 1}] * 501),
    "501 targets": coupon(applicable_to=[{"id": "prod_1"}] * 501),
    "a target with an empty id": coupon(applicable_to={"data": [{"id": ""}]}),
    "a target that is a text": coupon(applicable_to=["prod_1"]),
    "a gift in fractions of a cent": with_data(
        "redemption.succeeded", voucher={"gift": {"credits": 1.5}}
    ),
    "a ratio below zero": with_data(
        "redemption.succeeded", reward={"parameters": {"coin": {"points_ratio": -1}}}
    ),
    "neither shape of a rollback": event("redemption.rollback.succeeded", {"order": {"id": "o"}}),
    "no rollbacks": event("redemption.rollback.succeeded", {"order": {"id": "o"}, "rollbacks": []}),
    "a rollback without its redemption": with_data(
        "redemption.rollback.succeeded", redemption_rollback={"id": "rr_1"}
    ),
    "no payment": event("payment.succeeded", {"order": {"id": "ord_1"}}),
    "a payment without an id": payment(id=None),
    "a payment of no order": payment(order_id=None),
    "a payment that succeeded without an amount": payment(amount=None),
    "a payment that was authorized without an amount": payment("payment.authorized", amount=None),
    "a payment with a currency that is a number": payment(currency=978),
    "a refund of a payment without an amount": payment("payment.refunded", amount=None),
    "a refund that is missing": with_data("payment.refunded", refund=None),
    "a refund without an amount": with_data("payment.refunded", refund={"id": "ref_1"}),
    "a payment of an order with an empty source id": payment(order_id=None, order_source_id=""),
    "a capture without an id": with_data("payment.succeeded", capture={"amount": 1}),
    "a capture without an amount": with_data("payment.succeeded", capture={"id": "cap_1"}),
    "a capture of a negative amount": with_data(
        "payment.succeeded", capture={"id": "cap_1", "amount": -1}
    ),
    **{
        f"a capture in payment.{kind}": with_data(
            f"payment.{kind}", capture={"id": "cap_1", "amount": 1}
        )
        for kind in ("authorized", "failed", "canceled", "refunded")
    },
    "a refund in a payment that succeeded": with_data(
        "payment.succeeded", refund={"id": "ref_1", "amount": 1}
    ),
}

BEYOND_JSON_SCHEMA: dict[str, Any] = {
    "depth": created(x=nested(64)),
    "bytes": created(x="x" * 2_097_152),
    "a float for an integer: a schema takes 1.0 for 1": created(amount=1.0),
    "an integer beyond 64 bits in metadata": b'{"id":"e","type":"order.paid","created_at":'
    b'"2026-03-01T10:00:00Z","data":{"order":{"id":"o","metadata":{"n":9223372036854775808}}}}',
    "half of a character": b'{"id":"e","type":"order.paid","created_at":"2026-03-01T10:00:00Z",'
    b'"data":{"order":{"id":"\\ud800"}}}',
    "a 29th of February that is none": changed("order.paid", created_at="2026-02-29T10:00:00Z"),
    "a time that its offset moves out of all years": changed(
        "order.paid", created_at="0001-01-01T00:00:00+01:00"
    ),
    "quantity times price": created(items=[{"quantity": 2**31 - 1, "price": LARGEST}]),
    "the sum of the items": created(items=[{"amount": LARGEST}, {"amount": 1}]),
    "the total and its discounts": created(total_amount=LARGEST, total_discount_amount=1),
    "unit_off times its price": coupon(unit_off=2, product={"price": LARGEST}),
    "a bundle times an amount": coupon(type="AMOUNT", amount_off=LARGEST)
    | {"data": {**coupon(type="AMOUNT", amount_off=LARGEST)["data"], "bundle": {"quantity": 2}}},
    "501 children in two lists": created(
        redemptions={"r_1": {"stacked": ["a"] * 250}, "r_2": {"stacked": ["b"] * 251}}
    ),
    "501 targets in two lists": coupon(
        applicable_to=[{"id": "prod_1"}] * 250, inapplicable_to=[{"id": "prod_2"}] * 251
    ),
    "an empty source id before another order's": request(
        {"id": "r_1", "order": {"source_id": ""}}, order={"source_id": "s"}
    ),
}
"""Events that the worker rejects but no schema of ours can: see `docs/how-to/consuming.md`."""
