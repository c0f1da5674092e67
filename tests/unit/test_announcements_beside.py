"""Announcements are checked while the next batch changes the same orders."""

import asyncio

from order_projector.projection.announcements import Announcements
from order_projector.projection.group_outcome import Due, GroupOutcome, announcement
from order_projector.projection.ports import OrderWrite, Written
from order_projector.projection.retry import RetryPolicy
from tests.contract.states import first, then
from tests.unit.toy import paid
from tests.unit.world import Act, Unhurried, World, by_another_worker


async def turns(count: int = 20) -> None:
    """Yield to every other task this number of times."""
    for _ in range(count):
        await asyncio.sleep(0)


async def stored(world: World, write: OrderWrite) -> GroupOutcome:
    """Store the write, and return what there is to announce."""
    assert await world.store.write([write]) == {"o": Written.APPLIED}
    return GroupOutcome(Due({"o": [announcement(write)]}))


async def test_a_revision_that_the_next_batch_announces_is_not_taken_for_another_worker_s(
    world: World,
) -> None:
    projector, gate = world.projector(), asyncio.Event()
    world.before["announce", 2] = wait_for(gate)
    await projector.store_and_announce([world.event(1, paid("e1", 5))])
    following = asyncio.create_task(projector.store_and_announce([world.event(2, paid("e2", 1))]))
    await turns()
    assert world.store.all()[0].revision == 2

    checking = asyncio.create_task(projector.check_announcements())
    await turns()
    assert not checking.done()
    gate.set()
    await asyncio.gather(following, checking)
    await projector.check_announcements()

    assert world.announced == [("o", 1), ("o", 2)]


async def test_an_order_stays_in_hand_until_all_groups_that_change_it_have_announced_it(
    world: World,
) -> None:
    """One group has the order's events, another one the consequences for its names."""
    retry_policy = RetryPolicy(world.metrics, Unhurried())
    announcements = Announcements(world, world, world.metrics, retry_policy)
    await announcements.announce(await stored(world, first()))
    with announcements.changing(["o"]):
        with announcements.changing([]) as touch:
            touch(["o"])
        outcome = await stored(world, then(first()))
        checking = asyncio.create_task(announcements.check())
        await turns()
        assert not checking.done()
        await announcements.announce(outcome)
    await checking

    assert world.announced == [("o", 1), ("o", 2)]


async def test_a_revision_that_the_next_batch_leaves_unannounced_is_announced_by_the_check(
    world: World,
) -> None:
    projector, gate = world.projector(), asyncio.Event()
    world.before["announce", 2] = wait_for(gate)
    await projector.store_and_announce([world.event(1, paid("e1", 5))])
    following = asyncio.create_task(projector.store_and_announce([world.event(2, paid("e2", 1))]))
    await turns()
    checking = asyncio.create_task(projector.check_announcements())
    await turns()

    following.cancel()
    await checking

    assert world.announced == [("o", 1), ("o", 2)]


async def test_another_worker_s_revision_is_announced_again_though_the_next_batch_has_the_order(
    world: World,
) -> None:
    projector, gate = world.projector(), asyncio.Event()
    await projector.store_and_announce([world.event(1, paid("e1", 5))])
    await by_another_worker(world, world.event(1, paid("t1", 7), partition=1))()
    world.before["write", 2] = wait_for(gate)
    following = asyncio.create_task(projector.store_and_announce([world.event(2, paid("e2", 1))]))
    await turns()
    checking = asyncio.create_task(projector.check_announcements())
    await turns()
    gate.set()
    await asyncio.gather(following, checking)

    assert world.announced[-1] == ("o", 3)
    await projector.check_announcements()
    assert world.announced[-1] == ("o", 3)


async def test_a_check_that_is_given_up_is_repeated_by_the_next_one(world: World) -> None:
    projector, gate = world.projector(), asyncio.Event()
    world.before["revisions", 1] = wait_for(gate)
    await projector.store_and_announce([world.event(1, paid("e1", 5))])
    await by_another_worker(world, world.event(1, paid("t1", 7), partition=1))()
    world.announcements.announced.append(world.announcements.announced[0])  # a late announcement
    checking = asyncio.create_task(projector.check_announcements())
    await turns()
    checking.cancel()
    await asyncio.wait({checking})

    await projector.check_announcements()

    assert world.announced[-1] == ("o", 2)


async def test_with_nothing_announced_a_check_asks_for_nothing(world: World) -> None:
    await world.projector().check_announcements()

    assert world.calls == []


def wait_for(gate: asyncio.Event) -> Act:
    async def act() -> None:
        await gate.wait()

    return act
