"""FastStream's broker with retries at the start and bounded shutdown.

Start-up retries until the services are available; shutdown ends in time even if they hang.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Protocol

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection.diagnosis import ConnectionDiagnosis, at_startup
from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.consumer.offsets import Offsets
from order_projector.adapters.kafka.consumer.shutdown import ShutdownBudget, drain, within
from order_projector.adapters.kafka.producer.publisher import Publisher
from order_projector.projection.ports import Unavailable
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.worker_state import Phase, WorkerState

_log: Final = logging.getLogger(__name__)

RESTART_WITHIN: Final = 15.0
REFRESH_BREAKERS_EVERY: Final = 3.0
"""Seconds after which a worker notices that an operator has closed a breaker."""


class PrepareToJoin(Protocol):
    """Makes ready whatever else the worker needs to process records, before it joins its group.

    Called once, while the broker is being connected to, and cancelled if the worker stops. May
    wait for a service as long as that takes. What it raises ends the worker.
    """

    async def __call__(self) -> None: ...


class RefreshBreakers(Protocol):
    """Reads which breakers of the group are open.

    Called every few seconds, concurrently with the consume loop. What it raises is logged, and it
    is called again.
    """

    async def __call__(self) -> None: ...


@dataclass(frozen=True, slots=True)
class BrokerComponents:
    """What a `ResilientBroker` starts, stops and calls."""

    batch_consumer: BatchConsumer
    offsets: Offsets
    publisher: Publisher
    worker_state: WorkerState
    retry_policy: RetryPolicy
    prepare_to_join: PrepareToJoin
    restart: asyncio.Event
    shutdown_budget: ShutdownBudget
    connection_diagnosis: ConnectionDiagnosis
    refresh_breakers: RefreshBreakers


class ResilientBroker(KafkaBroker):
    """Waits for its services at the start, replaces a broken consumer, and stops in bounded time.

    FastStream starts and stops an application's broker through these two methods and offers no
    other hook.
    """

    def __init__(self, *args: Any, components: BrokerComponents, **options: Any) -> None:
        super().__init__(*args, **options)
        self._components = components
        self._consume_task: asyncio.Task[None] | None = None
        self._breaker_task: asyncio.Task[None] | None = None
        self._started = asyncio.Event()

    def consumer(self) -> AIOKafkaConsumer | None:
        """Return the consumer of the only subscriber, if it has one."""
        return next((private_api.consumer(each) for each in self.subscribers), None)

    def consuming(self) -> bool:
        """Whether the consume loop runs."""
        return any(private_api.consuming(each) for each in self.subscribers)

    @property
    def offsets(self) -> Offsets:
        """The group's offsets in this worker's partitions."""
        return self._components.offsets

    async def start(self) -> None:
        """Return once the worker has joined its group, or was stopped before that."""
        self._consume_task = asyncio.create_task(self._keep_consuming())
        self._breaker_task = asyncio.create_task(self._keep_refreshing_breakers())
        started = asyncio.create_task(self._started.wait())
        await asyncio.wait({self._consume_task, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if self._consume_task.done() and not self._consume_task.cancelled():
            self._consume_task.result()

    async def stop(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        """Drain, and then leave the group, each within its part of the budget."""
        parts, budget = self._components, self._components.shutdown_budget
        parts.worker_state.enter(Phase.STOPPING)
        if tasks := [task for task in (self._consume_task, self._breaker_task) if task is not None]:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=budget.tasks)
        await drain(parts.batch_consumer, parts.publisher, self.consumer(), budget)
        await self._leave(budget.leave, super().stop(exc_type, exc_val, exc_tb))

    async def _keep_consuming(self) -> None:
        parts = self._components
        connect = parts.connection_diagnosis.diagnosing(parts.publisher.start)
        await asyncio.gather(
            parts.prepare_to_join(),
            parts.retry_policy.until_available("broker", at_startup(connect)),
        )
        while True:
            await parts.retry_policy.until_available("broker", self._join)
            self._started.set()
            await parts.restart.wait()
            parts.restart.clear()
            _log.warning("the consumer does not recover; creating a new one")
            await self._leave(RESTART_WITHIN, super().stop())

    async def _keep_refreshing_breakers(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_BREAKERS_EVERY)
            try:
                await self._components.refresh_breakers()
            except Exception:
                _log.exception("cannot check the breakers")

    async def _join(self) -> None:
        try:
            await super().start()
        except (KafkaError, OSError, TimeoutError) as error:
            await self._leave(RESTART_WITHIN, super().stop())
            raise Unavailable(" ".join(str(error).split()) or type(error).__name__) from error

    async def _leave(self, seconds: float, stopping: Awaitable[None]) -> None:
        """Stop the consumer; if a join blocks it, send the leave request separately.

        A static member stays in its group: its partitions wait for it until the session is over.
        """
        consumer = self.consumer()
        if consumer is None or private_api.is_static_member(consumer):
            await within(seconds, stopping)
            return
        if private_api.stop_skips_leave(consumer):
            await within(1.0, private_api.leave_group(consumer))
        if await within(seconds, stopping):
            return
        _log.warning("the consumer did not stop in time; leaving the group now")
        await within(1.0, private_api.leave_group(consumer))
