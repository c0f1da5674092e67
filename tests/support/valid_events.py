"""Events in plain envelopes that are accepted or skipped, each named by what it demonstrates."""

from order_projector.events.examples import EXAMPLES
from tests.support.events import Json, event
from tests.support.plain_events import (
    ITEM,
    LARGEST,
    changed,
    coupon,
    created,
    empty,
    payment,
    redeemed,
    request,
    with_data,
)

VALID: dict[str, Json] = {
    **{f"the example of {name}": example for name, example in EXAMPLES.items()},
    **{
        f"a time as {text}": changed("order.created", created_at=text)
        for text in (
            *("2026-03-01T10:00", "2026-03-01 10:00:00", "2024-02-29t10:00:00,123456789z"),
            *("2026-03-01T10:00:00+0130", "2026-03-01T10:00:00.1-05", "2026-12-31T23:59:59Z"),
        )
    },
    "a leading customer.": changed("order.paid", type="customer.order.paid"),
    "a redemption of no order": with_data("redemption.succeeded", order=None, voucher=5),
    "redemptions of no order": event("redemption.succeeded", {"redemptions": [5, {"order": None}]}),
    "no data of a redemption": event("redemption.succeeded", []),
    "a rollback of no order": with_data("redemption.rollback.succeeded", order=None),
    "a redemption that failed": event(
        "redemption.succeeded", {"redemption": {"result": "FAILURE"}, "order": {"amount": 5}}
    ),
    "a failed element that breaks its shape": request(
        {"result": "FAILURE", "id": 5}, {"id": "r_1"}, order={"id": "ord_1"}
    ),
    "a rollback that failed": event(
        "redemption.rollback.succeeded",
        {"rollbacks": [{"result": "FAILURE"}, None], "order": {"amount": 5}},
    ),
    "fields that are not ours": created(loyalty=[1.5, None], metadata={}) | {"x": {"y": 1}},
    "null for whatever may be absent": created(
        **dict.fromkeys(("source_id", "status", "amount", "items", "metadata", "customer")),
        **dict.fromkeys(("customer_id", "referrer", "created_at", "updated_at", "redemptions")),
    ),
    "nulls in lists": created(items=[None, ITEM, None]),
    "no items": created(items=[]),
    "500 items": created(items=[ITEM] * 500),
    "the largest amounts": created(amount=LARGEST, total_amount=LARGEST),
    "the longest id": created(customer_id="\U0001f4b6" * 256),
    "an order that has a source id alone": event("order.paid", {"order": {"source_id": "s"}}),
    "an empty source id beside an id": created(source_id="", items=[ITEM | {"source_id": ""}]),
    "metadata of any JSON": created(metadata={"a.b": [{"$x": None}, 1e300, -(2**63), "\0"]}),
    "a product of any JSON": created(items=[{"product": {"attributes": [None, {"a": 1.5}]}}]),
    "empty arrays for the objects of an order": created(
        **empty("metadata", "customer", "referrer", "redemptions"),
        items=[[], ITEM | empty("product", "sku", "metadata")],
    ),
    "empty arrays for the objects of a redemption": with_data(
        "redemption.succeeded",
        **empty("voucher", "promotion_stack", "reward", "bundle", "applicable_to"),
        promotion_tier={"action": [], "campaign": [], "bundle": []},
        customer=[],
    ),
    "empty arrays for the objects of a definition": coupon(
        **empty("product", "sku", "applicable_to", "inapplicable_to"), units=[[]]
    ),
    "an empty array for the data of a failed redemption": changed("redemption.failed", data=[]),
    "a product whose members are mistyped": created(
        items=[
            {"product": {"id": 1, "source_id": [], "name": 5, "price": 0.5, "metadata": "x"}},
            {"sku": {"id": True, "source_id": {}, "sku": {"a": 1}, "price": "5", "metadata": [1]}},
        ]
    ),
    "related objects of other kinds": created(
        items=[{"source_id": "s", "related_object": it} for it in ("bundle", "x" * 300, 5, None)]
    ),
    "a customer that has a source id alone": created(
        customer={"source_id": "c"}, referrer={"id": "cust_1", "source_id": ""}
    ),
    "ratios that are no numbers": with_data(
        "redemption.succeeded",
        reward={"parameters": {"coin": {"exchange_ratio": "x", "points_ratio": [1]}}},
    ),
    "used credits and points": redeemed(gift={"amount": 5.0}, loyalty_card={"points": 0}),
    "a bundle in the voucher": with_data(
        "redemption.succeeded", voucher={"id": "v_1", "bundle": {"quantity": 2.0}}
    ),
    "redemptions that are no object": created(redemptions=[1, "x"]),
    "redemptions whose lists are none": created(redemptions={"r_1": {"stacked": "r_2"}, "r": 1}),
    "a stack's children": created(redemptions={"r_1": {"stacked": ["r_2", None]}}),
    "negative units applied": created(items=[ITEM | {"applied_quantity": -1}]),
    "a child of a stack": redeemed(redemption="r_0", stacked={"not": "a list"}),
    "whole numbers in a definition": coupon(type="AMOUNT", amount_off=100.0),
    "a fraction of a percent": coupon(type="PERCENT", percent_off=12.5),
    "targets as a list": coupon(applicable_to=[{"object": "product", "id": "prod_1"}, None]),
    "targets as a list object": coupon(applicable_to={"data": [{"source_id": "s"}], "total": 1}),
    "a whole request": request({"id": "r_1"}, {"id": "r_2"}, order={"id": "ord_1"}),
    "an order in one redemption of several": request(
        {"id": "r_1"}, {"id": "r_2", "order": {"source_id": "s"}}
    ),
    "a parent's order": request({"id": "r_1"}, parent_redemption={"id": "p", "order": {"id": "o"}}),
    "redemptions that are null beside one": with_data("redemption.succeeded", voucher=None)
    | {"data": {**EXAMPLES["redemption.succeeded"]["data"], "redemptions": None}},
    "several rollbacks": event(
        "redemption.rollback.succeeded",
        {"rollbacks": [{"id": "rr_1", "redemption": "r_1", "order": {"id": "ord_1"}}]},
    ),
    "a payment without amount that failed": payment("payment.failed"),
    "a payment whose order has the name": event(
        "payment.succeeded",
        {"payment": {"id": "pay_1", "amount": 0}, "order": {"source_id": "s"}},
    ),
    "a payment whose order is more than its names": with_data(
        "payment.succeeded",
        order={"id": "ord_1", "status": "LOST", "amount": -1, "total_amount": "?", "metadata": 7}
        | {"items": [5, {"quantity": -1}], "redemptions": {"": {"stacked": [5]}}}
        | {"customer": 5, "customer_id": 5, "referrer": [5], "updated_at": "never"},
    ),
    "a refund whose order has lists that are none": with_data(
        "payment.refunded",
        refund={"id": "ref_1", "amount": 5},
        order={"id": "ord_1", "items": "many", "redemptions": [5]},
    ),
    "a payment that names its order by the source id": payment(
        order_id=None, order_source_id="shop/1"
    ),
    "a payment with an empty source id beside an id": payment(order_source_id=""),
    "a capture": with_data("payment.succeeded", capture={"id": "cap_1", "amount": 0}),
    "a capture that is null": with_data("payment.refunded", capture=None),
    "a refund that is null": with_data("payment.succeeded")
    | {"data": {**EXAMPLES["payment.succeeded"]["data"], "refund": None}},
    "a failed redemption that is anything": changed("redemption.failed", data={"order": 5}),
}
