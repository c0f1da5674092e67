"""Which lines free units belong to, and what they cost if a line states no price."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_projector.domain.cart import Cart, Line
from order_projector.domain.redeemables import Discount, DiscountTarget, UnitOff
from tests.support.carts import contribution, line, redeem

MISSING = "ADD_MISSING_ITEMS"
NEW = "ADD_NEW_ITEMS"

PLAIN = line(9000, product="A")
RED = line(100, product="A", sku="sku_red")
BLUE = line(200, product="A", sku="sku_blue")


def of_red(effect: str, unit_off: int) -> Discount:
    """Return a discount of units of an SKU whose product is known."""
    unit = UnitOff(unit_off, "sku_red", None, {"id": "A"}, {"id": "sku_red"})
    return Discount("UNIT", effect, units=(unit,))


def of_product(effect: str, unit_off: int, price: int | None = None) -> Discount:
    """Return a discount of units of a product, without an SKU."""
    product = {"id": "A"} if price is None else {"id": "A", "price": price}
    return Discount("UNIT", effect, units=(UnitOff(unit_off, "A", None, product),))


def free(cart: Cart) -> dict[str, tuple[int, int, int]]:
    """Return each line's units, free units and cents off, by its SKU or else its product."""
    return {
        entry.line.sku_id or entry.line.product_id or "": (
            entry.quantity,
            entry.discount_quantity,
            entry.discount_amount,
        )
        for entry in cart.lines
    }


EITHER_WAY = pytest.mark.parametrize("turn", [1, -1], ids=["as listed", "the other way round"])


@EITHER_WAY
@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        pytest.param(of_red(MISSING, 1), {"A": (1, 0, 0), "sku_red": (1, 1, 100)}, id="1 missing"),
        pytest.param(
            of_red(MISSING, 2), {"A": (1, 1, 9000), "sku_red": (1, 1, 100)}, id="both are there"
        ),
        pytest.param(
            of_red(MISSING, 4), {"A": (1, 1, 9000), "sku_red": (3, 3, 300)}, id="2 lacking"
        ),
        pytest.param(of_red(NEW, 1), {"A": (1, 0, 0), "sku_red": (2, 1, 100)}, id="1 new"),
    ],
)
def test_units_of_an_sku_belong_to_its_very_line_first_and_then_to_that_of_its_product(
    turn: int, discount: Discount, expected: dict[str, tuple[int, int, int]]
) -> None:
    cart = Cart.of([PLAIN, RED][::turn])
    assert free(redeem(cart, discount)) == expected


@EITHER_WAY
@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        pytest.param(
            of_product(MISSING, 1), {"A": (1, 1, 9000), "sku_red": (1, 0, 0)}, id="1 missing"
        ),
        pytest.param(
            of_product(MISSING, 3), {"A": (2, 2, 18000), "sku_red": (1, 1, 100)}, id="1 lacking"
        ),
        pytest.param(of_product(NEW, 1), {"A": (2, 1, 9000), "sku_red": (1, 0, 0)}, id="1 new"),
    ],
)
def test_units_of_a_product_belong_to_the_line_that_names_it_alone_before_those_of_its_skus(
    turn: int, discount: Discount, expected: dict[str, tuple[int, int, int]]
) -> None:
    cart = Cart.of([PLAIN, RED][::turn])
    assert free(redeem(cart, discount)) == expected


def test_units_of_a_product_that_only_skus_are_there_of_belong_to_the_first_of_them() -> None:
    cart = redeem(Cart.of([BLUE, RED]), of_product(MISSING, 1), of_product(NEW, 1))
    assert free(cart) == {"sku_blue": (2, 2, 400), "sku_red": (1, 0, 0)}


def thirds() -> Cart:
    """Return a cart of three units that cost 1000 together, without a price: 333 each, rounded."""
    return Cart.of([Line(3, 1000, product_id="A")])


@pytest.mark.parametrize(
    ("discount", "quantity", "amount", "covered", "discounted"),
    [
        # New units cost 333 each, and that is what is taken off.
        pytest.param(of_product(NEW, 1), 4, 1333, 1, 333, id="1 new"),
        pytest.param(of_product(NEW, 2), 5, 1666, 2, 666, id="2 new"),
        pytest.param(of_product(NEW, 1, 600), 4, 1600, 1, 600, id="1 new at the discount's price"),
        # Units that were in the cart cost their part of the 1000.
        pytest.param(of_product(MISSING, 1), 3, 1000, 1, 333, id="1 of 3"),
        pytest.param(of_product(MISSING, 2), 3, 1000, 2, 667, id="2 of 3"),
        pytest.param(of_product(MISSING, 3), 3, 1000, 3, 1000, id="all"),
        pytest.param(of_product(MISSING, 5), 5, 1666, 5, 1666, id="all, and 2 that were lacking"),
        pytest.param(
            of_product(MISSING, 2, 600), 3, 1000, 2, 667, id="2 of 3, whatever is offered"
        ),
        pytest.param(of_product(MISSING, 4, 600), 4, 1600, 4, 1600, id="all, and 1 at 600"),
    ],
)
def test_units_of_a_line_that_states_no_price_come_at_its_rounded_one_and_take_just_that_off(
    discount: Discount, quantity: int, amount: int, covered: int, discounted: int
) -> None:
    cart = redeem(thirds(), discount)
    [entry] = cart.lines
    assert (entry.quantity, entry.amount) == (quantity, amount)
    assert (entry.discount_quantity, entry.discount_amount) == (covered, discounted)
    assert (cart.initial_amount, cart.total_amount) == (1000, amount - discounted)


