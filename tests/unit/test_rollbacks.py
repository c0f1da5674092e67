"""Rollbacks: alone, early, of one of several, and of a stack (sections 3, 5 and 6)."""

from typing import Any

import pytest

from tests.support.events import (
    Json,
    at,
    event_at,
    order_event,
    order_of,
    paid,
    redeemed,
    rolled_back,
)
from tests.support.stacks import child, parent, request

MUG = {"product_id": "mug", "price": 1000, "amount": 1000, "quantity": 1}


def took(minute: int, name: str, order_level: int, item_level: int, total: int) -> Json:
    """Return a redemption with a calculated order of one mug."""
    order = {
        "id": "ord_1",
        "amount": 1000,
        "total_amount": total,
        "applied_discount_amount": order_level,
        "items": [{**MUG, "applied_discount_amount": item_level}],
    }
    return redeemed(minute, name, order=order)


def amounts(order: Json) -> tuple[int, int, int]:
    """Return the order-level discount, the item-level discount and the total."""
    discounts = [order.get(key, 0) for key in ("discount_amount", "items_discount_amount")]
    return discounts[0], discounts[1], order["total_amount"]


FIRST, SECOND = took(1, "r_1", 100, 50, 850), took(2, "r_2", 85, 77, 688)


def test_a_rolled_back_redemption_is_excluded_and_its_entry_says_so() -> None:
    order = order_of(FIRST, rolled_back(5, "rr_1", "r_1"))
    assert amounts(order) == (0, 0, 1000)
    assert order["redemptions"] == {
        "r_1": {"date": at(1), "rollback_id": "rr_1", "rollback_date": at(5)}
    }
    assert order["items"][0] == {
        "object": "order_item",
        "product_id": "mug",
        "quantity": 1,
        "amount": 1000,
        "price": 1000,
        "subtotal_amount": 1000,
    }
    assert not {key for key in order if "discount" in key}
    assert (order["status"], order["updated_at"]) == ("CANCELED", at(5))


def test_what_it_applied_is_subtracted_and_what_the_others_applied_stays() -> None:
    assert amounts(order_of(FIRST, SECOND)) == (185, 127, 688)
    assert amounts(order_of(FIRST, SECOND, rolled_back(5, "rr_1", "r_1"))) == (85, 77, 838)
    assert amounts(order_of(FIRST, SECOND, rolled_back(5, "rr_2", "r_2"))) == (100, 50, 850)


def test_redemptions_later_than_the_rollback_see_the_order_without_it() -> None:
    third = took(7, "r_3", 10, 20, 970)
    order = order_of(FIRST, rolled_back(5, "rr_1", "r_1"), third)
    assert amounts(order) == (10, 20, 970)
    assert list(order["redemptions"]) == ["r_1", "r_3"]


def test_a_rollback_that_arrives_before_its_redemption_waits_for_it() -> None:
    rollback = rolled_back(5, "rr_1", "r_1")
    alone = order_of(rollback)
    assert "redemptions" not in alone
    assert alone["status"] == "CANCELED"
    assert amounts(order_of(rollback, FIRST)) == (0, 0, 1000)
    assert amounts(order_of(rollback, FIRST, SECOND)) == (85, 77, 838)


def test_a_rollback_dated_before_its_redemption_still_excludes_it() -> None:
    order = order_of(FIRST, rolled_back(0, "rr_1", "r_1"))
    assert amounts(order) == (0, 0, 1000)
    assert order["redemptions"] == {
        "r_1": {"date": at(1), "rollback_id": "rr_1", "rollback_date": at(0)}
    }


def test_of_two_rollbacks_of_one_redemption_the_earlier_counts() -> None:
    order = order_of(FIRST, SECOND, rolled_back(6, "rr_b", "r_1"), rolled_back(5, "rr_a", "r_1"))
    assert amounts(order) == (85, 77, 838)
    assert order["redemptions"]["r_1"]["rollback_id"] == "rr_a"


def test_the_same_rollback_twice_is_one_rollback() -> None:
    rollback = rolled_back(5, "rr_1", "r_1")
    assert order_of(FIRST, SECOND, rollback, rollback) == order_of(FIRST, SECOND, rollback)
    again = {**rollback, "id": "evt_again"}
    assert amounts(order_of(FIRST, SECOND, rollback, again)) == (85, 77, 838)


def test_a_rollback_has_an_order_and_details_like_any_event() -> None:
    own = {"id": "rr_1", "date": at(5), "redemption": "r_1", "reason": "Fraud prevention"}
    inside = {**own, "order": {"id": "ord_1", "status": "PAID", "metadata": {"a": 1}}}
    for data in ({"redemption_rollback": inside}, {"redemption_rollback": inside, "order": None}):
        order = order_of(FIRST, event_at(5, "redemption.rollback.succeeded", data))
        assert (order["status"], order["metadata"]) == ("PAID", {"a": 1})
    both = {"redemption_rollback": inside, "order": {"id": "ord_1", "metadata": {"a": 2}}}
    order = order_of(FIRST, event_at(5, "redemption.rollback.succeeded", both))
    assert (order["status"], order["metadata"]) == ("PAID", {"a": 2})


def test_a_rollback_with_the_amounts_after_it_changes_no_amount_by_itself() -> None:
    after = {"amount": 1000, "discount_amount": 85, "items_discount_amount": 77}
    item = {**MUG, "discount_amount": 77, "subtotal_amount": 923}
    rollback = rolled_back(5, "rr_1", "r_1", **after, total_amount=838, items=[item])
    assert amounts(order_of(FIRST, SECOND, rollback)) == (85, 77, 838)


def test_a_rollback_that_raises_the_total_takes_no_payment_back() -> None:
    order = order_of(FIRST, SECOND, paid(3, 688), rolled_back(5, "rr_1", "r_1"))
    assert (order["status"], order["total_amount"]) == ("PAID", 838)


