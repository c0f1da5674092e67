"""What calculated orders state beyond the known redemptions is carried."""

from typing import Any

import pytest

from tests.support.calculated import CUP, MUG, applied, figures, line, money, whatever_arrives_first
from tests.support.events import Json, order_event, order_of, paid, redeemed, rolled_back
from tests.support.flagged import flags_of


def whole(total: int, **order: Any) -> Json:
    """Return a calculated order of 10000 without items."""
    off = 10000 - total
    stated = {"discount_amount": off} if off else {}
    return {"id": "ord_1", "amount": 10000, **stated, "total_amount": total, **order}


R_1 = redeemed(1, "r_1", order=whole(9000, applied_discount_amount=1000))
R_2 = redeemed(2, "r_2", order=whole(7000, applied_discount_amount=2000))
R_3 = redeemed(3, "r_3", order=whole(6500, applied_discount_amount=500))


def test_an_order_seen_from_the_middle_of_its_life_has_its_sender_s_total() -> None:
    assert order_of(R_3)["total_amount"] == 6500
    assert order_of(R_2, R_3)["total_amount"] == 6500
    assert money(order_of(R_3)) == {
        "amount": 10000,
        "discount_amount": 3500,
        "total_discount_amount": 3500,
        "total_amount": 6500,
    }


def test_what_is_carried_is_gone_once_the_earlier_events_arrive() -> None:
    complete = whatever_arrives_first(R_1, R_2, R_3)
    assert complete["total_amount"] == 6500
    assert flags_of(R_1, R_2, R_3) == []
    undone = whatever_arrives_first(R_1, R_2, R_3, rolled_back(4, "rr_3", "r_3"))
    assert undone["total_amount"] == 7000


def test_an_order_that_carries_something_is_flagged_with_the_event_that_stated_it_last() -> None:
    assert flags_of(R_2) == [("carried_discount", R_2["id"], "r_2")]
    assert flags_of(R_2, R_3) == [("carried_discount", R_3["id"], "r_3")]


@pytest.mark.parametrize("kind", ["created", "updated", "paid", "processing", "fulfilled"])
def test_a_snapshot_restates_what_is_carried(kind: str) -> None:
    snapshot = order_event(4, kind, **whole(9500))
    assert order_of(R_3, snapshot)["total_amount"] == 9500
    assert order_of(snapshot)["total_amount"] == 9500
    assert flags_of(snapshot) == [("carried_discount", snapshot["id"], "ord_1")]


def test_an_order_without_a_total_restates_nothing() -> None:
    bare = order_event(4, amount=20000)
    assert order_of(R_3, bare)["total_amount"] == 20000 - 3500


def test_a_rollback_restates_what_is_carried() -> None:
    undone = rolled_back(4, "rr_3", "r_3", **whole(7000))
    assert order_of(R_3, undone)["total_amount"] == 7000
    assert order_of(R_3, rolled_back(4, "rr_3", "r_3"))["total_amount"] == 7000


def test_the_rollback_of_a_redemption_never_seen_takes_its_part_out_of_what_is_carried() -> None:
    undone = rolled_back(4, "rr_1", "r_1", **whole(7500))
    assert order_of(R_3, undone)["total_amount"] == 7500
    assert order_of(R_3, rolled_back(4, "rr_1", "r_1"))["total_amount"] == 6500
    assert ("unknown_redemption", undone["id"], "r_1") in flags_of(R_3, undone)


def test_what_is_carried_is_never_negative() -> None:
    """A rollback of r_1 was missed: the sender's discount is less than the known one."""
    missed = redeemed(4, "r_4", order=whole(7400, applied_discount_amount=100))
    order = order_of(R_1, R_2, R_3, missed)
    assert order["total_amount"] == 6400
    assert flags_of(R_1, R_2, R_3, missed) == []


def test_something_carried_counts_as_a_redemption_that_remains() -> None:
    undone = rolled_back(4, "rr_3", "r_3")
    assert order_of(R_3, undone)["status"] == "CREATED"
    assert order_of(R_1, R_2, R_3, undone)["status"] == "CREATED"
    only = redeemed(1, "r_1", order=whole(9000, applied_discount_amount=1000))
    assert order_of(only, rolled_back(4, "rr_1", "r_1"))["status"] == "CANCELED"


def test_a_payment_settles_an_order_of_which_a_part_is_carried() -> None:
    assert order_of(R_3, paid(4, 6500))["status"] == "PAID"


LINES = [line(MUG, 2, discount_amount=700), line(CUP, 1, discount_amount=100)]


def test_each_line_carries_its_own_part() -> None:
    seen = applied(
        2,
        "r_2",
        [line(MUG, 2, discount_amount=700, applied_discount_amount=300), LINES[1]],
        total=1500,
    )
    order = order_of(seen)
    assert figures(order) == [("mug", 2, 0, 700), ("cup", 1, 0, 100)]
    assert order["total_amount"] == 1500
    undone = order_of(seen, rolled_back(3, "rr_2", "r_2"))
    assert figures(undone) == [("mug", 2, 0, 400), ("cup", 1, 0, 100)]


def test_where_no_items_are_named_the_items_discounts_are_carried_at_order_level() -> None:
    order = order_of(order_event(1, **whole(8800, discount_amount=1000, items_discount_amount=200)))
    assert order["discount_amount"] == 1200
    assert "items_discount_amount" not in order


