"""Folding twice as many events takes twice the work, whatever they change."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.calculated import MUG, applied, line
from tests.support.calls import calls_of_folding as work
from tests.support.events import (
    Json,
    captured,
    order_event,
    paid,
    redeemed,
    refunded,
    rolled_back,
)

FREE_UNIT = {"discount_quantity": 1, "applied_discount_amount": 5}


def product(number: int, quantity: int = 1, **more: Any) -> Json:
    return line({"product_id": f"p{number}", "price": 5}, quantity, **more)


def brings(minute: int, number: int, *others: Json) -> Json:
    """Return a redemption that adds one unit of a product."""
    items = [*others, product(number, initial_quantity=0, **FREE_UNIT)]
    return applied(minute, f"r_{minute}", items, total=sum(item["amount"] for item in others))


def off(minute: int, items: list[Json]) -> Json:
    """Return a redemption that takes something off the order and off its first line."""
    first = items[0] | {"applied_discount_amount": 1}
    return applied(minute, f"r_{minute}", [first, *items[1:]], total=0, applied_discount_amount=1)


def a_cart_that_changes(count: int) -> list[Json]:
    return [off(nth, [line(MUG, 1 + nth % 3), product(nth % 2)]) for nth in range(count)]


def other_products_each_time(count: int) -> list[Json]:
    return [off(nth, [product(nth)]) for nth in range(count)]


def one_added_unit(count: int) -> list[Json]:
    added = line(MUG, 2, initial_quantity=1, discount_quantity=1, applied_discount_amount=1000)
    first = applied(0, "r_0", [added], total=1000)
    return [first, *(off(nth, [line(MUG, 2 + nth % 2)]) for nth in range(1, count))]


def one_unit_priced_here(count: int) -> list[Json]:
    unit = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "mug"}
    first = redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v", "discount": unit})
    later = (off(nth, [line(MUG)]) for nth in range(2, count))
    return [order_event(0, items=[line(MUG)]), first, *later]


def payments_in_a_currency_that_is_known_late(count: int) -> list[Json]:
    """Return payments with a capture, a failure and a refund each; only the last has a currency."""
    told: list[Json] = []
    for nth in range(count // 4):
        of, minute = f"pay_{nth}", 4 * nth
        told += [
            paid(minute, 5, name=of),
            captured(minute + 1, 6, "cap_1", by=of),
            refunded(minute + 2, 4, of=5, name=f"ref_{nth}", by=of, currency="EUR"),
            paid(minute + 3, 5, "failed", name=of),
        ]
    return [*told, paid(count, 5, name="pay_last", currency="USD")]


def captures_and_refunds_of_one_payment(count: int) -> list[Json]:
    """Return a payment with many captures and refunds, half of the refunds in another currency."""
    told: list[Json] = []
    for nth in range(count // 2):
        other = ("USD", "EUR")[nth % 2]
        told += [
            captured(2 * nth, 5, f"cap_{nth}", currency="USD"),
            refunded(2 * nth + 1, 4, of=5, name=f"ref_{nth}", currency=other),
        ]
    return told


SHAPES: list[Callable[[int], list[Json]]] = [
    a_cart_that_changes,
    other_products_each_time,
    one_added_unit,
    one_unit_priced_here,
    payments_in_a_currency_that_is_known_late,
    captures_and_refunds_of_one_payment,
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_grows_with_the_events_and_no_faster(
    shape: Callable[[int], list[Json]],
) -> None:
    few, more, most = (work(shape(count)) for count in (80, 160, 320))
    assert more < 2.2 * few
    assert most < 2.2 * more


LISTED = 100


def restated(count: int) -> list[Json]:
    """Return an added unit, then redemptions that list all items, each with another quantity."""
    items = [product(nth) for nth in range(LISTED)]
    later = [
        off(nth, [product(0, 1 + nth % 5), *items[1:], product(LISTED, discount_quantity=1)])
        for nth in range(1, count)
    ]
    return [brings(0, LISTED, *items), *later]


def with_items_in_turn(count: int) -> list[Json]:
    """Return redemptions that list all items, each starting with a different one."""
    items = [product(nth) for nth in range(LISTED)]
    return [off(nth, items[nth % 7 :] + items[: nth % 7]) for nth in range(count)]


def snapshots_in_turn(count: int) -> list[Json]:
    """Return snapshots that list all items, each starting with a different one."""
    items = [product(nth) for nth in range(LISTED)]
    return [order_event(nth, items=items[nth % 7 :] + items[: nth % 7]) for nth in range(count)]


@pytest.mark.parametrize(
    ("shape", "most"), [(restated, 6), (with_items_in_turn, 25), (snapshots_in_turn, 13)]
)
def test_an_event_costs_a_few_calls_for_each_item_that_it_lists_itself(
    shape: Callable[[int], list[Json]], most: int
) -> None:
    few, more = work(shape(20)), work(shape(40))
    assert more - few < 20 * LISTED * most


def test_bringing_a_line_and_taking_it_back_costs_a_few_calls_for_each_line_of_the_order() -> None:
    count = 320
    given = [brings(nth, nth, line(MUG)) for nth in range(count)]
    undone = [rolled_back(count + nth, f"rr_{nth}", f"r_{nth}") for nth in range(count)]
    assert work([*given, *undone]) < len(given + undone) * (200 + 2 * count)


def test_a_rollback_costs_no_more_for_the_redemptions_that_stay() -> None:
    costs = []
    for count in (80, 320):
        given = [off(nth, [line(MUG, 1 + nth % 3)]) for nth in range(count)]
        last = rolled_back(count, "rr_0", "r_0")
        costs.append(work([*given, last]) - work(given))
    assert costs[1] < 1.5 * costs[0]


def one_name_for_all(number: int) -> list[Json]:
    """Return a line with the common name and a name of its own."""
    return [product(0, source_id=f"s{number}")]


def one_name_twice(number: int) -> list[Json]:
    """Return the same, and another line with that own name and without the common one."""
    return [*one_name_for_all(number), {"source_id": f"s{number}", "price": 5}]


def names_in_a_grid(number: int) -> list[Json]:
    """Return a line with two names, each shared with a different set of lines."""
    return [product(number % 16, source_id=f"s{number // 16}")]


def names_in_a_chain(number: int) -> list[Json]:
    """Return a line that shares one name with the previous line and one with the next."""
    return [{"product_id": f"n{number}", "source_id": f"n{number + 1}", "price": 5}]


@pytest.mark.parametrize(
    "named", [one_name_for_all, one_name_twice, names_in_a_grid, names_in_a_chain]
)
def test_lines_cost_the_same_each_whatever_names_they_share(
    named: Callable[[int], list[Json]],
) -> None:
    def event(count: int) -> list[Json]:
        items = [item for number in range(count) for item in named(number)]
        return [off(1, [item | {"applied_discount_amount": 1} for item in items])]

    few, many = work(event(50)), work(event(200))
    assert many < 4.4 * few
