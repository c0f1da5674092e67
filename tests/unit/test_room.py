"""What is loaded at once is limited in bytes, across all groups of a batch."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import pytest

from order_projector.adapters.memory import MemoryStore
from order_projector.projection.decider import Decider
from order_projector.projection.load_budget import LoadBudget
from order_projector.projection.metrics import NullMetrics
from order_projector.projection.ports import (
    Announcement,
    Loaded,
    OrderWrite,
    ProjectionState,
    Unusable,
    Written,
)
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.rounds import Rounds
from order_projector.projection.session import InboundEvent
from tests.support.stored import noon
from tests.unit.toy import fold, inbound, noted, paid

NOTE = "x" * 1_000


@dataclass
class Counting:
    """A store that counts the bytes of the orders that were loaded and not written since."""

    store: MemoryStore = field(default_factory=MemoryStore)
    sizes: dict[str, int] = field(default_factory=dict)
    most: int = 0
    loads: int = 0

    async def ping(self) -> None:
        """Do nothing."""

    async def load(self, order_ids: Collection[str]) -> Mapping[str, ProjectionState | Unusable]:
        return await self.store.load(order_ids)

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        self.loads += 1
        await asyncio.sleep(0)
        loaded = await self.store.load_some(order_ids, most_bytes)
        for order_id, state in loaded.states.items():
            assert isinstance(state, ProjectionState)
            self.sizes[order_id] = sum(len(fact.text) for fact in state.facts.values())
        self.most = max(self.most, sum(self.sizes.values()))
        return loaded

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written | Unusable]:
        await asyncio.sleep(0)
        results = await self.store.write(writes)
        for write in writes:
            self.sizes.pop(write.order_id, None)
        return results

    async def would_take(self, write: OrderWrite) -> bool:
        return await self.store.would_take(write)

    async def complete(
        self, states: Mapping[str, ProjectionState]
    ) -> Mapping[str, ProjectionState | Unusable]:
        return await self.store.complete(states)

    async def delete_segments(self, order_ids: Collection[str]) -> None:
        await self.store.delete_segments(order_ids)

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        return await self.store.revisions(order_ids)

    async def stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        return await self.store.stored(order_ids)


def rounds(store: Counting, budget: LoadBudget) -> Rounds:
    metrics = NullMetrics()
    retry_policy = RetryPolicy(metrics, Random(0))
    return Rounds(store, Decider(fold, metrics), metrics, retry_policy, noon, budget=budget)


async def filled(orders: int) -> Counting:
    """Return a store with this number of orders, each with about a kilobyte of facts."""
    store = Counting()
    events: dict[str, Sequence[InboundEvent]] = {
        f"o{number}": [inbound(number, noted(f"n{number}", {"note": NOTE}))]
        for number in range(orders)
    }
    await rounds(store, LoadBudget()).write_group(events)
    store.loads = store.most = 0
    return store


def small(first: int, beyond: int) -> dict[str, Sequence[InboundEvent]]:
    """Return one more small event for each of these orders."""
    return {f"o{at}": [inbound(1_000 + at, paid(f"p{at}", 1))] for at in range(first, beyond)}


async def test_groups_together_load_no_more_than_there_is_room_for() -> None:
    store, budget = await filled(60), LoadBudget(total_bytes=10_000, bytes_per_load=3_000)

    writer = rounds(store, budget)
    await asyncio.gather(*(writer.write_group(small(at, at + 20)) for at in (0, 20, 40)))

    assert store.most <= 10_000 + 2 * 1_200
    assert all(order.order["paid"] == 1 for order in store.store.all())


async def test_orders_that_there_is_room_for_take_one_load() -> None:
    store = await filled(60)

    await rounds(store, LoadBudget()).write_group(small(0, 60))

    assert store.loads == 1


async def test_an_order_larger_than_all_the_room_is_loaded_by_itself() -> None:
    store = await filled(3)

    await rounds(store, LoadBudget(total_bytes=10, bytes_per_load=10)).write_group(small(0, 3))

    assert store.loads == 3
    assert all(order.order["paid"] == 1 for order in store.store.all())


async def test_who_waits_for_room_goes_on_when_a_share_turns_out_small() -> None:
    budget, went_on = LoadBudget(total_bytes=10, bytes_per_load=10), asyncio.Event()

    async def second() -> None:
        async with budget.reserve():
            went_on.set()

    async with budget.reserve() as reservation:
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0)
        assert not went_on.is_set()
        reservation.resize(0)
        await went_on.wait()
    await waiting


async def test_a_load_that_fails_leaves_its_room_to_others() -> None:
    budget = LoadBudget(total_bytes=10, bytes_per_load=10)
    with pytest.raises(RuntimeError):
        async with budget.reserve():
            raise RuntimeError
    async with asyncio.timeout(5), budget.reserve():
        pass
