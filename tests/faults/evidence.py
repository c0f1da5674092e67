"""What a run has left behind: the log, the documents, the announcements, the dead letters."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pymongo import AsyncMongoClient

from order_projector.events.order_updated import announced
from order_projector.verification.check import DeadLetterRecord
from order_projector.workload.stream import Place, Sent
from tests.faults.api.journal import Journal
from tests.support.stored import with_facts_of

LAST: Final = b"end-of-chaos"
"""The key of the last record of every partition."""
NOT_OURS: Final = b'{"type":"chaos.ended"}'
"""The value of that record, which no worker processes."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An inbound record as the broker stores it."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    at: int = 0
    """When it was sent, in milliseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Revision:
    """An ``order.updated``, with its fields and value as digests to save memory.

    An ``erased`` one has no value, and so none of the members that are read from the value.
    """

    name: str
    partition: int
    revision: int
    changes: tuple[str, ...]
    causes: tuple[str, ...]
    fields: Mapping[str, bytes]
    value: bytes
    at: int = 0
    """When it was announced, in milliseconds since the epoch."""
    fault: str = ""
    """How it violates the published schema; empty if it is valid."""
    flags: bytes = b""
    erased: bool = False


@dataclass(slots=True)
class Evidence:
    """Everything that is compared at the end."""

    acknowledged: Sequence[Sent]
    log: dict[Place, Logged] = field(default_factory=dict)
    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    announced: dict[str, list[Revision]] = field(default_factory=dict)
    """By order, in the order of the topic's offsets."""
    dead_letters: list[DeadLetterRecord] = field(default_factory=list)
    journal: Journal = field(default_factory=Journal)


def digest(value: Any) -> bytes:
    """Return a short digest of a JSON value that ignores key order."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=12).digest()


def logged(record: ConsumerRecord) -> Logged:
    """Return an inbound record as evidence."""
    return Logged(record.key, record.value, record.headers, record.timestamp)


def announcement(record: ConsumerRecord) -> tuple[str, Revision]:
    """Return the order id in the key of an ``order.updated``, and its revision."""
    order_id, name = record.key.decode(), dict(record.headers)["ce_id"].decode()
    if record.value is None:
        number = int(name.rpartition(":")[2])
        gone = Revision(name, record.partition, number, (), (), {}, digest(None), erased=True)
        return order_id, replace(gone, at=record.timestamp)
    content = orjson.loads(record.value)
    return order_id, Revision(
        name=name,
        partition=record.partition,
        revision=content["revision"],
        changes=tuple(content["changes"]),
        causes=tuple(content["causes"]),
        fields={name: digest(value) for name, value in content["order"].items()},
        value=digest(content),
        flags=digest(content.get("flags", [])),
        at=record.timestamp,
        fault=_fault(record.value),
    )


def _fault(value: bytes | None) -> str:
    try:
        announced(value)
    except ValueError as error:
        return str(error)
    return ""


def letter(record: ConsumerRecord) -> DeadLetterRecord:
    """Return a dead letter; of repeated headers, the worker's own come last."""
    headers = {name: value or b"" for name, value in record.headers}
    source = (
        headers["source-topic"].decode(),
        int(headers["source-partition"]),
        int(headers["source-offset"]),
    )
    return DeadLetterRecord(source, headers["error-code"].decode(), record.key, record.value)


async def whole(bootstrap_servers: str, topic: str, partitions: int) -> AsyncIterator[Any]:
    """Yield every record of a topic, each partition up to its end mark."""
    unread = {TopicPartition(topic, number) for number in range(partitions)}
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    ) as reader:
        reader.assign(sorted(unread))
        while unread:
            for partition, records in (await reader.getmany(timeout_ms=200)).items():
                for record in records:
                    if record.key == LAST:
                        unread.discard(partition)
                    else:
                        yield record


async def documents(uri: str, database: str) -> dict[str, dict[str, Any]]:
    """Return every stored order, with the facts from its segments included."""
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        apart = {each["_id"]: each async for each in client[database]["segments"].find()}
        stored = client[database]["orders"].find()
        return {document["_id"]: with_facts_of(document, apart) async for document in stored}
