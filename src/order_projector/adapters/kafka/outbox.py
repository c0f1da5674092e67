"""What leaves the worker: `order.updated` events and dead letters."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import orjson

from order_projector.adapters.kafka.publisher import Headers, Message
from order_projector.projection.ports import DeadLetter, StoredOrder

LONGEST_MESSAGE: Final = 1_000


class _Publisher(Protocol):
    async def publish(self, messages: Sequence[Message]) -> None: ...


class _Meter(Protocol):
    def published(self, topic: str, count: int) -> None: ...


def now() -> datetime:
    """The wall time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class KafkaAnnouncer:
    """Publishes ``order.updated`` as CloudEvents 1.0 in Kafka's binary mode."""

    publisher: _Publisher
    meter: _Meter
    topic: str
    source: str
    clock: Callable[[], datetime] = now

    async def announce(self, orders: Sequence[StoredOrder]) -> None:
        """Publish each order's state; return when all in-sync replicas have it."""
        if not orders:
            return
        time = _rfc3339(self.clock())
        await self.publisher.publish([self._message(order, time) for order in orders])
        self.meter.published(self.topic, len(orders))

    def _message(self, order: StoredOrder, time: bytes) -> Message:
        key = order.order_id.encode()
        headers: Headers = (
            ("ce_specversion", b"1.0"),
            ("ce_id", b"%b:%d" % (key, order.revision)),
            ("ce_type", b"order.updated"),
            ("ce_source", self.source.encode()),
            ("ce_subject", key),
            ("ce_time", time),
            ("content-type", b"application/json"),
        )
        if order.traceparent is not None:
            headers = (*headers, ("traceparent", order.traceparent.encode()))
        value = {
            "order": order.order,
            "revision": order.revision,
            "changes": order.changes,
            "causes": order.causes,
        }
        return Message(self.topic, key, _json(value), headers)


@dataclass(frozen=True, slots=True)
class KafkaDeadLetters:
    """Publishes dead letters: the record as it came, and why it cannot be used."""

    publisher: _Publisher
    meter: _Meter
    topic: str
    clock: Callable[[], datetime] = now

    async def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Publish each letter; return when all in-sync replicas have it."""
        if not letters:
            return
        time = _rfc3339(self.clock())
        await self.publisher.publish([self._message(letter, time) for letter in letters])
        self.meter.published(self.topic, len(letters))

    def _message(self, letter: DeadLetter, time: bytes) -> Message:
        record, at = letter.record, letter.record.coordinates
        message = " ".join(letter.message.split())[:LONGEST_MESSAGE]
        headers: Headers = (
            *record.headers,
            ("error-code", letter.code.encode()),
            ("error-message", message.encode(errors="replace")),
            ("source-topic", at.topic.encode()),
            ("source-partition", b"%d" % at.partition),
            ("source-offset", b"%d" % at.offset),
            ("failed-at", time),
        )
        return Message(self.topic, record.key, record.value, headers)


def _rfc3339(time: datetime) -> bytes:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1_000:03}Z".encode()


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, which JSON has and orjson has not
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
