"""Which event loop a client of Kafka belongs to: used from another one, it would wait forever."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from order_projector.testing.update import Latest

T = TypeVar("T")


class ClientLoop(Protocol):
    """The event loop that a client belongs to."""

    def bind(self) -> None:
        """Note that the client connects now, in the running loop."""

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns on the client's loop.

        Raises RuntimeError if it cannot be waited for in the running loop.
        """

    def view(self, latest: Latest) -> Latest:
        """Return updates that the running loop may look at while the client adds more."""


class ConnectingLoop:
    """The loop in which the client connects: no other may use the client."""

    def __init__(self) -> None:
        """Belong to no loop yet."""
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self) -> None:
        """Belong to the running loop."""
        self._loop = asyncio.get_running_loop()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work. Raises RuntimeError in another loop."""
        if asyncio.get_running_loop() is not self._loop:
            work.close()
            raise RuntimeError(
                "connected in another event loop than the one that runs now: of a fixture and its "
                "test, make both loop scopes the same"
            )
        return await work

    def view(self, latest: Latest) -> Latest:
        """Return the same updates: they only grow while the loop waits."""
        return latest
