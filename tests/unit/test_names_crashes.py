"""A worker may die at any call that settles names: the outcome is as if it had not."""

import orjson
import pytest

from order_projector.domain.names import is_derived
from order_projector.projection.ports import Record, StoredOrder
from tests.simulation.name_defects import others_forgotten
from tests.support.events import Json, event_at
from tests.unit.named_payments import by_the_rule, paid, records
from tests.unit.world import World, raising

CALLS = ("load", "write", "announce", "stored", "revisions")
MOST = 12


class Died(Exception):
    """The death of a worker."""


PAYMENT = paid("e1", 5, 100, source_id="S")
CLAIM = paid("e2", 6, 200, id="X", source_id="S")
EARLIER = paid("e3", 1, 300, id="Y", source_id="S")
LATE_PAYMENT = paid("e4", 7, 400, source_id="S")

HISTORIES = {
    "payment, then claim": ([PAYMENT], [CLAIM]),
    "claim, then payment": ([CLAIM], [PAYMENT]),
    "together": ([PAYMENT, CLAIM],),
    "an earlier claim": ([CLAIM, PAYMENT], [EARLIER]),
    "an earlier claim with a payment": ([CLAIM, PAYMENT], [EARLIER, LATE_PAYMENT]),
    "contested from the start": ([PAYMENT], [CLAIM, EARLIER], [LATE_PAYMENT]),
}


async def consume(world: World, batches: list[list[Record]]) -> None:
    """Process the batches; after a crash, another worker repeats the uncommitted batch."""
    for batch in batches:
        try:
            await world.names_projector().process(batch)
        except Died:
            await world.names_projector().process(batch)


async def served(world: World) -> dict[str, bytes]:
    """Return each order as it was announced last, except for merged ones.

    The last announcement must be what is stored.
    """
    last = {one.order_id: one for one in world.announcements.announced}
    for order_id, one in last.items():
        (stored,) = await world.store.stored([order_id])
        assert isinstance(one, StoredOrder)
        assert isinstance(stored, StoredOrder)
        assert (one.order, one.revision) == (stored.order, stored.revision)
    return {
        order_id: orjson.dumps(one.order)
        for order_id, one in last.items()
        if isinstance(one, StoredOrder) and "merged_into" not in one.order
    }


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("batches", HISTORIES.values(), ids=list(HISTORIES))
async def test_whatever_call_a_worker_dies_at_the_next_one_leaves_what_no_crash_would(
    batches: tuple[list[Json], ...], moment: str
) -> None:
    expected, died = by_the_rule(batches), 0
    assert not any(map(is_derived, expected))
    for call in CALLS:
        for number in range(1, MOST):
            world = World()
            getattr(world, moment)[call, number] = raising(Died())
            await consume(world, records(batches))
            died += world.calls.count(call) > number
            assert await served(world) == expected, f"{moment} {call} {number}"
    assert died > len(CALLS)


async def test_without_a_crash_an_order_under_a_derived_id_is_announced_once_more_as_merged() -> (
    None
):
    world = World()
    await consume(world, records(([PAYMENT], [CLAIM])))

    announced = [
        (one.order_id, one.revision, one.order.get("merged_into"), one.causes)
        for one in world.announcements.announced
        if isinstance(one, StoredOrder)
    ]
    derived = "ord_8de0b3c47f112c59745f717a62693226"
    assert announced == [
        (derived, 1, None, ("e1",)),
        ("X", 1, None, ("e2",)),
        (derived, 2, "X", ("e2",)),
        ("X", 2, None, ("e1",)),
    ]


async def test_a_name_that_never_was_an_order_is_never_announced() -> None:
    world = World()
    await consume(world, records(([CLAIM], [PAYMENT])))
    assert {one.order_id for one in world.announcements.announced} == {"X"}


async def test_an_order_that_loses_events_names_those_that_went_as_causes() -> None:
    world = World()
    await consume(world, records(([CLAIM, PAYMENT], [EARLIER])))

    last = {one.order_id: one for one in world.announcements.announced}
    assert [getattr(last[name], "causes", None) for name in ("X", "Y")] == [("e1",), ("e1",)]


async def test_events_that_come_back_are_causes_again() -> None:
    """Y takes the payment from X by an earlier claim, and X takes it back by one still earlier."""
    world = World()
    back = paid("e5", 0, 500, id="X", source_id="S")
    await consume(world, records(([CLAIM, PAYMENT], [EARLIER], [back])))

    of_x = [one for one in world.announcements.announced if one.order_id == "X"]
    assert [getattr(one, "causes", None) for one in of_x] == [
        ("e2",),
        ("e1",),
        ("e1",),
        ("e5",),
        ("e1",),
    ]


async def test_who_owned_a_source_id_before_is_announced_though_the_worker_died_before_it() -> None:
    """If the source id's document forgot that order, nothing would lead to it."""
    batches = HISTORIES["an earlier claim"]
    with others_forgotten():
        world = World(before={("announce", 3): raising(Died())})
        await consume(world, records(batches))
        with pytest.raises(AssertionError):
            await served(world)


async def test_what_nobody_changed_is_not_announced_again() -> None:
    """A payment by source id concerns its owner, and a later claim only the order that lost."""
    world = World()
    later = paid("e5", 9, 500, id="Z", source_id="S")
    await consume(world, records(([CLAIM, PAYMENT], [EARLIER], [LATE_PAYMENT], [later])))

    announced = [(one.order_id, one.revision) for one in world.announcements.announced]
    assert announced == [
        *(("X", 1), ("X", 2), ("Y", 1), ("X", 3), ("Y", 2)),
        *(("Y", 3), ("Z", 1)),
    ]


async def test_an_earlier_claim_of_the_same_owner_concerns_nobody_else() -> None:
    """X has lost the name to Y; that Y claimed it even earlier changes nothing for X."""
    world = World()
    earliest = paid("e0", 0, 50, id="Y", source_id="S")
    await consume(world, records(([CLAIM, PAYMENT], [EARLIER], [earliest])))

    announced = [(one.order_id, one.revision) for one in world.announcements.announced]
    assert announced == [("X", 1), ("X", 2), ("Y", 1), ("X", 3), ("Y", 2), ("Y", 3)]


async def test_an_erased_order_that_gets_a_source_id_is_not_announced_again() -> None:
    """Facts that came by the source id are erased too, and it has had its last announcement."""
    world = World()
    erased = event_at(4, "order.erased", {"order": {"id": "X"}})
    await consume(world, records(([erased], [PAYMENT], [CLAIM])))

    announced = [one.order_id for one in world.announcements.announced]
    assert announced.count("X") == 1
