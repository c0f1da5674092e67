"""Where orders are folded: on the event loop, off it, or apart from their batch.

The size of an order is known once it is loaded, before anything is computed. It decides: what is
small costs the loop a moment; what is larger is folded in a thread while its batch waits; what may
take seconds is taken out of the batch, see `slow_orders`.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from order_projector.projection.ports import ProjectionState, Unusable
from order_projector.projection.session import InboundEvent

T = TypeVar("T")

SIZE_OF_A_FACT: Final = 256
"""A fact counts for so many bytes more than its text has: a fold looks at each of them."""


class Compute(Protocol):
    """Somewhere to compute."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """The result of the work, or what it raises."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How large an order may be, by `size`, to be folded on the loop or in its batch.

    ``events``, ``bytes`` (of their values) and ``orders`` bound what is apart at a time, and
    ``lanes`` how many orders are worked on apart at once: no batch is begun beyond a bound.
    """

    on_loop: int = 65_536
    in_batch: int = 256_000
    events: int = 20_000
    bytes: int = 64_000_000
    orders: int = 1_000
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Folding:
    """The budget, and where the orders beyond it are computed."""

    budget: Budget
    in_batch: Compute
    apart: Compute


async def at_once(work: Callable[[], T]) -> T:
    """Compute here and now."""
    return work()


class Threads:
    """Computes in threads, no more than so many at once.

    A thread cannot be stopped. One whose result nobody wants any more goes on to its end, and
    counts until then; the process can end without it.
    """

    def __init__(self, most: int) -> None:
        """Allow so many at once."""
        self._free: Final = asyncio.Semaphore(most)

    async def __call__(self, work: Callable[[], T]) -> T:
        """Compute in a thread of its own."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()

        def end(value: Callable[[], T]) -> None:
            self._free.release()
            if result.done():
                return
            try:
                result.set_result(value())
            except BaseException as error:
                result.set_exception(error)

        def run() -> None:
            outcome = _outcome(work)
            with suppress(RuntimeError):  # the loop has ended meanwhile, and with it whoever waited
                loop.call_soon_threadsafe(end, outcome)

        threading.Thread(target=run, name="fold", daemon=True).start()
        return await result


def _outcome(work: Callable[[], T]) -> Callable[[], T]:
    try:
        value = work()
    except BaseException as raised:
        error = raised

        def fail() -> T:
            raise error

        return fail
    return lambda: value


ANYWHERE: Final = 2**62

EVERYTHING_AT_ONCE: Final = Folding(Budget(ANYWHERE, ANYWHERE), at_once, at_once)
"""For a process that does nothing else meanwhile."""


def in_threads(budget: Budget) -> Folding:
    """Folding beside an event loop that must stay free."""
    return Folding(budget, Threads(1), Threads(budget.lanes))


def size(stored: ProjectionState | Unusable | None, events: Sequence[InboundEvent]) -> int:
    """What folding an order costs at most, in bytes of facts; facts count for something, too."""
    facts = stored.facts.values() if isinstance(stored, ProjectionState) else ()
    count = len(facts) + sum(len(event.facts) for event in events)
    return sum(map(len, facts)) + sum(event.size for event in events) + SIZE_OF_A_FACT * count
