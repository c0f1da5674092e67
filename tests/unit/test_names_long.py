"""A long order with source ids moves its facts into segments, and is the fold of all of them."""

from dataclasses import replace

import orjson
import pytest

from order_projector.projection.long_orders.lengths import Lengths
from order_projector.projection.long_orders.resumable_fold import ResumableFold
from order_projector.projection.ports import StoredOrder
from order_projector.projection.refolding import Equal, examine
from order_projector.projection.scanning import ScannedOrder
from tests.support.events import Json, event_at
from tests.unit.named_payments import by_the_rule, paid, records
from tests.unit.world import World

SMALL = Lengths(short=4, recent=2, most_recent=4, in_segment=3)
OWN = [paid(f"x{nth:02}", nth, 10, id="X", source_id="S") for nth in range(12)]
BY_SOURCE_ID = [paid(f"s{nth:02}", nth, 10, source_id="S") for nth in range(9)]
EARLIER = paid("y", 0, 10, id="Y", source_id="S")

HISTORIES: dict[str, list[Json]] = {
    "both in turn": [each for pair in zip(OWN, BY_SOURCE_ID, strict=False) for each in pair],
    "an owner that is long": [*OWN, *BY_SOURCE_ID],
    "a name that is long": [*BY_SOURCE_ID, *OWN],
    "an owner that loses what it had": [*OWN, *BY_SOURCE_ID, EARLIER, *OWN[:1]],
    "copies of what stands in segments": [*OWN, *BY_SOURCE_ID, *OWN[:4], *BY_SOURCE_ID[:4]],
}


async def consumed(events: list[Json]) -> World:
    """Process the events one by one with small thresholds, and return the world."""
    world = World()
    projector = world.names_projector(ResumableFold(SMALL))
    for batch in records(tuple([event] for event in events)):
        await projector.process(batch)
    assert world.dead_lettered == []
    return world


@pytest.mark.parametrize("events", HISTORIES.values(), ids=list(HISTORIES))
async def test_a_long_order_with_source_ids_is_the_fold_of_all_its_facts(
    events: list[Json],
) -> None:
    world = await consumed(events)

    orders = [one for one in world.store.all() if "merged_into" not in one.order]
    served = {one.order_id: orjson.dumps(one.order) for one in orders}
    assert served == by_the_rule((events,))
    state = (await world.store.load(["X"]))["X"]
    assert len(getattr(state, "apart", ())) > 0


@pytest.mark.parametrize("events", HISTORIES.values(), ids=list(HISTORIES))
async def test_verify_finds_an_order_with_source_ids_as_it_should_be(events: list[Json]) -> None:
    world = await consumed(events)

    for one in world.store.all():
        assert isinstance(one, StoredOrder)
        state = await world.complete_state(one.order_id)
        served = {name: it for name, it in one.order.items() if "merged_into" not in one.order}
        scanned = ScannedOrder(one.order_id, served, state)
        assert examine(scanned, ResumableFold(SMALL)) == Equal(), one.order_id


async def test_an_owner_that_is_erased_while_its_segments_are_read_refuses_nothing() -> None:
    """By then the segments are gone, and with them the reason to read them."""
    world = await consumed(OWN)
    other = replace(world, before={}, after={}, calls=[])

    async def erase() -> None:
        event = event_at(50, "order.erased", {"order": {"id": "X"}})
        await other.names_projector(ResumableFold(SMALL)).process(records(([event],))[0])

    world.calls.clear()
    world.before["complete", 1] = erase
    await world.names_projector(ResumableFold(SMALL)).process(records(([BY_SOURCE_ID[0]],))[0])

    assert world.calls.count("complete") == 1
    assert world.dead_lettered == []
    assert (await world.state("X")).erased
