"""Calculated orders with lines on which other redemptions added, covered or replaced units."""

from tests.support.calculated import CUP, MUG, applied, figures, line
from tests.support.events import Json, order_event, order_of, redeemed, rolled_back
from tests.support.priced import units

BAG = {"product_id": "bag"}
CART = order_event(0, items=[line(CUP, 2)])
THREE_FREE = redeemed(1, "r_1", order={"id": "ord_1"}, **units("ADD_NEW_ITEMS", 3, "cup"))


def bag(quantity: int, amount: int, **more: object) -> Json:
    """Return a line with an amount and without a price."""
    return {**BAG, "quantity": quantity, "amount": amount, **more}


def of_redemption(units_added: int, cost: int, before: int, **more: object) -> Json:
    """Return what a line states of the units that its redemption itself added."""
    exact = {"applied_quantity": units_added, "applied_quantity_amount": cost}
    return {**exact, "applied_discount_quantity": 0, "initial_quantity": before, **more}


def test_a_line_that_a_calculated_redemption_empties_shows_that_units_priced_here_are_gone() -> (
    None
):
    gone = line(CUP, 0, **of_redemption(-5, -1500, 2, initial_amount=600))
    come = line(MUG, 5, **of_redemption(5, 5000, 0), applied_discount_amount=4400)
    replaced = applied(2, "r_2", [gone, come], total=600)
    order = order_of(CART, THREE_FREE, replaced)
    assert figures(order) == [("cup", 0, 0, 0), ("mug", 5, 0, 4400)]
    undone = order_of(CART, THREE_FREE, replaced, rolled_back(3, "rr_2", "r_2"))
    assert figures(undone) == [("cup", 5, 3, 900)]


def test_a_line_cannot_show_more_covered_units_than_it_has() -> None:
    """Three of five units are free; a replacement leaves two, so that no more than two can show."""
    left = line(CUP, 2, discount_quantity=2, discount_amount=600, **of_redemption(-3, -900, 2))
    come = line(MUG, 3, **of_redemption(3, 3000, 0), applied_discount_amount=3000)
    order = order_of(CART, THREE_FREE, applied(2, "r_2", [left, come], total=0))
    assert figures(order) == [("cup", 2, 2, 600), ("mug", 3, 0, 3000)]
    assert order["items"][0]["initial_quantity"] == 2


def test_a_sender_that_does_not_know_of_units_priced_here_replaces_its_own() -> None:
    gone = line(CUP, 0, **of_redemption(-2, -600, 2, initial_amount=600))
    come = line(MUG, 2, **of_redemption(2, 2000, 0), applied_discount_amount=1400)
    replaced = applied(2, "r_2", [gone, come], total=600)
    order = order_of(CART, THREE_FREE, replaced)
    assert figures(order) == [("cup", 3, 3, 900), ("mug", 2, 0, 1400)]
    undone = order_of(CART, THREE_FREE, replaced, rolled_back(3, "rr_2", "r_2"))
    assert figures(undone) == [("cup", 5, 3, 900)]


def test_the_stated_amount_of_the_cart_counts_for_a_line_whose_units_were_replaced() -> None:
    cart = order_event(0, items=[bag(3, 2000)])
    gone = bag(0, 0, **of_redemption(-3, -2000, 3, initial_amount=2000))
    come = line(MUG, 1, **of_redemption(1, 1000, 0), applied_discount_amount=0)
    replaced = applied(1, "r_1", [gone, come], total=1000)
    cheaper = bag(0, 0, **of_redemption(0, 0, 3, initial_amount=900))
    percent = applied(2, "r_2", [cheaper, line(MUG, 1, initial_quantity=0)], total=1000)
    undone = [rolled_back(3, "rr_2", "r_2"), rolled_back(4, "rr_1", "r_1")]
    order = order_of(cart, replaced, percent, *undone)
    assert [(it["quantity"], it["amount"]) for it in order["items"]] == [(3, 900)]


def test_units_that_came_and_went_at_different_prices_leave_the_customer_s_amount_alone() -> None:
    cart = order_event(0, items=[bag(3, 2000)])
    to_mugs = units("REPLACE_ITEMS", 1, "mug", product={"id": "mug", "price": 700})
    two = {"object": "product", "id": "bag", "quantity_limit": 2}
    to_mugs["voucher"]["applicable_to"] = {"object": "list", "data": [two]}
    replaced = redeemed(1, "r_1", order={"id": "ord_1"}, **to_mugs)
    mugs = {"product_id": "mug", "price": 700, "quantity": 2, "amount": 1400}
    free = bag(3, 2001, discount_quantity=2, discount_amount=1334, applied_discount_amount=1334)
    own = {"applied_quantity": 2, "applied_quantity_amount": 1334, "applied_discount_quantity": 2}
    second = applied(
        2, "r_2", [free | own | {"initial_quantity": 3}, mugs | {"initial_quantity": 0}], total=2067
    )
    listed = bag(3, 2001, discount_quantity=2, initial_quantity=3, discount_amount=1334)
    again = applied(3, "r_3", [listed, mugs | {"initial_quantity": 2}], total=2067)
    order = order_of(cart, replaced, second, again)
    assert [(it["quantity"], it["amount"]) for it in order["items"]] == [(3, 2001), (2, 1400)]


def test_the_order_of_a_whole_request_repeats_what_its_redemptions_added() -> None:
    """Its `applied_*` fields are the sums over those, and nothing more."""
    free = line(CUP, 8, discount_quantity=6, discount_amount=1800, applied_discount_amount=900)
    own = {"applied_quantity": 3, "applied_discount_quantity": 3, "initial_quantity": 2}
    whole = {"id": "ord_1", "amount": 2400, "total_amount": 600, "items": [free | own]}
    child = redeemed(2, "r_3", order=whole, own={"redemption": "r_2"})
    parent = redeemed(3, "r_2", order=whole)
    assert figures(order_of(CART, THREE_FREE, child, parent)) == [("cup", 8, 6, 1800)]
