"""Lines that redemptions bring, and that go with them: when they come back, they are new."""

from order_projector.domain.flags import FlagCode
from tests.support.calculated import applied, line
from tests.support.events import Json, order_event, order_of, redeemed, rolled_back
from tests.support.flagged import flags_of
from tests.support.priced import cart, coupon, item, one_by_one

MUG = item("mug", 100)
CUP: Json = {"product": {"id": "cup", "price": 500}}
BRINGS_A_CUP = coupon("UNIT", effect="ADD_NEW_ITEMS", unit_off=1, unit_type="cup", **CUP)
BRINGS_A_PEN = coupon("UNIT", effect="ADD_NEW_ITEMS", unit_off=1, unit_type="pen")


def test_a_line_that_was_brought_and_undone_is_brought_again_at_the_end() -> None:
    cup, pen = one_by_one(BRINGS_A_CUP, BRINGS_A_PEN)
    again = redeemed(4, "r_4", order={"id": "ord_1"}, **BRINGS_A_CUP)
    events = [cart(MUG), cup, pen, rolled_back(3, "rr_1", "r_1"), again]
    order = order_of(*events)
    assert [it["product_id"] for it in order["items"]] == ["mug", "pen", "cup"]
    assert order["total_discount_amount"] == 500


def test_a_line_that_the_customer_no_longer_orders_is_brought_at_its_own_place() -> None:
    with_a_cup = order_event(3, items=[MUG, item("cup", 500)])
    events = [cart(MUG), *one_by_one(BRINGS_A_CUP, BRINGS_A_PEN), with_a_cup]
    without = order_event(4, items=[MUG])
    order = order_of(*events, without)
    assert [it["product_id"] for it in order["items"]] == ["mug", "cup", "pen"]


def test_a_line_of_which_all_units_were_undone_is_as_if_it_had_never_had_any() -> None:
    (brought,) = one_by_one(BRINGS_A_CUP)
    mug, no_cup = line({"product_id": "mug", "price": 100}), {"product_id": "cup", "quantity": 0}
    listed = applied(3, "r_3", [mug, no_cup], total=100)
    order = order_of(cart(MUG), brought, rolled_back(2, "rr_1", "r_1"), listed)
    assert [it["product_id"] for it in order["items"]] == ["mug"]


def test_what_a_discount_wanted_includes_the_units_that_it_brings() -> None:
    mugs_and_cups = [{"unit_off": 1, "unit_type": "mug"}, {"unit_off": 1, "unit_type": "cup"} | CUP]
    free = coupon("PERCENT", percent_off=100, effect="APPLY_TO_ITEMS")
    both = coupon("UNIT", effect="ADD_MISSING_ITEMS", units=mugs_and_cups)
    flags = flags_of(cart(MUG), *one_by_one(free, both))
    # The mug's unit is covered already: of 600 cents, the cup's 500 are taken off.
    assert [(code, about) for code, _, about in flags] == [(FlagCode.DISCOUNT_CUT.value, "r_2")]
