"""The served order: fields, presence and key order at every level (section 7)."""

from typing import Any

from tests.support.events import (
    Json,
    at,
    event_at,
    order_event,
    order_of,
    paid,
    redeemed,
    refunded,
    rolled_back,
    to_json,
)
from tests.support.stacks import child, parent

SERVED = {
    "id": "ord_1",
    "source_id": "shop/1",
    "created_at": "2026-03-01T11:59:00.000Z",
    "updated_at": "2026-03-01T12:09:00.000Z",
    "status": "PAID",
    "amount": 3200,
    "initial_amount": 2700,
    "discount_amount": 100,
    "items_discount_amount": 770,
    "total_discount_amount": 870,
    "total_amount": 2330,
    "items": [
        {
            "object": "order_item",
            "id": "ordli_1",
            "source_id": "mug",
            "related_object": "sku",
            "product_id": "prod_1",
            "sku_id": "sku_1",
            "quantity": 3,
            "amount": 2700,
            "discount_amount": 270,
            "price": 900,
            "subtotal_amount": 2430,
            "product": {"name": "Mug", "price": 1000, "metadata": {"b": None, "a": 1}},
            "sku": {"sku": "Red", "id": "sku_1", "price": 900},
            "metadata": {"z": 1, "y": [None]},
        },
        {
            "object": "order_item",
            "product_id": "prod_2",
            "quantity": 1,
            "initial_quantity": 0,
            "discount_quantity": 1,
            "amount": 500,
            "initial_amount": 0,
            "discount_amount": 500,
            "price": 500,
            "subtotal_amount": 0,
        },
    ],
    "metadata": {"b": 2, "a": None},
    "customer": {"id": "cust_1", "object": "customer"},
    "referrer": {"id": "cust_2", "object": "customer"},
    "customer_id": "cust_1",
    "referrer_id": "cust_2",
    "object": "order",
    "redemptions": {
        "r_1": {
            "date": "2026-03-01T12:01:00.000Z",
            "related_object_type": "voucher",
            "related_object_id": "v_1",
            "related_object_parent_id": "camp_1",
        }
    },
    "payments": {
        "pay_1": {
            "date": "2026-03-01T12:02:00.000Z",
            "status": "SUCCEEDED",
            "amount": 2500,
            "refunded_amount": 170,
            "currency": "USD",
            "method": "card",
        }
    },
}

GIVEN: Json = {
    "referrer_id": "cust_2",
    "customer_id": "cust_1",
    "updated_at": "2026-03-01T12:01:00.5Z",
    "created_at": "2026-03-01T11:59:00Z",
    "metadata": {"b": 2, "a": None},
    "items": [
        {
            "metadata": {"z": 1, "y": [None]},
            "sku": {"sku": "Red", "id": "sku_1", "price": 900, "override": True, "gone": None},
            "product": {"name": "Mug", "price": 1000, "metadata": {"b": None, "a": 1}},
            "applied_discount_amount": 270,
            "discount_amount": 270,
            "subtotal_amount": 2430,
            "price": 900,
            "amount": 2700,
            "quantity": 3,
            "sku_id": "sku_1",
            "product_id": "prod_1",
            "related_object": "sku",
            "source_id": "mug",
            "id": "ordli_1",
        },
        {
            "product_id": "prod_2",
            "quantity": 1,
            "initial_quantity": 0,
            "discount_quantity": 1,
            "applied_discount_amount": 500,
            "price": 500,
            "amount": 500,
        },
    ],
    "total_applied_discount_amount": 870,
    "applied_discount_amount": 100,
    "total_amount": 2330,
    "amount": 3200,
    "status": "PAID",
    "source_id": "shop/1",
    "id": "ord_1",
}


def test_every_key_stands_where_the_sample_orders_have_it() -> None:
    voucher = {"campaign_id": "camp_1", "id": "v_1"}
    payment: Json = {"method": "card", "currency": "USD", "amount": 2500, "date": at(2)}
    payment |= {"order_id": "ord_1", "id": "pay_1"}
    refund = {"id": "ref_1", "amount": 170, "date": at(9)}
    order = order_of(
        redeemed(1, "r_1", order=GIVEN, voucher=voucher),
        event_at(2, "payment.succeeded", {"payment": payment}),
        event_at(9, "payment.refunded", {"payment": payment, "refund": refund}),
    )
    assert to_json(order) == to_json(SERVED)


