"""A slow order that is held back while it waits for its turn is left alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from order_projector.domain.facts import EventStamp
from order_projector.projection.folding import Budget
from order_projector.projection.ports import Coordinates, Record
from order_projector.projection.session import InboundEvent
from order_projector.projection.slow_orders import SlowOrders
from tests.unit.recorded_metrics import RecordingMetrics


async def test_an_order_of_which_all_events_are_held_back_by_then_is_not_processed() -> None:
    gate, processed = asyncio.Event(), list[tuple[str, int]]()

    async def process(
        order_id: str, events: Sequence[InboundEvent], records: Sequence[Record]
    ) -> None:
        del records
        processed.append((order_id, len(events)))
        await gate.wait()

    slow_orders = SlowOrders(process, replace(Budget(), lanes=1), RecordingMetrics())
    for order_id, partition in (("first", 0), ("second", 1)):
        at = Coordinates("t", partition, 1)
        event = InboundEvent(at, "payment.succeeded", EventStamp(0, "e"), ())
        slow_orders.add(order_id, [event], {at: Record(at, None, b"")})
    await asyncio.sleep(0)

    slow_orders.hold(("t", 1))
    gate.set()
    await slow_orders.drained()

    assert processed == [("first", 1)]
    assert slow_orders.unfinished() == {("t", 1): 1}

    slow_orders.release(("t", 1))
    await slow_orders.drained()
    assert processed == [("first", 1), ("second", 1)]
