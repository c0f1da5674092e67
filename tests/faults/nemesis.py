"""Inject the faults of a schedule into processes that this run has started itself."""

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Final

from order_projector.local.errors import ServerFailed
from order_projector.local.server import Server, accepts_connections, require_running
from tests.faults.schedule import Fault, Kind
from tests.support.processes import pause

STOPS_WITHIN: Final = 15.0
"""Seconds within which a worker or an API must exit after SIGTERM, whatever other faults occur.

It needs 10 at most; the rest is a margin for a busy machine.
"""

ROLLS_WITHIN: Final = 15.0
"""Seconds to wait for a worker to be ready before the next one is restarted."""


@dataclass(slots=True)
class Nemesis:
    """Disturb workers, APIs and servers, with at most one fault at a time for each of them."""

    workers: Sequence[Server]
    apis: Sequence[Server]
    database: Server | None
    broker: Server | None
    happened: Counter[Kind] = field(default_factory=Counter)
    _over: bool = False
    _locks: dict[int, asyncio.Lock] = field(default_factory=dict)

    async def follow(self, faults: Sequence[Fault], seconds: float) -> None:
        """Inject every fault at its time; return when all of them have ended.

        None is injected after this many seconds.
        """
        clock = asyncio.get_running_loop().time
        begun = clock()
        async with asyncio.TaskGroup() as tasks:
            for fault in faults:
                await asyncio.sleep(begun + fault.at - clock())
                tasks.create_task(self._inject(fault))
            await asyncio.sleep(begun + seconds - clock())
            self._over = True

    async def _inject(self, fault: Fault) -> None:
        async with AsyncExitStack() as held:
            match fault.kind:
                case Kind.WORKERS_ROLLED:
                    await self._roll(fault)
                case Kind.WORKERS_SCALED:
                    away = [it for it in self.workers if it is not self.workers[fault.worker]]
                    await self._hold(held, away)
                    if self._begins(fault):
                        await asyncio.gather(*map(stopped, away))
                        await asyncio.sleep(fault.seconds)
                        for worker in away:
                            worker.launch()
                case _:
                    target = self._target(fault)
                    await self._hold(held, [target])
                    if self._begins(fault):
                        await _disturb(target, fault)

    async def _roll(self, fault: Fault) -> None:
        if not self._begins(fault):
            return
        for worker in self.workers:
            async with self._lock(worker):
                await stopped(worker)
                worker.launch()
                with suppress(TimeoutError):  # other faults may prevent it
                    async with asyncio.timeout(ROLLS_WITHIN):
                        await worker.ready()

    def _begins(self, fault: Fault) -> bool:
        """Return whether the fault can still begin, and count it if so."""
        self.happened[fault.kind] += not self._over
        return not self._over

    def _target(self, fault: Fault) -> Server:
        match fault.kind:
            case Kind.DATABASE_KILLED | Kind.DATABASE_FROZEN:
                target = self.database
            case Kind.BROKER_FROZEN | Kind.BROKER_KILLED:
                target = self.broker
            case Kind.API_KILLED | Kind.API_FROZEN | Kind.API_STOPPED:
                target = self.apis[fault.worker % len(self.apis)]
            case _:
                target = self.workers[fault.worker]
        if target is None:
            raise ServerFailed(f"nobody here can do it: {fault.kind}")
        return target

    async def _hold(self, held: AsyncExitStack, servers: Sequence[Server]) -> None:
        for server in servers:
            await held.enter_async_context(self._lock(server))

    def _lock(self, server: Server) -> asyncio.Lock:
        return self._locks.setdefault(id(server), asyncio.Lock())


async def stopped(server: Server) -> None:
    """Send SIGTERM to a worker or an API, and require that it exits cleanly and in time.

    Until it accepts connections, it may also be killed by the signal: Python is still starting.
    """
    require_running(server)
    up = await accepts_connections(server.port)
    server.signal(signal.SIGTERM)
    try:
        status = await server.exited(STOPS_WITHIN)
    except TimeoutError:
        raise ServerFailed(
            f"the {server.spec.name} did not stop within {STOPS_WITHIN:g} s"
        ) from None
    if status and (up or status != -signal.SIGTERM):
        raise ServerFailed(
            f"the {server.spec.name} ended with status {status} when asked to stop"
            f"{server.log_tail()}"
        )


async def _disturb(server: Server, fault: Fault) -> None:
    require_running(server)
    match fault.kind:
        case Kind.WORKER_KILLED | Kind.API_KILLED:
            await server.kill()
            await asyncio.sleep(fault.seconds)
            server.launch()
        case Kind.DATABASE_KILLED | Kind.BROKER_KILLED:
            await server.kill()
            await asyncio.sleep(fault.seconds)
            await server.start()
        case Kind.WORKER_STOPPED | Kind.API_STOPPED:
            await stopped(server)
            await asyncio.sleep(fault.seconds)
            server.launch()
        case _:
            pause(server)
            await asyncio.sleep(fault.seconds)
            server.resume()
