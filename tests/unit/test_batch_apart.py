"""A slow order delays only itself."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest

from order_projector.domain.facts import Fact
from order_projector.domain.names import OrderNames
from order_projector.projection.folding import in_threads
from tests.unit.slow_orders import SMALL, folded, gated, many
from tests.unit.toy import ToyProjection, fold, paid
from tests.unit.world import World


@pytest.fixture
def world() -> World:
    return World()


async def test_a_slow_order_holds_up_no_other_of_its_batch_and_no_later_batch(
    world: World,
) -> None:
    worker, gate = gated(world)

    await worker.process([*many(world, 1), world.event(4, paid("e4", 4), order_id="quick")])
    await gate.entered.wait()
    await worker.process([world.event(5, paid("e5", 5), order_id="quick")])

    assert world.announced == [("quick", 1), ("quick", 2)]
    assert worker.slow_orders.unfinished() == {("t", 0): 1}
    assert world.metrics.recorded.count("sent apart") == 1
    assert world.metrics.apart_now == (1, 3)

    gate.opened.set()
    await worker.slow_orders.drained()

    assert world.announced[2:] == [("slow", 1)]
    assert worker.slow_orders.unfinished() == {}
    assert world.metrics.apart_now == (0, 0)


async def test_later_events_of_an_order_that_is_apart_wait_behind_it(world: World) -> None:
    worker, gate = gated(world)
    await worker.process(many(world, 1))
    await gate.entered.wait()

    await worker.process([world.event(4, paid("slow-4", 1), order_id="slow")])
    await worker.process(many(world, 7))
    assert world.loaded == [["slow"], ["slow"]]  # within its batch, and apart
    assert world.announced == []
    assert gate.most == 1
    assert worker.slow_orders.unfinished() == {("t", 0): 1}

    gate.opened.set()
    await worker.slow_orders.drained()

    assert gate.most == 1
    assert world.announced == [("slow", 1), ("slow", 2)]
    assert [stored.order["paid"] for stored in world.store.all()] == [7]


async def test_an_event_that_is_apart_already_is_not_taken_in_again(world: World) -> None:
    worker, gate = gated(world)
    events = many(world, 1)
    await worker.process(events)
    await worker.process(events)
    assert world.metrics.apart_now == (1, 3)

    gate.opened.set()
    await worker.slow_orders.drained()

    assert world.announced == [("slow", 1)]


async def test_each_partition_is_unfinished_from_its_lowest_event_on(world: World) -> None:
    worker, gate = gated(world)
    await worker.process([*many(world, 5), *many(world, 2, order_id="other", partition=1)])
    await gate.entered.wait()
    assert worker.slow_orders.unfinished() == {("t", 0): 5, ("t", 1): 2}
    worker.slow_orders.cancel()
    await worker.slow_orders.drained()
    assert worker.slow_orders.unfinished() == {("t", 0): 5, ("t", 1): 2}
    worker.slow_orders.forget()
    assert worker.slow_orders.unfinished() == {}
    assert world.metrics.apart_now == (0, 0)


async def test_no_batch_is_begun_while_too_much_is_apart(world: World) -> None:
    worker, gate = gated(world, replace(SMALL, events=3))
    await worker.process(many(world, 1))
    await gate.entered.wait()

    next_batch = asyncio.create_task(worker.process([world.event(4, paid("e4", 4))]))
    for _ in range(100):
        await asyncio.sleep(0)
    assert world.announced == []

    gate.opened.set()
    await next_batch

    assert world.announced == [("slow", 1), ("o", 1)]


async def test_no_more_orders_are_worked_on_apart_than_there_are_lanes(world: World) -> None:
    worker, gate = gated(world, replace(SMALL, lanes=2))
    names = ("a", "b", "c", "d")
    slow = [each for at, name in enumerate(names) for each in many(world, 3 * at, order_id=name)]
    await worker.process(slow)
    await gate.entered.wait()
    gate.opened.set()
    await worker.slow_orders.drained()
    assert gate.most <= 2
    assert sorted(world.announced) == [(name, 1) for name in names]


async def test_the_loop_runs_while_a_thread_folds(world: World) -> None:
    go, entered = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def blocking(order_id: str, facts: Mapping[str, Fact], names: OrderNames) -> ToyProjection:
        if order_id == "slow":
            loop.call_soon_threadsafe(entered.set)
            go.wait()
        return fold(order_id, facts, names)

    worker = folded(world, blocking, in_threads(SMALL))
    await worker.process([*many(world, 1), world.event(4, paid("e4", 4), order_id="quick")])
    await entered.wait()
    assert world.announced == [("quick", 1)]

    go.set()
    await worker.slow_orders.drained()
    assert world.announced == [("quick", 1), ("slow", 1)]
