"""Free units of the lines of an order, as the lines are at each redemption."""

from typing import Any

from tests.support.calculated import applied, line
from tests.support.events import Json, order_event, order_of, projected, redeemed, rolled_back
from tests.support.priced import cart, coupon, item, one_by_one, product, sku

ORDER = {"id": "ord_1"}
FREE = coupon("UNIT", product("mug"), effect="ADD_SAME_ITEMS", unit_off=1, unit_type="mug")


def units(*to: Json, unit_off: int = 1, **more: Any) -> Json:
    """Return a voucher for free units of the lines that these entries cover."""
    given: Json = {"effect": "ADD_SAME_ITEMS", "unit_off": unit_off, "unit_type": "mug"}
    return coupon("UNIT", *to, **given, **more)


def at(minute: int, redeemable: Json) -> Json:
    """Return a redemption in that minute, named after it."""
    return redeemed(minute, f"r_{minute}", order=ORDER, **redeemable)


def counts(*events: Json) -> list[tuple[int, int, int]]:
    """Return the units of each line, those made free, and what they take off."""
    order = order_of(*events)
    return [
        (it["quantity"], it.get("discount_quantity", 0), it.get("discount_amount", 0))
        for it in order["items"]
    ]


def test_each_redemption_gives_as_many_units_of_each_line_as_the_first() -> None:
    mugs = cart(item("mug", 100, source_id="a"), item("mug", 300, 2, source_id="b"))
    assert counts(mugs, *one_by_one(FREE, FREE, FREE)) == [(4, 3, 300), (5, 3, 900)]


def test_vouchers_in_turn_give_their_own_units() -> None:
    mug = cart(item("mug", 100), item("cup", 7))
    two, cup = units(product("mug"), unit_off=2), units(product("cup"))
    given = one_by_one(FREE, two, cup, FREE, two, cup)
    assert counts(mug, *given) == [(7, 6, 600), (3, 2, 14)]


def test_what_a_voucher_excludes_it_excludes_each_time() -> None:
    mugs = cart(item("mug", 100, sku_id="red"), item("mug", 300, sku_id="blue"))
    but_red = units(product("mug"), but=(sku("red"),))
    given = one_by_one(FREE, but_red, FREE, but_red)
    assert counts(mugs, *given) == [(3, 2, 200), (5, 4, 1200)]


def test_a_unit_costs_what_the_line_costs_at_the_time() -> None:
    dearer = order_event(2, items=[item("mug", 250, 4)])
    assert counts(cart(item("mug", 100)), at(1, FREE), dearer, at(3, FREE)) == [(6, 2, 350)]


def test_a_line_that_comes_later_gets_units_of_later_redemptions() -> None:
    first, second = item("mug", 100, source_id="a"), item("mug", 300, source_id="b")
    both = order_event(2, items=[first, second])
    assert counts(cart(first), at(1, FREE), both, at(3, FREE)) == [(3, 2, 200), (2, 1, 300)]


def test_a_line_that_a_redemption_brings_gets_no_units_while_it_is_there() -> None:
    brought = coupon("UNIT", effect="ADD_NEW_ITEMS", unit_off=1, unit_type="cup")
    of_both = units(product("mug"), product("cup"))
    events = [
        cart(item("mug", 100)),
        at(1, of_both),
        at(2, brought),
        at(3, of_both),
        rolled_back(4, "rr_2", "r_2"),
        at(5, of_both),
    ]
    assert counts(*events[:4]) == [(3, 2, 200), (1, 1, 0)]
    assert counts(*events) == [(4, 3, 300)]


def test_a_line_whose_amount_is_no_longer_known_gets_no_units() -> None:
    unpriced = order_event(2, items=[item("mug", None), item("cup", 5)])
    events = [cart(item("mug", 100), item("cup", 5)), at(1, FREE), unpriced, at(3, FREE)]
    assert [quantity for quantity, _, _ in counts(*events)] == [2, 1]


def test_the_units_of_a_calculated_order_are_those_that_later_redemptions_add_to() -> None:
    listed = applied(2, "r_2", [line({"product_id": "mug", "price": 70}, 5)], total=350)
    events = [cart(item("mug", 100)), at(1, FREE), listed, at(3, FREE)]
    assert counts(*events) == [(7, 2, 170)]


def test_added_units_change_which_line_is_the_cheapest() -> None:
    first = {"product_id": "mug", "source_id": "a", "quantity": 2, "amount": 101}
    other = {"product_id": "mug", "source_id": "b", "quantity": 5, "amount": 253}
    cheapest = units(product("mug", effect="APPLY_TO_CHEAPEST"))
    given = one_by_one(cheapest, cheapest)
    assert counts(cart(first, other), *given[:1]) == [(3, 1, 51), (5, 0, 0)]
    assert counts(cart(first, other), *given) == [(3, 1, 51), (6, 1, 51)]


def test_added_units_change_which_units_are_every_other_one() -> None:
    mugs = cart(item("mug", 100, source_id="a"), item("mug", 100, source_id="b"))
    second = units(product("mug", target="UNIT", skip_initially=1, repeat=2))
    assert counts(mugs, *one_by_one(second)) == [(1, 0, 0), (2, 1, 100)]
    assert counts(mugs, *one_by_one(FREE, second)) == [(3, 2, 200), (3, 2, 200)]


def test_a_limit_that_lines_share_counts_anew_for_each_redemption() -> None:
    mugs = cart(item("mug", 100, source_id="a"), item("mug", 100, source_id="b"))
    three = units(product("mug", aggregated_quantity_limit=3), unit_off=2)
    assert counts(mugs, *one_by_one(three, three)) == [(5, 4, 400), (3, 2, 200)]


def test_the_units_that_would_exceed_a_bound_are_left_out_each_time() -> None:
    almost = cart(item("mug", 1, 2**31 - 3), item("cup", 1))
    both = units(product("mug"), product("cup"))
    given = one_by_one(both, both, both, both)
    assert [it[1] for it in counts(almost, *given)] == [2, 2]


def test_each_of_several_redemptions_can_be_undone_by_itself() -> None:
    mugs = cart(item("mug", 100, source_id="a"), item("mug", 300, 2, source_id="b"))
    given = one_by_one(FREE, FREE, FREE)
    undone = [rolled_back(3 + nth, f"rr_{nth}", f"r_{nth}") for nth in (2, 1, 3)]
    assert counts(mugs, *given, *undone[:2]) == [(2, 1, 100), (3, 1, 300)]
    untouched = projected(mugs)["ord_1"]["items"]
    assert order_of(mugs, *given, *undone)["items"] == untouched
    assert counts(mugs, *given, *undone, at(9, FREE)) == [(2, 1, 100), (3, 1, 300)]
