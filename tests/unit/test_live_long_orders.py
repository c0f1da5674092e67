"""A long order that was just written is folded on from memory, and not from its checkpoint."""

from collections.abc import Sequence
from unittest.mock import patch

import pytest

from order_projector.projection.folding import Budget, Folding, at_once
from order_projector.projection.live_fold import LiveFold
from order_projector.projection.long_orders import resumable_fold
from order_projector.projection.long_orders.lengths import Lengths
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.session import InboundEvent
from tests.support.events import Json, order_event, redeemed
from tests.support.events import paid as payment_event
from tests.support.sessions import OneOrder
from tests.unit.slow_orders import many
from tests.unit.test_live_fold import AT, stamp
from tests.unit.test_recent_states import projector
from tests.unit.toy import paid
from tests.unit.world import World

SMALL = Lengths(short=4, recent=2, most_recent=4, in_segment=6)


def payment(nth: int) -> Json:
    return payment_event(10 + nth, 10, name=f"pay_{nth}")


CREATED = order_event(5, items=[{"product_id": "mug", "price": 500}])


def grown(payments: int) -> OneOrder:
    """Return an order that has got so many payments one by one, from a worker that keeps states."""
    order = OneOrder(SMALL, RecentStates())
    order.take([CREATED])
    for nth in range(1, payments + 1):
        order.take([payment(nth)])
    return order


def loaded(events: Sequence[Json]) -> OneOrder:
    """Return the order of a worker that loads it for each event."""
    order = OneOrder(SMALL)
    for event in events:
        order.take([event])
    return order


def live(order: OneOrder) -> LiveFold | None:
    """Return the fold that is kept of an order."""
    assert order.recent is not None
    event = InboundEvent(AT, "payment.failed", stamp(1), ())
    state = order.recent.take({"ord_1": [event]})["ord_1"]
    return None if state is None else state.live


def counted(states: RecentStates) -> int:
    """Return the characters that the kept states count as."""
    return states._together


def test_between_two_checkpoints_none_is_read() -> None:
    order = grown(8)
    assert order.state is not None
    assert order.state.checkpoint is not None
    with patch.object(resumable_fold, "read_state", side_effect=AssertionError):
        order.take([payment(9)])

    assert order.document == loaded([CREATED, *map(payment, range(1, 10))]).document


def test_the_next_checkpoint_is_made_from_the_one_before_and_the_order_stays_live() -> None:
    order = grown(30)

    assert order.folds["live"] >= 30 / 2
    assert order.folds["incomplete"] == 0
    assert live(order) is not None


@pytest.mark.parametrize(
    "other",
    [payment_event(70, 20), order_event(6, items=[{"product_id": "cup", "price": 1}])],
    ids=["a copy of what the checkpoint covers", "late"],
)
def test_what_may_change_the_timeline_so_far_is_not_folded_on(other: Json) -> None:
    order = grown(12)
    order.take([other])

    plain = loaded([CREATED, *map(payment, range(1, 13)), other])
    assert (order.served, order.facts, order.flags) == (plain.served, plain.facts, plain.flags)


def test_a_fold_counts_the_payments_and_redemptions_that_its_checkpoint_covers() -> None:
    few, many_payments = live(grown(10)), live(grown(60))
    assert few is not None
    assert many_payments is not None
    assert many_payments.memory("") - few.memory("") == 50 * 1_400

    order = grown(10)
    order.take([redeemed(80, "r_1", order={"id": "ord_1"})])
    with_one = live(order)
    assert with_one is not None
    assert with_one.memory("") - few.memory("") == 1_400 + 280


def test_a_fold_counts_the_metadata_that_its_checkpoint_covers() -> None:
    """The event that told it is in a segment; its objects take many times its text."""
    order = grown(0)
    order.take([order_event(6, metadata={"empty": [{}] * 10_000})])
    for nth in range(1, 11):
        order.take([payment(nth)])
    assert order.recent is not None
    plain = grown(10)
    assert plain.recent is not None

    assert order.state is not None
    assert order.state.apart
    assert counted(order.recent) - counted(plain.recent) > 10_000 * len("{},") * 3


def test_the_fold_of_an_order_that_takes_a_third_of_the_room_is_not_kept() -> None:
    order = grown(10)
    with patch("order_projector.projection.recent_states.LONGEST_FOLD", 1_000):
        order.take([payment(11)])

    assert live(order) is None


async def test_a_state_that_is_given_back_is_as_old_as_it_was(world: World) -> None:
    """An order that was deleted by hand does not come back because it is processed apart."""
    world.folding = Folding(Budget(on_loop=300, in_batch=750), at_once, at_once)
    now = [0.0]
    recent = RecentStates(clock=lambda: now[0])
    worker = projector(world, recent)
    await worker.process(many(world, 1))
    await worker.slow_orders.drained()
    world.loaded.clear()

    now[0] = 59.0
    state = recent.take({"slow": [InboundEvent(AT, "payment.failed", stamp(1), ())]})["slow"]
    assert state is not None
    recent.give_back("slow", state)
    now[0] = 61.0
    await worker.process([world.event(4, paid("slow-4", 1), order_id="slow")])
    await worker.slow_orders.drained()

    assert world.loaded == [["slow"], ["slow"]]  # within its batch, and apart


async def test_an_order_that_is_processed_apart_is_not_loaded_again(world: World) -> None:
    world.folding = Folding(Budget(on_loop=300, in_batch=750), at_once, at_once)
    worker = projector(world, RecentStates())
    await worker.process(many(world, 1))
    await worker.slow_orders.drained()
    world.loaded.clear()

    await worker.process([world.event(4, paid("slow-4", 1), order_id="slow")])
    await worker.slow_orders.drained()

    assert world.loaded == []
    assert world.announced == [("slow", 1), ("slow", 2)]