def test_of_items_discounts_without_items_only_what_is_beyond_all_lines_is_carried() -> None:
    named = order_event(1, items=LINES, amount=2300, total_amount=1500)
    later = order_event(2, id="ord_1", amount=2300, items_discount_amount=900, total_amount=1400)
    first = applied(
        0,
        "r_1",
        [
            line(MUG, 2, discount_amount=700, applied_discount_amount=700),
            line(CUP, 1, discount_amount=100, applied_discount_amount=100),
        ],
        total=1500,
    )
    assert money(order_of(named))["items_discount_amount"] == 800
    order = order_of(first, later)
    assert (order["items_discount_amount"], order["discount_amount"]) == (800, 100)
    assert order["total_amount"] == 1400


def test_units_beyond_the_known_redemptions_are_carried_with_their_line() -> None:
    shown = line(MUG, 3, initial_quantity=2, discount_quantity=1, discount_amount=1000)
    card = applied(2, "r_2", [shown], total=1500, discount_amount=500, applied_discount_amount=500)
    order = order_of(card)
    assert figures(order) == [("mug", 3, 1, 1000)]
    assert order["items"][0]["initial_quantity"] == 2
    assert (order["amount"], order["total_amount"]) == (3000, 1500)
    earlier = applied(
        1,
        "r_1",
        [
            line(
                MUG,
                3,
                initial_quantity=2,
                discount_quantity=1,
                discount_amount=1000,
                applied_discount_amount=1000,
            )
        ],
        total=2000,
    )
    assert whatever_arrives_first(earlier, card)["total_amount"] == 1500
    assert flags_of(earlier, card) == []
    undone = whatever_arrives_first(
        earlier, card, rolled_back(3, "rr_1", "r_1"), rolled_back(4, "rr_2", "r_2")
    )
    assert figures(undone) == [("mug", 2, 0, 0)]


def test_a_line_that_only_something_carried_brings_stays_until_a_later_order_lacks_it() -> None:
    free = line(CUP, 1, initial_quantity=0, discount_quantity=1, discount_amount=300)
    seen = order_event(1, items=[line(MUG, 1), free], amount=1300, total_amount=1000)
    assert figures(order_of(seen)) == [("mug", 1, 0, 0), ("cup", 1, 1, 300)]
    lacks = order_event(2, items=[line(MUG, 1)], amount=1000, total_amount=1000)
    assert figures(order_of(seen, lacks)) == [("mug", 1, 0, 0)]
    bare = order_event(2, items=[line(MUG, 1)])
    assert figures(order_of(seen, bare)) == [("mug", 1, 0, 0), ("cup", 1, 1, 300)]


def test_what_a_bound_refuses_to_carry_brings_nothing_and_is_flagged() -> None:
    """The line's units here and those that the sender shows cost more than an amount may be."""
    ring = {"product_id": "ring", "price": 2**52}
    unit = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "ring"}
    cart = order_event(0, items=[{**ring, "quantity": 1}, line(CUP, 1)])
    ours = redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v", "discount": unit})
    assert figures(order_of(cart, ours)) == [("ring", 1, 0, 0), ("cup", 1, 0, 0)]
    assert ("discount_without_effect", ours["id"], "r_1") in flags_of(cart, ours)


def test_what_is_carried_and_wholly_capped_is_not_flagged_until_there_is_room() -> None:
    seen = order_event(1, amount=1000, discount_amount=300, total_amount=700)
    empty, again = order_event(2, amount=0), order_event(3, amount=1000)
    assert flags_of(seen, empty) == []
    assert flags_of(seen, empty, again) == [("carried_discount", seen["id"], "ord_1")]


def test_a_line_never_costs_more_than_its_sender_says_whatever_took_units_away() -> None:
    """Three lamps cost 2000. A redemption that was missed took one of them away, for 667."""
    lamps = {"product_id": "lamp", "quantity": 2, "initial_quantity": 3, "amount": 1333}
    seen = redeemed(1, "r_1", order={"id": "ord_1", "total_amount": 1333, "items": [lamps]})
    later = order_event(2, total_amount=1333, items=[lamps | {"initial_amount": 2000}])
    for events in ([seen], [seen, later], [later]):
        order = order_of(*events)
        assert (order["amount"], order["total_amount"]) == (1333, 1333)


def test_units_that_are_carried_without_a_cent_are_flagged_as_they_are_served() -> None:
    covered = {**MUG, "quantity": 1, "initial_quantity": 1, "discount_quantity": 1}
    seen = order_event(0, items=[covered], total_amount=0, redemptions={"r_0": {}})
    (item,) = order_of(seen)["items"]
    assert (item["discount_quantity"], item["initial_quantity"]) == (1, 1)
    assert ("carried_discount", seen["id"], "ord_1") in flags_of(seen)


def test_items_discounts_that_no_line_names_are_carried_at_order_level() -> None:
    pair = line(MUG, 2)
    snapshot = order_event(
        1, items=[pair], amount=2000, items_discount_amount=700, total_amount=1300
    )

    order = order_of(snapshot)
    assert (order["discount_amount"], order["total_amount"]) == (700, 1300)
    assert flags_of(snapshot) == [("carried_discount", snapshot["id"], "ord_1")]
    known = applied(
        0, "r_1", [pair | {"applied_discount_amount": 700, "discount_amount": 700}], total=1300
    )
    order = order_of(known, snapshot)
    assert (order["items_discount_amount"], order["total_amount"]) == (700, 1300)
    assert flags_of(known, snapshot) == []
