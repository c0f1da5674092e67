"""An amount that is split over lines by their numbers of units."""

import pytest

from order_projector.domain.cart import Cart
from order_projector.domain.redeemables import Discount, DiscountTarget
from tests.support.carts import line, off_lines, redeem

CHEAP, DEAR = DiscountTarget("product", "A"), DiscountTarget("product", "C")


def split(amount_off: int, *targets: DiscountTarget, limit: int | None = None) -> Discount:
    return Discount(
        "AMOUNT",
        "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
        amount_off,
        applicable_to=targets or None,
        aggregated_amount_limit=limit,
    )


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        # One unit of 1000 and one of 9000: a half each, and A gets at most what it costs.
        pytest.param(split(1000, CHEAP, DEAR), [500, 500, 0], id="less than each costs"),
        pytest.param(split(4000, CHEAP, DEAR), [1000, 2000, 0], id="more than one costs"),
        pytest.param(split(12000, CHEAP, DEAR), [1000, 6000, 0], id="more than both cost"),
        pytest.param(split(20000, CHEAP, DEAR), [1000, 9000, 0], id="more than each costs twice"),
        pytest.param(split(12000, CHEAP, DEAR, limit=8000), [1000, 4000, 0], id="a limit is split"),
    ],
)
def test_each_line_gets_its_part_of_the_whole_amount_up_to_what_it_costs(
    discount: Discount, expected: list[int]
) -> None:
    cart = Cart.of([line(1000, product="A"), line(9000, product="C"), line(90000, product="D")])
    assert off_lines(discount, cart) == expected


def test_what_the_order_has_left_is_what_is_split() -> None:
    cart = Cart.of([line(1000, product="A"), line(9000, product="C")])
    redeem(cart, Discount("AMOUNT", amount_off=6000))
    assert off_lines(split(12000), cart) == [1000, 2000]


def test_units_that_are_chosen_one_by_one_get_no_more_off_than_they_cost() -> None:
    """Of three units of 100 and one of 1000, every second one is covered: the first and third."""
    cart = Cart.of([line(100, 3, "A"), line(1000, 1, "C"), line(90000, product="D")])
    of_units = [DiscountTarget("product", name, target="UNIT", repeat=2) for name in "AC"]
    assert off_lines(split(900, *of_units), cart) == [200, 0, 0]
    of_units = [DiscountTarget("product", name, target="UNIT", repeat=3) for name in "AC"]
    assert off_lines(split(900, *of_units), cart) == [100, 450, 0]
