"""An open breaker is closed by a release that can read the records, or by an operator."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from order_projector.projection.dry_run import DryRun
from order_projector.projection.folding import T
from order_projector.projection.ports import (
    BreakerState,
    Unavailable,
    Unusable,
    UnusableReason,
)
from tests.unit.breakers import BAD, HELD, NOW, Control, Worker, bad
from tests.unit.test_invariants import wrong_at_seven
from tests.unit.toy import fold, noted, paid
from tests.unit.world import World, raising


@pytest.fixture
def worker(world: World) -> Worker:
    return Worker(world, Control())


async def test_a_release_that_can_read_the_first_and_the_last_record_closes_it_by_itself(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    newer = worker.restarted()
    first, last = world.event(1, paid("e1", 5)), world.event(3, paid("e3", 5))
    await newer.process(first)
    (state,) = newer.held_partitions.untried()

    await newer.held_partitions.judge(state, first, last)

    assert not newer.held_partitions.closed_to(("t", 0))
    assert await newer.control.kept.states() == []
    assert world.store.all() == []


@pytest.mark.parametrize("still_bad", [1, 3])
async def test_it_stays_open_while_one_of_the_two_would_be_dead_lettered_again(
    still_bad: int, worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    newer = worker.restarted()
    records = {n: world.event(n, paid(f"e{n}", 5)) for n in (1, 3)}
    records[still_bad] = world.record(still_bad, BAD)
    await newer.process(records[1])
    (state,) = newer.held_partitions.untried()

    await newer.held_partitions.judge(state, records[1], records[3])

    assert newer.held_partitions.closed_to(("t", 0))
    assert newer.held_partitions.untried() == []


async def test_events_that_cannot_be_computed_are_tried_on_the_order_as_it_is_stored(
    worker: Worker, world: World
) -> None:
    events = [world.event(n, noted(f"e{n}", {"n": 2**63}), order_id=f"o{n}") for n in range(3)]
    await worker.process(*events)
    again = worker.restarted()
    await again.process(events[0])
    (state,) = again.held_partitions.untried()

    await again.held_partitions.judge(state, events[0], events[2])

    assert again.held_partitions.closed_to(("t", 0))
    assert world.dead_lettered == []


@pytest.mark.parametrize(
    "reason", [UnusableReason.UNIQUE_INDEX, UnusableReason.VALIDATOR, UnusableReason.REFUSED]
)
async def test_a_reason_that_only_a_write_shows_is_left_to_somebody(
    reason: UnusableReason, worker: Worker, world: World
) -> None:
    world.refuse = lambda _: Unusable(reason, "no")
    events = [world.event(n, paid(f"e{n}", 5), order_id=f"o{n}") for n in range(3)]
    await worker.process(*events)
    assert worker.metrics.held["t", 0].codes == (reason, reason)

    for _ in range(3):
        worker = worker.restarted()
        await worker.process(events[0])
        (state,) = worker.held_partitions.untried()
        await worker.held_partitions.judge(state, events[0], events[2])
        assert worker.held_partitions.closed_to(("t", 0))

    assert world.dead_lettered == []


async def test_an_order_that_cannot_be_read_is_tried_anew_once_it_was_put_right(
    worker: Worker, world: World
) -> None:
    held = replace(HELD, codes=(UnusableReason.FOREIGN_DOCUMENT, UnusableReason.BOOKKEEPING))
    await worker.control.open(BreakerState(held, NOW))
    good = world.event(1, paid("e1", 5))
    await worker.process(good)
    (state,) = worker.held_partitions.untried()

    await worker.held_partitions.judge(state, good, good)

    assert not worker.held_partitions.closed_to(("t", 0))


async def test_an_order_that_would_not_add_up_is_found_out_by_a_trial_and_stays_held_back(
    worker: Worker, world: World
) -> None:
    held = replace(HELD, codes=("invariant_violation", "invalid_event"))
    await worker.control.open(BreakerState(held, NOW))
    good, wrong = world.event(1, paid("e1", 5)), world.event(3, paid("e3", 7))
    worker.held_partitions.dry_run = replace(worker.held_partitions.dry_run, fold=wrong_at_seven)
    await worker.process(good)
    (state,) = worker.held_partitions.untried()

    await worker.held_partitions.judge(state, good, wrong)
    assert worker.held_partitions.closed_to(("t", 0))

    await worker.held_partitions.judge(state, good, good)
    assert not worker.held_partitions.closed_to(("t", 0))


async def test_a_trial_computes_where_a_slow_order_holds_nobody_up(world: World) -> None:
    computed = list[str]()

    async def elsewhere(work: Callable[[], T]) -> T:
        computed.append("elsewhere")
        return work()

    dry_run = DryRun(world, world._decode, fold, elsewhere)

    assert await dry_run.rejection_reason(world.event(1, paid("e1", 5)), "invalid_event") is None
    assert computed == ["elsewhere"]


async def test_a_trial_that_needs_the_database_while_it_is_away_decides_nothing(
    worker: Worker, world: World
) -> None:
    await worker.control.open(BreakerState(HELD, NOW))
    good = world.event(1, paid("e1", 5))
    await worker.process(good)
    (state,) = worker.held_partitions.untried()
    world.before["load", 1] = raising(Unavailable("no primary"))

    with pytest.raises(Unavailable):
        await worker.held_partitions.judge(state, good, good)

    assert worker.held_partitions.untried() == [state]


async def test_a_breaker_whose_records_are_gone_closes_and_counts_anew(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    worker = worker.restarted()
    await worker.process(*bad(world, 1))
    (state,) = worker.held_partitions.untried()

    await worker.held_partitions.release_removed(state)
    assert worker.held_partitions.resume_at(("t", 0)) == 1
    await worker.process(*bad(world, 8, 9, 10))

    assert world.dead_lettered == []
    assert [state.held.first for state in await worker.control.kept.states()] == [8]
