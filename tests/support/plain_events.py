"""Events in plain envelopes: what is taken, what is refused, and what only decoding can refuse."""

from typing import Any

from order_projector.events.examples import EXAMPLES
from tests.support.events import Json, event

LARGEST = 2**53 - 1
ITEM: Json = {"product_id": "prod_1", "quantity": 1, "price": 5}


def changed(name: str, **members: Any) -> Json:
    """The example of a type with other members in its envelope."""
    return EXAMPLES[name] | members


def with_data(name: str, **members: Any) -> Json:
    """The example of a type with other members in its data; None takes one away."""
    data = {**EXAMPLES[name]["data"], **members}
    return changed(name, data={key: value for key, value in data.items() if value is not None})


def created(**order: Any) -> Json:
    return event("order.created", {"order": {"id": "ord_1", **order}})


def redeemed(**redemption: Any) -> Json:
    return with_data("redemption.succeeded", redemption={"id": "r_1", **redemption})


def coupon(**discount: Any) -> Json:
    return with_data("redemption.succeeded", voucher={"id": "v_1", "discount": discount})


def payment(name: str = "payment.succeeded", **members: Any) -> Json:
    return with_data(name, payment={**EXAMPLES[name]["data"]["payment"], **members})


def request(*redemptions: Any, **data: Any) -> Json:
    return event("redemption.succeeded", {"redemptions": [*redemptions], **data})


def empty(*names: str) -> Json:
    return {name: [] for name in names}


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


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
"""What the worker refuses and no schema of ours can: `docs/how-to/consuming.md` lists it."""
