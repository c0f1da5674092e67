"""A partition of which too much would be dead-lettered stands still; the others go on."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from order_projector.adapters.memory import MemoryControl
from order_projector.events.outcome import Code, Rejected
from order_projector.projection.batch import Projector
from order_projector.projection.breaker import Breaker, BreakerLimits
from order_projector.projection.dry_run import DryRun
from order_projector.projection.folding import T
from order_projector.projection.held_partitions import HeldPartitions
from order_projector.projection.ports import (
    BreakerState,
    HeldBack,
    Partition,
    Record,
    Unavailable,
    Unusable,
    UnusableReason,
)
from order_projector.projection.retry import RetryPolicy
from tests.unit.test_invariants import wrong_at_seven
from tests.unit.toy import fold, noted, paid
from tests.unit.world import Unhurried, World, raising

LIMITS = BreakerLimits(max_ratio=0.5, max_run=3, window=1_000)
BAD = Rejected(Code.INVALID_EVENT, "data.amount: no")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HELD = HeldBack("t", 0, 1, 3, ("invalid_event", "invalid_event"), "why")


@dataclass(slots=True)
class Control:
    """What the group has decided, in a database that can be away."""

    kept: MemoryControl = field(default_factory=MemoryControl)
    failures: int = 0
    calls: list[str] = field(default_factory=list)
    cancelled_in: list[str] = field(default_factory=list)
    """Calls that are cancelled before they have any effect, once each."""

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if call in self.cancelled_in:
            self.cancelled_in.remove(call)
            raise asyncio.CancelledError
        if self.failures:
            self.failures -= 1
            raise Unavailable("no primary")

    async def states(self) -> Sequence[BreakerState]:
        """As kept."""
        self._answer("states")
        return await self.kept.states()

    async def open(self, state: BreakerState) -> None:
        """As kept."""
        self._answer("open")
        await self.kept.open(state)

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """As kept."""
        return await self.kept.close(state, at)

    async def withdraw(self, state: BreakerState) -> bool:
        """As kept."""
        self._answer("withdraw")
        return await self.kept.withdraw(state)


@dataclass(slots=True)
class FakeMetrics:
    """Keeps what stands still."""

    held: Mapping[Partition, HeldBack] = field(default_factory=dict)

    def held_back(self, held: Mapping[Partition, HeldBack]) -> None:
        """Keep it."""
        self.held = held


@dataclass(slots=True)
class Worker:
    """A worker in a world, of a group whose decisions others may share."""

    world: World
    control: Control
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    holds: HeldPartitions = field(init=False)

    def __post_init__(self) -> None:
        world, breaker = self.world, Breaker(LIMITS)
        projector = Projector(
            world,
            world,
            world,
            decode=world._decode,
            fold=fold,
            metrics=world.metrics,
            random=Unhurried(),
            breaker=breaker,
        )
        self.holds = HeldPartitions(
            projector.process,
            projector.slow_orders,
            breaker,
            self.control,
            DryRun(world, world._decode, fold),
            RetryPolicy(world.metrics, Unhurried()),
            self.metrics,
            lambda: NOW,
        )

    async def process(self, *records: Record) -> None:
        """Take a batch, and go back to what was not processed as the consumer does."""
        await self.holds.process(records)

    def restarted(self) -> "Worker":
        """Another process in its place: all that it knows is in the database."""
        return Worker(self.world, self.control)


@pytest.fixture
def worker(world: World) -> Worker:
    return Worker(world, Control())


def bad(world: World, *offsets: int, partition: int = 0) -> list[Record]:
    return [world.record(offset, BAD, partition) for offset in offsets]


async def test_nothing_of_a_partition_that_trips_is_dead_lettered_and_its_first_and_last_are_named(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2))

    await worker.process(*bad(world, 3, 4), world.event(5, paid("e5", 5)))

    assert world.dead_lettered == [(1, "invalid_event"), (2, "invalid_event")]
    assert world.store.all() == []
    assert worker.holds.withheld() == {("t", 0)}
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
    assert worker.holds.withheld() == {("t", 0)}


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
    assert worker.holds.withheld() == {("t", 0)}


async def test_a_worker_that_is_given_the_partition_knows_before_it_processes_anything(
    worker: Worker, world: World
) -> None:
    other = worker.restarted()
    await other.process(*bad(world, 1, 2, partition=1))
    await worker.process(*bad(world, 1, 2, 3))

    other.holds.forget_share()
    await other.process(*bad(world, 1, 2))

    assert world.dead_lettered == [(1, "invalid_event"), (2, "invalid_event")]
    assert other.holds.withheld() == {("t", 0)}


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
    await worker.holds.look()
    assert await worker.control.kept.states() == []

    await worker.holds.look()

    assert [state.held.last for state in await worker.control.kept.states()] == [3]
    assert worker.holds.closed_to(("t", 0))


async def test_a_breaker_that_somebody_closes_lets_all_that_was_held_back_go_without_a_restart(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3, 4, 5))
    (state,) = await worker.control.kept.states()
    assert await worker.control.close(state, NOW)

    await worker.holds.look()
    assert not worker.holds.closed_to(("t", 0))
    assert worker.holds.resume_at(("t", 0)) == 1
    await worker.process(*bad(world, 1, 2, 3, 4, 5, 6, 7))

    assert [offset for offset, _ in world.dead_lettered] == [1, 2, 3, 4, 5, 6, 7]
    assert worker.holds.withheld() == set()


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
    await worker.holds.look()

    assert worker.holds.withheld() == {("t", 0)}
    assert worker.holds.resume_at(("t", 0)) == 1
    assert worker.holds.withheld() == set()


async def test_a_release_that_can_read_the_first_and_the_last_record_closes_it_by_itself(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    newer = worker.restarted()
    first, last = world.event(1, paid("e1", 5)), world.event(3, paid("e3", 5))
    await newer.process(first)
    (state,) = newer.holds.untried()

    await newer.holds.judge(state, first, last)

    assert not newer.holds.closed_to(("t", 0))
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
    (state,) = newer.holds.untried()

    await newer.holds.judge(state, records[1], records[3])

    assert newer.holds.closed_to(("t", 0))
    assert newer.holds.untried() == []


async def test_events_that_cannot_be_computed_are_tried_on_the_order_as_it_is_stored(
    worker: Worker, world: World
) -> None:
    events = [world.event(n, noted(f"e{n}", {"n": 2**63}), order_id=f"o{n}") for n in range(3)]
    await worker.process(*events)
    again = worker.restarted()
    await again.process(events[0])
    (state,) = again.holds.untried()

    await again.holds.judge(state, events[0], events[2])

    assert again.holds.closed_to(("t", 0))
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
        (state,) = worker.holds.untried()
        await worker.holds.judge(state, events[0], events[2])
        assert worker.holds.closed_to(("t", 0))

    assert world.dead_lettered == []


async def test_an_order_that_cannot_be_read_is_tried_anew_once_it_was_put_right(
    worker: Worker, world: World
) -> None:
    held = replace(HELD, codes=(UnusableReason.FOREIGN_DOCUMENT, UnusableReason.BOOKKEEPING))
    await worker.control.open(BreakerState(held, NOW))
    good = world.event(1, paid("e1", 5))
    await worker.process(good)
    (state,) = worker.holds.untried()

    await worker.holds.judge(state, good, good)

    assert not worker.holds.closed_to(("t", 0))


async def test_an_order_that_would_not_add_up_is_found_out_by_a_trial_and_stays_held_back(
    worker: Worker, world: World
) -> None:
    held = replace(HELD, codes=("invariant_violation", "invalid_event"))
    await worker.control.open(BreakerState(held, NOW))
    good, wrong = world.event(1, paid("e1", 5)), world.event(3, paid("e3", 7))
    worker.holds.dry_run = replace(worker.holds.dry_run, fold=wrong_at_seven)
    await worker.process(good)
    (state,) = worker.holds.untried()

    await worker.holds.judge(state, good, wrong)
    assert worker.holds.closed_to(("t", 0))

    await worker.holds.judge(state, good, good)
    assert not worker.holds.closed_to(("t", 0))


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
    (state,) = worker.holds.untried()
    world.before["load", 1] = raising(Unavailable("no primary"))

    with pytest.raises(Unavailable):
        await worker.holds.judge(state, good, good)

    assert worker.holds.untried() == [state]


async def test_a_breaker_whose_records_are_gone_closes_and_counts_anew(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    worker = worker.restarted()
    await worker.process(*bad(world, 1))
    (state,) = worker.holds.untried()

    await worker.holds.release_removed(state)
    assert worker.holds.resume_at(("t", 0)) == 1
    await worker.process(*bad(world, 8, 9, 10))

    assert world.dead_lettered == []
    assert [state.held.first for state in await worker.control.kept.states()] == [8]


async def test_of_two_workers_that_hold_the_same_partition_one_closing_it_frees_the_other(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    other = worker.restarted()
    await other.process(*bad(world, 1))
    (state,) = other.holds.untried()
    await other.holds.release_removed(state)

    await worker.holds.look()

    assert not worker.holds.closed_to(("t", 0))


async def test_a_breaker_that_was_closed_and_has_opened_again_elsewhere_is_known_as_it_is_now(
    worker: Worker, world: World
) -> None:
    await worker.control.open(BreakerState(HELD, NOW))
    await worker.process(world.event(1, paid("e1", 5)))
    later = BreakerState(replace(HELD, first=7, last=9), NOW)
    await worker.control.open(later)

    await worker.holds.look()

    assert worker.metrics.held == {("t", 0): later.held}
    assert worker.holds.untried() == [later]
    await worker.holds.release_removed(later)
    assert await worker.control.kept.states() == []
    assert not worker.holds.closed_to(("t", 0))


async def test_a_breaker_of_its_own_is_not_news_to_a_worker_whatever_the_database_rounds(
    worker: Worker, world: World
) -> None:
    await worker.process(*bad(world, 1, 2, 3))
    (state,) = await worker.control.kept.states()
    await worker.control.kept.open(replace(state, opened_at=NOW + timedelta(microseconds=1)))

    await worker.holds.look()

    assert worker.holds.untried() == []


async def test_a_worker_without_an_open_breaker_asks_the_database_for_none(worker: Worker) -> None:
    await worker.holds.look()

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
