"""Free units: added, covered, or merged into existing lines."""

from typing import Any

import pytest

from order_projector.domain.cart import Cart, Contribution, Line, LineContribution
from order_projector.domain.redeemables import Discount, UnitOff
from tests.support.carts import Shown, contribution, line, lines, reason, redeem, shown, units

MISSING = "ADD_MISSING_ITEMS"
NEW = "ADD_NEW_ITEMS"
MANY = "ADD_MANY_ITEMS"


@pytest.mark.parametrize(
    ("there", "effect", "unit_off", "expected"),
    [
        # Two T-shirts of 1500 are offered.
        (1, MISSING, 2, Shown(2, 1, 2, 3000, 3000)),
        (2, MISSING, 2, Shown(2, 2, 2, 3000, 3000)),
        (3, MISSING, 2, Shown(3, 3, 2, 4500, 3000)),
        (1, None, 2, Shown(2, 1, 2, 3000, 3000)),
        (1, NEW, 2, Shown(3, 1, 2, 4500, 3000)),
        (5, NEW, 2, Shown(7, 5, 2, 10500, 3000)),
        # As recorded: 222 of a product with one unit in the cart, and 22 of another.
        (1, MISSING, 222, Shown(222, 1, 222, 333000, 333000)),
        (1, NEW, 22, Shown(23, 1, 22, 34500, 33000)),
    ],
)
def test_missing_items_fill_up_to_the_offered_count_and_new_items_are_added_to_it(
    there: int, effect: str | None, unit_off: int, expected: Shown
) -> None:
    cart = redeem(Cart.of([line(1500, there)]), units(effect, unit_off))
    assert shown(cart) == [expected]
    assert cart.initial_amount == 1500 * there


@pytest.mark.parametrize("effect", [MISSING, NEW])
def test_units_of_a_product_that_the_order_lacks_come_as_a_line_at_its_end(effect: str) -> None:
    cart = Cart.of([line(9500, product="keys"), line(18500, product="pants")])
    product = {"id": "prod_jacket", "source_id": "jacket", "name": "Jacket"}
    sku = {"id": "sku_m", "source_id": "M", "sku": "Jacket M", "price": 29900}
    redeem(cart, units(effect, 3, "sku_m", product=product, sku=sku))
    assert shown(cart)[2] == Shown(3, 0, 3, 89700, 89700)
    assert cart.lines[2].line == Line(
        quantity=0,
        amount=0,
        price=29900,
        product_id="prod_jacket",
        sku_id="sku_m",
        product=product,
        sku=sku,
    )
    assert (cart.amount, cart.initial_amount, cart.total_amount) == (117700, 28000, 28000)


def test_units_of_a_product_without_a_price_change_no_amount() -> None:
    shipping = {"id": "prod_5h1pp1ng", "source_id": "5h1pp1ng", "name": "Shipping"}
    cart = Cart.of([line(1200, product="coffee"), line(3100, product="book")])
    redeem(cart, units(MISSING, 1, "prod_5h1pp1ng", product=shipping))
    assert shown(cart)[2] == Shown(1, 0, 1, None, 0)
    assert cart.lines[2].line == Line(0, product_id="prod_5h1pp1ng", product=shipping)
    assert (cart.amount, cart.initial_amount, cart.total_amount) == (4300, None, 4300)
    assert cart.discounts_of(4300) == (0, 0)


def test_units_come_free_even_where_the_order_has_only_an_amount_or_not_even_that() -> None:
    gift = units(NEW, 2, product={"id": "prod", "price": 500})
    cart = redeem(Cart(stated_amount=4300), gift)
    assert (cart.amount, cart.initial_amount) == (5300, 4300)
    assert (cart.items_discount_amount, cart.total_amount) == (1000, 4300)
    cart = redeem(Cart(), gift)
    assert (cart.amount, cart.items_discount_amount, cart.total_amount) == (1000, 1000, 0)


@pytest.mark.parametrize(
    ("own", "named", "price"),
    [
        (line(900), {"product": {"id": "prod", "price": 600}}, 900),
        (Line(2, 1600, None, product_id="prod"), {"product": {"price": 600}}, 800),
        (Line(3, 1000, None, product_id="prod"), {"product": {"price": 600}}, 600),
    ],
)
def test_added_units_cost_the_price_of_the_line_they_merge_into_else_the_discounts(
    own: Line, named: dict[str, Any], price: int
) -> None:
    [part] = contribution(units(NEW, 1, **named), Cart.of([own])).lines
    assert (part.key, part.amount, part.discount) == (own.key(), price, price)


