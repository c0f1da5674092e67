"""The position of each line in an order, by which discounts index lines."""

from tests.support.calculated import CUP, MUG, applied, line
from tests.support.events import Json, order_event, order_of, redeemed, rolled_back
from tests.support.priced import units

PIN = {"product_id": "pin", "price": 100}
CART = order_event(0, items=[line(PIN), line(MUG)])


def sequence(*events: Json) -> list[tuple[str, int]]:
    """Return the product and quantity of each line."""
    return [(it["product_id"], it["quantity"]) for it in order_of(*events)["items"]]


def replaced(minute: int, name: str, quantity_before: int) -> Json:
    """Return a calculated order in which mugs have replaced the pin."""
    gone = line(PIN, 0, applied_quantity=quantity_before * -1, initial_quantity=quantity_before)
    come = line(MUG, 2, applied_quantity=quantity_before, initial_quantity=2 - quantity_before)
    return applied(minute, name, [gone, come], total=2000)


def test_a_line_that_a_redemption_has_emptied_keeps_its_place_in_later_calculated_orders() -> None:
    later = replaced(2, "r_2", 0)
    undone = [rolled_back(3, "rr_2", "r_2"), rolled_back(4, "rr_1", "r_1")]
    assert sequence(CART, replaced(1, "r_1", 1), later) == [("pin", 0), ("mug", 2)]
    assert sequence(CART, replaced(1, "r_1", 1), later, *undone) == [("pin", 1), ("mug", 1)]


def test_what_redemptions_brought_comes_last_in_a_calculated_order() -> None:
    brought = line(CUP, 1, initial_quantity=0, discount_quantity=1, applied_discount_amount=300)
    assert sequence(applied(1, "r_1", [brought, line(MUG)], total=1000)) == [("mug", 1), ("cup", 1)]


def test_a_line_that_a_calculated_order_does_not_list_comes_after_those_that_it_lists() -> None:
    """Its sender names items by their position in the list that it sent."""
    free_cup = redeemed(1, "r_1", order={"id": "ord_1"}, **units("ADD_NEW_ITEMS", 1, "cup"))
    brought = line(PIN, 1, initial_quantity=0, discount_quantity=1, applied_discount_amount=100)
    ignorant = applied(2, "r_2", [line(MUG), brought], total=1000)
    mugs = order_event(0, items=[line(MUG)])
    assert sequence(mugs, free_cup, ignorant) == [("mug", 1), ("pin", 1), ("cup", 1)]
