"""Inputs and outputs, byte by byte: announcements, dead letters, commits."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from pymongo.asynchronous.database import AsyncDatabase

from tests.support.events import NOON, event, order_event, paid, to_json
from tests.support.hostile import produce_header_name
from tests.support.kafka import Record, committed, produce, read_until
from tests.support.probes import until, until_metric, until_reason
from tests.support.processes import pause
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def at_least(count: int) -> Any:
    return lambda records: len(records) >= count


def is_now(header: bytes) -> bool:
    text = header.decode()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    return abs(datetime.now(UTC) - datetime.fromisoformat(text)) < timedelta(minutes=1)


async def test_an_order_event_is_a_cloud_event_with_the_order_in_it(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    await produce(
        servers,
        [Record(topics.payments, to_json(paid(1, 1187)), headers=(("traceparent", TRACE),))],
    )
    await launch_worker(ORDERS_EVENT_SOURCE="/shop/orders")

    (record,) = await read_until(servers, topics.order_updated, bool)

    assert record.key == b"ord_1"
    assert [name for name, _ in record.headers] == [
        *("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time"),
        *("content-type", "traceparent"),
    ]
    headers = dict(record.headers)
    assert is_now(headers.pop("ce_time"))
    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": b"ord_1:1",
        "ce_type": b"order.updated",
        "ce_source": b"/shop/orders",
        "ce_subject": b"ord_1",
        "content-type": b"application/json",
        "traceparent": TRACE,
    }
    assert record.value == (
        b'{"order":{"id":"ord_1","source_id":null,"created_at":"2026-03-01T12:01:00.000Z",'
        b'"updated_at":null,"status":"PROCESSING","metadata":{},"customer_id":null,'
        b'"referrer_id":null,"object":"order","payments":{"pay_1":{'
        b'"date":"2026-03-01T12:01:00.000Z","status":"SUCCEEDED","amount":1187}}},"revision":1,'
        b'"changes":["id","source_id","created_at","updated_at","status","metadata",'
        b'"customer_id","referrer_id","object","payments"],"causes":["evt_001"]}'
    )


async def test_a_dead_letter_is_the_record_as_it_came_and_the_reason(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    own = (("trace", b"\xff\xfe"), ("trace", b""), ("error-code", b"mine"))
    await produce(
        servers,
        [
            Record(topics.payments, to_json(paid(1, 5)), b"ord_1", partition=2),
            Record(topics.payments, b"\xff{", b"\x00key", own, partition=2),
        ],
    )
    await launch_worker()

    (letter,) = await read_until(servers, topics.dead_letters, bool)

    assert (letter.key, letter.value) == (b"\x00key", b"\xff{")
    assert letter.headers[:2] == own[:2]  # the producer's own error-code is replaced
    added = letter.headers[2:]
    assert [name for name, _ in added] == [
        *("error-code", "error-message", "source-topic", "source-partition", "source-offset"),
        "failed-at",
    ]
    reasons = dict(added)
    assert reasons["error-code"] == b"invalid_json"
    assert b"\n" not in reasons["error-message"] != b""
    assert reasons["source-topic"] == topics.payments.encode()
    assert (reasons["source-partition"], reasons["source-offset"]) == (b"2", b"1")
    assert is_now(reasons["failed-at"])


async def test_hostile_records_become_dead_letters_and_cost_no_neighbour(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    hostile = [
        Record(topics.redemptions, None, b"tombstone", partition=0),
        Record(topics.redemptions, b"", None, partition=0),
        Record(topics.redemptions, b"[" * 100_000, None, partition=0),
        Record(topics.redemptions, b'{"id":1}', b"k" * 10_000, partition=0),
        Record(topics.redemptions, b'"\\ud800"', b"\xff\xfe", partition=0),
        Record(topics.redemptions, b"{}", None, (("ce_id", b"\xff"), ("ce_type", b"\xfe"))),
        Record(topics.redemptions, b"x" * 900_000, None, partition=0),
    ]
    good = [
        Record(topics.redemptions, to_json(order_event(1, id=f"o-{number}")), partition=0)
        for number in range(len(hostile))
    ]
    mixed = [record for pair in zip(hostile, good, strict=True) for record in pair]
    await produce(servers, mixed)
    await launch_worker()

    dead_letters = await read_until(servers, topics.dead_letters, at_least(len(hostile)))
    announced = await read_until(servers, topics.order_updated, at_least(len(good)))

    assert sorted(letter.value or b"" for letter in dead_letters) == sorted(
        record.value or b"" for record in hostile
    )
    assert [letter.value for letter in dead_letters if letter.key == b"tombstone"] == [None]
    assert {record.key.decode() for record in announced} == {f"o-{n}" for n in range(len(good))}


async def test_a_value_over_the_limit_that_is_set_is_a_dead_letter(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    value = to_json(order_event(1, id="o-1"))
    large = value + b" " * (2_001 - len(value))
    await produce(servers, [Record(topics.redemptions, large), Record(topics.redemptions, value)])
    await launch_worker(ORDERS_EVENT_LIMIT="2000")

    (letter,) = await read_until(servers, topics.dead_letters, bool)
    (order,) = await read_until(servers, topics.order_updated, bool)

    assert letter.value == large
    assert dict(letter.headers)["error-code"] == b"order_too_large"
    assert dict(letter.headers)["error-message"] == b"value: 2001 bytes, more than 2000"
    assert order.key == b"o-1"


async def test_a_record_without_key_and_value_is_dead_lettered_as_such(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    await produce_nothing(topics)
    await launch_worker()

    (letter,) = await read_until(servers, topics.dead_letters, bool)

    assert (letter.key, letter.value) == (None, None)
    assert dict(letter.headers)["error-code"] == b"invalid_json"


async def test_a_header_name_that_is_no_utf_8_costs_nothing(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    await produce_header_name(topics, to_json(paid(1, 5)), b"n\xff\xfee")
    await produce(
        servers,
        [
            Record(topics.payments, to_json(order_event(2, id=f"o-{number}")), partition=number)
            for number in range(6)
        ],
    )
    await launch_worker()

    announced = await read_until(servers, topics.order_updated, at_least(7))

    assert {it.key.decode() for it in announced} == {"ord_1", *(f"o-{n}" for n in range(6))}


async def produce_nothing(topics: Topics) -> None:
    async with AIOKafkaProducer(bootstrap_servers=topics.servers.bootstrap_servers) as producer:
        batch = producer.create_batch()
        batch.append(key=None, value=None, timestamp=None)
        await producer.partitions_for(topics.payments)
        await (await producer.send_batch(batch, topics.payments, partition=0))


async def test_offsets_are_committed_only_when_documents_and_announcements_are_out(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers
    assert servers.database is not None
    worker = await launch_worker(ORDERS_MONGODB_TIMEOUT="1")
    await worker.ready()
    pause(servers.database)
    places = await produce(
        servers.bootstrap_servers, [Record(topics.payments, to_json(paid(1, 5)))]
    )
    await until_reason(worker, "waiting for the database")
    assert await committed(servers.bootstrap_servers, topics.group, topics.payments) == {}

    servers.database.resume()
    await read_until(servers.bootstrap_servers, topics.order_updated, bool)

    async def is_committed() -> bool:
        offsets = await committed(servers.bootstrap_servers, topics.group, topics.payments)
        return offsets == {places[0][1]: 1}

    await until(is_committed, "the offset after the record is committed")
    assert await database["orders"].count_documents({"_id": "ord_1"}) == 1
    await worker.ready()


async def test_a_restarted_worker_announces_redeliveries_and_nothing_else(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    first = await launch_worker()
    await produce(
        servers,
        [
            Record(topics.payments, to_json(paid(1, 5)), partition=0),
            Record(topics.redemptions, to_json(order_event(1, id="ord_2")), partition=0),
        ],
    )
    await until_metric_of_two(first)
    await first.stop()
    await rewind(topics, TopicPartition(topics.payments, 0))
    other = order_event(2, id="ord_3")
    await produce(servers, [Record(topics.redemptions, to_json(other), partition=0)])

    await launch_worker()

    records = await read_until(servers, topics.order_updated, at_least(4))
    assert sorted(ids(records)) == ["ord_1:1", "ord_1:1", "ord_2:1", "ord_3:1"]
    assert len({record.value for record in records if record.key == b"ord_1"}) == 1


async def until_metric_of_two(worker: Any) -> None:
    await worker.ready()
    await until_metric(worker, 2, "order_projector_published_messages_total")


def ids(records: Sequence[ConsumerRecord]) -> list[str]:
    return [dict(record.headers)["ce_id"].decode() for record in records]


async def rewind(topics: Topics, partition: TopicPartition) -> None:
    """Make the group read a partition again, as after a crash before the commit."""
    async with AIOKafkaConsumer(
        bootstrap_servers=topics.servers.bootstrap_servers,
        group_id=topics.group,
        enable_auto_commit=False,
    ) as consumer:
        consumer.assign([partition])
        await consumer.commit({partition: 0})


async def test_a_producer_s_duplicate_is_not_announced(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    twice = Record(topics.payments, to_json(paid(1, 5)), partition=0)
    other = Record(topics.payments, to_json(order_event(2, id="ord_2")), partition=0)
    worker = await launch_worker(ORDERS_BATCH_SIZE="1")
    await worker.ready()

    await produce(servers, [twice, twice, other])

    records = await read_until(
        servers, topics.order_updated, lambda them: any(it.key == b"ord_2" for it in them)
    )
    assert sorted(ids(records)) == ["ord_1:1", "ord_2:1"]


async def test_failed_and_foreign_events_are_committed_and_leave_no_trace(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    await produce(
        servers,
        [
            Record(topics.payments, to_json(event("redemption.failed", {})), partition=0),
            Record(topics.payments, to_json({"type": "voucher.created", "on": NOON}), partition=0),
        ],
    )
    await launch_worker()

    async def is_committed() -> bool:
        return await committed(servers, topics.group, topics.payments) == {0: 2}

    await until(is_committed, "both offsets are committed")
    assert await database["orders"].count_documents({}) == 0
