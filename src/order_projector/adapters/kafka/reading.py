"""Read topics from outside of any consumer group, for operators' commands."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection.availability import availability
from order_projector.adapters.kafka.connection.options import client_options, milliseconds
from order_projector.adapters.kafka.consumer.batch_consumer import as_record
from order_projector.adapters.kafka.topics.admin import opened
from order_projector.projection.ports import Coordinates, Partition, Record, Unavailable
from order_projector.projection.waiting import waiting_for
from order_projector.settings import ConfigurationError, Settings, variable

POLL: Final = 0.5
"""Seconds that one poll waits for records."""

TOPICS: Final = ("redemptions_topic", "payments_topic", "order_updated_topic", "dead_letters_topic")


MOST_IN_A_BATCH: Final = 100_000
"""Records of a partition that may be beyond the end that its broker reports."""
BEYOND_THE_END: Final = 1.0
"""Seconds to wait for one of them."""
LOOK_EVERY: Final = 5.0
"""Seconds after which a broker that sends no records is asked whether it is there."""
NEAR: Final = 1_000
"""Records to read over on the way to the next one: a new position costs a third of a second."""


class _NothingThere(Unavailable):
    """There is no record at an offset yet, or no longer one."""


@dataclass(frozen=True, slots=True)
class Span:
    """The offsets of a partition from ``begin`` to before ``end``."""

    begin: int
    end: int


class LogReader:
    """Reads partitions of any topic. Every method raises `Unavailable` if no broker answers."""

    def __init__(self, consumer: AIOKafkaConsumer, silent_after: float) -> None:
        """Use a started consumer without a group; give up after that many seconds of silence."""
        self._consumer: Final = consumer
        self._silent_after: Final = silent_after

    async def spans(self, partitions: Collection[Partition]) -> Mapping[Partition, Span]:
        """Return the offsets that each partition holds at this moment."""
        wanted = [TopicPartition(*each) for each in partitions]
        with availability():
            begins = await self._consumer.beginning_offsets(wanted)
            ends = await self._consumer.end_offsets(wanted)
        return {(at.topic, at.partition): Span(begins[at], ends[at]) for at in wanted}

    async def read(self, spans: Mapping[Partition, Span]) -> AsyncIterator[Record]:
        """Yield the records from each begin to its end, those of a partition by offset.

        What comes with the last of them is yielded as well: some brokers report the end of a
        partition before the last records of its last batch.
        """
        async for record in self._until(spans, self._silent_after):
            yield record

    async def _until(
        self, spans: Mapping[Partition, Span], patience: float
    ) -> AsyncIterator[Record]:
        left = {TopicPartition(*at): span for at, span in spans.items() if span.end > span.begin}
        self._begin(left)
        while left:
            for record in await self._next(left, patience):
                yield record

    async def _next(
        self, left: MutableMapping[TopicPartition, Span], patience: float
    ) -> Sequence[Record]:
        """Return the next records of the partitions that are left; remove those that are read."""
        quiet = 0.0
        with waiting_for("broker"):
            while quiet <= patience:
                found = await self._poll()
                records = [each for at in found if at in left for each in found[at]]
                read = [at for at in left if await self._position(at) >= left[at].end]
                for at in read:
                    del left[at]
                    self._consumer.pause(at)
                if records or not left:
                    return records
                quiet += POLL
        raise _NothingThere(f"no record within {patience:g} s")

    async def follow(self, partitions: Mapping[Partition, int]) -> AsyncIterator[Record]:
        """Yield the records from these offsets on, without an end; wait for a silent broker."""
        self._begin({TopicPartition(*at): Span(begin, begin) for at, begin in partitions.items()})
        looking = asyncio.create_task(self._look(partitions))
        try:
            while True:
                for records in (await self._poll()).values():
                    for record in records:
                        yield record
        finally:
            looking.cancel()

    async def _look(self, partitions: Collection[Partition]) -> None:
        """Ask again and again whether the broker answers: no record may mean that there is none."""
        while True:
            with suppress(Unavailable):
                await self.spans(partitions)
            await asyncio.sleep(LOOK_EVERY)

    async def record_at(self, at: Coordinates) -> Record | None:
        """Return the record at this place; None if the partition holds none there."""
        found = [record async for record in self.records_at([at])]
        return found[0] if found else None

    async def records_at(self, places: Collection[Coordinates]) -> AsyncIterator[Record]:
        """Yield the records at these places, by partition and offset; none where none stands.

        Those that are near to each other are read in one pass.
        """
        wanted = dict[Partition, set[int]]()
        for at in places:
            wanted.setdefault((at.topic, at.partition), set()).add(at.offset)
        spans = await self.spans(wanted)
        for where in sorted(wanted):
            begin, end = spans[where].begin, spans[where].end
            held = sorted(it for it in wanted[where] if begin <= it < end + MOST_IN_A_BATCH)
            for stretch in _stretches(held):
                patience = self._silent_after if stretch[-1] < end else BEYOND_THE_END
                async for record in self._stretch(where, stretch, patience):
                    yield record

    async def _stretch(
        self, where: Partition, offsets: Sequence[int], patience: float
    ) -> AsyncIterator[Record]:
        """Yield the records at sorted offsets; some may be compacted away, or markers."""
        wanted = frozenset(offsets)
        with suppress(_NothingThere):
            async for record in self._until({where: Span(offsets[0], offsets[-1] + 1)}, patience):
                if record.coordinates.offset in wanted:
                    yield record

    def _begin(self, spans: Mapping[TopicPartition, Span]) -> None:
        with availability():
            self._consumer.assign(list(spans))
            for at, span in spans.items():
                self._consumer.seek(at, span.begin)

    async def _poll(self) -> dict[TopicPartition, list[Record]]:
        with availability():
            try:
                found = await self._consumer.getmany(timeout_ms=milliseconds(POLL))
            except OffsetOutOfRangeError:
                raise _NothingThere("the partition does not hold the offset") from None
        return {at: [as_record(raw) for raw in records] for at, records in found.items()}

    async def _position(self, at: TopicPartition) -> int:
        with availability():
            async with asyncio.timeout(self._silent_after):
                return int(await self._consumer.position(at))


def _stretches(offsets: Sequence[int]) -> Iterator[Sequence[int]]:
    """Divide sorted offsets where the next one is not near."""
    begin = 0
    for number in range(1, len(offsets) + 1):
        if number == len(offsets) or offsets[number] - offsets[number - 1] > NEAR:
            yield offsets[begin:number]
            begin = number


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[LogReader]:
    """Open a reader for the length of a ``with`` block.

    Raises `Unavailable` if no broker answers, and `AccessDenied` if one refuses access.
    """
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=settings.kafka_max_partition_fetch_bytes,
    )
    private_api.use_lenient_records_everywhere()
    try:
        with availability():
            await consumer.start()
        yield LogReader(consumer, settings.kafka_request_timeout)
    finally:
        private_api.use_default_records()
        # aiokafka's stop raises CancelledError if a task of its own has not begun to run
        with waiting_for("broker"):
            await asyncio.wait({asyncio.create_task(consumer.stop())})


async def partitions_of(settings: Settings, *fields: str) -> list[Partition]:
    """Return all partitions of the topics that these settings name.

    Raises `ConfigurationError` for a topic that does not exist, and as `reading`.
    """
    names = {getattr(settings, field): field for field in fields}
    async with opened(settings) as admin:
        cluster = await admin.cluster(names)
    for name, field in names.items():
        if name not in cluster.topics:
            raise ConfigurationError(f"{variable(field)}: the topic {name} does not exist")
    return [(name, number) for name in names for number in range(cluster.topics[name].partitions)]