@pytest.mark.parametrize(
    ("unit", "price"),
    [
        (UnitOff(1, "sku_x", None, {"id": "P", "price": 600}, {"id": "sku_x", "price": 700}), 700),
        (UnitOff(1, "sku_x", None, {"id": "P", "price": 600}, {"id": "sku_x"}), 600),
        (UnitOff(1, "sku_x", None, {"id": "P"}, {"id": "sku_x"}), 500),
        (UnitOff(1, "sku_x", None, {"source_id": "p"}, None), 500),
        (UnitOff(1, "sku_x", None, {"id": "Q"}, None), None),
        (UnitOff(1, "sku_x"), None),
        (UnitOff(1, "sku_x", None, {"id": "P", "price": 0}), 0),
    ],
)
def test_a_new_line_takes_its_price_from_the_sku_the_product_or_another_line_of_the_product(
    unit: UnitOff, price: int | None
) -> None:
    other = Line(1, 500, 500, product_id="P", sku_id="sku_y", product={"source_id": "p"})
    nameless = Line(1, 300, 300)
    cart = Cart.of([nameless, other])
    [part] = contribution(Discount("UNIT", NEW, units=(unit,)), cart).lines
    assert part.new_line
    assert part.new_line.price == price
    assert part.new_line.amount == (None if price is None else 0)
    assert part.amount == part.discount == (price or 0)


@pytest.mark.parametrize(
    ("unit", "product_id", "sku_id"),
    [
        (UnitOff(1, "prod_1"), "prod_1", None),
        (UnitOff(1, "sku_1"), None, "sku_1"),
        (UnitOff(1, "mine", None, None, {"id": "mine"}), None, "mine"),
        (UnitOff(1, "mine", None, {"id": "P"}, {"source_id": "s"}), "P", "mine"),
        (UnitOff(1, "mine", None, {"id": "mine"}, {"id": "other"}), "mine", None),
        (UnitOff(1, "prod_1", None, None, {"sku": "some"}), "prod_1", None),
        (UnitOff(1, None, None, {"id": "P"}, {"id": "S"}), "P", "S"),
        (UnitOff(1, None, None, {"id": "P"}), "P", None),
    ],
)
def test_a_unit_type_is_the_id_of_a_product_or_of_an_sku(
    unit: UnitOff, product_id: str | None, sku_id: str | None
) -> None:
    [part] = contribution(Discount("UNIT", NEW, units=(unit,)), Cart()).lines
    assert part.new_line
    assert (part.new_line.product_id, part.new_line.sku_id) == (product_id, sku_id)


def test_units_merge_into_the_line_of_the_very_sku_before_one_of_the_product() -> None:
    cart = Cart.of([line(100, product="P"), line(200, 1, "P", "sku_a"), line(300, 1, "P", "sku_b")])
    redeem(cart, units(NEW, 1, "sku_a", product={"id": "P"}))
    assert [entry.quantity for entry in cart.lines] == [1, 2, 1]
    redeem(cart, units(NEW, 1, "sku_c", product={"id": "P"}))
    assert [entry.quantity for entry in cart.lines] == [2, 2, 1]
    redeem(cart, units(NEW, 1, "P"))
    assert [entry.quantity for entry in cart.lines] == [3, 2, 1]


def test_missing_items_count_all_lines_of_the_product_and_cover_them_one_after_the_other() -> None:
    cart = redeem(Cart.of([line(1000, 2), line(900, 1)]), units(MISSING, 2))
    assert shown(cart) == [Shown(2, 2, 2, 2000, 2000), Shown(1, 1, 0, 900, 0)]
    cart = redeem(Cart.of([line(1000, 2), line(900, 1)]), units(MISSING, 5))
    assert shown(cart) == [Shown(4, 2, 4, 4000, 4000), Shown(1, 1, 1, 900, 900)]


def test_free_units_on_a_line_that_has_a_discount_add_to_it_up_to_the_line() -> None:
    cart = Cart.of([line(26500)])
    redeem(cart, Discount("PERCENT", "APPLY_TO_ITEMS", percent_off="10"))
    [part] = contribution(units(MISSING, 1), cart).lines
    assert (part.discount, part.discount_quantity, part.quantity) == (23850, 1, 0)
    [part] = contribution(units(NEW, 1), cart).lines
    assert (part.discount, part.discount_quantity, part.quantity) == (26500, 1, 1)


