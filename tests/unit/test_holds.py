"""A partition with too many dead letters is paused; the others continue."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from order_projector.projection.ports import (
    BreakerState,
    HeldBack,
)
from tests.unit.breakers import HELD, NOW, Control, Worker, bad
from tests.unit.toy import noted, paid
from tests.unit.world import World, raising


@pytest.fixture
def worker(world: World) -> Worker:
    return Worker(world, Control())


async def test_nothing_of_a_partition_that_trips_is_dead_lettered_and_its_first_and_last_are_named(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2))

    await worker.process(*bad(world, 3, 4), world.event(5, paid("e5", 5)))

    assert world.dead_lettered == [(1, "invalid_event"), (2, "invalid_event")]
    assert world.store.all() == []
    assert worker.held_partitions.withheld() == {("t", 0)}
    (state,) = await worker.control.kept.states()
    assert state == BreakerState(
        HeldBack(
            "t",
            0,
            3,
            4,
            ("invalid_event", "invalid_event"),
            "4 events in a row would be dead letters, the last for invalid_event: data.amount: no",
        ),
        NOW,
    )
    assert worker.metrics.held == {("t", 0): state.held}


async def test_the_other_partitions_of_the_batch_go_on(worker: Worker, world: World) -> None:
    good = world.event(1, paid("e1", 5), partition=1)

    await worker.process(*bad(world, 1, 2, 3), good, *bad(world, 2, 3, partition=1))
    await worker.process(world.event(4, paid("e4", 5), partition=1))

    assert world.dead_lettered == [(2, "invalid_event"), (3, "invalid_event")]
    assert world.announced == [("o", 1), ("o", 2)]
    assert worker.held_partitions.withheld() == {("t", 0)}


async def test_a_fold_that_fails_for_every_event_trips_it_as_well(
    worker: Worker, world: World
) -> None:
    events = [world.event(n, noted(f"e{n}", {"n": 2**63}), order_id=f"o{n}") for n in range(3)]

    await worker.process(*events)

    assert world.dead_lettered == []
    assert (worker.metrics.held["t", 0].first, worker.metrics.held["t", 0].last) == (0, 2)
    assert worker.metrics.held["t", 0].codes == ("order_too_large", "order_too_large")


async def test_over_any_number_of_restarts_nothing_more_is_dead_lettered(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))

    for _ in range(10):
        worker = worker.restarted()
        await worker.process(*bad(world, 1))
        await worker.process(*bad(world, 1, 2))

    assert world.dead_lettered == []
    assert worker.held_partitions.withheld() == {("t", 0)}


async def test_a_worker_that_is_given_the_partition_knows_before_it_processes_anything(
    worker: Worker, world: World
) -> None:
    other = worker.restarted()
    await other.process(*bad(world, 1, 2, partition=1))
    await worker.process(*bad(world, 1, 2, 3))

    other.held_partitions.forget_assignment()
    await other.process(*bad(world, 1, 2))

    assert world.dead_lettered == [(1, "invalid_event"), (2, "invalid_event")]
    assert other.held_partitions.withheld() == {("t", 0)}


async def test_nothing_is_processed_while_the_database_cannot_say_what_is_held_back(
    worker: Worker, world: World
) -> None:
    worker.control.failures = 3

    await worker.process(world.event(1, paid("e1", 5)))

    assert worker.control.calls == ["states"] * 4
    assert world.announced == [("o", 1)]


async def test_a_breaker_that_opens_while_the_database_is_away_holds_back_and_is_saved_later(
    worker: Worker, world: World
) -> None:
    await worker.process()
    await worker.process(world.event(0, paid("e0", 5), partition=1))
    worker.control.failures = 2

    await worker.process(*bad(world, 1, 2, 3))

    assert worker.control.calls == ["states", "open", "open", "open"]
    assert world.dead_lettered == []
    assert [state.held.last for state in await worker.control.kept.states()] == [3]


async def test_a_batch_that_is_given_up_before_its_breaker_is_saved_leaves_that_to_the_next_look(
    worker: Worker, world: World
) -> None:
    worker.control.cancelled_in.append("open")
    with pytest.raises(asyncio.CancelledError):
        await worker.process(*bad(world, 1, 2, 3))
    worker.control.failures = 1
    await worker.held_partitions.look()
    assert await worker.control.kept.states() == []

    await worker.held_partitions.look()

    assert [state.held.last for state in await worker.control.kept.states()] == [3]
    assert worker.held_partitions.closed_to(("t", 0))


async def test_a_breaker_that_somebody_closes_lets_all_that_was_held_back_go_without_a_restart(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3, 4, 5))
    (state,) = await worker.control.kept.states()
    assert await worker.control.close(state, NOW)

    await worker.held_partitions.look()
    assert not worker.held_partitions.closed_to(("t", 0))
    assert worker.held_partitions.resume_at(("t", 0)) == 1
    await worker.process(*bad(world, 1, 2, 3, 4, 5, 6, 7))

    assert [offset for offset, _ in world.dead_lettered] == [1, 2, 3, 4, 5, 6, 7]
    assert worker.held_partitions.withheld() == set()


async def test_what_was_let_go_stays_so_over_a_restart_and_what_comes_after_it_trips_anew(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    (state,) = await worker.control.kept.states()
    await worker.control.close(state, NOW)
    worker = worker.restarted()

    await worker.process(*bad(world, 1, 2, 3, 4, 5))
    await worker.process(*bad(world, 6, 7))

    assert [offset for offset, _ in world.dead_lettered] == [1, 2, 3, 4, 5]
    (again,) = await worker.control.kept.states()
    assert (again.held.first, again.held.last, again.is_open) == (6, 7, True)


async def test_records_read_before_the_breaker_was_closed_are_not_committed_but_read_again(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    (state,) = await worker.control.kept.states()
    await worker.control.close(state, NOW)
    await worker.held_partitions.look()

    assert worker.held_partitions.withheld() == {("t", 0)}
    assert worker.held_partitions.resume_at(("t", 0)) == 1
    assert worker.held_partitions.withheld() == set()


async def test_of_two_workers_that_hold_the_same_partition_one_closing_it_frees_the_other(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    other = worker.restarted()
    await other.process(*bad(world, 1))
    (state,) = other.held_partitions.untried()
    await other.held_partitions.release_removed(state)

    await worker.held_partitions.look()

    assert not worker.held_partitions.closed_to(("t", 0))


async def test_a_breaker_that_was_closed_and_has_opened_again_elsewhere_is_known_as_it_is_now(
    worker: Worker, world: World
) -> None:
    await worker.control.open(BreakerState(HELD, NOW))
    await worker.process(world.event(1, paid("e1", 5)))
    later = BreakerState(replace(HELD, first=7, last=9), NOW)
    await worker.control.open(later)

    await worker.held_partitions.look()

    assert worker.metrics.held == {("t", 0): later.held}
    assert worker.held_partitions.untried() == [later]
    await worker.held_partitions.release_removed(later)
    assert await worker.control.kept.states() == []
    assert not worker.held_partitions.closed_to(("t", 0))


async def test_a_breaker_of_its_own_is_not_news_to_a_worker_whatever_the_database_rounds(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    (state,) = await worker.control.kept.states()
    await worker.control.kept.open(replace(state, opened_at=NOW + timedelta(microseconds=1)))

    await worker.held_partitions.look()

    assert worker.held_partitions.untried() == []


async def test_a_worker_without_an_open_breaker_asks_the_database_for_none(worker: Worker) -> None:
    await worker.held_partitions.look()

    assert worker.control.calls == []


async def test_what_was_announced_before_the_trip_is_followed_up_all_the_same(
    worker: Worker, world: World
) -> None:
    world.before["announce", 1] = raising(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await worker.process(world.event(1, paid("e1", 5)))

    await worker.process(*bad(world, 2, 3, 4))

    assert world.announced == [("o", 1)]


async def test_a_batch_is_weighed_to_its_end_before_any_of_it_is_dead_lettered(
    worker: Worker, world: World
) -> None:
    good = [world.event(n, paid(f"e{n}", 1)) for n in range(2_000)]

    await worker.process(*good, *bad(world, 2_001, 2_002, 2_003))

    assert world.dead_lettered == []
