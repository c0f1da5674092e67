"""Orders processed apart that fail, are held back, or are cancelled."""

import asyncio

import pytest

from order_projector.events.outcome import Code
from order_projector.projection.breaker import BreakerLimits, BreakerOpen
from tests.unit.slow_orders import ALL_APART, gated, many, of_failing_folds
from tests.unit.toy import paid
from tests.unit.world import World, raising


@pytest.fixture
def world() -> World:
    return World()


async def test_what_fails_apart_fails_the_next_batch_and_is_tried_again(world: World) -> None:
    worker, gate = gated(world)
    world.before["announce", 1] = raising(RuntimeError("no known reason"))
    gate.opened.set()
    await worker.process(many(world, 1))
    await worker.slow_orders.drained()
    assert worker.slow_orders.has_failed()
    assert worker.slow_orders.unfinished() == {("t", 0): 1}

    with pytest.raises(RuntimeError, match="no known reason"):
        await worker.process(())
    await worker.slow_orders.drained()

    assert not worker.slow_orders.has_failed()
    assert world.announced == [("slow", 1)]
    assert worker.slow_orders.unfinished() == {}


async def test_the_next_call_announces_what_was_given_up_apart_between_two_looks(
    world: World,
) -> None:
    worker, gate = gated(world)
    gate.opened.set()
    looking = asyncio.Event()

    async def hang() -> None:
        looking.set()
        await asyncio.Event().wait()

    world.before["revisions", 1] = hang
    await worker.process(many(world, 1))
    await looking.wait()
    worker.slow_orders.cancel()
    await worker.slow_orders.drained()
    worker.slow_orders.forget()

    await worker.process(())

    assert world.announced == [("slow", 1), ("slow", 1)]


async def test_unprocessable_events_of_a_slow_order_are_dead_lettered(world: World) -> None:
    worker = of_failing_folds(world, None)
    await worker.process(many(world, 1))
    await worker.slow_orders.drained()
    assert world.dead_lettered == [(offset, Code.INVALID_EVENT) for offset in (1, 2, 3)]
    assert worker.slow_orders.unfinished() == {}


async def test_a_breaker_that_trips_for_a_slow_order_buries_nothing_until_its_partition_goes_on(
    world: World,
) -> None:
    worker = of_failing_folds(world, BreakerLimits(max_ratio=0.5, max_run=3, window=1_000))
    await worker.process(many(world, 1))
    await worker.slow_orders.drained()

    with pytest.raises(BreakerOpen):
        await worker.process(())
    await worker.process([world.event(9, paid("e9", 9), partition=1)])
    await worker.slow_orders.drained()

    assert world.dead_lettered == []
    assert worker.slow_orders.unfinished() == {("t", 0): 1}
    assert not worker.slow_orders.has_failed()


async def test_a_partition_that_is_released_goes_on_though_no_record_of_it_comes(
    world: World,
) -> None:
    world.folding = ALL_APART
    worker = world.projector()
    worker.slow_orders.hold(("t", 0))
    await worker.process([world.event(1, paid("e1", 1))])
    await worker.slow_orders.drained()
    assert worker.slow_orders.unfinished() == {("t", 0): 1}

    worker.slow_orders.release(("t", 0))
    await worker.slow_orders.drained()

    assert worker.slow_orders.unfinished() == {}
    assert world.announced == [("o", 1)]


async def test_of_a_slow_order_only_the_events_of_a_partition_that_is_held_wait(
    world: World,
) -> None:
    world.folding = ALL_APART
    worker = world.projector()
    worker.slow_orders.hold(("t", 0))
    held, going = world.event(1, paid("e1", 1)), world.event(5, paid("e2", 2), partition=1)
    await worker.process([held, going])
    await worker.slow_orders.drained()

    assert worker.slow_orders.unfinished() == {("t", 0): 1}
    assert world.announced == [("o", 1)]
