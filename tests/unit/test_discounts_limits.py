"""How limits of quantity and of amount bound a discount, alone and together."""

import pytest

from order_projector.domain.cart import Cart
from order_projector.domain.redeemables import Discount, DiscountTarget
from tests.support.carts import line, lines, off_lines, redeem

ITEMS = "APPLY_TO_ITEMS"
BY_QUANTITY = "APPLY_TO_ITEMS_BY_QUANTITY"


def test_a_line_that_several_targets_cover_is_discounted_once_within_all_their_limits() -> None:
    collection = DiscountTarget(
        "products_collection", "pc_1", amount_limit=7, order_item_indices=(0, 1)
    )
    product = DiscountTarget("product", "A", amount_limit=5)
    ten_off = Discount("AMOUNT", ITEMS, amount_off=10, applicable_to=(collection, product))
    assert off_lines(ten_off, Cart.of(lines(100, 100))) == [5, 7]


def test_quantity_limits_of_one_and_two_units_give_one_and_two_times_the_amount() -> None:
    """500 off per unit, for at most one unit of the one product and two of the other."""
    cart = Cart.of([line(3000, 3, "A"), line(4000, 3, "B")])
    targets = (
        DiscountTarget("product", "A", quantity_limit=1, aggregated_quantity_limit=1),
        DiscountTarget("product", "B", quantity_limit=2, aggregated_quantity_limit=3),
    )
    discount = Discount("AMOUNT", BY_QUANTITY, amount_off=500, applicable_to=targets)
    assert off_lines(discount, cart) == [500, 1000]


def limited(**limits: int | str) -> tuple[DiscountTarget, ...]:
    return (DiscountTarget("product", "P", **limits),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        # Five of six units are discounted; the remaining one has its full price.
        (
            Discount(
                "AMOUNT",
                BY_QUANTITY,
                amount_off=50,
                applicable_to=limited(aggregated_quantity_limit=5),
            ),
            [100, 150],
        ),
        (
            Discount("AMOUNT", BY_QUANTITY, amount_off=50, applicable_to=limited(quantity_limit=3)),
            [100, 150],
        ),
        (
            Discount("PERCENT", ITEMS, percent_off="10", applicable_to=limited(quantity_limit=1)),
            [100, 50],
        ),
        (
            Discount(
                "PERCENT",
                ITEMS,
                percent_off="10",
                applicable_to=limited(aggregated_quantity_limit=3),
            ),
            [200, 50],
        ),
        (
            Discount("FIXED", ITEMS, applicable_to=limited(price=400, aggregated_quantity_limit=3)),
            [1200, 100],
        ),
        (
            Discount("FIXED", ITEMS, applicable_to=limited(price=400, quantity_limit=1)),
            [600, 100],
        ),
        (
            Discount("PERCENT", ITEMS, percent_off="10", applicable_to=limited(amount_limit=150)),
            [150, 150],
        ),
        (
            Discount(
                "PERCENT",
                ITEMS,
                percent_off="10",
                applicable_to=limited(aggregated_amount_limit=250),
            ),
            [200, 50],
        ),
        (
            Discount(
                "PERCENT",
                ITEMS,
                percent_off="10",
                amount_limit=190,
                aggregated_amount_limit=340,
                applicable_to=limited(amount_limit=180, aggregated_amount_limit=350),
            ),
            [180, 160],
        ),
        (
            Discount(
                "PERCENT",
                ITEMS,
                percent_off="10",
                applicable_to=limited(effect="APPLY_FROM_CHEAPEST", aggregated_quantity_limit=5),
            ),
            [100, 200],
        ),
        (
            Discount("AMOUNT", ITEMS, amount_off=50, applicable_to=limited(quantity_limit=0)),
            [0, 0],
        ),
    ],
)
def test_of_all_limits_the_one_that_leaves_the_lowest_discount_decides(
    discount: Discount, expected: list[int]
) -> None:
    """Two units for 1000 each, then four for 500 each; a shared limit is used up in line order."""
    cart = Cart.of([line(1000, 2, "P", "large"), line(500, 4, "P", "small")])
    assert off_lines(discount, cart) == expected


def test_a_line_that_gets_no_discount_uses_up_no_limit() -> None:
    cart = Cart.of([line(1000, 2, "P", "a"), line(1000, 2, "P", "b")])
    redeem(
        cart,
        Discount("PERCENT", ITEMS, percent_off="100", applicable_to=(DiscountTarget("sku", "a"),)),
    )
    discount = Discount(
        "AMOUNT",
        BY_QUANTITY,
        amount_off=50,
        applicable_to=limited(aggregated_quantity_limit=2),
    )
    assert off_lines(discount, cart) == [0, 100]


def test_the_same_target_listed_twice_is_one_target_with_one_limit() -> None:
    target = DiscountTarget("product", "P", aggregated_quantity_limit=3)
    discount = Discount("AMOUNT", BY_QUANTITY, amount_off=10, applicable_to=(target, target))
    cart = Cart.of([line(1000, 2, "P", "a"), line(1000, 2, "P", "b")])
    assert off_lines(discount, cart) == [20, 10]


def test_of_several_entries_for_one_product_the_lowest_of_each_limit_decides() -> None:
    cart = Cart.of([line(100, 4, "a"), line(100, 4, "b"), line(100, 4, "a")])
    first = DiscountTarget("product", "a", quantity_limit=3, aggregated_amount_limit=500)
    second = DiscountTarget(
        "product", "a", "elsewhere", quantity_limit=2, aggregated_quantity_limit=3
    )
    third = DiscountTarget("product", "a", amount_limit=190)
    discount = Discount("AMOUNT", BY_QUANTITY, amount_off=100, applicable_to=(first, second, third))
    assert off_lines(discount, cart) == [190, 0, 100]
