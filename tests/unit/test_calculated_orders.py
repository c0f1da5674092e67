"""Orders calculated by their sender, whose amounts are kept as sent (sections 3 and 5)."""

import pytest

from tests.support.calculated import (
    CUP,
    FREE,
    MUG,
    applied,
    figures,
    line,
    money,
    whatever_arrives_first,
)
from tests.support.events import Json, code, order_event, order_of, redeemed, rolled_back
from tests.support.flagged import flags_of


def test_applied_discount_amounts_are_exactly_what_the_redemption_contributed() -> None:
    items = [line(MUG, applied_discount_amount=130), line(CUP, 2, applied_discount_amount=7)]
    order = order_of(applied(1, "r_1", items, total=1362, applied_discount_amount=101))
    assert money(order) == {
        "amount": 1600,
        "discount_amount": 101,
        "items_discount_amount": 137,
        "total_discount_amount": 238,
        "total_amount": 1362,
    }
    assert figures(order) == [("mug", 1, 0, 130), ("cup", 2, 0, 7)]
    assert not [key for key in {**order, **order["items"][0]} if "applied" in key]


def test_the_discount_definition_is_then_only_information() -> None:
    assert money(order_of(applied(1, "r_1", [line(MUG)], total=1000))) == {
        "amount": 1000,
        "total_amount": 1000,
    }


def test_cumulative_amounts_of_a_calculated_order_are_not_counted_again() -> None:
    first = applied(
        1, "r_1", [line(MUG, applied_discount_amount=100)], total=900, discount_amount=0
    )
    second = applied(
        2,
        "r_2",
        [line(MUG, discount_amount=100, subtotal_amount=900)],
        total=855,
        applied_discount_amount=45,
        discount_amount=45,
        items_discount_amount=100,
    )
    assert money(order_of(first, second)) == {
        "amount": 1000,
        "discount_amount": 45,
        "items_discount_amount": 100,
        "total_discount_amount": 145,
        "total_amount": 855,
    }


def test_an_amount_that_its_items_do_not_add_up_to_is_kept() -> None:
    items = [
        {"product_id": "a", "quantity": 1, "amount": 3300, "price": 3000},
        {"product_id": "b", "quantity": 2, "amount": 3400, "price": 3000},
    ]
    order = order_of(
        applied(1, "r_1", items, total=4000, amount=6000, applied_discount_amount=2000)
    )
    assert money(order)["amount"] == 6000
    assert money(order)["total_amount"] == 4000
    assert [item["amount"] for item in order["items"]] == [3300, 3400]
    snapshot = order_event(1, items=[line(MUG, 5)], amount=5500, total_amount=5500)
    assert order_of(snapshot)["amount"] == 5500
    priced_here = order_event(1, items=[line(MUG, 5)], amount=5500)
    assert order_of(priced_here)["amount"] == 5000
    assert order_of(snapshot, order_event(2, items=[line(MUG, 5)]))["amount"] == 5000


@pytest.mark.parametrize("excess", [-500, 0, 500])
def test_a_line_with_initial_quantity_keeps_the_amount_it_was_given(excess: int) -> None:
    item = {**MUG, "quantity": 1, "initial_quantity": 1, "amount": 1000 + excess}
    order = order_of(applied(1, "r_1", [item], total=1000 + excess))
    assert (order["amount"], order["items"][0]["amount"]) == (1000 + excess, 1000 + excess)
    two = {**MUG, "quantity": 3, "initial_quantity": 1, "amount": 3000 + excess}
    order = order_of(applied(1, "r_1", [two], total=3000 + excess))
    assert (order["amount"], order["items"][0]["amount"]) == (3000 + excess, 3000 + excess)


def test_an_order_without_items_takes_its_given_amount() -> None:
    bare = {"id": "ord_1", "total_amount": 900, "applied_discount_amount": 100}
    order = order_of(redeemed(1, "r_1", order={**bare, "amount": 1000}))
    assert money(order) == {
        "amount": 1000,
        "discount_amount": 100,
        "total_discount_amount": 100,
        "total_amount": 900,
    }
    assert "items" not in order
    derived = {**bare, "total_discount_amount": 100}
    assert money(order_of(redeemed(1, "r_1", order=derived))) == money(order)


