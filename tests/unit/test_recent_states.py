"""A live order is not loaded again: a stale state conflicts, and only then is it loaded."""

from dataclasses import replace

import pytest

from order_projector.events.outcome import Accepted
from order_projector.projection.batch import Projector
from order_projector.projection.ports import Coordinates, OrderWrite, Record
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.session import InboundEvent
from order_projector.projection.stored import StoredCheckpoint
from tests.support.stored import noon
from tests.unit.toy import fold, paid
from tests.unit.world import Unhurried, World, by_another_worker


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def recent(now: list[float]) -> RecentStates:
    return RecentStates(clock=lambda: now[0])


def projector(world: World, recent: RecentStates) -> Projector:
    return Projector(
        world,
        world,
        world,
        decode=world._decode,
        fold=fold,
        metrics=world.metrics,
        random=Unhurried(),
        clock=noon,
        folding=world.folding,
        recent_states=recent,
    )


def created(world: World, offset: int, name: str) -> Record:
    """Return a record of the event type that begins an order."""
    fact = paid(name, 5)
    return world.record(offset, Accepted("order.created", "o", fact.event, (fact,)))


async def test_an_order_that_was_written_last_is_not_loaded_again(
    world: World, recent: RecentStates
) -> None:
    worker = projector(world, recent)
    await worker.process([world.event(1, paid("e1", 5))])
    await worker.process([world.event(2, paid("e2", 1))])
    await worker.process([world.event(3, paid("e3", 1))])

    assert world.loaded == [["o"]]
    assert world.announced == [("o", 1), ("o", 2), ("o", 3)]
    assert world.store.all()[0].order["paid"] == 7


async def test_of_several_orders_only_those_that_are_not_there_are_loaded(
    world: World, recent: RecentStates
) -> None:
    worker = projector(world, recent)
    await worker.process([world.event(1, paid("e1", 5))])
    await worker.process(
        [world.event(2, paid("e2", 1)), world.event(3, paid("e3", 1), order_id="p")]
    )

    assert world.loaded == [["o"], ["p"]]


async def test_a_state_that_is_out_of_date_conflicts_and_is_loaded(
    world: World, recent: RecentStates
) -> None:
    worker = projector(world, recent)
    await worker.process([world.event(1, paid("e1", 5))])
    await by_another_worker(world, world.event(1, paid("t1", 1), partition=1))()
    await worker.process([world.event(2, paid("e2", 1))])

    assert world.store.all()[0].order["paid"] == 7
    assert world.announced[-1] == ("o", 3)
    assert not [line for line in world.metrics.recorded if "conflicts" in line]


async def test_what_would_write_nothing_is_decided_on_what_is_stored(
    world: World, recent: RecentStates
) -> None:
    """Another worker has stored the copy, and died before it could announce it."""
    worker = projector(world, recent)
    copy = world.event(2, paid("e1", 5))
    await worker.process([world.event(1, paid("e1", 5))])
    state = await world.state()
    newer = replace(state, counter=state.counter + 1, offsets={("t", 0): 2})
    order = world.store.all()[0].order
    await world.store.write([OrderWrite("o", state.counter, order, newer)])

    await worker.process([copy])

    assert world.announced == [("o", 1), ("o", 1)]


async def test_a_redelivery_is_announced_as_it_is_stored(
    world: World, recent: RecentStates
) -> None:
    worker, record = projector(world, recent), world.event(1, paid("e1", 5))
    await worker.process([record])
    await worker.process([record])

    assert world.announced == [("o", 1), ("o", 1)]
    assert world.loaded == [["o"], ["o"]]


async def test_an_order_that_begins_with_its_creation_is_taken_for_new(
    world: World, recent: RecentStates
) -> None:
    await projector(world, recent).process([created(world, 1, "e1")])

    assert world.loaded == []
    assert world.announced == [("o", 1)]


async def test_an_order_that_is_not_new_though_it_seems_so_is_loaded(
    world: World, recent: RecentStates
) -> None:
    await by_another_worker(world, world.event(1, paid("t1", 1), partition=1))()
    world.loaded.clear()
    await projector(world, recent).process([created(world, 1, "e1")])

    assert world.loaded == [["o"]]
    assert world.store.all()[0].order["paid"] == 6


async def test_an_order_with_other_writers_is_loaded_for_a_while(
    world: World, recent: RecentStates
) -> None:
    worker = projector(world, recent)
    await worker.process([world.event(1, paid("e1", 5))])
    await by_another_worker(world, world.event(1, paid("t1", 1), partition=1))()
    world.loaded.clear()
    for offset in range(2, 13):
        await worker.process([world.event(offset, paid(f"e{offset}", 1))])

    assert len(world.loaded) == 1 + 8  # once as out of date, then while it is bypassed


async def test_a_state_of_old_is_not_used(
    world: World, recent: RecentStates, now: list[float]
) -> None:
    worker = projector(world, recent)
    await worker.process([world.event(1, paid("e1", 5))])
    now[0] += 61
    await worker.process([world.event(2, paid("e2", 1))])

    assert world.loaded == [["o"], ["o"]]


async def test_the_oldest_states_go_when_there_is_no_room(world: World) -> None:
    recent = RecentStates(characters=600, clock=lambda: 100.0)
    worker = projector(world, recent)
    for offset in range(1, 21):
        await worker.process([world.event(offset, paid(f"e{offset}", 5), order_id=f"o{offset}")])
    world.loaded.clear()
    await worker.process([world.event(30, paid("f1", 1), order_id="o1")])
    await worker.process([world.event(31, paid("f2", 1), order_id="o20")])

    assert world.loaded == [["o1"]]


async def test_a_checkpoint_takes_room_beside_the_facts(world: World) -> None:
    """Long orders keep few facts in their documents, and most of their size in the checkpoint."""
    await projector(world, RecentStates()).process([world.event(1, paid("e1", 5))])
    checkpoint = StoredCheckpoint(1, 1, 0, 0, "e1", b"", "x" * 100_000)
    long = replace(await world.state(), checkpoint=checkpoint)
    recent = RecentStates(characters=100_000, clock=lambda: 100.0)
    for nth in range(10):
        recent.keep(f"o{nth}", long)

    fact = paid("e2", 1)
    event = InboundEvent(Coordinates("t", 0, 2), "payment.succeeded", fact.event, (fact,))
    assert list(recent.take({f"o{nth}": [event] for nth in range(10)})) == ["o8", "o9"]
