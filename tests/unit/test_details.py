"""The order's own details: which event carries one, and which event wins (sections 2, 3 and 5)."""

from typing import Any

import pytest

from tests.support.events import (
    Json,
    event_at,
    order_event,
    order_of,
    projected,
    redeemed,
    rolled_back,
)

MUG = {"product_id": "mug", "price": 1000}
CUP = {"product_id": "cup", "price": 300}
FULL: Json = {
    "source_id": "shop/1",
    "status": "PROCESSING",
    "items": [MUG],
    "metadata": {"a": 1},
    "customer": {"id": "cust_1"},
    "referrer": {"id": "cust_9"},
    "created_at": "2026-03-01T11:59:00Z",
}


def products(order: Json) -> list[str]:
    """Return the product ids of an order's lines."""
    return [line["product_id"] for line in order["items"]]


@pytest.mark.parametrize(
    ("register", "later", "served"),
    [
        ("source_id", "shop/2", "shop/2"),
        ("metadata", {"b": 2}, {"b": 2}),
        ("metadata", {}, {}),
        ("customer", {"id": "cust_2"}, {"id": "cust_2", "object": "customer"}),
        ("referrer", {"id": "cust_8"}, {"id": "cust_8", "object": "customer"}),
        ("status", "FULFILLED", "FULFILLED"),
    ],
)
def test_each_detail_is_a_register_and_the_latest_event_that_carries_it_wins(
    register: str, later: Any, served: Any
) -> None:
    before = order_of(order_event(1, **FULL))
    after = order_of(order_event(1, **FULL), order_event(2, **{register: later}))
    assert after[register] == served
    changed = {register, "updated_at", f"{register}_id"}
    assert {key: after[key] for key in after if key not in changed} == (
        {key: before[key] for key in before if key not in changed}
    )


def test_the_registers_of_one_order_may_come_from_different_events() -> None:
    order = order_of(
        order_event(3, items=[CUP]),
        order_event(1, items=[MUG], metadata={"a": 1}, customer_id="cust_1"),
        order_event(2, metadata={"a": 2}),
    )
    assert products(order) == ["cup"]
    assert (order["metadata"], order["customer_id"]) == ({"a": 2}, "cust_1")


NULLS = dict.fromkeys([*FULL, "amount", "total_amount", "customer_id", "referrer_id", "updated_at"])
NOTHING: dict[str, Json] = {
    "nulls": NULLS,
    "empty-items": {"items": []},
    "items-of-nulls": {"items": [None, None]},
    "empty-people": {"customer": {}, "referrer": {}},
    "people-of-nulls": {"customer": {"id": None}, "referrer": {"id": None}},
    "only-the-id": {},
}


@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING.keys())
def test_null_anywhere_and_empty_items_carry_nothing(nothing: Json) -> None:
    before = order_of(order_event(1, **FULL))
    for later in (
        order_event(2, **nothing),
        redeemed(2, "r_1", order={"id": "ord_1", **nothing}),
    ):
        after = order_of(order_event(1, **FULL), later)
        assert {**after, "updated_at": None} | {"redemptions": None} == (
            {**before, "redemptions": None}
        )


def test_a_null_in_a_list_carries_nothing() -> None:
    targets = {"data": [None, {"object": "product", "id": "mug"}]}
    whole = {
        "order": {"id": "ord_1", "items": [None, MUG, None]},
        "redemptions": [None, {"id": "r_1", "voucher": {"id": "v_1", "applicable_to": targets}}],
    }
    order = order_of(event_at(1, "redemption.succeeded", whole))
    assert products(order) == ["mug"]
    assert list(order["redemptions"]) == ["r_1"]


def test_null_members_of_an_event_carry_nothing() -> None:
    own = {"redemption": None, "customer_id": None, "order": None, "voucher": None, "amount": None}
    beside = {"redemptions": None, "parent_redemption": None, "voucher": None, "customer": None}
    assert order_of(redeemed(1, "r_1", order={"id": "ord_1"}, own=own, **beside)) == (
        order_of(redeemed(1, "r_1", order={"id": "ord_1"}))
    )


def test_inside_metadata_everything_stays_as_given() -> None:
    metadata: Json = {"gone": None, "list": [None, {}], "items": [], "override": True}
    product = {"name": "Mug", "gone": None, "override": True, "metadata": metadata}
    line = {**MUG, "metadata": metadata, "product": product}
    order = order_of(order_event(1, metadata=metadata, items=[line]))
    assert order["metadata"] == metadata
    assert order["items"][0]["metadata"] == metadata
    assert order["items"][0]["product"] == {"name": "Mug", "metadata": metadata}


def test_a_later_value_that_only_looks_equal_still_wins() -> None:
    first = order_event(1, metadata={"n": 1}, items=[{**MUG, "metadata": {"n": 1}}])
    later = order_event(2, metadata={"n": True}, items=[{**MUG, "metadata": {"n": True}}])
    order = order_of(first, later)
    assert order["metadata"]["n"] is True
    assert order["items"][0]["metadata"]["n"] is True