ADDED = line(MUG, 3, initial_quantity=1, discount_quantity=2, applied_discount_amount=2000)


def test_items_are_stored_in_their_form_before_the_redemption() -> None:
    redemption = applied(1, "r_1", [ADDED, FREE], total=1000)
    order = order_of(redemption)
    assert figures(order) == [("mug", 3, 2, 2000), ("cup", 1, 1, 300)]
    assert money(order) == {
        "amount": 3300,
        "initial_amount": 1000,
        "items_discount_amount": 2300,
        "total_discount_amount": 2300,
        "total_amount": 1000,
    }
    assert [(it["initial_quantity"], it["initial_amount"]) for it in order["items"]] == [
        (1, 1000),
        (0, 0),
    ]
    undone = order_of(redemption, rolled_back(2, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 1, 0, 0)]
    assert money(undone) == {"amount": 1000, "total_amount": 1000}
    assert not [key for key in undone["items"][0] if key.startswith("initial")]


def initials(order: Json) -> list[str]:
    names = [*order, *(key for item in order["items"] for key in item)]
    return [key for key in names if key.startswith("initial")]


def test_initial_quantities_that_nothing_has_changed_are_not_served() -> None:
    same = line(MUG, 2, initial_quantity=2, initial_amount=2000)
    order = order_of(applied(1, "r_1", [same], total=1900, applied_discount_amount=100))
    assert money(order)["total_amount"] == 1900
    assert initials(order) == []
    covered = same | {"discount_quantity": 2, "applied_discount_amount": 2000}
    order = order_of(applied(1, "r_1", [covered], total=0))
    assert initials(order) == ["initial_amount", "initial_quantity", "initial_amount"]


def test_an_initial_quantity_leaves_with_the_redemption_that_changed_the_units() -> None:
    first = applied(1, "r_1", [ADDED], total=1000)
    seen = ADDED | {"applied_quantity": 0, "applied_discount_amount": 0}
    second = applied(2, "r_2", [seen], total=900, applied_discount_amount=100)
    assert figures(order_of(first, second)) == [("mug", 3, 2, 2000)]
    assert initials(order_of(first, second)) != []
    undone = order_of(first, second, rolled_back(3, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 1, 0, 0)]
    assert initials(undone) == []


def test_a_free_unit_without_initial_quantity_stays_in_its_line() -> None:
    item = line(MUG, 2, discount_quantity=1, applied_discount_amount=1000)
    redemption = applied(1, "r_1", [item], total=1000)
    assert figures(order_of(redemption)) == [("mug", 2, 1, 1000)]
    assert money(order_of(redemption)) == {
        "amount": 2000,
        "items_discount_amount": 1000,
        "total_discount_amount": 1000,
        "total_amount": 1000,
    }
    undone = order_of(redemption, rolled_back(2, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 2, 0, 0)]


def test_two_redemptions_that_each_bring_a_unit_bring_two() -> None:
    first = applied(1, "r_1", [line(MUG), FREE], total=1000)
    both = line(CUP, 2, initial_quantity=0, discount_quantity=2, applied_discount_amount=300)
    second = applied(2, "r_2", [line(MUG), both], total=1000)
    assert figures(order_of(first, second)) == [("mug", 1, 0, 0), ("cup", 2, 2, 600)]
    for gone in ("r_1", "r_2"):
        left = order_of(first, second, rolled_back(3, "rr_1", gone))
        assert figures(left) == [("mug", 1, 0, 0), ("cup", 1, 1, 300)]
        assert (left["amount"], left["total_amount"]) == (1300, 1000)


def test_an_unpriced_product_that_is_brought_changes_no_amount() -> None:
    shipping = {
        "product_id": "shipping",
        "quantity": 1,
        "initial_quantity": 0,
        "discount_quantity": 1,
        "product": {"id": "shipping", "name": "Free shipping"},
    }
    order = order_of(applied(1, "r_1", [line(MUG), shipping], total=1000))
    assert money(order) == {"amount": 1000, "total_amount": 1000}
    assert order["items"][1] == {
        "object": "order_item",
        "product_id": "shipping",
        "quantity": 1,
        "initial_quantity": 0,
        "discount_quantity": 1,
        "product": {"id": "shipping", "name": "Free shipping"},
    }