def test_covering_units_takes_no_more_than_the_order_has_left_but_added_ones_are_always_free() -> (
    None
):
    cart = redeem(Cart.of([line(1000)]), Discount("AMOUNT", amount_off=700))
    [part] = contribution(units(MISSING, 1), cart).lines
    assert (part.discount, part.discount_quantity) == (300, 1)
    [part] = contribution(units(NEW, 1), cart).lines
    assert (part.discount, part.amount) == (1000, 1000)
    [part] = contribution(units(MISSING, 2), cart).lines
    assert (part.discount, part.amount) == (1300, 1000)


def test_a_second_offer_of_missing_items_does_not_add_what_the_first_has_brought() -> None:
    shipping = units(MISSING, 1, "prod_shipping")
    cart = redeem(Cart.of(lines(1000)), shipping)
    assert contribution(shipping, cart) == Contribution()
    cart = redeem(Cart.of([line(1000)]), units(MISSING, 1), units(MISSING, 2))
    assert shown(cart) == [Shown(2, 1, 2, 2000, 2000)]


def test_missing_items_make_units_free_that_no_other_discount_has_made_free() -> None:
    cart = redeem(Cart.of([line(1000, 3)]), units(MISSING, 1), units(MISSING, 2))
    assert shown(cart) == [Shown(3, 3, 3, 3000, 3000)]


def test_a_line_that_units_were_brought_in_leaves_with_the_last_discount_that_uses_it() -> None:
    cart = Cart.of(lines(1000))
    product = {"id": "prod_cup", "price": 300}
    first = cart.apply(contribution(units(NEW, 1, "prod_cup", product=product), cart))
    [part] = contribution(units(NEW, 2, "prod_cup"), cart).lines
    assert (part.amount, part.discount, part.key.occurrence) == (600, 600, 0)
    second = cart.apply(Contribution(lines=(part,)))
    cart.revert(first)
    assert shown(cart)[1] == Shown(2, 0, 2, 600, 600)
    cart.revert(second)
    assert shown(cart) == [Shown(1, 1, 0, 1000, 0)]


def test_a_line_without_an_amount_stays_without_one_when_units_merge_into_it() -> None:
    cart = redeem(Cart.of([Line(1, product_id="prod")]), units(NEW, 1, product={"price": 500}))
    assert shown(cart) == [Shown(2, 1, 1, None, 0)]


def test_units_of_an_amount_that_does_not_come_out_even_are_covered_in_proportion() -> None:
    own = Line(3, 1000, None, product_id="prod")
    [part] = contribution(units(MISSING, 2), Cart.of([own])).lines
    assert (part.discount, part.discount_quantity) == (667, 2)


def test_many_items_are_added_each_with_its_own_effect_and_seeing_the_ones_before() -> None:
    many = Discount(
        "UNIT",
        MANY,
        units=(
            UnitOff(1, "red", MISSING),
            UnitOff(1, "blue", NEW),
            UnitOff(2, "cup", None, {"id": "cup", "price": 100}),
            UnitOff(3, "cup", MISSING),
        ),
    )
    cart = redeem(Cart.of([line(2900, 1, "red"), line(3100, 1, "blue")]), many)
    assert shown(cart) == [
        Shown(1, 1, 1, 2900, 2900),
        Shown(2, 1, 1, 6200, 3100),
        Shown(3, 0, 3, 300, 300),
    ]
    assert (cart.amount, cart.items_discount_amount, cart.total_amount) == (9400, 6300, 3100)


def test_one_invalid_kind_of_unit_makes_the_whole_discount_invalid() -> None:
    many = Discount("UNIT", MANY, units=(UnitOff(1, "red"), UnitOff(None, "blue")))
    assert reason(many, Cart.of(lines(100))) == "discount.unit_off is missing"


@pytest.mark.parametrize("effect", [MISSING, NEW, MANY, "ADD_SAME_ITEMS"])
def test_no_units_are_a_valid_discount_without_effect(effect: str) -> None:
    assert contribution(units(effect, 0), Cart.of([line(100)])) == Contribution()


def test_a_share_of_a_unit_discount_says_that_its_line_counts_units() -> None:
    [part] = contribution(units(MISSING, 1), Cart.of([line(1000)])).lines
    assert part == LineContribution(line(1000).key(), 1000, discount_quantity=1, counts_units=True)
