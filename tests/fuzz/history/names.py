"""The same order, which some senders know only by its source id."""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

import orjson

from order_projector.adapters.offline import Offline
from order_projector.projection.ports import Coordinates, Record
from tests.fuzz.history.fold import Worker
from tests.fuzz.history.shop import Sent

Json = dict[str, Any]

SOURCE_ID: Final = "shop-1"
_NOT_ALONE: Final = frozenset({"order.created"})


def named_anew(history: Sequence[Sent], random: Random) -> list[Json]:
    """Return the history's events, each naming the order by both ids or by its source id alone.

    The first event claims the source id, so that the source id alone means this order.
    """
    events = list[Json]()
    for nth, sent in enumerate(history):
        alone = nth > 0 and random.random() < 0.4 and sent.event["type"] not in _NOT_ALONE
        events.append(_named(sent.event, alone=alone))
    return events


def orders_of(events: Sequence[Json], random: Random) -> dict[str, Json]:
    """Return the orders that shuffled batches of the events make, with some events twice."""
    arrival = [*events, *random.sample(list(events), random.randint(0, len(events)))]
    random.shuffle(arrival)
    return asyncio.run(_processed(arrival, random))


def expected_of(worker: Worker, events: Sequence[Json]) -> Json:
    """Return the history's order, with the source id unless all events that state it are void."""
    voids = {event["id"]: event["data"]["voids"] for event in events if _is_void(event)}
    told = any(not _is_void(event) and _stands(event["id"], voids) for event in events)
    return {**worker.served, "source_id": SOURCE_ID if told else None}


async def _processed(arrival: list[Json], random: Random) -> dict[str, Json]:
    offline, offset = Offline(), 0
    while arrival:
        size = random.randint(1, len(arrival))
        batch, arrival = arrival[:size], arrival[size:]
        records = list[Record]()
        for event in batch:
            offset += 1
            at = Coordinates("redemptions", 0, offset)
            records.append(Record(at, None, orjson.dumps(event)))
        await offline.process(records)
    return {one.order_id: dict(one.order) for one in offline.store.all()}


def _is_void(event: Json) -> bool:
    return bool(event["type"] == "event.voided")


def _stands(event_id: str, voids: Mapping[str, str]) -> bool:
    """Return whether no void of the event is in effect; a void can be void itself."""
    return not any(_stands(void, voids) for void, voided in voids.items() if voided == event_id)


def _named(value: Any, *, alone: bool) -> Any:
    if isinstance(value, list):
        return [_named(each, alone=alone) for each in value]
    if not isinstance(value, dict):
        return value
    named = {name: _named(each, alone=alone) for name, each in value.items()}
    if named.get("id") == "ord_1":
        named["source_id"] = SOURCE_ID
    if named.get("order_id") == "ord_1":
        named["order_source_id"] = SOURCE_ID
    if alone:
        named = {
            name: each
            for name, each in named.items()
            if not (name in {"id", "order_id"} and each == "ord_1")
        }
    return named
