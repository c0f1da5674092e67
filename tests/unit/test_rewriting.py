"""Orders written without an event are announced, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from order_projector.adapters.memory import MemoryStore
from order_projector.domain.names import Owner
from order_projector.domain.served import project_order
from order_projector.projection.document import STATE_KEY, read_state, served
from order_projector.projection.names.stored import NameRecord, NameStage
from order_projector.projection.ports import (
    Announcement,
    OrderWrite,
    ProjectionState,
    StoredOrder,
    Unavailable,
)
from order_projector.projection.refolding import refolded
from order_projector.projection.rewriting import Rewriter, Rewritten
from order_projector.projection.scanning import ScannedOrder
from order_projector.worker.refolding import RefoldWatch
from tests.support.events import order_event, paid
from tests.support.sessions import OneOrder
from tests.support.stored import noon

refold = partial(refolded, fold=project_order)


@dataclass
class Scan:
    """An `OrderScan` of a store in memory."""

    store: MemoryStore

    async def count(self) -> int:
        return len(self.store.all())

    async def after(self, order_id: str | None) -> AsyncIterator[ScannedOrder]:
        for order in self.store.all():
            if order_id is None or order.order_id > order_id:
                for scanned in await self.some([order.order_id]):
                    yield scanned

    async def some(self, order_ids: Collection[str]) -> list[ScannedOrder]:
        states = await self.store.load(order_ids)
        stored = {it.order_id: it for it in await self.store.stored(order_ids)}
        return [
            ScannedOrder(name, order.order if isinstance(order, StoredOrder) else {}, states[name])
            for name, order in stored.items()
        ]

    async def sample(self, number: int) -> AsyncIterator[ScannedOrder]:
        for order in self.store.all()[:number]:
            for scanned in await self.some([order.order_id]):
                yield scanned

    async def ids(self) -> AsyncIterator[list[str]]:
        yield [order.order_id for order in self.store.all()]

    async def marked(self, rules: int, most: int) -> list[str]:
        found = []
        async for scanned in self.after(None):
            state = scanned.state
            if isinstance(state, ProjectionState) and state.refold and state.rules <= rules:
                found.append(scanned.order_id)
        return found[:most]

    async def count_marked(self) -> int:
        return len(await self.marked(2**31, 2**31))


def observe_nothing(orders: int) -> None:
    """Observe nothing."""
    assert orders >= 0


@dataclass
class Announcer:
    """An announcer that keeps what was announced; it can be away, or be cancelled."""

    announced: list[Announcement] = field(default_factory=list)
    is_away: bool = False

    async def announce(self, orders: Sequence[Announcement]) -> None:
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("away")
        self.announced += orders

    @property
    def revisions(self) -> list[int]:
        return [order.revision for order in self.announced]


async def with_order(amount: int = 1000, **members: object) -> tuple[MemoryStore, ProjectionState]:
    """Return a store with an order of two revisions that serves this amount instead of 1000."""
    order = OneOrder()
    order.take([order_event(1, "created", amount=1000)])
    order.take([paid(2, 1000)])
    order.document[STATE_KEY].update(members)
    state = read_state(order.document)
    assert isinstance(state, ProjectionState)
    store = MemoryStore()
    public = {**served(order.document), "amount": amount}
    await store.write([OrderWrite("ord_1", None, public, state)])
    return store, state


def rewriter(store: MemoryStore, announcer: Announcer) -> Rewriter:
    return Rewriter(store, Scan(store), announcer, noon)


async def scanned_order(store: MemoryStore) -> ScannedOrder:
    (found,) = await Scan(store).some(["ord_1"])
    return found


async def is_marked(store: MemoryStore) -> bool:
    state = (await scanned_order(store)).state
    assert isinstance(state, ProjectionState)
    return state.refold


async def test_an_order_that_changes_is_announced_and_not_marked_afterwards() -> None:
    store, _ = await with_order(amount=999)
    announcer = Announcer()

    done = await rewriter(store, announcer).rewrite(await scanned_order(store), refold)

    assert done is Rewritten.ANNOUNCED
    assert announcer.revisions == [3]
    assert not await is_marked(store)
    again = await rewriter(store, announcer).rewrite(await scanned_order(store), refold)
    assert again is Rewritten.UNCHANGED


async def test_an_order_of_which_only_the_bookkeeping_changes_is_not_announced() -> None:
    store, _ = await with_order(digests={})
    announcer = Announcer()

    done = await rewriter(store, announcer).rewrite(await scanned_order(store), refold)

    assert (done, announcer.revisions) == (Rewritten.WRITTEN, [])


async def test_a_crash_before_the_announcement_leaves_the_mark_and_a_worker_announces() -> None:
    store, _ = await with_order(amount=999)
    crashing = Announcer(is_away=True)
    try:
        await rewriter(store, crashing).rewrite(await scanned_order(store), refold)
    except Unavailable:
        assert await is_marked(store)
    else:
        raise AssertionError("it must say that the broker is away")

    announcer = Announcer()
    assert await RefoldWatch(rewriter(store, announcer), observe_nothing).look() == 1

    assert announcer.revisions == [3]
    assert not await is_marked(store)
    assert await RefoldWatch(rewriter(store, announcer), observe_nothing).look() == 0


async def test_the_number_of_orders_that_stay_marked_is_observed() -> None:
    store, state = await with_order()
    found = await scanned_order(store)
    newer = replace(state, counter=state.counter + 1, refold=True, rules=state.rules + 1)
    await store.write([OrderWrite("ord_1", state.counter, found.served, newer)])
    observed = list[int]()

    assert await RefoldWatch(rewriter(store, Announcer()), observed.append).look() == 0

    assert observed == [1]


@pytest.mark.parametrize(
    "unfolded",
    [
        {"name": NameRecord("s", Owner(0, "e", "X"), NameStage.MERGED)},
        {"erased": True},
    ],
    ids=["gone into another", "erased"],
)
async def test_a_document_that_is_not_folded_loses_its_mark_all_the_same(
    unfolded: dict[str, Any],
) -> None:
    store, state = await with_order()
    marked = replace(state, counter=state.counter + 1, refold=True, **unfolded)
    order = {"merged_into": "X"} if "name" in unfolded else {}
    await store.write([OrderWrite("ord_1", state.counter, order, marked)])

    done = await rewriter(store, Announcer()).rewrite(await scanned_order(store), refold)

    assert done is Rewritten.WRITTEN
    assert not await is_marked(store)


async def test_a_crash_at_any_await_leaves_nothing_unannounced() -> None:
    for step in range(1, 14):
        store, _ = await with_order(amount=999)
        announcer = Announcer()
        found = await scanned_order(store)
        task = asyncio.create_task(rewriter(store, announcer).rewrite(found, refold))
        for _ in range(step):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})

        await RefoldWatch(rewriter(store, announcer), observe_nothing).look()
        await rewriter(store, announcer).rewrite(await scanned_order(store), refold)

        assert announcer.revisions[-1] == 3
        assert not await is_marked(store)


async def test_an_order_that_an_older_release_has_marked_is_completed_and_announced() -> None:
    store, state = await with_order()
    found = await scanned_order(store)
    marked = replace(state, counter=state.counter + 1, digests={}, refold=True)
    await store.write([OrderWrite("ord_1", state.counter, found.served, marked)])
    announcer = Announcer()

    assert await RefoldWatch(rewriter(store, announcer), observe_nothing).look() == 1

    assert announcer.revisions == [2]
    assert not await is_marked(store)


async def test_an_order_that_a_worker_changes_meanwhile_is_decided_again() -> None:
    store, state = await with_order(amount=999)
    old = await scanned_order(store)
    moved = replace(state, counter=state.counter + 1)
    await store.write([OrderWrite("ord_1", state.counter, old.served, moved)])
    announcer = Announcer()

    assert await rewriter(store, announcer).rewrite(old, refold) is Rewritten.ANNOUNCED
    assert announcer.revisions == [3]
