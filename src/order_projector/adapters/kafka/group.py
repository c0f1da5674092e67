"""The consumer group as the brokers see it: its members, and how far it is behind."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection.availability import availability
from order_projector.adapters.kafka.connection.options import client_options
from order_projector.adapters.kafka.reading import LogReader, Span
from order_projector.projection.ports import Coordinates, Partition, Unavailable
from order_projector.settings import Settings


@dataclass(frozen=True, slots=True)
class PartitionState:
    """What a partition holds, and how far the group has committed in it.

    ``oldest`` is the time of the first record that is not committed, ``newest`` that of the last
    record, both in milliseconds.
    """

    partition: Partition
    span: Span
    committed: int | None
    oldest: int | None
    newest: int | None

    @property
    def lag(self) -> int:
        """How many records are not committed, of those that the partition still holds."""
        return self.span.end - max(self.committed or 0, self.span.begin)


@dataclass(frozen=True, slots=True)
class GroupState:
    """The number of members of a group, None if it is not known, and its partitions."""

    name: str
    members: int | None
    partitions: tuple[PartitionState, ...]


async def group_state(
    settings: Settings, reader: LogReader, partitions: Sequence[Partition]
) -> GroupState:
    """Return the group of these settings, in these partitions. Raises `Unavailable`."""
    name = settings.consumer_group
    committed = await _committed(settings, partitions)
    spans = await reader.spans(partitions)
    states = []
    for at in partitions:
        offset = committed.get(TopicPartition(*at))
        states.append(await _partition(reader, at, spans[at], offset))
    return GroupState(name, await _members(settings, name), tuple(states))


async def _committed(
    settings: Settings, partitions: Sequence[Partition]
) -> Mapping[TopicPartition, int]:
    """Return the committed offsets; the consumer subscribes to nothing, and joins no group."""
    consumer = AIOKafkaConsumer(
        **client_options(settings), group_id=settings.consumer_group, enable_auto_commit=False
    )
    try:
        with availability():
            await consumer.start()
            return await private_api.committed(consumer, [TopicPartition(*it) for it in partitions])
    finally:
        await consumer.stop()


async def _members(settings: Settings, group: str) -> int | None:
    """Return the number of members; None if the broker's answer cannot be read."""
    try:
        async with _administration(settings) as admin:
            described = await admin.describe_consumer_groups([group])
    except Unavailable:  # it has just answered another request
        return None
    members = described[0].groups[0][5]  # after error, group, state, protocol type and protocol
    return len(members)


@asynccontextmanager
async def _administration(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        with availability():
            await admin.start()
            yield admin
    finally:
        await admin.close()


async def _partition(
    reader: LogReader, at: Partition, span: Span, committed: int | None
) -> PartitionState:
    if committed and committed > span.end and await _stands(reader, at, committed - 1):
        span = Span(span.begin, committed)  # some brokers report an end before the last records
    begin = max(committed or 0, span.begin)
    oldest = await _time(reader, at, begin) if begin < span.end else None
    newest = await _time(reader, at, span.end - 1) if span.begin < span.end else None
    return PartitionState(at, span, committed, oldest, newest)


async def _stands(reader: LogReader, at: Partition, offset: int) -> bool:
    return await reader.record_at(Coordinates(*at, offset)) is not None


async def _time(reader: LogReader, at: Partition, offset: int) -> int | None:
    """Return the time of a record; None for a marker of a transaction."""
    record = await reader.record_at(Coordinates(*at, offset))
    return None if record is None or record.timestamp < 0 else record.timestamp
