"""An amount that is split over lines by their numbers of units."""

from dataclasses import replace

import pytest

from order_projector.domain.cart import Cart
from order_projector.domain.discounts import ValidDiscount, price
from order_projector.domain.redeemables import Discount, DiscountTarget, UnitOff
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


def test_a_line_without_units_has_no_part_in_the_split() -> None:
    """100 over two units of C and one of D: two thirds and one third, 67 and 33."""
    cart = Cart.of([line(333, 0, "A"), line(500, 2, "C"), line(500, 1, "D")])
    assert off_lines(split(100), cart) == [0, 67, 33]
    assert off_lines(split(100), Cart.of([line(333, 0, "A")])) == [0]


def test_a_line_whose_units_were_all_replaced_has_no_part_in_the_split() -> None:
    """The only unit of A has become one of B: 100 over one unit of C and one of B, a half each."""
    cart = Cart.of([line(500, 1, "A"), line(900, 1, "C")])
    upgrade = UnitOff(1, "B", None, product={"id": "B", "price": 500})
    redeem(cart, Discount("UNIT", "REPLACE_ITEMS", units=(upgrade,), applicable_to=(CHEAP,)))
    assert off_lines(split(100), cart) == [0, 50, 50]


@pytest.mark.parametrize("effect", ["APPLY_TO_CHEAPEST", "APPLY_FROM_CHEAPEST"])
def test_a_line_without_units_is_not_the_cheapest(effect: str) -> None:
    cart = Cart.of([line(333, 0, "A"), line(500, 2, "C")])
    cheapest = [replace(it, effect=effect) for it in (CHEAP, DEAR)]
    assert off_lines(split(100, *cheapest), cart) == [0, 100]


@pytest.mark.parametrize("percent_off", ["10", "100"])
def test_a_percentage_off_a_line_without_units_is_nothing(percent_off: str) -> None:
    cart = Cart.of([line(333, 0, "A")])
    assert off_lines(Discount("PERCENT", "APPLY_TO_ITEMS", percent_off=percent_off), cart) == [0]


def test_an_amount_off_each_unit_of_a_line_without_units_is_nothing_and_is_not_cut() -> None:
    cart = Cart.of([line(333, 0, "A"), line(500, 2, "C")])
    match price(Discount("AMOUNT", "APPLY_TO_ITEMS_BY_QUANTITY", 100), cart):
        case ValidDiscount(contribution=contribution, wanted=wanted):
            assert (contribution.items_discount, wanted) == (200, 200)
        case invalid:
            pytest.fail(f"{invalid}")
