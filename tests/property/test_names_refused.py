"""Orders that the database refuses for a while: nothing is lost, and nothing is served twice."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.projection.names.joining import join
from order_projector.projection.ports import (
    Coordinates,
    Loaded,
    OrderWrite,
    Record,
    Unusable,
    UnusableReason,
    Written,
)
from tests.support.drawn import examples
from tests.unit.named_payments import paid
from tests.unit.world import World

Json = dict[str, Any]

NAMES = (
    {"id": "X", "source_id": "S"},
    {"id": "Y", "source_id": "S"},
    {"id": "X", "source_id": "T"},
    {"source_id": "S"},
    {"source_id": "S"},
    {"source_id": "T"},
    {"id": "X"},
    {"id": "Y"},
)
LAST = (*NAMES[:3], {"source_id": "S"}, {"source_id": "T"})


class Died(Exception):
    """The death of a worker."""


@dataclass(slots=True)
class Moody(World):
    """A world in which workers take turns and die, and orders are refused, at random."""

    random: Random = field(default_factory=Random)
    served: dict[str, set[str]] = field(default_factory=dict)
    """What came by a source id, as each order serves it."""
    twice: list[str] = field(default_factory=list)
    is_calm: bool = False

    async def turn(self) -> None:
        """Let other workers run, or die."""
        for _ in range(self.random.randint(0, 4)):
            await asyncio.sleep(0)
        if not self.is_calm and self.random.random() < 0.05:
            raise Died

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """Load between two turns."""
        await self.turn()
        loaded = await self.store.load_some(order_ids, most_bytes)
        await self.turn()
        return loaded

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written | Unusable]:
        """Write one document after the other."""
        answers: dict[str, Written | Unusable] = {}
        for write in writes:
            await self.turn()
            answers[write.order_id] = await self._one(write)
        await self.turn()
        return answers

    async def would_take(self, write: OrderWrite) -> bool:
        """Be wrong as often as right."""
        await self.turn()
        if (await self.store.would_take(write)) is False:
            return False
        return self.is_calm or self.random.random() < 0.5

    async def _one(self, write: OrderWrite) -> Written | Unusable:
        brought = {name for told in write.state.imports.values() for name in told.facts}
        is_more = not brought <= self.served.get(write.order_id, set())
        stored = (await self.store.load([write.order_id])).get(write.order_id)
        is_stale = getattr(stored, "counter", None) != write.expected
        if is_more and not self.is_calm and not is_stale and self.random.random() < 0.5:
            return Unusable(UnusableReason.REFUSED, "the collection refuses it")
        answer = (await self.store.write([write]))[write.order_id]
        if answer is Written.APPLIED:
            is_name = write.state.name is not None and "merged_into" not in write.order
            self.served[write.order_id] = set(write.state.facts) if is_name else brought
            held = [name for facts in self.served.values() for name in facts]
            self.twice += [name for name in held if held.count(name) > 1]
        return answer


async def work(world: Moody, batches: Sequence[Sequence[Record]]) -> None:
    """Process the batches; another worker repeats one that its worker did not commit."""
    for batch in batches:
        while True:
            try:
                await world.names_projector().process(batch)
            except Died:
                continue
            break


async def lived(world: Moody, streams: Sequence[Sequence[Sequence[Record]]]) -> None:
    """Let workers process the streams side by side, and another one the last of them in peace."""
    *first, last = streams
    await asyncio.gather(*(work(world, batches) for batches in first))
    world.is_calm = True
    await work(world, last)


def records(events: Sequence[Json], partition: int) -> list[list[Record]]:
    """Return each event as a batch."""
    return [
        [Record(Coordinates("payments", partition, offset), None, orjson.dumps(event))]
        for offset, event in enumerate(events)
    ]


def expected(events: Sequence[Json]) -> dict[str, bytes]:
    """Return the orders that result from the events by the rule for names."""
    outcomes = [decode(orjson.dumps(event)) for event in events]
    orders = join(it for it in outcomes if isinstance(it, Accepted)).orders
    return {
        order_id: orjson.dumps(project_order(order_id, one.facts, one.names).order)
        for order_id, one in orders.items()
    }


@settings(max_examples=examples(300), deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_what_an_order_refuses_for_a_while_is_lost_nowhere_and_served_twice_nowhere(
    seed: int,
) -> None:
    """Whatever was refused is in its order once everything is accepted, and new events came."""
    random = Random(seed)
    events = [
        paid(f"e{nth}", random.randint(0, 30), 1 << nth, **random.choice(NAMES))
        for nth in range(random.randint(2, 9))
    ]
    last = [paid(f"l{nth}", 40, 1, **names) for nth, names in enumerate(LAST)]
    streams: list[list[Json]] = [[], []]
    for event in events:
        random.choice(streams).append(event)
    world = Moody(random=random)

    asyncio.run(lived(world, [records(it, nth) for nth, it in enumerate([*streams, last])]))

    assert world.twice == []
    served = {one.order_id: orjson.dumps(one.order) for one in world.store.all()}
    assert served == expected([*events, *last])
    announced = {one.order_id: one for one in world.announcements.announced}
    assert announced == {it.order_id: it for it in asyncio.run(world.store.stored(announced))}
