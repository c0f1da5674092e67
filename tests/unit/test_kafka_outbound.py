"""The published messages, byte by byte, independent of the publisher."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import orjson
import pytest

from order_projector.adapters.kafka.producer.outbound import KafkaAnnouncer, KafkaDeadLetters
from order_projector.adapters.kafka.producer.publisher import Message
from order_projector.projection.ports import (
    Announcement,
    Coordinates,
    DeadLetter,
    Record,
    StoredOrder,
)
from order_projector.projection.stored import ErasedOrder, StoredFlag

NOW = datetime(2026, 3, 1, 10, 0, 0, 999_999, tzinfo=UTC)


@dataclass
class Post:
    """A publisher that keeps the messages, and gives back those that are too large."""

    messages: list[Message] = field(default_factory=list)
    counted: list[tuple[str, int]] = field(default_factory=list)

    passed_over: list[tuple[str, str, int]] = field(default_factory=list)
    most: int = 1_000_000
    """Largest size of a message: value, key and headers, in bytes."""

    async def publish(self, messages: Sequence[Message]) -> Sequence[Message]:
        refused = [message for message in messages if _size(message) > self.most]
        self.messages.extend(message for message in messages if message not in refused)
        return refused

    def published(self, topic: str, count: int) -> None:
        self.counted.append((topic, count))

    def unpublished(self, topic: str, key: str, size: int) -> None:
        self.passed_over.append((topic, key, size))


def _size(message: Message) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in message.headers)
    return len(message.key or b"") + len(message.value or b"") + headers


def order(**given: object) -> StoredOrder:
    return StoredOrder("örd/1", {"id": "örd/1", **given}, 12, ("id",), ("e2", "e1"))


async def announced(*orders: Announcement) -> list[Message]:
    post = Post()
    await KafkaAnnouncer(post, post, "out", "here", lambda: NOW).announce(orders)
    return post.messages


async def dead_lettered(record: Record, message: str = "why") -> Message:
    post = Post()
    dead_letters = KafkaDeadLetters(post, post, "dead", lambda: NOW)
    await dead_letters.publish_dead_letters([DeadLetter(record, "invalid_event", message)])
    return post.messages[0]


async def test_an_announcement_has_the_headers_in_their_order_and_cuts_its_time() -> None:
    (message,) = await announced(order())
    assert (message.topic, message.key) == ("out", "örd/1".encode())
    assert message.headers == (
        ("ce_specversion", b"1.0"),
        ("ce_id", "örd/1:12".encode()),
        ("ce_type", b"order.updated"),
        ("ce_source", b"here"),
        ("ce_subject", "örd/1".encode()),
        ("ce_time", b"2026-03-01T10:00:00.999Z"),
        ("content-type", b"application/json"),
    )


async def test_the_value_is_compact_json_in_the_contract_s_key_order() -> None:
    (message,) = await announced(order())
    assert message.value == (
        '{"order":{"id":"örd/1"},"revision":12,"changes":["id"],"causes":["e2","e1"]}'.encode()
    )


async def test_the_flags_of_a_revision_come_last_and_only_when_there_are_any() -> None:
    flag = StoredFlag("discount_cut", "e1", "r_1", "Only 5 were left.")
    (message,) = await announced(replace(order(), flags=(flag,)))
    assert message.value is not None
    assert message.value.endswith(
        b'"causes":["e2","e1"],"flags":[{"code":"discount_cut","event":"e1","about":"r_1",'
        b'"message":"Only 5 were left."}]}'
    )


async def test_an_erased_order_is_announced_by_a_record_without_a_value() -> None:
    erased = ErasedOrder("örd/1", 13, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    (message,) = await announced(erased)
    assert (message.key, message.value) == ("örd/1".encode(), None)
    assert [name for name, _ in message.headers] == [
        *("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time"),
        *("content-type", "traceparent"),
    ]
    assert dict(message.headers)["ce_id"] == "örd/1:13".encode()


async def test_an_order_that_was_encoded_before_is_announced_by_the_same_bytes() -> None:
    plain = order(metadata={"ä": [1.5, None, "\u2028"]})
    encoded = replace(plain, encoded=orjson.dumps(plain.order))

    (one,), (other,) = await announced(plain), await announced(encoded)

    assert one == other


async def test_integers_beyond_64_bits_are_announced_as_they_are() -> None:
    (message,) = await announced(order(metadata={"ä": 2**70}))
    assert message.value is not None
    assert f'{{"ä":{2**70}}}'.encode() in message.value


async def test_orders_are_sent_in_the_given_order_and_counted_when_acknowledged() -> None:
    post = Post()
    orders = [StoredOrder(f"o{number}", {}, number, (), ()) for number in (2, 1, 2)]

    await KafkaAnnouncer(post, post, "out", "here").announce(orders)

    assert [message.key for message in post.messages] == [b"o2", b"o1", b"o2"]
    assert post.counted == [("out", 3)]


async def test_nothing_to_say_is_not_said() -> None:
    post = Post()
    await KafkaAnnouncer(post, post, "out", "here").announce([])
    await KafkaDeadLetters(post, post, "dead").publish_dead_letters([])
    assert not post.messages
    assert not post.counted


async def test_a_dead_letter_keeps_key_value_and_headers_and_appends_the_reason() -> None:
    own = (("a", b"\xff"), ("a", None))
    record = Record(Coordinates("in", 3, 70), None, None, own)
    message = await dead_lettered(record)
    assert message == Message(
        "dead",
        None,
        None,
        (
            *own,
            ("error-code", b"invalid_event"),
            ("error-message", b"why"),
            ("source-topic", b"in"),
            ("source-partition", b"3"),
            ("source-offset", b"70"),
            ("failed-at", b"2026-03-01T10:00:00.999Z"),
        ),
    )


async def test_headers_of_an_earlier_dead_lettering_are_replaced_and_all_others_stay() -> None:
    earlier = (
        ("error-code", b"invalid_json"),
        ("a", b"1"),
        ("error-message", b"once"),
        ("source-topic", b"then"),
        ("source-partition", b"9"),
        ("source-offset", b"9"),
        ("source-system", b"shop"),
        ("failed-at", b"2025-01-01T00:00:00.000Z"),
        ("value-omitted", b"7"),
        ("error-code", b"invalid_json"),
    )
    message = await dead_lettered(Record(Coordinates("in", 3, 70), None, b"v", earlier))
    assert message.headers == (
        ("a", b"1"),
        ("source-system", b"shop"),
        ("error-code", b"invalid_event"),
        ("error-message", b"why"),
        ("source-topic", b"in"),
        ("source-partition", b"3"),
        ("source-offset", b"70"),
        ("failed-at", b"2026-03-01T10:00:00.999Z"),
    )


async def test_an_error_message_is_one_line_of_bounded_length() -> None:
    record = Record(Coordinates("in", 0, 0), None, b"")
    reasons = dict((await dead_lettered(record, "two\r\nlines " + "x" * 5_000)).headers)
    assert reasons["error-message"] is not None
    assert reasons["error-message"].startswith(b"two lines xxx")
    assert len(reasons["error-message"]) == 1_000


async def test_an_order_too_large_for_a_message_is_passed_over_counted_and_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    post = Post(most=500)
    large = replace(order(metadata={"n": "x" * 500}), order_id="large")

    await KafkaAnnouncer(post, post, "out", "here", lambda: NOW).announce([large, order()])

    assert [message.key for message in post.messages] == ["örd/1".encode()]
    assert post.counted == [("out", 1)]
    ((topic, key, size),) = post.passed_over
    assert (topic, key, size > 500) == ("out", "large", True)
    assert "of order large is not published" in caplog.text
    assert "max.message.bytes" in caplog.text


@pytest.mark.parametrize(
    ("record", "key", "own"),
    [
        (Record(Coordinates("t", 1, 2), b"key", b"v" * 1_000, (("h", b"1"),)), b"key", 1),
        (Record(Coordinates("t", 1, 2), b"k" * 900, b"v" * 1_000, (("h", b"1"),)), None, 0),
        (Record(Coordinates("t", 1, 2), b"k", b"v" * 10, (("h", b"1" * 900),)), None, 0),
    ],
    ids=["value", "key", "headers"],
)
async def test_a_dead_letter_too_large_for_a_message_goes_without_what_can_be_looked_up(
    record: Record, key: bytes | None, own: int
) -> None:
    post = Post(most=600)
    await KafkaDeadLetters(post, post, "dead", lambda: NOW).publish_dead_letters(
        [DeadLetter(record, "c", "why")]
    )

    (message,) = post.messages
    assert (message.key, message.value) == (key, None)
    assert [name for name, _ in message.headers[own:]] == [
        *("error-code", "error-message", "source-topic", "source-partition", "source-offset"),
        *("failed-at", "value-omitted"),
    ]
    assert dict(message.headers)["value-omitted"] == b"%d" % len(record.value or b"")
    assert (post.counted, post.passed_over) == ([("dead", 1)], [])