def test_the_least_an_order_is_served_with() -> None:
    assert to_json(order_of(order_event(1))) == to_json(
        {
            "id": "ord_1",
            "source_id": None,
            "created_at": at(1),
            "updated_at": None,
            "status": "CREATED",
            "metadata": {},
            "customer_id": None,
            "referrer_id": None,
            "object": "order",
        }
    )


def test_a_rolled_back_stack_has_its_keys_in_the_sequence_of_the_sample_orders() -> None:
    rollback = rolled_back(9, "rr_0", "r_0")
    of_child = rolled_back(9, "rr_1", "r_1")
    order = order_of(child(0, 1), parent(4), rollback, {**of_child, "id": "evt_child"})
    assert to_json(order["redemptions"]["r_0"]) == to_json(
        {
            "date": at(4),
            "rollback_id": "rr_0",
            "rollback_date": at(9),
            "related_object_type": "redemption",
            "related_object_id": "r_0",
            "stacked": ["r_1"],
            "rollback_stacked": ["rr_1"],
        }
    )


def test_a_rolled_back_voucher_has_its_rollback_before_what_it_points_at() -> None:
    voucher = {"id": "v_1", "campaign_id": "camp_1"}
    order = order_of(
        redeemed(1, "r_1", order={"id": "ord_1"}, voucher=voucher), rolled_back(2, "rr_1", "r_1")
    )
    assert list(order["redemptions"]["r_1"]) == [
        "date",
        "rollback_id",
        "rollback_date",
        "related_object_type",
        "related_object_id",
        "related_object_parent_id",
    ]


def test_subtotal_amount_is_there_wherever_amount_is_known() -> None:
    items = [{"product_id": "a", "price": 0}, {"product_id": "b", "amount": 7}, {"product_id": "c"}]
    served = order_of(order_event(1, items=items))["items"]
    assert [item.get("subtotal_amount") for item in served] == [0, 7, None]
    assert [item.get("amount") for item in served] == [0, 7, None]
    assert [item.get("price") for item in served] == [0, None, None]


def test_amounts_of_zero_are_there_and_discounts_of_zero_are_not() -> None:
    zeros: Json = {
        "amount": 0,
        "total_amount": 0,
        "discount_amount": 0,
        "applied_discount_amount": 0,
        "total_discount_amount": 0,
        "items": [{"product_id": "a", "price": 0, "discount_amount": 0, "discount_quantity": 0}],
    }
    order = order_of(redeemed(1, "r_1", order={"id": "ord_1", **zeros}))
    assert (order["amount"], order["total_amount"]) == (0, 0)
    assert not [key for key in (*order, *order["items"][0]) if "discount" in key]


def test_product_and_sku_are_served_as_they_were_given_without_override_and_nulls() -> None:
    product = {
        "zeta": [1, None, {"deep": None, "kept": 1.5}],
        "id": "p",
        "override": True,
        "attributes": {"gone": None, "override": False},
        "price": None,
        "name": "Tasse \U0001f375",
    }
    served = order_of(order_event(1, items=[{"product_id": "p", "product": product, "sku": None}]))
    assert to_json(served["items"][0]["product"]) == to_json(
        {
            "zeta": [1, {"kept": 1.5}],
            "id": "p",
            "attributes": {"override": False},
            "name": "Tasse \U0001f375",
        }
    )
    assert "sku" not in served["items"][0]


def every_number(value: Any) -> list[Any]:
    """Return the numbers in a JSON value, except for metadata."""
    if isinstance(value, dict):
        return [n for key, held in value.items() if key != "metadata" for n in every_number(held)]
    if isinstance(value, list):
        return [n for held in value for n in every_number(held)]
    return [value] if isinstance(value, int | float) else []


def test_money_is_integer_everywhere() -> None:
    order = order_of(
        redeemed(1, "r_1", order=GIVEN), paid(2, 2**53 - 1), refunded(3, 2**53 - 1, of=2**53 - 1)
    )
    assert {type(number) for number in every_number(order)} == {int}


def test_redemption_ids_may_hold_any_character_a_key_can() -> None:
    name = "$r.1/é\U0001f39f"
    assert list(order_of(redeemed(1, name, order={"id": "ord_1"}))["redemptions"]) == [name]
