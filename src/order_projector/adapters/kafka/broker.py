"""FastStream's broker, with the patience and the bounds that the worker needs.

Starting goes on until the services are there; stopping ends in time, whatever they do.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.admission import Admission, at_first
from order_projector.adapters.kafka.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.offsets import Offsets
from order_projector.adapters.kafka.publisher import Publisher
from order_projector.projection.ports import Unavailable
from order_projector.projection.retry import RetryPolicy
from order_projector.telemetry.worker_state import Phase, WorkerState

_log: Final = logging.getLogger(__name__)

RESTART_WITHIN: Final = 15.0
LOOK_EVERY: Final = 3.0
"""Seconds until a worker sees that somebody has closed a breaker."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Those who start and stop together with the broker."""

    batch_consumer: BatchConsumer
    offsets: Offsets
    publisher: Publisher
    worker_state: WorkerState
    retry_policy: RetryPolicy
    prepare_database: Callable[[], Awaitable[None]]
    restart: asyncio.Event
    shutdown_timeout: float
    admission: Admission
    look_at_breakers: Callable[[], Awaitable[None]]


class PatientBroker(KafkaBroker):
    """Waits for its services at the start, renews a broken consumer, and stops within bounds.

    FastStream starts and stops an application's broker through these two methods; there is no
    other place to say it.
    """

    def __init__(self, *args: Any, crew: Crew, **options: Any) -> None:
        super().__init__(*args, **options)
        self._crew = crew
        self._keeper: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._started = asyncio.Event()

    def consumer(self) -> AIOKafkaConsumer | None:
        """The consumer of the one subscriber, while there is one."""
        return next((private_api.consumer(each) for each in self.subscribers), None)

    def consuming(self) -> bool:
        """Whether records are being asked for."""
        return any(private_api.consuming(each) for each in self.subscribers)

    @property
    def offsets(self) -> Offsets:
        """How far the group has come in this worker's partitions."""
        return self._crew.offsets

    async def start(self) -> None:
        """Returns when the worker has joined its group, or when it is stopped before that."""
        self._keeper = asyncio.create_task(self._keep_consuming())
        self._looking = asyncio.create_task(self._look_at_breakers())
        started = asyncio.create_task(self._started.wait())
        await asyncio.wait({self._keeper, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if self._keeper.done() and not self._keeper.cancelled():
            self._keeper.result()

    async def stop(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: TracebackType | None = None,
    ) -> None:
        """Drains the batch in hand and leaves the group, each within its share of time.

        Whoever gets the partitions must find everything announced that ever will be.
        """
        crew, time = self._crew, self._crew.shutdown_timeout
        crew.worker_state.enter(Phase.STOPPING)
        if tasks := [task for task in (self._keeper, self._looking) if task is not None]:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=0.1 * time)
        drained = crew.worker_state.clock() + 0.6 * time
        await _within(0.6 * time, crew.batch_consumer.shutdown(self.consumer(), 0.4 * time))
        await crew.batch_consumer.finish_abandoned(drained - crew.worker_state.clock())
        await crew.publisher.stop(0.1 * time)
        await self._leave(0.15 * time, super().stop(exc_type, exc_val, exc_tb))

    async def _keep_consuming(self) -> None:
        crew = self._crew
        connect = crew.admission.through(crew.publisher.start)
        await asyncio.gather(
            crew.retry_policy.until_available("database", at_first(crew.prepare_database)),
            crew.retry_policy.until_available("broker", at_first(connect)),
        )
        while True:
            await crew.retry_policy.until_available("broker", self._join)
            self._started.set()
            await crew.restart.wait()
            crew.restart.clear()
            _log.warning("the consumer does not recover: making a new one")
            await self._leave(RESTART_WITHIN, super().stop())

    async def _look_at_breakers(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._crew.look_at_breakers()
            except Exception:
                _log.exception("the breakers could not be looked at")

    async def _join(self) -> None:
        try:
            await super().start()
        except (KafkaError, OSError, TimeoutError) as error:
            await self._leave(RESTART_WITHIN, super().stop())
            raise Unavailable(" ".join(str(error).split()) or type(error).__name__) from error

    async def _leave(self, within: float, stopping: Awaitable[None]) -> None:
        """Stops the consumer; one that is held up by a join leaves the group past it."""
        consumer = self.consumer()
        if consumer is not None and private_api.stop_skips_leave(consumer):
            await _within(1.0, private_api.leave_group(consumer))
        if await _within(within, stopping) or consumer is None:
            return
        _log.warning("the consumer did not stop in time: leaving the group at once")
        await _within(1.0, private_api.leave_group(consumer))


async def _within(seconds: float, work: Awaitable[None]) -> bool:
    """Whether the work was done in time; what goes wrong in it ends here."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return False
    except Exception:
        _log.exception("stopping went wrong")
        return False
    return True
