"""An in-memory Kafka: logs, fetches, produce requests, and one consumer group."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from aiokafka import TopicPartition

from tests.simulation.group import Group
from tests.simulation.network import Answer, Service

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Logged:
    """A record in a log, as a consumer receives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int = 0
    by: str = ""
    """The worker that sent it, if it was one."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A record on its way into a log, with the sequence number that its producer gave it."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    number: int
    by: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """A fetch that waits for records."""

    positions: Mapping[TopicPartition, int]
    answer: Answer


Appended = Callable[[Logged], None]


@dataclass(slots=True)
class Broker:
    """The server side of Kafka. Clients use it through `service`."""

    service: Service
    group: Group
    random: Random
    idempotent: bool
    on_append: Appended
    logs: dict[TopicPartition, list[Logged]] = field(default_factory=dict)
    _fetches: list[Fetch] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    """The last sequence number of each producer."""

    def append(
        self,
        at: TopicPartition,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        by: str = "",
    ) -> None:
        """Append a record to a log, and answer the fetches that wait for one."""
        log = self.logs.setdefault(at, [])
        record = Logged(at.topic, at.partition, len(log), key, value, headers, by=by)
        log.append(record)
        self.on_append(record)
        for fetch in self._fetches:
            if at in fetch.positions:
                fetch.answer.give(self._from(fetch.positions))
        self._fetches = [fetch for fetch in self._fetches if at not in fetch.positions]

    def produce(self, producer: str, batch: Sequence[Unsent], answer: Answer) -> None:
        """Append a producer's batch; if idempotent, skip what was appended before."""
        for record in batch:
            if self.idempotent:
                if record.number <= self._numbers.get(producer, -1):
                    continue
                self._numbers[producer] = record.number
            # one partition is enough: only the order of records with the same key matters
            at = TopicPartition(record.topic, 0)
            self.append(at, record.key, record.value, record.headers, record.by)
        answer.give()

    def fetch(self, positions: Mapping[TopicPartition, int], wait: float, answer: Answer) -> None:
        """Answer with the records from those positions on, or wait up to `wait` seconds for one."""
        found = self._from(positions)
        if found:
            answer.give(found)
            return
        fetch = Fetch(positions, answer)
        self._fetches.append(fetch)
        self.service.later(wait, self._expire, fetch)

    def lag(self, topics: Sequence[str]) -> int:
        """Return the number of uncommitted records of those topics."""
        return sum(
            len(log) - self.group.offsets.get(at, 0)
            for at, log in self.logs.items()
            if at.topic in topics
        )

    def _from(self, positions: Mapping[TopicPartition, int]) -> dict[TopicPartition, list[Logged]]:
        found = {
            at: log[position:]
            for at, position in positions.items()
            if position < len(log := self.logs.get(at, _EMPTY))
        }
        sequence = sorted(found)
        self.random.shuffle(sequence)
        return {at: found[at] for at in sequence}

    def _expire(self, fetch: Fetch) -> None:
        fetch.answer.give({})
        if fetch in self._fetches:
            self._fetches.remove(fetch)


_EMPTY: Final[list[Logged]] = []
