"""What is slow costs its own order time, and never another's."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest

from order_projector.domain.facts import Fact
from order_projector.events.outcome import Code
from order_projector.projection.batch import Projector
from order_projector.projection.breaker import Breaker, BreakerLimits, BreakerOpen
from order_projector.projection.folding import Budget, Folding, T, at_once, in_threads
from order_projector.projection.ports import Record
from order_projector.projection.session import Fold
from tests.support.stored import noon
from tests.unit.toy import ToyProjection, fold, paid
from tests.unit.world import Unhurried, World, raising

SMALL = Budget(on_loop=300, in_batch=750)
"""An order of one or two facts is small, one of three is slow: a fact counts for 256 bytes."""

ALL_APART = Folding(Budget(on_loop=0, in_batch=0), at_once, at_once)


@dataclass
class Gate:
    """A place to compute that computes once it is opened."""

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
    """Three events of one order: too many for its batch."""
    return [
        world.event(offset, paid(f"{order_id}-{offset}", 1), order_id=order_id, partition=partition)
        for offset in range(first, first + 3)
    ]


def gated(world: World, budget: Budget = SMALL) -> tuple[Projector, Gate]:
    gate = Gate()
    world.folding = Folding(budget, at_once, gate)
    return world.projector(), gate


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
    assert world.loaded == [["slow"], ["slow"]]  # in its batch, and apart
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


def failing(order_id: str, facts: Mapping[str, Fact]) -> ToyProjection:
    if order_id == "slow":
        raise KeyError("no such line")
    return fold(order_id, facts)


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


async def test_the_loop_runs_while_a_thread_folds(world: World) -> None:
    go, entered = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def blocking(order_id: str, facts: Mapping[str, Fact]) -> ToyProjection:
        if order_id == "slow":
            loop.call_soon_threadsafe(entered.set)
            go.wait()
        return fold(order_id, facts)

    worker = folded(world, blocking, in_threads(SMALL))
    await worker.process([*many(world, 1), world.event(4, paid("e4", 4), order_id="quick")])
    await entered.wait()
    assert world.announced == [("quick", 1)]

    go.set()
    await worker.slow_orders.drained()
    assert world.announced == [("quick", 1), ("slow", 1)]
