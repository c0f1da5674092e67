"""SIGTERM, SIGINT and SIGHUP drain the worker and stop it in time with 0, whatever is down."""

import signal
import time
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.ports import HOST, free_port
from tests.support.events import order_event, to_json
from tests.support.kafka import Record, committed, produce, read_until
from tests.support.probes import probed, until, until_metric, until_reason
from tests.support.processes import pause
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]


def orders(topics: Topics, count: int, start: int = 0) -> list[Record]:
    return [
        Record(topics.redemptions, to_json(event), name.encode())
        for name, event in (
            (f"o-{number}", order_event(1, id=f"o-{number}") | {"id": f"evt-{number}"})
            for number in range(start, start + count)
        )
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_lets_the_batch_in_hand_finish_and_commits_it(
    topics: Topics, database: Database, launch_worker: LaunchWorker, number: signal.Signals
) -> None:
    servers = topics.servers.bootstrap_servers
    worker = await launch_worker(ORDERS_BATCH_SIZE="50")
    await worker.ready()
    await produce(servers, orders(topics, 2_000))
    await read_until(servers, topics.order_updated, bool)

    worker.signal(number)
    if number is signal.SIGHUP:  # a closed terminal sends one, and the shell in it another one
        worker.signal(number)

    assert await worker.exited(within=26) == 0
    done = sum((await committed(servers, topics.group, topics.redemptions)).values())
    assert 0 < done == await database["orders"].count_documents({})
    announced = await read_until(servers, topics.order_updated, lambda them: len(them) >= done)
    assert len(announced) == done


async def test_a_batch_that_waits_for_the_database_is_given_up_uncommitted(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers
    assert servers.database is not None
    worker = await launch_worker(ORDERS_MONGODB_TIMEOUT="1")
    await worker.ready()
    pause(servers.database)
    await produce(servers.bootstrap_servers, orders(topics, 5))
    await until_reason(worker, "waiting for the database")

    began = time.monotonic()
    worker.signal(signal.SIGTERM)

    assert await worker.exited(within=26) == 0
    assert time.monotonic() - began < 10
    assert await committed(servers.bootstrap_servers, topics.group, topics.redemptions) == {}


async def test_a_worker_that_waits_for_services_that_never_were_there_stops_at_once(
    launch_worker: LaunchWorker,
) -> None:
    worker = await launch_worker(
        ORDERS_KAFKA_BOOTSTRAP_SERVERS=f"{HOST}:{free_port()}",
        ORDERS_MONGODB_URI=f"mongodb://{HOST}:{free_port()}",
        ORDERS_MONGODB_TIMEOUT="1",
    )
    await until_reason(worker, "waiting for the broker")
    await until_reason(worker, "waiting for the database")

    worker.signal(signal.SIGTERM)

    assert await worker.exited(within=5) == 0


async def test_a_worker_whose_broker_is_frozen_stops_in_time(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    assert topics.servers.broker is not None
    worker = await launch_worker(ORDERS_SHUTDOWN_TIMEOUT="6")
    await worker.ready()
    pause(topics.servers.broker)

    worker.signal(signal.SIGTERM)

    assert await worker.exited(within=6.5) == 0


async def test_a_worker_in_the_middle_of_a_rebalance_stops_in_time(
    launch_worker: LaunchWorker,
) -> None:
    first = await launch_worker(ORDERS_KAFKA_SESSION_TIMEOUT="12")
    await first.ready()
    pause(first)  # it does not answer, so the group waits in its rebalance
    second = await launch_worker(ORDERS_SHUTDOWN_TIMEOUT="6")
    await until_reason(second, "joining the consumer group")

    second.signal(signal.SIGTERM)

    assert await second.exited(within=6.5) == 0


async def test_a_second_signal_ends_the_worker_at_once(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    assert topics.servers.database is not None
    worker = await launch_worker(ORDERS_MONGODB_TIMEOUT="60")
    await worker.ready()
    await produce(topics.servers.bootstrap_servers, orders(topics, 1))
    await until_metric(worker, 1, "order_projector_published_messages_total")
    pause(topics.servers.database)
    await produce(topics.servers.bootstrap_servers, orders(topics, 1))
    await until_metric(worker, 2, "order_projector_batch_records_count")
    worker.signal(signal.SIGTERM)

    async def stopping() -> bool:
        return (await probed(worker, "/readyz"))[1].get("phase") == "stopping"

    await until(stopping, "the worker stops")
    worker.signal(signal.SIGTERM)

    assert await worker.exited(within=1) == -signal.SIGTERM
