"""The workload's stream, made harder: more keys missing, more hostile records, other topics."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Final

from order_projector.workload.hostile import hostile_records
from order_projector.workload.stream import Hostile, Stream, StreamRecord, generate

KEYLESS: Final = 0.45
"""Of those with a key; with those that never had one it makes half of the stream."""
POISON: Final = 0.01


def hard_stream(orders: int, seed: int, *, poison: float = POISON) -> Stream:
    """Return a stream of orders: half of it without keys, 5 % duplicated, a part of it invalid."""
    stream = generate(orders, seed)
    rng = Random(f"{seed} hard")
    sound = [each for each in stream.records if not isinstance(each.expected, Hostile)]
    keyless = [_without_key(each) if rng.random() < KEYLESS else each for each in sound]
    mixed = [(rng.random(), each) for each in _poison(round(poison * len(sound)), rng)]
    mixed += [(number / len(sound), each) for number, each in enumerate(keyless)]
    records = tuple(each for _, each in sorted(mixed, key=lambda it: it[0]))
    return Stream(records, stream.totals)


def on_topics(stream: Stream, topics: Mapping[str, str]) -> Stream:
    """The same stream on topics of other names."""
    records = tuple(replace(each, topic=topics[each.topic]) for each in stream.records)
    return Stream(records, stream.totals)


def _without_key(record: StreamRecord) -> StreamRecord:
    return replace(record, key=None)


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
