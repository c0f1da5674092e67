"""A simulated worker: the real projection, batch consumer and publisher on simulated connections.

FastStream's loop between them, which polls and passes batches on, is written out here.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final, TypeVar

from aiokafka import TopicPartition

from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.consumer.breaker_enforcer import BreakerEnforcer
from order_projector.adapters.kafka.consumer.offsets import Offsets
from order_projector.adapters.kafka.consumer.poller import Poller
from order_projector.adapters.kafka.consumer.rebalances import Rebalances
from order_projector.adapters.kafka.consumer.shutdown import ShutdownBudget, drain, within
from order_projector.adapters.kafka.producer.outbound import KafkaAnnouncer, KafkaDeadLetters
from order_projector.adapters.kafka.producer.publisher import Publisher
from order_projector.adapters.memory import MemoryControl
from order_projector.adapters.mongo import MongoStore
from order_projector.events.decode import decode
from order_projector.projection.batch import Projector
from order_projector.projection.breaker import Breaker, BreakerLimits
from order_projector.projection.dry_run import DryRun
from order_projector.projection.folded import Fold
from order_projector.projection.folding import Budget, Folding
from order_projector.projection.held_partitions import HeldPartitions
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.worker_state import Phase, WorkerState
from tests.simulation.broker import Broker
from tests.simulation.consumer import Consumer
from tests.simulation.control import Connection, Control
from tests.simulation.database import Database, Write
from tests.simulation.driver import Client
from tests.simulation.loop import Loop
from tests.simulation.network import Faults
from tests.simulation.producer import Producer

T = TypeVar("T")

ORDER_UPDATED: Final = "order.updated"
DEAD_LETTERS: Final = "order.dead-letters"

DRAIN: Final = 36.0
SHUTDOWN: Final = ShutdownBudget(25.0)
POLL_MS: Final = 1_500
LOOK_EVERY: Final = 3.0

_START: Final = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(slots=True)
class FakeMetrics:
    """Updates the worker's state, and reports what no injected fault explains."""

    worker_state: WorkerState
    complain: Callable[[str], None]
    log: Callable[[str], None]

    def waiting_for(self, service: str, reason: str) -> None:
        """Record that the worker waits."""
        self.worker_state.wait_for(service, reason)

    def resumed(self, service: str) -> None:
        """Record that the worker goes on."""
        self.worker_state.resume(service)

    def batch_failed(self) -> None:
        """Report a violation: a fault may make a batch wait or be abandoned, but never fail."""
        self.complain("a batch failed for a reason that the worker does not know")

    def abandoned(self, reason: str) -> None:
        """Log that a batch was abandoned."""
        self.log(f"gives up its batch ({reason})")

    def rebalanced(self) -> None:
        """Ignore an assignment of partitions."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Ignore every other metric."""
        return _nothing