CUSTOMERS: dict[str, tuple[Json, Json, str | None]] = {
    "order-customer": (
        {"customer": {"id": "a"}, "customer_id": "b"},
        {"customer": {"id": "c"}, "own": {"customer_id": "d"}},
        "a",
    ),
    "order-customer-id": (
        {"customer": {"source_id": "x"}, "customer_id": "b"},
        {"customer": {"id": "c"}, "own": {"customer_id": "d"}},
        "b",
    ),
    "data-customer": ({}, {"customer": {"id": "c"}, "own": {"customer_id": "d"}}, "c"),
    "redemption-customer-id": ({}, {"own": {"customer_id": "d"}}, "d"),
    "an-order-inside-the-redemption": (
        {},
        {"customer": {"id": "c"}, "own": {"order": {"customer": {"id": "e"}}}},
        "e",
    ),
    "none": ({}, {}, None),
}


@pytest.mark.parametrize(
    ("order", "data", "customer"), CUSTOMERS.values(), ids=list(CUSTOMERS.keys())
)
def test_the_customer_is_the_orders_else_the_datas_else_the_redemptions(
    order: Json, data: Json, customer: str | None
) -> None:
    served = order_of(redeemed(1, "r_1", order={"id": "ord_1", **order}, **data))
    assert served["customer_id"] == customer
    assert served.get("customer") == (customer and {"id": customer, "object": "customer"})


def test_the_customer_of_a_whole_request_is_its_orders_before_its_datas() -> None:
    request = {
        "order": {"id": "ord_1"},
        "redemptions": [{"id": "r_1"}, {"id": "r_2"}],
        "parent_redemption": {"id": "r_0", "order": {"id": "ord_1", "customer_id": "cust_1"}},
        "customer": {"id": "cust_2"},
    }
    assert order_of(event_at(1, "redemption.succeeded", request))["customer_id"] == "cust_1"


def test_a_customer_or_referrer_that_is_null_is_none() -> None:
    nobody = {"id": None}
    order = order_of(
        order_event(1, customer=nobody, customer_id=None, referrer=nobody, referrer_id=None)
    )
    assert (order["customer_id"], order["referrer_id"]) == (None, None)
    assert not {"customer", "referrer"} & order.keys()


def test_events_are_folded_by_event_time_and_then_by_event_id() -> None:
    first = event_at(1, "order.updated", {"order": {"id": "ord_1", "items": [MUG]}}, "evt_a")
    tied = event_at(1, "order.updated", {"order": {"id": "ord_1", "items": [CUP]}}, "evt_b")
    assert products(order_of(first, tied)) == ["cup"]
    early = event_at(0, "order.updated", {"order": {"id": "ord_1", "items": [CUP]}}, "evt_z")
    assert products(order_of(first, early)) == ["mug"]


def test_the_same_event_twice_is_one_fact_and_of_two_copies_the_greater_envelope_wins() -> None:
    copies = [
        event_at(1, "order.updated", {"order": {"id": "ord_1", "metadata": {"n": n}}}, "evt_1")
        for n in (1, 2)
    ]
    later = event_at(2, "order.updated", {"order": {"id": "ord_1", "metadata": {"n": 3}}}, "evt_1")
    order = order_of(*copies, later)
    assert (order["metadata"], order["updated_at"]) == ({"n": 3}, None)
    assert order_of(copies[0], copies[0]) == order_of(copies[0])


@pytest.mark.parametrize("pair", [(1, True), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (1, 1.0)])
def test_one_envelope_with_two_contents_makes_the_same_order_however_they_arrive(
    pair: tuple[Any, Any],
) -> None:
    order_of(*(order_event(1, metadata={"n": content}) for content in pair))


def test_orders_of_one_stream_do_not_mix() -> None:
    other = event_at(2, "order.updated", {"order": {"id": "ord_2", "items": [CUP]}})
    orders = projected(order_event(1, items=[MUG]), other)
    assert {name: products(order) for name, order in orders.items()} == {
        "ord_1": ["mug"],
        "ord_2": ["cup"],
    }


def test_items_of_a_rollback_and_of_a_redemption_count_like_any_other() -> None:
    first = order_event(1, items=[MUG])
    redemption = redeemed(2, "r_1", order={"id": "ord_1", "items": [CUP]})
    assert products(order_of(first, redemption)) == ["cup"]
    assert products(order_of(first, redemption, rolled_back(3, "rr_1", "r_1", items=[MUG]))) == [
        "mug"
    ]


def test_where_an_item_has_no_amount_and_the_order_gives_one_it_is_the_order_s() -> None:
    items = [{"product_id": "p", "price": 100}, {"product_id": "q"}]
    first = order_event(1, amount=500, items=items)
    assert order_of(first)["amount"] == 500
    assert order_of(first, order_event(2, amount=700))["amount"] == 700
    assert order_of(order_event(1, items=items), order_event(2, amount=700))["amount"] == 700
    whole = [{"product_id": "p", "price": 100}, {"product_id": "q", "price": 50}]
    assert order_of(order_event(1, amount=500, items=whole))["amount"] == 150
