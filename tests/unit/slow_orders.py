"""Batches with orders that are too large to be folded within the batch."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from order_projector.domain.facts import Fact
from order_projector.domain.names import OrderNames
from order_projector.projection.batch import Projector
from order_projector.projection.breaker import Breaker, BreakerLimits
from order_projector.projection.folded import Fold
from order_projector.projection.folding import Budget, Folding, T, at_once
from order_projector.projection.ports import Record
from tests.support.stored import noon
from tests.unit.toy import ToyProjection, fold, paid
from tests.unit.world import Unhurried, World

SMALL = Budget(on_loop=300, in_batch=750)
"""Orders of one or two facts are small, those of three are slow: a fact counts for 256 bytes."""


ALL_APART = Folding(Budget(on_loop=0, in_batch=0), at_once, at_once)


@dataclass
class Gate:
    """A gate that runs work once it is opened."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    inside: int = 0
    most: int = 0

    async def __call__(self, work: Callable[[], T]) -> T:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.entered.set()
        try:
            await self.opened.wait()
            return work()
        finally:
            self.inside -= 1


def many(world: World, first: int, *, order_id: str = "slow", partition: int = 0) -> list[Record]:
    """Return three events of one order, which are too many to fold within their batch."""
    return [
        world.event(offset, paid(f"{order_id}-{offset}", 1), order_id=order_id, partition=partition)
        for offset in range(first, first + 3)
    ]


def gated(world: World, budget: Budget = SMALL) -> tuple[Projector, Gate]:
    gate = Gate()
    world.folding = Folding(budget, at_once, gate)
    return world.projector(), gate


def failing(order_id: str, facts: Mapping[str, Fact], names: OrderNames) -> ToyProjection:
    if order_id == "slow":
        raise KeyError("no such line")
    return fold(order_id, facts, names)


def of_failing_folds(world: World, limits: BreakerLimits | None) -> Projector:
    return folded(world, failing, Folding(SMALL, at_once, at_once), limits)


def folded(
    world: World, by: Fold, folding: Folding, limits: BreakerLimits | None = None
) -> Projector:
    return Projector(
        world,
        world,
        world,
        decode=world._decode,
        fold=by,
        metrics=world.metrics,
        random=Unhurried(),
        clock=noon,
        breaker=Breaker(limits),
        folding=folding,
    )
