"""Which items a discount covers: names, indices, ranks, skips and repetitions."""

import pytest

from order_projector.domain.cart import Cart, Line
from order_projector.domain.redeemables import Discount, DiscountTarget
from tests.support.carts import line, lines, off_lines, reason

ITEMS = "APPLY_TO_ITEMS"
BY_QUANTITY = "APPLY_TO_ITEMS_BY_QUANTITY"


def ten_off(*to: DiscountTarget, but: tuple[DiscountTarget, ...] = ()) -> Discount:
    """Return a discount of 10 cents on each covered line."""
    return Discount("AMOUNT", ITEMS, amount_off=10, applicable_to=to or None, inapplicable_to=but)


def named_lines() -> Cart:
    """Return lines as producers name them: by id, by source id, in a nested object; four SKUs."""
    return Cart.of(
        [
            Line(1, 100, 100, product_id="prod_mug"),
            Line(1, 100, 100, source_id="mug", related_object="product"),
            Line(1, 100, 100, product={"id": "prod_mug", "source_id": "mug"}),
            Line(1, 100, 100, product_id="prod_mug", sku_id="sku_red"),
            Line(1, 100, 100, source_id="red", related_object="sku"),
            Line(1, 100, 100, product_id="prod_mug", sku={"id": "sku_red", "source_id": "red"}),
            Line(1, 100, 100, product_id="prod_mug", sku_id="sku_blue"),
            Line(1, 100, 100, product_id="prod_pen"),
        ]
    )


@pytest.mark.parametrize(
    ("target", "covered"),
    [
        (DiscountTarget("product", "prod_mug"), [0, 2, 3, 5, 6]),
        (DiscountTarget("product", "mug"), [1, 2]),
        (DiscountTarget("product", "prod_mug", "mug"), [0, 1, 2, 3, 5, 6]),
        (DiscountTarget("product", None, "mug"), [1, 2]),
        (DiscountTarget("sku", "sku_red"), [3, 5]),
        (DiscountTarget("sku", "red", "red"), [4, 5]),
        (DiscountTarget("sku", "sku_red", "red"), [3, 4, 5]),
        (DiscountTarget("products_collection", "pc_1", order_item_indices=(7, 1)), [1, 7]),
        (DiscountTarget("product", "prod_mug", order_item_indices=(0,)), [0]),
        (DiscountTarget(None, "prod_pen"), [7]),
        (DiscountTarget(None, "sku_blue"), [6]),
    ],
)
def test_a_target_covers_lines_by_indices_or_else_by_any_name_of_its_product_or_sku(
    target: DiscountTarget, covered: list[int]
) -> None:
    expected = [10 if index in covered else 0 for index in range(8)]
    assert off_lines(ten_off(target), named_lines()) == expected
    left_out = ten_off(but=(target,))
    assert off_lines(left_out, named_lines()) == [10 - each for each in expected]


@pytest.mark.parametrize(
    "target",
    [
        DiscountTarget("product", "sku_red"),
        DiscountTarget("sku", "prod_mug"),
        DiscountTarget("product", "prod_mug", order_item_indices=(8,)),
        DiscountTarget("product", "prod_cup"),
        DiscountTarget("category", "prod_mug"),
        DiscountTarget(),
    ],
)
def test_a_discount_of_items_that_the_order_does_not_have_is_invalid(
    target: DiscountTarget,
) -> None:
    assert reason(ten_off(target), named_lines()) == "applicable_to names no item of the order"


@pytest.mark.parametrize("indices", [None, (), (8,)])
def test_a_collection_names_items_by_their_indices_only(indices: tuple[int, ...] | None) -> None:
    target = DiscountTarget("products_collection", "prod_mug", order_item_indices=indices)
    said = (
        "applicable_to names no item of the order; "
        "of a products_collection order_item_indices name them"
    )
    assert reason(ten_off(target), named_lines()) == said


def test_what_is_excluded_is_not_covered_even_where_it_is_included() -> None:
    mugs, red = DiscountTarget("product", "prod_mug"), DiscountTarget("sku", "sku_red")
    assert off_lines(ten_off(mugs, but=(red,)), named_lines()) == [10, 0, 10, 0, 0, 0, 10, 0]
    said = "inapplicable_to excludes every item that the discount applies to"
    assert reason(ten_off(red, but=(mugs,)), named_lines()) == said


def test_a_target_effect_that_is_not_known_makes_the_discount_invalid() -> None:
    target = DiscountTarget("product", "A", effect="APPLY_TO_TALLEST")
    said = "applicable_to.effect 'APPLY_TO_TALLEST' is unknown"
    assert reason(ten_off(target), Cart.of(lines(1))) == said


def all_of(
    effect: str | None, *, skip: int | None = None, repeat: int | None = None
) -> DiscountTarget:
    """Return the collection that `A` to `E` stand for, as one product of five SKUs."""
    return DiscountTarget("product", "P", effect=effect, skip_initially=skip, repeat=repeat)


