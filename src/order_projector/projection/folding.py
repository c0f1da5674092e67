"""Where orders are folded: on the event loop, in a thread, or apart from their batch.

The size of an order is known once it is loaded, before anything is computed, and decides where: a
small order is folded on the loop; a larger one in a thread while its batch waits; one that may take
seconds leaves the batch, see `slow_orders`.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from order_projector.projection.ports import ProjectionState, Unusable
from order_projector.projection.session import InboundEvent
from order_projector.projection.stored import StoredFact
from order_projector.projection.stored_facts import stored_facts

T = TypeVar("T")

SIZE_OF_A_FACT: Final = 256
"""Bytes that each fact adds to the size of its text: a fold has a cost per fact, too."""


class Compute(Protocol):
    """Runs a computation: on the event loop or in a thread."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """Return the result of the work, or raise its error."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The size limits of orders folded on the loop and in a batch, and the capacity for others.

    ``events``, ``bytes`` (of their values) and ``orders`` limit what is processed apart: while one
    is reached, no batch begins. ``lanes`` is the number of orders processed apart concurrently.
    """

    on_loop: int = 65_536
    in_batch: int = 256_000
    events: int = 20_000
    bytes: int = 64_000_000
    orders: int = 1_000
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Folding:
    """The budget, and where orders too large for the loop are computed."""

    budget: Budget
    in_batch: Compute
    apart: Compute


async def at_once(work: Callable[[], T]) -> T:
    """Compute synchronously, on the event loop."""
    return work()


class Threads:
    """Computes in daemon threads, up to a maximum number at once.

    A thread cannot be stopped. If its caller is cancelled, it still runs to its end and counts
    until then, but does not keep the process from exiting.
    """

    def __init__(self, most: int) -> None:
        """Allow ``most`` threads at once."""
        self._free: Final = asyncio.Semaphore(most)

    async def __call__(self, work: Callable[[], T]) -> T:
        """Compute in a new thread."""
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
            with suppress(RuntimeError):  # the loop is closed, no task awaits it
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
"""For a process that has nothing else to do concurrently."""


def in_threads(budget: Budget) -> Folding:
    """Return a folding that uses threads, to keep the event loop responsive."""
    return Folding(budget, Threads(1), Threads(budget.lanes))


def size(stored: ProjectionState | Unusable | None, events: Sequence[InboundEvent]) -> int:
    """Return the most that folding an order can cost: bytes of facts, plus a constant for each.

    Facts in segments cost only if they were loaded; a checkpoint costs its bytes.
    """
    facts, checkpoint = list[StoredFact](), None
    if isinstance(stored, ProjectionState):
        facts, checkpoint = list(stored_facts(stored)), stored.checkpoint
    count = len(facts) + sum(len(event.facts) for event in events)
    texts = sum(len(fact.text) for fact in facts) + (len(checkpoint.state) if checkpoint else 0)
    return texts + sum(event.size for event in events) + SIZE_OF_A_FACT * count


def size_apart(state: ProjectionState) -> int:
    """Return how much more folding an order costs with the facts of its segments."""
    return sum(ref.size + SIZE_OF_A_FACT * ref.facts for ref in state.apart)
