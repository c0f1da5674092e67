"""The amounts of an order that is not calculated: the sum of its items, else what it states."""

import pytest

from tests.support.events import (
    Json,
    order_event,
    order_of,
    redeemed,
    rolled_back,
)
from tests.unit.test_details import CUP, MUG


@pytest.mark.parametrize(
    ("orders", "amount"),
    [
        ([{"amount": 500}], 500),
        ([{"amount": 500}, {"amount": 700}], 700),
        ([{"amount": 500}, {"items": [MUG]}], 1000),
        ([{"items": [MUG, {**CUP, "quantity": 3}]}], 1900),
        ([{"items": [MUG], "amount": 999}], 1000),
        ([{"items": [{"product_id": "p", "amount": 77}]}], 77),
        ([{"items": [{"product_id": "p"}]}], None),
        ([{"items": [MUG, {"product_id": "p"}]}], 1000),
        ([{"items": [{**MUG, "quantity": 0}]}], 0),
        ([{"items": [{"sku_id": "s", "sku": {"price": 40}, "product": {"price": 50}}]}], 40),
        ([{"items": [{"product_id": "p", "product": {"price": 50}, "quantity": 2}]}], 100),
        ([{"amount": 0}], 0),
    ],
)
def test_an_order_priced_here_takes_its_items_sum_and_one_without_items_its_amount(
    orders: list[Json], amount: int | None
) -> None:
    served = order_of(*(order_event(minute, **order) for minute, order in enumerate(orders)))
    assert (served.get("amount"), served.get("total_amount")) == (amount, amount)


STANDING = {**MUG, "quantity": 5, "initial_quantity": 2}


@pytest.mark.parametrize(
    ("items", "cart"),
    [
        ([STANDING], [(2, 2000)]),
        ([{**STANDING, "amount": 4700}], [(2, 2000)]),
        ([{**MUG, "quantity": 1, "initial_quantity": 3}], [(3, 3000)]),
        ([{**MUG, "initial_quantity": 3}], [(3, 3000)]),
        ([{"product_id": "p", "quantity": 2, "initial_quantity": 1}], [(1, None)]),
        (
            [{"product_id": "p", "amount": 90, "quantity": 3, "initial_quantity": 3}],
            [(3, 90)],
        ),
        ([{**STANDING, "initial_quantity": 0}, CUP], [(1, 300)]),
        ([{**MUG, "quantity": 0}, CUP], [(0, 0), (1, 300)]),
        ([{**STANDING, "initial_quantity": 0}], []),
    ],
)
def test_the_initial_quantity_of_an_order_that_is_not_calculated_is_the_carts(
    items: list[Json], cart: list[tuple[int, int | None]]
) -> None:
    order = order_of(order_event(1, items=items, amount=777))
    assert [(item["quantity"], item.get("amount")) for item in order.get("items", [])] == cart
    known = [amount for _, amount in cart if amount is not None]
    assert order["amount"] == (777 if cart and not known else sum(known))
    assert "initial_amount" not in order


def test_units_that_redemptions_added_are_not_taken_for_the_customers() -> None:
    unit = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 2, "unit_type": "mug"}
    voucher = {"id": "v_1", "discount": unit | {"product": {"id": "mug", "price": 1000}}}
    seen = {**MUG, "quantity": 2, "initial_quantity": 0}
    first = redeemed(1, "r_1", order={"id": "ord_1", "items": [seen]}, voucher=voucher)
    for events in ([first], [first, order_event(2, items=[seen])]):
        order = order_of(*events)
        (line,) = order["items"]
        assert (line["quantity"], line["initial_quantity"], line["amount"]) == (2, 0, 2000)
        assert (order["amount"], order["total_amount"]) == (2000, 0)
    undone = order_of(first, rolled_back(2, "rr_1", "r_1"))
    assert (undone["amount"], undone["total_amount"], "items" in undone) == (0, 0, False)


def test_an_order_without_lines_adds_up_whatever_was_stated_before() -> None:
    none = {**MUG, "quantity": 0, "initial_quantity": 0}
    unit = {"type": "UNIT", "unit_off": 1, "unit_type": "cup", "product": {"id": "cup", "price": 3}}
    events = (
        order_event(1, items=[MUG], amount=500),
        order_event(2, items=[none]),
        redeemed(3, "r_1", order={"id": "ord_1"}, voucher={"id": "v_1", "discount": unit}),
    )
    order = order_of(*events)
    assert (order["amount"], order["total_amount"]) == (3, 0)
