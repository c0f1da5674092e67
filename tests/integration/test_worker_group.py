"""Several workers share the work; services that go away and come back cause no loss."""

from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.broker import create_topics
from tests.support.events import order_event, paid, to_json
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import probed, until, until_metric, until_reason
from tests.support.processes import pause
from tests.support.shares import shares, until_shared
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]


async def test_two_workers_hold_the_same_partition_numbers_of_both_topics(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    workers = [await launch_worker(), await launch_worker()]
    for worker in workers:
        await worker.ready()

    await until_shared(topics, workers, 3)

    numbers = list[set[int]]()
    for worker in workers:
        share = await shares(worker)
        assert share[topics.redemptions] == share[topics.payments]
        numbers.append(share[topics.payments])
    assert numbers[0] | numbers[1] == set(range(6))


async def test_the_share_of_a_worker_that_stops_goes_to_the_others_without_a_timeout(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    stays = await launch_worker(ORDERS_KAFKA_SESSION_TIMEOUT="12")
    leaves = await launch_worker(ORDERS_KAFKA_SESSION_TIMEOUT="12")
    for worker in (stays, leaves):
        await worker.ready()
    await until_shared(topics, (stays, leaves), 3)

    await leaves.stop()

    await until_metric(stays, 12, "order_projector_assigned_partitions", within=11)


async def test_a_worker_outlives_its_broker_and_goes_on_when_it_is_back(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers
    assert servers.broker is not None
    worker = await launch_worker()
    await worker.ready()
    await servers.broker.kill()
    await until_reason(worker, "waiting for the broker")

    await servers.broker.start()
    await create_topics(servers.bootstrap_servers, topics.names, 6)
    await produce(servers.bootstrap_servers, [Record(topics.payments, to_json(paid(1, 5)))])

    await read_until(servers.bootstrap_servers, topics.order_updated, bool)
    await worker.ready()


async def test_an_announcement_waits_for_a_broker_that_stands_still(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers
    assert servers.broker is not None
    assert servers.database is not None
    worker = await launch_worker(ORDERS_KAFKA_REQUEST_TIMEOUT="1", ORDERS_MONGODB_TIMEOUT="30")
    await worker.ready()
    first = order_event(0, id="ord_0")
    await produce(servers.bootstrap_servers, [Record(topics.payments, to_json(first), partition=0)])
    await until_metric(worker, 1, "order_projector_published_messages_total")
    pause(servers.database)
    event = Record(topics.payments, to_json(paid(1, 5)), partition=0)
    await produce(servers.bootstrap_servers, [event])
    await until_metric(worker, 2, "order_projector_batch_records_count")
    pause(servers.broker)
    servers.database.resume()

    await until_reason(worker, "waiting for the broker")
    assert await database["orders"].count_documents({"_id": "ord_1"}) == 1
    assert (await probed(worker, "/livez"))[0] == 200
    servers.broker.resume()

    await read_until(
        servers.bootstrap_servers,
        topics.order_updated,
        lambda them: any(it.key == b"ord_1" for it in them),
    )
    await worker.ready()


async def test_a_database_that_is_killed_and_restarted_loses_and_doubles_nothing(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers
    assert servers.database is not None
    worker = await launch_worker(ORDERS_MONGODB_TIMEOUT="2", ORDERS_BATCH_SIZE="100")
    await worker.ready()
    events = [order_event(1, id=f"o-{number}") for number in range(1_000)]
    await produce(
        servers.bootstrap_servers,
        [
            Record(topics.redemptions, to_json(event | {"id": f"evt-{number}"}))
            for number, event in enumerate(events)
        ],
    )
    await read_until(servers.bootstrap_servers, topics.order_updated, bool)
    await servers.database.kill()
    await until_reason(worker, "database: ")
    await servers.database.start()

    async def done() -> bool:
        return await database["orders"].count_documents({}) == len(events)

    await until(done, "every order is stored", within=60)
    assert await database["orders"].count_documents({"_projection.revision": {"$ne": 1}}) == 0
