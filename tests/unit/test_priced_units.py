"""Lines of free units: where they merge, what they cost, how they are served."""

import pytest

from tests.support.events import Json, order_of
from tests.support.priced import (
    after,
    by_source,
    cart,
    counted,
    coupon,
    item,
    money,
    one_by_one,
    product,
    units,
)

MISSING = "ADD_MISSING_ITEMS"
NEW = "ADD_NEW_ITEMS"
MUG = item("mug", 1000)

# One product in two SKUs, and one line that the shop names by its own SKU.
SKUS = cart(
    item("p", 500, 1, sku_id="sku_red"),
    item("p", 600, 1, sku_id="sku_blue"),
    by_source("green", 700, 1, "sku"),
)


@pytest.mark.parametrize(
    ("discount", "quantities", "price"),
    [
        pytest.param(units(NEW, 1, "sku_blue"), [1, 2, 1], 600, id="the very SKU"),
        pytest.param(units(NEW, 1, "p"), [2, 1, 1], 500, id="the first line of the product"),
        pytest.param(
            units(NEW, 1, "sku_9", sku={"id": "sku_9", "source_id": "green"}),
            [1, 1, 2],
            700,
            id="an SKU by its source id",
        ),
        pytest.param(
            units(NEW, 1, "sku_9", sku={"id": "sku_9"}, product={"id": "p"}),
            [1, 1, 1, 1],
            500,
            id="another SKU of the product, at the price of its first line",
        ),
        pytest.param(
            units(NEW, 1, "sku_9", sku={"id": "sku_9"}, product={"id": "p", "price": 650}),
            [1, 1, 1, 1],
            650,
            id="another SKU, at the product's price",
        ),
        pytest.param(
            units(NEW, 1, "sku_9", sku={"id": "sku_9", "price": 0}, product={"id": "p"}),
            [1, 1, 1, 1],
            0,
            id="an SKU that costs nothing",
        ),
        pytest.param(
            units(NEW, 1, "q", product={"id": "q"}), [1, 1, 1, 1], None, id="an unpriced product"
        ),
    ],
)
def test_free_units_merge_by_sku_and_product_or_come_as_a_line(
    discount: Json, quantities: list[int], price: int | None
) -> None:
    amounts, lines = after(SKUS, *one_by_one(discount))
    assert [line["quantity"] for line in lines] == quantities
    assert amounts["amount"] == 1800 + (price or 0)
    assert amounts.get("items_discount_amount", 0) == (price or 0)
    assert amounts["total_amount"] == 1800


def test_a_line_of_free_units_is_served_with_all_that_its_discount_says() -> None:
    jacket = {"id": "prod_j", "source_id": "facdc58f", "name": "Jacket", "override": True}
    large = {"id": "sku_l", "source_id": "M0E2", "sku": "Jacket L", "price": 29900, "metadata": {}}
    order = order_of(cart(MUG), *one_by_one(units(NEW, 2, "sku_l", product=jacket, sku=large)))
    assert list(order["items"][1].items()) == [
        ("object", "order_item"),
        ("product_id", "prod_j"),
        ("sku_id", "sku_l"),
        ("quantity", 2),
        ("initial_quantity", 0),
        ("discount_quantity", 2),
        ("amount", 59800),
        ("initial_amount", 0),
        ("discount_amount", 59800),
        ("price", 29900),
        ("subtotal_amount", 0),
        ("product", {"id": "prod_j", "source_id": "facdc58f", "name": "Jacket"}),
        ("sku", large),
    ]


def test_an_unpriced_line_of_free_units_has_no_amounts_at_all() -> None:
    shipping = {"id": "prod_5h1pp1ng", "source_id": "5h1pp1ng", "name": "Shipping"}
    order = order_of(cart(MUG), *one_by_one(units(MISSING, 1, "prod_5h1pp1ng", product=shipping)))
    assert list(order["items"][1]) == [
        "object",
        "product_id",
        "quantity",
        "initial_quantity",
        "discount_quantity",
        "product",
    ]
    assert "initial_amount" not in order


