"""Stacks: one request, or an event per child and one for the parent (sections 3 and 5)."""

from itertools import permutations
from typing import Any

import pytest

from order_projector.domain.facts import EventStamp, Stack
from order_projector.domain.timeline import timeline
from tests.support.calls import calls_of
from tests.support.events import (
    Json,
    at,
    event_at,
    order_event,
    order_of,
    projected,
    redeemed,
    to_json,
)
from tests.support.stacks import CHILDREN, ORDERS, VOUCHERS, WHOLE, child, parent, request

SERVED = {
    "id": "ord_1",
    "source_id": None,
    "created_at": at(0),
    "updated_at": None,
    "status": "PAID",
    "amount": 200000,
    "discount_amount": 48080,
    "total_discount_amount": 48080,
    "total_amount": 151920,
    "metadata": {},
    "customer_id": None,
    "referrer_id": None,
    "object": "order",
    "redemptions": {
        "r_0": {
            "date": at(4),
            "related_object_type": "redemption",
            "related_object_id": "r_0",
            "stacked": CHILDREN,
        }
    },
}


def test_a_whole_request_is_one_entry_with_its_children_in_the_given_order() -> None:
    assert to_json(order_of(request(4))) == to_json(SERVED)


def test_a_stack_of_n_told_by_n_plus_1_events_is_the_same_order() -> None:
    events = [child(0, 1), child(1, 2), child(2, 3), parent(4)]
    expected = to_json({**SERVED, "updated_at": at(4)})
    for arrival in permutations(events):
        assert to_json(projected(*arrival)["ord_1"]) == expected


