"""Records at places that an operator names are read many at once."""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from order_projector.adapters.kafka.reading import MOST_BYTES, NEAR, LogReader
from order_projector.projection.ports import Coordinates


class Consumer:
    """A partition from offset 10 to before 5,000, without what was compacted away."""

    def __init__(self, gone: Collection[int] = (), size: int = 1) -> None:
        self.gone = frozenset(gone)
        self.value = b"x" * size
        self.starts = 0
        self.at = 0

    async def beginning_offsets(self, wanted: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(wanted, 10)

    async def end_offsets(self, wanted: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(wanted, 5_000)

    def assign(self, wanted: list[TopicPartition]) -> None:
        self.starts += len(wanted)

    def pause(self, at: TopicPartition) -> None: ...

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.at = offset

    async def position(self, _: TopicPartition) -> int:
        return self.at

    async def getmany(self, timeout_ms: int) -> dict[TopicPartition, list[Any]]:
        assert timeout_ms
        offsets = [each for each in range(self.at, self.at + 100) if each < 5_000]
        self.at += len(offsets)
        raw = [
            SimpleNamespace(
                topic="t",
                partition=0,
                offset=each,
                key=None,
                value=self.value,
                headers=(),
                timestamp=0,
            )
            for each in offsets
            if each not in self.gone
        ]
        return {TopicPartition("t", 0): raw}


async def found(consumer: Consumer, *offsets: int) -> dict[int, bool]:
    """Return for each offset whether a record was found there."""
    reader = LogReader(cast("AIOKafkaConsumer", consumer), 0.1)
    places = [Coordinates("t", 0, each) for each in offsets]
    read: dict[int, bool] = {}
    async for some in reader.records_at(places):
        for at, record in some.items():
            assert record is None or record.coordinates == at
            read[at.offset] = record is not None
    return read


async def test_500_records_next_to_each_other_are_read_in_one_go() -> None:
    consumer = Consumer()

    assert await found(consumer, *range(700, 1_200)) == dict.fromkeys(range(700, 1_200), True)
    assert consumer.starts == 1


async def test_records_far_from_each_other_are_read_apart() -> None:
    consumer = Consumer()

    assert await found(consumer, 20, 20 + NEAR, 21 + 2 * NEAR) == {
        20: True,
        1_020: True,
        2_021: True,
    }
    assert consumer.starts == 2


@pytest.mark.parametrize("offset", [9, 30, 200_000])
async def test_a_place_without_a_record_is_said_to_have_none(offset: int) -> None:
    """Removed by retention, compacted away, or beyond the end."""
    assert await found(Consumer(gone=[30]), offset, 40) == {offset: False, 40: True}


async def test_no_more_than_some_megabytes_are_held_at_once() -> None:
    consumer = Consumer(size=MOST_BYTES // 10)
    reader = LogReader(cast("AIOKafkaConsumer", consumer), 0.1)
    places = [Coordinates("t", 0, each) for each in range(10, 50)]

    sizes = [len(some) async for some in reader.records_at(places)]

    assert sum(sizes) == 40
    assert max(sizes) <= 11
