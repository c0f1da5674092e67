"""What moves from one order to another is announced where it went from before where it went to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from order_projector.adapters.memory import MemoryAnnouncer
from order_projector.projection.ports import Announcement
from tests.support.events import Json
from tests.unit.named_payments import paid, records
from tests.unit.world import World, raising

PAYMENT = paid("e1", 5, 100, source_id="S")
CLAIM = paid("e2", 6, 200, id="X", source_id="S")
NEXT = paid("e3", 7, 400, id="X")
OF_Y = paid("e4", 8, 800, id="Y")
NAMES_Y = paid("e0", 0, 1_600, id="Y", source_id="T")


def copy_of(event: Json, envelope: str, minute: int, **names: str) -> Json:
    """Return an earlier or later copy of a payment, which names its order by these names."""
    copy = paid(envelope, minute, 0, **names)
    payment = event["data"]["payment"]
    copy["data"]["payment"] |= {"id": payment["id"], "amount": payment["amount"]}
    return copy


EARLIER_CLAIM = copy_of(OF_Y, "e5", 1, id="Y", source_id="S")
"""A claim that changes nothing else: a later copy is known, and an even earlier source id."""


@dataclass(frozen=True, slots=True)
class Publishes(MemoryAnnouncer):
    """An announcer that remembers what was published at once, as order and revision."""

    at_once: list[list[tuple[str, int]]] = field(default_factory=list)

    async def announce(self, orders: Sequence[Announcement]) -> None:
        """Publish and remember."""
        self.at_once.append([(one.order_id, one.revision) for one in orders])
        await MemoryAnnouncer.announce(self, orders)


async def published(world: World, *batches: list[Json]) -> list[list[tuple[str, int]]]:
    """Return what was published at once while the last batch was processed."""
    *first, last = records(batches)
    for batch in first:
        await world.names_projector().process(batch)
    world.announcements = announcer = Publishes()
    try:
        await world.names_projector().process(last)
    except ConnectionAbortedError:
        announcer.at_once.clear()
        await world.names_projector().process(last)
    return announcer.at_once


async def test_a_loss_is_acknowledged_before_the_gain_is_published() -> None:
    world = World()
    announced = await published(world, [CLAIM, PAYMENT], [OF_Y, NAMES_Y], [NEXT, EARLIER_CLAIM])
    assert announced == [[("X", 3)], [("X", 4)], [("Y", 2)]]


async def test_an_order_that_goes_into_its_owner_is_announced_as_merged_before_the_gain() -> None:
    world = World()
    announced = await published(world, [PAYMENT], [OF_Y, NAMES_Y], [EARLIER_CLAIM])
    derived = "ord_8de0b3c47f112c59745f717a62693226"
    assert announced == [[(derived, 2)], [("Y", 2)]]


async def test_what_nobody_loses_is_announced_with_everything_else() -> None:
    """A payment by the source id of an order that owns it already costs no publication more."""
    announced = await published(World(), [CLAIM], [OF_Y], [NEXT, PAYMENT, paid("e6", 9, 1, id="Y")])
    assert announced == [[("X", 2), ("Y", 2)], [("X", 3)]]


async def test_after_a_crash_the_loss_is_announced_again_before_the_gain() -> None:
    """The worker dies when everything is stored and nothing announced."""
    world = World()
    world.before["announce", 5] = raising(ConnectionAbortedError())
    announced = await published(world, [CLAIM, PAYMENT], [OF_Y, NAMES_Y], [NEXT, EARLIER_CLAIM])
    assert [each for at_once in announced for each in at_once] == [("X", 4), ("Y", 2)]
    assert len(announced) > 1
