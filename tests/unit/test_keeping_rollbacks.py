"""Rollbacks that keep the discounts, second rollbacks, and rollbacks of a stack's children."""

from typing import Any

import pytest

from tests.support.calculated import MUG, applied, figures, line, whatever_arrives_first
from tests.support.events import Json, event_at, order_event, order_of, paid, redeemed, rolled_back

OFF = {"amount": 10000, "discount_amount": 1000, "total_amount": 9000}
R_1 = redeemed(1, "r_1", order={"id": "ord_1", **OFF, "applied_discount_amount": 1000})


def kept(minute: int = 2, name: str = "rr_1", **order: Any) -> Json:
    """Return a rollback whose order still has the redemption's discount."""
    return rolled_back(minute, name, "r_1", **{**OFF, **order})


def test_a_rollback_whose_amounts_are_those_with_the_redemption_keeps_its_discount() -> None:
    order = whatever_arrives_first(R_1, kept())
    assert (order["discount_amount"], order["total_amount"]) == (1000, 9000)
    assert order["redemptions"]["r_1"]["rollback_id"] == "rr_1"


def test_a_rollback_that_keeps_changes_the_status_only_where_it_states_one() -> None:
    assert order_of(R_1, kept())["status"] == "CREATED"
    assert order_of(R_1, kept(status="FULFILLED"))["status"] == "FULFILLED"


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"amount": 10000},
        {"amount": 10000, "total_amount": 10000},
        {"amount": 9999, "discount_amount": 1000, "total_amount": 9000},
        {"amount": 10000, "discount_amount": 1000, "total_amount": 8999},
    ],
    ids=["no-amounts", "not-calculated", "without-it", "another-amount", "another-total"],
)
def test_in_every_other_case_the_discount_goes(order: Json) -> None:
    undone = order_of(R_1, rolled_back(2, "rr_1", "r_1", **order))
    assert undone["status"] == "CANCELED" or undone.get("discount_amount")
    states_none = "discount_amount" not in order
    assert ("discount_amount" not in undone) is states_none


def test_without_an_amount_the_total_alone_is_compared() -> None:
    order = order_of(R_1, rolled_back(2, "rr_1", "r_1", discount_amount=1000, total_amount=9000))
    assert (order["status"], order["total_amount"]) == ("CREATED", 9000)


def test_where_both_orders_come_to_the_sender_s_amounts_the_discount_goes() -> None:
    """The redemption applied nothing, so the order is the same with it and without it."""
    nothing = redeemed(1, "r_1", order={"id": "ord_1", "amount": 500, "total_amount": 500})
    undone = order_of(nothing, rolled_back(2, "rr_1", "r_1", amount=500, total_amount=500))
    assert undone["status"] == "CANCELED"


def test_the_comparison_is_made_with_the_rollback_s_own_details() -> None:
    """In the meantime, the customer's order has grown, and the discount is still on it."""
    order = order_of(R_1, kept(amount=12000, total_amount=11000))
    assert (order["amount"], order["total_amount"], order["status"]) == (12000, 11000, "CREATED")


def test_the_comparison_is_made_with_what_is_carried_on_both_sides() -> None:
    seen = {"amount": 10000, "discount_amount": 3000, "total_amount": 7000}
    late = redeemed(1, "r_1", order={"id": "ord_1", **seen, "applied_discount_amount": 1000})
    keeps = order_of(late, rolled_back(2, "rr_1", "r_1", **seen))
    assert keeps["total_amount"] == 7000
    gone = {"amount": 10000, "discount_amount": 2000, "total_amount": 8000}
    assert order_of(late, rolled_back(2, "rr_1", "r_1", **gone))["total_amount"] == 8000


def test_free_units_stay_with_a_rollback_that_keeps() -> None:
    free = line(MUG, 3, initial_quantity=2, discount_quantity=1, discount_amount=1000)
    own = applied(1, "r_1", [{**free, "applied_discount_amount": 1000}], total=2000)
    still = {"items": [free], "amount": 3000, "total_amount": 2000}
    order = whatever_arrives_first(own, rolled_back(2, "rr_1", "r_1", **still))
    assert figures(order) == [("mug", 3, 1, 1000)]
    assert (order["amount"], order["total_amount"]) == (3000, 2000)
    gone = {"items": [line(MUG, 2)], "amount": 2000, "total_amount": 2000}
    order = whatever_arrives_first(own, rolled_back(2, "rr_1", "r_1", **gone))
    assert figures(order) == [("mug", 2, 0, 0)]


def test_a_kept_redemption_no_longer_remains() -> None:
    other = redeemed(3, "r_2", order={"id": "ord_1"})
    undone = rolled_back(4, "rr_2", "r_2")
    assert order_of(R_1, kept(), other, undone)["status"] == "CANCELED"
    assert order_of(R_1, other, undone)["status"] == "CREATED"


