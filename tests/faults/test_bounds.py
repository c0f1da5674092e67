"""Each limit has a defined result: a large, frequent or slow order does not stop the others."""

import os
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from pymongo.asynchronous.database import AsyncDatabase

from tests.support.events import Json, order_event, paid, projected, redeemed, to_json
from tests.support.kafka import Record, committed, produce, read_until
from tests.support.probes import metric, probed, until, until_metric
from tests.support.processes import pause
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]

HOT = 10_000


def named(name: str, event: Json) -> Json:
    return event | {"id": name}


def sent_to(topic: str, events: Sequence[Json], key: bytes | None = None) -> list[Record]:
    return [Record(topic, to_json(event), key) for event in events]


async def until_committed(topics: Topics, count: int, within: float = 90) -> None:
    """Wait until the group has committed this number of records of the redemptions topic."""

    async def reached() -> bool:
        servers = topics.servers.bootstrap_servers
        return sum((await committed(servers, topics.group, topics.redemptions)).values()) >= count

    await until(reached, f"{count} records are committed", within=within)


def another_member(topics: Topics) -> AIOKafkaConsumer:
    """Return a member of the workers' group that takes partitions and does nothing with them."""
    return AIOKafkaConsumer(
        topics.redemptions,
        topics.payments,
        bootstrap_servers=topics.servers.bootstrap_servers,
        group_id=topics.group,
        enable_auto_commit=False,
        session_timeout_ms=6_000,
        rebalance_timeout_ms=4_000,
        partition_assignment_strategy=(RangePartitionAssignor,),
    )


