"""Shutting down in bounded time: the budget of each step, and the drain.

Draining comes before leaving the group: all announcements are out by then, so that the next owner
of the partitions never sees a late one.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer

from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.producer.publisher import Publisher

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShutdownBudget:
    """How the seconds of a shutdown, `total`, are divided among its steps."""

    total: float

    @property
    def tasks(self) -> float:
        """Seconds for the background tasks to end once they are cancelled."""
        return 0.1 * self.total

    @property
    def batch(self) -> float:
        """Seconds for the current batch and for slow orders."""
        return 0.4 * self.total

    @property
    def drain(self) -> float:
        """Seconds for these, their commit, and what an abandoned batch has left."""
        return 0.6 * self.total

    @property
    def publisher(self) -> float:
        """Seconds for messages that are sent but not acknowledged."""
        return 0.1 * self.total

    @property
    def leave(self) -> float:
        """Seconds for leaving the group."""
        return 0.15 * self.total

    @property
    def deadline(self) -> float:
        """Seconds after which the process ends, whatever is not done."""
        return 0.97 * self.total


async def drain(
    batch_consumer: BatchConsumer,
    publisher: Publisher,
    consumer: AIOKafkaConsumer | None,
    budget: ShutdownBudget,
) -> None:
    """Finish or abandon the batch in hand, finish what abandoned ones left, stop the publisher."""
    clock = batch_consumer.worker_state.clock
    deadline = clock() + budget.drain
    await within(budget.drain, batch_consumer.shutdown(consumer, budget.batch))
    await batch_consumer.finish_abandoned(deadline - clock())
    await publisher.stop(budget.publisher)


async def within(seconds: float, work: Awaitable[None]) -> bool:
    """Return whether the work was done in time; log and swallow its errors."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return False
    except Exception:
        _log.exception("a step of the shutdown failed")
        return False
    return True