def test_of_two_rollbacks_the_first_on_the_timeline_is_the_one() -> None:
    second = rolled_back(3, "rr_2", "r_1", metadata={"n": 2})
    order = whatever_arrives_first(R_1, rolled_back(2, "rr_1", "r_1", status="PAID"), second)
    entry = order["redemptions"]["r_1"]
    assert (entry["rollback_id"], order["metadata"]) == ("rr_1", {"n": 2})
    assert order["status"] == "PAID"
    stated = rolled_back(3, "rr_2", "r_1", status="FULFILLED")
    assert order_of(R_1, rolled_back(2, "rr_1", "r_1"), stated)["status"] == "FULFILLED"


def test_a_second_rollback_restates_nothing_that_is_carried() -> None:
    second = rolled_back(3, "rr_2", "r_1", amount=10000, discount_amount=400, total_amount=9600)
    assert order_of(R_1, rolled_back(2, "rr_1", "r_1"), second)["total_amount"] == 10000


def test_a_redemption_after_its_own_rollback_gives_its_details_and_nothing_else() -> None:
    order = {"id": "ord_1", **OFF, "applied_discount_amount": 1000, "status": "PAID"}
    late = redeemed(3, "r_1", order={**order, "metadata": {"n": 1}})
    made = whatever_arrives_first(rolled_back(2, "rr_1", "r_1"), late)
    assert (made["total_amount"], made["status"]) == (10000, "CANCELED")
    assert made["metadata"] == {"n": 1}
    assert made["redemptions"]["r_1"]["rollback_id"] == "rr_1"


def stack(minute: int = 1) -> list[Json]:
    """Return two children of 100 each, and their parent."""
    voucher = {"discount": {"type": "AMOUNT", "amount_off": 100}}
    whole = {"id": "ord_1", "amount": 1000}
    children = [
        {"redemption": {"id": name, "redemption": "r_0"}, "voucher": voucher, "order": whole}
        for name in ("r_1", "r_2")
    ]
    return [
        *(
            event_at(minute, "redemption.succeeded", child, f"evt_{nth}")
            for nth, child in enumerate(children)
        ),
        redeemed(minute, "r_0", order={"id": "ord_1"}),
    ]


def test_the_rollback_of_a_child_changes_no_discount_and_supplies_rollback_stacked() -> None:
    child = rolled_back(5, "rr_1", "r_1", metadata={"n": 1}, status="PROCESSING")
    order = order_of(*stack(), child)
    assert (order["total_amount"], order["status"]) == (800, "PROCESSING")
    assert order["metadata"] == {"n": 1}
    assert order["redemptions"]["r_0"]["rollback_stacked"] == ["rr_1"]
    assert "rollback_id" not in order["redemptions"]["r_0"]
    assert order["updated_at"] == "2026-03-01T12:05:00.000Z"


def test_the_rollback_of_a_child_restates_nothing_that_is_carried() -> None:
    states = {"amount": 1000, "discount_amount": 700, "total_amount": 300}
    child = rolled_back(5, "rr_1", "r_1", **states)
    assert order_of(*stack(), child)["total_amount"] == 800


def test_the_rollback_of_a_child_that_is_not_known_to_be_one_undoes_it() -> None:
    alone = redeemed(1, "r_1", order={"id": "ord_1", **OFF, "applied_discount_amount": 1000})
    undone = rolled_back(2, "rr_1", "r_1")
    assert order_of(alone, undone)["total_amount"] == 10000
    listed = order_event(3, redemptions={"r_0": {"stacked": ["r_1"]}})
    assert order_of(alone, undone, listed)["total_amount"] == 9000


def test_a_stack_that_is_kept_is_kept_with_all_its_children() -> None:
    own = {"id": "ord_1", "amount": 1000, "discount_amount": 200, "total_amount": 800}
    data = {"redemption_rollback": {"id": "rr_0", "redemption": "r_0", "order": own}}
    order = order_of(*stack(), event_at(5, "redemption.rollback.succeeded", data))
    assert (order["total_amount"], order["status"]) == (800, "CREATED")


def test_an_order_whose_kept_discount_is_paid_is_paid() -> None:
    assert order_of(R_1, kept(), paid(3, 9000))["status"] == "PAID"


def test_a_rollback_that_gives_only_a_total_keeps_where_it_is_that_with_the_redemption() -> None:
    order = order_of(R_1, rolled_back(2, "rr_1", "r_1", total_amount=9000))
    assert (order["amount"], order["total_amount"], order["status"]) == (10000, 9000, "CREATED")
    gone = order_of(R_1, rolled_back(2, "rr_1", "r_1", total_amount=10000))
    assert (gone["amount"], gone["total_amount"], gone["status"]) == (10000, 10000, "CANCELED")
