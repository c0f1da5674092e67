"""The entries of one unit discount do what as many discounts of one entry would do in turn."""

from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.cart import Cart, Line
from order_projector.domain.redeemables import Discount, UnitOff
from tests.support.carts import contribution
from tests.support.drawn import examples

PRODUCTS = st.sampled_from(["p0", "p1"])
SKUS = st.sampled_from(["k0", "k1"])
ORDERED = st.integers(0, 2)
ADDED = st.integers(0, 9)
PRICES = st.none() | st.integers(0, 2_000)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Draw a customer's line: of a product, an SKU or both, priced or not."""
    quantity, price = draw(ORDERED), draw(PRICES)
    product, sku = draw(st.tuples(PRODUCTS, st.none()) | st.tuples(st.none() | PRODUCTS, SKUS))
    amount = draw(PRICES) if price is None else price * quantity
    return Line(quantity, amount, price, product_id=product, sku_id=sku)


@st.composite
def entries(draw: st.DrawFn) -> UnitOff:
    """Draw an entry: units of a product or an SKU, some with the product's object and price."""
    name = draw(PRODUCTS | SKUS | st.just("sku_9"))
    product = {"id": draw(PRODUCTS), "price": draw(st.integers(0, 3_000))}
    return UnitOff(
        unit_off=draw(ADDED),
        unit_type=name,
        effect=draw(st.sampled_from(["ADD_NEW_ITEMS", "ADD_MISSING_ITEMS"])),
        product=draw(st.sampled_from([None, None, product])),
    )


def given_by(cart: Cart, units: tuple[UnitOff, ...]) -> None:
    """Apply one discount of these entries to the cart."""
    cart.apply(contribution(Discount("UNIT", "ADD_MANY_ITEMS", units=units), cart))


def seen(cart: Cart) -> list[tuple[object, ...]]:
    """Return all amounts and quantities of the cart."""
    each = (
        (it.quantity, it.amount, it.discount_amount, it.discount_quantity, it.added_by_discount)
        for it in cart.lines
    )
    return [(cart.amount, cart.total_amount), *each]


@settings(max_examples=examples(400))
@given(
    st.lists(lines(), max_size=6),
    st.lists(st.lists(entries(), min_size=1, max_size=9), min_size=1, max_size=3),
)
def test_a_discount_of_several_entries_does_what_discounts_of_one_entry_each_do_in_turn(
    customer: list[Line], discounts: list[list[UnitOff]]
) -> None:
    whole, in_turn = Cart.of(customer), Cart.of(customer)
    for units in discounts:
        given_by(whole, tuple(units))
        for unit in units:
            given_by(in_turn, (unit,))
    assert seen(whole) == seen(in_turn)
