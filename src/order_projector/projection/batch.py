"""One batch of records, from what was read to what may be committed."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final

from order_projector.events.outcome import Accepted, Code, Outcome, Rejected, Skipped
from order_projector.projection.announcements import Announcements
from order_projector.projection.breaker import Breaker, ProcessingPhase
from order_projector.projection.dead_lettering import DeadLettering
from order_projector.projection.decider import Decider
from order_projector.projection.folding import EVERYTHING_AT_ONCE, Folding
from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import (
    Announcer,
    Coordinates,
    DeadLetter,
    DeadLetterPublisher,
    OrderStore,
    Record,
)
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.rounds import GroupOutcome, Rounds, UnprocessableEvent
from order_projector.projection.session import Fold, InboundEvent
from order_projector.projection.slow_orders import SlowOrders
from order_projector.projection.unexpected_errors import describe_unexpected, format_stack

_log: Final = logging.getLogger(__name__)

Headers = Sequence[tuple[str, bytes | None]]
Decode = Callable[[bytes | None, Headers], Outcome]

RECORDS_AT_A_STRETCH: Final = 128
BYTES_AT_A_STRETCH: Final = 262_144
"""Records, and bytes of their values, decoded before the event loop has its turn: milliseconds.

A single value may be larger; the loop has its turn before the next one.
"""

_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


RECORDS_IN_A_PART: Final = 2_000
"""Records that are processed together: each order's events in them make one revision.

The next part is decoded while this one's documents and announcements are on their way.
"""

ORDERS_IN_A_GROUP: Final = 128
"""Orders that go through load, fold, write and announcement together.