def test_replaced_units_leave_their_line_and_come_back_with_the_rollback() -> None:
    old = line(MUG, 1, initial_quantity=2, applied_quantity=-1, applied_quantity_amount=-1000)
    new = line(
        CUP,
        1,
        initial_quantity=0,
        discount_quantity=1,
        applied_quantity=1,
        applied_discount_amount=0,
    )
    redemption = applied(1, "r_1", [old, new], total=1300)
    order = order_of(redemption)
    assert figures(order) == [("mug", 1, 0, 0), ("cup", 1, 1, 0)]
    assert (order["amount"], order["initial_amount"]) == (1300, 2000)
    assert figures(order_of(redemption, rolled_back(2, "rr_1", "r_1"))) == [("mug", 2, 0, 0)]


def test_amounts_are_floored_at_0() -> None:
    redemption = applied(
        1, "r_1", [line(MUG, 2, applied_discount_amount=900)], total=0, applied_discount_amount=1100
    )
    order = order_of(redemption, order_event(2, items=[{**MUG, "price": 500}]))
    assert money(order) == {
        "amount": 500,
        "items_discount_amount": 500,
        "total_discount_amount": 500,
        "total_amount": 0,
    }
    assert order["items"][0]["subtotal_amount"] == 0


def test_a_capped_discount_comes_back_in_full_with_the_line() -> None:
    redemption = applied(1, "r_1", [line(MUG, 2, applied_discount_amount=900)], total=1100)
    small = order_event(2, items=[{**MUG, "price": 500}])
    assert order_of(redemption, small, order_event(3, items=[line(MUG, 2)]))["total_amount"] == 1100


@pytest.mark.parametrize(
    "units",
    [
        {"quantity": 2**31 - 1, "amount": 5, "initial_quantity": 0},
        {"quantity": 2**31 - 1, "amount": 5, "initial_quantity": 1},
        {"quantity": 1, "amount": 5, "initial_quantity": 2**31 - 1},
        {"quantity": 1, "amount": 5, "applied_quantity": -(2**31) + 1},
    ],
)
def test_units_that_cost_more_than_is_exact_are_an_invalid_event(units: Json) -> None:
    item = {"product_id": "p", "price": 2**53 - 1, **units}
    order = {"id": "ord_1", "items": [item], "amount": 5, "total_amount": 5}
    assert code(redeemed(1, "r_1", order=order)) == "invalid_event"


def test_an_order_inside_the_redemption_counts_where_the_data_has_none_calculated() -> None:
    inside = {
        "id": "ord_1",
        "amount": 1000,
        "total_amount": 900,
        "applied_discount_amount": 100,
    }
    order = order_of(redeemed(1, "r_1", order={"id": "ord_1"}, own={"order": inside}))
    assert order["total_amount"] == 900
    both = {**inside, "total_amount": 800, "applied_discount_amount": 200}
    assert order_of(redeemed(1, "r_1", order=both, own={"order": inside}))["total_amount"] == 800


def test_units_and_discounts_that_no_known_redemption_gave_are_carried() -> None:
    items = [line(MUG, 2, initial_quantity=1, discount_quantity=1, discount_amount=1000)]
    snapshot = order_event(
        1, items=items, amount=2000, items_discount_amount=1000, total_amount=1000
    )
    assert money(order_of(snapshot)) == {
        "amount": 2000,
        "initial_amount": 1000,
        "items_discount_amount": 1000,
        "total_discount_amount": 1000,
        "total_amount": 1000,
    }
    assert figures(order_of(snapshot)) == [("mug", 2, 1, 1000)]


def test_a_line_without_units_does_not_count_among_those_of_its_name() -> None:
    empty = line(MUG, 0)
    card = applied(
        1,
        "r_1",
        [empty, line(MUG, 1, discount_amount=100, applied_discount_amount=100)],
        total=900,
    )
    alone = order_event(2, items=[line(MUG, 1)])
    assert figures(order_of(card)) == [("mug", 1, 0, 100)]
    assert figures(whatever_arrives_first(card, alone)) == [("mug", 1, 0, 100)]
    snapshot = order_event(
        1, items=[empty, line(MUG, 1, discount_amount=1)], amount=1000, total_amount=999
    )
    assert flags_of(snapshot) == [("carried_discount", snapshot["id"], "ord_1")]