def test_units_of_several_offers_come_at_the_same_rounded_price() -> None:
    cart = redeem(thirds(), of_product(NEW, 1), of_product(NEW, 2), of_product(NEW, 1))
    assert free(cart) == {"A": (7, 4, 1332)}
    assert (cart.amount, cart.total_amount) == (2332, 1000)
    redeem(cart, of_product(MISSING, 7))
    assert free(cart) == {"A": (7, 7, 2332)}
    assert cart.total_amount == 0


def test_many_units_are_added_and_made_free_on_a_line_that_states_no_price() -> None:
    """A new unit costs 333 and is free; two of the three that were there are free too: 667 off."""
    kinds = (UnitOff(1, "A", NEW), UnitOff(2, "A", MISSING))
    cart = redeem(thirds(), Discount("UNIT", "ADD_MANY_ITEMS", units=kinds))
    assert free(cart) == {"A": (4, 3, 1000)}
    assert (cart.amount, cart.total_amount) == (1333, 333)


def test_a_line_that_has_an_amount_alone_gets_units_of_that_amount() -> None:
    for effect in (NEW, MISSING):
        cart = redeem(Cart.of([Line(0, 500, product_id="A")]), of_product(effect, 1))
        assert free(cart) == {"A": (1, 1, 500)}
        assert (cart.amount, cart.total_amount) == (1000, 500)


def test_the_same_units_and_upgrades_come_at_the_rounded_price_of_their_line_too() -> None:
    same = Discount("UNIT", "ADD_SAME_ITEMS", units=(UnitOff(2, "A"),))
    cart = redeem(thirds(), same)
    assert free(cart) == {"A": (5, 2, 666)}
    assert cart.total_amount == 1000
    cart = Cart.of([Line(3, 1000, product_id="A"), line(300, product="B")])
    upgrade = Discount(
        "UNIT",
        "REPLACE_ITEMS",
        units=(UnitOff(1, "A"),),
        applicable_to=(DiscountTarget("product", "B"),),
    )
    assert free(redeem(cart, upgrade)) == {"A": (4, 0, 33), "B": (0, 0, 0)}
    assert cart.total_amount == 1300


@st.composite
def carts_without_prices(draw: st.DrawFn) -> Cart:
    """Draw lines of one product, with any amounts."""
    amounts = st.none() | st.integers(0, 5000)
    skus = st.sampled_from([None, "sku_red", "sku_blue"])
    drawn = draw(st.lists(st.tuples(st.integers(0, 7), amounts, skus), min_size=1, max_size=4))
    return Cart.of(
        Line(quantity, amount, product_id="A", sku_id=sku) for quantity, amount, sku in drawn
    )


def test_units_of_an_sku_that_an_earlier_entry_brought_count_as_there_of_its_product() -> None:
    """Four of the product and two green ones are there when seven of the product are asked for."""
    green = {"id": "sku_green", "price": 300}
    units = (
        UnitOff(4, "A", MISSING),
        UnitOff(2, "sku_green", NEW, {"id": "A"}, green),
        UnitOff(7, "A", MISSING),
    )
    cart = redeem(Cart.of([RED, BLUE]), Discount("UNIT", "ADD_MANY_ITEMS", units=units))
    assert free(cart) == {
        "sku_red": (4, 4, 400),
        "sku_blue": (1, 1, 200),
        "sku_green": (2, 2, 600),
    }


OFFERS = st.builds(
    lambda build, effect, unit_off: build(effect, unit_off),
    st.sampled_from([of_red, of_product]),
    st.sampled_from([NEW, MISSING]),
    st.integers(0, 9),
)


@given(carts_without_prices(), st.lists(OFFERS, max_size=4), st.integers(0, 9000))
def test_added_units_never_change_the_total_and_only_units_that_were_there_lower_it(
    cart: Cart, offers: list[Discount], amount_off: int
) -> None:
    if cart.amount is not None:
        redeem(cart, Discount("AMOUNT", "APPLY_TO_ORDER", amount_off=amount_off))
    for offer in offers:
        before = cart.total_amount or 0
        applied = contribution(offer, cart)
        was_there = sum(part.discount_quantity - part.quantity for part in applied.lines)
        cart.apply(applied)
        after = cart.total_amount or 0
        assert 0 <= after <= before
        assert was_there > 0 or after == before
        for part in applied.lines:
            assert part.amount <= part.discount
