"""The sizes on the handbook's page about capacity are those of this version's documents."""

from collections.abc import Callable

import bson
import pytest

from tests.support.events import Json, event_at, order_event, paid, redeemed
from tests.support.sessions import OneOrder

ITEMS = [
    {
        "product_id": f"prod_{n}",
        "sku_id": f"sku_{n}",
        "quantity": 2,
        "price": 1999,
        "amount": 3998,
        "product": {"name": f"Product number {n}"},
    }
    for n in range(3)
]
VOUCHER = {"id": "v_1", "code": "SPRING-10", "discount": {"type": "PERCENT", "percent_off": 10}}
CREATED = order_event(
    1,
    "created",
    source_id="shop-100001",
    items=ITEMS,
    customer={"id": "cust_0123456789abcdef", "object": "customer"},
    metadata={"channel": "web"},
)
SIX = [
    CREATED,
    redeemed(2, "r_1", order={"id": "ord_1"}, voucher=VOUCHER),
    order_event(3, "updated", metadata={"channel": "web", "gift": True}),
    paid(4, 10000),
    event_at(5, "order.paid", {"order": {"id": "ord_1"}}),
    event_at(6, "order.fulfilled", {"order": {"id": "ord_1"}}),
]


def bytes_of(*events: Json) -> int:
    """Return the size of the document of an order that received its events one by one."""
    order = OneOrder()
    for each in events:
        order.take([each])
    return len(bson.encode(order.document))


@pytest.mark.parametrize(
    ("events", "size"),
    [
        ([CREATED], 2_500),
        (SIX, 4_100),
        ([CREATED, event_at(2, "order.erased", {"order": {"id": "ord_1"}})], 600),
    ],
)
def test_a_document_has_about_this_size(events: list[Json], size: int) -> None:
    assert bytes_of(*events) == pytest.approx(size, rel=0.1)


@pytest.mark.parametrize(
    ("fact", "size"),
    [
        (lambda n: order_event(n, "updated", metadata={"n": n}), 200),
        (lambda n: paid(n, 100, name=f"pay_{n}"), 330),
        (lambda n: order_event(n, "updated", items=ITEMS, metadata={"n": n}), 570),
    ],
)
def test_a_fact_more_has_about_this_size(fact: Callable[[int], Json], size: int) -> None:
    twenty = bytes_of(CREATED, *(fact(n) for n in range(2, 22)))
    ten = bytes_of(CREATED, *(fact(n) for n in range(2, 12)))
    assert (twenty - ten) / 10 == pytest.approx(size, rel=0.1)
