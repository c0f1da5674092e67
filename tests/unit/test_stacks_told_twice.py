"""A stack of which a whole request and events of its children tell (sections 3 and 5).

Two children: r_1 takes 500 off an order of three mugs, r_2 adds a free mug to them. The request
names the amounts of both together; the events of the children name those of each.
"""

import pytest

from tests.support.calculated import CUP, MUG, figures, line, money, whatever_arrives_first
from tests.support.events import Json, event_at, order_event, redeemed, rolled_back
from tests.support.flagged import flags_of

CART = order_event(0, items=[line(MUG, 3)])
FREE = {"discount_quantity": 1, "discount_amount": 1000, "applied_discount_amount": 1000}
BOTH: Json = {
    "id": "ord_1",
    "amount": 4000,
    "total_amount": 2500,
    "discount_amount": 500,
    "applied_discount_amount": 500,
    "items_discount_amount": 1000,
    "items": [line(MUG, 4, initial_quantity=3, **FREE)],
}
AFTER_FIRST: Json = {
    "id": "ord_1",
    "amount": 3000,
    "total_amount": 2500,
    "discount_amount": 500,
    "applied_discount_amount": 500,
    "items": [line(MUG, 3)],
}
AFTER_SECOND: Json = {key: it for key, it in BOTH.items() if key != "applied_discount_amount"}
SERVED = {
    "amount": 4000,
    "initial_amount": 3000,
    "discount_amount": 500,
    "items_discount_amount": 1000,
    "total_discount_amount": 1500,
    "total_amount": 2500,
}


def request(minute: int, **beside: Json) -> Json:
    """Return the whole request; its children have no orders."""
    children = [{"id": name, "redemption": "r_p"} for name in ("r_1", "r_2")]
    whole = {"redemptions": children, "parent_redemption": {"id": "r_p"}, "order": BOTH}
    return event_at(minute, "redemption.succeeded", {**whole, **beside}, "evt_whole")


def own(minute: int, name: str, order: Json, parent: str | None = "r_p") -> Json:
    """Return the event of one child, or of the parent."""
    redemption = {"id": name, "redemption": parent}
    data = {"redemption": redemption, "order": order}
    return event_at(minute, "redemption.succeeded", data, f"evt_{name}")


FIRST, SECOND = own(2, "r_1", AFTER_FIRST), own(2, "r_2", AFTER_SECOND)
PARENT = own(2, "r_p", BOTH, None)


@pytest.mark.parametrize(
    "again",
    [[FIRST], [SECOND], [FIRST, SECOND], [PARENT], [FIRST, PARENT], [SECOND, PARENT]],
    ids=lambda events: " ".join(event["id"] for event in events),
)
def test_a_stack_is_undone_as_a_whole_whichever_of_its_redemptions_came_twice(
    again: list[Json],
) -> None:
    """The rollback's order is not calculated: the redemptions known take all of it with them."""
    told = whatever_arrives_first(CART, request(1), *again)

    assert money(told) == SERVED
    assert figures(told) == [("mug", 4, 1, 1000)]
    assert told["items"][0]["initial_quantity"] == 3
    assert flags_of(CART, request(1), *again) == []

    undone = whatever_arrives_first(CART, request(1), *again, rolled_back(9, "rr_p", "r_p"))

    assert money(undone) == {"amount": 3000, "total_amount": 3000}
    assert figures(undone) == [("mug", 3, 0, 0)]
    assert undone["status"] == "CANCELED"


def test_it_is_told_once_where_only_the_parent_s_order_names_the_amounts() -> None:
    of_parent = request(1, parent_redemption={"id": "r_p", "order": BOTH}, order={"id": "ord_1"})
    undone = rolled_back(9, "rr_p", "r_p")

    assert money(whatever_arrives_first(CART, of_parent, SECOND)) == SERVED
    assert figures(whatever_arrives_first(CART, of_parent, SECOND, undone)) == [("mug", 3, 0, 0)]


def test_what_stood_before_the_request_may_be_its_initial_quantity() -> None:
    """An earlier redemption has added a free cup; the stack adds another, and takes 500 off."""

    def with_cups(cups: int, order: Json, **of_cup: int) -> Json:
        free = {"discount_quantity": cups, "discount_amount": 300 * cups, **of_cup}
        items = [line(MUG, 3), line(CUP, cups, initial_quantity=cups - 1, **free)]
        return {**order, "items": items, "amount": 3000 + 300 * cups}

    added = {"applied_discount_amount": 300}
    whole = with_cups(2, {**BOTH, "items_discount_amount": 600}, **added)
    of_child = {key: it for key, it in whole.items() if key != "applied_discount_amount"}
    earlier = redeemed(1, "r_0", order=with_cups(1, {"id": "ord_1", "total_amount": 3000}, **added))
    again = own(3, "r_2", of_child)
    undone = rolled_back(9, "rr_p", "r_p")

    told = whatever_arrives_first(CART, earlier, request(2, order=whole), again)
    assert figures(told) == [("mug", 3, 0, 0), ("cup", 2, 2, 600)]
    left = whatever_arrives_first(CART, earlier, request(2, order=whole), again, undone)
    assert figures(left) == [("mug", 3, 0, 0), ("cup", 1, 1, 300)]
    assert left["total_amount"] == 3000


def test_other_details_of_a_child_that_came_twice_count() -> None:
    named = own(2, "r_1", {**AFTER_FIRST, "metadata": {"a": 1}, "status": "PAID"})
    order = whatever_arrives_first(CART, request(1), named)

    assert (order["metadata"], order["status"]) == ({"a": 1}, "PAID")
    assert money(order) == SERVED


def test_a_child_whose_own_numbers_do_not_add_up_is_flagged_all_the_same() -> None:
    odd = own(2, "r_1", {**AFTER_FIRST, "total_amount": 2400})

    assert flags_of(CART, request(1), odd) == [("amounts_do_not_add_up", "evt_r_1", "ord_1")]


def test_a_child_told_by_a_request_that_tells_of_another_applies_nothing() -> None:
    """Section 3: where some child's order is calculated, one whose order is not adds nothing."""
    children = [
        {"id": "r_1", "redemption": "r_p"},
        {"id": "r_2", "redemption": "r_p", "order": AFTER_SECOND},
    ]
    mixed = event_at(1, "redemption.succeeded", {"redemptions": children, "order": BOTH})
    undone = whatever_arrives_first(CART, mixed, rolled_back(9, "rr_p", "r_p"))

    assert money(undone) == {
        "amount": 3000,
        "discount_amount": 500,
        "total_discount_amount": 500,
        "total_amount": 2500,
    }