def child_rollback(number: int, minute: int, **data: Any) -> Json:
    """Return the rollback of one child of a stack, as an event of its own."""
    own = {"id": f"rr_{number}", "date": at(minute), "redemption": f"r_{number}"}
    data = {"redemption_rollback": own, "order": {"id": "ord_1"}, **data}
    return event_at(minute, "redemption.rollback.succeeded", data, f"evt_rr_{number}")


def whole_rollback(minute: int, *numbers: int) -> Json:
    """Return the rollback of a stack, as a whole request."""
    rollbacks = [{"id": f"rr_{n}", "date": at(minute), "redemption": f"r_{n}"} for n in numbers]
    head = {"id": "rr_0", "date": at(minute), "redemption": "r_0"}
    data = {"rollbacks": rollbacks or None, "parent_rollback": head, "order": {"id": "ord_1"}}
    return event_at(minute, "redemption.rollback.succeeded", data, "evt_rr_0")


STACK = {
    "whole": [request(4)],
    "singles": [child(0, 1), child(1, 2), child(2, 3), parent(4)],
}
ENTRY = {
    "date": at(4),
    "rollback_id": "rr_0",
    "rollback_date": at(9),
    "related_object_type": "redemption",
    "related_object_id": "r_0",
    "stacked": ["r_1", "r_2", "r_3"],
}


@pytest.mark.parametrize("stack", STACK.values(), ids=STACK.keys())
def test_a_stack_is_rolled_back_as_a_whole_by_its_parents_rollback(stack: list[Json]) -> None:
    order = order_of(*stack, rolled_back(9, "rr_0", "r_0"))
    assert (order["total_amount"], order["status"]) == (200000, "CANCELED")
    assert order["redemptions"] == {"r_0": ENTRY}


@pytest.mark.parametrize("stack", STACK.values(), ids=STACK.keys())
def test_rollbacks_of_the_children_only_supply_rollback_stacked(stack: list[Json]) -> None:
    children = [child_rollback(3, 8), child_rollback(1, 10), child_rollback(2, 10)]
    order = order_of(*stack, *children)
    assert (order["total_amount"], order["status"]) == (151920, "PAID")
    order = order_of(*stack, rolled_back(9, "rr_0", "r_0"), *children)
    assert (order["total_amount"], order["status"]) == (200000, "CANCELED")
    assert order["redemptions"] == {"r_0": {**ENTRY, "rollback_stacked": ["rr_1", "rr_2", "rr_3"]}}


@pytest.mark.parametrize("stack", STACK.values(), ids=STACK.keys())
@pytest.mark.parametrize("numbers", [(1, 2, 3), (3, 2, 1), (2,), ()])
def test_rollback_stacked_is_in_the_order_of_stacked(
    stack: list[Json], numbers: tuple[int, ...]
) -> None:
    order = order_of(*stack, whole_rollback(9, *numbers))
    listed = {"rollback_stacked": [f"rr_{n}" for n in sorted(numbers)]} if numbers else {}
    assert order["redemptions"] == {"r_0": {**ENTRY, **listed}}
    assert order["total_amount"] == 200000


def test_the_whole_request_of_a_rollback_may_arrive_before_the_stack() -> None:
    some = [whole_rollback(9, 1, 2, 3), parent(4), child(0, 1)]
    order = order_of(*some)
    assert order["redemptions"] == {
        "r_0": {**ENTRY, "stacked": ["r_1"], "rollback_stacked": ["rr_1"]}
    }
    assert order["status"] == "PAID"  # what the other children gave is still carried
    assert order_of(*some, child(1, 2), child(2, 3))["status"] == "CANCELED"


def test_only_one_of_two_stacks_is_rolled_back() -> None:
    other = {
        "redemptions": [
            {
                "id": "r_7",
                "order": {
                    "id": "ord_1",
                    "amount": 200000,
                    "total_amount": 151910,
                    "applied_discount_amount": 10,
                },
            }
        ],
        "parent_redemption": {"id": "r_6"},
        "order": {"id": "ord_1"},
    }
    second = event_at(6, "redemption.succeeded", other)
    assert order_of(request(4), second)["total_amount"] == 151910
    order = order_of(request(4), second, whole_rollback(9, 1, 2, 3))
    assert (order["total_amount"], order["status"]) == (199990, "PAID")


def test_one_rollback_in_the_shape_of_a_whole_request_is_a_rollback() -> None:
    one = {"id": "rr_1", "date": at(5), "redemption": "r_1"}
    event = event_at(
        5, "redemption.rollback.succeeded", {"rollbacks": [one], "order": {"id": "ord_1"}}
    )
    assert order_of(FIRST, SECOND, event) == order_of(
        FIRST, SECOND, {**rolled_back(5, "rr_1", "r_1"), "id": event["id"]}
    )


def test_several_rollbacks_without_a_parent_undo_each_its_own() -> None:
    each = [{"id": f"rr_{n}", "date": at(5), "redemption": f"r_{n}"} for n in (1, 2)]
    data = {"rollbacks": each, "order": {"id": "ord_1", "metadata": {"n": 1}}}
    order = order_of(FIRST, SECOND, event_at(5, "redemption.rollback.succeeded", data))
    assert (amounts(order), order["status"]) == ((0, 0, 1000), "CANCELED")
    assert order["metadata"] == {"n": 1}


def test_details_told_before_the_rollback_stay() -> None:
    order = order_of(
        order_event(0, metadata={"a": 1}, customer_id="cust_1"),
        FIRST,
        rolled_back(5, "rr_1", "r_1"),
    )
    assert (order["metadata"], order["customer_id"]) == ({"a": 1}, "cust_1")