While one group's write is under way the next is folded, so that neither the database nor this
process waits for the other.
"""


@dataclass(frozen=True, slots=True)
class Read:
    """A decoded batch: the events of each order, and the records that become dead letters."""

    events_by_order: dict[str, list[InboundEvent]] = field(default_factory=dict)
    rejected: list[DeadLetter] = field(default_factory=list)


class Projector:
    """Takes batches of records into the stored orders and announces what has changed.

    It can be stopped at any moment: what was not committed by then is read again, and comes out
    the same. All it keeps between two batches is what a batch that was given up has left behind,
    and the ``slow_orders``.
    """

    def __init__(  # noqa: PLR0913 - all that it needs of the world
        self,
        store: OrderStore,
        announcer: Announcer,
        dead_letters: DeadLetterPublisher,
        *,
        decode: Decode,
        fold: Fold,
        metrics: ProjectionMetrics,
        random: Random,
        breaker: Breaker | None = None,
        folding: Folding = EVERYTHING_AT_ONCE,
    ) -> None:
        """Wire the projection to its world; ``random`` only spreads the pauses between retries.

        Beyond the limits of the breaker, if there is one, it publishes no dead letters and raises
        `BreakerOpen`. Orders beyond the budget of ``folding`` are processed apart.
        """
        self._decode = decode
        self._metrics = metrics
        self._breaker = breaker or Breaker(None)
        self._retry_policy = RetryPolicy(metrics, random)
        budget = folding.budget
        decider = Decider(fold, metrics, folding.in_batch, budget.on_loop)
        self._rounds = Rounds(store, decider, metrics, self._retry_policy, budget.in_batch)
        self._decider_apart = partial(Decider, fold, metrics, folding.apart, budget.on_loop)
        self._rounds_apart = partial(
            Rounds, store, metrics=metrics, retry_policy=self._retry_policy
        )
        self._announcements = Announcements(store, announcer, metrics, self._retry_policy)
        self._announcements_apart = Announcements(store, announcer, metrics, self._retry_policy)
        self._new_dead_lettering = partial(DeadLettering, dead_letters, metrics, self._retry_policy)
        self._dead_lettering = self._new_dead_lettering()
        self.slow_orders: Final = SlowOrders(self._process_apart, budget, metrics)

    async def process(self, records: Sequence[Record]) -> None:
        """Return once everything that the records do has been done; then they may be committed.

        In the ``slow_orders`` that is not so: commit no unfinished offset. Every
        rejected record is dead-lettered, every order stored by a majority, every announcement
        acknowledged. A service that is away is waited for, however long it takes.

        It can be cancelled. Then the next call, be it with no records at all, first announces once
        more what the cancelled one had begun to announce: others may have committed the same
        records before, and nobody else would follow up an announcement that came too late.
        """
        await self._announcements.follow_up()
        if self.slow_orders.is_empty():  # else what is unseen is being seen to
            await self._announcements_apart.follow_up()
        self.slow_orders.check()
        if not records:
            return
        await self.slow_orders.wait_for_capacity()
        self._metrics.batch(len(records))
        self._breaker.begin(record.coordinates for record in records)
        try:
            async with asyncio.TaskGroup() as work:
                await self._process_parts(records, work)
        except BaseExceptionGroup as failed:
            raise _first(failed) from None
        finally:
            self._dead_lettering.report()

    async def _process_parts(self, records: Sequence[Record], work: asyncio.TaskGroup) -> None:
        """Process one part while the next is decoded; dead-letter once the breaker has seen all."""
        previous: asyncio.Task[None] | None = None
        rejected = list[DeadLetter]()
        for part in _parts(records):
            read = await self._read(part)
            events = (record.coordinates for record in part)
            self._breaker.record_events(ProcessingPhase.READING, events, read.rejected)
            rejected += read.rejected
            if previous is not None:
                await previous
            previous = work.create_task(self._process_part(read, part))
        await self._dead_lettering.publish(rejected)
        if previous is not None:
            await previous  # to its group a task that was cancelled is no error

    async def _process_part(self, read: Read, records: Sequence[Record]) -> None:
        """Apply the events of a part of a batch; hand over those of orders that are apart."""
        events_by_order = read.events_by_order
        by_coordinates = {record.coordinates: record for record in records}
        for order_id in [name for name in events_by_order if self.slow_orders.holds(name)]:
            self.slow_orders.add(order_id, events_by_order.pop(order_id), by_coordinates)
        async with asyncio.TaskGroup() as work:
            groups = [
                work.create_task(self._process_group(each, by_coordinates))
                for each in _groups(events_by_order)
            ]
        for group in groups:
            group.result()

    async def _process_group(
        self,
        events_by_order: Mapping[str, Sequence[InboundEvent]],
        records: Mapping[Coordinates, Record],
    ) -> None:
        """Store the changed orders, dead-letter the unprocessable events, announce."""
        outcome = await self._rounds.write_group(events_by_order)
        for order_id, events in outcome.too_slow.items():
            self.slow_orders.add(order_id, events, records)
        here = [events for name, events in events_by_order.items() if name not in outcome.too_slow]
        await self._conclude(outcome, here, records, self._announcements, self._dead_lettering)

    async def _process_apart(
        self, order_id: str, events: Sequence[InboundEvent], records: Sequence[Record]
    ) -> None:
        """The same for one order by itself, however long it takes."""
        rounds = self._rounds_apart(decider=self._decider_apart())
        outcome = await rounds.write_group({order_id: events})
        by_coordinates = {record.coordinates: record for record in records}
        dead_lettering = self._new_dead_lettering()
        try:
            await self._conclude(
                outcome, [events], by_coordinates, self._announcements_apart, dead_lettering
            )
        finally:
            dead_lettering.report()

    async def _conclude(
        self,
        outcome: GroupOutcome,
        event_groups: Iterable[Sequence[InboundEvent]],
        records: Mapping[Coordinates, Record],
        announcements: Announcements,
        dead_lettering: DeadLettering,
    ) -> None:
        dead_letters = _dead_letters(outcome.unprocessable, records)
        events = (event.coordinates for group in event_groups for event in group)
        self._breaker.record_events(ProcessingPhase.COMPUTING, events, dead_letters)
        await dead_lettering.publish(dead_letters)
        await announcements.announce(outcome)

    async def _read(self, records: Sequence[Record]) -> Read:
        with timed(self._metrics, "decode"):
            return await self._decoded(records)

    async def _decoded(self, records: Sequence[Record]) -> Read:
        read = Read()
        records_left = bytes_left = 0
        for record in records:
            if records_left <= 0 or bytes_left <= 0:
                await asyncio.sleep(0)
                records_left, bytes_left = RECORDS_AT_A_STRETCH, BYTES_AT_A_STRETCH
            records_left -= 1
            bytes_left -= len(record.value or b"")
            match self._outcome(record):
                case Accepted() as accepted:
                    event = _inbound_event(record, accepted)
                    read.events_by_order.setdefault(accepted.order_id, []).append(event)
                case Skipped(type=event_type):
                    self._metrics.event(event_type, "skipped")
                case Rejected(code=code, message=message):
                    self._metrics.event("invalid", "rejected")
                    read.rejected.append(DeadLetter(record, code, message))
        return read

    def _outcome(self, record: Record) -> Outcome:
        """Decode a record; an unexpected error rejects this record and no other."""
        try:
            return self._decode(record.value, record.headers)
        except MemoryError:
            raise  # not the record's fault
        except Exception as error:
            _log.error("%s cannot be read: %s", record.coordinates, format_stack(error))
            return Rejected(Code.INVALID_EVENT, describe_unexpected(error))


def _first(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error itself: who calls need not know how many tasks have worked for it."""
    error = failed.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), RECORDS_IN_A_PART):
        yield records[start : start + RECORDS_IN_A_PART]


def _groups(
    events_by_order: Mapping[str, Sequence[InboundEvent]],
) -> Iterator[dict[str, Sequence[InboundEvent]]]:
    """Yield the orders in groups of about equal size; all events of an order are in one group."""
    count = -(-len(events_by_order) // ORDERS_IN_A_GROUP)
    orders = list(events_by_order.items())
    for nth in range(count):
        yield dict(orders[nth::count])


def _inbound_event(record: Record, accepted: Accepted) -> InboundEvent:
    return InboundEvent(
        coordinates=record.coordinates,
        type=accepted.type,
        event=accepted.event,
        facts=accepted.facts,
        traceparent=_traceparent(record.headers),
        size=len(record.value or b""),
    )


def _traceparent(headers: Headers) -> str | None:
    """The trace to continue: of the header, or of the CloudEvents extension of that name."""
    for name, value in headers:
        if name in {"traceparent", "ce_traceparent"} and value and _TRACEPARENT.fullmatch(value):
            return value.decode()
    return None


def _dead_letters(
    unprocessable: Sequence[UnprocessableEvent], records: Mapping[Coordinates, Record]
) -> list[DeadLetter]:
    return [
        DeadLetter(records[each.event.coordinates], each.code, each.message, each.unusable)
        for each in unprocessable
    ]
