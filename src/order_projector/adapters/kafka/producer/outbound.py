"""Outbound messages: `order.updated` events and dead letters."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import orjson

from order_projector.adapters.kafka.producer.publisher import Headers, Message
from order_projector.projection.ports import Announcement, DeadLetter, StoredOrder
from order_projector.projection.stored import ErasedOrder
from order_projector.settings import one_line

_log: Final = logging.getLogger(__name__)

LONGEST_MESSAGE: Final = 1_000
ERROR_HEADERS: Final = (
    *("error-code", "error-message", "source-topic", "source-partition", "source-offset"),
    "failed-at",
)
VALUE_OMITTED: Final = "value-omitted"
_OWN_HEADERS: Final = frozenset({*ERROR_HEADERS, VALUE_OMITTED})
"""The headers that a dead letter adds; those of an earlier dead-lettering are replaced."""

_TOO_LARGE: Final = (
    "%s of order %s is not published: its %d bytes exceed the size limit of messages. Raise "
    "ORDERS_KAFKA_MAX_REQUEST_SIZE, the topic's max.message.bytes or the broker's message.max.bytes"
)


class _Publisher(Protocol):
    async def publish(self, messages: Sequence[Message]) -> Sequence[Message]: ...


class PublisherMetrics(Protocol):
    def published(self, topic: str, count: int) -> None: ...
    def unpublished(self, topic: str, key: str, size: int) -> None: ...


def now() -> datetime:
    """Return the wall time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class KafkaAnnouncer:
    """Publishes ``order.updated`` as CloudEvents 1.0 in Kafka's binary mode."""

    publisher: _Publisher
    metrics: PublisherMetrics
    topic: str
    source: str
    clock: Callable[[], datetime] = now

    async def announce(self, orders: Sequence[Announcement]) -> None:
        """Publish each order's state; return when all in-sync replicas have it.

        A state that is too large for a message is only logged and counted: it can never be
        published, and must not block the other orders.
        """
        if not orders:
            return
        time = _rfc3339(self.clock())
        oversized = await self.publisher.publish([self._message(order, time) for order in orders])
        self.metrics.published(self.topic, len(orders) - len(oversized))
        for message in oversized:
            order_id, size = (message.key or b"").decode(), len(message.value or b"")
            self.metrics.unpublished(self.topic, order_id, size)
            _log.error(_TOO_LARGE, self.topic, order_id, size)

    def _message(self, order: Announcement, time: bytes) -> Message:
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
        return Message(self.topic, key, announced_value(order), headers)


@dataclass(frozen=True, slots=True)
class KafkaDeadLetters:
    """Publishes dead letters: the original record, with the error in added headers."""

    publisher: _Publisher
    metrics: PublisherMetrics
    topic: str
    clock: Callable[[], datetime] = now

    async def publish_dead_letters(self, dead_letters: Sequence[DeadLetter]) -> None:
        """Publish each dead letter; return when all in-sync replicas have it.

        If adding the error headers pushes the record over the size limit, publish it without the
        value, then without key and original headers: the added ones say where the original is.
        """
        if not dead_letters:
            return
        time = _rfc3339(self.clock())
        oversized = await self.publisher.publish(
            [self._message(dead_letter, time) for dead_letter in dead_letters]
        )
        for smaller in (_without_value, _bare):
            if oversized:
                oversized = await self.publisher.publish(
                    [smaller(message) for message in oversized]
                )
        self.metrics.published(self.topic, len(dead_letters) - len(oversized))
        for message in oversized:
            self.metrics.unpublished(self.topic, "", 0)
            _log.error(
                "lost a dead letter that is too large even without key and value: %s", message
            )

    def _message(self, dead_letter: DeadLetter, time: bytes) -> Message:
        record, at = dead_letter.record, dead_letter.record.coordinates
        message = one_line(dead_letter.message, LONGEST_MESSAGE)
        values = (
            dead_letter.code.encode(),
            message.encode(),
            at.topic.encode(),
            b"%d" % at.partition,
            b"%d" % at.offset,
            time,
        )
        headers: Headers = (
            *(header for header in record.headers if header[0] not in _OWN_HEADERS),
            *zip(ERROR_HEADERS, values, strict=True),
        )
        return Message(self.topic, record.key, record.value, headers)


def announced_value(order: Announcement) -> bytes | None:
    """Return the value of an announcement; that of an erased order is null."""
    match order:
        case ErasedOrder():
            return None
        case StoredOrder():
            value: dict[str, Any] = {
                "order": _order(order),
                "revision": order.revision,
                "changes": order.changes,
                "causes": order.causes,
            }
            if order.flags:
                value["flags"] = [flag.as_json() for flag in order.flags]
            return _json(value)


def _order(stored: StoredOrder) -> Any:
    return stored.order if stored.encoded is None else orjson.Fragment(stored.encoded)


def _without_value(message: Message) -> Message:
    omitted = (VALUE_OMITTED, b"%d" % len(message.value or b""))
    return replace(message, value=None, headers=(*message.headers, omitted))


def _bare(message: Message) -> Message:
    """Return the message with only the headers that the worker added, which are the last."""
    return replace(message, key=None, headers=message.headers[-len(ERROR_HEADERS) - 1 :])


def _rfc3339(time: datetime) -> bytes:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1_000:03}Z".encode()


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits: valid JSON, but orjson cannot write it
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
