"""What an order cannot take in is served elsewhere or is a dead letter, and is told of once."""

import orjson
import pytest

from order_projector.projection.ports import OrderWrite, StoredOrder, Unusable, UnusableReason
from tests.support.events import Json
from tests.unit.named_payments import by_the_rule, paid, records
from tests.unit.world import World

DERIVED = "ord_8de0b3c47f112c59745f717a62693226"
PAYMENT = paid("e1", 5, 100, source_id="S")
CLAIM = paid("e2", 6, 200, id="X", source_id="S")
LATE_PAYMENT = paid("e3", 7, 400, source_id="S")
NEXT = paid("e4", 8, 800, id="X")
OF_Y = paid("e5", 1, 1_600, id="Y", source_id="S")
OF_Z = paid("e6", 9, 3_200, id="Z", source_id="S")


class Refusing:
    """A collection that lets each order have so many facts which came by source ids, and no more.

    Each order has at ``least`` so many, too.
    """

    def __init__(self, **most: int) -> None:
        """Name the orders that take in less than everything."""
        self.most = most
        self.least: dict[str, int] = {}

    def __call__(self, write: OrderWrite) -> Unusable | None:
        """Return why the write is refused, if it is."""
        least, most = self.least.get(write.order_id, 0), self.most.get(write.order_id, 99)
        if least <= len(brought_to(write)) <= most:
            return None
        return Unusable(UnusableReason.REFUSED, "the collection refuses it")


def brought_to(write: OrderWrite) -> set[str]:
    """Return the facts that came to an order by its source ids."""
    return {name for told in write.state.imports.values() for name in told.facts}


def served_twice(world: World) -> list[str]:
    """Return what two orders served at the same time, of all that came by source ids."""
    twice, served = list[str](), dict[str, set[str]]()
    for write in (write for writes in world.sent for write in writes):
        is_name = write.state.name is not None and "merged_into" not in write.order
        if world.refuse(write) is None:
            served[write.order_id] = set(write.state.facts) if is_name else brought_to(write)
        held = [name for facts in served.values() for name in facts]
        twice += [name for name in held if held.count(name) > 1]
    return twice


async def consumed(refuse: Refusing, *batches: list[Json]) -> World:
    """Return a world whose worker has processed the batches."""
    world = World(refuse=refuse)
    for batch in records(batches):
        await world.names_projector().process(batch)
    assert served_twice(world) == []
    return world


def served(world: World) -> dict[str, bytes]:
    return {one.order_id: orjson.dumps(one.order) for one in world.store.all()}


def revisions_of(world: World, order_id: str) -> list[tuple[int, str | None]]:
    """Return the revisions of an order that were announced, with what each was merged into."""
    return [
        (one.revision, one.order.get("merged_into"))
        for one in world.announcements.announced
        if isinstance(one, StoredOrder) and one.order_id == order_id
    ]


async def test_an_attempt_to_join_that_is_refused_announces_nothing_but_what_came() -> None:
    """The first attempt has to leave the name's document before it can be refused."""
    world = await consumed(
        Refusing(X=0), [PAYMENT], [CLAIM], [LATE_PAYMENT], [NEXT], [paid("e7", 9, 1, id="X")]
    )
    assert revisions_of(world, DERIVED) == [(1, None), (3, None), (4, None)]


async def test_what_another_order_served_is_not_lost_if_an_earlier_claimant_cannot_take_it() -> (
    None
):
    """X served the payment, so the source id never was an order: it is one now."""
    world = await consumed(Refusing(Y=0), [CLAIM, PAYMENT], [OF_Y])

    alone = {**by_the_rule(([CLAIM],)), **by_the_rule(([PAYMENT],)), **by_the_rule(([OF_Y],))}
    assert served(world) == alone
    assert world.dead_lettered == []


@pytest.mark.parametrize(
    "claim",
    [OF_Z, paid("e7", 2, 6_400, id="X", source_id="S")],
    ids=["of another order", "of the owner"],
)
async def test_a_claim_takes_nothing_from_an_owner_that_cannot_take_in_a_later_event(
    claim: Json,
) -> None:
    world = await consumed(Refusing(X=1), [PAYMENT], [CLAIM], [LATE_PAYMENT], [claim])

    expected = by_the_rule(([PAYMENT], [CLAIM], [claim]))
    assert served(world) == expected
    assert world.dead_lettered == [(2, "invalid_event")]


async def test_an_event_and_a_claim_of_the_owner_together_take_nothing_from_it() -> None:
    again = paid("e7", 2, 6_400, id="X", source_id="S")
    world = await consumed(Refusing(X=1), [PAYMENT], [CLAIM], [LATE_PAYMENT, again])

    assert served(world) == by_the_rule(([PAYMENT], [CLAIM], [again]))
    assert world.dead_lettered == [(2, "invalid_event")]


async def test_one_source_id_that_does_not_fit_keeps_no_other_from_its_owner() -> None:
    of_t = [paid("t1", 1, 7, source_id="T"), paid("t2", 2, 70, source_id="T")]
    claim_t = paid("t3", 3, 700, id="X", source_id="T")
    world = await consumed(Refusing(X=1), of_t, [CLAIM], [PAYMENT, claim_t])

    of_x = by_the_rule(([CLAIM], [PAYMENT], [claim_t]))
    assert served(world) == {**by_the_rule((of_t,)), **of_x}
    assert world.dead_lettered == []


async def test_an_order_that_cannot_let_go_of_events_keeps_them_from_their_new_owner() -> None:
    """Otherwise both would serve them. What comes by the source id then is a dead letter."""
    refuse = Refusing()
    world = World(refuse=refuse)
    batches = records(([CLAIM, PAYMENT], [OF_Y], [LATE_PAYMENT]))
    await world.names_projector().process(batches[0])
    refuse.least = {"X": 1}
    for batch in batches[1:]:
        await world.names_projector().process(batch)

    assert served(world) == {**by_the_rule(([CLAIM, PAYMENT],)), **by_the_rule(([OF_Y],))}
    assert served_twice(world) == []
    assert world.dead_lettered == [(3, "invalid_event")]
