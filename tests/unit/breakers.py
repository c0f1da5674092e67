"""Workers with breakers, whose decisions a group shares."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from order_projector.adapters.memory import MemoryControl
from order_projector.events.outcome import Code, Rejected
from order_projector.projection.batch import Projector
from order_projector.projection.breaker import Breaker, BreakerLimits
from order_projector.projection.dry_run import DryRun
from order_projector.projection.held_partitions import HeldPartitions
from order_projector.projection.ports import (
    BreakerState,
    HeldBack,
    Partition,
    Record,
    Unavailable,
)
from order_projector.projection.retry import RetryPolicy
from tests.support.stored import noon
from tests.unit.toy import fold
from tests.unit.world import Unhurried, World

LIMITS = BreakerLimits(max_ratio=0.5, max_run=3, window=1_000)
BAD = Rejected(Code.INVALID_EVENT, "data.amount: no")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HELD = HeldBack("t", 0, 1, 3, ("invalid_event", "invalid_event"), "why")


@dataclass(slots=True)
class Control:
    """A group's decisions, in a database that may be unavailable."""

    kept: MemoryControl = field(default_factory=MemoryControl)
    failures: int = 0
    calls: list[str] = field(default_factory=list)
    cancelled_in: list[str] = field(default_factory=list)
    """Calls that are cancelled before they take effect, once each."""

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if call in self.cancelled_in:
            self.cancelled_in.remove(call)
            raise asyncio.CancelledError
        if self.failures:
            self.failures -= 1
            raise Unavailable("no primary")

    async def states(self) -> Sequence[BreakerState]:
        """Return the stored states."""
        self._answer("states")
        return await self.kept.states()

    async def open(self, state: BreakerState) -> None:
        """Store an open breaker."""
        self._answer("open")
        await self.kept.open(state)

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """Close a stored breaker."""
        return await self.kept.close(state, at)

    async def withdraw(self, state: BreakerState) -> bool:
        """Withdraw a stored breaker."""
        self._answer("withdraw")
        return await self.kept.withdraw(state)


@dataclass(slots=True)
class FakeMetrics:
    """Metrics that keep what is held back."""

    held: Mapping[Partition, HeldBack] = field(default_factory=dict)

    def held_back(self, held: Mapping[Partition, HeldBack]) -> None:
        """Record what is held back."""
        self.held = held


@dataclass(slots=True)
class Worker:
    """A worker in a world, of a group that may share its decisions with other workers."""

    world: World
    control: Control
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    held_partitions: HeldPartitions = field(init=False)

    def __post_init__(self) -> None:
        world, breaker = self.world, Breaker(LIMITS)
        projector = Projector(
            world,
            world,
            world,
            decode=world._decode,
            fold=fold,
            metrics=world.metrics,
            random=Unhurried(),
            clock=noon,
            breaker=breaker,
        )
        self.held_partitions = HeldPartitions(
            projector.process,
            projector.check_announcements,
            projector.slow_orders,
            breaker,
            self.control,
            DryRun(world, world._decode, fold),
            RetryPolicy(world.metrics, Unhurried()),
            self.metrics,
            lambda: NOW,
        )

    async def process(self, *records: Record) -> None:
        """Process a batch, except for what is held back."""
        await self.held_partitions.process(records)

    def restarted(self) -> "Worker":
        """Return a worker in its place, which knows only what is in the database."""
        return Worker(self.world, self.control)


def bad(world: World, *offsets: int, partition: int = 0) -> list[Record]:
    return [world.record(offset, BAD, partition) for offset in offsets]
