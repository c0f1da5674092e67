"""Updates and senders on an event loop of their own, which a test may use from any other.

The loop of a fixture need not be the loop of its test (pytest-asyncio lets both be chosen), and a
client of Kafka that is used from another loop than its own waits forever.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final, TypeVar

from order_projector.testing.checks import Json
from order_projector.testing.envelopes import Sealed
from order_projector.testing.event import Event
from order_projector.testing.projection import Letter
from order_projector.testing.sending import Sender
from order_projector.testing.update import Latest, Update
from order_projector.testing.updates import Updates

T = TypeVar("T")


class OwnLoop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        """Start the thread."""
        self._loop: Final = asyncio.new_event_loop()
        self._thread: Final = Thread(
            target=self._loop.run_forever, name="order-projector", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def awaited(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work there; wait for it in the loop that calls."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def done(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work there; wait for it in a thread without a running loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @contextmanager
    def updates(self, bootstrap_servers: str) -> Iterator[Updates]:
        """Yield updates that are read on this loop."""
        updates = _Updates(self, bootstrap_servers)
        self.done(updates.__aenter__())
        try:
            yield updates
        finally:
            self.done(updates.__aexit__(None, None, None))

    @contextmanager
    def sender(self, bootstrap_servers: str) -> Iterator[Sender]:
        """Yield a sender that sends on this loop."""
        sender = _Sender(self, bootstrap_servers)
        self.done(sender.__aenter__())
        try:
            yield sender
        finally:
            self.done(sender.__aexit__(None, None, None))


class _Updates(Updates):
    def __init__(self, there: OwnLoop, bootstrap_servers: str) -> None:
        super().__init__(bootstrap_servers)
        self._there: Final = there

    @property
    def latest(self) -> Latest:
        return self._there.done(self._copied())  # the other one grows while the test looks at it

    async def _copied(self) -> Latest:
        return Latest(dict(super().latest))

    async def order(
        self,
        order_id: str,
        *,
        revision: int = 1,
        where: Callable[[Json], bool] | None = None,
        within: float = 30.0,
    ) -> Update:
        waiting = super().order(order_id, revision=revision, where=where, within=within)
        return await self._there.awaited(waiting)

    async def dead_letter(self, event: Event | Sealed | bytes, *, within: float = 30.0) -> Letter:
        return await self._there.awaited(super().dead_letter(event, within=within))


class _Sender(Sender):
    def __init__(self, there: OwnLoop, bootstrap_servers: str) -> None:
        super().__init__(bootstrap_servers)
        self._there: Final = there

    async def send(self, *events: Event | Sealed) -> None:
        await self._there.awaited(super().send(*events))
