"""A worker may die while an order cannot take in what belongs to it: each event ends as without."""

from collections.abc import Callable

import orjson
import pytest

from order_projector.projection.ports import OrderWrite, Unusable, UnusableReason
from tests.support.events import Json
from tests.unit.named_payments import paid, records
from tests.unit.world import World, raising

CALLS = ("load", "write", "announce", "stored", "revisions")
MOST = 20

PAYMENT = paid("e1", 5, 100, source_id="S")
CLAIM = paid("e2", 6, 200, id="X", source_id="S")
LATE_PAYMENT = paid("e3", 7, 400, source_id="S")
NEXT = paid("e4", 8, 800, id="X")
OF_Y = paid("e5", 1, 1_600, id="Y", source_id="S")


class Died(Exception):
    """The death of a worker."""


def no_imports(write: OrderWrite) -> Unusable | None:
    """Reject orders that have facts which came by a source id."""
    if any(told.facts for told in write.state.imports.values()):
        return Unusable(UnusableReason.REFUSED, "the collection refuses it")
    return None


HISTORIES = {
    "a claim": ([PAYMENT], [CLAIM]),
    "another event by the source id": ([PAYMENT], [CLAIM], [LATE_PAYMENT]),
    "another event of the owner": ([PAYMENT], [CLAIM], [NEXT]),
    "an event that comes after the claim": ([CLAIM], [PAYMENT], [NEXT]),
    "an earlier claim": ([PAYMENT], [CLAIM], [OF_Y], [LATE_PAYMENT]),
}


Refuse = Callable[[OrderWrite], Unusable | None]


def nothing(_write: OrderWrite) -> None:
    """Reject nothing."""


async def ends(
    batches: tuple[list[Json], ...], world: World, at_last: Refuse
) -> tuple[dict[str, bytes], set[int]]:
    """Return what is served of each order, and the offsets of the dead letters.

    The last batch finds a collection with the rules ``at_last``.
    """
    for nth, batch in enumerate(records(batches), start=1):
        if nth == len(batches):
            world.refuse = at_last
        try:
            await world.names_projector().process(batch)
        except Died:
            await world.names_projector().process(batch)
    last = {one.order_id: one for one in world.announcements.announced}
    for order_id, one in last.items():
        assert await world.store.stored([order_id]) == [one], "the last announcement is stored"
    orders = {one.order_id: orjson.dumps(one.order) for one in world.store.all()}
    return orders, {offset for offset, _ in world.dead_lettered}


@pytest.mark.parametrize("at_last", [no_imports, nothing], ids=["refused", "accepted"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("batches", HISTORIES.values(), ids=list(HISTORIES))
async def test_whatever_call_a_worker_dies_at_each_event_ends_where_it_ends_without_a_crash(
    batches: tuple[list[Json], ...], moment: str, at_last: Refuse
) -> None:
    expected, died = await ends(batches, World(refuse=no_imports), at_last), 0
    for call in CALLS:
        for number in range(1, MOST):
            world = World(refuse=no_imports)
            getattr(world, moment)[call, number] = raising(Died())
            assert await ends(batches, world, at_last) == expected, f"{moment} {call} {number}"
            died += world.calls.count(call) > number
    assert died > len(CALLS)
