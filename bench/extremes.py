"""`python -m bench.extremes`: the dearest single events that the bounds of an order allow.

Each row is an order of up to 1,000 facts and one more event, under 1 MB. Its columns are the
seconds that the event costs a worker: to decode it, and to take it into the order, from the stored
facts to the bytes to be written. Only the ratio of two runs on one machine means anything.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from tests.support.calculated import applied, line
from tests.support.events import Json, order_event, redeemed, rolled_back, to_json
from tests.support.priced import coupon, product, stacked

from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.projection.bson_size import size_of
from order_projector.projection.document import compose
from order_projector.projection.ports import Coordinates, ProjectionState
from order_projector.projection.session import Changed, InboundEvent, decide
from order_projector.worker import collect_garbage_less_often

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
    """500 entries that add what is missing of one product, which stands on all 500 lines."""
    items = [{"product_id": "p", "source_id": f"s{n}", "price": 9 + n} for n in range(ITEMS)]
    units = _units(500, lambda _: "p", "ADD_MISSING_ITEMS")
    return [order_event(0, items=items), redeemed(1, "r_1", order=ORDER, **units)]


def one_product_missing_ten_times_over() -> list[Json]:
    """The same ten times."""
    first, once = one_product_missing_on_every_line()
    units = {"voucher": once["data"]["voucher"]}
    return [first, *_priced(10, units)]


def many_products_brought() -> list[Json]:
    """500 new products on each of ten orders' redemptions, 1,000 lines in all."""
    redemptions = [
        redeemed(1 + n, f"r_{n}", order=ORDER, **_units(500, lambda k: f"q{k}", "ADD_NEW_ITEMS"))
        for n in range(10)
    ]
    return [_cart(), *redemptions]


def a_request_of_many_targets() -> list[Json]:
    """100 redemptions in one request, each of which names 500 products."""
    named = coupon("PERCENT", *({"id": f"p{n}"} for n in range(500)), percent_off=1)
    return [_cart(), stacked(1, *[named] * 100)]


def a_request_over_all_items() -> list[Json]:
    """100 redemptions in one request, each over all 500 items."""
    everything = coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS")
    return [_cart(), stacked(1, *[everything] * 100)]


def percents_and_rollbacks(count: int) -> list[Json]:
    """So many redemptions of a percentage of each item, all rolled back, the last first."""
    given = _priced(count, coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS"))
    undone = [rolled_back(1 + 2 * count - n, f"rr_{n}", f"r_{1 + n}") for n in range(count)]
    return [_cart(), *given, *undone]


def percents(count: int) -> list[Json]:
    """So many redemptions of a percentage of each item."""
    return [_cart(), *_priced(count, coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS"))]


def percents_undone_at_once(count: int) -> list[Json]:
    """So many redemptions of a percentage of each item, each rolled back before the next."""
    given = coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS")
    pairs = (
        (
            redeemed(1 + 2 * n, f"r_{n}", order=ORDER, **given),
            rolled_back(2 + 2 * n, f"rr_{n}", f"r_{n}"),
        )
        for n in range(count)
    )
    return [_cart(), *(event for pair in pairs for event in pair)]


def cheapest_of_one_product(count: int) -> list[Json]:
    """So many percentages, each of the cheapest of 500 lines of one product, in its own way."""
    items = [{"product_id": "p", "source_id": f"s{n}", "price": 9 + n} for n in range(ITEMS)]

    def given(nth: int) -> Json:
        entry = product("p", effect="APPLY_FROM_CHEAPEST", amount_limit=1 + nth)
        return coupon("PERCENT", entry, percent_off=1)

    redemptions = (redeemed(1 + n, f"r_{n}", order=ORDER, **given(n)) for n in range(count))
    return [order_event(0, items=items), *redemptions]


def spread(count: int) -> list[Json]:
    """So many amounts, each spread over all items by their amounts."""
    amount = coupon("AMOUNT", amount_off=9_999, effect="APPLY_TO_ITEMS_PROPORTIONALLY")
    return [_cart(), *_priced(count, amount)]


def by_quantity(count: int) -> list[Json]:
    """So many amounts, each taken off every unit of all items."""
    amount = coupon("AMOUNT", amount_off=1, effect="APPLY_TO_ITEMS_BY_QUANTITY")
    return [_cart(), *_priced(count, amount)]


def cheapest(count: int) -> list[Json]:
    """So many percentages of the cheapest units of named products."""
    entry = product("p1", effect="APPLY_FROM_CHEAPEST", aggregated_quantity_limit=2)
    named = coupon("PERCENT", *[entry] * 20, percent_off=1)
    return [_cart(), *_priced(count, named)]


def carts_that_change(count: int) -> list[Json]:
    """So many calculated orders, each of another cart of 100 items."""

    def items(nth: int) -> Iterator[Json]:
        for n in range(100):
            mug = line({"product_id": f"p{(n + nth) % 150}", "price": 500}, 1 + nth % 3)
            yield mug | {"applied_discount_amount": 1}

    return [applied(n, f"r_{n}", list(items(n)), total=0) for n in range(count)]


def lists_of_all_items(count: int) -> list[Json]:
    """So many calculated orders of 500 items, one of them with another quantity each time."""
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
    "300 amounts spread over 500 items": lambda: spread(300),
    "300 amounts by quantity over 500 items": lambda: by_quantity(300),
    "300 percentages of the cheapest": lambda: cheapest(300),
    "999 carts of 100 items that change": lambda: carts_that_change(999),
    "520 lists of 500 items": lambda: lists_of_all_items(520),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """The last event of a history: its bytes, and what it costs, in seconds."""

    facts: int
    bytes: int
    decode: float
    session: float


def cost(events: list[Json]) -> Cost:
    """What the last event costs, after all others have been stored."""
    before = [_inbound(to_json(event), nth) for nth, event in enumerate(events[:-1])]
    stored: ProjectionState | None = None
    decision = decide("ord_1", None, before, project_order)
    if isinstance(decision, Changed):
        stored = decision.write.state
    value = to_json(events[-1])
    begun = time.perf_counter()
    last = _inbound(value, len(events))
    decoded = time.perf_counter()
    decision = decide("ord_1", stored, [last], project_order)
    if isinstance(decision, Changed):
        size_of(compose(decision.write))
    ended = time.perf_counter()
    facts = len(stored.facts) if stored else 0
    return Cost(facts + len(last.facts), len(value), decoded - begun, ended - decoded)


def _inbound(value: bytes, offset: int) -> InboundEvent:
    outcome = decode(value)
    if not isinstance(outcome, Accepted):
        raise TypeError(f"an event of this table must be good: {outcome}")
    place = Coordinates("redemptions", 0, offset)
    return InboundEvent(place, outcome.type, outcome.event, outcome.facts, size=len(value))


def main() -> None:
    """Print the table, row by row as it is measured."""
    collect_garbage_less_often()
    console = Console()
    table = Table(title="one event more")
    for column in ("", "facts", "kB", "decode, s", "session, s"):
        table.add_column(column, justify="right" if column else "left")
    for name, shape in SHAPES.items():
        console.print(f"{name} ...")
        each = cost(shape())
        table.add_row(
            name,
            f"{each.facts:,}",
            f"{each.bytes / 1_000:,.0f}",
            f"{each.decode:.2f}",
            f"{each.session:.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    main()
