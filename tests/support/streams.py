"""A harder version of the workload's stream: fewer keys, erasures, and more hostile records."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Final

import orjson

from order_projector.domain.source_ids import order_id_from
from order_projector.workload.hostile import hostile_records
from order_projector.workload.stream import Hostile, Stream, StreamRecord, Valid, generate

KEYLESS: Final = 0.45
"""The share of keyed records that lose their key; in all, half of the stream has none."""
POISON: Final = 0.01
ERASED: Final = 40
"""One order in this many is erased, and at least one."""


def hard_stream(orders: int, seed: int, *, poison: float = POISON) -> Stream:
    """Return a stream of orders: half of it without keys, 5 % duplicated, a part of it invalid.

    Some orders are erased; their later events do not bring them back.
    """
    stream = generate(orders, seed)
    rng = Random(f"{seed} hard")
    sound = [each for each in stream.records if not isinstance(each.expected, Hostile)]
    keyless = [_without_key(each) if rng.random() < KEYLESS else each for each in sound]
    mixed = [(rng.random(), each) for each in _poison(round(poison * len(sound)), rng)]
    erased = rng.sample(sorted(stream.totals), max(1, orders // ERASED))
    mixed += [(rng.random(), _erasure(name, rng)) for name in erased]
    mixed += [(number / len(sound), each) for number, each in enumerate(keyless)]
    records = tuple(each for _, each in sorted(mixed, key=lambda it: it[0]))
    return Stream(records, {k: it for k, it in stream.totals.items() if k not in erased})


def on_topics(stream: Stream, topics: Mapping[str, str]) -> Stream:
    """Return the same stream on topics with other names."""
    records = tuple(replace(each, topic=topics[each.topic]) for each in stream.records)
    return Stream(records, stream.totals)


def _without_key(record: StreamRecord) -> StreamRecord:
    return replace(record, key=None)


def _erasure(name: str, rng: Random) -> StreamRecord:
    order_id = name if name.startswith("ord_") else order_id_from(name)
    event = {
        "id": f"evt_{rng.getrandbits(64):016x}",
        "type": "order.erased",
        "created_at": "2026-03-02T09:00:00Z",
        "data": {"order": {"id": order_id}, "reason": "The customer has asked for it"},
    }
    key = name.encode() if rng.random() > KEYLESS else None
    topic = rng.choice(("redemptions", "payments"))
    return StreamRecord(topic, key, orjson.dumps(event), (), Valid(name))


def _poison(count: int, rng: Random) -> list[StreamRecord]:
    kinds = list(hostile_records("ord_victim"))
    chosen = [kinds[number % len(kinds)] for number in range(count)]
    return [
        StreamRecord(
            rng.choice(("redemptions", "payments")),
            None if value is not None and rng.random() < KEYLESS else b"ord_victim",
            value,
            headers,
            Hostile(code),
        )
        for value, headers, code in chosen
    ]
