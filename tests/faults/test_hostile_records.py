"""Records that once stopped workers affect only themselves, and no worker leaves its group."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
from aiokafka import AIOKafkaProducer, ConsumerRecord
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.ports import HOST
from order_projector.local.server import Server
from tests.faults.nemesis import stopped
from tests.support.events import Json, order_event, paid, projected, redeemed, to_json
from tests.support.hostile import Hostile, hostile_records, produce_header_name
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import metric
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]

ORDERS = 250
LONG_NAME = b"\xff" * 150_000
FAILURES = 3
"""Failed probes in a row, one second each, after which Kubernetes restarts a container."""


def good_events() -> list[Json]:
    """Return a thousand events of ordinary orders, and 31 of a large one."""
    events = []
    for number in range(ORDERS):
        order = {"id": f"good-{number}"}
        items = [{"product_id": "mug", "quantity": 2, "price": 1_000 + number}]
        off = {"id": "v_1", "discount": {"type": "AMOUNT", "amount_off": 100}}
        payment = {"id": f"pay-{number}", "order_id": order["id"], "amount": 5}
        events += [
            order_event(0, "created", items=items, **order),
            redeemed(1, f"r-{number}", order=order, voucher=off),
            order_event(2, metadata={"n": number}, **order),
            paid(3, 5) | {"data": {"payment": payment}},
        ]
    large = [{"product_id": f"p-{n}", "quantity": 2, "price": 1_000 + n} for n in range(500)]
    events.append(order_event(0, "created", id="large", items=large))
    events += [order_event(1 + n, id="large", metadata={"n": n}) for n in range(30)]
    return [event | {"id": f"evt-{number}"} for number, event in enumerate(events)]


@asynccontextmanager
async def probed_as_by_kubernetes(worker: Server) -> AsyncIterator[None]:
    """Probe the worker continuously during the block: it must never have to be restarted."""
    failed = [0]

    async def probe() -> None:
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{worker.port}", timeout=1.0) as http:
            while True:
                try:
                    alive = (await http.get("/livez")).is_success
                except httpx.TransportError:
                    alive = False
                failed.append(0 if alive else failed[-1] + 1)
                await asyncio.sleep(0.2)

    probing = asyncio.create_task(probe())
    try:
        yield
    finally:
        probing.cancel()
        await asyncio.wait({probing})
    assert max(failed) < FAILURES


async def produce_between(topics: Topics, bad: Sequence[Hostile], good: Sequence[Json]) -> None:
    """Send the bad records spread among the good ones; compressed, the long ones are small."""
    step = len(good) // len(bad)
    async with AIOKafkaProducer(
        bootstrap_servers=topics.servers.bootstrap_servers,
        compression_type="gzip",
        max_request_size=20_000_000,
    ) as producer:
        for number, record in enumerate(bad):
            chunk = good[number * step : (number + 1) * step if record is not bad[-1] else None]
            for each in chunk:
                await producer.send(topics.redemptions, to_json(each), partition=number % 6)
            await producer.send_and_wait(topics.redemptions, record.value, partition=number % 6)


async def test_two_workers_answer_every_hostile_record_and_serve_every_other_order(
    topics: Topics, database: Database, launch_worker: LaunchWorker
) -> None:
    await database["orders"].insert_one({"_id": "foreign", "made": "by somebody else"})
    bad, good = list(hostile_records()), good_events()
    workers = [await launch_worker() for _ in range(2)]
    for worker in workers:
        await worker.ready()
    rebalances = [await metric(each, "order_projector_rebalances_total") for each in workers]

    async with (
        probed_as_by_kubernetes(workers[0]),
        probed_as_by_kubernetes(workers[1]),
    ):
        foreign = order_event(1, id="foreign") | {"id": "evt-foreign"}
        servers = topics.servers.bootstrap_servers
        await produce(servers, [Record(topics.payments, to_json(foreign))])
        named = order_event(1, id="named") | {"id": "evt-named"}
        await produce_header_name(topics, to_json(named), LONG_NAME)
        await produce_between(topics, bad, good)
        orders = projected(*good, named)
        dead_letters = await dead_lettered(topics, len(bad) + 1)
        assert await announced(topics, orders) == orders
    assert rebalances == [await metric(it, "order_projector_rebalances_total") for it in workers]
    await asyncio.gather(*map(stopped, workers))

    codes = Counter(dict(letter.headers)["error-code"].decode() for letter in dead_letters)
    assert codes == Counter(record.code for record in bad) + Counter(["invalid_event"])


async def dead_lettered(topics: Topics, count: int) -> list[ConsumerRecord]:
    """Return the dead letters once there are this many."""
    servers = topics.servers.bootstrap_servers
    return await read_until(
        servers, topics.dead_letters, lambda them: len(them) >= count, within=120
    )


async def announced(topics: Topics, orders: dict[str, Json]) -> dict[str, Json]:
    """Return the last announcement of each order once they equal these orders."""
    last = dict[str, Json]()

    def enough(records: Sequence[ConsumerRecord]) -> bool:
        last.update({it.key.decode(): orjson.loads(it.value)["order"] for it in records})
        return last == orders

    await read_until(topics.servers.bootstrap_servers, topics.order_updated, enough, within=120)
    return last
