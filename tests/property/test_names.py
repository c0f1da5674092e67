"""An order with two names is a function of the set of its events, like any other order."""

import asyncio
from collections.abc import Iterable
from random import Random
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.adapters.offline import Offline
from order_projector.domain.flags import FlagCode
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.projection.names.joining import join
from order_projector.projection.ports import Coordinates, Record
from tests.support.drawn import examples
from tests.support.names.histories import sets_of_events, sets_of_payments
from tests.support.names.model import NAMED_BY, Json, model

Orders = dict[str, tuple[bytes, list[tuple[str, str, str]]]]
"""By id, the served JSON text and the flags."""


def records(events: Iterable[Json]) -> list[Record]:
    """Return the events as records of one partition."""
    return [
        Record(Coordinates("events", 0, offset), None, orjson.dumps(event))
        for offset, event in enumerate(events)
    ]


def projected(batches: list[list[Record]]) -> Offline:
    """Return what a worker makes of the batches."""
    offline = Offline()

    async def process() -> None:
        for batch in batches:
            await offline.process(batch)

    asyncio.run(process())
    assert offline.dead_letters.published == []
    return offline


def orders_of(offline: Offline) -> Orders:
    """Return the served orders and their flags."""
    flags = offline.store.flags()
    return {
        stored.order_id: (
            orjson.dumps(stored.order),
            [(flag.code, flag.event, flag.about) for flag in flags.get(stored.order_id, ())],
        )
        for stored in offline.store.all()
    }


def joined(events: Iterable[Json]) -> Orders:
    """Return the orders that the joining rule makes of the events."""
    outcomes = [decode(orjson.dumps(event)) for event in events]
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    made: Orders = {}
    for order_id, order in join(accepted).orders.items():
        projection = project_order(order_id, order.facts, order.names)
        flags = [(flag.code.value, flag.event, flag.about) for flag in projection.flags]
        made[order_id] = (orjson.dumps(projection.order), flags)
    return made


def batched(arrived: list[Record], random: Random) -> list[list[Record]]:
    """Cut the records into batches at random."""
    batches: list[list[Record]] = [[]]
    for record in arrived:
        if random.random() < 0.4:
            batches.append([])
        batches[-1].append(record)
    return batches


@settings(max_examples=examples(400), deadline=None)
@given(events=sets_of_events(), random=st.randoms(use_true_random=False))
def test_any_arrival_duplication_and_batching_of_a_set_makes_the_orders_of_the_rule(
    events: list[Json], random: Random
) -> None:
    expected = joined(events)
    for _ in range(2):
        again = events + random.sample(events, random.randint(0, len(events)))
        random.shuffle(again)
        offline = projected(batched(records(again), random))
        assert orders_of(offline) == expected
        assert_announced_as_stored(offline)


def assert_announced_as_stored(offline: Offline) -> None:
    """Check that each key's last record is the stored order, or names the one it merged into."""
    last: dict[str, Any] = {}
    for one in offline.announcer.announced:
        last[one.order_id] = getattr(one, "order", None)
    for stored in offline.store.all():
        assert last.pop(stored.order_id) == stored.order
    for order_id, order in last.items():
        assert order_id in NAMED_BY
        assert set(order) == {"id", "object", "merged_into"}
        assert order["merged_into"] not in NAMED_BY, "names make a chain"


@settings(max_examples=examples(400), deadline=None)
@given(events=sets_of_payments())
def test_the_rule_is_what_a_plain_reader_works_out(events: list[Json]) -> None:
    expected = model(events)
    outcomes = [decode(orjson.dumps(event)) for event in events]
    orders = join(outcome for outcome in outcomes if isinstance(outcome, Accepted)).orders

    assert orders.keys() == expected.keys()
    for order_id, joined_order in orders.items():
        projection = project_order(order_id, joined_order.facts, joined_order.names)
        order, flags = projection.order, projection.flags
        payments = order.get("payments", {})
        assert {
            "payments": {name: each["amount"] for name, each in payments.items()},
            "note": order["metadata"],
            "source_id": order["source_id"],
            "taken": sorted(
                (it.about, it.event) for it in flags if it.code is FlagCode.SOURCE_ID_TAKEN
            ),
            "shared": sorted(
                (it.about, it.event) for it in flags if it.code is FlagCode.SOURCE_ID_SHARED
            ),
        } == expected[order_id]
