"""A batch of which too much would be buried: nothing of it is, and the worker stands still."""

import asyncio
from dataclasses import dataclass, field

import pytest

from order_projector.events.outcome import Code, Rejected
from order_projector.projection.batch import Projector
from order_projector.projection.breaker import Limits, Tripped
from order_projector.projection.halt import Halting
from order_projector.projection.ports import Record
from tests.unit.toy import fold, noted, paid
from tests.unit.world import Unhurried, World, raising

LIMITS = Limits(share=0.5, run=3, window=1_000)
BAD = Rejected(Code.INVALID_EVENT, "data.amount: no")


def projector(world: World) -> Projector:
    """A worker in this world that buries at most two events in a row."""
    return Projector(
        world,
        world,
        world,
        decode=world._decode,
        fold=fold,
        meter=world.meter,
        random=Unhurried(),
        limits=LIMITS,
    )


@dataclass(slots=True)
class Reasons:
    """A meter that keeps why a worker halts."""

    told: list[str] = field(default_factory=list)

    def tripped(self, reason: str) -> None:
        """Keep it."""
        self.told.append(reason)


def bad(world: World, *offsets: int) -> list[Record]:
    return [world.record(offset, BAD) for offset in offsets]


async def test_a_run_of_dead_letters_is_not_buried_nor_is_anything_else_done(world: World) -> None:
    worker = projector(world)
    await worker.process(bad(world, 1, 2))

    with pytest.raises(Tripped, match=r"^3 events in a row .* invalid_event: data\.amount: no$"):
        await worker.process([*bad(world, 3), world.event(4, paid("e4", 5))])

    assert world.buried == [(1, "invalid_event"), (2, "invalid_event")]
    assert world.store.all() == []


async def test_a_fold_that_fails_for_every_event_trips_it_as_well(world: World) -> None:
    events = [world.event(n, noted(f"e{n}", {"n": 2**63}), order_id=f"o{n}") for n in range(3)]

    with pytest.raises(Tripped, match="the last for order_too_large"):
        await projector(world).process(events)

    assert world.buried == []


async def test_once_tripped_it_never_finishes_a_batch_and_says_why(world: World) -> None:
    meter = Reasons()
    worker = projector(world)
    halting = Halting(worker.process, worker.apart, meter)
    work = asyncio.create_task(halting.process(bad(world, 1, 2, 3)))
    await asyncio.wait({work}, timeout=0.05)
    assert not work.done()
    work.cancel()

    more = asyncio.create_task(halting.process([world.event(4, paid("e4", 5))]))
    await asyncio.wait({more}, timeout=0.05)

    assert not more.done()
    more.cancel()
    assert world.buried == []
    assert world.store.all() == []
    (reason,) = meter.told
    assert reason.startswith("3 events in a row would be dead letters")


async def test_what_was_announced_before_the_trip_is_followed_up_after_it(world: World) -> None:
    worker = projector(world)
    halting = Halting(worker.process, worker.apart, Reasons())
    world.before["announce", 1] = raising(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await halting.process([world.event(1, paid("e1", 5))])

    work = asyncio.create_task(halting.process(bad(world, 2, 3, 4)))
    await asyncio.wait({work}, timeout=0.05)
    work.cancel()

    await halting.process(())
    assert world.announced == [("o", 1)]


async def test_a_batch_is_weighed_to_its_end_before_any_of_it_is_buried(world: World) -> None:
    worker = projector(world)
    good = [world.event(n, paid(f"e{n}", 1)) for n in range(2_000)]

    with pytest.raises(Tripped):
        await worker.process([*bad(world, 2_001), *good, *bad(world, 2_002, 2_003, 2_004)])

    assert world.buried == []
