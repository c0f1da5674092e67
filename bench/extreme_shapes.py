"""Orders at the bounds of one order, and one more event of each: see `bench.extremes`."""

from collections.abc import Callable, Iterator

from tests.support.calculated import applied, line
from tests.support.events import Json, order_event, redeemed, rolled_back
from tests.support.priced import coupon, product, stacked

ITEMS = 500
ORDER = {"id": "ord_1"}
Shape = Callable[[], list[Json]]


def _cart(minute: int = 0, price: int = 10_000) -> Json:
    items = [{"product_id": f"p{n}", "quantity": 3, "price": price + n} for n in range(ITEMS)]
    return order_event(minute, items=items)


def _priced(count: int, redeemable: Json, start: int = 1) -> list[Json]:
    return [redeemed(start + n, f"r_{start + n}", order=ORDER, **redeemable) for n in range(count)]


def _units(count: int, name: Callable[[int], str], effect: str) -> Json:
    def entry(nth: int) -> Json:
        return {"unit_off": 1 + nth % 7, "unit_type": name(nth), "effect": effect}

    return coupon("UNIT", effect="ADD_MANY_ITEMS", units=list(map(entry, range(count))))


def one_product_missing_on_every_line() -> list[Json]:
    """Return 500 entries that add missing units of one product, which is on all 500 lines."""
    items = [{"product_id": "p", "source_id": f"s{n}", "price": 9 + n} for n in range(ITEMS)]
    units = _units(500, lambda _: "p", "ADD_MISSING_ITEMS")
    return [order_event(0, items=items), redeemed(1, "r_1", order=ORDER, **units)]


def one_product_missing_ten_times_over() -> list[Json]:
    """Return the same with ten redemptions."""
    first, once = one_product_missing_on_every_line()
    units = {"voucher": once["data"]["voucher"]}
    return [first, *_priced(10, units)]


def many_products_brought() -> list[Json]:
    """Return ten redemptions that each add units of the same 500 new products: 1,000 lines."""
    redemptions = [
        redeemed(1 + n, f"r_{n}", order=ORDER, **_units(500, lambda k: f"q{k}", "ADD_NEW_ITEMS"))
        for n in range(10)
    ]
    return [_cart(), *redemptions]


def a_request_of_many_targets() -> list[Json]:
    """Return 100 redemptions in one request, each of which names 500 products."""
    named = coupon("PERCENT", *({"id": f"p{n}"} for n in range(500)), percent_off=1)
    return [_cart(), stacked(1, *[named] * 100)]


def a_request_over_all_items() -> list[Json]:
    """Return 100 redemptions in one request, each of all 500 items."""
    everything = coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS")
    return [_cart(), stacked(1, *[everything] * 100)]