@pytest.mark.parametrize("some", [(0,), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize(("late", "updated"), [(0, None), (60, at(4))], ids=["older", "newer"])
def test_both_shapes_mixed_are_still_the_same_order(
    some: tuple[int, ...], late: int, updated: str | None
) -> None:
    single = [child(number, number + 1, late=late) for number in some]
    expected = to_json({**SERVED, "updated_at": updated})
    assert to_json(order_of(request(4), *single)) == expected
    assert to_json(order_of(*single, request(4), parent(4))) == expected


def test_a_stack_counts_once_though_its_parents_event_carries_the_sum() -> None:
    assert order_of(parent(4))["discount_amount"] == 48080
    assert order_of(parent(4), child(0, 1), child(1, 2))["discount_amount"] == 48080
    assert order_of(child(0, 1), child(1, 2), child(2, 3))["discount_amount"] == 48080


def test_while_the_parent_is_unknown_a_stack_stands_at_its_earliest_child() -> None:
    order = order_of(child(2, 3), child(0, 1))
    assert order["redemptions"] == {
        "r_0": {
            "date": at(1),
            "related_object_type": "redemption",
            "related_object_id": "r_0",
            "stacked": ["r_1", "r_3"],
        }
    }
    assert (order["created_at"], order["updated_at"]) == (at(1), at(1))


def test_the_parents_date_is_the_event_time_of_the_whole_stack_for_everything() -> None:
    early = [child(0, 1), child(1, 9), child(2, 12), parent(4)]
    nameless = [{**each["data"]["order"], "created_at": None} for each in early]
    for each, order in zip(early, nameless, strict=True):
        each["data"]["order"] = order
    order = order_of(*early)
    assert (order["created_at"], order["updated_at"]) == (at(4), at(4))
    between = order_event(3, items=[{"product_id": "p", "price": 5}], metadata={"n": 1})
    later = order_event(5, status="FULFILLED")
    assert order_of(*early, later)["status"] == "FULFILLED"
    assert order_of(*early, between)["created_at"] == at(3)


@pytest.mark.parametrize(
    "listing",
    [
        pytest.param([parent(4, stacked=["r_3", "r_1", "r_2"])], id="the-parent-itself"),
        pytest.param(
            [parent(4), order_event(5, redemptions={"r_0": {"stacked": ["r_3", "r_1", "r_2"]}})],
            id="an-order-that-lists-it",
        ),
        pytest.param(
            [
                parent(4, stacked=["r_1", "r_2", "r_3"]),
                order_event(5, redemptions={"r_0": {"stacked": ["r_3", None, "r_1", "r_2"]}}),
            ],
            id="the-later-of-two-lists",
        ),
    ],
)
def test_the_given_order_of_a_stack_counts_before_the_dates(listing: list[Json]) -> None:
    order = order_of(child(0, 1), child(1, 2), child(2, 3), *listing)
    assert order["redemptions"]["r_0"]["stacked"] == ["r_3", "r_1", "r_2"]


def test_the_given_order_of_the_whole_request_counts_before_a_list() -> None:
    listing = order_event(9, redemptions={"r_0": {"stacked": ["r_3", "r_2", "r_1"]}})
    assert order_of(request(4, (2, 1, 0)), listing)["redemptions"]["r_0"]["stacked"] == CHILDREN


def test_children_without_a_given_order_stand_by_date_and_then_by_redemption_id() -> None:
    order = order_of(child(1, 5), child(2, 3), child(0, 5), parent(4))
    assert order["redemptions"]["r_0"]["stacked"] == ["r_3", "r_1", "r_2"]


def test_a_listed_child_that_is_not_seen_yet_is_stacked_all_the_same() -> None:
    order = order_of(parent(4, stacked=CHILDREN), child(1, 2))
    assert order["redemptions"]["r_0"]["stacked"] == CHILDREN
    assert list(order["redemptions"]) == ["r_0"]


def test_one_element_and_no_parent_is_an_unstacked_redemption() -> None:
    own = {"id": "r_1", "date": at(1), "voucher": VOUCHERS[0]["voucher"]}
    one = {"redemptions": [own], "parent_redemption": None, "order": ORDERS[0]}
    order = order_of(event_at(2, "redemption.succeeded", one))
    assert order["redemptions"] == {
        "r_1": {
            "date": at(1),
            "related_object_type": "voucher",
            "related_object_id": "v_1",
            "related_object_parent_id": "camp_1",
        }
    }
    assert order["discount_amount"] == 100


def test_one_element_with_a_parent_is_a_stack_of_one() -> None:
    one = {"redemptions": [{"id": "r_1"}], "parent_redemption": {"id": "r_0"}, "order": WHOLE}
    order = order_of(event_at(1, "redemption.succeeded", one))
    assert {name: each["stacked"] for name, each in order["redemptions"].items()} == {
        "r_0": ["r_1"]
    }


def test_the_orders_of_parent_and_request_carry_amounts_only_where_no_child_carries_any() -> None:
    bare = [{"id": name, "redemption": "r_0", "date": at(4)} for name in CHILDREN]
    assert order_of(request(4, redemptions=bare))["discount_amount"] == 48080
    some = [bare[0], {**bare[1], "order": ORDERS[1]}, bare[2]]
    order = order_of(request(4, redemptions=some))
    assert order["discount_amount"] == 48080  # 39980 applied by the child, the rest carried


def test_details_count_in_the_sequence_of_the_children_then_the_parent_then_the_request() -> None:
    def order(number: int, **more: Any) -> Json:
        return {"id": "ord_1", "metadata": {"n": number}, **more}

    redemptions = [
        {"id": "r_1", "order": order(1, source_id="one", status="CREATED")},
        {"id": "r_2", "order": order(2, source_id="two", customer_id="cust_2", status="PAID")},
    ]
    head = {"id": "r_0", "order": order(3, referrer_id="cust_3", status="FULFILLED")}
    data = {"redemptions": redemptions, "parent_redemption": head, "order": order(4)}
    served = order_of(event_at(1, "redemption.succeeded", data))
    assert served["metadata"] == {"n": 4}
    assert (served["source_id"], served["customer_id"]) == ("two", "cust_2")
    assert (served["referrer_id"], served["status"]) == ("cust_3", "FULFILLED")


def test_several_redemptions_without_a_parent_stand_alone_and_take_the_amounts_once() -> None:
    data = {"redemptions": [{"id": "r_1", "order": ORDERS[0]}, {"id": "r_2"}], "order": WHOLE}
    order = order_of(event_at(1, "redemption.succeeded", data))
    assert list(order["redemptions"]) == ["r_1", "r_2"]
    assert order["discount_amount"] == 48080  # 100 applied by the first, the rest carried


def test_a_promotion_stack_is_named_by_its_own_id() -> None:
    tiers = [{"id": name, "redemption": "r_0"} for name in CHILDREN]
    head = {"id": "r_0", "date": at(4), "promotion_stack": {"id": "stack_1"}}
    data = {"redemptions": tiers, "parent_redemption": head, "order": {"id": "ord_1"}}
    assert order_of(event_at(5, "redemption.succeeded", data))["redemptions"]["r_0"] == {
        "date": at(4),
        "related_object_type": "promotion_stack",
        "related_object_id": "stack_1",
        "stacked": CHILDREN,
    }


ODD_REQUESTS: dict[str, tuple[Json, dict[str, list[str] | None]]] = {
    "its-own-parent": ({"redemptions": [{"id": "a", "redemption": "a"}]}, {"a": None}),
    "the-parent-is-the-only-child": (
        {"redemptions": [{"id": "a"}], "parent_redemption": {"id": "a"}},
        {"a": None},
    ),
    "the-parent-among-the-children": (
        {"redemptions": [{"id": "a", "redemption": "b"}, {"id": "b"}]},
        {"b": ["a"]},
    ),
    "a-child-twice": (
        {"redemptions": [{"id": "a"}, {"id": "a"}], "parent_redemption": {"id": "p"}},
        {"p": ["a"]},
    ),
}


@pytest.mark.parametrize(("data", "stacks"), ODD_REQUESTS.values(), ids=list(ODD_REQUESTS))
def test_no_redemption_of_an_odd_request_is_lost(
    data: Json, stacks: dict[str, list[str] | None]
) -> None:
    order = order_of(event_at(1, "redemption.succeeded", {**data, "order": {"id": "ord_1"}}))
    assert {name: it.get("stacked") for name, it in order["redemptions"].items()} == stacks
    assert order["created_at"] == at(1)


def test_two_stacks_and_a_single_redemption_stand_beside_each_other() -> None:
    other = redeemed(2, "r_9", order={"id": "ord_1"}, own={"redemption": "r_8"})
    alone = redeemed(1, "r_7", order={"id": "ord_1"})
    order = order_of(request(4), other, alone)
    assert list(order["redemptions"]) == ["r_7", "r_8", "r_0"]


@pytest.mark.parametrize(
    "circle",
    [
        [("r_1", "r_1")],
        [("r_1", "r_2"), ("r_2", "r_1")],
        [("r_1", "r_2"), ("r_2", "r_3"), ("r_3", "r_1")],
        [("r_1", "r_2"), ("r_2", "r_3")],
    ],
)
def test_parents_that_make_no_tree_of_two_levels_still_make_one_order(
    circle: list[tuple[str, str]],
) -> None:
    events = [
        redeemed(minute, name, order={"id": "ord_1"}, own={"redemption": head})
        for minute, (name, head) in enumerate(circle)
    ]
    served = {to_json(projected(*arrival)["ord_1"]) for arrival in permutations(events)}
    assert len(served) == 1
    assert len(order_of(*events)["redemptions"]) == 1


@pytest.mark.parametrize("shape", ["chain", "circle"])
def test_parents_are_found_in_time_linear_in_a_chain_of_stacks(shape: str) -> None:
    def looked_up(length: int) -> int:
        stacks = {
            f"r_{nth}": Stack(f"r_{nth}", EventStamp(0, "evt_1"), (f"r_{nth + 1}",))
            for nth in range(length)
        }
        if shape == "circle":
            stacks[f"r_{length}"] = Stack(f"r_{length}", EventStamp(0, "evt_1"), ("r_0",))
        return calls_of(lambda: timeline(stacks.values()))

    assert looked_up(2_000) < 4.5 * looked_up(500)


def test_a_stack_in_a_chain_of_stacks_belongs_to_the_topmost() -> None:
    chain = {f"r_{nth}": {"stacked": [f"r_{nth + 1}"]} for nth in range(3)}
    leaf = redeemed(1, "r_3", order={"id": "ord_1"})
    order = order_of(order_event(0, redemptions=chain), leaf)
    assert order["redemptions"]["r_0"]["stacked"][-1] == "r_3"


def test_the_rollback_of_a_child_joins_that_of_its_parent_before_the_stack_is_known() -> None:
    rollbacks = [{"id": "rr_1", "redemption": "r_1", "date": at(1)}]
    whole = {"id": "rr_0", "redemption": "r_0", "date": at(5)}
    data = {"rollbacks": rollbacks, "parent_rollback": whole, "order": {"id": "ord_1"}}
    order = order_of(event_at(7, "redemption.rollback.succeeded", data))
    assert order["created_at"] == at(5)
