"""What names cost: nothing if no event gives a source id, one small insert for a new claim."""

import orjson

from order_projector.domain.names import is_derived
from order_projector.projection.ports import Coordinates, Record
from tests.support.events import Json
from tests.unit.world import World

ORDERS = 50
EVENTS = 1_000
BATCH = 100
AS_BEFORE = ["load", "write", "announce", "revisions"]
"""The commands of a batch, as they were before there were names."""


def paid(number: int, **names: str) -> Json:
    """Return a payment that names its order by these names."""
    payment = {"id": f"pay_{number}", "amount": 100}
    return {
        "id": f"evt_{number:04}",
        "type": "payment.succeeded",
        "created_at": f"2026-03-01T10:{number // 60 % 60:02}:{number % 60:02}Z",
        "data": {"payment": payment | {f"order_{name}": it for name, it in names.items()}},
    }


async def consume(world: World, *batches: list[Json]) -> None:
    """Process the batches with one worker."""
    projector, offset = world.names_projector(), 0
    for batch in batches:
        records = []
        for event in batch:
            at = Coordinates("payments", 0, offset)
            records.append(Record(at, None, orjson.dumps(event)))
            offset += 1
        await projector.process(records)


def documents(world: World) -> int:
    """Return the number of documents written."""
    return sum(map(len, world.sent))


async def test_a_stream_without_source_ids_sends_the_commands_and_documents_of_before() -> None:
    """Ten batches of a hundred events on fifty orders: each order is written once per batch."""
    world = World()
    events = [paid(number, id=f"o{number % ORDERS}") for number in range(EVENTS)]

    await consume(world, *(events[start : start + BATCH] for start in range(0, EVENTS, BATCH)))

    assert world.calls == AS_BEFORE * 10
    assert documents(world) == 500


async def test_a_new_claim_costs_one_insert_of_a_small_document_and_a_known_one_nothing() -> None:
    world = World()

    await consume(
        world,
        [paid(1, id="o1", source_id="S1"), paid(2, id="o2", source_id="S2")],
        [paid(3, id="o1", source_id="S1"), paid(4, id="o2", source_id="S2")],
    )

    assert world.calls == ["load", "write", "write", "announce", "revisions", *AS_BEFORE]
    assert documents(world) == 6


async def test_an_event_by_a_known_source_id_writes_two_documents() -> None:
    world = World()
    await consume(world, [paid(1, id="o1", source_id="S1")])
    world.calls.clear()

    await consume(world, [paid(2, source_id="S1")])

    assert world.calls == ["load", "write", "load", "write", "announce", "revisions"]
    assert [write.order_id for writes in world.sent[2:] for write in writes] == [
        "ord_3696ad59777e09d5f2daacb544022d43",
        "o1",
    ]


async def test_a_placeholder_costs_each_order_one_look_and_no_document_grows_with_them() -> None:
    world = World()
    await consume(world, [paid(1, id="o1", source_id="0")], [paid(2, id="o2", source_id="0")])
    name = next(
        write.order_id for writes in world.sent for write in writes if is_derived(write.order_id)
    )
    before = await world.state(name)
    world.calls.clear()

    for number in range(3, 13):
        await consume(world, [paid(number, id=f"o{number}", source_id="0")])

    assert await world.state(name) == before
    assert world.calls.count("load") <= 3 * 10
