"""A batch while other workers change the same orders."""

import asyncio

import pytest

from tests.unit.toy import paid
from tests.unit.world import World, by_another_worker, raising


async def test_a_conflict_costs_a_second_look_at_its_own_order_alone(world: World) -> None:
    theirs = world.event(1, paid("e1", 1), order_id="p", partition=1)
    world.before["write", 1] = by_another_worker(world, theirs)
    ours = [world.event(n, paid(f"e{n}", 5), order_id=o) for n, o in ((2, "o"), (3, "p"), (4, "q"))]

    await world.projector().process(ours)

    assert world.loaded[0] == ["o", "p", "q"]
    assert world.loaded[-1] == ["p"]
    assert "1 conflicts" in world.metrics.recorded
    assert {order.order_id: order.order["paid"] for order in world.store.all()} == {
        "o": 5,
        "p": 6,
        "q": 5,
    }
    assert world.announced == [("p", 1), ("o", 1), ("q", 1), ("p", 2)]


async def test_an_order_that_others_keep_changing_comes_through_in_the_end(world: World) -> None:
    for turn in range(1, 21):
        theirs = world.event(turn, paid(f"t{turn}", 1), partition=1)
        world.before["write", turn] = by_another_worker(world, theirs)

    await world.projector().process([world.event(1, paid("e1", 100))])

    (stored,) = world.store.all()
    assert stored.order["paid"] == 120
    assert stored.revision == 21
    assert world.announced[-1] == ("o", 21)


async def test_what_was_overtaken_before_its_announcement_is_announced_again(world: World) -> None:
    theirs = world.event(1, paid("e2", 1), partition=1)
    world.before["announce", 1] = by_another_worker(world, theirs)

    await world.projector().process([world.event(1, paid("e1", 5))])

    assert world.announced == [("o", 2), ("o", 1), ("o", 2)]
    assert world.announcements.announced[-1] == world.store.all()[0]


async def test_it_is_looked_again_until_nothing_has_moved_on(world: World) -> None:
    for turn in (1, 2, 3):
        theirs = world.event(turn, paid(f"t{turn}", 1), partition=1)
        world.before["announce", turn] = by_another_worker(world, theirs)
    records = [world.event(1, paid("e1", 5)), world.event(2, paid("e2", 5), order_id="quiet")]

    await world.projector().process(records)

    assert world.announced[-1] == ("o", 4)
    assert world.announced.count(("quiet", 1)) == 1
    assert world.calls.count("revisions") == 4


@pytest.mark.parametrize("moment", [("announce", "after"), ("revisions", "before")])
async def test_an_announcement_that_came_late_is_followed_up_though_its_batch_was_given_up(
    world: World, moment: tuple[str, str]
) -> None:
    ours = world.event(1, paid("e1", 5))
    successor = by_another_worker(world, ours, world.event(2, paid("e2", 1)))
    world.before["announce", 1] = successor
    call, when = moment
    getattr(world, when)[call, 1] = raising(asyncio.CancelledError())
    projector = world.projector()
    with pytest.raises(asyncio.CancelledError):
        await projector.process([ours])
    assert world.announced[-1] == ("o", 1)

    await projector.process([])

    assert world.announced == [("o", 2), ("o", 1), ("o", 2)]


async def test_with_nothing_left_behind_a_batch_of_no_records_does_nothing(world: World) -> None:
    projector = world.projector()
    await projector.process([world.event(1, paid("e1", 5))])
    world.calls.clear()

    await projector.process([])

    assert world.calls == []
