"""One batch of records, from decoding to the point where its offsets may be committed."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Final

from order_projector.projection.announcements import Announcements
from order_projector.projection.breaker import Breaker, ProcessingPhase
from order_projector.projection.clock import Clock, milliseconds
from order_projector.projection.dead_lettering import DeadLettering
from order_projector.projection.decider import Decider
from order_projector.projection.decoding import Decoding, Read
from order_projector.projection.folded import Fold
from order_projector.projection.folding import EVERYTHING_AT_ONCE, Folding
from order_projector.projection.group_outcome import GroupOutcome, UnprocessableEvent
from order_projector.projection.metrics import ProjectionMetrics
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
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.rounds import Rounds
from order_projector.projection.session import InboundEvent
from order_projector.projection.slow_orders import SlowOrders
from order_projector.projection.steps import Decode

_log: Final = logging.getLogger(__name__)

RECORDS_IN_A_PART: Final = 2_000
"""Records that are processed together: an order's events among them make one revision.

The next part is decoded while this one is being written and announced.
"""

ORDERS_IN_A_GROUP: Final = 128
"""Orders that are loaded, folded, written and announced together.

The next group is folded while one group's write is in progress, so that neither the database nor
this process idles.
"""


class Projector:
    """Applies batches of records to the stored orders and announces the changed ones.

    It can be stopped at any moment: records that were not committed are read again, with the same
    result. Between batches it keeps only the announcements that are not checked yet and the
    ``slow_orders``.

    ``random`` only adds jitter to the retry pauses, and ``clock`` only says when an order is
    written. If dead letters exceed the limits of ``breaker``, `process` publishes none of them and
    raises `BreakerOpen`. Orders beyond the budget of ``folding`` are processed apart. Without
    ``recent_states``, each order is loaded. What came by the source ids of erased orders is handled
    as ``erased_names`` says.
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
        recent_states: RecentStates | None = None,
    ) -> None:
        """Wire the projection to its ports."""
        self._decoding = Decoding(decode, metrics)
        self._metrics, self._clock = metrics, clock
        self._breaker = breaker or Breaker(None)
        retry, budget = RetryPolicy(metrics, random), folding.budget
        self._rounds_apart = partial(
            Rounds, store, metrics=metrics, retry_policy=retry, clock=clock, recent=recent_states
        )
        self._decider_apart = partial(Decider, fold, metrics, folding.apart, budget.on_loop)
        decider = Decider(fold, metrics, folding.in_batch, budget.on_loop)
        self._rounds = Rounds(
            store, decider, metrics, retry, clock, budget.in_batch, recent=recent_states
        )
        documents = Documents(
            store, decider, metrics, retry, clock, self._rounds.budget, recent_states
        )
        self._names = Names(documents, fold, erased_names)
        self._new_announcements = partial(Announcements, store, announcer, metrics, retry)
        self._announcements = self._new_announcements()
        self._abandoned_apart: Final = dict[str, None]()
        self._new_dead_lettering = partial(DeadLettering, dead_letters, metrics, retry)
        self._dead_lettering = self._new_dead_lettering()
        self.slow_orders: Final = SlowOrders(self._process_apart, budget, metrics)

    async def process(self, records: Sequence[Record]) -> None:
        """Process the records; when this returns, their offsets may be committed.

        For callers that have nothing else to do during the check of the announcements.
        """
        await self.store_and_announce(records)
        await self.check_announcements()

    async def store_and_announce(self, records: Sequence[Record]) -> None:
        """Process the records, except for the check of their announcements.

        By then every rejected record is dead-lettered, every order stored by a majority and every
        announcement acknowledged, except in the ``slow_orders``: do not commit their unfinished
        offsets. While a service is unavailable, this waits without a time limit.
        """
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

    async def check_announcements(self) -> None:
        """Check all announcements made so far; then the offsets of their records may be committed.

        Call it after every batch, though it was cancelled: its announcements may have come late,
        after another worker had committed the same records, and nothing else would correct them.
        One call at a time; it may overlap the next batch.
        """
        if self.slow_orders.is_empty():  # otherwise their own work repeats them
            self._announcements.repeat(self._abandoned_apart)
            self._abandoned_apart.clear()
        await self._announcements.check()

    async def _process_parts(self, records: Sequence[Record], work: asyncio.TaskGroup) -> None:
        """Process one part while decoding the next; dead-letter once the breaker counted all."""
        groups = list[asyncio.Task[None]]()
        rejected = list[DeadLetter]()
        for part in _parts(records):
            read = await self._decoding.read(part)
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
        with self._announcements.changing(events_by_order.keys()) as touch:
            outcome = await self._names.write_group(self._rounds, events_by_order, touch)
            for order_id, events in outcome.too_slow.items():
                self.slow_orders.add(order_id, events, records)
            too_slow = outcome.too_slow
            here = [events for name, events in events_by_order.items() if name not in too_slow]
            await self._conclude(outcome, here, records, self._announcements, self._dead_lettering)
        self._observe_delays(outcome, events_by_order)

    def _observe_delays(
        self, outcome: GroupOutcome, events_by_order: Mapping[str, Sequence[InboundEvent]]
    ) -> None:
        """Report how long after their own dates the events of the orders were announced."""
        now = milliseconds(self._clock())
        for order_id in outcome.due.written:
            for event in events_by_order.get(order_id, ()):
                self._metrics.announced_after(max(0, now - event.event.created_at) / 1000)

    async def _process_apart(
        self, order_id: str, events: Sequence[InboundEvent], records: Sequence[Record]
    ) -> None:
        """Do the same for a single order, without a size limit."""
        rounds = self._rounds_apart(decider=self._decider_apart())
        outcome = await self._names.write_group(rounds, {order_id: events})
        by_coordinates = {record.coordinates: record for record in records}
        announcements, dead_lettering = self._new_announcements(), self._new_dead_lettering()
        try:
            await self._conclude(outcome, [events], by_coordinates, announcements, dead_lettering)
            await announcements.check()
        except BaseException:
            self._abandoned_apart.update(dict.fromkeys(announcements.unfinished()))
            raise
        else:
            self._abandoned_apart.pop(order_id, None)
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


async def _finished(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Wait for all tasks, and raise if one was cancelled: a task group would ignore that."""
    for task in tasks:
        await task


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for start in range(0, len(records), RECORDS_IN_A_PART):
        yield records[start : start + RECORDS_IN_A_PART]


def _dead_letters(
    unprocessable: Sequence[UnprocessableEvent], records: Mapping[Coordinates, Record]
) -> list[DeadLetter]:
    return [
        DeadLetter(records[each.event.coordinates], each.code, each.message, each.unusable)
        for each in unprocessable
    ]
