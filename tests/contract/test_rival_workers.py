"""Several workers process the same orders concurrently, on each store."""

import asyncio
from random import Random

from order_projector.adapters.memory import MemoryAnnouncer, MemoryDeadLetters
from order_projector.events.outcome import Accepted, Outcome
from order_projector.projection.batch import Projector
from order_projector.projection.metrics import NullMetrics
from order_projector.projection.ports import Coordinates, OrderStore, Record, StoredOrder
from order_projector.projection.steps import Headers
from tests.support.stored import noon
from tests.unit.toy import fold, paid

ORDERS = [f"o{number}" for number in range(10)]
EVENTS = 360
WORKERS = 3
BATCH = 30


def decode(value: bytes | None, headers: Headers) -> Outcome:
    """Decode the number of an event: a payment of this amount for its order."""
    del headers
    number = int(value or b"")
    fact = paid(f"e{number}", number, time=number)
    return Accepted("payment.succeeded", ORDERS[number % len(ORDERS)], fact.event, (fact,))


async def work(store: OrderStore, announcer: MemoryAnnouncer, partition: int) -> None:
    """Process one partition to its end, every batch twice, as after a crash before its commit."""
    projector = Projector(
        store,
        announcer,
        MemoryDeadLetters(),
        decode=decode,
        fold=fold,
        metrics=NullMetrics(),
        random=Random(partition),
        clock=noon,
    )
    numbers = range(partition, EVENTS, WORKERS)
    records = [
        Record(Coordinates("t", partition, offset), None, str(number).encode())
        for offset, number in enumerate(Random(partition).sample(numbers, len(numbers)))
    ]
    for start in range(0, len(records), BATCH):
        await projector.process(records[start : start + BATCH])
        await projector.process(records[start : start + BATCH])


async def test_orders_that_workers_share_hold_every_event_once_and_are_announced_last(
    store: OrderStore,
) -> None:
    announcer = MemoryAnnouncer()

    await asyncio.gather(*(work(store, announcer, partition) for partition in range(WORKERS)))

    stored = {order.order_id: order for order in await store.stored(ORDERS)}
    owed = {name: sum(range(place, EVENTS, len(ORDERS))) for place, name in enumerate(ORDERS)}
    orders = [order for order in stored.values() if isinstance(order, StoredOrder)]
    assert {order.order_id: order.order["paid"] for order in orders} == owed
    assert {order.order_id: order for order in announcer.announced} == stored


async def test_every_revision_of_a_shared_order_is_announced_with_causes_of_its_own(
    store: OrderStore,
) -> None:
    announcer = MemoryAnnouncer()

    await asyncio.gather(*(work(store, announcer, partition) for partition in range(WORKERS)))

    announced = [order for order in announcer.announced if isinstance(order, StoredOrder)]
    revisions = {(order.order_id, order.revision): order for order in announced}
    for place, name in enumerate(ORDERS):
        chain = sorted(revision for order_id, revision in revisions if order_id == name)
        assert chain == list(range(1, len(chain) + 1))
        causes = [cause for revision in chain for cause in revisions[name, revision].causes]
        events = [f"e{number}" for number in range(place, EVENTS, len(ORDERS))]
        assert sorted(causes) == sorted(events)
