"""The HTTP port reports the worker's true state."""

from typing import Any

from tests.support.events import paid, to_json
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import get, metric, probed, until, until_reason
from tests.support.processes import pause
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker


async def test_a_worker_that_holds_partitions_and_reaches_its_services_is_ready(
    launch_worker: LaunchWorker,
) -> None:
    worker = await launch_worker()
    await worker.ready()

    for path in ("/livez", "/readyz"):
        status, body = await probed(worker, path)
        assert (status, body["status"], body["reasons"]) == (200, "ok", [])
        assert body["phase"] == "consuming"


async def test_a_worker_whose_database_is_away_is_alive_and_not_ready_until_it_is_back(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    assert topics.servers.database is not None
    worker = await launch_worker(ORDERS_MONGODB_TIMEOUT="1")
    await worker.ready()

    pause(topics.servers.database)
    await until_reason(worker, "database: ")
    assert (await probed(worker, "/livez"))[0] == 200

    topics.servers.database.resume()
    await worker.ready()


async def test_a_worker_whose_broker_is_gone_is_alive_and_not_ready(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    assert topics.servers.broker is not None
    worker = await launch_worker()
    await worker.ready()

    await topics.servers.broker.kill()

    await until_reason(worker, "waiting for the broker")
    assert (await probed(worker, "/livez"))[0] == 200


async def test_metrics_count_events_stages_letters_and_lag(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    await produce(
        servers,
        [Record(topics.payments, to_json(paid(1, 5))), Record(topics.payments, b"no JSON")],
    )
    worker = await launch_worker()
    await read_until(servers, topics.order_updated, bool)
    await worker.ready()

    async def counted(sample: str, **labels: str) -> float:
        return await metric(worker, f"order_projector_{sample}", **labels)

    assert await counted("events_total", type="payment.succeeded", outcome="applied") == 1
    assert await counted("events_total", type="invalid", outcome="rejected") == 1
    assert await counted("dead_letters_total", code="invalid_json") == 1
    assert await counted("batch_records_sum") == 2
    assert await counted("stage_seconds_count", stage="write") >= 1
    assert await counted("published_messages_total", topic=topics.order_updated) == 1
    assert await counted("assigned_partitions") == 12
    assert await counted("event_to_announcement_seconds_count") == 1
    assert await counted("order_facts_count") == 1
    assert await counted("event_loop_delay_seconds_count") >= 1

    async def caught_up() -> bool:
        text = (await get(worker, "/metrics")).text
        has_lag = f'consumer_lag_records{{partition="5",topic="{topics.payments}"}}' in text
        return has_lag and await counted("consumer_lag_records") == 0

    await until(caught_up, "the lag of every partition is known, and is 0")


async def test_the_document_describes_every_message_with_its_schema(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    worker = await launch_worker()

    async def listens() -> bool:
        return (await probed(worker, "/livez"))[0] != 0

    await until(listens, "HTTP is up")
    document: dict[str, Any] = (await get(worker, "/docs.json")).json()

    assert document["asyncapi"] == "3.0.0"
    assert set(document["channels"]) == set(topics.names)
    messages = document["components"]["messages"]
    assert {"redemption.succeeded", "payment.refunded", "order-updated"} <= set(messages)
    paid = messages["payment.succeeded"]["payload"]
    assert paid["required"] == ["id", "type", "created_at", "data"]
    assert "ce_id" in messages["order-updated"]["headers"]["required"]
    assert messages["order-updated"]["payload"]["required"][1] == "revision"
    assert not list(broken_references(document, document))
    page = await get(worker, "/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


def broken_references(part: Any, whole: Any) -> Any:
    match part:
        case {"$ref": str(reference)}:
            target = whole
            for name in reference.removeprefix("#/").split("/"):
                target = target.get(name.replace("~1", "/").replace("~0", "~"), {})
            if not target:
                yield reference
        case dict():
            for each in part.values():
                yield from broken_references(each, whole)
        case list():
            for each in part:
                yield from broken_references(each, whole)


async def test_nothing_can_be_published_and_nothing_else_be_asked_over_http(
    launch_worker: LaunchWorker,
) -> None:
    worker = await launch_worker()
    await worker.ready()

    assert (await get(worker, "/docs/try")).status_code == 404
    assert (await get(worker, "/")).status_code == 404