FREE_MUG = units(NEW, 1, "mug")
TEN_OFF = coupon("PERCENT", product("mug"), percent_off=10)


@pytest.mark.parametrize(
    ("redeemables", "line"),
    [
        pytest.param([FREE_MUG, FREE_MUG], counted(1, 2, 2, 1000), id="twice new"),
        pytest.param(
            [FREE_MUG, TEN_OFF],
            counted(1, 1, 1, 1000) | {"discount_amount": 1100, "subtotal_amount": 900},
            id="a percentage of what is not free",
        ),
        pytest.param(
            [TEN_OFF, FREE_MUG],
            counted(1, 1, 1, 1000) | {"discount_amount": 1100, "subtotal_amount": 900},
            id="a free unit beside one with a discount",
        ),
        pytest.param(
            [TEN_OFF, units(MISSING, 1, "mug")],
            counted(1, 0, 1, 1000),
            id="a unit that had a discount made free: capped at the line",
        ),
        pytest.param(
            [units(MISSING, 3, "mug"), units(MISSING, 2, "mug")],
            counted(1, 2, 3, 1000),
            id="fewer missing ones after more",
        ),
        pytest.param(
            [units(MISSING, 2, "mug"), FREE_MUG], counted(1, 2, 3, 1000), id="missing, then new"
        ),
        pytest.param(
            [FREE_MUG, units(MISSING, 2, "mug")], counted(1, 1, 2, 1000), id="new, then missing"
        ),
        pytest.param(
            [coupon("AMOUNT", product("mug"), amount_off=5000), FREE_MUG],
            counted(1, 1, 1, 1000) | {"discount_amount": 2000, "subtotal_amount": 0},
            id="a line that costs nothing gets a unit that costs nothing",
        ),
    ],
)
def test_discounts_of_one_line_add_up_within_it(redeemables: list[Json], line: Json) -> None:
    assert after(cart(MUG), *one_by_one(*redeemables))[1] == [line]


def test_a_free_unit_on_one_of_two_lines_of_its_product_leaves_the_other_alone() -> None:
    amounts, lines = after(cart(MUG, item("cup", 300), MUG), *one_by_one(FREE_MUG))
    plain = {"quantity": 1, "amount": 1000, "price": 1000, "subtotal_amount": 1000}
    assert [lines[0], lines[2]] == [counted(1, 1, 1, 1000), plain]
    assert amounts == money(3300, 0, 1000, 2300)


def test_units_that_an_order_has_left_too_little_for_are_free_as_far_as_it_goes() -> None:
    off = coupon("AMOUNT", amount_off=700)
    amounts, [line] = after(cart(MUG), *one_by_one(off, units(MISSING, 1, "mug")))
    assert (line["discount_quantity"], line["discount_amount"]) == (1, 300)
    assert amounts == money(1000, 700, 300, 1000)


def test_the_same_units_as_ordered_come_on_every_line_that_is_named() -> None:
    same = coupon(
        "UNIT",
        product("mug"),
        product("cup", quantity_limit=1),
        effect="ADD_SAME_ITEMS",
        unit_off=2,
        unit_type="mug",
    )
    amounts, lines = after(cart(MUG, item("cup", 300), item("pen", 50)), *one_by_one(same))
    assert lines[:2] == [counted(1, 2, 2, 1000), counted(1, 1, 1, 300)]
    assert amounts == money(3650, 0, 2300, 1350)


def test_free_units_of_an_order_that_has_an_amount_alone_come_on_top_of_it() -> None:
    cup = units(NEW, 1, "cup", product={"id": "cup", "price": 300})
    amounts, lines = after(cart(amount=5000), *one_by_one(cup, coupon("PERCENT", percent_off=10)))
    assert lines == [counted(0, 1, 1, 300)]
    assert amounts == money(5300, 500, 300, 5000)