def _nothing(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment of a worker."""

    broker: Broker
    database: Database
    faults: Faults
    batch: int
    breaker: int | None
    control: Control
    budget: Budget
    fold: float
    order_fold: Fold
    publish_within: float
    sent: Callable[["Worker", Sequence[Write]], None]
    complain: Callable[[str], None]
    log: Callable[[str, str], None]

    @property
    def limits(self) -> BreakerLimits | None:
        """The limits at which a breaker opens; None in a world without breakers."""
        return BreakerLimits(0.99, self.breaker, 1_000_000) if self.breaker else None


@dataclass(slots=True)
class Worker:
    """One process. Its life ends with `stop`, or when its loop is killed."""

    name: str
    loop: Loop
    around: Surroundings
    random: Random
    consumer: Consumer | None = None
    stopped: bool = False
    _batch_consumer: Any = None
    _publisher: Any = None
    _main: asyncio.Task[None] | None = None
    _restart: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """Start the main task."""
        self._main = self.loop.create_task(self._run())
        self._main.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Drain the current batch, leave the group and end, as the application does."""
        if self._batch_consumer is not None:
            self._batch_consumer.worker_state.enter(Phase.STOPPING)
            await drain(self._batch_consumer, self._publisher, self.consumer, SHUTDOWN)
        elif self._publisher is not None:
            await self._publisher.stop(SHUTDOWN.publisher)
        if self._main is not None:
            self._main.cancel()
            await asyncio.wait({self._main}, timeout=SHUTDOWN.leave)
        if self.consumer is not None:
            await within(SHUTDOWN.leave, self.consumer.stop())
        self.stopped = True

    def unwell(self) -> str | None:
        """Return what keeps the worker from being ready, as far as it knows itself."""
        worker_state = (
            self._batch_consumer.worker_state if self._batch_consumer is not None else None
        )
        if self.stopped or worker_state is None or worker_state.phase is Phase.STOPPING:
            return None
        if (
            worker_state.waiting and not worker_state.unreadable_partitions
        ):  # an unreadable partition recovers with its next record
            return f"waits for the {', '.join(worker_state.waiting)}"
        return None if worker_state.phase is Phase.CONSUMING else f"is {worker_state.phase}"

    def held(self) -> Collection[TopicPartition] | None:
        """Return the partitions that the group and this worker agree on; None if they disagree."""
        group, consumer = self.around.broker.group, self.consumer
        if consumer is None or consumer.generation != group.generation:
            return None
        return group.assignments().get(consumer.member)

    async def _run(self) -> None:
        around, metrics = self.around, self._metrics()
        store = MongoStore(Client(around.database, partial(around.sent, self)), "orders")
        self._publisher = publisher = Publisher(
            {"host": self.name, "broker": around.broker, "faults": around.faults},
            around.publish_within,
            Producer,
        )
        retry_policy = RetryPolicy(metrics, self.random)
        held_partitions = self._held_partitions(store, publisher, metrics, retry_policy)
        batch_consumer = self._batch_consumer = BatchConsumer(
            held_partitions.process,
            held_partitions.check_announcements,
            metrics.worker_state,
            metrics,
            held_partitions.withheld,
            held_partitions.slow_orders,
        )
        await retry_policy.until_available("database", store.ping)
        await retry_policy.until_available("broker", publisher.start)
        poller = self._poller(batch_consumer, held_partitions, metrics)
        looking = asyncio.create_task(_look(held_partitions))
        try:
            while True:
                await self._consume(batch_consumer, poller, metrics, held_partitions)
        finally:
            looking.cancel()

    def _held_partitions(
        self, store: MongoStore, publisher: Publisher, metrics: FakeMetrics, retry: RetryPolicy
    ) -> HeldPartitions:
        around, clock, breaker = self.around, self._wall_clock, Breaker(self.around.limits)
        projector = Projector(
            store,
            KafkaAnnouncer(publisher, metrics, ORDER_UPDATED, "simulation", clock),
            KafkaDeadLetters(publisher, metrics, DEAD_LETTERS, clock),
            decode=decode,
            fold=around.order_fold,
            metrics=metrics,
            random=self.random,
            clock=clock,
            breaker=breaker,
            folding=Folding(around.budget, self._fold, self._fold),
            recent_states=RecentStates(clock=self.loop.time),
        )
        return HeldPartitions(
            projector.store_and_announce,
            projector.check_announcements,
            projector.slow_orders,
            breaker,
            Connection(around.control) if around.breaker else MemoryControl(),
            DryRun(store, decode, around.order_fold),
            retry,
            metrics,
            clock,
        )

    def _poller(
        self, batch_consumer: BatchConsumer, held_partitions: HeldPartitions, metrics: FakeMetrics
    ) -> Poller:
        return Poller(
            batch_consumer,
            Offsets(metrics, metrics.worker_state, silent_after=DRAIN),
            metrics.worker_state,
            metrics,
            self.around.batch,
            POLL_MS,
            self._restart,
            BreakerEnforcer(held_partitions, metrics.worker_state).apply,
        )

    async def _consume(
        self,
        batch_consumer: BatchConsumer,
        poller: Poller,
        metrics: FakeMetrics,
        held_partitions: HeldPartitions,
    ) -> None:
        """Consume batches until the consumer has to be replaced."""
        around = self.around
        consumer = self.consumer = Consumer(self.name, around.broker, around.faults)
        forget = held_partitions.forget_assignment
        consumer.start(
            Rebalances(
                batch_consumer, metrics.worker_state, metrics, lambda: self.consumer, DRAIN, forget
            )
        )
        consuming = asyncio.create_task(self._take(poller, batch_consumer, consumer))
        broken = asyncio.create_task(self._restart.wait())
        try:
            await asyncio.wait({consuming, broken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            broken.cancel()
            consuming.cancel()
        self._restart.clear()
        await asyncio.wait({consuming})
        if not consuming.cancelled():
            consuming.result()
        await consumer.stop()

    async def _take(self, poller: Poller, batches: BatchConsumer, consumer: Consumer) -> None:
        while True:
            if batch := await poller.poll(consumer):
                await batches.consume(consumer, batch)

    def _metrics(self) -> FakeMetrics:
        log = partial(self.around.log, self.name)
        return FakeMetrics(WorkerState(self.loop.time), self.around.complain, log)

    async def _fold(self, work: Callable[[], T]) -> T:
        """Let the time pass that a thread would take, and then do the work."""
        await asyncio.sleep(self.random.expovariate(1 / self.around.fold))
        return work()

    def _wall_clock(self) -> datetime:
        return _START + timedelta(seconds=self.loop.time())

    def _ended(self, main: asyncio.Task[None]) -> None:
        if not main.cancelled() and main.exception() is not None:
            self.around.complain(f"{self.name} died of {main.exception()!r}")


async def _look(held_partitions: HeldPartitions) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY)
        await held_partitions.look()
