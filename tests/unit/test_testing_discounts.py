"""`order_projector.testing` builds every kind of discount, and each takes off what it states."""

from decimal import Decimal

import pytest

from order_projector import testing
from order_projector.testing import (
    amount_off,
    collection,
    fixed,
    gift_card,
    item,
    item_by_source,
    loyalty_points,
    percent_off,
    product,
    promotion,
    redemption_succeeded,
    sku,
    unit_off,
    units_off,
)
from tests.support.built import order_of


def _off(voucher: testing.Redeemable, *items: testing.Item) -> tuple[list[int], int, int]:
    """Return what a voucher takes off each line and off the order, and what is left to pay."""
    lines = items or (item("prod_a", 2, price=1000), item("prod_b", 1, price=500))
    order = order_of(redemption_succeeded("ord_1", items=lines, voucher=voucher))
    off_lines = [line.get("discount_amount", 0) for line in order["items"]]
    return off_lines, order.get("discount_amount", 0), order["total_amount"]


DISCOUNTS = {
    "300 off the order": (amount_off(300), ([0, 0], 300, 2200)),
    "300 off each item": (amount_off(300, effect="APPLY_TO_ITEMS"), ([300, 300], 0, 1900)),
    "300 off one product": (amount_off(300, only=[product("prod_b")]), ([0, 300], 0, 2200)),
    "300 off all but one product": (amount_off(300, but=[product("prod_b")]), ([300, 0], 0, 2200)),
    "300 off each unit": (
        amount_off(300, effect="APPLY_TO_ITEMS_BY_QUANTITY"),
        ([600, 300], 0, 1600),
    ),
    "300 split by amount": (
        amount_off(300, effect="APPLY_TO_ITEMS_PROPORTIONALLY"),
        ([240, 60], 0, 2200),
    ),
    "300 split by quantity": (
        amount_off(300, effect="APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"),
        ([200, 100], 0, 2200),
    ),
    "10 % off the order": (percent_off(10), ([0, 0], 250, 2250)),
    "12.5 % off the order, as a decimal": (percent_off(Decimal("12.5")), ([0, 0], 313, 2187)),
    "10 %, at most 100": (percent_off(10, amount_limit=100), ([0, 0], 100, 2400)),
    "10 % off the cheapest": (
        percent_off(
            10,
            only=[
                product("prod_a", effect="APPLY_TO_CHEAPEST"),
                product("prod_b", effect="APPLY_TO_CHEAPEST"),
            ],
        ),
        ([0, 50], 0, 2450),
    ),
    "10 % off one line of a collection": (
        percent_off(10, only=[collection("pc_1", lines=[1])]),
        ([0, 50], 0, 2450),
    ),
    "10 % off one unit": (
        percent_off(10, only=[product("prod_a", quantity_limit=1)]),
        ([100, 0], 0, 2400),
    ),
    "the order for 2000": (fixed(2000), ([0, 0], 500, 2000)),
    "each unit for 400": (
        fixed(400, effect="APPLY_TO_ITEMS"),
        ([1200, 100], 0, 1200),
    ),
    "one product for 800 a unit": (fixed(only=[product("prod_a", price=800)]), ([400, 0], 0, 2100)),
    "a unit that is there, free": (unit_off(1, "prod_b"), ([0, 500], 0, 2000)),
    "a unit more, free": (
        unit_off(1, "prod_b", effect="ADD_NEW_ITEMS"),
        ([0, 500], 0, 2500),
    ),
    "another product, free": (unit_off(1, "prod_c", price=700), ([0, 0, 700], 0, 2500)),
    "a unit more of what was bought": (
        unit_off(1, "prod_a", effect="ADD_SAME_ITEMS"),
        ([1000, 0], 0, 2500),
    ),
    "two kinds of units": (
        units_off(unit_off(1, "prod_b"), unit_off(2, "sku_c", price=100)),
        ([0, 500, 200], 0, 2000),
    ),
    "credits of a gift card": (gift_card(600), ([0, 0], 600, 1900)),
    "credits spent on items": (gift_card(600, effect="APPLY_TO_ITEMS"), ([600, 0], 0, 1900)),
    "points that are cents": (loyalty_points(600), ([0, 0], 600, 1900)),
    "points that are coins": (loyalty_points(60, coins=(1, 10)), ([0, 0], 600, 1900)),
    "points for something else": (loyalty_points(60, reward="MATERIAL"), ([0, 0], 0, 2500)),
    "a promotion": (promotion(percent_off(10)), ([0, 0], 250, 2250)),
}


@pytest.mark.parametrize("name", DISCOUNTS)
def test_every_kind_of_discount_takes_off_what_it_says(name: str) -> None:
    voucher, expected = DISCOUNTS[name]
    assert _off(voucher) == expected


def test_an_upgrade_replaces_units_at_no_cost() -> None:
    upgrade = unit_off(1, "prod_b", price=1500, effect="REPLACE_ITEMS", only=[product("prod_a")])
    order = order_of(
        redemption_succeeded("ord_1", items=[item("prod_a", 1, price=1000)], voucher=upgrade)
    )
    assert (order["items"][-1]["product_id"], order["total_amount"]) == ("prod_b", 1000)


def test_skus_and_source_ids_name_lines_too() -> None:
    order = order_of(
        redemption_succeeded(
            "ord_1",
            items=[item("prod_a", price=1000, sku="sku_a"), item_by_source("shop-7", price=300)],
            voucher=percent_off(50, only=[sku("sku_a")]),
        )
    )
    assert [line["subtotal_amount"] for line in order["items"]] == [500, 300]
    assert order["items"][1]["source_id"] == "shop-7"
