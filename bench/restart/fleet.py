"""The workers of one group, replaced one after the other."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.probes import metric, until
from tests.support.processes import launched

from bench.contender import HERE
from bench.restart.ways import Sequence, Way
from bench.sandbox import PARTITIONS, Sandbox
from order_projector.local.server import Server
from order_projector.local.worker import worker_spec

_REBALANCES = "order_projector_rebalances_total"
_ASSIGNED = "order_projector_assigned_partitions"


@dataclass(slots=True)
class Fleet:
    """Running workers, by number."""

    way: Way
    sandbox: Sandbox
    folder: Path
    down: float
    """Seconds from the end of a process to the start of its successor."""
    settle: float
    """Seconds between two replacements."""
    exits: AsyncExitStack
    workers: dict[int, Server] = field(default_factory=dict)
    _assigned_before: float = 0.0

    async def start(self, count: int) -> None:
        """Start this many workers, and wait until each has partitions."""
        for number in range(count):
            self.workers[number] = await self._launched(number)
        await asyncio.gather(*(worker.ready() for worker in self.workers.values()))

        async def is_shared() -> bool:
            shares = [await metric(it, _ASSIGNED) for it in self.workers.values()]
            return sum(shares) == 2 * PARTITIONS and min(shares) > 0

        await until(is_shared, "each worker has partitions")

    async def replace_all(self) -> float:
        """Replace each worker, with pauses in between; return the seconds that it took."""
        begun = time.monotonic()
        for number in list(self.workers):
            await self._replace(number)
            ended = time.monotonic()
            await asyncio.sleep(self.settle)
        return ended - begun

    async def assignments(self) -> int:
        """Return how often workers were assigned partitions, including workers that have ended."""
        now = [await metric(worker, _REBALANCES) for worker in self.workers.values()]
        return int(self._assigned_before + sum(now))

    async def _replace(self, number: int) -> None:
        old = self.workers[number]
        match self.way.sequence:
            case Sequence.NEW_STARTS:
                await asyncio.sleep(self.down)
                self.workers[number] = await self._launched(number)
                await self.workers[number].ready()
                await self._stop(old)
            case Sequence.OLD_STOPS:
                await self._stop(old)
                await asyncio.sleep(self.down)
                await old.start()

    async def _stop(self, worker: Server) -> None:
        self._assigned_before += await metric(worker, _REBALANCES)
        await worker.stop()

    async def _launched(self, number: int) -> Server:
        settings = self.sandbox.environment() | HERE | self.way.settings_of(number)
        del settings["ORDERS_HTTP_PORT"]  # a free port for each
        log = self.folder / f"{self.way.name}-{number}-{time.monotonic_ns()}.log"
        return await self.exits.enter_async_context(launched(worker_spec(settings, log)))


@asynccontextmanager
async def fleet(
    way: Way, sandbox: Sandbox, folder: Path, down: float, settle: float
) -> AsyncIterator[Fleet]:
    """Yield a fleet without workers; kill those that it has at the end."""
    async with AsyncExitStack() as exits:
        yield Fleet(way, sandbox, folder, down, settle, exits)
