"""A batch during failing calls, lost acknowledgements, and shutdowns of the worker."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from order_projector.events.outcome import Code, Rejected, Skipped
from order_projector.projection.ports import Record, Unavailable
from tests.unit.toy import failed, noted, paid
from tests.unit.world import World, raising


def troubled(world: World) -> list[Record]:
    """Return a batch that needs every kind of call: new, known, redelivered and bad records."""
    return [
        world.event(1, paid("e1", 5)),
        world.event(2, paid("e2", 7), order_id="p"),
        world.record(3, Rejected(Code.UNKNOWN_ORDER, "data.order.id: missing")),
        world.event(4, failed("e4", time=4)),
        world.event(5, noted("e5", {"n": None}, time=5), partition=1),
        world.event(6, paid("e2", 7), order_id="p"),
    ]


async def assert_complete(world: World) -> None:
    """Check that `troubled` has had all of its effects, however often it was tried."""
    stored = {order.order_id: order for order in world.store.all()}
    assert stored["o"].order == {"id": "o", "paid": 5, "note": {"n": None}}
    assert stored["p"].order == {"id": "p", "paid": 7}
    assert set(world.dead_lettered) == {(3, "unknown_order")}
    last = {order.order_id: order for order in world.announcements.announced}
    assert last == stored
    revisions: dict[tuple[str, int], Any] = {}
    for order in world.announcements.announced:
        assert revisions.setdefault((order.order_id, order.revision), order) == order


async def with_one_redelivered(world: World) -> list[Record]:
    """Process the first record of `troubled` without a commit, and return the whole batch."""
    records = troubled(world)
    await replace(world, before={}, after={}, calls=[]).projector().process(records[:1])
    world.metrics.recorded.clear()
    return records


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["load", "write", "announce", "revisions", "publish_dead_letters"])
async def test_a_call_that_fails_is_tried_until_it_succeeds_whether_it_had_its_effect_or_not(
    world: World, call: str, moment: str
) -> None:
    records = await with_one_redelivered(world)
    acts = {(call, time): raising(Unavailable("away")) for time in (1, 2, 3)}
    getattr(world, moment).update(acts)

    await world.projector().process(records)

    assert "waiting for" in " ".join(world.metrics.recorded)
    await assert_complete(world)


async def test_reading_what_is_stored_is_tried_until_it_succeeds(world: World) -> None:
    record = world.event(1, paid("e1", 5))
    await world.projector().process([record])
    world.before["stored", 1] = raising(Unavailable("away"))

    await world.projector().process([record])

    assert world.announced == [("o", 1), ("o", 1)]


async def test_a_write_whose_acknowledgement_is_lost_counts_as_written(world: World) -> None:
    world.after["write", 1] = raising(Unavailable("lost"))

    await world.projector().process([world.event(1, paid("e1", 5))])

    assert world.calls.count("write") == 1
    assert world.announced == [("o", 1)]
    assert (await world.state()).counter == 1


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_write_that_was_given_up_and_arrives_late_is_not_applied_twice(
    world: World, moment: str
) -> None:
    async def wake() -> None:
        await world.store.write(world.sent[0])

    world.before["write", 1] = raising(Unavailable("frozen"))
    getattr(world, moment)["write", 2] = wake

    await world.projector().process([world.event(1, paid("e1", 5))])

    assert world.announced == [("o", 1)]
    assert (await world.state()).counter == 1


async def test_the_meter_hears_what_is_waited_for_and_that_it_is_over(world: World) -> None:
    world.before["load", 1] = world.before["load", 2] = raising(Unavailable("away"))
    world.before["announce", 1] = raising(Unavailable("away"))

    await world.projector().process([world.event(1, paid("e1", 5))])

    assert world.metrics.recorded == [
        "batch of 1",
        "waiting for database: away",
        "retry database",
        "retry database",
        "resumed database",
        "waiting for broker: away",
        "retry broker",
        "resumed broker",
    ]


async def test_the_meter_counts_every_event_once_by_what_it_turned_out_to_be(world: World) -> None:
    records = await with_one_redelivered(world)
    world.metrics.events.clear()
    world.before["write", 1] = raising(Unavailable("away"))

    await world.projector().process([*records, world.record(9, Skipped("redemption.failed"))])

    assert world.metrics.events == {
        ("payment.succeeded", "applied"): 3,
        ("payment.succeeded", "redelivered"): 1,
        ("payment.succeeded", "duplicate"): 1,
        ("invalid", "rejected"): 1,
        ("redemption.failed", "skipped"): 1,
    }
    assert world.metrics.stages == {"decode", "bury", "load", "fold", "write", "announce", "look"}


async def test_an_error_that_will_not_pass_is_not_waited_out(world: World) -> None:
    world.before["write", 1] = raising(PermissionError("not allowed"))

    with pytest.raises(PermissionError):
        await world.projector().process([world.event(1, paid("e1", 5))])

    assert world.announced == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    "call", ["load", "write", "announce", "revisions", "publish_dead_letters", "stored"]
)
async def test_a_worker_that_is_stopped_at_any_call_leaves_nothing_undone_for_the_next(
    world: World, call: str, moment: str
) -> None:
    records = await with_one_redelivered(world)
    if call == "stored":  # this call needs a batch in which nothing is new
        await replace(world, calls=[]).projector().process(records)
    getattr(world, moment)[call, 1] = raising(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await world.projector().process(records)
    await world.projector().process(records)

    await assert_complete(world)


async def test_a_worker_that_waits_for_the_database_can_be_stopped(world: World) -> None:
    waiting = asyncio.Event()

    async def away() -> None:
        waiting.set()
        raise Unavailable("away")

    world.before = {("load", attempt): away for attempt in range(1, 100_000)}
    task = asyncio.create_task(world.projector().process([world.event(1, paid("e1", 5))]))
    await waiting.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
