"""An owner that cannot take in what belongs to it loses no event, and nothing is counted twice."""

import orjson
import pytest

from order_projector.projection.ports import (
    OrderWrite,
    ProjectionState,
    StoredOrder,
    Unusable,
    UnusableReason,
)
from tests.unit.named_payments import by_the_rule, paid, records
from tests.unit.world import World

DERIVED = "ord_8de0b3c47f112c59745f717a62693226"
PAYMENT = paid("e1", 5, 100, source_id="S")
CLAIM = paid("e2", 6, 200, id="X", source_id="S")
LATE_PAYMENT = paid("e3", 7, 400, source_id="S")
NEXT = paid("e4", 8, 800, id="X")


def no_imports_of_x(write: OrderWrite) -> Unusable | None:
    """Reject writes in which order X has facts that came by a source id."""
    if write.order_id == "X" and any(told.facts for told in write.state.imports.values()):
        return Unusable(UnusableReason.REFUSED, "the collection refuses it")
    return None


async def consume(world: World, *batches: list[dict[str, object]]) -> None:
    for batch in records(batches):
        await world.names_projector().process(batch)


async def stored(world: World) -> dict[str, bytes]:
    """Return what is served of each order."""
    return {one.order_id: orjson.dumps(one.order) for one in world.store.all()}


def flags(state: ProjectionState) -> list[tuple[str, str, str]]:
    return [(flag.code, flag.event, flag.about) for flag in state.flags]


async def test_a_claim_on_what_its_order_cannot_take_in_stands_and_both_orders_are_flagged() -> (
    None
):
    world = World(refuse=no_imports_of_x)
    await consume(world, [PAYMENT], [CLAIM])

    alone = {**by_the_rule(([PAYMENT],)), **by_the_rule(([CLAIM],))}
    assert await stored(world) == alone
    assert flags(await world.state("X")) == [("names_not_joined", "e2", "S")]
    assert flags(await world.state(DERIVED)) == [("names_not_joined", "e2", "S")]
    assert world.dead_lettered == []


@pytest.mark.parametrize("following", [NEXT, LATE_PAYMENT], ids=["of the owner", "of the name"])
async def test_the_next_event_of_either_joins_them(following: dict[str, object]) -> None:
    world = World(refuse=no_imports_of_x)
    batches = records(([PAYMENT], [CLAIM], [following]))
    for batch in batches[:2]:
        await world.names_projector().process(batch)
    world.refuse = lambda _: None
    await world.names_projector().process(batches[2])

    assert await stored(world) == by_the_rule(([PAYMENT], [CLAIM], [following]))
    assert flags(await world.state("X")) == []
    assert world.dead_lettered == []


async def test_an_event_by_source_id_alone_that_its_owner_cannot_take_in_is_a_dead_letter() -> None:
    world = World(refuse=no_imports_of_x)
    await consume(world, [CLAIM], [PAYMENT])

    assert await stored(world) == by_the_rule(([CLAIM],))
    assert world.dead_lettered == [(1, "invalid_event")]


async def test_what_could_not_be_joined_stays_an_order_though_its_owner_refuses_again() -> None:
    world = World(refuse=no_imports_of_x)
    await consume(world, [PAYMENT], [CLAIM], [LATE_PAYMENT], [NEXT])

    apart = by_the_rule(([PAYMENT], [LATE_PAYMENT]))
    assert await stored(world) == {**apart, **by_the_rule(([CLAIM], [NEXT]))}
    assert flags(await world.state(DERIVED)) == [("names_not_joined", "e2", "S")]
    assert world.dead_lettered == []


async def test_what_could_not_be_joined_is_erased_with_its_owner() -> None:
    """Consumers of its key read that it went into an order of which nothing is left."""
    world = World(refuse=no_imports_of_x)
    erasure: dict[str, object] = {
        "id": "e9",
        "type": "order.erased",
        "created_at": "2026-03-02T00:00:00Z",
        "data": {"order": {"id": "X"}, "reason": "asked for"},
    }
    await consume(world, [PAYMENT], [CLAIM], [erasure], [LATE_PAYMENT])

    name = await world.state(DERIVED)
    assert (name.facts, name.revision, name.flags) == ({}, 4, ())
    assert world.announced[-2:] == [("X", 2), (DERIVED, 4)]
    (gone,) = await world.store.stored([DERIVED])
    assert isinstance(gone, StoredOrder)
    assert gone.order == {"id": DERIVED, "object": "order", "merged_into": "X"}
    assert world.dead_lettered == []