def percents_and_rollbacks(count: int) -> list[Json]:
    """Return redemptions of a percentage of each item, all rolled back, the last first."""
    given = _priced(count, coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS"))
    undone = [rolled_back(1 + 2 * count - n, f"rr_{n}", f"r_{1 + n}") for n in range(count)]
    return [_cart(), *given, *undone]


def percents(count: int) -> list[Json]:
    """Return redemptions of a percentage of each item."""
    return [_cart(), *_priced(count, coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS"))]


def percents_undone_at_once(count: int) -> list[Json]:
    """Return redemptions of a percentage of each item, each rolled back before the next."""
    given = coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS")
    pairs = (
        (
            redeemed(1 + 2 * n, f"r_{n}", order=ORDER, **given),
            rolled_back(2 + 2 * n, f"rr_{n}", f"r_{n}"),
        )
        for n in range(count)
    )
    return [_cart(), *(event for pair in pairs for event in pair)]


def _of_one_product(count: int, given: Callable[[int], Json]) -> list[Json]:
    """Return redemptions, each given by its number, on 500 lines of one product."""
    items = [{"product_id": "p", "source_id": f"s{n}", "price": 9 + n} for n in range(ITEMS)]
    redemptions = (redeemed(1 + n, f"r_{n}", order=ORDER, **given(n)) for n in range(count))
    return [order_event(0, items=items), *redemptions]


def cheapest_of_one_product(count: int) -> list[Json]:
    """Return percentages of the cheapest of 500 lines of one product, each with another limit."""

    def given(nth: int) -> Json:
        entry = product("p", effect="APPLY_FROM_CHEAPEST", amount_limit=1 + nth)
        return coupon("PERCENT", entry, percent_off=1)

    return _of_one_product(count, given)


def other_targets(count: int) -> list[Json]:
    """Return percentages of 500 lines of one product, each with another target."""
    return _of_one_product(
        count,
        lambda n: coupon("PERCENT", product("p", aggregated_amount_limit=10**6 + n), percent_off=1),
    )


def indexed(count: int) -> list[Json]:
    """Return percentages, each of which lists the indices of all 500 lines."""

    def given(nth: int) -> Json:
        entry = {"order_item_indices": list(range(ITEMS)), "amount_limit": 1 + nth}
        return coupon("PERCENT", entry, percent_off=1)

    return _of_one_product(count, given)


def same_items(count: int) -> list[Json]:
    """Return redemptions of a free unit for each of 500 lines of one product."""
    unit = coupon("UNIT", product("p"), effect="ADD_SAME_ITEMS", unit_off=1, unit_type="p")
    return _of_one_product(count, lambda _: unit)


def named(count: int) -> list[Json]:
    """Return percentages, each of which names 500 products with limits of its own."""

    def given(nth: int) -> Json:
        entries = ({"id": f"p{n}", "amount_limit": 1 + nth} for n in range(ITEMS))
        return coupon("PERCENT", *entries, percent_off=1)

    redemptions = (redeemed(1 + n, f"r_{n}", order=ORDER, **given(n)) for n in range(count))
    return [_cart(), *redemptions]


def units_of_each(count: int, effect: str = "ADD_NEW_ITEMS") -> list[Json]:
    """Return redemptions that each add units of 500 products."""
    redemptions = (
        redeemed(1 + n, f"r_{n}", order=ORDER, **_units(ITEMS, lambda k: f"p{k}", effect))
        for n in range(count)
    )
    return [_cart(), *redemptions]


def products_brought_and_undone(count: int) -> list[Json]:
    """Return redemptions that each add units of 500 new products, rolled back before the next."""
    units = _units(ITEMS, lambda k: f"q{k}", "ADD_NEW_ITEMS")
    pairs = (
        (
            redeemed(1 + 2 * n, f"r_{n}", order=ORDER, **units),
            rolled_back(2 + 2 * n, f"rr_{n}", f"r_{n}"),
        )
        for n in range(count)
    )
    return [_cart(), *(event for pair in pairs for event in pair)]


def by_turns(count: int) -> list[Json]:
    """Return alternating redemptions: a free unit of one line, and a percentage of all lines."""
    unit = coupon("UNIT", effect="ADD_NEW_ITEMS", unit_off=1, unit_type="p0")
    percentage = coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS")
    given = ((unit, percentage)[n % 2] for n in range(count))
    redemptions = (redeemed(1 + n, f"r_{n}", order=ORDER, **each) for n, each in enumerate(given))
    return [_cart(), *redemptions]


def snapshots_that_change(count: int) -> list[Json]:
    """Return snapshots, each with another cart of 250 items."""

    def items(nth: int) -> list[Json]:
        return [
            {"product_id": f"p{(n + nth) % 300}", "price": 500, "quantity": 1} for n in range(250)
        ]

    return [order_event(n, items=items(n)) for n in range(count)]


def spread(count: int) -> list[Json]:
    """Return redemptions of an amount, each spread over all items by their amounts."""
    amount = coupon("AMOUNT", amount_off=9_999, effect="APPLY_TO_ITEMS_PROPORTIONALLY")
    return [_cart(), *_priced(count, amount)]


def by_quantity(count: int) -> list[Json]:
    """Return redemptions of an amount, each taken off every unit of all items."""
    amount = coupon("AMOUNT", amount_off=1, effect="APPLY_TO_ITEMS_BY_QUANTITY")
    return [_cart(), *_priced(count, amount)]


def cheapest(count: int) -> list[Json]:
    """Return percentages of the cheapest units of one product, which each names 20 times."""
    entry = product("p1", effect="APPLY_FROM_CHEAPEST", aggregated_quantity_limit=2)
    named = coupon("PERCENT", *[entry] * 20, percent_off=1)
    return [_cart(), *_priced(count, named)]


def carts_that_change(count: int) -> list[Json]:
    """Return calculated orders, each with another cart of 100 items."""

    def items(nth: int) -> Iterator[Json]:
        for n in range(100):
            mug = line({"product_id": f"p{(n + nth) % 150}", "price": 500}, 1 + nth % 3)
            yield mug | {"applied_discount_amount": 1}

    return [applied(n, f"r_{n}", list(items(n)), total=0) for n in range(count)]


def lists_of_all_items(count: int) -> list[Json]:
    """Return calculated orders of 500 items, one of them with another quantity each time."""
    items = [line({"product_id": f"p{n}", "price": 5}) for n in range(ITEMS)]

    def listed(nth: int) -> list[Json]:
        first = line({"product_id": "p0", "price": 5}, 1 + nth % 5, applied_discount_amount=1)
        return [first, *items[1:]]

    return [applied(n, f"r_{n}", listed(n), total=0) for n in range(count)]


SHAPES: dict[str, Shape] = {
    "500 entries missing one product of 500 lines": one_product_missing_on_every_line,
    "the same ten times": one_product_missing_ten_times_over,
    "10 x 500 products brought": many_products_brought,
    "a request, 100 redemptions x 500 targets": a_request_of_many_targets,
    "a request, 100 redemptions over 500 items": a_request_over_all_items,
    "100 percentages of 500 items": lambda: percents(100),
    "300 percentages of 500 items": lambda: percents(300),
    "300 of them rolled back": lambda: percents_and_rollbacks(300),
    "999 percentages of 500 items": lambda: percents(999),
    "499 of them, each rolled back at once": lambda: percents_undone_at_once(499),
    "999 percentages from the cheapest of 500": lambda: cheapest_of_one_product(999),
    "999 percentages, another target each": lambda: other_targets(999),
    "999 percentages of 500 listed indices": lambda: indexed(999),
    "400 percentages that name 500 products": lambda: named(400),
    "999 times a unit more of each of 500 lines": lambda: same_items(999),
    "300 x 500 entries of units": lambda: units_of_each(300),
    "300 x 500 entries of missing units": lambda: units_of_each(300, "ADD_MISSING_ITEMS"),
    "300 x 500 products brought, then undone": lambda: products_brought_and_undone(300),
    "999 units and percentages by turns": lambda: by_turns(999),
    "999 snapshots of 250 items that change": lambda: snapshots_that_change(999),
    "300 amounts spread over 500 items": lambda: spread(300),
    "300 amounts by quantity over 500 items": lambda: by_quantity(300),
    "300 percentages of the cheapest": lambda: cheapest(300),
    "999 carts of 100 items that change": lambda: carts_that_change(999),
    "520 lists of 500 items": lambda: lists_of_all_items(520),
}