def skus(*prices: int) -> Cart:
    """Return a cart with one line for each price, all of them SKUs of the product P."""
    return Cart.of([line(price, 1, "P", f"sku_{nth}") for nth, price in enumerate(prices)])


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (all_of(None), [10, 10, 10, 10, 10]),
        (all_of("APPLY_TO_EVERY"), [10, 10, 10, 10, 10]),
        (all_of("APPLY_TO_CHEAPEST"), [0, 10, 0, 0, 0]),
        (all_of("APPLY_TO_MOST_EXPENSIVE"), [0, 0, 10, 0, 0]),
        (all_of("APPLY_FROM_CHEAPEST"), [10, 10, 10, 10, 10]),
        (all_of("APPLY_FROM_MOST_EXPENSIVE"), [10, 10, 10, 10, 10]),
        (all_of("APPLY_TO_EVERY", skip=3), [0, 0, 0, 10, 10]),
        (all_of("APPLY_TO_EVERY", repeat=2), [10, 0, 10, 0, 10]),
        (all_of("APPLY_TO_EVERY", skip=1, repeat=3), [0, 10, 0, 0, 10]),
        (all_of("APPLY_TO_EVERY", skip=0, repeat=1), [10, 10, 10, 10, 10]),
        (all_of("APPLY_TO_EVERY", skip=0, repeat=0), [10, 10, 10, 10, 10]),
        (all_of("APPLY_FROM_CHEAPEST", skip=1, repeat=2), [10, 0, 0, 10, 0]),
        (all_of("APPLY_FROM_MOST_EXPENSIVE", repeat=3), [10, 0, 10, 0, 0]),
    ],
)
def test_a_target_effect_ranks_lines_by_unit_price_and_skips_and_repeats_along_that_rank(
    target: DiscountTarget, expected: list[int]
) -> None:
    # By price: line 1 (100), 0 (300), 4 (400), 3 (500), 2 (900).
    assert off_lines(ten_off(target), skus(300, 100, 900, 500, 400)) == expected


def test_a_target_that_skips_all_that_it_names_is_invalid() -> None:
    said = "applicable_to skips every item that it names"
    assert reason(ten_off(all_of("APPLY_TO_EVERY", skip=9)), skus(300, 100)) == said


def test_a_target_of_items_without_amounts_is_said_to_find_no_amount_whatever_it_skips() -> None:
    said = "no item that the discount applies to has an amount"
    unpriced = Cart.of([Line(1, product_id="P"), Line(2, product_id="P", sku_id="S")])
    for target in (all_of("APPLY_TO_EVERY"), all_of("APPLY_FROM_CHEAPEST", skip=1)):
        assert reason(ten_off(target), unpriced) == said


def test_the_documented_example_of_skipping_and_repeating_over_order_lines() -> None:
    """From the most expensive line on, skip the first one, then repeat every two lines."""
    brand = [("shirt", 2000, 3), ("poster", 1500, 5), ("mug", 1000, 2), ("socks", 500, 4)]
    cart = Cart.of([line(price, quantity, name) for name, price, quantity in brand])
    cart.append(line(2500, 2, "bottle"))
    rhythm = {"effect": "APPLY_FROM_MOST_EXPENSIVE", "skip_initially": 1, "repeat": 2}
    targets = tuple(DiscountTarget("product", name, **rhythm) for name, _, _ in brand)  # type: ignore[arg-type]
    discount = Discount("AMOUNT", ITEMS, amount_off=500, applicable_to=targets)
    assert off_lines(discount, cart) == [0, 500, 0, 500, 0]


def test_the_cheapest_of_two_listed_products_is_one_line_the_earlier_of_two_equal_ones() -> None:
    cart = Cart.of(lines(700, 500, 500))
    both = tuple(DiscountTarget("product", name, effect="APPLY_TO_CHEAPEST") for name in "ABC")
    assert off_lines(ten_off(*both), cart) == [0, 10, 0]
    dearest = tuple(
        DiscountTarget("product", name, effect="APPLY_TO_MOST_EXPENSIVE") for name in "BC"
    )
    assert off_lines(ten_off(*dearest), cart) == [0, 10, 0]


def test_the_price_of_a_line_that_has_an_amount_only_is_its_amount_per_unit() -> None:
    cart = Cart.of([Line(4, 1000, product_id="A"), line(300, 1, "B")])
    cheapest = tuple(DiscountTarget("product", name, effect="APPLY_TO_CHEAPEST") for name in "AB")
    assert off_lines(ten_off(*cheapest), cart) == [10, 0]


def test_indices_name_lines_that_are_picked_already_so_that_nothing_is_skipped_again() -> None:
    target = DiscountTarget(
        "products_collection",
        "pc_1",
        effect="APPLY_FROM_MOST_EXPENSIVE",
        skip_initially=1,
        repeat=2,
        order_item_indices=(1, 3),
    )
    assert off_lines(ten_off(target), Cart.of(lines(50, 60, 70, 80))) == [0, 10, 0, 10]


def test_of_several_new_prices_of_one_product_the_highest_counts() -> None:
    cart = Cart.of([line(100, 1, "a"), line(100, 1, "b")])
    prices = (
        DiscountTarget("product", "a", price=70),
        DiscountTarget("product", "a", price=80),
        DiscountTarget("product", "a"),
        DiscountTarget("product", "b", price=60),
    )
    discount = Discount("FIXED", ITEMS, applicable_to=prices)
    assert off_lines(discount, cart) == [20, 40]
