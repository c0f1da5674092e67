"""Pricing an order of 500 lines takes 500 times the work of one line."""

from collections.abc import Callable

import pytest

from order_projector.domain.cart import Cart
from order_projector.domain.discounts import ValidDiscount, price
from order_projector.domain.redeemables import Discount, DiscountTarget, Gift, Redeemable, UnitOff
from tests.support.calls import calls_of
from tests.support.carts import line

FEW, MANY = 100, 500


def named(count: int) -> tuple[DiscountTarget, ...]:
    return tuple(
        DiscountTarget(
            "product", f"p{nth}", effect="APPLY_FROM_CHEAPEST", aggregated_quantity_limit=3
        )
        for nth in range(count)
    )


def indexed(count: int) -> tuple[DiscountTarget, ...]:
    indices = tuple(range(count))
    return tuple(DiscountTarget(None, f"pc_{nth}", order_item_indices=indices) for nth in range(3))


def given(count: int) -> tuple[UnitOff, ...]:
    return tuple(UnitOff(1, f"p{2 * nth}", "ADD_NEW_ITEMS") for nth in range(count))


KINDS: dict[str, Callable[[int], Redeemable]] = {
    "percent of items": lambda _: Discount("PERCENT", "APPLY_TO_ITEMS", percent_off="10"),
    "split": lambda _: Discount("AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY", amount_off=9999),
    "named": lambda count: Discount(
        "AMOUNT", "APPLY_TO_ITEMS_BY_QUANTITY", amount_off=5, applicable_to=named(count)
    ),
    "indexed": lambda count: Discount("PERCENT", percent_off="5", applicable_to=indexed(count)),
    "credits": lambda _: Gift(10**6, "APPLY_TO_ITEMS"),
    "units": lambda count: Discount("UNIT", "ADD_MANY_ITEMS", units=given(count)),
    "same": lambda count: Discount(
        "UNIT", "ADD_SAME_ITEMS", units=(UnitOff(1, "x"),), applicable_to=named(count)
    ),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_work_grows_with_the_lines_and_no_faster(kind: Callable[[int], Redeemable]) -> None:
    few, many = (calls(kind(count), count) for count in (FEW, MANY))
    assert many < 1.2 * few * MANY / FEW


def calls(redeemable: Redeemable, count: int) -> int:
    """Return how many function calls it takes to price a redemption and apply it to the cart."""
    cart = Cart.of(line(100 + nth % 7, 3, f"p{nth}") for nth in range(count))

    def redeem() -> None:
        outcome = price(redeemable, cart)
        assert isinstance(outcome, ValidDiscount)
        cart.apply(outcome.contribution)

    return calls_of(redeem)


def entries_for_one_product(count: int) -> tuple[DiscountTarget, ...]:
    """Return this number of entries, each with its own limits and an unknown source id."""
    return tuple(
        DiscountTarget(
            None, "p", f"s{nth}", quantity_limit=count + nth, aggregated_amount_limit=10**6
        )
        for nth in range(count)
    )


def test_many_entries_for_one_product_cost_a_line_no_more_than_one() -> None:
    def cost(count: int) -> int:
        cart = Cart.of(line(100, 3, "p") for _ in range(count))
        targets = entries_for_one_product(count)
        discount = Discount("PERCENT", percent_off="5", applicable_to=targets)
        return calls_of(lambda: price(discount, cart))

    few, many = cost(50), cost(200)
    assert many < 4.4 * few


@pytest.mark.parametrize("effect", ["ADD_MISSING_ITEMS", "ADD_NEW_ITEMS"])
@pytest.mark.parametrize("names", [("p",), ("p", "s"), ("p", "q")])
def test_many_entries_of_units_cost_no_more_for_many_lines_of_their_product(
    effect: str, names: tuple[str, ...]
) -> None:
    """This is true whether they name the product, its SKU, or both alternately."""

    def cost(count: int) -> int:
        kinds = [line(100, 3, "p"), line(100, 3, "p", "s"), line(100, 3, "q")]
        cart = Cart.of(kinds[nth % 3] for nth in range(count))
        entries = (UnitOff(nth % 9, names[nth % len(names)], effect) for nth in range(count))
        discount = Discount("UNIT", "ADD_MANY_ITEMS", units=tuple(entries))
        return calls_of(lambda: price(discount, cart))

    few, many = cost(50), cost(200)
    assert many < 4.4 * few


def skipping(nth: int) -> DiscountTarget:
    return DiscountTarget(None, "p", skip_initially=1 + nth)


def repeating(nth: int) -> DiscountTarget:
    return DiscountTarget(None, "p", repeat=1 + nth)


@pytest.mark.parametrize("entry", [skipping, repeating])
def test_entries_with_a_rule_each_cost_a_few_calls_for_each_line_that_they_choose(
    entry: Callable[[int], DiscountTarget],
) -> None:
    """Five hundred of them take 15 kB, and each may choose among all five hundred lines."""
    cart = Cart.of(line(100, 3, "p") for _ in range(FEW))
    targets = tuple(map(entry, range(FEW)))
    discount = Discount("PERCENT", percent_off="5", applicable_to=targets)
    assert calls_of(lambda: price(discount, cart)) < 5 * FEW * FEW
