"""A discount of many lines costs a few calls per line, however it selects them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.calculated import line
from tests.support.calls import calls_of_folding as work
from tests.support.events import Json, at, order_event, redeemed, rolled_back

LISTED = 100


def dear(number: int, **more: Any) -> Json:
    """Return a line so expensive that many discounts do not use it up."""
    return line({"product_id": f"p{number}", "price": 10_000}, 3, **more)


def off_all_items(count: int, **discount: Any) -> list[Json]:
    """Return an order, and redemptions of a discount of all its items."""
    given: Json = {"voucher": {"id": "v", "discount": discount}, "order": {"id": "ord_1"}}
    return [
        order_event(0, items=[dear(nth) for nth in range(LISTED)]),
        *(redeemed(nth, f"r_{nth}", **given) for nth in range(1, count)),
    ]


def percentages(count: int) -> list[Json]:
    return off_all_items(count, type="PERCENT", effect="APPLY_TO_ITEMS", percent_off=1)


def percentages_and_rollbacks(count: int) -> list[Json]:
    undone = [rolled_back(count + nth, f"rr_{nth}", f"r_{nth}") for nth in range(1, count)]
    return [*percentages(count), *undone]


def percentages_undone_at_once(count: int) -> list[Json]:
    first, *given = percentages(count // 2)
    events = [first]
    for nth, event in enumerate(given, start=1):
        event["data"]["redemption"]["date"] = at(2 * nth)
        events += [event, rolled_back(2 * nth + 1, f"rr_{nth}", f"r_{nth}")]
    return events


def of_one_product(count: int, target: Callable[[int], Json], **discount: Any) -> list[Json]:
    """Return redemptions that each name, in their own way, the one product of all lines."""
    items = [dear(0, source_id=f"s{nth}") for nth in range(LISTED)]

    def given(nth: int) -> Json:
        targets = {"object": "list", "data": [target(nth)]}
        return {"voucher": {"id": "v", "discount": discount, "applicable_to": targets}}

    order = {"id": "ord_1"}
    redemptions = (redeemed(nth, f"r_{nth}", order=order, **given(nth)) for nth in range(1, count))
    return [order_event(0, items=items), *redemptions]


def limited_each_time(count: int) -> list[Json]:
    def cheapest(nth: int) -> Json:
        return {"id": "p0", "effect": "APPLY_FROM_CHEAPEST", "amount_limit": nth}

    return of_one_product(count, cheapest, type="PERCENT", percent_off=1)


def indexed_each_time(count: int) -> list[Json]:
    def listed(nth: int) -> Json:
        return {"order_item_indices": list(range(LISTED)), "quantity_limit": nth}

    return of_one_product(count, listed, type="PERCENT", percent_off=1)


def sharing_a_limit(count: int) -> list[Json]:
    def shared(nth: int) -> Json:
        return {"id": "p0", "aggregated_amount_limit": 10**6 + nth}

    return of_one_product(count, shared, type="PERCENT", percent_off=1)


def same_items_added(count: int) -> list[Json]:
    unit = {"type": "UNIT", "effect": "ADD_SAME_ITEMS", "unit_off": 1, "unit_type": "p0"}
    return of_one_product(count, lambda _: {"id": "p0"}, **unit)


def units_of_each(count: int, effect: str, name: str = "p") -> list[Json]:
    """Return redemptions that each list units of every product, or of as many others."""

    def listed(nth: int) -> list[Json]:
        return [{"unit_off": 3 + nth, "unit_type": f"{name}{of}"} for of in range(LISTED)]

    events = percentages(count)
    for nth, event in enumerate(events[1:], start=1):
        units = {"type": "UNIT", "effect": effect, "units": listed(nth)}
        event["data"]["voucher"] = {"id": "u", "discount": units}
    return events


def units_more_of_each(count: int) -> list[Json]:
    return units_of_each(count, "ADD_NEW_ITEMS")


def units_missing_of_each(count: int) -> list[Json]:
    return units_of_each(count, "ADD_MISSING_ITEMS")


def lines_brought_and_undone_at_once(count: int) -> list[Json]:
    first, *given = units_of_each(count // 2, "ADD_NEW_ITEMS", "other")
    events = [first]
    for nth, event in enumerate(given, start=1):
        event["data"]["redemption"]["date"] = at(2 * nth)
        events += [event, rolled_back(2 * nth + 1, f"rr_{nth}", f"r_{nth}")]
    return events


def unit_and_percentage_by_turns(count: int) -> list[Json]:
    unit = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "p0"}
    events = percentages(count)
    for event in events[1::2]:
        event["data"]["voucher"] = {"id": "u", "discount": unit}
    return events


def named_each_time(count: int) -> list[Json]:
    """Return redemptions that name every product, each with limits of its own."""
    events = percentages(count)
    for nth, event in enumerate(events[1:]):
        targets = [{"id": f"p{of}", "amount_limit": 1 + nth} for of in range(LISTED)]
        listed = {"object": "list", "data": targets}
        event["data"]["voucher"] = event["data"]["voucher"] | {"applicable_to": listed}
    return events


def amounts_by_quantity(count: int) -> list[Json]:
    return off_all_items(count, type="AMOUNT", effect="APPLY_TO_ITEMS_BY_QUANTITY", amount_off=1)


def amounts_spread(count: int) -> list[Json]:
    effect = "APPLY_TO_ITEMS_PROPORTIONALLY"
    return off_all_items(count, type="AMOUNT", effect=effect, amount_off=999)


@pytest.mark.parametrize(
    ("shape", "most"),
    [
        (percentages, 5),
        (percentages_and_rollbacks, 8),
        (amounts_by_quantity, 7),
        (amounts_spread, 9),
        (percentages_undone_at_once, 7),
        (limited_each_time, 18),
        (indexed_each_time, 14),
        (sharing_a_limit, 18),
        (same_items_added, 7),
        (units_more_of_each, 46),
        (units_missing_of_each, 73),
        (lines_brought_and_undone_at_once, 41),
        (unit_and_percentage_by_turns, 8),
        (named_each_time, 38),
    ],
)
def test_a_discount_of_all_items_costs_a_few_calls_for_each_of_them(
    shape: Callable[[int], list[Json]], most: int
) -> None:
    few, more = work(shape(20)), work(shape(40))
    assert more - few < 20 * LISTED * most
