"""Records are read by their places, nearby ones in one pass."""

from collections.abc import Collection, Mapping, Sequence

from aiokafka import ConsumerRecord, TopicPartition

from order_projector.adapters.kafka.reading import LogReader
from order_projector.projection.ports import Coordinates

AT = TopicPartition("dead", 0)
OTHER = TopicPartition("dead", 1)
Offsets = dict[TopicPartition, int]


class Consumer:
    """An `AIOKafkaConsumer` for partitions in memory, which records its seeks."""

    def __init__(self, offsets: Mapping[TopicPartition, Sequence[int]]) -> None:
        self._offsets = offsets
        self._positions: Offsets = {}
        self.sought: list[tuple[int, int]] = []

    async def beginning_offsets(self, wanted: list[TopicPartition]) -> Offsets:
        return {at: self._offsets[at][0] for at in wanted}

    async def end_offsets(self, wanted: list[TopicPartition]) -> Offsets:
        return {at: self._offsets[at][-1] + 1 for at in wanted}

    def assign(self, partitions: Collection[TopicPartition]) -> None:
        self._positions = dict.fromkeys(partitions, 0)

    def seek(self, at: TopicPartition, offset: int) -> None:
        self._positions[at] = offset
        self.sought.append((at.partition, offset))

    def pause(self, *partitions: TopicPartition) -> None:
        pass

    async def position(self, at: TopicPartition) -> int:
        return self._positions[at]

    async def getmany(self, **_: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        """Return at most 400 records of each partition."""
        found = {}
        for at, position in self._positions.items():
            offsets = [each for each in self._offsets[at] if each >= position][:400]
            found[at] = [record(at, each) for each in offsets]
            self._positions[at] = max(position, *(each + 1 for each in offsets))
        return found


def record(at: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(
        *(at.topic, at.partition, offset, 0, 0, None, b"{}", None, -1, 2), headers=()
    )


async def read(consumer: Consumer, *places: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the partition and offset of each record found at these places."""
    reader = LogReader(consumer, silent_after=1.0)
    found = reader.records_at([Coordinates("dead", *each) for each in places])
    return [(it.coordinates.partition, it.coordinates.offset) async for it in found]


async def test_places_that_are_near_to_each_other_are_read_in_one_pass() -> None:
    consumer = Consumer({AT: range(900), OTHER: range(20)})

    found = await read(consumer, (0, 7), (1, 3), (0, 5), (0, 850))

    assert found == [(0, 5), (0, 7), (0, 850), (1, 3)]
    assert consumer.sought == [(0, 5), (1, 3)]


async def test_records_between_places_that_are_far_from_each_other_are_not_read() -> None:
    consumer = Consumer({AT: range(5_000)})

    assert await read(consumer, (0, 4_000), (0, 10)) == [(0, 10), (0, 4_000)]
    assert consumer.sought == [(0, 10), (0, 4_000)]


async def test_a_place_where_no_record_stands_yields_none() -> None:
    """One was compacted away, one was removed by retention, and one was never written."""
    consumer = Consumer({AT: [3, 4, 6, 7]})

    assert await read(consumer, (0, 1), (0, 5), (0, 6), (0, 500_000)) == [(0, 6)]
