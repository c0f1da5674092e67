"""A batch of records: when it returns, all of its effects are complete."""

import asyncio
from dataclasses import replace

import pytest

from order_projector.events.outcome import Code, Rejected, Skipped
from tests.unit.toy import failed, paid
from tests.unit.world import World

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_an_event_is_stored_then_announced_then_looked_at_again(world: World) -> None:
    await world.projector().process([world.event(1, paid("e1", 5))])

    assert world.calls == ["load", "write", "announce", "revisions"]
    assert world.store.all() == world.announcements.announced
    (stored,) = world.store.all()
    assert (stored.order, stored.revision) == ({"id": "o", "paid": 5}, 1)
    assert stored.causes == ("e1",)


async def test_the_orders_of_a_batch_share_one_load_one_write_and_one_announcement(
    world: World,
) -> None:
    records = [world.event(n, paid(f"e{n}", n), order_id=f"o{n % 3}") for n in range(9)]

    await world.projector().process(records)

    assert world.calls == ["load", "write", "announce", "revisions"]
    assert [stored.order["paid"] for stored in world.store.all()] == [9, 12, 15]
    assert sorted(world.announced) == [("o0", 1), ("o1", 1), ("o2", 1)]


async def test_an_empty_batch_does_nothing(world: World) -> None:
    await world.projector().process([])

    assert world.calls == []
    assert world.announced == []


async def test_a_duplicate_costs_one_load_and_nothing_else(world: World) -> None:
    await world.projector().process([world.event(1, paid("e1", 5))])
    world.calls.clear()

    await world.projector().process([world.event(2, paid("e1", 5))])

    assert world.calls == ["load"]
    assert world.announced == [("o", 1)]


async def test_a_redelivery_announces_the_order_as_it_is_stored(world: World) -> None:
    record = world.event(1, paid("e1", 5))
    await world.projector().process([record])

    await world.projector().process([record])

    first, second = world.announcements.announced
    assert first == second


async def test_a_redelivery_announces_its_order_once_together_with_a_change(world: World) -> None:
    record = world.event(1, paid("e1", 5))
    await world.projector().process([record])

    await world.projector().process([record, world.event(2, paid("e2", 1))])

    assert world.announced == [("o", 1), ("o", 2)]


async def test_a_change_of_the_books_alone_is_not_announced(world: World) -> None:
    await world.projector().process([world.event(1, paid("e1", 5))])

    await world.projector().process([world.event(2, failed("e2"))])

    assert world.announced == [("o", 1)]
    assert (await world.state()).counter == 2


async def test_a_rejected_record_is_dead_lettered_as_it_came_and_costs_no_other(
    world: World,
) -> None:
    bad = world.record(1, Rejected(Code.INVALID_EVENT, "data.order.items: too many"))

    await world.projector().process([bad, world.event(2, paid("e2", 5))])

    (letter,) = world.dead_letters.published
    assert letter.record is bad
    assert (letter.code, letter.message) == ("invalid_event", "data.order.items: too many")
    assert world.announced == [("o", 1)]


async def test_a_skipped_event_leaves_no_trace(world: World) -> None:
    await world.projector().process([world.record(1, Skipped("foreign"))])

    assert world.store.all() == []
    assert world.announced == []
    assert world.dead_lettered == []
    assert world.metrics.events == {("foreign", "skipped"): 1}


@pytest.mark.parametrize("name", ["traceparent", "ce_traceparent"])
async def test_an_announcement_continues_the_trace_of_its_event(world: World, name: str) -> None:
    record = replace(world.event(1, paid("e1", 5)), headers=((name, TRACE.encode()),))

    await world.projector().process([record])

    assert world.announcements.announced[0].traceparent == TRACE


@pytest.mark.parametrize(
    "value",
    [
        *(None, b"", b"\xff", b"x" * 10_000, TRACE.encode() + b"-x", TRACE.upper().encode()),
        f"ff{TRACE[2:]}".encode(),
        f"00-{'0' * 32}-b7ad6b7169203331-01".encode(),
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01".encode(),
    ],
)
async def test_a_header_that_is_no_trace_is_passed_over(world: World, value: bytes | None) -> None:
    record = replace(world.event(1, paid("e1", 5)), headers=(("traceparent", value),))

    await world.projector().process([record])

    assert world.announcements.announced[0].traceparent is None


async def test_the_event_loop_has_its_turn_during_a_large_batch(world: World) -> None:
    turns = 0

    async def heartbeat() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(heartbeat())
    records = [world.event(n, paid(f"e{n}", 1), order_id=f"o{n}") for n in range(1280)]

    await world.projector().process(records)

    beating.cancel()
    assert turns >= 30