async def left_behind(
    topics: Topics, database: Database
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return every order as stored and as last announced, once the two agree."""
    stored = {document.pop("_id"): document async for document in database["orders"].find()}
    for document in stored.values():
        del document["_projection"]
    last = dict[str, Json]()

    def enough(records: Sequence[ConsumerRecord]) -> bool:
        last.update({it.key.decode(): orjson.loads(it.value)["order"] for it in records})
        return last.keys() >= stored.keys() and all(last[it] == stored[it] for it in stored)

    await read_until(topics.servers.bootstrap_servers, topics.order_updated, enough)
    return stored, last


async def test_one_hot_order_with_ten_thousand_events_starves_no_other_and_equals_the_fold(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    workers = [await launch_worker() for _ in range(2)]
    for worker in workers:
        await worker.ready()
    hot = [
        named(f"h-{number:05}", order_event(1 + number % 600, id="hot", metadata={"n": number}))
        for number in range(HOT)
    ]
    others = [
        named(f"o-{number}", order_event(1, id=f"other-{number % 200}", metadata={"n": number}))
        for number in range(1_000)
    ]
    servers = topics.servers.bootstrap_servers

    await produce(servers, sent_to(topics.redemptions, hot))
    await produce(servers, sent_to(topics.redemptions, others))
    await until_committed(topics, HOT + len(others), within=30)

    stored, announced = await left_behind(topics, database)
    assert stored == announced == projected(*hot, *others)


async def test_an_order_of_500_items_and_hundreds_of_facts_equals_the_fold(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    worker = await launch_worker(ORDERS_BATCH_SIZE="50")
    await worker.ready()
    items = [{"product_id": f"p-{n}", "quantity": 2, "price": 1_000 + n} for n in range(500)]
    off = {"discount": {"type": "AMOUNT", "amount_off": 7}, "id": "v_1"}
    events = [
        order_event(1, "created", items=items),
        *(redeemed(2 + n % 500, f"r-{n}", order={"id": "ord_1"}, voucher=off) for n in range(300)),
        *(paid(3 + n % 500, 11, name=f"pay-{n}") for n in range(300)),
    ]
    events = [named(f"evt-{number}", event) for number, event in enumerate(events)]

    await produce(topics.servers.bootstrap_servers, sent_to(topics.redemptions, events))
    await until_committed(topics, len(events), within=60)

    stored, announced = await left_behind(topics, database)
    assert stored == announced == projected(*events)
    assert len(stored["ord_1"]["items"]) == 500
    assert stored["ord_1"]["total_discount_amount"] == 300 * 7


async def test_an_order_of_more_events_than_a_document_holds_takes_them_all(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    large = [
        named(f"evt-{n}", order_event(n, id="large", metadata={"n": n, "x": "x" * 800_000}))
        for n in range(20)
    ]
    small = named("evt-s", order_event(3, id="small"))
    later = named("evt-l", order_event(40, id="large", status="PAID"))
    await produce(servers, sent_to(topics.redemptions, [*large, small, later], b"one partition"))

    await launch_worker()
    await until_committed(topics, 22)

    stored, announced = await left_behind(topics, database)
    assert stored == announced == projected(*large, small, later)
    document = await database["orders"].find_one({"_id": "large"})
    assert document is not None
    assert sum(segment["size"] for segment in document["_projection"]["apart"]) > 15_000_000


async def test_an_order_too_large_for_a_message_is_stored_and_said_to_be_unannounced(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    large = named("evt-1", order_event(1, id="large", metadata={"x": "x" * 30_000}))
    small = [named(f"evt-s{n}", order_event(1, id=f"small-{n}")) for n in range(20)]
    worker = await launch_worker(ORDERS_KAFKA_MAX_REQUEST_SIZE="20000")
    await worker.ready()

    await produce(servers, sent_to(topics.redemptions, [*small[:10], large, *small[10:]]))
    await until_committed(topics, 21)

    announced = await read_until(servers, topics.order_updated, lambda them: len(them) >= 20)
    assert {record.key.decode() for record in announced} == {f"small-{n}" for n in range(20)}
    assert await database["orders"].count_documents({"_id": "large"}) == 1
    assert await metric(worker, "order_projector_unpublished_messages_total") == 1
    status, body = await probed(worker, "/readyz")
    (warning,) = body["warnings"]
    assert (status, "last that of large, 30" in warning) == (200, True)

    shrunk = named("evt-2", order_event(2, id="large", metadata={"x": "x"}))
    await produce(servers, sent_to(topics.redemptions, [shrunk]))
    await until_committed(topics, 22)
    everything, last = await left_behind(topics, database)
    assert everything == last == projected(large, shrunk, *small)


@pytest.mark.skipif("ORDERS_TEST_KAFKA" not in os.environ, reason="the local broker takes any size")
async def test_what_the_broker_itself_refuses_as_too_large_costs_no_other_order(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    much = {"x": "x" * 600_000}
    item = {"product_id": "p-1", "quantity": 1, "price": 1, "metadata": much}
    large = [
        named("evt-1", order_event(1, id="large", metadata=much)),
        named("evt-2", order_event(2, id="large", items=[item])),
    ]
    small = [named(f"evt-s{n}", order_event(1, id=f"small-{n}")) for n in range(200)]
    most = b"x" * 1_048_450  # with nothing around it, just within the broker's limit
    worker = await launch_worker()
    await worker.ready()

    rubbish = Record(topics.redemptions, most)
    await produce(servers, [*sent_to(topics.redemptions, [*large, *small]), rubbish])
    await until_committed(topics, 203)

    announced = await read_until(servers, topics.order_updated, lambda them: len(them) >= 200)
    assert {record.key.decode() for record in announced} >= {f"small-{n}" for n in range(200)}
    assert await database["orders"].count_documents({"_id": "large"}) == 1
    assert await metric(worker, "order_projector_unpublished_messages_total") >= 1
    (letter,) = await read_until(servers, topics.dead_letters, bool)
    assert (letter.value, dict(letter.headers)["value-omitted"]) == (None, b"1048450")


async def test_a_batch_slower_than_the_rebalance_timeout_is_given_up_and_comes_again(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    assert topics.servers.database is not None
    worker = await launch_worker(ORDERS_MONGODB_TIMEOUT="30", ORDERS_KAFKA_REBALANCE_TIMEOUT="4")
    await worker.ready()
    events = [
        named(f"evt-{n}", order_event(1, id=f"o-{n % 70}", metadata={"n": n})) for n in range(500)
    ]
    servers = topics.servers.bootstrap_servers
    await produce(servers, sent_to(topics.redemptions, events[:1]))
    await until_metric(worker, 1, "order_projector_published_messages_total")
    pause(topics.servers.database)
    await produce(servers, sent_to(topics.redemptions, events[1:]))
    await until_metric(worker, 2, "order_projector_batch_records_count")

    async with another_member(topics):
        abandoned = "order_projector_batches_abandoned_total"
        await until_metric(worker, 1, abandoned, within=20, reason="rebalance")
    topics.servers.database.resume()

    await until_committed(topics, len(events))
    await worker.ready()
    stored, announced = await left_behind(topics, database)
    assert stored == announced == projected(*events)
