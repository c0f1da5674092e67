"""What neither an owner nor an order under the derived id can take in is a dead letter."""

from order_projector.projection.ports import OrderWrite, Unusable, UnusableReason
from tests.unit.named_payments import by_the_rule, paid, records
from tests.unit.test_names_apart import Refusing, served
from tests.unit.test_names_refused import flags
from tests.unit.world import World

DERIVED = "ord_8de0b3c47f112c59745f717a62693226"
PAYMENT = paid("e1", 5, 100, source_id="S")
CLAIM = paid("e2", 6, 200, id="X", source_id="S")
LATE_PAYMENT = paid("e3", 7, 400, source_id="S")
OF_Y = paid("e5", 1, 1_600, id="Y", source_id="S")
OF_Z = paid("e6", 9, 3_200, id="Z", source_id="S")


def by_id_alone(write: OrderWrite) -> Unusable | None:
    """Reject whatever came by the source id, in its owner and in an order of its own."""
    is_name = write.state.name is not None and "merged_into" not in write.order
    if is_name or any(told.facts for told in write.state.imports.values()):
        return Unusable(UnusableReason.REFUSED, "the collection refuses it")
    return None


async def test_an_event_that_fits_in_no_order_at_all_is_a_dead_letter() -> None:
    """Y has declined what came by the source id, and that cannot be an order of its own either."""
    world = World(refuse=by_id_alone)
    for batch in records(([CLAIM], [PAYMENT], [OF_Y], [LATE_PAYMENT])):
        await world.names_projector().process(batch)

    assert served(world) == {**by_the_rule(([CLAIM],)), **by_the_rule(([OF_Y],))}
    assert world.dead_lettered == [(1, "invalid_event"), (3, "invalid_event")]


async def test_an_owner_that_cannot_take_in_an_event_is_flagged_once_another_claims_too() -> None:
    """It serves events that came by the source id, whatever it could not take in afterwards."""
    refuse = Refusing(X=1)
    world = World(refuse=refuse)
    for batch in records(([CLAIM, PAYMENT], [LATE_PAYMENT], [OF_Z])):
        await world.names_projector().process(batch)

    assert flags(await world.state("X")) == [("source_id_shared", "e1", "S")]
    assert flags(await world.state("Z")) == [("source_id_taken", "e6", "S")]
    assert world.dead_lettered == [(2, "invalid_event")]
    assert (await world.state("X")).revision == 2


def joined(write: OrderWrite) -> Unusable | None:
    """Reject an order with what came by a source id."""
    if any(brought.facts for brought in write.state.imports.values()):
        return Unusable(UnusableReason.REFUSED, "the collection refuses it")
    return None


async def test_an_owner_that_refuses_all_that_came_is_not_flagged_as_if_it_had_lost() -> None:
    """Z claimed after X, and was told so; now it claims before X, with an event that it refuses."""
    world = World(refuse=joined)
    early = paid("e7", 1, 6_400, id="Z", source_id="S")
    for batch in records(([CLAIM], [OF_Z], [early, PAYMENT])):
        await world.names_projector().process(batch)

    assert flags(await world.state("Z")) == []
    assert flags(await world.state("X")) == [("source_id_taken", "e2", "S")]
    assert world.dead_lettered == [(3, "invalid_event")]
