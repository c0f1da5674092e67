"""What holds for every cart and every discount."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.cart import Cart, Contribution, Line
from order_projector.domain.discounts import ValidDiscount, price
from order_projector.domain.index import Key
from order_projector.domain.redeemables import (
    Discount,
    Redeemable,
)
from tests.property.redeemables import (
    ADDING,
    DISCOUNTS,
    GIFTS,
    POINTS,
    REDEEMABLES,
    carts,
    order_lines,
)
from tests.support.drawn import examples


def contributed(redeemable: Redeemable, cart: Cart) -> Contribution:
    """Return the contribution of a redemption; an invalid one applies nothing."""
    priced = price(redeemable, cart)
    return priced.contribution if isinstance(priced, ValidDiscount) else Contribution()


def state(cart: Cart) -> object:
    """Return the observable state of a cart, raw sums included."""
    lines = [(entry.line, entry.added_by_discount, entry.totals.copy()) for entry in cart.lines]
    return cart.order_discounts, lines, cart.amount, cart.total_amount, cart.initial_amount


def every_figure(cart: Cart) -> Iterator[int]:
    yield from (cart.discount_amount, cart.items_discount_amount)
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
            of_order, of_items = cart.discounts_of(cart.amount)
            assert cart.total_amount == cart.amount - of_order - of_items
            assert (of_order, of_items) == (cart.discount_amount, cart.items_discount_amount)


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


@settings(max_examples=examples(50))
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


@settings(max_examples=examples(400))
@given(st.lists(order_lines(), max_size=6), ADDING)
def test_a_discount_of_several_entries_gives_what_they_give_one_after_the_other(
    ordered: list[Line], discount: Discount
) -> None:
    at_once, step_by_step = Cart.of(ordered), Cart.of(ordered)
    at_once.apply(contributed(discount, at_once))
    for unit in discount.units:
        step_by_step.apply(contributed(replace(discount, units=(unit,)), step_by_step))
    assert state(at_once) == state(step_by_step)
