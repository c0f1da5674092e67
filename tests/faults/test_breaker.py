"""A worker that could only bury what it reads stops before it does."""

from order_projector.local.server import Server
from tests.support.events import order_event, to_json
from tests.support.kafka import Record, committed, produce, read_until
from tests.support.probes import metric, probed, until_reason
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker


def rubbish(topics: Topics, count: int) -> list[Record]:
    return [
        Record(topics.redemptions, b"%d is no event" % number, partition=0)
        for number in range(count)
    ]


async def until_buried(topics: Topics, count: int) -> None:
    servers = topics.servers.bootstrap_servers
    await read_until(servers, topics.dead_letters, lambda letters: len(letters) >= count)


async def test_a_topic_that_is_all_unreadable_stops_the_worker_alive_unready_and_uncommitted(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    await produce(servers, [*rubbish(topics, 300), good(topics)])
    worker = await launch_worker(ORDERS_BREAKER_RUN="200")

    await until_reason(worker, "stopped by the breaker: ")

    body = (await probed(worker, "/readyz"))[1]
    (reason,) = (each for each in body["reasons"] if each.startswith("stopped"))
    assert "events in a row would be dead letters, the last for invalid_json: " in reason
    assert (await probed(worker, "/livez"))[0] == 200
    assert await metric(worker, "order_projector_breaker_tripped") == 1
    assert await metric(worker, "order_projector_dead_letters_total") < 200
    done = await committed(servers, topics.group, topics.redemptions)
    assert done.get(0, 0) == await metric(worker, "order_projector_dead_letters_total")
    await resumes_once_it_can_read_them(topics, worker, launch_worker)


async def resumes_once_it_can_read_them(
    topics: Topics, worker: Server, launch_worker: LaunchWorker
) -> None:
    await worker.stop()
    assert await worker.exited(within=1) == 0
    await launch_worker(ORDERS_BREAKER="false")
    await until_buried(topics, 300)
    await read_until(topics.servers.bootstrap_servers, topics.order_updated, bool)


async def test_hundreds_of_hostile_events_in_a_row_do_not_stop_a_worker_as_it_comes(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    await produce(topics.servers.bootstrap_servers, [*rubbish(topics, 500), good(topics)])
    worker = await launch_worker()

    await until_buried(topics, 500)
    await read_until(topics.servers.bootstrap_servers, topics.order_updated, bool)
    await worker.ready()


def good(topics: Topics) -> Record:
    return Record(topics.redemptions, to_json(order_event(1)), partition=0)
