"""What holds for every cart and every discount."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.cart import Cart, Contribution, Line
from order_projector.domain.discounts import ValidDiscount, price
from order_projector.domain.index import Key
from order_projector.domain.redeemables import (
    Coin,
    Discount,
    DiscountTarget,
    Gift,
    Points,
    Redeemable,
    UnitOff,
)

T = TypeVar("T")

NAMES = st.sampled_from(["A", "B", "C", "D"])
SKUS = st.sampled_from(["sku_1", "sku_2", "sku_3"])
CENTS = st.integers(0, 3000)
FEW = st.integers(0, 5)
PERCENTS = st.sampled_from(["0", "3", "10", "12.5", "33.333", "50", "99.9", "100", "250"])


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


@st.composite
def order_lines(draw: st.DrawFn) -> Line:
    quantity = draw(st.integers(0, 5))
    unit = draw(maybe(CENTS))
    amount = None if unit is None else unit * quantity + draw(st.sampled_from([0, 0, 0, 7]))
    return Line(
        quantity,
        amount,
        unit if draw(st.booleans()) else None,
        product_id=draw(maybe(NAMES)),
        sku_id=draw(maybe(SKUS)),
    )


@st.composite
def carts(draw: st.DrawFn) -> Cart:
    lines = draw(st.lists(order_lines(), max_size=6))
    costs = sum(line.amount or 0 for line in lines)
    discrepancy = draw(st.just(0) | st.integers(-costs, 100)) if costs else 0
    return Cart.of(lines, draw(maybe(st.integers(0, 9000))), discrepancy)


TARGETS = st.builds(
    DiscountTarget,
    object=st.sampled_from(["product", "sku", "products_collection", None]),
    id=NAMES | SKUS,
    price=maybe(CENTS),
    effect=maybe(
        st.sampled_from(
            [
                "APPLY_TO_EVERY",
                "APPLY_TO_CHEAPEST",
                "APPLY_FROM_CHEAPEST",
                "APPLY_TO_MOST_EXPENSIVE",
                "APPLY_FROM_MOST_EXPENSIVE",
            ]
        )
    ),
    quantity_limit=maybe(FEW),
    aggregated_quantity_limit=maybe(FEW),
    amount_limit=maybe(CENTS),
    aggregated_amount_limit=maybe(CENTS),
    order_item_indices=maybe(st.lists(FEW, max_size=3).map(tuple)),
    order_item_units=maybe(st.lists(st.tuples(FEW, FEW), max_size=3).map(tuple)),
    target=maybe(st.sampled_from(["ITEM", "UNIT"])),
    skip_initially=maybe(st.integers(0, 2)),
    repeat=maybe(st.integers(0, 3)),
)
TARGET_LISTS = st.lists(TARGETS, max_size=3).map(tuple)
CATALOGUE = st.builds(lambda name, cost: {"id": name, "price": cost}, NAMES, CENTS)
UNITS = st.builds(
    UnitOff,
    unit_off=FEW,
    unit_type=NAMES | SKUS,
    effect=maybe(st.sampled_from(["ADD_MISSING_ITEMS", "ADD_NEW_ITEMS"])),
    product=maybe(CATALOGUE),
)
DISCOUNTS = st.builds(
    Discount,
    type=st.sampled_from(["AMOUNT", "PERCENT", "FIXED"]),
    effect=maybe(
        st.sampled_from(
            [
                "APPLY_TO_ORDER",
                "APPLY_TO_ITEMS",
                "APPLY_TO_ITEMS_BY_QUANTITY",
                "APPLY_TO_ITEMS_PROPORTIONALLY",
                "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
            ]
        )
    ),
    amount_off=CENTS,
    percent_off=PERCENTS,
    fixed_amount=CENTS,
    amount_limit=maybe(CENTS),
    aggregated_amount_limit=maybe(CENTS),
    applicable_to=maybe(TARGET_LISTS),
    inapplicable_to=TARGET_LISTS,
)
UNIT_DISCOUNTS = st.builds(
    Discount,
    type=st.just("UNIT"),
    effect=st.sampled_from(
        [
            "ADD_MISSING_ITEMS",
            "ADD_NEW_ITEMS",
            "ADD_MANY_ITEMS",
            "ADD_SAME_ITEMS",
            "REPLACE_ITEMS",
        ]
    ),
    units=st.lists(UNITS, min_size=1, max_size=3).map(tuple),
    applicable_to=TARGET_LISTS,
)
GIFTS = st.builds(
    Gift, CENTS, maybe(st.sampled_from(["APPLY_TO_ORDER", "APPLY_TO_ITEMS"])), TARGET_LISTS
)
COINS = st.builds(Coin, maybe(st.just("2.5")), maybe(st.just("3")))
POINTS = st.builds(Points, FEW, maybe(COINS))
REDEEMABLES: st.SearchStrategy[Redeemable] = DISCOUNTS | UNIT_DISCOUNTS | GIFTS | POINTS


ADDING = st.builds(
    Discount,
    type=st.just("UNIT"),
    effect=st.sampled_from(["ADD_MISSING_ITEMS", "ADD_NEW_ITEMS"]),
    units=st.lists(UNITS, min_size=2, max_size=6).map(tuple),
)


def contributed(redeemable: Redeemable, cart: Cart) -> Contribution:
    """The contribution of a redemption; an invalid one applies nothing."""
    priced = price(redeemable, cart)
    return priced.contribution if isinstance(priced, ValidDiscount) else Contribution()


def state(cart: Cart) -> object:
    """Everything of a cart that anyone can see, raw sums included."""
    lines = [(entry.line, entry.added_by_discount, entry.totals.copy()) for entry in cart.lines]
    return cart.order_discounts, lines, cart.amount, cart.total_amount, cart.initial_amount


def every_figure(cart: Cart) -> Iterator[int]:
    yield from (cart.discount_amount, cart.items_discount_amount, cart.total_discount_amount)
    yield from (cart.amount or 0, cart.total_amount or 0, cart.initial_amount or 0)
    for entry in cart.lines:
        yield from (entry.quantity, entry.amount or 0, entry.discount_amount, entry.left)
        yield from (entry.discount_quantity, entry.totals.discount)


@given(carts(), st.lists(REDEEMABLES, max_size=5))
def test_nothing_is_ever_negative_and_the_sums_hold(
    cart: Cart, redeemables: list[Redeemable]
) -> None:
    for redeemable in redeemables:
        cart.apply(contributed(redeemable, cart))
        assert min(every_figure(cart)) >= 0
        if cart.amount is not None:
            assert cart.total_amount == cart.amount - cart.total_discount_amount
        assert cart.total_discount_amount == cart.discount_amount + cart.items_discount_amount


@given(carts(), st.lists(REDEEMABLES, max_size=5))
def test_no_line_and_no_order_gives_more_than_it_has_left(
    cart: Cart, redeemables: list[Redeemable]
) -> None:
    for redeemable in redeemables:
        applied = contributed(redeemable, cart)
        assert 0 <= applied.order_discount <= (cart.total_amount or 0)
        assert all(part.discount >= 0 for part in applied.lines)
        assert all(cents > 0 for cents in applied.cents)
        cart.apply(applied)
        for entry in cart.lines:
            assert entry.discount_amount <= (entry.amount or 0)


@given(carts(), st.lists(REDEEMABLES, max_size=3))
def test_the_workings_of_a_discount_are_all_that_it_takes_off_and_no_term_comes_to_less(
    cart: Cart, redeemables: list[Redeemable]
) -> None:
    for redeemable in redeemables:
        priced = price(redeemable, cart)
        if not isinstance(priced, ValidDiscount):
            continue
        taken = Counter[Key | None]()
        for working in priced.workings() if priced.workings else ():
            taken[working.key] += working.taken
            assert working.taken <= max(0, working.term.rounded)
            assert abs(working.term.exact - working.term.rounded) < 1
        applied = priced.contribution
        expected = Counter[Key | None]({None: applied.order_discount})
        expected.update(dict(zip(applied.keys, applied.cents, strict=True)))
        for part in applied.lines:
            expected[part.key] += part.discount
        assert +taken == +expected
        cart.apply(applied)


@given(carts(), st.lists(DISCOUNTS | GIFTS | POINTS, max_size=4))
def test_what_discounts_in_money_contribute_is_taken_off_in_full(
    cart: Cart, redeemables: list[Redeemable]
) -> None:
    for redeemable in redeemables:
        before = cart.total_amount
        applied = contributed(redeemable, cart)
        cart.apply(applied)
        given_away = applied.order_discount + applied.items_discount
        assert (cart.total_amount or 0) == (before or 0) - given_away


@given(carts(), st.lists(REDEEMABLES, max_size=5))
def test_adding_a_discount_never_raises_the_total(
    cart: Cart, redeemables: list[Redeemable]
) -> None:
    for redeemable in redeemables:
        before = cart.total_amount
        cart.apply(contributed(redeemable, cart))
        assert (cart.total_amount or 0) <= (before or 0)


@given(carts(), st.lists(REDEEMABLES, min_size=1, max_size=4))
def test_pricing_leaves_the_cart_as_it_is_and_gives_the_same_again(
    cart: Cart, redeemables: list[Redeemable]
) -> None:
    for redeemable in redeemables:
        before = state(cart)
        first = price(redeemable, cart)
        assert price(redeemable, cart) == first
        assert price(redeemable, cart.copy()) == first
        assert state(cart) == before
        cart.apply(contributed(redeemable, cart))


@given(carts(), st.lists(REDEEMABLES, max_size=5), REDEEMABLES)
def test_reverting_a_contribution_restores_the_cart(
    cart: Cart, earlier: list[Redeemable], last: Redeemable
) -> None:
    for redeemable in earlier:
        cart.apply(contributed(redeemable, cart))
    before = state(cart)
    cart.revert(cart.apply(contributed(last, cart)))
    assert state(cart) == before


@given(carts(), st.lists(REDEEMABLES, max_size=5), st.randoms(use_true_random=False))
def test_giving_everything_back_in_any_sequence_gives_the_undiscounted_cart(
    cart: Cart, redeemables: list[Redeemable], random: Random
) -> None:
    undiscounted = state(cart)
    applied = [cart.apply(contributed(redeemable, cart)) for redeemable in redeemables]
    random.shuffle(applied)
    for each in applied:
        cart.revert(each)
    assert state(cart) == undiscounted


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 9)), min_size=1, max_size=8),
    st.integers(0, 300000),
)
def test_the_shares_of_a_split_add_up_to_the_amount_or_to_what_all_lines_cost(
    items: list[tuple[int, int]], amount_off: int
) -> None:
    cart = Cart.of(
        Line(quantity, unit * quantity, unit, product_id=f"prod_{nth}")
        for nth, (unit, quantity) in enumerate(items)
    )
    effect = "APPLY_TO_ITEMS_PROPORTIONALLY"
    by_amount = contributed(Discount("AMOUNT", effect, amount_off=amount_off), cart)
    assert by_amount.items_discount == min(amount_off, cart.amount or 0)
    counted = Discount("AMOUNT", f"{effect}_BY_QUANTITY", amount_off=amount_off)
    by_units = contributed(counted, cart)
    assert by_units.items_discount <= min(amount_off, cart.amount or 0)


@settings(max_examples=400)
@given(st.lists(order_lines(), max_size=6), ADDING)
def test_a_discount_of_several_entries_gives_what_they_give_one_after_the_other(
    ordered: list[Line], discount: Discount
) -> None:
    at_once, step_by_step = Cart.of(ordered), Cart.of(ordered)
    at_once.apply(contributed(discount, at_once))
    for unit in discount.units:
        step_by_step.apply(contributed(replace(discount, units=(unit,)), step_by_step))
    assert state(at_once) == state(step_by_step)
