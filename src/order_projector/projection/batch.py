"""One batch of records, from decoding to the point where its offsets may be committed."""

import asyncio
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final

from order_projector.events.outcome import Accepted, Code, Outcome, Rejected, Skipped
from order_projector.projection.announcements import Announcements
from order_projector.projection.breaker import Breaker, ProcessingPhase
from order_projector.projection.clock import Clock
from order_projector.projection.dead_lettering import DeadLettering
from order_projector.projection.decider import Decider
from order_projector.projection.folding import EVERYTHING_AT_ONCE, Folding
from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.names.documents import Documents
from order_projector.projection.names.grouping import grouped
from order_projector.projection.names.settling import Names
from order_projector.projection.names.stored import NameStage
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
from order_projector.projection.steps import Decode, Headers
from order_projector.projection.unexpected_errors import describe_unexpected, format_stack

_log: Final = logging.getLogger(__name__)

RECORDS_AT_A_STRETCH: Final = 128
BYTES_AT_A_STRETCH: Final = 262_144
"""The most records, and bytes of their values, decoded before yielding to the event loop.

They take a few milliseconds. A single value may be larger; the loop runs before the next one.
"""

_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


RECORDS_IN_A_PART: Final = 2_000
"""Records that are processed together: an order's events among them make one revision.

The next part is decoded while this one is being written and announced.
"""

ORDERS_IN_A_GROUP: Final = 128
"""Orders that are loaded, folded, written and announced together.

The next group is folded while one group's write is in progress, so that neither the database nor
this process idles.
"""


@dataclass(frozen=True, slots=True)
class Read:
    """A decoded batch: the events of each order, and the records that become dead letters."""

    events_by_order: dict[str, list[InboundEvent]] = field(default_factory=dict)
    rejected: list[DeadLetter] = field(default_factory=list)


class Projector:
    """Applies batches of records to the stored orders and announces the changed ones.

    It can be stopped at any moment: records that were not committed are read again, with the same
    result. Between batches it keeps only the unchecked announcements of an abandoned batch and
    the ``slow_orders``.
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
        clock: Clock,
        breaker: Breaker | None = None,
        folding: Folding = EVERYTHING_AT_ONCE,
        erased_names: NameStage = NameStage.ERASED,
    ) -> None:
        """Wire the projection to its ports; ``random`` only adds jitter to the retry pauses.
        ``clock`` only says when an order is written.

        If dead letters exceed the limits of ``breaker``, `process` publishes none of them and
        raises `BreakerOpen`. Orders beyond the budget of ``folding`` are processed apart. What came
        by the source ids of erased orders is handled as ``erased_names`` says.
        """
        self._decode = decode
        self._metrics = metrics
        self._breaker = breaker or Breaker(None)
        self._retry_policy = RetryPolicy(metrics, random)
        budget = folding.budget
        decider = Decider(fold, metrics, folding.in_batch, budget.on_loop)
        self._rounds = Rounds(store, decider, metrics, self._retry_policy, clock, budget.in_batch)
        self._decider_apart = partial(Decider, fold, metrics, folding.apart, budget.on_loop)
        self._rounds_apart = partial(
            Rounds, store, metrics=metrics, retry_policy=self._retry_policy, clock=clock
        )
        documents = Documents(
            store, decider, metrics, self._retry_policy, clock, self._rounds.budget
        )
        self._names = Names(documents, fold, erased_names)
        self._announcements = Announcements(store, announcer, metrics, self._retry_policy)
        self._announcements_apart = Announcements(store, announcer, metrics, self._retry_policy)
        self._new_dead_lettering = partial(DeadLettering, dead_letters, metrics, self._retry_policy)
        self._dead_lettering = self._new_dead_lettering()
        self.slow_orders: Final = SlowOrders(self._process_apart, budget, metrics)

    async def process(self, records: Sequence[Record]) -> None:
        """Process the records; when this returns, their offsets may be committed.

        By then every rejected record is dead-lettered, every order stored by a majority and every
        announcement acknowledged, except in the ``slow_orders``: do not commit their unfinished
        offsets. While a service is unavailable, this waits without a time limit.

        If a call is cancelled, the next one first repeats the announcements that it had begun, so
        call it with no records to do only that. Another worker may have committed the same records
        before, and then nothing else would correct an announcement that was published too late.
        """
        await self._announcements.follow_up()
        if self.slow_orders.is_empty():  # otherwise their own tasks are still checking
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
            raise failed.exceptions[0] from None  # callers need not see our task structure
        finally:
            self._dead_lettering.report()

    async def _process_parts(self, records: Sequence[Record], work: asyncio.TaskGroup) -> None:
        """Process one part while decoding the next; dead-letter once the breaker counted all."""
        groups = list[asyncio.Task[None]]()
        rejected = list[DeadLetter]()
        for part in _parts(records):
            read = await self._read(part)
            events = (record.coordinates for record in part)
            self._breaker.record_events(ProcessingPhase.READING, events, read.rejected)
            rejected += read.rejected
            await _finished(groups)
            groups = self._start_groups(read, part, work)
        await self._dead_lettering.publish(rejected)
        await _finished(groups)

    def _start_groups(
        self, read: Read, records: Sequence[Record], work: asyncio.TaskGroup
    ) -> list[asyncio.Task[None]]:
        """Start on the groups of a part; hand the events of slow orders to `slow_orders`."""
        events_by_order = read.events_by_order
        by_coordinates = {record.coordinates: record for record in records}
        for order_id in [name for name in events_by_order if self.slow_orders.holds(name)]:
            self.slow_orders.add(order_id, events_by_order.pop(order_id), by_coordinates)
        return [
            work.create_task(self._process_group(each, by_coordinates))
            for each in grouped(events_by_order, ORDERS_IN_A_GROUP)
        ]

    async def _process_group(
        self,
        events_by_order: Mapping[str, Sequence[InboundEvent]],
        records: Mapping[Coordinates, Record],
    ) -> None:
        """Store the changed orders, dead-letter the unprocessable events and announce."""
        outcome = await self._names.write_group(self._rounds, events_by_order)
        for order_id, events in outcome.too_slow.items():
            self.slow_orders.add(order_id, events, records)
        here = [events for name, events in events_by_order.items() if name not in outcome.too_slow]
        await self._conclude(outcome, here, records, self._announcements, self._dead_lettering)

    async def _process_apart(
        self, order_id: str, events: Sequence[InboundEvent], records: Sequence[Record]
    ) -> None:
        """Do the same for a single order, without a size limit."""
        rounds = self._rounds_apart(decider=self._decider_apart())
        outcome = await self._names.write_group(rounds, {order_id: events})
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


async def _finished(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Wait for all tasks, and raise if one was cancelled: a task group would ignore that."""
    for task in tasks:
        await task


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), RECORDS_IN_A_PART):
        yield records[start : start + RECORDS_IN_A_PART]


def _inbound_event(record: Record, accepted: Accepted) -> InboundEvent:
    return InboundEvent(
        coordinates=record.coordinates,
        type=accepted.type,
        event=accepted.event,
        facts=accepted.facts,
        traceparent=_traceparent(record.headers),
        size=len(record.value or b""),
        timestamp=max(record.timestamp, 0),
        source_id=accepted.source_id,
        claim=accepted.claim,
    )


def _traceparent(headers: Headers) -> str | None:
    """Return the trace to continue, from the W3C header or the CloudEvents extension."""
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
