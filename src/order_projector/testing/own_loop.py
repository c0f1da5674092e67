"""Updates and senders on an event loop of their own, which a test may use from any other.

The loop of a fixture need not be the loop of its test (pytest-asyncio lets both be chosen), and a
client of Kafka that is used from another loop than its own waits forever.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final, TypeVar

from order_projector.testing.sending import Sender, sender_on
from order_projector.testing.update import Latest
from order_projector.testing.updates import Updates, updates_on

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

    def bind(self) -> None:
        """Do nothing: the clients belong to this loop from the start."""

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work there; wait for it in the loop that calls."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def view(self, latest: Latest) -> Latest:
        """Return a copy: the updates themselves grow while the test looks at them."""
        return self._done(_copied(latest))

    @contextmanager
    def updates(self, bootstrap_servers: str) -> Iterator[Updates]:
        """Yield updates that are read on this loop."""
        updates = updates_on(self, bootstrap_servers)
        self._done(updates.__aenter__())
        try:
            yield updates
        finally:
            self._done(updates.__aexit__(None, None, None))

    @contextmanager
    def sender(self, bootstrap_servers: str) -> Iterator[Sender]:
        """Yield a sender that sends on this loop."""
        sender = sender_on(self, bootstrap_servers)
        self._done(sender.__aenter__())
        try:
            yield sender
        finally:
            self._done(sender.__aexit__(None, None, None))

    def _done(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work there; wait for it in this thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _copied(latest: Latest) -> Latest:
    return Latest(dict(latest))
