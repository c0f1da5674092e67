"""Orders that may be slow, each processed apart from the batches.

Later events of such an order are queued behind it in arrival order, so that an order is never
processed twice at the same time. Its events are not done until they are stored, announced or
dead-lettered like any others; until then they delay only the commit of their partitions' offsets.
Nothing here outlives the assignment of the partitions that it was read from.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from order_projector.projection.breaker import BreakerOpen
from order_projector.projection.folding import Budget
from order_projector.projection.metrics import ProjectionMetrics
from order_projector.projection.ports import Coordinates, Partition, Record
from order_projector.projection.session import InboundEvent
from order_projector.projection.steps import ProcessOrder

LOOK_EVERY: Final = 1.0
"""Seconds between two progress reports of a batch that waits for capacity."""


@dataclass(slots=True)
class _Lane:
    """One order that is processed apart: its unfinished events, in order, and their records."""

    events: dict[Coordinates, tuple[InboundEvent, Record]] = field(default_factory=dict)
    work: asyncio.Task[None] | None = None
    failed: Exception | None = None


@dataclass(slots=True)
class SlowOrders:
    """The orders that are processed apart, and their unfinished events.

    ``process`` applies events to one order; `check` raises its errors.
    """

    process: ProcessOrder
    budget: Budget
    metrics: ProjectionMetrics
    _lanes: dict[str, _Lane] = field(default_factory=dict)
    _held: set[Partition] = field(default_factory=set)
    """Partitions whose breaker is open: their events stay unfinished until it is closed."""
    _events: int = 0
    _bytes: int = 0
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.budget.lanes)

    def holds(self, order_id: str) -> bool:
        """Whether the order is processed apart, so that its events belong here."""
        return order_id in self._lanes

    def is_empty(self) -> bool:
        """Whether no order is processed apart."""
        return not self._lanes

    def has_failed(self) -> bool:
        """Whether `check` would raise."""
        return any(lane.failed is not None for lane in self._lanes.values())

    def unfinished(self) -> Mapping[Partition, int]:
        """Return the lowest unfinished offset of each partition."""
        lowest = dict[Partition, int]()
        for lane in self._lanes.values():
            for at in lane.events:
                where = (at.topic, at.partition)
                lowest[where] = min(at.offset, lowest.get(where, at.offset))
        return lowest

    def add(
        self, order_id: str, events: Iterable[InboundEvent], records: Mapping[Coordinates, Record]
    ) -> None:
        """Append events of an order; those that are already there are ignored.

        ``records`` must include those that the events were read from.
        """
        lane = self._lanes.get(order_id)
        if lane is None:
            lane = self._lanes[order_id] = _Lane()
            self.metrics.sent_apart()
        for event in events:
            if event.coordinates not in lane.events:
                lane.events[event.coordinates] = (event, records[event.coordinates])
                self._events += 1
                self._bytes += event.size
        self._start(order_id, lane)
        self._report()

    def check(self) -> None:
        """Raise each error once, and retry its order unless the error is `BreakerOpen`.

        The caller that catches `BreakerOpen` must hold the partition.
        """
        for order_id, lane in self._lanes.items():
            if (error := lane.failed) is not None:
                lane.failed = None
                if not isinstance(error, BreakerOpen):
                    self._start(order_id, lane)
                raise error

    def hold(self, partition: Partition) -> None:
        """Stop processing events of a partition; those of others continue."""
        self._held.add(partition)
        self._start_all()

    def release(self, partition: Partition) -> None:
        """Resume a partition that was held."""
        self._held.discard(partition)
        self._start_all()

    def _start_all(self) -> None:
        for order_id, lane in self._lanes.items():
            self._start(order_id, lane)

    async def wait_for_capacity(self) -> None:
        """Wait until another batch may begin. Raises errors like `check` while waiting."""
        while self._is_full():
            self.check()
            working = [lane.work for lane in self._lanes.values() if lane.work is not None]
            if not working:  # all are held: waiting for them would never end
                return
            await asyncio.wait(working, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED)
            self._report()

    async def drained(self) -> None:
        """Wait until no work is in progress."""
        while working := [lane.work for lane in self._lanes.values() if lane.work is not None]:
            await asyncio.wait(working)

    def cancel(self) -> None:
        """Cancel the work in progress; `drained` returns when it has ended."""
        for lane in self._lanes.values():
            if lane.work is not None:
                lane.work.cancel()

    def forget(self) -> None:
        """Drop the unfinished events, once their partitions belong to another worker."""
        for lane in self._lanes.values():
            lane.events.clear()
        self._lanes.clear()
        self._events = self._bytes = 0
        self._report()

    def _is_full(self) -> bool:
        budget = self.budget
        return (
            self._events >= budget.events
            or self._bytes >= budget.bytes
            or len(self._lanes) >= budget.orders
        )

    def _start(self, order_id: str, lane: _Lane) -> None:
        """Start work on an order unless it is in progress, has failed or is held."""
        if lane.work is None and lane.failed is None and self._runnable(lane):
            lane.work = asyncio.create_task(self._work(order_id, lane))

    def _runnable(self, lane: _Lane) -> list[tuple[InboundEvent, Record]]:
        return [
            event for at, event in lane.events.items() if (at.topic, at.partition) not in self._held
        ]

    async def _work(self, order_id: str, lane: _Lane) -> None:
        """Process the order's events as they arrive, until only held ones are left."""
        try:
            while self._runnable(lane):
                async with self._free:
                    taken = self._runnable(lane)
                    if not taken:  # they were held back while this waited for its turn
                        break
                    events, records = [event for event, _ in taken], [record for _, record in taken]
                    await self.process(order_id, events, records)
                self._done(lane, events)
        except Exception as error:
            lane.failed = error
        finally:
            lane.work = None
        if not lane.events and self._lanes.get(order_id) is lane:
            del self._lanes[order_id]
        self._report()

    def _done(self, lane: _Lane, events: Sequence[InboundEvent]) -> None:
        for event in events:
            if lane.events.pop(event.coordinates, None) is not None:
                self._events -= 1
                self._bytes -= event.size

    def _report(self) -> None:
        self.metrics.apart(len(self._lanes), self._events)
