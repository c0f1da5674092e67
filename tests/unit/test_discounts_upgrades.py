"""Units that depend on the cart: the same items again, and upgrades that replace items."""

import pytest

from order_projector.domain.cart import Cart
from order_projector.domain.redeemables import Discount, DiscountTarget, UnitOff
from tests.support.carts import Shown, contribution, line, reason, redeem, shown, units


def test_the_same_items_as_ordered_are_added_to_each_line_that_is_named_within_the_limits() -> None:
    cart = Cart.of([line(500, 2, "A"), line(300, 1, "B"), line(200, 1, "C")])
    same = Discount(
        "UNIT",
        "ADD_SAME_ITEMS",
        units=(UnitOff(2, "pc_1"),),
        applicable_to=(
            DiscountTarget(
                "products_collection",
                "pc_1",
                aggregated_quantity_limit=3,
                order_item_indices=(0, 1),
            ),
        ),
    )
    assert shown(redeem(cart, same)) == [
        Shown(4, 2, 2, 2000, 1000),
        Shown(2, 1, 1, 600, 300),
        Shown(1, 1, 0, 200, 0),
    ]


def test_the_same_items_need_no_other_name_than_those_of_the_lines() -> None:
    same = Discount(
        "UNIT",
        "ADD_SAME_ITEMS",
        units=(UnitOff(1),),
        applicable_to=(DiscountTarget("product", "B"),),
    )
    cart = redeem(Cart.of([line(500, 1, "A"), line(300, 1, "B")]), same)
    assert [entry.quantity for entry in cart.lines] == [1, 2]
    unnamed = Discount("UNIT", "ADD_SAME_ITEMS", units=(UnitOff(1),))
    assert reason(unnamed, cart) == "discount.unit_type is missing"


def test_the_same_items_may_be_named_by_the_unit_itself() -> None:
    cart = redeem(Cart.of([line(500, 1, "A"), line(300, 1, "B")]), units("ADD_SAME_ITEMS", 1, "B"))
    assert [entry.quantity for entry in cart.lines] == [1, 2]
    said = "applicable_to names no item of the order"
    assert reason(units("ADD_SAME_ITEMS", 1, "C"), cart) == said


def upgrade(unit_off: int, price: int | None, target: DiscountTarget) -> Discount:
    product = {"id": "large"} if price is None else {"id": "large", "price": price}
    return Discount(
        "UNIT",
        "REPLACE_ITEMS",
        units=(UnitOff(unit_off, "large", None, product),),
        applicable_to=(target,),
    )


ONE_SMALL = DiscountTarget("product", "small", quantity_limit=1)


@pytest.mark.parametrize(
    ("small", "large", "unit_off", "lines_after", "total"),
    [
        # The three documented tables, in cents; the first and the third total do not change.
        (2000, 2500, 1, [Shown(2, 3, 0, 4000, 0), Shown(1, 0, 0, 2500, 500)], 6000),
        (2500, 1000, 1, [Shown(2, 3, 0, 5000, 0), Shown(1, 0, 0, 1000, 0)], 6000),
        (2500, 1000, 3, [Shown(2, 3, 0, 5000, 0), Shown(3, 0, 0, 3000, 500)], 7500),
    ],
)
def test_an_upgrade_takes_off_what_the_new_units_cost_above_the_replaced_ones(
    small: int, large: int, unit_off: int, lines_after: list[Shown], total: int
) -> None:
    cart = redeem(Cart.of([line(small, 3, "small")]), upgrade(unit_off, large, ONE_SMALL))
    assert shown(cart) == lines_after
    assert cart.total_amount == total


def test_an_upgrade_is_undone_like_any_other_redemption() -> None:
    cart = Cart.of([line(2000, 3, "small")])
    cart.revert(cart.apply(contribution(upgrade(1, 2500, ONE_SMALL), cart)))
    assert shown(cart) == [Shown(3, 3, 0, 6000, 0)]


def test_an_upgrade_does_not_pay_out_what_discounts_had_paid_of_the_replaced_units() -> None:
    cart = Cart.of([line(2000, 3, "small")])
    redeem(cart, Discount("AMOUNT", "APPLY_TO_ITEMS", amount_off=5000))
    redeem(cart, upgrade(1, 2500, ONE_SMALL))
    assert shown(cart) == [Shown(2, 3, 0, 4000, 4000), Shown(1, 0, 0, 2500, 1500)]
    assert cart.total_amount == 1000


def test_an_upgrade_that_names_nothing_to_replace_or_has_no_price_is_invalid() -> None:
    cart = Cart.of([line(2000, 3, "small")])
    unnamed = Discount("UNIT", "REPLACE_ITEMS", units=(UnitOff(1, "large"),))
    assert reason(unnamed, cart) == "applicable_to is missing: it names the items to replace"
    said = "discount.product.price is missing: the replacement's price is unknown"
    assert reason(upgrade(1, None, ONE_SMALL), cart) == said


def test_units_are_not_upgraded_to_their_own_kind() -> None:
    cart = Cart.of([line(2500, 2, "large")])
    assert contribution(upgrade(1, 2500, DiscountTarget("product", "large")), cart).lines == ()
